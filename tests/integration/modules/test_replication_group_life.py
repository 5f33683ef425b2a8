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
from typing import Any

import pytest
from integration.modules.groups import (
    ARN,
    CLUSTER,
    CLUSTER_OF_ONE,
    CLUSTER_WITH_REPLICA,
    FAILS_OVER,
    FIREHOSE,
    FIRST_GROUP,
    LOGGED,
    MASKED,
    NOTIFIED,
    OTHER_TOPIC,
    PLAIN_TLS,
    PROTECTED,
    PROTECTION,
    REPLICATED,
    SAVED,
    SECOND_GROUP,
    SECRET,
    SILENT,
    SINGLE,
    TAGGED,
    THREE,
    TLS,
    TOKEN,
    TOPIC,
    UNSET,
    USERS,
    VALKEY,
    WITH_REPLICA,
    Call,
    Life,
    called,
    declare,
    delivered,
    delivery,
    modify,
    shards,
    tagged,
    uneven,
    untagged,
)
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import replication_group


@dataclass(frozen=True)
class Case:
    """A group, what is declared of it then, the calls that this takes, and what differs afterwards."""

    base: Mapping[str, Any]
    change: Mapping[str, Any]
    calls: list[Call]
    seen: Mapping[str, Any]


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
    "a log to Firehose": Case(
        LOGGED,
        {"log_delivery_configurations": [FIREHOSE]},
        [
            modify(
                LogDeliveryConfigurations=[
                    {
                        **delivery("/slow"),
                        "DestinationType": "kinesis-firehose",
                        "DestinationDetails": {"KinesisFirehoseDetails": {"DeliveryStream": "slow"}},
                    }
                ]
            )
        ],
        {"logs": {"slow-log": ("slow", "json")}},
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
    "a shard less, and Multi-AZ, for which it has no replica": Case(
        CLUSTER,
        {
            "num_node_groups": 1,
            "replicas_per_node_group": 1,
            "multi_az_enabled": True,
            "shrink_memory_percent": 0,
        },
        [
            called("IncreaseReplicaCount", ReplicaConfiguration=[{"NodeGroupId": "0001", "NewReplicaCount": 1}]),
            shards(NodeGroupCount=1, NodeGroupsToRemove=["0002"]),
            modify(MultiAZEnabled=True),
        ],
        {"nodes": {"0001": ["0001-001", "0001-002"]}, "multi_az": "enabled"},
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
