# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS Budgets, or common sense, would refuse in a budget; found before the first call, all at once.

Source of the limits: AWS Budgets API Reference, Budget, Spend, Notification and Subscriber.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._aws.refusals import refuse
from .._problems import Problem
from .common import AnsibleBudgetsError
from .filters import TAG_FILTER, USER_TAG, listed
from .notifications import Notification, notification

MOST_NOTIFICATIONS = 10
MOST_SUBSCRIBERS = {"EMAIL": 10, "SNS": 1}
HIGHEST_THRESHOLD = {"PERCENTAGE": 1_000_000, "ABSOLUTE_VALUE": 15_000_000_000_000}
_ADDRESS = {
    "EMAIL": (re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+"), "an address such as team@example.com"),
    "SNS": (re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?"), "the ARN of the topic"),
}
_NAME = re.compile(r"(?!.*/action/)[^:\\]{1,100}")
_AMOUNT = re.compile(r"(?=.*[1-9])([0-9]*\.)?[0-9]+")
_ACCOUNT = re.compile(r"\d{12}")
_CURRENCY = re.compile(r"[A-Z]{3}")
# option: (what it must look like, what is wrong otherwise, what to do)
_TEXTS = {
    "budget_name": (_NAME, "is no name of a budget", r"use up to 100 characters without :, \ and /action/"),
    "account_id": (_ACCOUNT, "is no account", "use the 12 digits of the account, in quotes"),
    "limit_amount": (
        _AMOUNT,
        "is no amount",
        "use a number above 0, such as 300 or 299.50, without sign and currency",
    ),
    "limit_unit": (_CURRENCY, "is no currency", "use the code of a currency, such as USD"),
}


def check(parameters: Mapping[str, Any]) -> None:
    """Raise AnsibleBudgetsError with every problem of I(parameters)."""
    problems = [*_texts(parameters), *_filters(parameters), *_notifications(parameters)]
    refuse(problems, f"manage the budget {parameters['budget_name']}", AnsibleBudgetsError)


def _texts(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for option, (pattern, problem, remedy) in _TEXTS.items():
        value = parameters.get(option)
        if value is not None and not pattern.fullmatch(value):
            yield Problem(option, value, problem, remedy)


def _filters(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for option in ("cost_filters", "cost_filter_tags"):
        for key, values in (listed(parameters.get(option)) or {}).items():
            if not values:
                yield Problem(f"{option}.{key}", values, "is empty", "give at least one value or leave it out")
    for entry in (listed(parameters.get("cost_filters")) or {}).get(TAG_FILTER, []):
        if entry.startswith(USER_TAG):
            yield Problem(f"cost_filters.{TAG_FILTER}", entry, "is a tag", "write the tag in cost_filter_tags")
    for key in parameters.get("cost_filter_tags") or {}:
        if "$" in key or key.startswith(USER_TAG):
            remedy = f"write the key of the tag alone, without {USER_TAG} and $"
            yield Problem("cost_filter_tags", key, "is no key of a tag", remedy)


def _notifications(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    declared = parameters.get("notifications") or []
    if len(declared) > MOST_NOTIFICATIONS:
        remedy = f"declare {MOST_NOTIFICATIONS} at most"
        yield Problem("notifications", None, f"has {len(declared)} entries", remedy)
    for identity, count in Counter(map(notification, declared)).items():
        if count > 1:
            remedy = "put all its subscribers into one"
            yield Problem("notifications", _named(identity), f"is declared {count} times", remedy)
    for number, item in enumerate(declared):
        yield from _notification(f"notifications[{number}]", notification(item), item)


def _named(identity: Notification) -> str:
    return (
        f"{identity.notification_type} {identity.comparison_operator} {identity.threshold:g} {identity.threshold_type}"
    )


def _notification(place: str, identity: Notification, item: Mapping[str, Any]) -> Iterator[Problem]:
    highest = HIGHEST_THRESHOLD[identity.threshold_type]
    if not 0 < identity.threshold <= highest:
        remedy = f"use more than 0 and up to {highest} for {identity.threshold_type}"
        yield Problem(f"{place}.threshold", identity.threshold, "is out of range", remedy)
    yield from _subscribers(f"{place}.subscribers", item["subscribers"], _named(identity))


def _subscribers(place: str, subscribers: Sequence[Mapping[str, Any]], told: str) -> Iterator[Problem]:
    if not subscribers:
        yield Problem(place, [], f"nobody is told of {told}", "name at least one EMAIL or SNS address")
    for kind, count in Counter(subscriber["subscription_type"] for subscriber in subscribers).items():
        if count > MOST_SUBSCRIBERS[kind]:
            fault = f"has {count} of type {kind}, of {told}"
            yield Problem(place, None, fault, f"name {MOST_SUBSCRIBERS[kind]} at most")
    for address, count in Counter(subscriber["address"] for subscriber in subscribers).items():
        if count > 1:
            yield Problem(place, address, f"is declared {count} times", "declare it once")
    for number, subscriber in enumerate(subscribers):
        yield from _address(f"{place}[{number}].address", subscriber["subscription_type"], subscriber["address"])


def _address(option: str, kind: str, address: str) -> Iterator[Problem]:
    pattern, remedy = _ADDRESS[kind]
    if not pattern.fullmatch(address):
        yield Problem(option, address, f"is no address of type {kind}", f"use {remedy}")
