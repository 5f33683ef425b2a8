# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS Budgets, or common sense, would refuse in a budget; found before the first call, all at once.

Source of the limits: AWS Budgets API Reference, Budget, Spend, Notification and Subscriber.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

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
# option: (what it must look like, what to do)
_TEXTS = {
    "budget_name": (_NAME, r"use up to 100 characters without :, \ and /action/"),
    "account_id": (_ACCOUNT, "use the 12 digits of the account, in quotes"),
    "limit_amount": (_AMOUNT, "use a number above 0, such as 300 or 299.50, without sign and currency"),
    "limit_unit": (_CURRENCY, "use the code of a currency, such as USD"),
}


def check(parameters: Mapping[str, Any]) -> None:
    """Raise AnsibleBudgetsError with every problem of I(parameters), each naming option, value and remedy."""
    problems = [*_texts(parameters), *_filters(parameters), *_notifications(parameters)]
    if problems:
        raise AnsibleBudgetsError(message="\n".join(["The budget cannot be as declared:", *problems]))


def _texts(parameters: Mapping[str, Any]) -> Iterator[str]:
    for option, (pattern, remedy) in _TEXTS.items():
        value = parameters.get(option)
        if value is not None and not pattern.fullmatch(value):
            yield f"{option} is {value!r}; {remedy}."


def _filters(parameters: Mapping[str, Any]) -> Iterator[str]:
    for option in ("cost_filters", "cost_filter_tags"):
        for key, values in (listed(parameters.get(option)) or {}).items():
            if not values:
                yield f"{option}.{key} is empty; give at least one value or leave it out."
    for entry in (listed(parameters.get("cost_filters")) or {}).get(TAG_FILTER, []):
        if entry.startswith(USER_TAG):
            yield f"cost_filters.{TAG_FILTER} has {entry!r}; write the tag in cost_filter_tags."
    for key in parameters.get("cost_filter_tags") or {}:
        if "$" in key or key.startswith(USER_TAG):
            yield f"cost_filter_tags has the key {key!r}; write the key of the tag alone, without {USER_TAG} and $."


def _notifications(parameters: Mapping[str, Any]) -> Iterator[str]:
    declared = parameters.get("notifications") or []
    if len(declared) > MOST_NOTIFICATIONS:
        yield f"notifications has {len(declared)} entries; a budget can have {MOST_NOTIFICATIONS}."
    for identity, count in Counter(map(notification, declared)).items():
        if count > 1:
            yield f"notifications has {_named(identity)} {count} times; put all its subscribers into one."
    for item in declared:
        identity = notification(item)
        yield from (f"Notification {_named(identity)}: {problem}" for problem in _notification(identity, item))


def _named(identity: Notification) -> str:
    return (
        f"{identity.notification_type} {identity.comparison_operator} {identity.threshold:g} {identity.threshold_type}"
    )


def _notification(identity: Notification, item: Mapping[str, Any]) -> Iterator[str]:
    highest = HIGHEST_THRESHOLD[identity.threshold_type]
    if not 0 < identity.threshold <= highest:
        yield f"threshold is {identity.threshold:g}; use more than 0 and up to {highest} for {identity.threshold_type}."
    subscribers = item["subscribers"]
    if not subscribers:
        yield "subscribers is empty; name at least one EMAIL or SNS address."
    for kind, count in Counter(subscriber["subscription_type"] for subscriber in subscribers).items():
        if count > MOST_SUBSCRIBERS[kind]:
            yield f"subscribers has {count} of type {kind}; {MOST_SUBSCRIBERS[kind]} is the limit."
    for address, count in Counter(subscriber["address"] for subscriber in subscribers).items():
        if count > 1:
            yield f"subscribers has {address} {count} times; leave one."
    yield from _addresses(subscribers)


def _addresses(subscribers: list[Mapping[str, Any]]) -> Iterator[str]:
    for subscriber in subscribers:
        kind, address = subscriber["subscription_type"], subscriber["address"]
        pattern, remedy = _ADDRESS[kind]
        if not pattern.fullmatch(address):
            yield f"address is {address!r}; for {kind} use {remedy}."
