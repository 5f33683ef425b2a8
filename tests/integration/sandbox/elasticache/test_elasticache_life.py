# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group for life: it grows, shrinks, fails over, is backed up and restored, and its data stays."""

from __future__ import annotations

import json
import socket
import ssl
from typing import Any

import pytest
from integration.sandbox.elasticache.caches import (
    COMBINATION,
    DEV,
    SECURE,
    STAGING,
    STATE,
    TOKEN,
    TOPIC,
    VALUE,
    cluster,
    error_of,
    gone,
    group,
    redis_cli,
    request,
    settled,
    table,
    wait_for,
)
from redis.cluster import RedisCluster

from sandbox.testing import RunningSandbox

CLUSTER = {
    "CacheNodeType": "cache.r6g.large",
    "NumNodeGroups": 2,
    "ReplicasPerNodeGroup": 1,
    "AutomaticFailoverEnabled": True,
}
KEYS = {f"key-{number}": str(number) for number in range(300)}


@pytest.fixture(scope="module", autouse=True)
def groups(ec: Any) -> None:
    """``flat`` has cluster mode disabled, ``sharded`` enabled; no test changes their members or roles."""
    ec.create_replication_group(**request("flat", STAGING, SECURE))
    ec.create_replication_group(**request("sharded", CLUSTER, SECURE))
    settled(ec, "flat")
    settled(ec, "sharded")


@pytest.fixture(scope="module")
def data(cloud: RunningSandbox, ec: Any, groups: None) -> RedisCluster:
    """A client of ``sharded``, which holds KEYS."""
    client = client_of(cloud, group(ec, "sharded"))
    fill(client)
    return client


def client_of(cloud: RunningSandbox, found: dict[str, Any], token: str | None = TOKEN) -> RedisCluster:
    endpoint = found["ConfigurationEndpoint"]
    tls: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(cloud.settings.ca_file), "password": token} if token else {}
    return RedisCluster(host=endpoint["Address"], port=endpoint["Port"], decode_responses=True, **tls)


def fill(client: RedisCluster) -> None:
    for key, value in KEYS.items():
        client.set(key, value)


def content(client: RedisCluster) -> dict[str, str]:
    return {key: str(client.get(key)) for key in KEYS}


def slots(found: dict[str, Any]) -> dict[str, int]:
    """Number of slots of each shard."""
    ranges = {shard["NodeGroupId"]: shard["Slots"].split(",") for shard in found["NodeGroups"]}
    edges = {shard: [[int(edge) for edge in part.split("-")] for part in parts] for shard, parts in ranges.items()}
    return {shard: sum(edge[-1] - edge[0] + 1 for edge in parts) for shard, parts in edges.items()}


def members(found: dict[str, Any]) -> dict[str, list[str]]:
    """Ids of the nodes of each shard."""
    return {
        shard["NodeGroupId"]: [member["CacheClusterId"] for member in shard["NodeGroupMembers"]]
        for shard in found["NodeGroups"]
    }


def messages(ec: Any, source: str) -> list[str]:
    return [event["Message"] for event in ec.describe_events(SourceIdentifier=source)["Events"]]


# -- replicas ---------------------------------------------------------------------------------------------------------


def test_replicas_come_and_go(ec: Any, throwaway: Any) -> None:
    throwaway("wide", STAGING, Tags=[{"Key": "team", "Value": "blue"}])
    answer = ec.increase_replica_count(ReplicationGroupId="wide", NewReplicaCount=2, ApplyImmediately=True)
    assert answer["ReplicationGroup"]["Status"] == "modifying"
    assert answer["ReplicationGroup"]["MemberClusters"] == ["wide-001", "wide-002", "wide-003"]
    assert cluster(ec, "wide-003")["CacheClusterStatus"] == "creating"
    grown = settled(ec, "wide")["NodeGroups"][0]["NodeGroupMembers"]
    assert [member["CurrentRole"] for member in grown] == ["primary", "replica", "replica"]
    assert len({member["PreferredAvailabilityZone"] for member in grown}) == 3
    tags = ec.list_tags_for_resource(ResourceName=cluster(ec, "wide-003")["ARN"])["TagList"]
    assert tags == [{"Key": "team", "Value": "blue"}]
    ec.decrease_replica_count(ReplicationGroupId="wide", ReplicasToRemove=["wide-002"], ApplyImmediately=True)
    assert cluster(ec, "wide-002")["CacheClusterStatus"] == "deleting"
    assert settled(ec, "wide")["MemberClusters"] == ["wide-001", "wide-003"]
    assert error_of(ec.describe_cache_clusters, CacheClusterId="wide-002")[0] == "CacheClusterNotFound"


def test_replicas_of_one_shard(ec: Any, throwaway: Any) -> None:
    throwaway("uneven", CLUSTER)
    wanted = [{"NodeGroupId": "0002", "NewReplicaCount": 2}]
    ec.increase_replica_count(ReplicationGroupId="uneven", ReplicaConfiguration=wanted, ApplyImmediately=True)
    assert members(settled(ec, "uneven")) == {
        "0001": ["uneven-0001-001", "uneven-0001-002"],
        "0002": ["uneven-0002-001", "uneven-0002-002", "uneven-0002-003"],
    }
    ec.decrease_replica_count(ReplicationGroupId="uneven", NewReplicaCount=1, ApplyImmediately=True)
    assert {shard: len(nodes) for shard, nodes in members(settled(ec, "uneven")).items()} == {"0001": 2, "0002": 2}


REFUSED_REPLICAS = [
    # id, operation, group, arguments, code, part of the message
    ("later", "increase", "flat", {"NewReplicaCount": 2, "ApplyImmediately": False}, VALUE, "not currently supported"),
    ("nothing said", "increase", "flat", {}, COMBINATION, "Exactly one of"),
    ("six", "increase", "flat", {"NewReplicaCount": 6}, VALUE, "between 0 and 5"),
    ("as many as there are", "increase", "sharded", {"NewReplicaCount": 1}, "NoOperationFault", "already as requested"),
    ("up, but fewer", "increase", "sharded", {"NewReplicaCount": 0}, VALUE, "use DecreaseReplicaCount"),
    ("down, but more", "decrease", "sharded", {"NewReplicaCount": 2}, VALUE, "use IncreaseReplicaCount"),
    ("the last under failover", "decrease", "flat", {"NewReplicaCount": 0}, COMBINATION, "automatic failover"),
    ("the primary", "decrease", "flat", {"ReplicasToRemove": ["flat-001"]}, VALUE, "is the primary"),
    ("of another group", "decrease", "flat", {"ReplicasToRemove": ["sharded-0001-002"]}, VALUE, "not a member"),
    (
        "an unknown shard",
        "increase",
        "sharded",
        {"ReplicaConfiguration": [{"NodeGroupId": "0009", "NewReplicaCount": 2}]},
        VALUE,
        "no node group 0009",
    ),
    (
        "too few zones",
        "increase",
        "flat",
        {
            "ReplicaConfiguration": [
                {"NodeGroupId": "0001", "NewReplicaCount": 3, "PreferredAvailabilityZones": ["eu-west-1a"]}
            ]
        },
        COMBINATION,
        "must name 4 zones",
    ),
    ("of no group", "increase", "nope", {"NewReplicaCount": 2}, "ReplicationGroupNotFoundFault", "nope not found"),
]


@pytest.mark.parametrize(("operation", "target", "arguments", "code", "text"), table(REFUSED_REPLICAS))
def test_replica_counts_refused(
    ec: Any, operation: str, target: str, arguments: dict[str, Any], code: str, text: str
) -> None:
    call = getattr(ec, f"{operation}_replica_count")
    actual, message, _ = error_of(call, ReplicationGroupId=target, **{"ApplyImmediately": True, **arguments})
    assert actual == code
    assert text in message


# -- shards -----------------------------------------------------------------------------------------------------------


def test_shards_come_and_go_and_the_data_stays(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    data = client_of(cloud, throwaway("elastic", CLUSTER), None)
    fill(data)
    change = {"ReplicationGroupId": "elastic", "ApplyImmediately": True}
    answer = ec.modify_replication_group_shard_configuration(NodeGroupCount=3, **change)["ReplicationGroup"]
    assert answer["PendingModifiedValues"] == {"Resharding": {"SlotMigration": {"ProgressPercentage": 0.0}}}
    assert {"elastic-0003-001", "elastic-0003-002"} < set(answer["MemberClusters"])
    assert content(data) == KEYS
    grown = settled(ec, "elastic")
    assert sorted(slots(grown).values()) == [5461, 5461, 5462]
    assert content(data) == KEYS
    ec.modify_replication_group_shard_configuration(NodeGroupCount=2, NodeGroupsToRemove=["0002"], **change)
    shrunk = settled(ec, "elastic")
    assert slots(shrunk) == {"0001": 8192, "0003": 8192}
    assert shrunk["PendingModifiedValues"] == {}
    assert content(data) == KEYS


REFUSED_SHARDS = [
    ("later", "sharded", {"NodeGroupCount": 3, "ApplyImmediately": False}, VALUE, "not currently supported"),
    ("cluster mode disabled", "flat", {"NodeGroupCount": 2}, COMBINATION, "cluster mode enabled"),
    ("which one goes is not said", "sharded", {"NodeGroupCount": 1}, COMBINATION, "Exactly one of NodeGroupsToRemove"),
    (
        "too many go",
        "sharded",
        {"NodeGroupCount": 1, "NodeGroupsToRemove": ["0001", "0002"]},
        COMBINATION,
        "0 node groups",
    ),
    ("an unknown one goes", "sharded", {"NodeGroupCount": 1, "NodeGroupsToRemove": ["0009"]}, VALUE, "0009"),
    ("none", "sharded", {"NodeGroupCount": 0}, VALUE, "at least 1"),
    (
        "zones for too few nodes",
        "sharded",
        {"NodeGroupCount": 3, "ReshardingConfiguration": [{"PreferredAvailabilityZones": ["eu-west-1a"]}]},
        COMBINATION,
        "2 availability zones",
    ),
    ("more than 90 nodes", "sharded", {"NodeGroupCount": 46}, VALUE, "90"),
    ("billions of shards", "sharded", {"NodeGroupCount": 2**31 - 1}, VALUE, "90"),
]


@pytest.mark.parametrize(("target", "arguments", "code", "text"), table(REFUSED_SHARDS))
def test_shard_configurations_refused(ec: Any, target: str, arguments: dict[str, Any], code: str, text: str) -> None:
    call = ec.modify_replication_group_shard_configuration
    actual, message, _ = error_of(call, ReplicationGroupId=target, **{"ApplyImmediately": True, **arguments})
    assert actual == code
    assert text in message


# -- node types -------------------------------------------------------------------------------------------------------


def test_node_types_that_a_group_can_change_to(ec: Any) -> None:
    allowed = ec.list_allowed_node_type_modifications(ReplicationGroupId="flat")
    assert {"cache.t3.medium", "cache.r6g.large"} < set(allowed["ScaleUpModifications"])
    assert "cache.t3.micro" in allowed["ScaleDownModifications"]
    every = allowed["ScaleUpModifications"] + allowed["ScaleDownModifications"]
    assert not {"cache.t3.small", "cache.r6gd.xlarge", "cache.t2.micro"} & set(every)
    assert ec.list_allowed_node_type_modifications(CacheClusterId="flat-001")["ScaleUpModifications"]


def test_a_larger_node_type_has_more_memory_and_the_same_data(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    endpoint = throwaway("bigger", STAGING, SECURE)["NodeGroups"][0]["PrimaryEndpoint"]

    def memory() -> int:
        return int(redis_cli(cloud, endpoint, "INFO", "memory").partition("maxmemory:")[2].split()[0])

    before = memory()
    redis_cli(cloud, endpoint, "SET", "kept", "yes")
    ec.modify_replication_group(ReplicationGroupId="bigger", CacheNodeType="cache.t3.medium", ApplyImmediately=True)
    assert group(ec, "bigger")["CacheNodeType"] == "cache.t3.small"
    assert cluster(ec, "bigger-001")["PendingModifiedValues"] == {"CacheNodeType": "cache.t3.medium"}
    assert settled(ec, "bigger")["CacheNodeType"] == "cache.t3.medium"
    assert memory() > 2 * before
    assert redis_cli(cloud, endpoint, "GET", "kept") == "yes"


# -- failover ---------------------------------------------------------------------------------------------------------


def test_a_failover_swaps_the_roles_and_says_so(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    before = throwaway("falling", STAGING, SECURE)["NodeGroups"][0]
    endpoint = before["PrimaryEndpoint"]
    redis_cli(cloud, endpoint, "SET", "survivor", "yes")
    redis_cli(cloud, endpoint, "WAIT", "1", "1000")
    answer = ec.test_failover(ReplicationGroupId="falling", NodeGroupId="0001")["ReplicationGroup"]
    assert answer["Status"] == "modifying"
    after = settled(ec, "falling")["NodeGroups"][0]
    assert after["PrimaryEndpoint"] == endpoint
    assert [member["CurrentRole"] for member in after["NodeGroupMembers"]] == ["replica", "primary"]
    assert redis_cli(cloud, endpoint, "GET", "survivor") == "yes"
    assert redis_cli(cloud, endpoint, "SET", "written", "again") == "OK"
    assert messages(ec, "falling")[1:] == [
        "Test Failover API called for node group 0001",
        "Failover from primary node falling-001 to replica node falling-002 completed",
        "Replication group falling modified",
    ]
    assert messages(ec, "falling-001")[-2:] == ["Recovering cache nodes 0001", "Finished recovery for cache nodes 0001"]


def test_failovers_refused(ec: Any, throwaway: Any) -> None:
    throwaway("alone", DEV)
    refused = error_of(ec.test_failover, ReplicationGroupId="alone", NodeGroupId="0001")
    assert refused[0] == STATE
    assert error_of(ec.test_failover, ReplicationGroupId="flat", NodeGroupId="0002")[0] == "NodeGroupNotFoundFault"


# -- encryption in transit --------------------------------------------------------------------------------------------


def speaks_tls(cloud: RunningSandbox, endpoint: dict[str, Any]) -> bool:
    """Whether a handshake succeeds. A Redis without TLS waits for the end of what it takes for a command."""
    context = ssl.create_default_context(cafile=str(cloud.settings.ca_file))
    address = (endpoint["Address"], endpoint["Port"])
    try:
        with socket.create_connection(address, 1) as raw, context.wrap_socket(raw, server_hostname=address[0]):
            return True
    except (ssl.SSLError, TimeoutError, ConnectionError):
        return False


def test_tls_is_introduced_step_by_step(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    endpoint = throwaway("plain", DEV)["NodeGroups"][0]["PrimaryEndpoint"]

    def admitted() -> dict[str, bool]:
        plain = redis_cli(cloud, endpoint, "PING", token=None, tls=False) == "PONG"
        return {"plain": plain, "tls": speaks_tls(cloud, endpoint)}

    def step(**change: Any) -> dict[str, bool]:
        ec.modify_replication_group(ReplicationGroupId="plain", ApplyImmediately=True, **change)
        settled(ec, "plain")
        return admitted()

    change = {"ReplicationGroupId": "plain", "ApplyImmediately": True, "TransitEncryptionEnabled": True}
    assert error_of(ec.modify_replication_group, **change)[0] == COMBINATION
    assert admitted() == {"plain": True, "tls": False}
    assert step(TransitEncryptionEnabled=True, TransitEncryptionMode="preferred") == {"plain": True, "tls": True}
    assert step(TransitEncryptionMode="required") == {"plain": False, "tls": True}
    assert step(TransitEncryptionMode="preferred") == {"plain": True, "tls": True}
    assert step(TransitEncryptionEnabled=False) == {"plain": True, "tls": False}
    assert "TransitEncryptionMode" not in group(ec, "plain")


# -- snapshots --------------------------------------------------------------------------------------------------------


def snapshot(ec: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = ec.describe_snapshots(SnapshotName=name, ShowNodeGroupConfig=True)["Snapshots"][0]
    return found


def test_a_snapshot_restores_into_another_topology(
    cloud: RunningSandbox, ec: Any, data: RedisCluster, throwaway: Any
) -> None:
    tags = [{"Key": "why", "Value": "a & b"}]
    ec.create_snapshot(ReplicationGroupId="sharded", SnapshotName="Whole", Tags=tags)
    assert group(ec, "sharded")["Status"] == "snapshotting"
    assert error_of(ec.modify_replication_group, ReplicationGroupId="sharded", SnapshotRetentionLimit=1)[0] == STATE
    settled(ec, "sharded")
    taken = snapshot(ec, "whole")
    assert (taken["SnapshotStatus"], taken["SnapshotSource"], taken["NumNodeGroups"]) == ("available", "manual", 2)
    assert {node["NodeGroupId"] for node in taken["NodeSnapshots"]} == set(slots(group(ec, "sharded")))
    assert all(node["NodeGroupConfiguration"]["ReplicaCount"] == 1 for node in taken["NodeSnapshots"])
    assert ec.list_tags_for_resource(ResourceName=taken["ARN"])["TagList"] == tags
    base = {"CacheSubnetGroupName": None, "AutomaticFailoverEnabled": True, "SnapshotName": "whole"}
    same = throwaway("same", base)
    assert slots(same) == slots(group(ec, "sharded"))
    assert content(client_of(cloud, same, None)) == KEYS
    other = throwaway("other", base, NumNodeGroups=3, ReplicasPerNodeGroup=0)
    assert len(slots(other)) == 3
    assert content(client_of(cloud, other, None)) == KEYS


def test_snapshots_are_copied_exported_and_imported(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    source = throwaway("exported", DEV)
    endpoint = source["NodeGroups"][0]["PrimaryEndpoint"]
    redis_cli(cloud, endpoint, "SET", "travels", "far", token=None, tls=False)
    ec.create_snapshot(CacheClusterId="exported-001", SnapshotName="first")
    settled(ec, "exported")
    ec.copy_snapshot(SourceSnapshotName="first", TargetSnapshotName="second")
    wait_for(lambda: snapshot(ec, "second")["SnapshotStatus"] == "available")
    ec.delete_snapshot(SnapshotName="first")
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="backups", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    export = {"SourceSnapshotName": "second", "TargetSnapshotName": "Export", "TargetBucket": "backups"}
    ec.copy_snapshot(**export)
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="backups")["Contents"]] == ["export.rdb"]
    assert "already contains an object" in error_of(ec.copy_snapshot, **export)[1]
    assert "nowhere does not exist" in error_of(ec.copy_snapshot, **{**export, "TargetBucket": "nowhere"})[1]
    imported = throwaway("imported", DEV, SnapshotArns=["arn:aws:s3:::backups/export.rdb"])
    endpoint = imported["NodeGroups"][0]["PrimaryEndpoint"]
    assert redis_cli(cloud, endpoint, "GET", "travels", token=None, tls=False) == "far"
    missing = request("x", DEV, SnapshotArns=["arn:aws:s3:::backups/nothing.rdb"])
    assert error_of(ec.create_replication_group, **missing)[0] == VALUE


def test_the_final_snapshot_is_taken_before_the_group_goes(ec: Any) -> None:
    ec.create_replication_group(**request("leaving", DEV))
    settled(ec, "leaving")
    ec.create_snapshot(ReplicationGroupId="leaving", SnapshotName="taken")
    settled(ec, "leaving")
    delete = {"ReplicationGroupId": "leaving", "FinalSnapshotIdentifier": "Taken"}
    assert error_of(ec.delete_replication_group, **delete)[0] == "SnapshotAlreadyExistsFault"
    bad = {**delete, "FinalSnapshotIdentifier": "not_a_name"}
    assert error_of(ec.delete_replication_group, **bad)[0] == VALUE
    assert group(ec, "leaving")["Status"] == "available"
    ec.delete_replication_group(ReplicationGroupId="leaving", FinalSnapshotIdentifier="Last")
    gone(ec, "leaving")
    last = snapshot(ec, "last")
    assert (last["SnapshotStatus"], last["ReplicationGroupId"], last["NodeSnapshots"][0]["CacheSize"]) == (
        "available",
        "leaving",
        "1 MB",
    )


REFUSED_SNAPSHOTS = [
    ("of nothing", {}, COMBINATION),
    ("of both", {"ReplicationGroupId": "flat", "CacheClusterId": "flat-001"}, COMBINATION),
    ("of a node of a cluster", {"CacheClusterId": "sharded-0001-001"}, COMBINATION),
    ("of an unknown group", {"ReplicationGroupId": "nope"}, "ReplicationGroupNotFoundFault"),
    ("of an unknown node", {"CacheClusterId": "nope"}, "CacheClusterNotFound"),
    ("with an unknown key", {"ReplicationGroupId": "flat", "KmsKeyId": "alias/nope"}, VALUE),
]


@pytest.mark.parametrize(("arguments", "code"), table(REFUSED_SNAPSHOTS))
def test_snapshots_refused(ec: Any, arguments: dict[str, Any], code: str) -> None:
    assert error_of(ec.create_snapshot, SnapshotName="refused", **arguments)[0] == code
    assert error_of(ec.describe_snapshots, SnapshotName="refused")[0] == "SnapshotNotFoundFault"


def test_snapshots_are_filtered(ec: Any, throwaway: Any) -> None:
    throwaway("pictured", DEV)
    for name in ("filter-1", "filter-2"):
        ec.create_snapshot(ReplicationGroupId="pictured", SnapshotName=name)
        settled(ec, "pictured")

    def names(**filters: Any) -> list[str]:
        return [found["SnapshotName"] for found in ec.describe_snapshots(**filters)["Snapshots"]]

    assert names(ReplicationGroupId="pictured") == names(CacheClusterId="pictured-001") == ["filter-1", "filter-2"]
    assert names(ReplicationGroupId="pictured", SnapshotSource="system") == []
    assert error_of(ec.describe_snapshots, MaxRecords=51)[0] == VALUE


def test_twenty_snapshots_a_day(ec: Any, throwaway: Any) -> None:
    throwaway("busy", DEV)
    for number in range(20):
        ec.create_snapshot(ReplicationGroupId="busy", SnapshotName=f"busy-{number}")
        settled(ec, "busy")
    refused = error_of(ec.create_snapshot, ReplicationGroupId="busy", SnapshotName="busy-20")
    assert refused[0] == "SnapshotQuotaExceededFault"


# -- what time brings -------------------------------------------------------------------------------------------------


def test_a_create_that_fails_can_be_deleted_only(cloud: RunningSandbox, ec: Any) -> None:
    reason = "There is not enough capacity in eu-west-1a"
    cloud.control("create-failure", method="POST", body={"replication_group": "unlucky*", "reason": reason})
    ec.create_replication_group(**request("unlucky", DEV))
    failed = settled(ec, "unlucky")
    assert (failed["Status"], "NodeGroups" in failed) == ("create-failed", False)
    assert reason in messages(ec, "unlucky")[-1]
    assert error_of(ec.modify_replication_group, ReplicationGroupId="unlucky", SnapshotRetentionLimit=1)[0] == STATE
    ec.delete_replication_group(ReplicationGroupId="unlucky")
    gone(ec, "unlucky")


def test_the_maintenance_window_carries_out_what_waits(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    throwaway("waiting", DEV, EngineVersion="7.0")
    ec.modify_replication_group(ReplicationGroupId="waiting", EngineVersion="7.1", ApplyImmediately=False)
    assert cluster(ec, "waiting-001")["EngineVersion"] == "7.0.7"
    cloud.control("maintenance", method="POST", body={"replication_group": "waiting"})
    settled(ec, "waiting")
    member = cluster(ec, "waiting-001")
    assert (member["EngineVersion"], member["PendingModifiedValues"]) == ("7.1.0", {})


def test_what_waits_is_carried_out_with_the_next_immediate_change(ec: Any, throwaway: Any) -> None:
    throwaway("hurried", DEV)
    later = {"ReplicationGroupId": "hurried", "ApplyImmediately": False}
    ec.modify_replication_group(CacheNodeType="cache.t3.small", **later)
    assert cluster(ec, "hurried-001")["PendingModifiedValues"] == {"CacheNodeType": "cache.t3.small"}
    ec.modify_replication_group(CacheNodeType="cache.t3.medium", **later)
    assert cluster(ec, "hurried-001")["PendingModifiedValues"] == {"CacheNodeType": "cache.t3.medium"}
    change = {"ReplicationGroupId": "hurried", "ReplicationGroupDescription": "new", "ApplyImmediately": True}
    ec.modify_replication_group(**change)
    assert settled(ec, "hurried")["CacheNodeType"] == "cache.t3.medium"
    assert cluster(ec, "hurried-001")["PendingModifiedValues"] == {}


# -- service updates --------------------------------------------------------------------------------------------------

UPDATE = "sandbox-redis-security-1"


def test_a_service_update_is_applied(ec: Any, throwaway: Any) -> None:
    def action(**more: Any) -> dict[str, Any]:
        names = {"ServiceUpdateName": UPDATE, "ReplicationGroupIds": ["patched"]}
        found: dict[str, Any] = ec.describe_update_actions(**names, **more)["UpdateActions"][0]
        return found

    throwaway("patched", STAGING)
    offered = ec.describe_service_updates(ServiceUpdateStatus=["available"])["ServiceUpdates"]
    assert UPDATE in [update["ServiceUpdateName"] for update in offered]
    assert (action()["UpdateActionStatus"], action()["NodesUpdated"]) == ("not-applied", "0/2")
    names = {"ReplicationGroupIds": ["patched", "nope"], "ServiceUpdateName": UPDATE}
    answer = ec.batch_apply_update_action(**names)
    assert [done["ReplicationGroupId"] for done in answer["ProcessedUpdateActions"]] == ["patched"]
    assert answer["UnprocessedUpdateActions"][0]["ErrorType"] == "ReplicationGroupNotFoundFault"
    wait_for(lambda: action()["UpdateActionStatus"] == "complete")
    assert action()["NodesUpdated"] == "2/2"
    (shard,) = action(ShowNodeLevelUpdateStatus=True)["NodeGroupUpdateStatus"]
    assert {node["NodeUpdateStatus"] for node in shard["NodeGroupMemberUpdateStatus"]} == {"complete"}
    settled(ec, "patched")


def test_a_service_update_is_stopped(ec: Any, throwaway: Any) -> None:
    throwaway("unpatched", DEV)
    names = {"ReplicationGroupIds": ["unpatched"], "ServiceUpdateName": UPDATE}
    ec.batch_apply_update_action(**names)
    answer = ec.batch_stop_update_action(**names)["ProcessedUpdateActions"]
    assert answer[0]["UpdateActionStatus"] == "stopping"
    settled(ec, "unpatched")
    found = ec.describe_update_actions(ReplicationGroupIds=["unpatched"], ServiceUpdateName=UPDATE)["UpdateActions"]
    assert found[0]["UpdateActionStatus"] == "stopped"
    assert ec.batch_stop_update_action(**names)["UnprocessedUpdateActions"][0]["ErrorType"] == COMBINATION


def test_unknown_service_updates(ec: Any) -> None:
    assert error_of(ec.describe_service_updates, ServiceUpdateName="nope")[0] == "ServiceUpdateNotFoundFault"


# -- notifications ----------------------------------------------------------------------------------------------------


def test_the_topic_is_told(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    cloud.client("sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn)
    throwaway("telling", DEV, NotificationTopicArn=TOPIC)
    message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2)["Messages"][0]
    assert json.loads(json.loads(message["Body"])["Message"]) == {
        "ElastiCache:CreateReplicationGroupComplete": "telling"
    }


# -- in the end -------------------------------------------------------------------------------------------------------


def test_every_member_is_a_process_and_every_process_a_member(cloud: RunningSandbox, ec: Any) -> None:
    def agree() -> bool:
        running = {node["node_id"] for node in cloud.control("status")["nodes"]}
        return running == {member["CacheClusterId"] for member in ec.describe_cache_clusters()["CacheClusters"]}

    wait_for(agree)
