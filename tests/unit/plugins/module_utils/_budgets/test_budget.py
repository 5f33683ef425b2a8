# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cost budget: the exact calls for each difference, and none where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets import budget
from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets.common import AnsibleBudgetsError
from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets.filters import COST_TYPES

ACCOUNT = "123456789012"
ARN = f"arn:aws:budgets::{ACCOUNT}:budget/demo"
TARGET = {"AccountId": ACCOUNT, "BudgetName": "demo"}
TOPIC = {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"}
OTHER_TOPIC = {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:eu-west-1:{ACCOUNT}:night-shift"}
TEAM = {"SubscriptionType": "EMAIL", "Address": "team@example.com"}
BOSS = {"SubscriptionType": "EMAIL", "Address": "boss@example.com"}


def option(subscriber: Mapping[str, str]) -> dict[str, str]:
    return {"subscription_type": subscriber["SubscriptionType"], "address": subscriber["Address"]}


def when(threshold: float, *subscribers: Mapping[str, str], notification_type: str = "ACTUAL") -> dict[str, Any]:
    """A notification as a user declares it."""
    return {
        "notification_type": notification_type,
        "comparison_operator": "GREATER_THAN",
        "threshold": threshold,
        "threshold_type": "PERCENTAGE",
        "subscribers": [option(subscriber) for subscriber in subscribers],
    }


def identity(threshold: float, notification_type: str = "ACTUAL") -> dict[str, Any]:
    return {
        "NotificationType": notification_type,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": threshold,
        "ThresholdType": "PERCENTAGE",
    }


DECLARED = {
    "budget_name": "demo",
    "account_id": ACCOUNT,
    "limit_amount": "300",
    "limit_unit": None,
    "time_unit": None,
    "cost_filter_tags": {"Service": "redis", "Environment": ["prod"]},
    "cost_filters": None,
    "cost_types": None,
    "notifications": [when(80, TEAM, TOPIC)],
    "purge_notifications": True,
    "state": "present",
    "tags": {"Project": "demo"},
    "purge_tags": True,
}
START, END = (datetime(year, 6, 15, tzinfo=UTC) for year in (2026, 2087))
DEFAULT_COST_TYPES = {
    "".join(word.capitalize() for word in name.split("_")): value for name, value in COST_TYPES.items()
}
STORED: Mapping[str, Any] = MappingProxyType(
    {
        "BudgetName": "demo",
        "BudgetType": "COST",
        "BudgetLimit": {"Amount": "300.0", "Unit": "USD"},
        "TimeUnit": "MONTHLY",
        "TimePeriod": {"Start": START, "End": END},
        "CostFilters": {"TagKeyValue": ["user:Service$redis", "user:Environment$prod"]},
        "CostTypes": DEFAULT_COST_TYPES,
        "CalculatedSpend": {"ActualSpend": {"Amount": "12.5", "Unit": "USD"}},
        "LastUpdatedTime": START,
        "HealthStatus": {"Status": "HEALTHY"},
    }
)
SUBSCRIBED: Mapping[float, list[dict[str, str]]] = MappingProxyType({80.0: [TOPIC, TEAM]})


@pytest.fixture
def client(stubbed):
    return stubbed("budgets")


def ensure(boto: Any, parameters: Mapping[str, Any], check_mode: bool = False) -> dict[str, Any]:
    return budget.ensure({"budgets": boto}.__getitem__, parameters, check_mode)


def answer_read(
    stubber,
    stored: Mapping[str, Any] | None = STORED,
    subscribed: Mapping[float, list[dict[str, str]]] = SUBSCRIBED,
) -> None:
    if stored is None:
        stubber.add_client_error("describe_budget", "NotFoundException")
        return
    stubber.add_response("describe_budget", {"Budget": dict(stored)}, {**TARGET, "ShowFilterExpression": True})
    stubber.add_response(
        "list_tags_for_resource", {"ResourceTags": [{"Key": "Project", "Value": "demo"}]}, {"ResourceARN": ARN}
    )
    reported = [{**identity(threshold), "NotificationState": "OK"} for threshold in subscribed]
    for notification in reported:
        del notification["ThresholdType"]  # a reply may leave the default out
    stubber.add_response("describe_notifications_for_budget", {"Notifications": reported}, TARGET)
    for threshold, subscribers in subscribed.items():
        request = {**TARGET, "Notification": identity(threshold)}
        stubber.add_response("describe_subscribers_for_notification", {"Subscribers": subscribers}, request)


def answer_calls(stubber, calls: list[tuple[str, dict[str, Any]]]) -> None:
    for operation, request in calls:
        stubber.add_response(operation, {}, request)


CREATED = {
    "BudgetName": "demo",
    "BudgetType": "COST",
    "BudgetLimit": {"Amount": "300", "Unit": "USD"},
    "TimeUnit": "MONTHLY",
    "CostFilters": {"TagKeyValue": ["user:Environment$prod", "user:Service$redis"]},
}


def test_create_sends_everything_in_one_call(client):
    boto, stubber = client
    answer_read(stubber, None)
    request = {
        "AccountId": ACCOUNT,
        "Budget": CREATED,
        "NotificationsWithSubscribers": [{"Notification": identity(80.0), "Subscribers": [TEAM, TOPIC]}],
        "ResourceTags": [{"Key": "Project", "Value": "demo"}],
    }
    answer_calls(stubber, [("create_budget", request)])
    answer_read(stubber)
    result = ensure(boto, DECLARED)
    assert result["budget"]["arn"] == ARN
    assert result["budget"]["cost_filter_tags"] == {"Service": ["redis"], "Environment": ["prod"]}
    assert result["diff"]["before"] == {}


def test_the_least_that_makes_a_budget(client):
    boto, stubber = client
    answer_read(stubber, None)
    least = dict.fromkeys(DECLARED) | {"budget_name": "demo", "account_id": ACCOUNT, "limit_amount": "300"}
    request = {"AccountId": ACCOUNT, "Budget": {name: CREATED[name] for name in CREATED if name != "CostFilters"}}
    answer_calls(stubber, [("create_budget", request)])
    answer_read(stubber)
    assert ensure(boto, {**least, "state": "present", "purge_notifications": True, "purge_tags": True})["changed"]


def test_creation_without_a_limit_says_what_to_set(client):
    boto, stubber = client
    answer_read(stubber, None)
    with pytest.raises(AnsibleBudgetsError, match="To create the budget demo, set limit_amount"):
        ensure(boto, {**DECLARED, "limit_amount": None}, check_mode=True)


def test_the_account_is_that_of_the_credentials_when_it_is_not_declared(stubbed):
    budgets, budgets_stubber = stubbed("budgets")
    sts, sts_stubber = stubbed("sts")
    sts_stubber.add_response("get_caller_identity", {"Account": ACCOUNT, "Arn": "a" * 20, "UserId": "u"}, {})
    answer_read(budgets_stubber)
    clients = {"budgets": budgets, "sts": sts}
    assert not budget.ensure(clients.__getitem__, {**DECLARED, "account_id": None}, True)["changed"]


def update(**changes: Any) -> tuple[str, dict[str, Any]]:
    """UpdateBudget with all that is stored but what AWS computes."""
    settable = {
        name: STORED[name] for name in STORED if name not in ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")
    }
    period = {"Start": START.isoformat(), "End": END.isoformat()}
    tags = {"TagKeyValue": ["user:Environment$prod", "user:Service$redis"]}
    budget_object = {**settable, "TimePeriod": period, "CostFilters": tags, **changes}
    given = {name: value for name, value in budget_object.items() if value is not None}
    return ("update_budget", {"AccountId": ACCOUNT, "NewBudget": given})


def subscriber_call(verb: str, threshold: float, **subscribers: dict[str, str]) -> tuple[str, dict[str, Any]]:
    return (f"{verb}_subscriber", {**TARGET, "Notification": identity(threshold), **subscribers})


def create(threshold: float, *subscribers: dict[str, str]) -> tuple[str, dict[str, Any]]:
    return (
        "create_notification",
        {**TARGET, "Notification": identity(threshold), "Subscribers": list(subscribers)},
    )


def change(old: float, new: float) -> tuple[str, dict[str, Any]]:
    return ("update_notification", {**TARGET, "OldNotification": identity(old), "NewNotification": identity(new)})


CHANGES = {
    "nothing": ({}, []),
    "everything left out": (
        {"limit_amount": None, "cost_filter_tags": None, "notifications": None, "tags": None},
        [],
    ),
    "the same amount": ({"limit_amount": "300.000"}, []),
    "a cost type that is the default": ({"cost_types": {"include_tax": True, "use_blended": False}}, []),
    "order of subscribers": ({"notifications": [when(80.0, TOPIC, TEAM)]}, []),
    "no other filters": ({"cost_filters": {}}, []),
    "amount": ({"limit_amount": "450.50"}, [update(BudgetLimit={"Amount": "450.50", "Unit": "USD"})]),
    "currency": ({"limit_unit": "EUR"}, [update(BudgetLimit={"Amount": "300.0", "Unit": "EUR"})]),
    "time unit": ({"time_unit": "QUARTERLY"}, [update(TimeUnit="QUARTERLY")]),
    "a tag value": (
        {"cost_filter_tags": {"Service": ["redis", "sessions"]}},
        [update(CostFilters={"TagKeyValue": ["user:Service$redis", "user:Service$sessions"]})],
    ),
    "no tag": ({"cost_filter_tags": {}}, [update(CostFilters=None)]),
    "a filter beside the tags": (
        {"cost_filters": {"Service": "Amazon ElastiCache"}, "cost_filter_tags": None},
        [
            update(
                CostFilters={
                    "Service": ["Amazon ElastiCache"],
                    "TagKeyValue": ["user:Environment$prod", "user:Service$redis"],
                }
            )
        ],
    ),
    "a cost type": (
        {"cost_types": {"include_tax": False, "include_credit": None}},
        [update(CostTypes={**DEFAULT_COST_TYPES, "IncludeTax": False})],
    ),
    "a threshold": ({"notifications": [when(90, TEAM, TOPIC)]}, [change(80.0, 90.0)]),
    "a threshold and a subscriber": (
        {"notifications": [when(90, TOPIC)]},
        [change(80.0, 90.0), subscriber_call("delete", 90.0, Subscriber=TEAM)],
    ),
    "a notification more": (
        {"notifications": [when(80, TEAM, TOPIC), when(100, BOSS)]},
        [create(100.0, BOSS)],
    ),
    "a notification beside those that stay": (
        {"notifications": [when(100, BOSS)], "purge_notifications": False},
        [create(100.0, BOSS)],
    ),
    "no notification": ({"notifications": []}, [("delete_notification", {**TARGET, "Notification": identity(80.0)})]),
    "no notification, none purged": ({"notifications": [], "purge_notifications": False}, []),
    "another address": (
        {"notifications": [when(80, BOSS, TOPIC)]},
        [subscriber_call("update", 80.0, OldSubscriber=TEAM, NewSubscriber=BOSS)],
    ),
    "another topic": (
        {"notifications": [when(80, TEAM, OTHER_TOPIC)]},
        [subscriber_call("update", 80.0, OldSubscriber=TOPIC, NewSubscriber=OTHER_TOPIC)],
    ),
    "an address more": (
        {"notifications": [when(80, TEAM, TOPIC, BOSS)]},
        [subscriber_call("create", 80.0, Subscriber=BOSS)],
    ),
    "an address less": (
        {"notifications": [when(80, TOPIC)]},
        [subscriber_call("delete", 80.0, Subscriber=TEAM)],
    ),
    "another tag of the budget": (
        {"tags": {"Owner": "platform"}},
        [
            ("untag_resource", {"ResourceARN": ARN, "ResourceTagKeys": ["Project"]}),
            ("tag_resource", {"ResourceARN": ARN, "ResourceTags": [{"Key": "Owner", "Value": "platform"}]}),
        ],
    ),
    "absent": ({"state": "absent"}, [("delete_budget", TARGET)]),
}


@pytest.mark.parametrize(("change", "calls"), CHANGES.values(), ids=CHANGES)
def test_only_the_difference_is_sent(client, change, calls):
    boto, stubber = client
    answer_read(stubber)
    answer_calls(stubber, calls)
    if calls:
        answer_read(stubber)
    result = ensure(boto, {**DECLARED, **change})
    assert result["operations"] == [operation for operation, _ignored in calls]
    assert result["changed"] == bool(calls)


@pytest.mark.parametrize(
    "change", [pytest.param(change, id=name) for name, (change, calls) in CHANGES.items() if calls]
)
def test_check_mode_reads_only_and_predicts(client, change):
    boto, stubber = client
    answer_read(stubber)
    result = ensure(boto, {**DECLARED, **change}, check_mode=True)
    assert result["changed"]
    assert result["diff"]["before"] != result["diff"]["after"]


def test_the_last_subscriber_goes_only_after_the_first_new_one_has_come(client):
    boto, stubber = client
    answer_read(stubber, subscribed={80.0: [TEAM]})
    calls = [subscriber_call("create", 80.0, Subscriber=TOPIC), subscriber_call("delete", 80.0, Subscriber=TEAM)]
    answer_calls(stubber, calls)
    answer_read(stubber)
    ensure(boto, {**DECLARED, "notifications": [when(80, TOPIC)]})


def test_notifications_that_stay_are_never_the_ones_that_change(client):
    boto, stubber = client
    answer_read(stubber, subscribed={80.0: [TEAM], 90.0: [TEAM], 95.0: [TEAM]})
    gone = ("delete_notification", {**TARGET, "Notification": identity(95.0)})
    answer_calls(stubber, [change(80.0, 100.0), gone])
    answer_read(stubber)
    ensure(boto, {**DECLARED, "notifications": [when(90, TEAM), when(100, TEAM)]})


PLANNED = {"1767225600": {"Amount": "100", "Unit": "USD"}}
ADJUSTING = {
    "AutoAdjustType": "HISTORICAL",
    "HistoricalOptions": {"BudgetAdjustmentPeriod": 3, "LookBackAvailablePeriods": 2},
    "LastAutoAdjustTime": START,
}
ADJUSTMENT = {"AutoAdjustType": "HISTORICAL", "HistoricalOptions": {"BudgetAdjustmentPeriod": 3}}
OTHER_LIMITS = {
    "planned": ({"PlannedBudgetLimits": PLANNED}, {"PlannedBudgetLimits": PLANNED}),
    "adjusting itself": ({"AutoAdjustData": ADJUSTING}, {"AutoAdjustData": ADJUSTMENT}),
}


@pytest.mark.parametrize(("stored", "kept"), OTHER_LIMITS.values(), ids=OTHER_LIMITS)
def test_a_limit_of_another_kind_stays_when_nothing_is_said_about_it(client, stored, kept):
    boto, stubber = client
    answer_read(stubber, {**STORED, **stored})
    answer_calls(stubber, [update(TimeUnit="QUARTERLY", BudgetLimit=None, **kept)])
    answer_read(stubber)
    ensure(boto, {**DECLARED, "limit_amount": None, "time_unit": "QUARTERLY"})


@pytest.mark.parametrize(("stored", "kept"), OTHER_LIMITS.values(), ids=OTHER_LIMITS)
def test_a_declared_limit_takes_its_place(client, stored, kept):
    boto, stubber = client
    answer_read(stubber, {**STORED, **stored})
    answer_calls(stubber, [update(BudgetLimit={"Amount": "300", "Unit": "USD"})])
    answer_read(stubber)
    ensure(boto, DECLARED)


EXPRESSION = {
    "FilterExpression": {
        "And": [
            {"Tags": {"Key": "Service", "Values": ["redis"], "MatchOptions": ["EQUALS"]}},
            {"Not": {"Dimensions": {"Key": "REGION", "Values": ["us-east-1"]}}},
        ]
    },
    "Metrics": ["UnblendedCost"],
}


def test_a_default_cost_type_needs_no_update_of_a_budget_that_reports_none(client):
    boto, stubber = client
    answer_read(stubber, {name: STORED[name] for name in STORED if name != "CostTypes"})
    assert not ensure(boto, {**DECLARED, "cost_types": {"include_tax": True}})["changed"]


def test_a_filter_expression_stays_when_nothing_is_said_about_filters(client):
    boto, stubber = client
    answer_read(stubber, {**{name: STORED[name] for name in STORED if not name.startswith("Cost")}, **EXPRESSION})
    limit = {"Amount": "450", "Unit": "USD"}
    answer_calls(stubber, [update(BudgetLimit=limit, CostFilters=None, CostTypes=None, **EXPRESSION)])
    answer_read(stubber)
    ensure(boto, {**DECLARED, "cost_filter_tags": None, "limit_amount": "450"})


def test_a_declared_filter_replaces_the_expression(client):
    boto, stubber = client
    answer_read(stubber, {**{name: STORED[name] for name in STORED if not name.startswith("Cost")}, **EXPRESSION})
    answer_calls(stubber, [update(CostTypes=None)])
    answer_read(stubber)
    ensure(boto, DECLARED)


def test_a_budget_of_another_type_is_not_turned_into_a_cost_budget(client):
    boto, stubber = client
    answer_read(stubber, {**STORED, "BudgetType": "USAGE"})
    with pytest.raises(
        AnsibleBudgetsError, match=r"budget_name = demo: is a USAGE budget.\n   Remedy: choose another name"
    ):
        ensure(boto, DECLARED)


def test_absent_twice_is_no_change(client):
    boto, stubber = client
    answer_read(stubber, None)
    assert ensure(boto, {**DECLARED, "state": "absent"}) == {
        "changed": False,
        "diff": {"before": {}, "after": {}},
        "operations": [],
        "budget": {},
    }


def test_a_refusal_of_the_service_names_the_operation(client):
    boto, stubber = client
    answer_read(stubber, None)
    stubber.add_client_error("create_budget", "CreationLimitExceededException", "20000 budgets")
    with pytest.raises(AnsibleBudgetsError, match=r"create_budget.*20000 budgets"):
        ensure(boto, DECLARED)
