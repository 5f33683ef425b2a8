# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a replication group on the sandbox: each change by the exact calls, in order, and by what is there then.

Every case starts with a group of its own, declares what differs, checks, does, checks and does; boto3 has to see what
the case says, and everything else as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from integration.modules.groups import (
    ARN,
    AUTH,
    CLUSTER,
    CLUSTER_OF_ONE,
    REPLICATED,
    SINGLE,
    TLS,
    TOKEN,
    Call,
    Life,
    called,
    declare,
    modify,
    shards,
    tagged,
    untagged,
)
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import replication_group
from sandbox.aws.network import APP_SECURITY_GROUPS
from sandbox.dataplane import Endpoint
from sandbox.dataplane.testing import RedisCli

NEXT_TOKEN = "the-next-token-of-the-group"
MASKED = "********"
FIRST_GROUP, SECOND_GROUP = APP_SECURITY_GROUPS
TOPIC = "arn:aws:sns:eu-west-1:000000000000:platform-alerts"
OTHER_TOPIC = "arn:aws:sns:eu-west-1:000000000000:other"
PROTECTION = "accessweaver:deletion-protection"
UNSET = "accessweaver:auth-token-not-set"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.05)


@pytest.fixture
def life(fresh_sandbox) -> Life:
    """A sandbox in which everything is there that the cases name, but no replication group."""
    life = Life(fresh_sandbox, cache(fresh_sandbox.client))
    life.prepare()
    for name, family in (("own-redis7", "redis7"), ("own-cluster", "redis7"), ("own-valkey8", "valkey8")):
        life.client.create_cache_parameter_group(
            CacheParameterGroupName=name, CacheParameterGroupFamily=family, Description="x"
        )
    cluster_on = {"ParameterName": "cluster-enabled", "ParameterValue": "yes"}
    life.client.modify_cache_parameter_group(CacheParameterGroupName="own-cluster", ParameterNameValues=[cluster_on])
    life.clients("sns").create_topic(Name="other")
    for name in ("/slow", "/other"):
        life.clients("logs").create_log_group(logGroupName=name)
    for name in ("first", "second"):
        life.client.create_user(
            UserId=name, UserName="default", Engine="redis", AccessString="on ~* +@all", Passwords=[NEXT_TOKEN]
        )
        life.client.create_user_group(UserGroupId=f"{name}-users", Engine="redis", UserIds=[name])
    return life


@dataclass(frozen=True)
class Case:
    """A group, what is declared of it then, the calls that this takes, and what differs afterwards."""

    base: Mapping[str, Any]
    change: Mapping[str, Any]
    calls: list[Call]
    seen: Mapping[str, Any]


def delivered(group: str, log_format: str = "json", log_type: str = "slow-log") -> dict[str, Any]:
    """A log delivery as an option."""
    details = {"cloud_watch_logs_details": {"log_group": group}, "kinesis_firehose_details": None}
    destination = {"destination_type": "cloudwatch-logs", "destination_details": details}
    return {"log_type": log_type, **destination, "log_format": log_format, "enabled": True}


def delivery(group: str, log_format: str = "json", log_type: str = "slow-log") -> dict[str, Any]:
    """A log delivery as a member of a request."""
    details = {"CloudWatchLogsDetails": {"LogGroup": group}}
    destination = {"DestinationType": "cloudwatch-logs", "DestinationDetails": details}
    return {"LogType": log_type, **destination, "LogFormat": log_format, "Enabled": True}


SILENT = {"log_type": "slow-log", "enabled": False}
LOGGED = {**SINGLE, "log_delivery_configurations": [delivered("/slow")]}
SAVED = {**SINGLE, "snapshot_retention_limit": 5}
NOTIFIED = {**SINGLE, "notification_topic_arn": TOPIC}
WITH_REPLICA = {**SINGLE, "num_cache_clusters": 2}
FAILS_OVER = {**WITH_REPLICA, "automatic_failover_enabled": True}
PLAIN_TLS = {**SINGLE, **TLS}
SECRET = {**SINGLE, **AUTH}
USERS = {**SINGLE, **TLS, "user_group_ids": ["first-users"]}
THREE = {**REPLICATED, "num_cache_clusters": 3}
TAGGED = {**SINGLE, "tags": {"Project": "demo", "Owner": "x"}}
PROTECTED = {**SINGLE, "deletion_protection": True, "tags": {"Project": "demo"}}
CLUSTER_WITH_REPLICA = {**CLUSTER_OF_ONE, "replicas_per_node_group": 1}
VALKEY = {**SINGLE, "engine": "valkey", "engine_version": "8.0"}


def uneven(first: int, second: int) -> dict[str, Any]:
    """A cluster of two shards with different numbers of replicas."""
    sizes = {"0001": (first, "0-8191"), "0002": (second, "8192-16383")}
    configuration = [
        {"node_group_id": shard, "replica_count": count, "slots": slots} for shard, (count, slots) in sizes.items()
    ]
    counts = {"num_node_groups": None, "replicas_per_node_group": None}
    return {**CLUSTER, **counts, "node_group_configuration": configuration}


SINGLE_DIFFERENCES = {
    "description": Case(
        SINGLE,
        {"replication_group_description": "New"},
        [modify(ReplicationGroupDescription="New")],
        {"description": "New"},
    ),
    "a bigger node type": Case(
        SINGLE,
        {"cache_node_type": "cache.t3.small"},
        [modify(CacheNodeType="cache.t3.small")],
        {"node_type": "cache.t3.small"},
    ),
    "a smaller node type": Case(
        {**SINGLE, "cache_node_type": "cache.m6g.large"},
        {"cache_node_type": "cache.t3.small"},
        [modify(CacheNodeType="cache.t3.small")],
        {"node_type": "cache.t3.small"},
    ),
    "a bigger node type of a cluster": Case(
        CLUSTER_WITH_REPLICA,
        {"cache_node_type": "cache.t3.small"},
        [modify(CacheNodeType="cache.t3.small")],
        {"node_type": "cache.t3.small"},
    ),
    "backups on, of a single node": Case(
        SINGLE,
        {"snapshot_retention_limit": 5},
        [modify(SnapshotRetentionLimit=5, SnapshottingClusterId="life-001")],
        {"retention": 5, "saved_node": "life-001"},
    ),
    "backups on, of a replica": Case(
        WITH_REPLICA,
        {"snapshot_retention_limit": 5},
        [modify(SnapshotRetentionLimit=5, SnapshottingClusterId="life-002")],
        {"retention": 5, "saved_node": "life-002"},
    ),
    "backups on, of a cluster": Case(
        CLUSTER_OF_ONE, {"snapshot_retention_limit": 5}, [modify(SnapshotRetentionLimit=5)], {"retention": 5}
    ),
    "retention": Case(SAVED, {"snapshot_retention_limit": 9}, [modify(SnapshotRetentionLimit=9)], {"retention": 9}),
    "backups off": Case(
        SAVED,
        {"snapshot_retention_limit": 0},
        [modify(SnapshotRetentionLimit=0)],
        {"retention": 0, "saved_node": None},
    ),
    "snapshot window": Case(
        {**SINGLE, "snapshot_window": "01:00-02:00", "preferred_maintenance_window": "sun:05:00-sun:06:00"},
        {"snapshot_window": "03:00-04:00"},
        [modify(SnapshotWindow="03:00-04:00")],
        {"snapshot_window": "03:00-04:00"},
    ),
    "maintenance window": Case(
        {**SINGLE, "snapshot_window": "01:00-02:00", "preferred_maintenance_window": "sun:05:00-sun:06:00"},
        {"preferred_maintenance_window": "MON:05:00-MON:06:00"},
        [modify(PreferredMaintenanceWindow="mon:05:00-mon:06:00")],
        {"maintenance_window": "mon:05:00-mon:06:00"},
    ),
    "security groups": Case(
        {**SINGLE, "security_group_ids": [FIRST_GROUP]},
        {"security_group_ids": [SECOND_GROUP]},
        [modify(SecurityGroupIds=[SECOND_GROUP])],
        {"security_groups": [SECOND_GROUP]},
    ),
    "a security group more": Case(
        {**SINGLE, "security_group_ids": [FIRST_GROUP]},
        {"security_group_ids": [SECOND_GROUP, FIRST_GROUP]},
        [modify(SecurityGroupIds=[SECOND_GROUP, FIRST_GROUP])],
        {"security_groups": [FIRST_GROUP, SECOND_GROUP]},
    ),
    "topic": Case(
        SINGLE,
        {"notification_topic_arn": TOPIC},
        [modify(NotificationTopicArn=TOPIC)],
        {"topic": TOPIC, "topic_status": "active"},
    ),
    "another topic": Case(
        NOTIFIED,
        {"notification_topic_arn": OTHER_TOPIC},
        [modify(NotificationTopicArn=OTHER_TOPIC)],
        {"topic": OTHER_TOPIC},
    ),
    "topic silenced": Case(
        NOTIFIED,
        {"notification_topic_status": "inactive"},
        [modify(NotificationTopicStatus="inactive")],
        {"topic_status": "inactive"},
    ),
    "no minor upgrades": Case(
        SINGLE,
        {"auto_minor_version_upgrade": False},
        [modify(AutoMinorVersionUpgrade=False)],
        {"minor_upgrades": False},
    ),
    "a log": Case(
        SINGLE,
        {"log_delivery_configurations": [delivered("/slow")]},
        [modify(LogDeliveryConfigurations=[delivery("/slow")])],
        {"logs": {"slow-log": ("/slow", "json")}},
    ),
    "a log more": Case(
        LOGGED,
        {"log_delivery_configurations": [delivered("/other", log_type="engine-log")]},
        [modify(LogDeliveryConfigurations=[delivery("/other", log_type="engine-log")])],
        {"logs": {"slow-log": ("/slow", "json"), "engine-log": ("/other", "json")}},
    ),
    "a log elsewhere": Case(
        LOGGED,
        {"log_delivery_configurations": [delivered("/other", "text")]},
        [modify(LogDeliveryConfigurations=[delivery("/other", "text")])],
        {"logs": {"slow-log": ("/other", "text")}},
    ),
    "a log off": Case(
        LOGGED,
        {"log_delivery_configurations": [SILENT]},
        [modify(LogDeliveryConfigurations=[{"LogType": "slow-log", "Enabled": False}])],
        {"logs": {}},
    ),
    "a minor version": Case(
        {**SINGLE, "engine_version": "7.0"},
        {"engine_version": "7.1"},
        [modify(EngineVersion="7.1")],
        {"engine": ("redis", "7.1.0")},
    ),
    "a major version with a default parameter group": Case(
        {**SINGLE, "engine_version": "6.2"},
        {"engine_version": "7.1"},
        [modify(EngineVersion="7.1")],
        {"engine": ("redis", "7.1.0"), "parameters": "default.redis7"},
    ),
    "a version of valkey": Case(
        VALKEY, {"engine_version": "8.1"}, [modify(EngineVersion="8.1")], {"engine": ("valkey", "8.1.0")}
    ),
    "parameter group": Case(
        SINGLE,
        {"cache_parameter_group_name": "own-redis7"},
        [modify(CacheParameterGroupName="own-redis7")],
        {"parameters": "own-redis7"},
    ),
    "parameter group, although the rest waits for the window": Case(
        SINGLE,
        {"cache_parameter_group_name": "own-redis7", "apply": "window"},
        [modify(CacheParameterGroupName="own-redis7")],
        {"parameters": "own-redis7"},
    ),
    "a replica, by nodes": Case(
        SINGLE,
        {"num_cache_clusters": 2},
        [called("IncreaseReplicaCount", NewReplicaCount=1)],
        {"nodes": {"0001": ["001", "002"]}},
    ),
    "a replica, by replicas": Case(
        SINGLE,
        {"replicas_per_node_group": 1},
        [called("IncreaseReplicaCount", NewReplicaCount=1)],
        {"nodes": {"0001": ["001", "002"]}},
    ),
    "a replica less": Case(
        THREE,
        {"num_cache_clusters": 2},
        [called("DecreaseReplicaCount", NewReplicaCount=1)],
        {"nodes": {"0001": ["001", "002"]}},
    ),
    "a named replica less": Case(
        THREE,
        {"num_cache_clusters": 2, "replicas_to_remove": ["life-002"]},
        [called("DecreaseReplicaCount", ReplicasToRemove=["life-002"])],
        {"nodes": {"0001": ["001", "003"]}},
    ),
    "failover on": Case(
        WITH_REPLICA,
        {"automatic_failover_enabled": True},
        [modify(AutomaticFailoverEnabled=True)],
        {"failover": "enabled"},
    ),
    "failover off": Case(
        FAILS_OVER,
        {"automatic_failover_enabled": False},
        [modify(AutomaticFailoverEnabled=False)],
        {"failover": "disabled"},
    ),
    "multi-AZ on": Case(FAILS_OVER, {"multi_az_enabled": True}, [modify(MultiAZEnabled=True)], {"multi_az": "enabled"}),
    "multi-AZ off": Case(
        REPLICATED, {"multi_az_enabled": False}, [modify(MultiAZEnabled=False)], {"multi_az": "disabled"}
    ),
    "a tag more, a tag less": Case(
        TAGGED,
        {"tags": {"Project": "demo", "Team": "y"}},
        [untagged("Owner"), tagged(Team="y")],
        {"tags": {"Project": "demo", "Team": "y"}},
    ),
    "another tag beside the others": Case(
        TAGGED,
        {"tags": {"Owner": "z"}, "purge_tags": False},
        [tagged(Owner="z")],
        {"tags": {"Project": "demo", "Owner": "z"}},
    ),
    "protected": Case(
        TAGGED,
        {"deletion_protection": True},
        [("AddTagsToResource", {"ResourceName": ARN, "Tags": [{"Key": PROTECTION, "Value": "true"}]})],
        {"tags": {"Project": "demo", "Owner": "x", PROTECTION: "true"}},
    ),
    "not protected any more": Case(
        PROTECTED, {"deletion_protection": False}, [untagged(PROTECTION)], {"tags": {"Project": "demo"}}
    ),
    "not protected any more, and tags kept": Case(
        PROTECTED,
        {"deletion_protection": False, "tags": {"Project": "demo"}, "purge_tags": False},
        [untagged(PROTECTION)],
        {"tags": {"Project": "demo"}},
    ),
    "a first token": Case(
        PLAIN_TLS,
        {"auth_token": TOKEN},
        [
            ("AddTagsToResource", {"ResourceName": ARN, "Tags": [{"Key": UNSET, "Value": "true"}]}),
            modify(AuthToken=MASKED, AuthTokenUpdateStrategy="ROTATE"),
            modify(AuthToken=MASKED, AuthTokenUpdateStrategy="SET"),
            untagged(UNSET),
        ],
        {"auth": True},
    ),
    "users": Case(
        PLAIN_TLS,
        {"user_group_ids": ["First-Users"]},
        [modify(UserGroupIdsToAdd=["first-users"])],
        {"user_groups": ["first-users"]},
    ),
    "other users": Case(
        USERS,
        {"user_group_ids": ["second-users"]},
        [modify(UserGroupIdsToAdd=["second-users"], UserGroupIdsToRemove=["first-users"])],
        {"user_groups": ["second-users"]},
    ),
    "no users": Case(
        USERS, {"user_group_ids": []}, [modify(UserGroupIdsToRemove=["first-users"])], {"user_groups": []}
    ),
    "from a token to users": Case(
        SECRET,
        {"user_group_ids": ["first-users"]},
        [modify(UserGroupIdsToAdd=["first-users"], AuthTokenUpdateStrategy="DELETE")],
        {"user_groups": ["first-users"], "auth": False},
    ),
    "from users to a token": Case(
        USERS,
        {"auth_token": TOKEN},
        [
            ("AddTagsToResource", {"ResourceName": ARN, "Tags": [{"Key": UNSET, "Value": "true"}]}),
            modify(AuthToken=MASKED, AuthTokenUpdateStrategy="ROTATE", RemoveUserGroups=True),
            modify(AuthToken=MASKED, AuthTokenUpdateStrategy="SET"),
            untagged(UNSET),
        ],
        {"user_groups": [], "auth": True},
    ),
    "plain text to preferred": Case(
        SINGLE,
        {"transit_encryption_enabled": True, "transit_encryption_mode": "preferred", "advance": True},
        [modify(TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")],
        {"tls": "preferred"},
    ),
    "preferred to required": Case(
        {**SINGLE, **TLS, "transit_encryption_mode": "preferred"},
        {"transit_encryption_mode": "required", "advance": True},
        [modify(TransitEncryptionEnabled=True, TransitEncryptionMode="required")],
        {"tls": "required"},
    ),
    "required back to preferred": Case(
        PLAIN_TLS,
        {"transit_encryption_mode": "preferred", "advance": True},
        [modify(TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")],
        {"tls": "preferred"},
    ),
    "preferred back to plain text": Case(
        {**SINGLE, **TLS, "transit_encryption_mode": "preferred"},
        {"transit_encryption_enabled": False, "advance": True},
        [modify(TransitEncryptionEnabled=False)],
        {"tls": None},
    ),
    "cluster mode to compatible": Case(
        FAILS_OVER,
        {"cluster_mode": "compatible", "advance": True},
        [modify(ClusterMode="compatible")],
        {"cluster_mode": "compatible", "parameters": "default.redis7.cluster.on"},
    ),
    "a shard more": Case(
        CLUSTER_OF_ONE,
        {"num_node_groups": 2},
        [shards(NodeGroupCount=2)],
        {"nodes": {"0001": ["0001-001"], "0002": ["0002-001"]}},
    ),
    "a shard more, in a zone": Case(
        CLUSTER_OF_ONE,
        {
            "num_node_groups": 2,
            "resharding_configuration": [
                {"node_group_id": "0002", "preferred_availability_zones": ["eu-west-1c"]},
            ],
        },
        [
            shards(
                NodeGroupCount=2,
                ReshardingConfiguration=[{"NodeGroupId": "0002", "PreferredAvailabilityZones": ["eu-west-1c"]}],
            )
        ],
        {"nodes": {"0001": ["0001-001"], "0002": ["0002-001"]}},
    ),
    "a shard less": Case(
        CLUSTER,
        {"num_node_groups": 1, "shrink_memory_percent": 0},
        [shards(NodeGroupCount=1, NodeGroupsToRemove=["0002"])],
        {"nodes": {"0001": ["0001-001"]}},
    ),
    "a named shard less": Case(
        CLUSTER,
        {"num_node_groups": 1, "node_groups_to_remove": ["0001"], "shrink_memory_percent": 0},
        [shards(NodeGroupCount=1, NodeGroupsToRemove=["0001"])],
        {"nodes": {"0002": ["0002-001"]}},
    ),
    "replicas of a cluster": Case(
        CLUSTER,
        {"replicas_per_node_group": 1},
        [called("IncreaseReplicaCount", NewReplicaCount=1)],
        {"nodes": {"0001": ["0001-001", "0001-002"], "0002": ["0002-001", "0002-002"]}},
    ),
    "no replicas of a cluster": Case(
        CLUSTER_WITH_REPLICA,
        {"replicas_per_node_group": 0},
        [called("DecreaseReplicaCount", NewReplicaCount=0)],
        {"nodes": {"0001": ["0001-001"]}},
    ),
    "uneven shards, filled up": Case(
        uneven(1, 0),
        {"replicas_per_node_group": 1},
        [called("IncreaseReplicaCount", ReplicaConfiguration=[{"NodeGroupId": "0002", "NewReplicaCount": 1}])],
        {"nodes": {"0001": ["0001-001", "0001-002"], "0002": ["0002-001", "0002-002"]}},
    ),
    "uneven shards, evened": Case(
        uneven(2, 0),
        {"replicas_per_node_group": 1},
        [
            called("IncreaseReplicaCount", ReplicaConfiguration=[{"NodeGroupId": "0002", "NewReplicaCount": 1}]),
            called("DecreaseReplicaCount", ReplicaConfiguration=[{"NodeGroupId": "0001", "NewReplicaCount": 1}]),
        ],
        {"nodes": {"0001": ["0001-001", "0001-002"], "0002": ["0002-001", "0002-002"]}},
    ),
    "uneven shards, a named replica less": Case(
        uneven(2, 1),
        {"replicas_per_node_group": 1, "replicas_to_remove": ["life-0001-002"]},
        [called("DecreaseReplicaCount", ReplicasToRemove=["life-0001-002"])],
        {"nodes": {"0001": ["0001-001", "0001-003"], "0002": ["0002-001", "0002-002"]}},
    ),
}

COMBINED = {
    "settings in one call": Case(
        SINGLE,
        {
            "replication_group_description": "New",
            "auto_minor_version_upgrade": False,
            "security_group_ids": [FIRST_GROUP],
            "snapshot_retention_limit": 3,
        },
        [
            modify(
                ReplicationGroupDescription="New",
                SecurityGroupIds=[FIRST_GROUP],
                AutoMinorVersionUpgrade=False,
                SnapshotRetentionLimit=3,
                SnapshottingClusterId="life-001",
            )
        ],
        {
            "description": "New",
            "minor_upgrades": False,
            "security_groups": [FIRST_GROUP],
            "retention": 3,
            "saved_node": "life-001",
        },
    ),
    "a setting and tags": Case(
        TAGGED,
        {"replication_group_description": "New", "tags": {"Project": "demo"}},
        [modify(ReplicationGroupDescription="New"), untagged("Owner")],
        {"description": "New", "tags": {"Project": "demo"}},
    ),
    "protected, and other tags": Case(
        TAGGED,
        {"deletion_protection": True, "tags": {"Project": "demo"}},
        [
            untagged("Owner"),
            ("AddTagsToResource", {"ResourceName": ARN, "Tags": [{"Key": PROTECTION, "Value": "true"}]}),
        ],
        {"tags": {"Project": "demo", PROTECTION: "true"}},
    ),
    "highly available": Case(
        SINGLE,
        {"num_cache_clusters": 2, "automatic_failover_enabled": True, "multi_az_enabled": True},
        [
            called("IncreaseReplicaCount", NewReplicaCount=1),
            modify(AutomaticFailoverEnabled=True, MultiAZEnabled=True),
        ],
        {"nodes": {"0001": ["001", "002"]}, "failover": "enabled", "multi_az": "enabled"},
    ),
    "not highly available any more": Case(
        REPLICATED,
        {"num_cache_clusters": 1, "automatic_failover_enabled": False, "multi_az_enabled": False},
        [
            modify(AutomaticFailoverEnabled=False, MultiAZEnabled=False),
            called("DecreaseReplicaCount", NewReplicaCount=0),
        ],
        {"nodes": {"0001": ["001"]}, "failover": "disabled", "multi_az": "disabled"},
    ),
    "backups of the node that stays": Case(
        WITH_REPLICA,
        {"num_cache_clusters": 1, "snapshot_retention_limit": 5},
        [
            modify(SnapshotRetentionLimit=5, SnapshottingClusterId="life-001"),
            called("DecreaseReplicaCount", NewReplicaCount=0),
        ],
        {"nodes": {"0001": ["001"]}, "retention": 5, "saved_node": "life-001"},
    ),
    "a replica and bigger nodes": Case(
        SINGLE,
        {"num_cache_clusters": 2, "cache_node_type": "cache.t3.small"},
        [called("IncreaseReplicaCount", NewReplicaCount=1), modify(CacheNodeType="cache.t3.small")],
        {"nodes": {"0001": ["001", "002"]}, "node_type": "cache.t3.small"},
    ),
    "bigger nodes and a version": Case(
        {**SINGLE, "engine_version": "7.0"},
        {"cache_node_type": "cache.t3.small", "engine_version": "7.1"},
        [modify(CacheNodeType="cache.t3.small"), modify(EngineVersion="7.1")],
        {"node_type": "cache.t3.small", "engine": ("redis", "7.1.0")},
    ),
    "to valkey with a default parameter group": Case(
        SINGLE,
        {"engine": "valkey", "engine_version": "8.0"},
        [modify(Engine="valkey", EngineVersion="8.0")],
        {"engine": ("valkey", "8.0.1"), "parameters": "default.valkey8"},
    ),
    "to valkey with a parameter group of its family": Case(
        {**SINGLE, "cache_parameter_group_name": "own-redis7"},
        {"engine": "valkey", "engine_version": "8.0", "cache_parameter_group_name": "own-valkey8"},
        [modify(Engine="valkey", EngineVersion="8.0", CacheParameterGroupName="own-valkey8")],
        {"engine": ("valkey", "8.0.1"), "parameters": "own-valkey8"},
    ),
    "valkey 7.2 back to redis 7.1": Case(
        {**SINGLE, "engine": "valkey", "engine_version": "7.2"},
        {"engine": "redis", "engine_version": "7.1", "cache_parameter_group_name": "own-redis7"},
        [modify(Engine="redis", EngineVersion="7.1", CacheParameterGroupName="own-redis7")],
        {"engine": ("redis", "7.1.0"), "parameters": "own-redis7"},
    ),
    "a log that needs the new version": Case(
        {**SINGLE, "engine_version": "5.0.6"},
        {"engine_version": "7.1", "log_delivery_configurations": [delivered("/slow")]},
        [modify(EngineVersion="7.1"), modify(LogDeliveryConfigurations=[delivery("/slow")])],
        {"engine": ("redis", "7.1.0"), "parameters": "default.redis7", "logs": {"slow-log": ("/slow", "json")}},
    ),
    "a log and, at the window, a version": Case(
        {**SINGLE, "engine_version": "7.0"},
        {"engine_version": "7.1", "log_delivery_configurations": [delivered("/slow")], "apply": "window"},
        [modify(LogDeliveryConfigurations=[delivery("/slow")]), modify(EngineVersion="7.1", ApplyImmediately=False)],
        {"logs": {"slow-log": ("/slow", "json")}, "pending": {"EngineVersion": "7.1.0"}},
    ),
    "a token, a setting and tags": Case(
        {**PLAIN_TLS, "tags": {"Project": "demo"}},
        {"auth_token": TOKEN, "replication_group_description": "New", "tags": {"Project": "demo", "Team": "y"}},
        [
            modify(ReplicationGroupDescription="New"),
            ("AddTagsToResource", {"ResourceName": ARN, "Tags": [{"Key": UNSET, "Value": "true"}]}),
            modify(AuthToken=MASKED, AuthTokenUpdateStrategy="ROTATE"),
            modify(AuthToken=MASKED, AuthTokenUpdateStrategy="SET"),
            untagged(UNSET),
            tagged(Team="y"),
        ],
        {"auth": True, "description": "New", "tags": {"Project": "demo", "Team": "y"}},
    ),
    "a stage and a setting": Case(
        SINGLE,
        {
            "transit_encryption_enabled": True,
            "transit_encryption_mode": "preferred",
            "advance": True,
            "notification_topic_arn": TOPIC,
        },
        [
            modify(NotificationTopicArn=TOPIC),
            modify(TransitEncryptionEnabled=True, TransitEncryptionMode="preferred"),
        ],
        {"tls": "preferred", "topic": TOPIC, "topic_status": "active"},
    ),
    "cluster mode with its parameter group, and a replica before": Case(
        {**SINGLE, "cache_parameter_group_name": "own-redis7"},
        {
            "cluster_mode": "compatible",
            "advance": True,
            "cache_parameter_group_name": "own-cluster",
            "automatic_failover_enabled": True,
            "num_cache_clusters": 2,
        },
        [
            called("IncreaseReplicaCount", NewReplicaCount=1),
            modify(AutomaticFailoverEnabled=True),
            modify(ClusterMode="compatible", CacheParameterGroupName="own-cluster"),
        ],
        {
            "cluster_mode": "compatible",
            "parameters": "own-cluster",
            "failover": "enabled",
            "nodes": {"0001": ["001", "002"]},
        },
    ),
    "a cluster grows in every way": Case(
        {**CLUSTER_OF_ONE, "engine_version": "7.0"},
        {
            "num_node_groups": 2,
            "replicas_per_node_group": 1,
            "cache_node_type": "cache.t3.small",
            "engine_version": "7.1",
            "multi_az_enabled": True,
            "tags": {"Size": "big"},
        },
        [
            shards(NodeGroupCount=2),
            called("IncreaseReplicaCount", NewReplicaCount=1),
            modify(MultiAZEnabled=True),
            modify(CacheNodeType="cache.t3.small"),
            modify(EngineVersion="7.1"),
            tagged(Size="big"),
        ],
        {
            "nodes": {"0001": ["0001-001", "0001-002"], "0002": ["0002-001", "0002-002"]},
            "node_type": "cache.t3.small",
            "engine": ("redis", "7.1.0"),
            "multi_az": "enabled",
            "tags": {"Size": "big"},
        },
    ),
    "a cluster shrinks in every way": Case(
        {**CLUSTER, "replicas_per_node_group": 1, "multi_az_enabled": True, "cache_node_type": "cache.t3.small"},
        {
            "num_node_groups": 1,
            "replicas_per_node_group": 0,
            "multi_az_enabled": False,
            "cache_node_type": "cache.t3.micro",
            "shrink_memory_percent": 0,
        },
        [
            modify(MultiAZEnabled=False),
            modify(CacheNodeType="cache.t3.micro"),
            shards(NodeGroupCount=1, NodeGroupsToRemove=["0002"]),
            called("DecreaseReplicaCount", NewReplicaCount=0),
        ],
        # The primary is the former replica: failover spares clients the change of the node type.
        {"nodes": {"0001": ["0001-002"]}, "node_type": "cache.t3.micro", "multi_az": "disabled"},
    ),
    "a shard less and replicas more": Case(
        CLUSTER,
        {"num_node_groups": 1, "replicas_per_node_group": 1, "shrink_memory_percent": 0},
        [
            called("IncreaseReplicaCount", ReplicaConfiguration=[{"NodeGroupId": "0001", "NewReplicaCount": 1}]),
            shards(NodeGroupCount=1, NodeGroupsToRemove=["0002"]),
        ],
        {"nodes": {"0001": ["0001-001", "0001-002"]}},
    ),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in SINGLE_DIFFERENCES.items()])
def test_one_difference(life, case):
    live(life, case)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in COMBINED.items()])
def test_several_differences(life, case):
    live(life, case)


def live(life: Life, case: Case) -> None:
    life.create(**case.base)
    before, since = life.state(), life.count
    four_times(life.running, replication_group.ensure, life.clients, declare(**case.change))
    assert life.changes(since) == case.calls
    assert life.state() == {**before, **case.seen}


REFUSED = {
    "encryption at rest": (SINGLE, {"at_rest_encryption_enabled": True}, "life has False"),
    "KMS key": (SINGLE, {"kms_key_id": "1111-2222"}, "life has None"),
    "subnet group": (SINGLE, {"cache_subnet_group_name": "another"}, "life has life"),
    "port": (SINGLE, {"port": 7000}, "life has 6379"),
    "network type": (SINGLE, {"network_type": "dual_stack"}, "life has ipv4"),
    "data tiering": (SINGLE, {"data_tiering_enabled": True}, "life has False"),
    "global datastore": (SINGLE, {"global_replication_group_id": "virxk-global"}, "life has None"),
    "an older version": (SINGLE, {"engine_version": "7.0"}, "cannot be lowered: life has 7.1.0"),
    "an older valkey": (VALKEY, {"engine_version": "7.2"}, "cannot be lowered: life has 8.0.1"),
    "valkey 8 back to redis": (VALKEY, {"engine": "redis", "engine_version": "7.1"}, "cannot be lowered"),
    "an unknown version": (SINGLE, {"engine_version": "7.9"}, "redis has no such version here"),
    "a version of another family": (
        {**SINGLE, "cache_parameter_group_name": "own-redis7"},
        {"engine": "valkey", "engine_version": "8.0"},
        "own-redis7: does not fit valkey 8.0, which needs one of family valkey8: it is redis7",
    ),
    "a parameter group of another family": (SINGLE, {"cache_parameter_group_name": "own-valkey8"}, "does not fit"),
    "an unknown parameter group": (SINGLE, {"cache_parameter_group_name": "x"}, "it is no such parameter group"),
    "an unknown node type": (SINGLE, {"cache_node_type": "cache.t3.smal"}, "Use one of cache.t3.small"),
    "node type and version at the window": (
        SINGLE,
        {"cache_node_type": "cache.t3.small", "engine": "valkey", "engine_version": "8.0", "apply": "window"},
        "cannot wait for the window together with the engine version",
    ),
    "shards without cluster mode": (SINGLE, {"num_node_groups": 2}, "needs cluster mode: life has 1"),
    "a stage that is not approved": (
        SINGLE,
        {"transit_encryption_enabled": True},
        r"\(off to preferred\) is not approved.\n   Remedy: Make sure that the clients can be changed to TLS",
    ),
    "TLS of an old version": (
        {**SINGLE, "engine_version": "6.2"},
        {"transit_encryption_enabled": True, "advance": True},
        "cannot be changed below engine version 7",
    ),
    "TLS lowered with a token": (
        SECRET,
        {"transit_encryption_mode": "preferred", "advance": True},
        "cannot be lowered while clients authenticate",
    ),
    "TLS lowered with users": (
        USERS,
        {"transit_encryption_enabled": False, "advance": True},
        "cannot be lowered while clients authenticate",
    ),
    "a token over plain text": (SINGLE, {"auth_token": TOKEN}, "auth_token: needs encryption in transit, which is off"),
    "users over plain text": (SINGLE, {"user_group_ids": ["first-users"]}, "needs encryption in transit"),
    "the primary named to go": (
        THREE,
        {"num_cache_clusters": 2, "replicas_to_remove": ["life-001"]},
        "Name 1 of life-002, life-003",
    ),
    "too many replicas named to go": (
        THREE,
        {"num_cache_clusters": 2, "replicas_to_remove": ["life-002", "life-003"]},
        "does not leave 1 replicas in shard 0001",
    ),
    "cluster mode without failover": (
        {**SINGLE, "engine_version": "7.0"},
        {"cluster_mode": "compatible", "advance": True},
        "needs automatic failover",
    ),
    "cluster mode of an old version": (
        {**SINGLE, "engine_version": "6.2"},
        {"cluster_mode": "enabled", "advance": True},
        "cannot be changed below engine version 7",
    ),
}
REFUSED_OF_CLUSTERS: dict[str, tuple[dict[str, Any], str]] = {
    "cluster mode left": ({"cluster_mode": "disabled"}, "cannot be left once it is enabled"),
    "nodes counted": ({"num_cache_clusters": 5}, "does not count the nodes of a group with cluster mode: life has 3"),
    "unknown shards named to go": (
        {"num_node_groups": 1, "node_groups_to_remove": ["0007"], "shrink_memory_percent": 0},
        "Name 1 of 0001, 0002",
    ),
    "too many shards named to go": (
        {"num_node_groups": 1, "node_groups_to_remove": ["0001", "0002"], "shrink_memory_percent": 0},
        "does not lead to 1 shards",
    ),
    "more shards while they are uneven": (
        {"num_node_groups": 3, "replicas_per_node_group": 1},
        "cannot grow while the shards differ in replicas",
    ),
}


@pytest.mark.parametrize(("base", "change", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_with_nothing_called(life, base, change, words):
    life.create(**base)
    refused(life, change, words)


def test_refused_of_a_cluster_with_nothing_called(life):
    life.create(**uneven(1, 0))
    for change, words in REFUSED_OF_CLUSTERS.values():
        refused(life, change, words)


def refused(life: Life, change: Mapping[str, Any], words: str) -> None:
    """Whatever else is declared: nothing is begun, in check mode neither."""
    since = life.count
    for check_mode in (True, False):
        with pytest.raises(AnsibleAWSError, match=words):
            life.ensure(check_mode, **{"replication_group_description": "New", **change})
    assert life.changes(since) == []


def metric(life: Life, name: str, **values: float) -> None:
    """Put a value for some nodes."""
    for node, value in values.items():
        dimensions = {"CacheClusterId": f"life-{node.strip('n').replace('_', '-')}", "CacheNodeId": "0001"}
        listed = [{"Name": dimension, "Value": text} for dimension, text in dimensions.items()]
        life.clients("cloudwatch").put_metric_data(
            Namespace="AWS/ElastiCache", MetricData=[{"MetricName": name, "Dimensions": listed, "Value": value}]
        )


def test_shards_go_when_their_data_fits_into_the_others(life):
    life.create(**CLUSTER)
    metric(life, "DatabaseMemoryUsagePercentage", n0001_001=50, n0002_001=40.4)
    refused(life, {"num_node_groups": 1}, "would fill the shards that stay to 90 %, over the limit of 75 %")
    case = {"num_node_groups": 1, "shrink_memory_percent": 91}
    done = four_times(life.running, replication_group.ensure, life.clients, declare(**case))
    assert done["operations"] == ["modify_replication_group_shard_configuration"]


def test_a_count_that_auto_scaling_keeps_within_bounds_is_no_difference(life):
    life.create(**{**CLUSTER_OF_ONE, "cache_node_type": "cache.m6g.large"})
    life.clients("application-autoscaling").register_scalable_target(
        ServiceNamespace="elasticache",
        ResourceId="replication-group/life",
        ScalableDimension="elasticache:replication-group:NodeGroups",
        MinCapacity=1,
        MaxCapacity=2,
    )
    assert not life.ensure(num_node_groups=5)["changed"]
    assert life.ensure(True, num_node_groups=5, replicas_per_node_group=1)["operations"] == ["increase_replica_count"]


def test_who_may_not_ask_for_auto_scaling_is_told_the_permission(life):
    life.create(**CLUSTER_OF_ONE)
    denied = "User is not authorized to perform: application-autoscaling:DescribeScalableTargets"
    fault = {"service": "application-autoscaling", "code": "AccessDeniedException", "status": 400, "message": denied}
    life.running.control("faults", "POST", [{**fault, "operation": "*", "count": 1}])
    with pytest.raises(AnsibleAWSError, match=r"describe scalable targets.*application-autoscaling:Describe"):
        life.ensure(num_node_groups=2)


REFUSED_LOGIN = "NOAUTH Authentication required."


@dataclass(frozen=True)
class Wire:
    """What clients get from the group, told by redis-cli."""

    life: Life

    def __call__(self, token: str | None = None, *, tls: bool = True) -> str:
        found = self.life.described()["NodeGroups"][0]["PrimaryEndpoint"]
        cli = RedisCli(self.life.running.settings.ca_file)
        return cli(Endpoint(found["Address"], found["Port"]), "ping", tls=tls, token=token).splitlines()[0]


@pytest.fixture
def ping(life) -> Wire:
    return Wire(life)


def test_the_first_token_ends_anonymous_access(life, ping):
    life.create(**PLAIN_TLS)
    assert ping() == "PONG"
    life.ensure(auth_token=TOKEN)
    assert (ping(TOKEN), ping()) == ("PONG", REFUSED_LOGIN)


def test_a_first_token_that_was_only_rotated_in_is_set_by_the_next_run(life, ping):
    life.create(**PLAIN_TLS)
    fault = {"service": "elasticache", "operation": "ModifyReplicationGroup", "skip": 1, "count": 1}
    life.running.control("faults", "POST", [{**fault, "code": "InvalidParameterValue", "message": "x", "status": 400}])
    with pytest.raises(AnsibleAWSError):
        life.ensure(auth_token=TOKEN)
    assert (ping(TOKEN), ping()) == ("PONG", "PONG")
    since = life.count
    four_times(life.running, replication_group.ensure, life.clients, declare(auth_token=TOKEN))
    assert life.changes(since) == [modify(AuthToken=MASKED, AuthTokenUpdateStrategy="SET"), untagged(UNSET)]
    assert (ping(TOKEN), ping()) == ("PONG", REFUSED_LOGIN)


def test_a_token_is_rotated_while_both_are_accepted_and_then_set(life, ping):
    life.create(**SECRET)
    since = life.count
    assert life.ensure(True, auth_token=NEXT_TOKEN, auth_token_update_strategy="rotate")["changed"]
    life.ensure(auth_token=NEXT_TOKEN, auth_token_update_strategy="rotate")
    assert (ping(TOKEN), ping(NEXT_TOKEN)) == ("PONG", "PONG")
    life.ensure(auth_token=NEXT_TOKEN, auth_token_update_strategy="set")
    assert (ping(NEXT_TOKEN), ping(TOKEN)) == ("PONG", REFUSED_LOGIN)
    strategies = [parameters["AuthTokenUpdateStrategy"] for _, parameters in life.changes(since)]
    assert strategies == ["ROTATE", "SET"]


def test_users_take_over_from_a_token_and_give_back_to_one(life, ping):
    life.create(**SECRET)
    life.ensure(user_group_ids=["first-users"])
    assert (ping(NEXT_TOKEN), ping(TOKEN)) == ("PONG", REFUSED_LOGIN)
    life.ensure(auth_token=TOKEN)
    assert (ping(TOKEN), ping(NEXT_TOKEN), ping()) == ("PONG", REFUSED_LOGIN, REFUSED_LOGIN)


def test_a_goal_is_reached_stage_by_stage_each_of_them_approved(life, ping):
    goal = {"transit_encryption_enabled": True, "transit_encryption_mode": "required"}
    life.create(**SINGLE)
    spoken = [speaks(ping)]
    for question in ("plain text goes on working", "those that do not are cut off"):
        refused(life, goal, question)
        life.ensure(**goal, advance=True)
        spoken.append(speaks(ping))
    assert spoken == [{"plain"}, {"plain", "TLS"}, {"TLS"}]
    assert not life.ensure(**goal, advance=True)["changed"]


def test_cluster_mode_is_enabled_stage_by_stage_and_not_left(life):
    goal = {"cluster_mode": "enabled"}
    life.create(**FAILS_OVER)
    refused(life, goal, r"\(disabled to compatible\) is not approved")
    life.ensure(**goal, advance=True)
    refused(life, goal, r"\(compatible to enabled\) is not approved")
    refused(life, {"num_cache_clusters": 3}, "cannot be changed while cluster mode is compatible: life has 2")
    life.ensure(**goal, advance=True)
    assert (life.state()["cluster_mode"], life.described()["ClusterEnabled"]) == ("enabled", True)
    assert not life.ensure(**goal, advance=True)["changed"]
    refused(life, {"cluster_mode": "disabled", "advance": True}, "cannot be left once it is enabled")


def test_cluster_mode_goes_back_from_compatible(life):
    life.create(**FAILS_OVER)
    before = life.state()
    life.ensure(cluster_mode="compatible", advance=True)
    refused(life, {"cluster_mode": "disabled"}, "no client depends on the configuration endpoint")
    since = life.count
    four_times(life.running, replication_group.ensure, life.clients, declare(cluster_mode="disabled", advance=True))
    assert life.changes(since) == [modify(ClusterMode="disabled")]
    assert life.state() == before


def speaks(ping: Wire) -> set[str]:
    return {name for name, tls in (("plain", False), ("TLS", True)) if ping(tls=tls) == "PONG"}


OWN_GROUPS = {"cache_parameter_group_name": "own-redis7"}
AT_THE_WINDOW = {
    "node type": (
        SINGLE,
        {"cache_node_type": "cache.t3.small"},
        {"CacheNodeType": "cache.t3.small"},
        {"node_type": "cache.t3.small"},
    ),
    "version": (
        {**SINGLE, "engine_version": "7.0"},
        {"engine_version": "7.1"},
        {"EngineVersion": "7.1.0"},
        {"engine": ("redis", "7.1.0")},
    ),
    "engine with a parameter group": (
        {**SINGLE, **OWN_GROUPS},
        {"engine": "valkey", "engine_version": "8.0", "cache_parameter_group_name": "own-valkey8"},
        {"EngineVersion": "8.0.1"},
        {"engine": ("valkey", "8.0.1"), "parameters": "own-valkey8"},
    ),
}


@pytest.mark.parametrize(("base", "change", "pending", "seen"), AT_THE_WINDOW.values(), ids=AT_THE_WINDOW)
def test_what_waits_for_the_window_is_shown_and_no_difference(life, base, change, pending, seen):
    life.create(**base)
    before, declared = life.state(), declare(**change, apply="window")
    done = four_times(life.running, replication_group.ensure, life.clients, declared)
    assert life.state() == {**before, "pending": pending}
    again = life.ensure(**change, apply="window")
    for result in (done, again):
        assert "life has not changed yet, and waits for its window" in result["warnings"][0]
    life.running.control("maintenance", "POST", {"replication_group": "life"})
    after = life.ensure(**change, apply="window")
    assert (after["changed"], "warnings" in after) == (False, False)
    assert life.state() == {**before, **seen}


def test_what_waits_for_the_window_can_be_done_now_or_taken_back(life):
    life.create(**SINGLE)
    small = {"cache_node_type": "cache.t3.small"}
    life.ensure(**small, apply="window")
    assert life.ensure(cache_node_type="cache.t3.micro", apply="window")["changed"]
    life.ensure(**small, apply="window")
    since = life.count
    four_times(life.running, replication_group.ensure, life.clients, declare(**small))
    assert life.changes(since) == [modify(CacheNodeType="cache.t3.small")]
    assert (life.state()["node_type"], life.state()["pending"]) == ("cache.t3.small", {})


def test_nothing_is_carried_along_before_the_window_without_being_asked(life):
    life.create(**SINGLE)
    life.ensure(cache_node_type="cache.t3.small", apply="window")
    logs = {"log_delivery_configurations": [delivered("/slow")]}
    refused(life, {**logs, "apply": "window"}, "cannot hold: something else .* at once, and cache_node_type with it")
    refused(life, {"engine": "valkey", "engine_version": "8.0"}, "while cache_node_type waits for the window")
    life.ensure(replication_group_description="New", apply="window")
    assert life.state()["node_type"] == "cache.t3.micro"


def test_deletion_leaves_a_snapshot_and_nothing_else(life):
    life.create(**WITH_REPLICA)
    done = four_times(life.running, replication_group.ensure, life.clients, declare(state="absent"))
    (snapshot,) = life.client.describe_snapshots()["Snapshots"]
    assert snapshot["SnapshotName"] == done["final_snapshot_identifier"]
    assert snapshot["SnapshotStatus"] == "available"
    assert not life.exists()
    assert life.running.control("status")["nodes"] == []


def test_the_same_deployment_can_be_destroyed_twice(life):
    for suffix in ("once", "twice"):
        life.create(**SINGLE)
        life.ensure(state="absent", final_snapshot_identifier=f"life-{suffix}")
    names = [snapshot["SnapshotName"] for snapshot in life.client.describe_snapshots()["Snapshots"]]
    assert names == ["life-once", "life-twice"]


def test_a_final_snapshot_that_cannot_be_taken_keeps_the_group(life):
    life.create(**SINGLE)
    life.client.create_snapshot(ReplicationGroupId="life", SnapshotName="taken")
    with pytest.raises(AnsibleAWSError, match="SnapshotAlreadyExistsFault"):
        life.ensure(state="absent", final_snapshot_identifier="taken")
    assert life.exists()


def test_a_protected_group_stays_until_it_is_not_any_more(life):
    life.create(**PROTECTED)
    gone = {"state": "absent", "skip_final_snapshot": True}
    refused(life, {**gone, "force_delete": "life"}, "deletion_protection = True: is set on life")
    life.ensure(deletion_protection=False)
    life.ensure(**gone)
    assert not life.exists()


def test_a_group_with_clients_stays_unless_it_is_named(life):
    life.create(**SINGLE)
    metric(life, "CurrConnections", n001=25)
    gone = {"state": "absent", "skip_final_snapshot": True}
    refused(life, gone, "had 25 connections to life-001 in the last 24 hours.\n   Remedy: .* set force_delete to life")
    life.ensure(**gone, force_delete="Life")
    assert not life.exists()


def fail_next_creation(life: Life, reason: str) -> None:
    life.running.control("create-failure", "POST", {"replication_group": "life", "reason": reason})


def test_a_creation_that_failed_is_explained_each_time(life):
    fail_next_creation(life, "Insufficient capacity for cache.t3.micro in eu-west-1a")
    words = "Insufficient capacity .* in eu-west-1a.* that are not named: eu-west-1b, eu-west-1c"
    with pytest.raises(AnsibleAWSError, match=words):
        life.create(**SINGLE)
    refused(life, SINGLE, words)


def test_a_creation_that_failed_is_repeated_when_that_is_wanted(life):
    fail_next_creation(life, "no capacity")
    with pytest.raises(AnsibleAWSError, match="no capacity"):
        life.create(**SINGLE)
    declared = declare(**SINGLE, cache_subnet_group_name="life", on_create_failed="delete")
    done = four_times(life.running, replication_group.ensure, life.clients, declared)
    assert done["operations"] == ["delete_replication_group", "create_replication_group"]
    assert life.described()["Status"] == "available"


def test_through_ansible(life, ansible):
    options = {**SINGLE, **AUTH, "name": "life", "cache_subnet_group_name": "life"}
    predicted = ansible("elasticache_replication_group", check=True, **options)
    done = ansible("elasticache_replication_group", **options)
    again = ansible("elasticache_replication_group", **options)
    assert [result["changed"] for result in (predicted, done, again)] == [True, True, False], done
    assert predicted["operations"] == done["operations"] == ["create_replication_group"]
    assert TOKEN not in str([predicted, done, again])
    assert ansible("elasticache_replication_group", name="life", state="absent")["changed"]
    assert not life.exists()
