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
REFUSED = {
    "colon in the name": ({"budget_name": "redis:prod"}, ["budget_name is 'redis:prod'", "100 characters"]),
    "backslash in the name": ({"budget_name": "redis\\prod"}, ["budget_name is"]),
    "action in the name": ({"budget_name": "redis/action/prod"}, ["budget_name is"]),
    "empty name": ({"budget_name": ""}, ["budget_name is ''"]),
    "long name": ({"budget_name": "x" * 101}, ["budget_name is"]),
    "account that lost its zero": ({"account_id": "23456789012"}, ["account_id is '23456789012'", "in quotes"]),
    "negative amount": ({"limit_amount": "-300"}, ["limit_amount is '-300'", "299.50"]),
    "amount with currency": ({"limit_amount": "$300"}, ["limit_amount is '$300'"]),
    "no amount at all": ({"limit_amount": "0.00"}, ["limit_amount is '0.00'", "above 0"]),
    "unit": ({"limit_unit": "dollars"}, ["limit_unit is 'dollars'", "USD"]),
    "filter without value": ({"cost_filters": {"Service": []}}, ["cost_filters.Service is empty"]),
    "tag without value": ({"cost_filter_tags": {"Service": []}}, ["cost_filter_tags.Service is empty"]),
    "tag among the filters": (
        {"cost_filters": {"TagKeyValue": ["user:Service$redis"]}},
        ["has 'user:Service$redis'; write the tag in cost_filter_tags"],
    ),
    "prefix of a tag": ({"cost_filter_tags": {"user:Service": "redis"}}, ["the key 'user:Service'", "without user:"]),
    "separator in a tag": ({"cost_filter_tags": {"Service$redis": "x"}}, ["the key 'Service$redis'"]),
    "eleven notifications": (
        {"notifications": [{**WHEN, "threshold": 10.0 * number} for number in range(1, 12)]},
        ["notifications has 11 entries; a budget can have 10"],
    ),
    "the same notification": (
        {"notifications": [WHEN, {**WHEN, "threshold": 80, "threshold_type": None}]},
        ["ACTUAL GREATER_THAN 80 PERCENTAGE 2 times", "into one"],
    ),
    "threshold of nothing": (notify(threshold=0.0), ["threshold is 0; use more than 0 and up to 1000000"]),
    "threshold of too much": (notify(threshold=1_000_001.0), ["up to 1000000 for PERCENTAGE"]),
    "nobody": (notify(subscribers=[]), ["GREATER_THAN 80 PERCENTAGE: subscribers is empty"]),
    "eleven addresses": (notify(subscribers=emails(11)), ["11 of type EMAIL; 10 is the limit"]),
    "two topics": (
        notify(subscribers=[TOPIC, {**TOPIC, "address": f"{TOPIC['address']}2"}]),
        ["2 of type SNS; 1 is the limit"],
    ),
    "an address twice": (notify(subscribers=[TEAM, TEAM]), ["team@example.com 2 times"]),
    "no e-mail address": (
        notify(subscribers=[{**TEAM, "address": "team@example"}]),
        ["address is 'team@example'; for EMAIL use an address such as"],
    ),
    "name of a topic": (notify(subscribers=[{**TOPIC, "address": "alerts"}]), ["for SNS use the ARN of the topic"]),
}


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(change):
    check({**DECLARED, **change})


@pytest.mark.parametrize(("change", "texts"), REFUSED.values(), ids=REFUSED)
def test_refused(change, texts):
    with pytest.raises(AnsibleBudgetsError) as caught:
        check({**DECLARED, **change})
    for text in texts:
        assert text in str(caught.value)


def test_all_problems_come_at_once():
    wrong = {"budget_name": "a:b", "limit_amount": "-1", **notify(threshold=0.0, subscribers=[])}
    with pytest.raises(AnsibleBudgetsError) as caught:
        check({**DECLARED, **wrong})
    assert len(str(caught.value).splitlines()) == 1 + 4
