# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service updates: which calls a state takes from each status, the wait for every node, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import service_update
from ansible_collections.accessweaver.elasticache.plugins.modules import (
    elasticache_service_update,
    elasticache_service_update_info,
)

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
GROUP = {"ReplicationGroupId": "demo", "Status": "available", "MemberClusters": ["demo-001"]}
MEMBER = {"CacheClusterId": "demo-001", "CacheClusterStatus": "available"}


def defaults(module: Any) -> dict[str, Any]:
    return {name: spec.get("default") for name, spec in module.ARGUMENTS.items()}


def action(
    name: str, status: str, node: str | None = None, severity: str = "important", day: int = 0
) -> dict[str, Any]:
    """An update action; its one node has the same status unless told otherwise."""
    nodes = [{"CacheClusterId": "demo-001", "NodeUpdateStatus": node or status}]
    return {
        "ReplicationGroupId": "demo",
        "ServiceUpdateName": name,
        "ServiceUpdateSeverity": severity,
        "ServiceUpdateRecommendedApplyByDate": RELEASED + timedelta(days=day),
        "UpdateActionStatus": status,
        "UpdateActionStatusModifiedDate": RELEASED + timedelta(hours=len(status)),
        "NodeGroupUpdateStatus": [{"NodeGroupId": "0001", "NodeGroupMemberUpdateStatus": nodes}],
    }


@pytest.fixture
def client(stubbed):
    return stubbed("elasticache")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0)


def answer_read(stubber, *actions):
    request = {"ShowNodeLevelUpdateStatus": True, "ReplicationGroupIds": ["demo"], "ServiceUpdateStatus": ["available"]}
    stubber.add_response("describe_update_actions", {"UpdateActions": list(actions)}, request)


def answer_group(stubber):
    """The group, available."""
    stubber.add_response("describe_replication_groups", {"ReplicationGroups": [GROUP]}, {"ReplicationGroupId": "demo"})
    stubber.add_response("describe_cache_clusters", {"CacheClusters": [MEMBER]}, {"ShowCacheNodeInfo": True})


def answer_call(stubber, verb, name, **answer):
    request = {"ReplicationGroupIds": ["demo"], "ServiceUpdateName": name}
    stubber.add_response(f"batch_{verb}_update_action", answer, request)


def run(client, check_mode=False, **options):
    declared = {**defaults(elasticache_service_update), "replication_group_id": "Demo", **options}
    return service_update.ensure(client[0], declared, check_mode)


STATUSES = {
    "not applied": ("not-applied", True, False),
    "scheduled": ("scheduled", True, False),
    "waiting to start": ("waiting-to-start", False, True),
    "in progress": ("in-progress", False, True),
    "stopping": ("stopping", True, False),
    "stopped": ("stopped", True, False),
    "complete": ("complete", False, False),
    "not applicable": ("not-applicable", False, False),
}


@pytest.mark.parametrize(("status", "applied", "stopped"), STATUSES.values(), ids=STATUSES)
def test_what_a_state_takes_from_each_status(client, status, applied, stopped):
    for state, verb, needed in (("applied", "apply", applied), ("stopped", "stop", stopped)):
        answer_read(client[1], action("one", status, "complete"))
        result = run(client, check_mode=True, state=state)
        assert (result["changed"], result["operations"]) == (needed, [f"batch_{verb}_update_action"] * needed)


def test_apply_one_after_the_other_and_wait_for_each_node(client):
    stubber, both = client[1], ("old", "new")
    answer_read(stubber, action("new", "not-applied", day=9), action("old", "not-applied", day=3))
    for name in both:
        answer_group(stubber)
        answer_call(stubber, "apply", name)
        for status, node in (
            ("not-applied", None),
            ("in-progress", None),
            ("complete", "in-progress"),
            ("complete", None),
        ):
            answer_read(stubber, action(name, status, node))
        answer_group(stubber)
    answer_read(stubber, *(action(name, "complete") for name in both))
    result = run(client)
    assert result["diff"] == {
        "before": {"old": "not-applied", "new": "not-applied"},
        "after": {"old": "complete", "new": "complete"},
    }
    assert [found["update_action_status"] for found in result["update_actions"]] == ["complete", "complete"]


def test_check_mode_predicts_the_status(client):
    answer_read(client[1], action("one", "not-applied"), action("two", "complete"))
    result = run(client, check_mode=True)
    assert [found["update_action_status"] for found in result["update_actions"]] == ["complete", "complete"]
    assert result["diff"] == {"before": {"one": "not-applied"}, "after": {"one": "complete"}}


def test_what_an_earlier_run_began_is_waited_for(client):
    stubber = client[1]
    answer_read(stubber, action("one", "in-progress"))
    answer_read(stubber, action("one", "complete"))
    answer_group(stubber)
    answer_read(stubber, action("one", "complete"))
    assert not run(client)["changed"]


def test_without_waiting_only_the_call_is_made(client):
    answer_read(client[1], action("one", "not-applied"))
    answer_call(client[1], "apply", "one")
    answer_read(client[1], action("one", "waiting-to-start"))
    assert run(client, wait=False)["update_actions"][0]["update_action_status"] == "waiting-to-start"


@pytest.mark.parametrize("end", ["stopped", "complete"])
def test_stop_ends_with_the_node_that_was_under_way_even_if_it_was_the_last(client, end):
    stubber = client[1]
    answer_read(stubber, action("one", "in-progress"))
    answer_call(stubber, "stop", "one")
    answer_read(stubber, action("one", "stopping"))
    answer_read(stubber, action("one", end))
    answer_group(stubber)
    answer_read(stubber, action("one", end))
    assert run(client, state="stopped")["changed"]


def test_somebody_else_who_stops_it_ends_the_wait(client):
    stubber = client[1]
    answer_read(stubber, action("one", "not-applied"))
    answer_group(stubber)
    answer_call(stubber, "apply", "one")
    answer_read(stubber, action("one", "stopping"))
    with pytest.raises(
        AnsibleAWSError, match=r"Gave up waiting for service update one of demo.*it is stopping; somebody"
    ):
        run(client)


def test_a_stop_of_before_is_no_news(client):
    stubber = client[1]
    answer_read(stubber, action("one", "stopped"))
    answer_group(stubber)
    answer_call(stubber, "apply", "one")
    answer_read(stubber, action("one", "stopped"))
    answer_read(stubber, action("one", "complete"))
    answer_group(stubber)
    answer_read(stubber, action("one", "complete"))
    assert run(client)["changed"]


def test_a_refusal_that_the_api_calls_success_is_told(client):
    refused = {"ReplicationGroupId": "demo", "ServiceUpdateName": "one", "ErrorType": "Busy", "ErrorMessage": "later"}
    answer_read(client[1], action("one", "in-progress"))
    answer_call(client[1], "stop", "one", UnprocessedUpdateActions=[refused])
    with pytest.raises(AnsibleAWSError, match="batch_stop_update_action of one for demo: Busy: later"):
        run(client, state="stopped")


SELECTIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all": ({}, ["critical-one", "low-one"]),
    "by name": ({"service_update_names": ["low-one"]}, ["low-one"]),
    "by severity": ({"severity": ["critical", "important"]}, ["critical-one"]),
    "by both": ({"service_update_names": ["low-one"], "severity": ["critical"]}, []),
}


@pytest.mark.parametrize(("options", "names"), SELECTIONS.values(), ids=SELECTIONS)
def test_only_what_is_selected(client, options, names):
    found = (action(f"{severity}-one", "not-applied", severity=severity) for severity in ("critical", "low"))
    answer_read(client[1], *found)
    assert list(run(client, check_mode=True, **options)["diff"]["after"]) == names


def test_an_update_that_is_not_of_the_group_is_refused_with_those_that_are(client):
    answer_read(client[1], action("security-2026", "not-applied"))
    with pytest.raises(AnsibleAWSError, match=r"security-2025: is not available for demo.\n.*use one of security-2026"):
        run(client, service_update_names=["security-2025"])


def test_a_group_that_is_not_there_is_told(client):
    answer_read(client[1])
    client[1].add_client_error("describe_replication_groups", "ReplicationGroupNotFoundFault")
    with pytest.raises(AnsibleAWSError, match="There is no replication group demo"):
        run(client)


def inform(client, **options):
    return service_update.inform(client[0], {**defaults(elasticache_service_update_info), **options}, False)


def test_info_asks_for_what_the_api_can_select(client):
    client[1].add_response("describe_service_updates", {"ServiceUpdates": []}, {"ServiceUpdateStatus": ["available"]})
    request = {
        "ServiceUpdateStatus": ["available"],
        "ReplicationGroupIds": ["demo"],
        "UpdateActionStatus": ["not-applied"],
        "ShowNodeLevelUpdateStatus": True,
    }
    client[1].add_response("describe_update_actions", {"UpdateActions": []}, request)
    result = inform(client, replication_group_ids=["Demo"], update_action_status=["not-applied"])
    assert result == {"changed": False, "service_updates": [], "update_actions": []}


def test_info_selects_the_rest_itself_the_most_urgent_first(client):
    updates = [
        {**action("", "complete", severity=severity), "ServiceUpdateName": severity} for severity in ("low", "critical")
    ]
    members = ("ServiceUpdateName", "ServiceUpdateSeverity", "ServiceUpdateRecommendedApplyByDate")
    found = [{name: update[name] for name in members} for update in updates]
    client[1].add_response("describe_service_updates", {"ServiceUpdates": found})
    actions = [
        action("late", "not-applied", day=29),
        action("soon", "not-applied", day=9),
        action("far", "not-applied", day=60),
    ]
    client[1].add_response("describe_update_actions", {"UpdateActions": [*actions, {"CacheClusterId": "memcached"}]})
    result = inform(client, severity=["critical", "important"], apply_by="2026-11-30")
    assert [update["service_update_name"] for update in result["service_updates"]] == ["critical"]
    assert [found["service_update_name"] for found in result["update_actions"]] == ["soon", "late"]


def test_info_knows_no_update_of_that_name(client):
    client[1].add_client_error("describe_service_updates", "ServiceUpdateNotFoundFault")
    client[1].add_response("describe_update_actions", {"UpdateActions": []})
    assert inform(client, service_update_name="gone")["service_updates"] == []


def test_a_day_that_is_none_is_refused_before_any_call(client):
    with pytest.raises(AnsibleAWSError, match="apply_by = soon: is no date"):
        inform(client, apply_by="soon")
