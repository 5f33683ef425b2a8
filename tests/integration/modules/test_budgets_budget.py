# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cost budget on the sandbox; state is read back by boto3."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets import budget
from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets.common import AnsibleBudgetsError
from ansible_collections.accessweaver.elasticache.plugins.modules.budgets_budget import ARGUMENTS

NAME = "modules-prod-redis"
ACCOUNT = "000000000000"
TEAM = {"subscription_type": "EMAIL", "address": "team@example.com"}
BOSS = {"subscription_type": "EMAIL", "address": "boss@example.com"}
TOPIC = {"subscription_type": "SNS", "address": f"arn:aws:sns:eu-west-1:{ACCOUNT}:platform-alerts"}
OTHER_TOPIC = {**TOPIC, "address": f"arn:aws:sns:eu-west-1:{ACCOUNT}:night-shift"}


def when(threshold: float, *subscribers: dict[str, str], notification_type: str = "ACTUAL") -> dict[str, Any]:
    return {
        "notification_type": notification_type,
        "comparison_operator": "GREATER_THAN",
        "threshold": threshold,
        "threshold_type": "PERCENTAGE",
        "subscribers": list(subscribers),
    }


CREATION = {
    "limit_amount": "300",
    "cost_filter_tags": {"Service": ["accessweaver-redis"], "Environment": "prod"},
    "notifications": [when(80, TEAM, TOPIC), when(100, TEAM, notification_type="FORECASTED")],
    "tags": {"Project": "demo"},
}


def declare(**options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    return {**defaults, "budget_name": NAME, **options}


def stored(client: Any) -> dict[str, Any]:
    return client.describe_budget(AccountId=ACCOUNT, BudgetName=NAME)["Budget"]


def notified(client: Any) -> dict[tuple[str, float], set[str]]:
    """Who is told at which threshold."""
    target = {"AccountId": ACCOUNT, "BudgetName": NAME}
    found = client.describe_notifications_for_budget(**target)["Notifications"]
    return {
        (each["NotificationType"], each["Threshold"]): {
            subscriber["Address"]
            for subscriber in client.describe_subscribers_for_notification(**target, Notification=each)["Subscribers"]
        }
        for each in found
    }


def tags_of(client: Any) -> dict[str, str]:
    answer = client.list_tags_for_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/{NAME}")
    return {tag["Key"]: tag["Value"] for tag in answer["ResourceTags"]}


@pytest.fixture
def clients(fresh_sandbox):
    return cache(fresh_sandbox.client)


@pytest.fixture
def client(clients):
    return clients("budgets")


@pytest.fixture
def existing(clients, client):
    """A client of a sandbox that has the budget."""
    budget.ensure(clients, declare(**CREATION), False)
    return client


def test_create(fresh_sandbox, clients, client):
    done = four_times(fresh_sandbox, budget.ensure, clients, declare(**CREATION))
    found = stored(client)
    assert (found["BudgetType"], found["TimeUnit"]) == ("COST", "MONTHLY")
    assert found["BudgetLimit"] == {"Amount": "300.0", "Unit": "USD"}
    assert sorted(found["CostFilters"]["TagKeyValue"]) == ["user:Environment$prod", "user:Service$accessweaver-redis"]
    assert notified(client) == {
        ("ACTUAL", 80.0): {TEAM["address"], TOPIC["address"]},
        ("FORECASTED", 100.0): {TEAM["address"]},
    }
    assert tags_of(client) == {"Project": "demo"}
    assert done["operations"] == ["create_budget"]


FORECAST = when(100, TEAM, notification_type="FORECASTED")
TOLD = {("ACTUAL", 80.0): {TEAM["address"], TOPIC["address"]}, ("FORECASTED", 100.0): {TEAM["address"]}}
CHANGES = {
    "amount": (
        {"limit_amount": "450.5"},
        ["update_budget"],
        lambda client: stored(client)["BudgetLimit"]["Amount"] == "450.5" and notified(client) == TOLD,
    ),
    "time unit": (
        {"time_unit": "ANNUALLY"},
        ["update_budget"],
        lambda client: stored(client)["TimeUnit"] == "ANNUALLY",
    ),
    "a service beside the tags": (
        {"cost_filters": {"Service": "Amazon ElastiCache"}},
        ["update_budget"],
        lambda client: (
            stored(client)["CostFilters"]
            == {
                "Service": ["Amazon ElastiCache"],
                "TagKeyValue": ["user:Environment$prod", "user:Service$accessweaver-redis"],
            }
        ),
    ),
    "no filter": (
        {"cost_filter_tags": {}},
        ["update_budget"],
        lambda client: not stored(client).get("CostFilters"),
    ),
    "a cost type": (
        {"cost_types": {"include_credit": False}},
        ["update_budget"],
        lambda client: (
            (stored(client)["CostTypes"]["IncludeCredit"], stored(client)["CostTypes"]["IncludeTax"]) == (False, True)
        ),
    ),
    "a threshold": (
        {"notifications": [when(90, TEAM, TOPIC), FORECAST]},
        ["update_notification"],
        lambda client: ("ACTUAL", 90.0) in notified(client) and stored(client)["BudgetLimit"]["Amount"] == "300.0",
    ),
    "an address": (
        {"notifications": [when(80, BOSS, TOPIC), FORECAST]},
        ["update_subscriber"],
        lambda client: notified(client)["ACTUAL", 80.0] == {BOSS["address"], TOPIC["address"]},
    ),
    "the topic": (
        {"notifications": [when(80, TEAM, OTHER_TOPIC), FORECAST]},
        ["update_subscriber"],
        lambda client: notified(client)["ACTUAL", 80.0] == {TEAM["address"], OTHER_TOPIC["address"]},
    ),
    "the last subscriber": (
        {"notifications": [when(80, TEAM, TOPIC), when(100, TOPIC, notification_type="FORECASTED")]},
        ["create_subscriber", "delete_subscriber"],
        lambda client: notified(client)["FORECASTED", 100.0] == {TOPIC["address"]},
    ),
    "a notification less": (
        {"notifications": [FORECAST]},
        ["delete_notification"],
        lambda client: notified(client) == {("FORECASTED", 100.0): {TEAM["address"]}},
    ),
    "a notification beside the others": (
        {"notifications": [when(50, BOSS)], "purge_notifications": False},
        ["create_notification"],
        lambda client: notified(client) == {**TOLD, ("ACTUAL", 50.0): {BOSS["address"]}},
    ),
    "its tags": (
        {"tags": {"Owner": "platform"}},
        ["untag_resource", "tag_resource"],
        lambda client: tags_of(client) == {"Owner": "platform"},
    ),
    "several parts at once": (
        {"limit_amount": "100", "notifications": [when(80, TEAM, TOPIC, BOSS)], "tags": {"Project": "demo", "A": "b"}},
        ["update_budget", "delete_notification", "create_subscriber", "tag_resource"],
        lambda client: notified(client) == {("ACTUAL", 80.0): {TEAM["address"], TOPIC["address"], BOSS["address"]}},
    ),
    "removal": (
        {"state": "absent"},
        ["delete_budget"],
        lambda client: not client.describe_budgets(AccountId=ACCOUNT).get("Budgets"),
    ),
}


@pytest.mark.parametrize(("change", "operations", "is_right"), CHANGES.values(), ids=CHANGES)
def test_change(fresh_sandbox, clients, existing, change, operations, is_right):
    done = four_times(fresh_sandbox, budget.ensure, clients, declare(**change))
    assert done["operations"] == operations
    assert is_right(existing)


def test_what_is_left_out_stays(clients, existing):
    before = stored(existing)
    assert not budget.ensure(clients, declare(), False)["changed"]
    assert (stored(existing), notified(existing), tags_of(existing)) == (before, TOLD, {"Project": "demo"})


def test_nothing_is_written_when_anything_is_wrong(fresh_sandbox, clients):
    since = len(fresh_sandbox.calls())
    wrong = {"limit_amount": "-300", "notifications": [when(0, {**TEAM, "address": "team"})]}
    with pytest.raises(AnsibleBudgetsError, match=r"(?s)limit_amount = -300.*threshold = 0.*address = team"):
        budget.ensure(clients, declare(**wrong), False)
    assert fresh_sandbox.calls(since=since) == []


def test_a_budget_of_another_account_is_refused_with_the_name_of_the_call(clients):
    with pytest.raises(AnsibleBudgetsError, match=r"Failed to describe the budget.*AccessDenied"):
        budget.ensure(clients, declare(**CREATION, account_id="123456789012"), False)


@pytest.mark.extended
def test_through_ansible(ansible, client):
    """Task by task as a user writes it, in a region that AWS Budgets does not have."""
    options = {
        "name": NAME,
        "region": "eu-west-1",
        "limit_amount": 300,
        "cost_filter_tags": {"Service": "accessweaver-redis"},
        "notifications": [{"notification_type": "ACTUAL", "threshold": 80, "subscribers": [TEAM]}],
    }
    done = ansible("budgets_budget", **options)
    assert (done["changed"], done["budget"]["limit_amount"]) == (True, "300.0")
    assert not ansible("budgets_budget", **options)["changed"]
    checked = ansible("budgets_budget", check=True, name=NAME, limit_amount=450)
    assert (checked["operations"], checked["budget"]["limit_amount"]) == (["update_budget"], "450")
    failed = ansible("budgets_budget", name=NAME, limit_amount=-1)
    assert [(problem["option"], problem["value"]) for problem in failed["problems"]] == [("limit_amount", "-1")]
    assert "limit_amount = -1: is no amount" in failed["msg"]
    assert ansible("budgets_budget", name=NAME, state="absent")["budget"] == {}
    assert not client.describe_budgets(AccountId=ACCOUNT).get("Budgets")
