# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's ElastiCache, seen by boto3 and redis-cli: every kind of resource, created, read, refused, removed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError
from integration.sandbox.elasticache.caches import (
    APP_GROUP,
    ARN,
    COMBINATION,
    DEV,
    NEXT_TOKEN,
    OTHER_APP_GROUP,
    PROD,
    SECURE,
    STAGING,
    SUBNETS,
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

from sandbox.aws import network
from sandbox.testing import RunningSandbox


@pytest.fixture(scope="module")
def topologies(ec: Any) -> dict[str, dict[str, Any]]:
    """The three presets, up at once."""
    for name, topology in (("dev", DEV), ("staging", STAGING), ("prod", PROD)):
        ec.create_replication_group(**request(name, topology, SECURE))
    return {name: settled(ec, name) for name in ("dev", "staging", "prod")}


# -- create: what is refused ------------------------------------------------------------------------------------------

LOG_GROUP = {"CloudWatchLogsDetails": {"LogGroup": "/no/such/group"}}
SLOW_LOG = {
    "LogType": "slow-log",
    "DestinationType": "cloudwatch-logs",
    "DestinationDetails": LOG_GROUP,
    "LogFormat": "json",
}

REFUSED_CREATES = [
    # id, changes of a valid request, code, part of the message
    ("name of 41 characters", {"ReplicationGroupId": "a" * 41}, VALUE, "longer than 40"),
    ("name with underscore", {"ReplicationGroupId": "my_cache"}, VALUE, "not a valid identifier"),
    ("name with two hyphens", {"ReplicationGroupId": "my--cache"}, VALUE, "two consecutive hyphens"),
    ("name that begins with a digit", {"ReplicationGroupId": "1cache"}, VALUE, "begin with a letter"),
    ("description of 256 characters", {"ReplicationGroupDescription": "x" * 256}, VALUE, "255"),
    ("no node type", {"CacheNodeType": None}, VALUE, "CacheNodeType must be provided"),
    ("unknown node type", {"CacheNodeType": "cache.x9.huge"}, VALUE, "cache.x9.huge"),
    ("retired node type", {"CacheNodeType": "cache.t2.micro"}, VALUE, "cannot be used to create"),
    ("unknown engine", {"Engine": "memcached"}, VALUE, "memcached"),
    ("unknown version", {"EngineVersion": "7.9"}, COMBINATION, "Cannot find version 7.9 for redis"),
    ("no subnet group", {"CacheSubnetGroupName": None}, COMBINATION, "CacheSubnetGroupName"),
    ("unknown subnet group", {"CacheSubnetGroupName": "nope"}, "CacheSubnetGroupNotFoundFault", "nope does not exist"),
    ("unknown parameter group", {"CacheParameterGroupName": "nope"}, "CacheParameterGroupNotFound", "not found: nope"),
    (
        "parameter group of another family",
        {"CacheParameterGroupName": "default.redis6.x"},
        COMBINATION,
        "Expected a parameter group of family redis7 but found one of family redis6.x",
    ),
    ("seven nodes", {"NumCacheClusters": 7}, VALUE, "between 1 and 6"),
    ("no node", {"NumCacheClusters": 0}, VALUE, "between 1 and 6"),
    ("six replicas", {**PROD, "ReplicasPerNodeGroup": 6}, VALUE, "between 0 and 5"),
    ("two ways to say the size", {**DEV, "NumNodeGroups": 1}, COMBINATION, "NumCacheClusters cannot be used together"),
    ("more than 90 nodes", {**PROD, "NumNodeGroups": 31}, "NodeQuotaForClusterExceeded", "90"),
    ("billions of shards", {**PROD, "NumNodeGroups": 2**31 - 1}, "NodeGroupsPerReplicationGroupQuotaExceeded", "500"),
    (
        "failover with one node",
        {**DEV, "AutomaticFailoverEnabled": True},
        COMBINATION,
        "at least 2 cache clusters in the replication group",
    ),
    (
        "Multi-AZ without failover",
        {**STAGING, "AutomaticFailoverEnabled": False},
        COMBINATION,
        "without automatic failover",
    ),
    ("Multi-AZ without replica", {**PROD, "ReplicasPerNodeGroup": 0}, COMBINATION, "at least one read replica"),
    ("Multi-AZ in one zone", {**STAGING, "CacheSubnetGroupName": "one-zone"}, COMBINATION, "two availability zones"),
    (
        "cluster mode without failover",
        {**PROD, "AutomaticFailoverEnabled": False, "MultiAZEnabled": False},
        VALUE,
        "Redis with cluster mode enabled cannot be created with auto failover turned off",
    ),
    (
        "shards with a parameter group that has cluster mode off",
        {**PROD, "CacheParameterGroupName": "default.redis7"},
        COMBINATION,
        "more than one node group",
    ),
    (
        "ClusterMode against the parameter group",
        {**STAGING, "ClusterMode": "enabled", "CacheParameterGroupName": "default.redis7", "NumCacheClusters": None},
        COMBINATION,
        "cluster-enabled=yes",
    ),
    (
        "too few zones named",
        {**STAGING, "PreferredCacheClusterAZs": ["eu-west-1a"]},
        COMBINATION,
        "as many availability zones",
    ),
    (
        "a zone without subnet",
        {**STAGING, "PreferredCacheClusterAZs": ["eu-west-1a", "eu-west-1z"]},
        COMBINATION,
        "has no subnet",
    ),
    (
        "zones for several shards",
        {**PROD, "PreferredCacheClusterAZs": ["eu-west-1a"]},
        COMBINATION,
        "PreferredCacheClusterAZs can only be specified for one node group",
    ),
    (
        "slots that leave a gap",
        {
            **PROD,
            "NumNodeGroups": None,
            "NodeGroupConfiguration": [
                {"Slots": "0-100", "ReplicaCount": 1},
                {"Slots": "102-16383", "ReplicaCount": 1},
            ],
        },
        VALUE,
        "exactly once",
    ),
    ("short token", {**SECURE, "AuthToken": "short"}, VALUE, "Invalid AuthToken provided"),
    ("token with @", {**SECURE, "AuthToken": "sixteen-chars-@@"}, VALUE, "Invalid AuthToken provided"),
    ("token without TLS", {"AuthToken": TOKEN}, COMBINATION, "in-transit encryption"),
    ("token with TLS preferred", {**SECURE, "TransitEncryptionMode": "preferred"}, COMBINATION, "preferred"),
    ("TLS mode without TLS", {"TransitEncryptionMode": "required"}, COMBINATION, "TransitEncryptionEnabled"),
    *(
        (
            f"TLS {mode} on Redis 6",
            {"EngineVersion": "6.2", "TransitEncryptionEnabled": True, "TransitEncryptionMode": mode},
            COMBINATION,
            "not supported for engine version 6.2",
        )
        for mode in ("preferred", "required")
    ),
    ("token and user group", {**SECURE, "UserGroupIds": ["ug"]}, COMBINATION, "cannot be used together"),
    ("user group without TLS", {"UserGroupIds": ["ug"]}, COMBINATION, "in-transit encryption"),
    (
        "unknown user group",
        {"TransitEncryptionEnabled": True, "UserGroupIds": ["ug"]},
        "UserGroupNotFound",
        "ug not found",
    ),
    ("key without encryption at rest", {"KmsKeyId": "alias/cache"}, COMBINATION, "AtRestEncryptionEnabled"),
    ("unknown key", {**SECURE, "KmsKeyId": "alias/cache"}, VALUE, "alias/cache does not exist"),
    ("unknown topic", {"NotificationTopicArn": "arn:aws:sns:eu-west-1:000000000000:no"}, VALUE, "does not exist"),
    ("unknown security group", {"SecurityGroupIds": ["sg-0123456789abcdef0"]}, VALUE, "sg-0123456789abcdef0"),
    ("security group of another VPC", {"SecurityGroupIds": [network.OTHER_SECURITY_GROUP]}, VALUE, network.OTHER_VPC),
    ("unknown log group", {"LogDeliveryConfigurations": [SLOW_LOG]}, VALUE, "/no/such/group does not exist"),
    ("two slow logs", {"LogDeliveryConfigurations": [SLOW_LOG, SLOW_LOG]}, VALUE, "one entry per LogType"),
    (
        "engine log on Redis 6.0",
        {"EngineVersion": "6.0", "LogDeliveryConfigurations": [{**SLOW_LOG, "LogType": "engine-log"}]},
        COMBINATION,
        "6.2",
    ),
    ("retention of 36 days", {"SnapshotRetentionLimit": 36}, VALUE, "between 0 and 35"),
    ("unreadable maintenance window", {"PreferredMaintenanceWindow": "sunday morning"}, VALUE, "ddd:hh24:mi"),
    ("short snapshot window", {"SnapshotWindow": "03:00-03:30"}, VALUE, "at least 60 minutes"),
    (
        "windows that overlap, without snapshots too",
        {
            "SnapshotRetentionLimit": 0,
            "SnapshotWindow": "03:00-05:00",
            "PreferredMaintenanceWindow": "sun:04:00-sun:06:00",
        },
        VALUE,
        "must not overlap",
    ),
    ("r6gd without data tiering", {"CacheNodeType": "cache.r6gd.xlarge"}, COMBINATION, "DataTieringEnabled"),
    ("data tiering on other nodes", {"DataTieringEnabled": True}, COMBINATION, "r6gd"),
    ("IPv6 in IPv4 subnets", {"NetworkType": "ipv6"}, COMBINATION, "ipv4"),
    ("51 tags", {"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}, "TagQuotaPerResourceExceeded", "50"),
    ("an aws: tag", {"Tags": [{"Key": "aws:x", "Value": "v"}]}, VALUE, "aws:"),
    ("unknown snapshot", {"SnapshotName": "nope"}, "SnapshotNotFoundFault", "nope"),
    ("a member that the sandbox lacks", {"GlobalReplicationGroupId": "g"}, VALUE, "GlobalReplicationGroupId"),
]


@pytest.mark.parametrize(("changes", "code", "text"), table(REFUSED_CREATES))
def test_create_refuses(ec: Any, changes: dict[str, Any], code: str, text: str) -> None:
    base = (
        {} if {"NumNodeGroups", "NodeGroupConfiguration"} & set(changes) and "NumCacheClusters" not in changes else DEV
    )
    parameters = request("refused", {"CacheNodeType": "cache.t3.micro"}, base, changes)
    actual, message, status = error_of(ec.create_replication_group, **parameters)
    assert (actual, status) == (code, 404 if code.endswith(("NotFound", "SnapshotNotFoundFault")) else 400)
    assert text in message
    assert "refused" not in [
        found["ReplicationGroupId"] for found in ec.describe_replication_groups()["ReplicationGroups"]
    ]


# -- create: what comes of it -----------------------------------------------------------------------------------------


def test_one_node(topologies: dict[str, Any]) -> None:
    dev = topologies["dev"]
    (shard,) = dev["NodeGroups"]
    (member,) = shard["NodeGroupMembers"]
    assert dev["MemberClusters"] == ["dev-001"]
    assert (dev["ClusterEnabled"], dev["ClusterMode"], "ConfigurationEndpoint" in dev) == (False, "disabled", False)
    assert (member["CurrentRole"], member["CacheNodeId"]) == ("primary", "0001")
    assert shard["PrimaryEndpoint"]["Port"] == shard["ReaderEndpoint"]["Port"] == member["ReadEndpoint"]["Port"] == 6379
    assert (dev["AutomaticFailover"], dev["MultiAZ"]) == ("disabled", "disabled")
    assert "Slots" not in shard


def test_primary_and_replica(topologies: dict[str, Any]) -> None:
    staging = topologies["staging"]
    members = staging["NodeGroups"][0]["NodeGroupMembers"]
    assert (
        [member["CacheClusterId"] for member in members] == staging["MemberClusters"] == ["staging-001", "staging-002"]
    )
    assert [member["CurrentRole"] for member in members] == ["primary", "replica"]
    assert len({member["PreferredAvailabilityZone"] for member in members}) == 2
    assert (staging["AutomaticFailover"], staging["MultiAZ"]) == ("enabled", "enabled")


def test_cluster(topologies: dict[str, Any]) -> None:
    prod = topologies["prod"]
    members = [member for shard in prod["NodeGroups"] for member in shard["NodeGroupMembers"]]
    assert prod["MemberClusters"] == [f"prod-{shard:04d}-{node:03d}" for shard in (1, 2, 3) for node in (1, 2, 3)]
    assert (prod["ClusterEnabled"], prod["ClusterMode"]) == (True, "enabled")
    assert prod["ConfigurationEndpoint"]["Port"] == 6379
    assert [shard["Slots"] for shard in prod["NodeGroups"]] == ["0-5460", "5461-10922", "10923-16383"]
    assert all(set(shard) == {"NodeGroupId", "Status", "Slots", "NodeGroupMembers"} for shard in prod["NodeGroups"])
    assert all(set(member) == {"CacheClusterId", "CacheNodeId", "PreferredAvailabilityZone"} for member in members)


def test_security_is_reported_and_the_token_is_not(topologies: dict[str, Any]) -> None:
    for found in topologies.values():
        assert found["AuthTokenEnabled"]
        assert found["TransitEncryptionEnabled"]
        assert found["AtRestEncryptionEnabled"]
        assert found["TransitEncryptionMode"] == "required"
        assert TOKEN not in str(found)


def test_redis_answers_at_the_endpoints(cloud: RunningSandbox, topologies: dict[str, Any]) -> None:
    staging = topologies["staging"]["NodeGroups"][0]
    assert redis_cli(cloud, topologies["dev"]["NodeGroups"][0]["PrimaryEndpoint"], "PING") == "PONG"
    assert redis_cli(cloud, staging["PrimaryEndpoint"], "SET", "k", "v") == "OK"
    assert "read only replica" in redis_cli(cloud, staging["ReaderEndpoint"], "SET", "k", "v")
    info = redis_cli(cloud, topologies["prod"]["ConfigurationEndpoint"], "CLUSTER", "INFO")
    assert "cluster_state:ok" in info
    assert "cluster_slots_assigned:16384" in info
    assert "cluster_known_nodes:9" in info


def test_redis_refuses_strangers(cloud: RunningSandbox, topologies: dict[str, Any]) -> None:
    endpoint = topologies["dev"]["NodeGroups"][0]["PrimaryEndpoint"]
    assert "NOAUTH" in redis_cli(cloud, endpoint, "PING", token=None)
    assert "WRONGPASS" in redis_cli(cloud, endpoint, "PING", token=NEXT_TOKEN)
    assert "PONG" not in redis_cli(cloud, endpoint, "PING", tls=False)


def test_the_parameter_group_reaches_redis(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    ec.create_cache_parameter_group(CacheParameterGroupName="lru", CacheParameterGroupFamily="redis7", Description="d")
    change = [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]
    ec.modify_cache_parameter_group(CacheParameterGroupName="lru", ParameterNameValues=change)
    found = throwaway("tuned", DEV, CacheParameterGroupName="lru")
    endpoint = found["NodeGroups"][0]["PrimaryEndpoint"]

    def policy() -> str:
        return (
            redis_cli(cloud, endpoint, "INFO", "memory", token=None, tls=False)
            .partition("maxmemory_policy:")[2]
            .split()[0]
        )

    assert policy() == "allkeys-lru"
    ec.reset_cache_parameter_group(CacheParameterGroupName="lru", ResetAllParameters=True)
    wait_for(lambda: policy() == "volatile-lru")
    wait_for(lambda: cluster(ec, "tuned-001")["CacheParameterGroup"]["ParameterApplyStatus"] == "in-sync")
    assert (
        error_of(ec.delete_cache_parameter_group, CacheParameterGroupName="lru")[0] == "InvalidCacheParameterGroupState"
    )


def test_every_option_of_a_create_is_read_back(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]
    cloud.client("logs").create_log_group(logGroupName="/cache/slow")
    details = {"CloudWatchLogsDetails": {"LogGroup": "/cache/slow"}}
    found = throwaway(
        "Everything",
        STAGING,
        SECURE,
        ReplicationGroupDescription='Ä & <b> "c"',
        EngineVersion="7.0",
        Port=6400,
        PreferredCacheClusterAZs=["eu-west-1c", "eu-west-1a"],
        KmsKeyId=key["KeyId"],
        NotificationTopicArn=TOPIC,
        SecurityGroupIds=[APP_GROUP],
        LogDeliveryConfigurations=[{**SLOW_LOG, "DestinationDetails": details}],
        SnapshotRetentionLimit=5,
        SnapshotWindow="03:00-04:00",
        PreferredMaintenanceWindow="Sun:05:00-Sun:06:00",
        AutoMinorVersionUpgrade=False,
        Tags=[{"Key": "Who & why", "Value": "<me>"}],
    )
    expected = {
        "ReplicationGroupId": "everything",
        "Description": 'Ä & <b> "c"',
        "KmsKeyId": key["Arn"],
        "SnapshotRetentionLimit": 5,
        "SnapshotWindow": "03:00-04:00",
        "SnapshottingClusterId": "everything-002",
        "AutoMinorVersionUpgrade": False,
        "CacheNodeType": "cache.t3.small",
        "Engine": "redis",
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
        "DataTiering": "disabled",
        "ARN": f"{ARN}:replicationgroup:everything",
    }
    assert {name: found[name] for name in expected} == expected
    assert found["LogDeliveryConfigurations"] == [{**SLOW_LOG, "DestinationDetails": details, "Status": "active"}]
    member = cluster(ec, "everything-001")
    expected = {
        "EngineVersion": "7.0.7",
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        "PreferredAvailabilityZone": "eu-west-1c",
        "CacheSubnetGroupName": "private",
        "CacheSecurityGroups": [],
        "SecurityGroups": [{"SecurityGroupId": APP_GROUP, "Status": "active"}],
        "ReplicationGroupId": "everything",
        "NotificationConfiguration": {
            "TopicArn": TOPIC,
            "TopicStatus": "active",
        },
    }
    assert {name: member[name] for name in expected} == expected
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"
    assert member["CacheNodes"][0]["Endpoint"]["Port"] == 6400
    for arn in (found["ARN"], member["ARN"]):
        assert ec.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "Who & why", "Value": "<me>"}]


def test_one_shard_with_cluster_mode(throwaway: Any) -> None:
    found = throwaway("oneshard", CacheNodeType="cache.t3.micro", NumNodeGroups=1, ReplicasPerNodeGroup=0,
                      AutomaticFailoverEnabled=True, ClusterMode="enabled")  # fmt: skip
    assert found["MemberClusters"] == ["oneshard-0001-001"]
    assert found["NodeGroups"][0]["Slots"] == "0-16383"
    assert found["ConfigurationEndpoint"]


# -- states -----------------------------------------------------------------------------------------------------------


def test_a_new_group_is_creating_without_endpoints_and_cannot_be_changed(ec: Any) -> None:
    answer = ec.create_replication_group(**request("Young", STAGING, SECURE))["ReplicationGroup"]
    assert (answer["ReplicationGroupId"], answer["Status"]) == ("young", "creating")
    assert answer["MemberClusters"] == ["young-001", "young-002"]
    assert not {"NodeGroups", "ConfigurationEndpoint"} & set(answer)
    member = cluster(ec, "young-001")
    assert (member["CacheClusterStatus"], "Endpoint" in member["CacheNodes"][0]) == ("creating", False)
    assert error_of(ec.create_replication_group, **request("YOUNG", DEV))[0] == "ReplicationGroupAlreadyExists"
    refusals = [
        error_of(ec.delete_replication_group, ReplicationGroupId="young"),
        error_of(ec.modify_replication_group, ReplicationGroupId="young", ReplicationGroupDescription="x"),
        error_of(ec.create_snapshot, ReplicationGroupId="young", SnapshotName="early"),
        error_of(ec.add_tags_to_resource, ResourceName=answer["ARN"], Tags=[{"Key": "a", "Value": "b"}]),
    ]
    assert {(code, status) for code, _, status in refusals} == {("InvalidReplicationGroupState", 400)}
    ec.get_waiter("replication_group_available").wait(ReplicationGroupId="young", WaiterConfig={"Delay": 1})
    assert ec.delete_replication_group(ReplicationGroupId="young")["ReplicationGroup"]["Status"] == "deleting"
    assert group(ec, "young")["Status"] == "deleting"
    assert error_of(ec.delete_replication_group, ReplicationGroupId="young")[0] == "InvalidReplicationGroupState"
    gone(ec, "young")
    assert error_of(ec.describe_replication_groups, ReplicationGroupId="young") == (
        "ReplicationGroupNotFoundFault",
        "ReplicationGroup young not found.",
        404,
    )
    assert error_of(ec.describe_cache_clusters, CacheClusterId="young-001")[0] == "CacheClusterNotFound"


def test_simultaneous_creates_of_one_name(ec: Any) -> None:
    def attempt(_: int) -> str:
        try:
            ec.create_replication_group(**request("race", DEV, SecurityGroupIds=[APP_GROUP]))
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "created"

    with ThreadPoolExecutor(8) as pool:
        results = sorted(pool.map(attempt, range(8)))
    assert results == ["ReplicationGroupAlreadyExists"] * 7 + ["created"]
    settled(ec, "race")
    ec.delete_replication_group(ReplicationGroupId="race")


# -- modify -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def steady(ec: Any) -> str:
    """A group that every modification leaves as it is, because it is refused."""
    windows = {"SnapshotWindow": "03:00-04:00", "PreferredMaintenanceWindow": "sun:05:00-sun:06:00"}
    ec.create_replication_group(**request("steady", STAGING, SECURE, windows))
    return "steady"


@pytest.fixture(scope="module")
def subject(ec: Any) -> str:
    """A group that is modified, each time completely: the tests do not depend on their order."""
    ec.create_replication_group(**request("subject", STAGING))
    return "subject"


REFUSED_CHANGES = [
    ("nothing", {}, COMBINATION, "No modifications were requested"),
    ("retention of 36 days", {"SnapshotRetentionLimit": 36}, VALUE, "between 0 and 35"),
    ("windows that overlap", {"SnapshotWindow": "05:30-06:30"}, VALUE, "must not overlap"),
    ("failover off under Multi-AZ", {"AutomaticFailoverEnabled": False}, COMBINATION, "without automatic failover"),
    ("no such member", {"SnapshottingClusterId": "other-001"}, "CacheClusterNotFound", "other-001"),
    ("unknown topic", {"NotificationTopicArn": "arn:aws:sns:eu-west-1:000000000000:no"}, VALUE, "does not exist"),
    ("topic status without topic", {"NotificationTopicStatus": "inactive"}, COMBINATION, "NotificationTopicArn"),
    ("security group of another VPC", {"SecurityGroupIds": [network.OTHER_SECURITY_GROUP]}, VALUE, network.OTHER_VPC),
    ("no security group", {"SecurityGroupIds": []}, VALUE, "At least one"),
    ("token, later", {"AuthToken": NEXT_TOKEN, "ApplyImmediately": False}, COMBINATION, "ApplyImmediately"),
    ("token and something else", {"AuthToken": NEXT_TOKEN, "SnapshotRetentionLimit": 1}, COMBINATION, "same request"),
    ("bad token", {"AuthToken": "short"}, VALUE, "Invalid AuthToken"),
    (
        "SET before ROTATE",
        {"AuthToken": NEXT_TOKEN, "AuthTokenUpdateStrategy": "SET"},
        COMBINATION,
        "only allowed after ROTATE",
    ),
    (
        "DELETE without user group",
        {"AuthTokenUpdateStrategy": "DELETE"},
        VALUE,
        "Auth token update strategy delete is not supported currently",
    ),
    ("TLS off at once", {"TransitEncryptionEnabled": False}, COMBINATION, "preferred first"),
    ("TLS preferred under AUTH", {"TransitEncryptionMode": "preferred"}, COMBINATION, "AUTH token"),
    ("downgrade", {"EngineVersion": "7.0"}, COMBINATION, "cannot be downgraded"),
    (
        "family of another engine",
        {"Engine": "valkey", "CacheParameterGroupName": "default.redis7"},
        COMBINATION,
        "family valkey8",
    ),
    (
        "group with cluster mode",
        {"CacheParameterGroupName": "default.redis7.cluster.on"},
        COMBINATION,
        "differ in cluster-enabled",
    ),
    ("unknown node type", {"CacheNodeType": "cache.x9.huge"}, VALUE, "cache.x9.huge"),
    ("data tiering nodes", {"CacheNodeType": "cache.r6gd.xlarge"}, VALUE, "ListAllowedNodeTypeModifications"),
    ("a member that the sandbox lacks", {"NodeGroupId": "0001"}, VALUE, "NodeGroupId"),
    ("another primary under failover", {"PrimaryClusterId": "steady-002"}, COMBINATION, "automatic failover"),
    ("a strange primary", {"PrimaryClusterId": "other-001"}, VALUE, "not a member"),
]


@pytest.mark.parametrize(("changes", "code", "text"), table(REFUSED_CHANGES))
def test_modify_refuses(ec: Any, steady: str, changes: dict[str, Any], code: str, text: str) -> None:
    before = settled(ec, steady)
    parameters = {"ReplicationGroupId": steady, "ApplyImmediately": True, **changes}
    actual, message, _ = error_of(ec.modify_replication_group, **parameters)
    assert actual == code
    assert text in message
    assert group(ec, steady) == before


IN_PLACE = [
    # id, change, members of the group, members of its clusters
    ("description", {"ReplicationGroupDescription": "new & <old>"}, {"Description": "new & <old>"}, {}),
    ("snapshot window", {"SnapshotWindow": "01:00-02:00"}, {"SnapshotWindow": "01:00-02:00"}, {}),
    (
        "maintenance window",
        {"PreferredMaintenanceWindow": "Mon:05:00-Mon:06:00"},
        {},
        {"PreferredMaintenanceWindow": "mon:05:00-mon:06:00"},
    ),
    ("retention", {"SnapshotRetentionLimit": 7}, {"SnapshotRetentionLimit": 7}, {}),
    (
        "snapshotting node",
        {"SnapshotRetentionLimit": 3, "SnapshottingClusterId": "subject-001"},
        {"SnapshottingClusterId": "subject-001"},
        {},
    ),
    (
        "topic",
        {"NotificationTopicArn": TOPIC},
        {},
        {"NotificationConfiguration": {"TopicArn": TOPIC, "TopicStatus": "active"}},
    ),
    (
        "topic off",
        {"NotificationTopicArn": TOPIC, "NotificationTopicStatus": "inactive"},
        {},
        {"NotificationConfiguration": {"TopicArn": TOPIC, "TopicStatus": "inactive"}},
    ),
    (
        "minor versions",
        {"AutoMinorVersionUpgrade": False},
        {"AutoMinorVersionUpgrade": False},
        {"AutoMinorVersionUpgrade": False},
    ),
    (
        "security groups",
        {"SecurityGroupIds": [OTHER_APP_GROUP]},
        {},
        {"SecurityGroups": [{"SecurityGroupId": OTHER_APP_GROUP, "Status": "active"}]},
    ),
    (
        "Multi-AZ off",
        {"AutomaticFailoverEnabled": True, "MultiAZEnabled": False},
        {"MultiAZ": "disabled", "AutomaticFailover": "enabled"},
        {},
    ),
    (
        "failover off",
        {"AutomaticFailoverEnabled": False, "MultiAZEnabled": False},
        {"MultiAZ": "disabled", "AutomaticFailover": "disabled"},
        {},
    ),
    (
        "both on",
        {"AutomaticFailoverEnabled": True, "MultiAZEnabled": True},
        {"MultiAZ": "enabled", "AutomaticFailover": "enabled"},
        {},
    ),
]


@pytest.mark.parametrize(("change", "of_group", "of_cluster"), table(IN_PLACE))
def test_modify_in_place(
    ec: Any, subject: str, change: dict[str, Any], of_group: dict[str, Any], of_cluster: dict[str, Any]
) -> None:
    settled(ec, subject)
    answer = ec.modify_replication_group(ReplicationGroupId=subject, **change)["ReplicationGroup"]
    assert answer["Status"] == "available"  # in a moment, modifying: see test_elasticache_changes.py
    found = settled(ec, subject)
    member = cluster(ec, "subject-001")
    assert {name: found[name] for name in of_group} == of_group
    assert {name: member[name] for name in of_cluster} == of_cluster
    assert found["PendingModifiedValues"] == {}


def test_log_delivery_is_switched_on_and_off(cloud: RunningSandbox, ec: Any, subject: str) -> None:
    cloud.client("logs").create_log_group(logGroupName="/cache/engine")
    on = {
        **SLOW_LOG,
        "LogType": "engine-log",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/cache/engine"}},
    }
    settled(ec, subject)
    change = {"ReplicationGroupId": subject, "ApplyImmediately": True}
    answer = ec.modify_replication_group(LogDeliveryConfigurations=[on], **change)["ReplicationGroup"]
    assert answer["PendingModifiedValues"]["LogDeliveryConfigurations"] == [on]
    assert settled(ec, subject)["LogDeliveryConfigurations"] == [{**on, "Status": "active"}]
    off = [{"LogType": "engine-log", "Enabled": False}]
    ec.modify_replication_group(LogDeliveryConfigurations=off, **change)
    assert settled(ec, subject)["LogDeliveryConfigurations"] == []


def test_a_token_is_rotated_without_locking_anyone_out(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    endpoint = throwaway("rotating", DEV, SECURE)["NodeGroups"][0]["PrimaryEndpoint"]
    change = {"ReplicationGroupId": "rotating", "AuthToken": NEXT_TOKEN, "ApplyImmediately": True}

    def admitted() -> list[bool]:
        return [redis_cli(cloud, endpoint, "PING", token=token) == "PONG" for token in (TOKEN, NEXT_TOKEN, None)]

    assert admitted() == [True, False, False]
    answer = ec.modify_replication_group(AuthTokenUpdateStrategy="ROTATE", **change)["ReplicationGroup"]
    assert answer["PendingModifiedValues"] == {"AuthTokenStatus": "ROTATING"}
    settled(ec, "rotating")
    assert admitted() == [True, True, False]
    answer = ec.modify_replication_group(AuthTokenUpdateStrategy="SET", **change)["ReplicationGroup"]
    assert answer["PendingModifiedValues"] == {"AuthTokenStatus": "SETTING"}
    settled(ec, "rotating")
    assert admitted() == [False, True, False]


def test_the_first_token_still_serves_those_without_one(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    endpoint = throwaway("first", DEV, TransitEncryptionEnabled=True)["NodeGroups"][0]["PrimaryEndpoint"]
    assert redis_cli(cloud, endpoint, "PING", token=None) == "PONG"
    change = {"ReplicationGroupId": "first", "AuthToken": TOKEN, "ApplyImmediately": True}
    ec.modify_replication_group(AuthTokenUpdateStrategy="ROTATE", **change)
    assert settled(ec, "first")["AuthTokenEnabled"]
    assert redis_cli(cloud, endpoint, "PING", token=None) == "PONG"
    ec.modify_replication_group(AuthTokenUpdateStrategy="SET", **change)
    settled(ec, "first")
    assert "NOAUTH" in redis_cli(cloud, endpoint, "PING", token=None)
    assert redis_cli(cloud, endpoint, "PING", token=TOKEN) == "PONG"


def test_an_upgrade_can_wait_for_the_maintenance_window(ec: Any, throwaway: Any) -> None:
    throwaway("patient", DEV, EngineVersion="7.0")
    ec.modify_replication_group(ReplicationGroupId="patient", EngineVersion="7.1", ApplyImmediately=False)
    assert group(ec, "patient")["Status"] == "available"
    member = cluster(ec, "patient-001")
    assert (member["EngineVersion"], member["PendingModifiedValues"]) == ("7.0.7", {"EngineVersion": "7.1.0"})
    refused = error_of(
        ec.modify_replication_group, ReplicationGroupId="patient", CacheNodeType="cache.t3.small", ApplyImmediately=True
    )
    assert refused[:2] == (COMBINATION, "The node type cannot be changed while an engine upgrade is pending.")


def test_an_upgrade_to_valkey_takes_its_parameter_group_along(ec: Any, throwaway: Any) -> None:
    throwaway("modern", DEV)
    ec.modify_replication_group(
        ReplicationGroupId="modern", Engine="valkey", EngineVersion="8.0", ApplyImmediately=True
    )
    assert settled(ec, "modern")["Engine"] == "valkey"
    member = cluster(ec, "modern-001")
    assert (member["Engine"], member["EngineVersion"]) == ("valkey", "8.0.1")
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "default.valkey8"


# -- subnet groups ----------------------------------------------------------------------------------------------------


def test_subnet_group_life(ec: Any) -> None:
    answer = ec.create_cache_subnet_group(
        CacheSubnetGroupName="Short-Lived", CacheSubnetGroupDescription="a & b", SubnetIds=SUBNETS[:2]
    )["CacheSubnetGroup"]
    assert (answer["CacheSubnetGroupName"], answer["VpcId"]) == ("short-lived", network.VPC)
    assert answer["CacheSubnetGroupDescription"] == "a & b"
    zones = {subnet["SubnetIdentifier"]: subnet["SubnetAvailabilityZone"]["Name"] for subnet in answer["Subnets"]}
    assert zones == {SUBNETS[0]: "eu-west-1a", SUBNETS[1]: "eu-west-1b"}
    ec.modify_cache_subnet_group(CacheSubnetGroupName="SHORT-lived", SubnetIds=SUBNETS[2:])
    found = ec.describe_cache_subnet_groups(CacheSubnetGroupName="short-lived")["CacheSubnetGroups"][0]
    assert [subnet["SubnetIdentifier"] for subnet in found["Subnets"]] == SUBNETS[2:]
    ec.delete_cache_subnet_group(CacheSubnetGroupName="short-lived")
    assert error_of(ec.describe_cache_subnet_groups, CacheSubnetGroupName="short-lived") == (
        "CacheSubnetGroupNotFoundFault",
        "Cache Subnet Group short-lived does not exist.",
        400,
    )


@pytest.mark.parametrize(
    ("name", "subnets", "code"),
    [
        pytest.param("x", ["subnet-0123456789abcdef0"], "InvalidSubnet", id="unknown subnet"),
        pytest.param("default", SUBNETS, VALUE, id="reserved name"),
        pytest.param("private", SUBNETS, "CacheSubnetGroupAlreadyExists", id="name in use"),
        pytest.param("x y", SUBNETS, VALUE, id="blank in the name"),
        pytest.param("x", [f"subnet-{n:017d}" for n in range(21)], "CacheSubnetQuotaExceededFault", id="21 subnets"),
    ],
)
def test_subnet_group_refuses(ec: Any, name: str, subnets: list[str], code: str) -> None:
    parameters = {"CacheSubnetGroupName": name, "CacheSubnetGroupDescription": "d", "SubnetIds": subnets}
    assert error_of(ec.create_cache_subnet_group, **parameters)[0] == code


def test_a_subnet_group_in_use_stays(ec: Any, topologies: dict[str, Any]) -> None:
    assert error_of(ec.delete_cache_subnet_group, CacheSubnetGroupName="private")[0] == "CacheSubnetGroupInUse"
    refused = error_of(ec.modify_cache_subnet_group, CacheSubnetGroupName="private", SubnetIds=SUBNETS[:1])
    assert refused[0] == "SubnetInUse"


# -- parameter groups -------------------------------------------------------------------------------------------------


def parameters(ec: Any, name: str, **more: Any) -> dict[str, dict[str, Any]]:
    pages = ec.get_paginator("describe_cache_parameters").paginate(CacheParameterGroupName=name, **more)
    return {found["ParameterName"]: found for page in pages for found in page["Parameters"]}


@pytest.mark.parametrize(("group_name", "mode"), [("default.redis7", "no"), ("default.redis7.cluster.on", "yes")])
def test_default_groups_cannot_be_changed(ec: Any, group_name: str, mode: str) -> None:
    assert parameters(ec, group_name)["cluster-enabled"]["ParameterValue"] == mode
    change = [{"ParameterName": "timeout", "ParameterValue": "300"}]
    calls = [
        error_of(ec.modify_cache_parameter_group, CacheParameterGroupName=group_name, ParameterNameValues=change),
        error_of(ec.reset_cache_parameter_group, CacheParameterGroupName=group_name, ResetAllParameters=True),
        error_of(ec.delete_cache_parameter_group, CacheParameterGroupName=group_name),
    ]
    assert {code for code, _, _ in calls} == {"InvalidCacheParameterGroupState"}


def test_parameter_group_life(ec: Any) -> None:
    answer = ec.create_cache_parameter_group(
        CacheParameterGroupName="Mine", CacheParameterGroupFamily="redis7", Description="a & <b>"
    )["CacheParameterGroup"]
    assert answer["ARN"] == f"{ARN}:parametergroup:mine"
    before = parameters(ec, "mine")
    assert len(before) == 63
    assert {found["Source"] for found in before.values()} == {"system"}
    changes = {"timeout": "300", "notify-keyspace-events": "Ex", "cluster-enabled": "yes"}
    ec.modify_cache_parameter_group(CacheParameterGroupName="mine", ParameterNameValues=name_values(changes))
    found = parameters(ec, "mine", Source="user")
    assert {name: item["ParameterValue"] for name, item in found.items()} == changes
    assert found["timeout"]["AllowedValues"] == "0,20-"
    assert found["cluster-enabled"]["ChangeType"] == "requires-reboot"
    named = [{"ParameterName": "timeout"}]
    ec.reset_cache_parameter_group(CacheParameterGroupName="mine", ParameterNameValues=named)
    assert set(parameters(ec, "mine", Source="user")) == {"notify-keyspace-events", "cluster-enabled"}
    ec.reset_cache_parameter_group(CacheParameterGroupName="mine", ResetAllParameters=True)
    assert parameters(ec, "mine") == before
    ec.delete_cache_parameter_group(CacheParameterGroupName="mine")
    assert error_of(ec.describe_cache_parameters, CacheParameterGroupName="mine")[0] == "CacheParameterGroupNotFound"


def name_values(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"ParameterName": name, "ParameterValue": value} for name, value in values.items()]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"reserved-memory": "1"}, "Parameter reserved-memory doesn't exist", id="unknown in this family"),
        pytest.param({"maxclients": "10"}, "maxclients cannot be modified", id="fixed"),
        pytest.param({"timeout": "10"}, "Allowed values: 0,20-", id="outside the range"),
        pytest.param({"timeout": "300", "maxmemory-policy": "none"}, "maxmemory-policy", id="one of two is bad"),
        pytest.param({f"timeout{n}": "1" for n in range(21)}, "maximum of 20", id="21 at once"),
    ],
)
def test_parameter_values_are_checked(ec: Any, changes: dict[str, str], text: str) -> None:
    name = f"checked-{abs(hash(text))}"
    ec.create_cache_parameter_group(CacheParameterGroupName=name, CacheParameterGroupFamily="redis7", Description="d")
    refused = error_of(
        ec.modify_cache_parameter_group, CacheParameterGroupName=name, ParameterNameValues=name_values(changes)
    )
    assert refused[0] == VALUE
    assert text in refused[1]
    assert parameters(ec, name, Source="user") == {}
    ec.delete_cache_parameter_group(CacheParameterGroupName=name)


def test_engine_defaults(ec: Any) -> None:
    pages = list(ec.get_paginator("describe_engine_default_parameters").paginate(CacheParameterGroupFamily="redis6.x"))
    names = [found["ParameterName"] for page in pages for found in page["EngineDefaults"]["Parameters"]]
    assert len(names) == len(set(names)) == 62
    by_type = {item["ParameterName"]: item for item in pages[0]["EngineDefaults"]["CacheNodeTypeSpecificParameters"]}
    memory = {item["CacheNodeType"]: item["Value"] for item in by_type["maxmemory"]["CacheNodeTypeSpecificValues"]}
    assert memory["cache.r6g.large"] == "14037181030"


# -- engine versions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "versions"),
    [
        ({"Engine": "redis", "DefaultOnly": True}, ["7.1"]),
        ({"Engine": "redis", "EngineVersion": "6.2"}, ["6.2"]),
        ({"CacheParameterGroupFamily": "redis7"}, ["7.0", "7.1"]),
        ({"Engine": "valkey", "EngineVersion": "7.1"}, []),
        ({"Engine": "redis"}, ["5.0.6", "6.0", "6.2", "7.0", "7.1"]),
    ],
)
def test_engine_versions(ec: Any, filters: dict[str, Any], versions: list[str]) -> None:
    found = ec.describe_cache_engine_versions(**filters)["CacheEngineVersions"]
    assert [item["EngineVersion"] for item in found] == versions


# -- tags -------------------------------------------------------------------------------------------------------------


def test_tags_of_a_group_are_copied_to_its_nodes(ec: Any, topologies: dict[str, Any]) -> None:
    arns = [f"{ARN}:replicationgroup:staging", f"{ARN}:cluster:staging-001", f"{ARN}:cluster:staging-002"]
    ec.add_tags_to_resource(ResourceName=arns[0], Tags=[{"Key": "a", "Value": "1 & 2"}, {"Key": "b", "Value": ""}])
    assert [tags(ec, arn) for arn in arns] == [{"a": "1 & 2", "b": ""}] * 3
    ec.remove_tags_from_resource(ResourceName=arns[0], TagKeys=["a", "unknown"])
    assert [tags(ec, arn) for arn in arns] == [{"b": ""}] * 3
    ec.remove_tags_from_resource(ResourceName=arns[0], TagKeys=["b"])


def tags(ec: Any, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in ec.list_tags_for_resource(ResourceName=arn)["TagList"]}


def test_tag_limits(ec: Any) -> None:
    arn = f"{ARN}:subnetgroup:private"
    ec.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(49)])
    refused = error_of(
        ec.add_tags_to_resource, ResourceName=arn, Tags=[{"Key": "x", "Value": ""}, {"Key": "y", "Value": ""}]
    )
    assert refused[0] == "TagQuotaPerResourceExceeded"
    assert len(tags(ec, arn)) == 49
    ec.remove_tags_from_resource(ResourceName=arn, TagKeys=[f"k{n}" for n in range(49)])


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (f"{ARN}:replicationgroup:nope", "ReplicationGroupNotFoundFault"),
        (f"{ARN}:cluster:nope", "CacheClusterNotFound"),
        (f"{ARN}:parametergroup:nope", "CacheParameterGroupNotFound"),
        (f"{ARN}:subnetgroup:nope", "CacheSubnetGroupNotFoundFault"),
        (f"{ARN}:snapshot:nope", "SnapshotNotFoundFault"),
        (f"{ARN}:user:nope", "UserNotFound"),
        (f"{ARN}:usergroup:nope", "UserGroupNotFound"),
        (f"{ARN}:teapot:nope", "InvalidARN"),
        ("arn:aws:elasticache:us-east-1:000000000000:subnetgroup:private", "InvalidARN"),
        ("private", "InvalidARN"),
    ],
)
def test_tags_of_what_does_not_exist(ec: Any, arn: str, code: str) -> None:
    assert error_of(ec.list_tags_for_resource, ResourceName=arn)[0] == code


# -- paging -----------------------------------------------------------------------------------------------------------


def test_lists_are_paged(ec: Any) -> None:
    names = [f"paged-{number:02d}" for number in range(25)]
    for name in names:
        ec.create_cache_parameter_group(
            CacheParameterGroupName=name, CacheParameterGroupFamily="redis7", Description="d"
        )
    first = ec.describe_cache_parameter_groups(MaxRecords=20)
    assert (len(first["CacheParameterGroups"]), bool(first["Marker"])) == (20, True)
    pages = list(ec.get_paginator("describe_cache_parameter_groups").paginate(PaginationConfig={"PageSize": 20}))
    found = [item["CacheParameterGroupName"] for page in pages for item in page["CacheParameterGroups"]]
    assert len(found) == len(set(found)) == len(ec.describe_cache_parameter_groups()["CacheParameterGroups"])
    assert set(names) < set(found)
    for name in names:
        ec.delete_cache_parameter_group(CacheParameterGroupName=name)


@pytest.mark.parametrize("arguments", [{"MaxRecords": 19}, {"MaxRecords": 101}, {"Marker": "nonsense"}])
def test_bad_pages(ec: Any, arguments: dict[str, Any]) -> None:
    assert error_of(ec.describe_cache_clusters, **arguments)[0] == VALUE


def test_clusters_outside_of_replication_groups(ec: Any, topologies: dict[str, Any]) -> None:
    every = [found["CacheClusterId"] for found in ec.describe_cache_clusters()["CacheClusters"]]
    assert {"dev-001", "staging-002", "prod-0003-003"} <= set(every)
    assert all("CacheNodes" not in found for found in ec.describe_cache_clusters()["CacheClusters"])
    assert ec.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"] == []


# -- events -----------------------------------------------------------------------------------------------------------


def test_events(ec: Any, topologies: dict[str, Any]) -> None:
    def messages(**filters: Any) -> list[str]:
        return [event["Message"] for event in ec.describe_events(**filters)["Events"]]

    assert messages(SourceIdentifier="dev", SourceType="replication-group") == ["Replication group dev created"]
    assert messages(SourceIdentifier="dev-001", SourceType="cache-cluster") == [
        "Added cache node 0001 in availability zone eu-west-1a",
        "Cache cluster created",
    ]
    assert messages(SourceIdentifier="dev", SourceType="user") == []
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert messages(SourceIdentifier="dev", StartTime=tomorrow, EndTime=tomorrow + timedelta(hours=1)) == []
    assert error_of(ec.describe_events, Duration=5, StartTime=tomorrow)[0] == COMBINATION


# -- users ------------------------------------------------------------------------------------------------------------


def test_users_and_groups(ec: Any) -> None:
    secret = "a-password-of-the-user"
    default = ec.create_user(
        UserId="App-Default", UserName="default", Engine="redis", AccessString="on ~app:* &* +@all", Passwords=[secret]
    )
    assert (default["UserId"], default["Status"]) == ("app-default", "active")
    assert default["Authentication"] == {"Type": "password", "PasswordCount": 1}
    assert secret not in str(default)
    ec.create_user(UserId="reader", UserName="reader", Engine="redis", AccessString="+@read", NoPasswordRequired=True)
    assert ec.describe_users(UserId="reader")["Users"][0]["AccessString"] == "off +@read"
    refused = error_of(ec.create_user_group, UserGroupId="team", Engine="redis", UserIds=["reader"])
    assert refused[0] == "DefaultUserRequired"
    refused = error_of(ec.create_user_group, UserGroupId="team", Engine="redis", UserIds=["app-default", "default"])
    assert refused[0] == "DuplicateUserName"
    answer = ec.create_user_group(UserGroupId="team", Engine="redis", UserIds=["app-default"])
    assert answer["Status"] == "creating"
    wait_for(lambda: ec.describe_user_groups(UserGroupId="team")["UserGroups"][0]["Status"] == "active")
    answer = ec.modify_user_group(UserGroupId="team", UserIdsToAdd=["reader"])
    assert answer["PendingChanges"]["UserIdsToAdd"] == ["reader"]
    wait_for(lambda: ec.describe_user_groups(UserGroupId="team")["UserGroups"][0]["Status"] == "active")
    assert ec.describe_users(UserId="reader")["Users"][0]["UserGroupIds"] == ["team"]
    assert error_of(ec.delete_user, UserId="app-default")[0] == "DefaultUserAssociatedToUserGroup"
    ec.delete_user(UserId="reader")
    assert ec.describe_user_groups(UserGroupId="team")["UserGroups"][0]["UserIds"] == ["app-default"]
    ec.delete_user_group(UserGroupId="team")
    wait_for(lambda: ec.describe_user_groups()["UserGroups"] == [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"Passwords": None}, COMBINATION, id="no password"),
        pytest.param({"Passwords": ["short"]}, VALUE, id="short password"),
        pytest.param({"AccessString": "on >secret ~*"}, VALUE, id="password in the access string"),
        pytest.param({"UserId": "default"}, "UserAlreadyExists", id="the built-in user"),
        pytest.param(
            {"Passwords": None, "AuthenticationMode": {"Type": "iam"}}, COMBINATION, id="IAM under another name"
        ),
    ],
)
def test_bad_users(ec: Any, changes: dict[str, Any], code: str) -> None:
    user = {
        "UserId": "u",
        "UserName": "name",
        "Engine": "redis",
        "AccessString": "on ~* +@all",
        "Passwords": ["p" * 16],
    }
    sent = {name: value for name, value in {**user, **changes}.items() if value is not None}
    assert error_of(ec.create_user, **sent)[0] == code


# -- what the sandbox does not have -----------------------------------------------------------------------------------


def test_operations_that_are_missing_say_so(ec: Any) -> None:
    code, message, _ = error_of(ec.describe_reserved_cache_nodes)
    assert (code, "DescribeReservedCacheNodes" in message) == ("InvalidAction", True)


def test_regions_are_apart(cloud: RunningSandbox, ec: Any) -> None:
    other = cloud.client("elasticache", region_name="eu-central-1")
    assert other.describe_cache_subnet_groups()["CacheSubnetGroups"] == []
    assert ec.describe_cache_subnet_groups()["CacheSubnetGroups"] != []


def test_the_waiter_of_a_missing_group_ends_at_once(ec: Any) -> None:
    with pytest.raises(WaiterError, match="ReplicationGroupNotFoundFault"):
        ec.get_waiter("replication_group_available").wait(ReplicationGroupId="nope", WaiterConfig={"MaxAttempts": 1})


def test_the_same_name_can_exist_in_two_regions(cloud: RunningSandbox, ec: Any, topologies: dict[str, Any]) -> None:
    ec2 = cloud.client("ec2", region_name="eu-central-1")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", AvailabilityZone="eu-central-1a")["Subnet"][
        "SubnetId"
    ]
    other = cloud.client("elasticache", region_name="eu-central-1")
    other.create_cache_subnet_group(CacheSubnetGroupName="private", CacheSubnetGroupDescription="d", SubnetIds=[subnet])
    other.create_replication_group(**request("dev", DEV, SECURE))
    found = settled(other, "dev")
    assert found["ARN"] == "arn:aws:elasticache:eu-central-1:000000000000:replicationgroup:dev"
    assert found["MemberClusters"] == ["dev-001"]
    endpoint = found["NodeGroups"][0]["PrimaryEndpoint"]
    assert endpoint != topologies["dev"]["NodeGroups"][0]["PrimaryEndpoint"]
    assert redis_cli(cloud, endpoint, "PING") == "PONG"
    other.delete_replication_group(ReplicationGroupId="dev")
    gone(other, "dev")
    assert group(ec, "dev")["Status"] == "available"
