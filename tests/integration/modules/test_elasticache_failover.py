# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failovers on the sandbox, where a primary really goes down; what came of them is read back by boto3 and redis-cli."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from integration.modules.habit import changing
from integration.modules.reachable_groups import REPLICATED, SINGLE, clustered, connection, create, describe

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import failover
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_failover import ARGUMENTS
from sandbox.dataplane import Endpoint
from sandbox.dataplane.testing import TOKEN, RedisCli, Traffic, connect

OPTIONS = {name: spec.get("default") for name, spec in ARGUMENTS.items()}


@pytest.fixture(scope="module")
def client(sandbox):
    sandbox.reset()
    made = sandbox.client("elasticache")
    create(made, replicated=REPLICATED, clustered=clustered(2, 1), single=SINGLE)
    return made


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.1)


@pytest.fixture
def measured(sandbox, client):
    """Options of a measured failover of a group."""

    def declare(name: str, **options: Any) -> dict[str, Any]:
        reached = {"connection": connection(client, name), "ca_file": str(sandbox.settings.ca_file)}
        return {**OPTIONS, "replication_group_id": name, **reached, "auth_token": TOKEN, **options}

    return declare


@pytest.fixture
def role(sandbox, client):
    """What a node says that it is."""

    def ask(group: str, node: str) -> str:
        (place,) = [one for one in connection(client, group)["nodes"] if one["id"] == node]
        told = RedisCli(sandbox.settings.ca_file)(Endpoint(place["host"], place["port"]), "role")
        return told.splitlines()[0]

    return ask


def calls(sandbox, since):
    return [(name, request["NodeGroupId"]) for name, request in sandbox.calls(since=since) if name == "TestFailover"]


def test_the_replica_takes_over_while_a_client_writes(sandbox, client, measured, role):
    old = primary(client, "replicated")
    (done,) = failover.ensure(client, measured("replicated"), False)["failovers"]
    assert (done["old_primary"], done["new_primary"]) == (old, primary(client, "replicated"))
    assert (role("replicated", old), role("replicated", done["new_primary"])) == ("slave", "master")
    writes = done["writes"]
    print(
        f"cluster mode disabled: longest time without a write {writes['longest_gap_seconds']} s, lost {writes['lost']}"
    )
    assert writes["acknowledged"] >= 2 * failover.SAMPLE
    assert writes["longest_gap_seconds"] < 10
    assert "Test Failover API called for node group 0001" in done["events"][0]["message"]


def primary(client, name):
    """The primary of a group with cluster mode disabled."""
    members = describe(client, name)["NodeGroups"][0]["NodeGroupMembers"]
    return next(member["CacheClusterId"] for member in members if member["CurrentRole"] == "primary")


def test_shards_fail_over_one_after_the_other(sandbox, client, measured, role):
    since = len(sandbox.calls())
    done = failover.ensure(client, measured("clustered", node_group_ids=["0002", "0001"]), False)["failovers"]
    assert calls(sandbox, since) == [("TestFailover", "0002"), ("TestFailover", "0001")]
    for shard in done:
        assert set(shard["members"]) == {shard["old_primary"], shard["new_primary"]}
        assert role("clustered", shard["new_primary"]) == "master"
        writes = shard["writes"]
        print(f"shard {shard['node_group_id']}: longest time without a write {writes['longest_gap_seconds']} s")
        assert writes["failed"] >= 1
        assert 0 < writes["unavailable_seconds"] < 10
    ends = [shard["events"][-1]["date"] for shard in done]
    assert ends[0] < done[1]["events"][0]["date"] < ends[1]


def test_the_writer_leaves_nothing_behind(sandbox, client, measured):
    failover.ensure(client, measured("replicated"), False)
    for node in connection(client, "replicated")["nodes"]:
        assert RedisCli(sandbox.settings.ca_file)(Endpoint(node["host"], node["port"]), "dbsize") == "0"


@pytest.mark.parametrize("group", ["replicated", "clustered"])
def test_applications_lose_nothing_that_a_replica_has_acknowledged(sandbox, client, group):
    place = connection(client, group)
    entrance = place["configuration"] or place["writer"]
    endpoint, cluster = Endpoint(entrance["host"], entrance["port"]), place["mode"] == "cluster"
    writer = partial(connect, endpoint, sandbox.settings.ca_file, cluster=cluster)
    safe, fast = Traffic(writer, replicas=1, name="safe"), Traffic(writer, name="fast")
    with safe.flowing(), fast.flowing():
        failover.ensure(client, {**OPTIONS, "replication_group_id": group, "node_group_ids": ["0001"]}, False)
    print(f"{group}, with WAIT: {safe}; without: {fast}, {len(fast.lost())} of them lost")
    assert safe.lost() == []


REFUSED = {
    "a writer that cannot get in": (
        "replicated",
        {"auth_token": "not-the-token-in-effect"},
        "give the token that is in",
    ),
    "nothing to fail over to": ("single", {}, "automatic failover is disabled(?s:.*)0001: has no replica"),
}


@pytest.mark.parametrize(("group", "change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_before_anything_is_failed_over(sandbox, client, measured, group, change, message):
    since = len(sandbox.calls())
    with pytest.raises(AnsibleAWSError, match=message):
        failover.ensure(client, measured(group, **change), False)
    assert changing(sandbox.calls(since=since)) == []


@pytest.mark.extended
def test_through_ansible(sandbox, client, ansible, measured):
    options = {name: value for name, value in measured("replicated").items() if value is not None}
    since, old = len(sandbox.calls()), primary(client, "replicated")
    predicted = ansible("elasticache_failover", check=True, **options)
    assert changing(sandbox.calls(since=since)) == []
    assert predicted["failovers"][0]["old_primary"] == old
    done = ansible("elasticache_failover", **options)
    assert changing(sandbox.calls(since=since)) == ["TestFailover"]
    assert (predicted["changed"], done["changed"]) == (True, True)
    assert done["failovers"][0]["new_primary"] == primary(client, "replicated") != old
    assert TOKEN not in json.dumps([predicted, done])
