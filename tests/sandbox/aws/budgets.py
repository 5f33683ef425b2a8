# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of AWS Budgets (API reference; user guide, "Managing your costs with AWS Budgets") that MiniStack lacks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sandbox.protocol import ApiError, Parameters

INCLUDED = [
    "Credit",
    "Discount",
    "OtherSubscription",
    "Recurring",
    "Refund",
    "Subscription",
    "Support",
    "Tax",
    "Upfront",
]
COST_TYPES = {**{f"Include{name}": True for name in INCLUDED}, "UseAmortized": False, "UseBlended": False}
LIMITS = ("BudgetLimit", "PlannedBudgetLimits", "AutoAdjustData")


class BudgetRules:
    """For the budgets of one account."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id

    def __call__(self, operation: str, parameters: Parameters) -> Parameters:
        if parameters.get("AccountId", self._account_id) != self._account_id:
            message = f"Account {self._account_id} is not authorized to access the budgets of {parameters['AccountId']}"
            raise ApiError("AccessDeniedException", message)
        for subscribers in _subscriber_lists(parameters):
            _check_subscribers(subscribers)
        for name in ("Budget", "NewBudget"):
            if name in parameters:
                parameters = {**parameters, name: completed(parameters[name])}
        return parameters


def completed(budget: Parameters) -> Parameters:
    """The budget as AWS keeps it: cost types defaulted, amounts with a decimal point. Raises ApiError."""
    if budget["BudgetType"] in ("COST", "USAGE") and sum(name in budget for name in LIMITS) != 1:
        raise _invalid(f"A {budget['BudgetType']} budget has exactly one of {', '.join(LIMITS)}")
    old, new = {"CostFilters", "CostTypes"} & budget.keys(), {"FilterExpression", "Metrics"} & budget.keys()
    if old and new:
        raise _invalid(f"{', '.join(sorted(old))} cannot be combined with {', '.join(sorted(new))}")
    for value in budget.get("CostFilters", {}).get("TagKeyValue", []):
        if not value.startswith(("user:", "aws:")) or "$" not in value:
            raise _invalid(f"TagKeyValue {value} must have the form user:Key$value")
    if budget["BudgetType"] == "COST" and not new:
        budget = {**budget, "CostTypes": {**COST_TYPES, **budget.get("CostTypes", {})}}
    if "BudgetLimit" in budget:
        budget = {**budget, "BudgetLimit": _amount(budget["BudgetLimit"])}
    return budget


def _amount(spend: Parameters) -> Parameters:
    amount = Decimal(spend["Amount"])
    if amount <= 0:
        raise _invalid("Budget limit amount must be greater than 0")
    text = f"{amount:f}"
    return {**spend, "Amount": text if "." in text else f"{text}.0"}


def _subscriber_lists(parameters: Parameters) -> Iterator[list[Parameters]]:
    yield parameters.get("Subscribers", [])
    yield [parameters[name] for name in ("Subscriber", "NewSubscriber") if name in parameters]
    for notification in parameters.get("NotificationsWithSubscribers", []):
        yield notification["Subscribers"]


def _check_subscribers(subscribers: list[Parameters]) -> None:
    topics = [each["Address"] for each in subscribers if each["SubscriptionType"] == "SNS"]
    if len(topics) > 1:
        raise ApiError("CreationLimitExceededException", "A notification can have at most one SNS subscriber")
    for topic in topics:
        if not topic.startswith("arn:aws:sns:"):
            raise _invalid(f"{topic} is not the ARN of an SNS topic")
    for each in subscribers:
        if each["SubscriptionType"] == "EMAIL" and "@" not in each["Address"]:
            raise _invalid(f"{each['Address']} is not an e-mail address")


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)
