# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a change shows while it goes on, and what is refused because the data would not survive it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.sandbox.elasticache.caches import (
    COMBINATION,
    DEV,
    OTHER_APP_GROUP,
    SECURE,
    STAGING,
    STATE,
    SUBNETS,
    cluster,
    error_of,
    group,
    redis_cli,
    request,
    settled,
    wait_for,
)
from redis import Redis
from redis.cluster import RedisCluster

from sandbox.testing import RunningSandbox, running_sandbox

SMALL_CLUSTER = {
    "CacheNodeType": "cache.t3.micro",
    "NumNodeGroups": 2,
    "ReplicasPerNodeGroup": 0,
    "AutomaticFailoverEnabled": True,
}


# -- what is shown ----------------------------------------------------------------------------------------------------


def test_a_group_is_called_available_for_a_moment_after_a_change_was_asked_for(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, time_scale=0.02) as slow:
        ec = slow.client("elasticache")
        names = {"CacheSubnetGroupName": "private", "CacheSubnetGroupDescription": "a test"}
        ec.create_cache_subnet_group(SubnetIds=SUBNETS, **names)
        ec.create_replication_group(**request("patient", DEV))
        settled(ec, "patient")
        change = {"ReplicationGroupId": "patient", "SecurityGroupIds": [OTHER_APP_GROUP]}
        answer = ec.modify_replication_group(**change)["ReplicationGroup"]
        assert answer["Status"] == group(ec, "patient")["Status"] == "available"
        assert error_of(ec.modify_replication_group, **change)[0] == STATE
        wait_for(lambda: group(ec, "patient")["Status"] == "modifying")
        wait_for(lambda: group(ec, "patient")["Status"] == "available")
        assert cluster(ec, "patient-001")["SecurityGroups"][0]["SecurityGroupId"] == OTHER_APP_GROUP


def test_the_progress_of_a_resharding_is_shown(ec: Any, throwaway: Any) -> None:
    throwaway("progressing", SMALL_CLUSTER)
    change = {"ReplicationGroupId": "progressing", "ApplyImmediately": True}
    ec.modify_replication_group_shard_configuration(NodeGroupCount=4, **change)
    shown: list[float] = []

    def done() -> bool:
        found = group(ec, "progressing")
        if "Resharding" in found["PendingModifiedValues"]:
            shown.append(found["PendingModifiedValues"]["Resharding"]["SlotMigration"]["ProgressPercentage"])
        return bool(found["Status"] == "available")

    wait_for(done, 40)
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert any(0 < percentage < 50 for percentage in shown), shown  # while the first of the two shards gets its slots
    assert any(50 < percentage < 100 for percentage in shown), shown


# -- who is primary ---------------------------------------------------------------------------------------------------


def roles(found: dict[str, Any]) -> list[str]:
    return [member["CurrentRole"] for member in found["NodeGroups"][0]["NodeGroupMembers"]]


def test_a_replica_is_promoted_by_name(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    manual = {"AutomaticFailoverEnabled": False, "MultiAZEnabled": False}
    before = throwaway("led", STAGING, SECURE, **manual)
    endpoint = before["NodeGroups"][0]["PrimaryEndpoint"]
    redis_cli(cloud, endpoint, "SET", "kept", "yes")
    change = {"ReplicationGroupId": "led", "PrimaryClusterId": "led-002", "ApplyImmediately": True}
    answer = ec.modify_replication_group(**change)["ReplicationGroup"]
    assert (roles(before), answer["PendingModifiedValues"]) == (["primary", "replica"], {"PrimaryClusterId": "led-002"})
    after = settled(ec, "led")
    assert (roles(after), after["PendingModifiedValues"]) == (["replica", "primary"], {})
    assert after["NodeGroups"][0]["PrimaryEndpoint"] == endpoint
    assert redis_cli(cloud, endpoint, "GET", "kept") == "yes"
    assert redis_cli(cloud, endpoint, "SET", "written", "again") == "OK"


def test_a_cluster_chooses_its_primaries_itself(ec: Any, throwaway: Any) -> None:
    throwaway("unled", SMALL_CLUSTER)
    change = {"ReplicationGroupId": "unled", "PrimaryClusterId": "unled-0001-001"}
    refused = error_of(ec.modify_replication_group, **change)
    assert refused[:2] == (COMBINATION, "A replica can only be promoted with cluster mode disabled.")


# -- automatic snapshots ----------------------------------------------------------------------------------------------


def test_the_snapshot_window_keeps_as_many_snapshots_as_the_retention_says(
    cloud: RunningSandbox, ec: Any, throwaway: Any
) -> None:
    throwaway("kept", DEV, SnapshotRetentionLimit=2)
    taken = [cloud.control("backup", method="POST", body={"replication_group": "kept"})["snapshot"] for _ in range(3)]
    found = ec.describe_snapshots(ReplicationGroupId="kept", SnapshotSource="system")["Snapshots"]
    assert [snapshot["SnapshotName"] for snapshot in found] == taken[1:]
    assert group(ec, "kept")["Status"] == "available"


# -- data that does not fit -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tight(ec: Any) -> None:
    """Parameter groups that reserve all but a hundredth of a node, so that a few MB are much."""
    for name, clustered in (("tight", "no"), ("tight-cluster", "yes")):
        ec.create_cache_parameter_group(
            CacheParameterGroupName=name, CacheParameterGroupFamily="redis7", Description=name
        )
        values = {"reserved-memory-percent": "99", "cluster-enabled": clustered}
        ec.modify_cache_parameter_group(
            CacheParameterGroupName=name,
            ParameterNameValues=[
                {"ParameterName": parameter, "ParameterValue": value} for parameter, value in values.items()
            ],
        )


def fill(client: Redis | RedisCluster, keys: int) -> None:
    """A tenth of a megabyte in each key."""
    for number in range(keys):
        client.set(f"key-{number}", b"x" * 100_000)


@pytest.mark.usefixtures("tight")
def test_a_node_type_that_is_too_small_is_refused(ec: Any, throwaway: Any) -> None:
    small = {**DEV, "CacheNodeType": "cache.t3.small", "CacheParameterGroupName": "tight"}
    endpoint = throwaway("heavy", small)["NodeGroups"][0]["PrimaryEndpoint"]
    change = {"ReplicationGroupId": "heavy", "CacheNodeType": "cache.t3.micro", "ApplyImmediately": True}
    with Redis(host=endpoint["Address"], port=endpoint["Port"]) as client:
        fill(client, 60)
        code, message, _ = error_of(ec.modify_replication_group, **change)
        assert (code, "insufficient memory" in message) == (COMBINATION, True)
        client.flushall()
    ec.modify_replication_group(**change)
    assert settled(ec, "heavy")["CacheNodeType"] == "cache.t3.micro"


@pytest.mark.usefixtures("tight")
def test_shards_that_are_too_few_are_refused(ec: Any, throwaway: Any) -> None:
    endpoint = throwaway("full", SMALL_CLUSTER, CacheParameterGroupName="tight-cluster")["ConfigurationEndpoint"]
    change = {"ReplicationGroupId": "full", "ApplyImmediately": True, "NodeGroupCount": 1}
    with RedisCluster(host=endpoint["Address"], port=endpoint["Port"]) as client:
        fill(client, 40)
        call = ec.modify_replication_group_shard_configuration
        code, message, _ = error_of(call, NodeGroupsToRemove=["0002"], **change)
        assert (code, "insufficient memory" in message) == (COMBINATION, True)
        assert len(group(ec, "full")["NodeGroups"]) == 2
        client.flushall()
    ec.modify_replication_group_shard_configuration(NodeGroupsToRemove=["0002"], **change)
    assert [shard["NodeGroupId"] for shard in settled(ec, "full")["NodeGroups"]] == ["0001"]
