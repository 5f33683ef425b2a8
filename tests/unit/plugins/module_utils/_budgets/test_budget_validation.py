# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before any call, each problem with option, value and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets.common import AnsibleBudgetsError
from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets.validation import check

TEAM = {"subscription_type": "EMAIL", "address": "team@example.com"}
TOPIC = {"subscription_type": "SNS", "address": "arn:aws:sns:eu-west-1:123456789012:alerts"}
WHEN = {
    "notification_type": "ACTUAL",
    "comparison_operator": "GREATER_THAN",
    "threshold": 80.0,
    "threshold_type": "PERCENTAGE",
    "subscribers": [TEAM, TOPIC],
}
DECLARED = {"budget_name": "demo", "limit_amount": "300", "notifications": [WHEN]}


def notify(**change: Any) -> dict[str, Any]:
    return {"notifications": [{**WHEN, **change}]}


def emails(count: int) -> list[dict[str, str]]:
    return [{**TEAM, "address": f"team{number}@example.com"} for number in range(count)]


ACCEPTED = {
    "a budget": {},
    "cents": {"limit_amount": ".50"},
    "a name with spaces": {"budget_name": "Redis in production / Europe"},
    "an amount as threshold": notify(threshold=2_000_000, threshold_type="ABSOLUTE_VALUE"),
    "threshold type left out": notify(threshold_type=None),
    "most subscribers": notify(subscribers=[*emails(10), TOPIC]),
    "a plus address": notify(subscribers=[{**TEAM, "address": "team+aws@mail.example.co.uk"}]),
    "a topic in another partition": notify(
        subscribers=[{**TOPIC, "address": "arn:aws-cn:sns:cn-north-1:123456789012:alerts"}]
    ),
    "tags of AWS": {"cost_filters": {"TagKeyValue": ["aws:createdBy$IAMUser"]}},
    "ten notifications": {"notifications": [{**WHEN, "threshold": 10.0 * number} for number in range(1, 11)]},
}
# What is declared, the option and value that are named, and what is said of them.
REFUSED: dict[str, tuple[dict[str, Any], str, Any, list[str]]] = {
    "colon in the name": ({"budget_name": "redis:prod"}, "budget_name", "redis:prod", ["100 characters"]),
    "backslash in the name": ({"budget_name": "redis\\prod"}, "budget_name", "redis\\prod", ["without :"]),
    "action in the name": (
        {"budget_name": "redis/action/prod"},
        "budget_name",
        "redis/action/prod",
        ["/action/"],
    ),
    "empty name": ({"budget_name": ""}, "budget_name", "", ["is no name"]),
    "long name": ({"budget_name": "x" * 101}, "budget_name", "x" * 101, ["is no name"]),
    "account that lost its zero": ({"account_id": "23456789012"}, "account_id", "23456789012", ["in quotes"]),
    "negative amount": ({"limit_amount": "-300"}, "limit_amount", "-300", ["299.50"]),
    "amount with currency": ({"limit_amount": "$300"}, "limit_amount", "$300", ["without sign and currency"]),
    "no amount at all": ({"limit_amount": "0.00"}, "limit_amount", "0.00", ["above 0"]),
    "unit": ({"limit_unit": "dollars"}, "limit_unit", "dollars", ["USD"]),
    "filter without value": ({"cost_filters": {"Service": []}}, "cost_filters.Service", [], ["is empty"]),
    "tag without value": ({"cost_filter_tags": {"Service": []}}, "cost_filter_tags.Service", [], ["is empty"]),
    "tag among the filters": (
        {"cost_filters": {"TagKeyValue": ["user:Service$redis"]}},
        "cost_filters.TagKeyValue",
        "user:Service$redis",
        ["write the tag in cost_filter_tags"],
    ),
    "prefix of a tag": (
        {"cost_filter_tags": {"user:Service": "redis"}},
        "cost_filter_tags",
        "user:Service",
        ["without user:"],
    ),
    "separator in a tag": (
        {"cost_filter_tags": {"Service$redis": "x"}},
        "cost_filter_tags",
        "Service$redis",
        ["the key of the tag alone"],
    ),
    "eleven notifications": (
        {"notifications": [{**WHEN, "threshold": 10.0 * number} for number in range(1, 12)]},
        "notifications",
        None,
        ["has 11 entries", "declare 10 at most"],
    ),
    "the same notification": (
        {"notifications": [WHEN, {**WHEN, "threshold": 80, "threshold_type": None}]},
        "notifications",
        "ACTUAL GREATER_THAN 80 PERCENTAGE",
        ["2 times", "into one"],
    ),
    "threshold of nothing": (
        notify(threshold=0.0),
        "notifications[0].threshold",
        0.0,
        ["use more than 0 and up to 1000000"],
    ),
    "threshold of too much": (
        notify(threshold=1_000_001.0),
        "notifications[0].threshold",
        1_000_001.0,
        ["up to 1000000 for PERCENTAGE"],
    ),
    "nobody": (notify(subscribers=[]), "notifications[0].subscribers", [], ["ACTUAL GREATER_THAN 80 PERCENTAGE"]),
    "eleven addresses": (
        notify(subscribers=emails(11)),
        "notifications[0].subscribers",
        None,
        ["has 11 of type EMAIL", "name 10 at most"],
    ),
    "two topics": (
        notify(subscribers=[TOPIC, {**TOPIC, "address": f"{TOPIC['address']}2"}]),
        "notifications[0].subscribers",
        None,
        ["has 2 of type SNS", "name 1 at most"],
    ),
    "an address twice": (
        notify(subscribers=[TEAM, TEAM]),
        "notifications[0].subscribers",
        "team@example.com",
        ["2 times"],
    ),
    "no e-mail address": (
        notify(subscribers=[TOPIC, {**TEAM, "address": "team@example"}]),
        "notifications[0].subscribers[1].address",
        "team@example",
        ["of type EMAIL", "use an address such as"],
    ),
    "name of a topic": (
        notify(subscribers=[{**TOPIC, "address": "alerts"}]),
        "notifications[0].subscribers[0].address",
        "alerts",
        ["of type SNS", "use the ARN of the topic"],
    ),
}


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(change):
    check({**DECLARED, **change})


@pytest.mark.parametrize(("change", "option", "value", "texts"), REFUSED.values(), ids=REFUSED)
def test_refused(change, option, value, texts):
    with pytest.raises(AnsibleBudgetsError) as caught:
        check({**DECLARED, **change})
    (problem,) = caught.value.kwargs["problems"]
    assert (problem["option"], problem["value"]) == (option, value)
    for text in (option, *texts, problem["remedy"]):
        assert text in str(caught.value)


def test_all_problems_come_at_once():
    wrong = {"budget_name": "a:b", "limit_amount": "-1", **notify(threshold=0.0, subscribers=[])}
    with pytest.raises(AnsibleBudgetsError, match="Cannot manage the budget a:b: 4 problems") as caught:
        check({**DECLARED, **wrong})
    assert [problem["option"] for problem in caught.value.kwargs["problems"]] == [
        "budget_name",
        "limit_amount",
        "notifications[0].threshold",
        "notifications[0].subscribers",
    ]
