# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots on the sandbox, whose snapshots are RDB files of real Redis processes; state is read back by boto3."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import snapshot
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.snapshot_prune import prune
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.snapshot_state import inform
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_snapshot import ARGUMENTS
from sandbox.aws.network import PRIVATE_SUBNETS
from sandbox.testing import RunningSandbox

KEYS = {f"key:{number}": str(number) for number in range(500)}
SINGLE = {"NumCacheClusters": 1}
CLUSTER = {
    "NumNodeGroups": 2,
    "ReplicasPerNodeGroup": 0,
    "AutomaticFailoverEnabled": True,
    "CacheParameterGroupName": "default.redis7.cluster.on",
}


def declare(**options: Any) -> dict[str, Any]:
    return {**{name: spec.get("default") for name, spec in ARGUMENTS.items()}, **options}


def create(client: Any, name: str, **options: Any) -> dict[str, Any]:
    """A replication group in plain text, for nothing here is about access."""
    description = {"ReplicationGroupDescription": name, "CacheSubnetGroupName": "snapshots"}
    node = {"CacheNodeType": "cache.t3.micro", "Engine": "redis", "EngineVersion": "7.1"}
    client.create_replication_group(ReplicationGroupId=name, **description, **node, **options)
    client.get_waiter("replication_group_available").wait(
        ReplicationGroupId=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    return client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]


def connect(group: dict[str, Any]) -> Any:
    if group["ClusterEnabled"]:
        place = group["ConfigurationEndpoint"]
        return redis.RedisCluster(place["Address"], place["Port"], decode_responses=True)
    place = group["NodeGroups"][0]["PrimaryEndpoint"]
    return redis.Redis(place["Address"], place["Port"], decode_responses=True)


def write(group: dict[str, Any]) -> None:
    with connect(group) as cache:
        for key, value in KEYS.items():
            cache.set(key, value)


def held(group: dict[str, Any]) -> dict[str, str]:
    with connect(group) as cache:
        return {key: cache.get(key) for key in cache.scan_iter(count=1000)}


def delete(client: Any, name: str) -> None:
    client.delete_replication_group(ReplicationGroupId=name)
    client.get_waiter("replication_group_deleted").wait(
        ReplicationGroupId=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )


def names(client: Any) -> list[str]:
    return sorted(found["SnapshotName"] for found in client.describe_snapshots()["Snapshots"])


@pytest.fixture(scope="module")
def client(sandbox: RunningSandbox) -> Any:
    sandbox.reset()
    client = sandbox.client("elasticache")
    group = {"CacheSubnetGroupName": "snapshots", "CacheSubnetGroupDescription": "x"}
    client.create_cache_subnet_group(**group, SubnetIds=[PRIVATE_SUBNETS[0]])
    return client


@pytest.fixture(scope="module")
def single(client: Any) -> dict[str, Any]:
    group = create(client, "single", SnapshotRetentionLimit=3, **SINGLE)
    write(group)
    return group


@pytest.fixture(scope="module")
def cluster(client: Any) -> dict[str, Any]:
    group = create(client, "cluster", **CLUSTER)
    write(group)
    return group


@pytest.fixture
def taken(sandbox, client, single) -> str:
    """A snapshot of a group with cluster mode disabled."""
    snapshot.ensure(sandbox.client, declare(snapshot_name="taken", replication_group_id="single"), False)
    return "taken"


SOURCES = {
    "a group": {"replication_group_id": "Single"},
    "a cluster": {"replication_group_id": "cluster"},
    "a node": {"cache_cluster_id": "single-001"},
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_take_tag_and_delete(sandbox, client, single, cluster, source):
    taken = declare(snapshot_name="Tried", **source, tags={"Release": "42"})
    done = four_times(sandbox, snapshot.ensure, sandbox.client, taken)
    assert done["operations"] == ["create_snapshot"]
    (found,) = client.describe_snapshots(SnapshotName="tried")["Snapshots"]
    assert (found["SnapshotStatus"], found["SnapshotSource"]) == ("available", "manual")
    tags = {"tags": {"Release": "43"}}
    assert four_times(sandbox, snapshot.ensure, sandbox.client, {**taken, **tags})["operations"] == [
        "add_tags_to_resource"
    ]
    assert client.list_tags_for_resource(ResourceName=found["ARN"])["TagList"] == [{"Key": "Release", "Value": "43"}]
    four_times(sandbox, snapshot.ensure, sandbox.client, declare(snapshot_name="tried", state="absent"))
    assert "tried" not in names(client)


def test_a_group_that_is_being_snapshotted_is_waited_for(sandbox, client, single):
    for name in ("first", "second"):
        declared = declare(snapshot_name=name, replication_group_id="single", wait=name == "second")
        assert snapshot.ensure(sandbox.client, declared, False)["changed"]
    assert {"first", "second"} <= set(names(client))
    for name in ("first", "second"):
        snapshot.ensure(sandbox.client, declare(snapshot_name=name, state="absent"), False)


def test_copy_with_a_key(sandbox, client, taken):
    key = sandbox.client("kms").create_key()["KeyMetadata"]
    copied = declare(snapshot_name="copied", source_snapshot_name=taken, kms_key_id=key["KeyId"])
    assert four_times(sandbox, snapshot.ensure, sandbox.client, copied)["operations"] == ["copy_snapshot"]
    assert client.describe_snapshots(SnapshotName="copied")["Snapshots"][0]["KmsKeyId"] == key["Arn"]
    another = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(AnsibleAWSError, match=rf"kms_key_id = {another}: the snapshot that exists has {key['Arn']}"):
        snapshot.ensure(sandbox.client, {**copied, "kms_key_id": another}, False)
    snapshot.ensure(sandbox.client, declare(snapshot_name="copied", state="absent"), False)


def test_export_and_start_from_the_objects(sandbox, client, cluster):
    snapshot.ensure(sandbox.client, declare(snapshot_name="sharded", replication_group_id="cluster"), False)
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    exported = declare(snapshot_name="Export", source_snapshot_name="sharded", target_bucket="exports")
    done = four_times(sandbox, snapshot.ensure, sandbox.client, exported)
    assert done["snapshot_arns"] == [f"arn:aws:s3:::exports/export-000{shard}.rdb" for shard in (1, 2)]
    assert names(client).count("export") == 0
    restored = create(client, "restored", SnapshotArns=done["snapshot_arns"], **CLUSTER)
    assert held(restored) == KEYS
    delete(client, "restored")
    s3.delete_object(Bucket="exports", Key="export-0002.rdb")
    with pytest.raises(AnsibleAWSError, match="the bucket exports has 1 objects of this name, and the snapshot 2 sh"):
        snapshot.ensure(sandbox.client, exported, False)


def test_data_survive_their_group(sandbox, client):
    group = create(client, "mortal", **SINGLE)
    write(group)
    snapshot.ensure(sandbox.client, declare(snapshot_name="heir", replication_group_id="mortal"), False)
    delete(client, "mortal")
    assert held(create(client, "mortal", SnapshotName="heir", **SINGLE)) == KEYS
    delete(client, "mortal")


def info(sandbox: RunningSandbox, **options: Any) -> list[str]:
    asked = dict.fromkeys(("snapshot_name", "replication_group_id", "cache_cluster_id", "snapshot_source"))
    found = inform(sandbox.client("elasticache"), {**asked, **options}, False)["snapshots"]
    return [each["snapshot_name"] for each in found]


def test_prune_spares_automatic_ones_and_orphans_have_their_own_limits(sandbox, client, single):
    for name in names(client):
        client.delete_snapshot(SnapshotName=name)
    automatic = sandbox.control("backup", "POST", {"replication_group": "single"})["snapshot"]
    for name in ("backup-1", "backup-2", "other", "backup-3"):
        snapshot.ensure(sandbox.client, declare(snapshot_name=name, replication_group_id="single"), False)
    create(client, "gone", **SINGLE)
    snapshot.ensure(sandbox.client, declare(snapshot_name="backup-gone", replication_group_id="gone"), False)
    delete(client, "gone")
    assert info(sandbox, replication_group_id="single", snapshot_source="automated") == [automatic]
    assert info(sandbox, replication_group_id="single")[0] == "backup-3"
    limits = {"keep_last": 2, "max_age_days": None, "orphans": None, "name_pattern": "backup-*"}
    pruning = {**limits, "replication_group_id": None}
    done = four_times(sandbox, prune, sandbox.client("elasticache"), pruning)
    assert [entry["snapshot_name"] for entry in done["pruned"]] == ["backup-1"]
    orphans = {"keep_last": 0, "max_age_days": None}
    done = four_times(sandbox, prune, sandbox.client("elasticache"), {**pruning, "orphans": orphans})
    assert [entry["snapshot_name"] for entry in done["pruned"]] == ["backup-gone"]
    assert names(client) == sorted([automatic, "backup-2", "backup-3", "other"])


def test_a_failing_snapshot_tells_what_elasticache_says(sandbox, client, single):
    failed = {"<SnapshotStatus>available": "<SnapshotStatus>failed"}
    sandbox.control("faults", "POST", [{"operation": "DescribeSnapshots", "count": None, "replace": failed}])
    try:
        with pytest.raises(AnsibleAWSError, match=r"snapshot failing .* it has failed\. Events: .*'failing'"):
            snapshot.ensure(sandbox.client, declare(snapshot_name="failing", replication_group_id="single"), False)
    finally:
        sandbox.control("faults", "DELETE")
    snapshot.ensure(sandbox.client, declare(snapshot_name="failing", state="absent"), False)


@pytest.mark.extended
def test_through_ansible(ansible, client, single):
    taken = ansible("elasticache_snapshot", name="by-ansible", replication_group_id="single")
    assert (taken["changed"], taken["snapshot"]["snapshot_status"]) == (True, "available")
    assert not ansible("elasticache_snapshot", name="by-ansible", replication_group_id="single")["changed"]
    (found,) = ansible("elasticache_snapshot_info", name="by-ansible")["snapshots"]
    assert found["node_snapshots"][0]["node_group_configuration"]["replica_count"] == 0
    everything = {"keep_last": 0, "name_pattern": "by-*"}
    dry = ansible("elasticache_snapshot_prune", check=True, **everything)
    assert [entry["snapshot_name"] for entry in dry["pruned"]] == ["by-ansible"]
    assert ansible("elasticache_snapshot_prune", **everything)["pruned"] == dry["pruned"]
    assert "by-ansible" not in names(client)
    assert "one of the following is required" in ansible("elasticache_snapshot_prune", name_pattern="*")["msg"]
