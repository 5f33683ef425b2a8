# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failing over: the exact calls, the real end by events and roles, and everything that is refused beforehand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import failover
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_failover import ARGUMENTS

OPTIONS = {**{name: spec.get("default") for name, spec in ARGUMENTS.items()}, "replication_group_id": "Demo"}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALLED = ("replication-group", "demo", "Test Failover API called for node group 0001")
COMPLETED = ("cache-cluster", "demo-002", "Failover from primary node demo-001 to replica node demo-002 completed")
RECOVERED = ("cache-cluster", "demo-001", "Finished recovery for cache nodes 0001")
OTHERS = (
    ("cache-cluster", "demo-009", "Finished recovery for cache nodes 0001"),
    ("cache-cluster", "demo-001", "Recovering cache nodes 0001"),
)


def shard(
    name: str = "0001", nodes: tuple[str, ...] = ("demo-001", "demo-002"), primary: str | None = "demo-001"
) -> Any:
    """A shard; without a primary, as with cluster mode enabled, which tells no roles."""
    roles = {node: {"CurrentRole": "primary" if node == primary else "replica"} if primary else {} for node in nodes}
    return {"NodeGroupId": name, "NodeGroupMembers": [{"CacheClusterId": node, **roles[node]} for node in nodes]}


def group(*shards: Any, status: str = "available", automatic: str = "enabled") -> dict[str, Any]:
    shards = shards or (shard(),)
    members = [node["CacheClusterId"] for each in shards for node in each["NodeGroupMembers"]]
    return {
        "ReplicationGroupId": "demo",
        "Status": status,
        "MemberClusters": members,
        "NodeGroups": list(shards),
        "AutomaticFailover": automatic,
    }


def event(number: int, kind: str, source: str, message: str) -> dict[str, Any]:
    return {
        "Date": NOON + timedelta(seconds=number),
        "SourceType": kind,
        "SourceIdentifier": source,
        "Message": message,
    }


def recorded(*what: tuple[str, str, str], first: int = 0) -> list[dict[str, Any]]:
    return [event(number, *each) for number, each in enumerate(what, first)]


@pytest.fixture
def client(stubbed):
    return stubbed("elasticache")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0)


def answer_group(stubber, found):
    stubber.add_response("describe_replication_groups", {"ReplicationGroups": [found]}, {"ReplicationGroupId": "demo"})
    clusters = [{"CacheClusterId": node, "CacheClusterStatus": found["Status"]} for node in found["MemberClusters"]]
    stubber.add_response("describe_cache_clusters", {"CacheClusters": clusters}, {"ShowCacheNodeInfo": True})


def answer_day(stubber, calls=0):
    """The failovers that were tested in the last 24 hours."""
    request = {"SourceType": "replication-group", "Duration": 1440}
    stubber.add_response("describe_events", {"Events": recorded(*[CALLED] * calls)}, request)


def answer_events(stubber, found):
    for kind, source in (("replication-group", {"SourceIdentifier": "demo"}), ("cache-cluster", {})):
        events = [each for each in found if each["SourceType"] == kind]
        stubber.add_response("describe_events", {"Events": events}, {"SourceType": kind, "Duration": 120, **source})


def run(client, check_mode=False, **options):
    return failover.ensure(client[0], {**OPTIONS, **options}, check_mode)


def answer_start(stubber, found, before=()):
    """Everything up to the call."""
    answer_group(stubber, found)
    answer_group(stubber, found)
    answer_day(stubber)
    answer_events(stubber, list(before))
    request = {"ReplicationGroupId": "demo", "NodeGroupId": "0001"}
    stubber.add_response("test_failover", {}, request)


@pytest.mark.parametrize("roles_told", [True, False], ids=["cluster mode disabled", "cluster mode enabled"])
def test_the_end_takes_all_events_the_role_and_every_member(client, roles_told):
    stubber = client[1]
    old, new = (group(shard(primary=node if roles_told else None)) for node in ("demo-001", "demo-002"))
    earlier = recorded(CALLED, COMPLETED, RECOVERED, first=-100)  # a failover of before says nothing of this one
    answer_start(stubber, old, earlier)
    modifying = {**new, "Status": "modifying"}
    looks = [
        ([], old),
        ([CALLED, *OTHERS], old),
        ([CALLED, *OTHERS, COMPLETED], new),
        ([CALLED, *OTHERS, COMPLETED, RECOVERED], modifying),
        *([([CALLED, *OTHERS, COMPLETED, RECOVERED], old)] if roles_told else []),
        ([CALLED, *OTHERS, COMPLETED, RECOVERED], new),
    ]
    for happened, found in looks:
        answer_events(stubber, [*earlier, *recorded(*happened)])
        answer_group(stubber, found)
    result = run(client)
    (done,) = result["failovers"]
    assert (done["old_primary"], done["new_primary"], done["writes"]) == ("demo-001", "demo-002", None)
    assert [each["message"] for each in done["events"]] == [each[2] for each in (CALLED, *OTHERS, COMPLETED, RECOVERED)]
    assert result["diff"] == {"before": {"0001": "demo-001"}, "after": {"0001": "demo-002"}}
    assert (result["changed"], result["operations"]) == (True, ["test_failover"])


def test_check_mode_only_reads(client):
    answer_group(client[1], group())
    answer_day(client[1])
    result = run(client, check_mode=True)
    assert result["diff"] == {"before": {"0001": "demo-001"}, "after": {"0001": "another of demo-001, demo-002"}}
    assert (result["changed"], result["operations"]) == (True, ["test_failover"])
    assert [(each["node_group_id"], each["seconds"]) for each in result["failovers"]] == [("0001", None)]


TWO = group(shard("0001", ("a-1", "a-2"), None), shard("0002", ("b-1", "b-2"), None))
ORDERS = {
    "all": (None, ["0001", "0002"]),
    "in the order given": (["0002", "0001"], ["0002", "0001"]),
    "one": (["0002"],) * 2,
}


@pytest.mark.parametrize(("named", "order"), ORDERS.values(), ids=ORDERS)
def test_which_shards(client, named, order):
    answer_group(client[1], TWO)
    answer_day(client[1])
    assert [each["node_group_id"] for each in run(client, True, node_group_ids=named)["failovers"]] == order


def test_an_error_carries_what_was_done_before_it(client):
    stubber, one = client[1], group(shard("0001", ("demo-001", "demo-002"), None), shard("0002", ("b-1", "b-2"), None))
    answer_start(stubber, one)
    over = recorded(CALLED, COMPLETED, RECOVERED)
    answer_events(stubber, over)
    answer_group(stubber, one)
    answer_events(stubber, over)
    stubber.add_client_error("test_failover", "APICallRateForCustomerExceeded", "enough for today")
    with pytest.raises(AnsibleAWSError, match="enough for today") as failure:
        run(client)
    assert [done["new_primary"] for done in failure.value.kwargs["failovers"]] == ["demo-002"]


CLUSTER = {"mode": "cluster", "nodes": [{"shard": "0001", "host": "a", "port": 1}]}
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], int, list[str]]] = {
    "a shard that is none": (group(), {"node_group_ids": ["0007"]}, 0, ["0007: is no shard.*use 0001"]),
    "a shard without replicas": (group(shard(nodes=("demo-001",))), {}, 0, ["0001: has no replica"]),
    "no automatic failover": (group(automatic="disabled"), {}, 0, ["automatic failover is disabled"]),
    "automatic failover not yet": (group(automatic="enabling"), {}, 0, ["automatic failover is enabling"]),
    "a day's worth is used": (group(), {}, 15, ["15 were tested in the last 24 hours"]),
    "the second would be too many": (TWO, {}, 14, ["2 more failovers are too many: 14 were tested"]),
    "nodes to write to unknown": (TWO, {"connection": CLUSTER}, 0, ["connection.nodes: names no node of shard 0002"]),
    "everything at once": (
        group(shard(nodes=("demo-001",)), automatic="disabled"),
        {"node_group_ids": ["0001", "0007"]},
        15,
        ["0007: is no shard", "automatic failover is disabled", "0001: has no replica", "15 were tested"],
    ),
}


@pytest.mark.parametrize(("found", "options", "calls", "messages"), REFUSED.values(), ids=REFUSED)
def test_refused_before_anything_is_failed_over(client, found, options, calls, messages):
    answer_group(client[1], found)
    answer_day(client[1], calls)
    with pytest.raises(AnsibleAWSError, match="(?s)" + ".*".join(messages)) as refusal:
        run(client, True, **options)
    assert len(refusal.value.kwargs["problems"]) == len(messages)


def test_the_last_of_the_day_is_allowed(client):
    answer_group(client[1], group())
    answer_day(client[1], 14)
    assert run(client, True)["changed"]


def test_a_group_that_is_not_there(client):
    client[1].add_client_error("describe_replication_groups", "ReplicationGroupNotFoundFault")
    with pytest.raises(AnsibleAWSError, match="There is no replication group demo"):
        run(client)


SLOTS = {
    "one range": ("0-5461", ((0, 5461),)),
    "several": ("0-99, 200,300-16383", ((0, 99), (200, 200), (300, 16383))),
    "none": ("", ()),
}


@pytest.mark.parametrize(("text", "ranges"), SLOTS.values(), ids=SLOTS)
def test_slots_of_a_shard(text, ranges):
    assert failover.slots({"Slots": text}) == ranges
    assert failover.slots({}) == ()


PLACES = {
    "the endpoint that follows the primary": (
        {"mode": "replica", "writer": {"host": "w", "port": 1}, "nodes": [{"shard": "0001", "host": "a", "port": 1}]},
        ["w:1"],
    ),
    "all nodes of the shard": (
        {
            "mode": "cluster",
            "writer": None,
            "nodes": [
                {"shard": name, "host": host, "port": 1} for name, host in (("0001", "a"), ("0002", "b"), ("0001", "c"))
            ],
        },
        ["a:1", "c:1"],
    ),
}


@pytest.mark.parametrize(("connection", "nodes"), PLACES.values(), ids=PLACES)
def test_where_is_written(connection, nodes):
    assert [str(node) for node in failover.places(connection, "0001")] == nodes
