# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups on the sandbox: declaring them, what was called for them, and how boto3 sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from integration.modules.habit import READING

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws.entry import Clients
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import replication_group
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_replication_group import ARGUMENTS
from sandbox.aws.network import APP_SECURITY_GROUPS, PRIVATE_SUBNETS
from sandbox.testing import RunningSandbox

NAME = "life"
ARN = f"arn:aws:elasticache:eu-west-1:000000000000:replicationgroup:{NAME}"
TOKEN = "a-token-of-sixteen-characters"
NEXT_TOKEN = "the-next-token-of-the-group"
MASKED = "********"
FIRST_GROUP, SECOND_GROUP = APP_SECURITY_GROUPS
TOPIC = "arn:aws:sns:eu-west-1:000000000000:platform-alerts"
OTHER_TOPIC = "arn:aws:sns:eu-west-1:000000000000:other"
PROTECTION = "accessweaver:deletion-protection"
UNSET = "accessweaver:auth-token-not-set"
OPTIONS = {name: spec.get("default") for name, spec in ARGUMENTS.items()}

Call = tuple[str, Mapping[str, Any]]

# What groups are made of
SINGLE = {"cache_node_type": "cache.t3.micro", "engine": "redis", "engine_version": "7.1", "num_cache_clusters": 1}
REPLICATED = {**SINGLE, "num_cache_clusters": 2, "automatic_failover_enabled": True, "multi_az_enabled": True}
CLUSTER_OF_ONE = {
    "cache_node_type": "cache.t3.micro",
    "engine": "redis",
    "engine_version": "7.1",
    "num_node_groups": 1,
    "replicas_per_node_group": 0,
    "automatic_failover_enabled": True,
    "cache_parameter_group_name": "default.redis7.cluster.on",
}
CLUSTER = {**CLUSTER_OF_ONE, "num_node_groups": 2}
TLS = {"transit_encryption_enabled": True, "transit_encryption_mode": "required"}
AUTH = {**TLS, "auth_token": TOKEN}


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


FIREHOSE = {**delivered("/slow"), "destination_type": "kinesis-firehose"}
FIREHOSE["destination_details"] = {"kinesis_firehose_details": {"delivery_stream": "slow"}}
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


def declare(**options: Any) -> dict[str, Any]:
    """Parameters as the module hands them to the logic: with every default of its arguments."""
    return {**OPTIONS, "replication_group_id": NAME, **options}


def called(operation: str, **members: Any) -> Call:
    """A call that changes the group at once, unless its members say otherwise."""
    return operation, {"ReplicationGroupId": NAME, "ApplyImmediately": True, **members}


def modify(**members: Any) -> Call:
    return called("ModifyReplicationGroup", **members)


def shards(**members: Any) -> Call:
    return called("ModifyReplicationGroupShardConfiguration", **members)


def tagged(**tags: str) -> Call:
    listed = [{"Key": name.replace("_", "-"), "Value": value} for name, value in tags.items()]
    return "AddTagsToResource", {"ResourceName": ARN, "Tags": listed}


def untagged(*keys: str) -> Call:
    return "RemoveTagsFromResource", {"ResourceName": ARN, "TagKeys": list(keys)}


def nodes_of(group: Mapping[str, Any]) -> dict[str, list[str]]:
    members = {shard["NodeGroupId"]: shard["NodeGroupMembers"] for shard in group["NodeGroups"]}
    return {shard: [node["CacheClusterId"].removeprefix(f"{NAME}-") for node in members[shard]] for shard in members}


def log_of(delivery: Mapping[str, Any]) -> tuple[str, str]:
    (destination,) = delivery["DestinationDetails"].values()
    (name,) = destination.values()
    return name, delivery["LogFormat"]


Read = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]  # from the group and its first member
READERS: Mapping[str, Read] = {
    "description": lambda group, member: group["Description"],
    "node_type": lambda group, member: group["CacheNodeType"],
    "engine": lambda group, member: (group["Engine"], member["EngineVersion"]),
    "parameters": lambda group, member: member["CacheParameterGroup"]["CacheParameterGroupName"],
    "cluster_mode": lambda group, member: group["ClusterMode"],
    "failover": lambda group, member: group["AutomaticFailover"],
    "multi_az": lambda group, member: group["MultiAZ"],
    "retention": lambda group, member: group["SnapshotRetentionLimit"],
    "saved_node": lambda group, member: group.get("SnapshottingClusterId"),
    "snapshot_window": lambda group, member: group["SnapshotWindow"],
    "maintenance_window": lambda group, member: member["PreferredMaintenanceWindow"],
    "security_groups": lambda group, member: sorted(each["SecurityGroupId"] for each in member["SecurityGroups"]),
    "topic": lambda group, member: member.get("NotificationConfiguration", {}).get("TopicArn"),
    "topic_status": lambda group, member: member.get("NotificationConfiguration", {}).get("TopicStatus"),
    "minor_upgrades": lambda group, member: group["AutoMinorVersionUpgrade"],
    "logs": lambda group, member: {log["LogType"]: log_of(log) for log in group["LogDeliveryConfigurations"]},
    "tls": lambda group, member: group.get("TransitEncryptionMode"),
    "auth": lambda group, member: group["AuthTokenEnabled"],
    "user_groups": lambda group, member: group.get("UserGroupIds", []),
    "nodes": lambda group, member: nodes_of(group),
    "pending": lambda group, member: {**group["PendingModifiedValues"], **member["PendingModifiedValues"]},
}


@dataclass(frozen=True)
class Life:
    """One replication group of a sandbox that holds nothing else."""

    running: RunningSandbox
    clients: Clients

    @cached_property
    def client(self) -> Any:
        return self.clients("elasticache")

    def prepare(self) -> None:
        """Make everything that the tests name, but no replication group."""
        for name in (NAME, "another"):
            self.client.create_cache_subnet_group(
                CacheSubnetGroupName=name, CacheSubnetGroupDescription="x", SubnetIds=list(PRIVATE_SUBNETS)
            )
        self._make_parameter_groups()
        self._make_users()
        self.clients("sns").create_topic(Name="other")
        for name in ("/slow", "/other"):
            self.clients("logs").create_log_group(logGroupName=name)
        destination = {"RoleARN": "arn:aws:iam::000000000000:role/logs", "BucketARN": "arn:aws:s3:::logs"}
        self.clients("firehose").create_delivery_stream(
            DeliveryStreamName="slow", ExtendedS3DestinationConfiguration=destination
        )

    def _make_parameter_groups(self) -> None:
        for name, family in (("own-redis7", "redis7"), ("own-cluster", "redis7"), ("own-valkey8", "valkey8")):
            self.client.create_cache_parameter_group(
                CacheParameterGroupName=name, CacheParameterGroupFamily=family, Description="x"
            )
        self.client.modify_cache_parameter_group(
            CacheParameterGroupName="own-cluster",
            ParameterNameValues=[{"ParameterName": "cluster-enabled", "ParameterValue": "yes"}],
        )

    def _make_users(self) -> None:
        """Two user groups whose default user has the password C(NEXT_TOKEN)."""
        for name in ("first", "second"):
            self.client.create_user(
                UserId=name, UserName="default", Engine="redis", AccessString="on ~* +@all", Passwords=[NEXT_TOKEN]
            )
            self.client.create_user_group(UserGroupId=f"{name}-users", Engine="redis", UserIds=[name])

    def ensure(self, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return replication_group.ensure(self.clients, declare(**options), check_mode)

    def create(self, **options: Any) -> None:
        self.ensure(**{"cache_subnet_group_name": NAME, **options})

    @property
    def count(self) -> int:
        return len(self.running.calls())

    def changes(self, since: int) -> list[Call]:
        """What was called since then to change something."""
        return [call for call in self.running.calls(since=since) if not call[0].startswith(READING)]

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_replication_groups(ReplicationGroupId=NAME)["ReplicationGroups"][0]
        return found

    def members(self) -> list[dict[str, Any]]:
        clusters = self.client.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
        return [cluster for cluster in clusters if cluster.get("ReplicationGroupId") == NAME]

    def tags(self, arn: str = ARN) -> dict[str, str]:
        listed = self.client.list_tags_for_resource(ResourceName=arn)["TagList"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    def state(self) -> dict[str, Any]:
        group, (first, *_) = self.described(), self.members()
        return {**{name: read(group, first) for name, read in READERS.items()}, "tags": self.tags()}

    def exists(self) -> bool:
        return bool(self.client.describe_replication_groups()["ReplicationGroups"])


def prepared(running: RunningSandbox) -> Life:
    """The life of a replication group that is about to begin."""
    life = Life(running, cache(running.client))
    life.prepare()
    return life
