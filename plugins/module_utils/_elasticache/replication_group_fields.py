# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a replication group: how each one changes, where AWS reports it and when two values are the same.

DescribeReplicationGroups tells neither the engine version, the parameter, subnet and security groups, the maintenance
window nor the
SNS topic: those are read from the member cache clusters. Sources: API references of CreateReplicationGroup and
ModifyReplicationGroup; create-only properties of AWS::ElastiCache::ReplicationGroup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._aws.fields import Change, Field, same_set, same_text, same_version
from .._aws.shapes import from_api

# Tags of our own, for what ElastiCache has no place for: the deletion protection, and that the first AUTH token has
# been rotated in and not set yet.
PROTECTION = "accessweaver:deletion-protection"
UNSET_TOKEN = "accessweaver:auth-token-not-set"
OWN_TAGS = (PROTECTION, UNSET_TOKEN)


@dataclass(frozen=True)
class Observed:
    """A replication group as two operations describe it, and its tags; C(None) while they cannot be listed."""

    group: Mapping[str, Any]
    clusters: Sequence[Mapping[str, Any]]
    tags: Mapping[str, str] | None

    @property
    def member(self) -> Mapping[str, Any]:
        """The member to ask for what the group does not tell; none while the group is being created."""
        return self.clusters[0] if self.clusters else {}

    @property
    def known_tags(self) -> Mapping[str, str]:
        """The tags for those who have waited until they can be listed."""
        return self.tags or {}


def of_group(member: str) -> Callable[[Observed], Any]:
    return lambda observed: observed.group.get(member)


def of_cluster(member: str) -> Callable[[Observed], Any]:
    return lambda observed: observed.member.get(member)


def flag(member: str) -> Callable[[Observed], bool]:
    """A boolean option that is described as a word; a change under way counts as done."""
    return lambda observed: observed.group.get(member) in ("enabled", "enabling")


def read_port(observed: Observed) -> int | None:
    nodes = (node for cluster in observed.clusters for node in cluster.get("CacheNodes", ()))
    endpoints = [observed.group.get("ConfigurationEndpoint"), *(node.get("Endpoint") for node in nodes)]
    return next((endpoint["Port"] for endpoint in endpoints if endpoint), None)


def replicas_of(observed: Observed) -> dict[str, int]:
    """Replicas of each shard, by its id."""
    shards = observed.group.get("NodeGroups", ())
    return {shard["NodeGroupId"]: len(shard.get("NodeGroupMembers", ())) - 1 for shard in shards}


def read_replicas(observed: Observed) -> int | None:
    """Replicas of each shard; C(None) when the shards do not have equally many."""
    counts = set(replicas_of(observed).values())
    return counts.pop() if len(counts) == 1 else None


def read_cluster_mode(observed: Observed) -> str:
    """Engines that know no C(compatible) say only whether it is enabled."""
    return observed.group.get("ClusterMode") or ("enabled" if observed.group.get("ClusterEnabled") else "disabled")


def read_security_groups(observed: Observed) -> list[str]:
    return sorted(group["SecurityGroupId"] for group in observed.member.get("SecurityGroups", ()))


def read_log_delivery(observed: Observed) -> list[dict[str, Any]]:
    logs = from_api(observed.group.get("LogDeliveryConfigurations", []))
    return sorted(logs, key=lambda log: log["log_type"])


def read_protection(observed: Observed) -> bool | None:
    return None if observed.tags is None else observed.tags.get(PROTECTION) == "true"


def same_names(declared: Sequence[str], actual: Sequence[str] | None) -> bool:
    """Compare names that AWS stores in lower case, in any order."""
    return same_set([name.lower() for name in declared], actual)


def same_key(declared: str, actual: str | None) -> bool:
    """A KMS key is declared by its id or its ARN and reported by its ARN."""
    return (actual or "").rpartition("key/")[2] == declared.rpartition("key/")[2]


def same_log_delivery(declared: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]] | None) -> bool:
    """A log type that is not declared is left alone."""
    delivered = {log["log_type"]: _destination(log) for log in actual or ()}
    return all(
        delivered.get(log["log_type"]) == (_destination(log) if log.get("enabled", True) else None) for log in declared
    )


def _destination(log: Mapping[str, Any]) -> tuple[Any, ...]:
    details = log.get("destination_details") or {}
    group = (details.get("cloud_watch_logs_details") or {}).get("log_group")
    stream = (details.get("kinesis_firehose_details") or {}).get("delivery_stream")
    return log.get("destination_type"), group, stream, log.get("log_format")


FIELDS: tuple[Field, ...] = (
    # Members of ModifyReplicationGroup
    Field("replication_group_description", read=of_group("Description")),
    Field("automatic_failover_enabled", read=flag("AutomaticFailover")),
    Field("multi_az_enabled", read=flag("MultiAZ")),
    Field("cache_node_type", Change.APPLY_NOW, read=of_group("CacheNodeType")),
    Field(
        "engine",
        Change.APPLY_NOW,
        same_text,
        read=lambda observed: observed.group.get("Engine") or observed.member.get("Engine"),
    ),
    Field("engine_version", Change.APPLY_NOW, same_version, read=of_cluster("EngineVersion")),
    Field(
        "cache_parameter_group_name",
        Change.APPLY_NOW,
        same_text,
        read=lambda observed: observed.member.get("CacheParameterGroup", {}).get("CacheParameterGroupName"),
    ),
    Field("security_group_ids", same=same_set, read=read_security_groups),
    Field("preferred_maintenance_window", same=same_text, read=of_cluster("PreferredMaintenanceWindow")),
    Field(
        "notification_topic_arn",
        read=lambda observed: observed.member.get("NotificationConfiguration", {}).get("TopicArn"),
    ),
    Field(
        "notification_topic_status",
        read=lambda observed: observed.member.get("NotificationConfiguration", {}).get("TopicStatus"),
    ),
    Field("auto_minor_version_upgrade", read=of_group("AutoMinorVersionUpgrade")),
    Field("snapshot_retention_limit", read=of_group("SnapshotRetentionLimit")),
    Field("snapshot_window", read=of_group("SnapshotWindow")),
    Field("log_delivery_configurations", Change.APPLY_NOW, same_log_delivery, read=read_log_delivery),
    Field("ip_discovery", read=of_group("IpDiscovery")),
    Field("durability", read=of_group("Durability")),
    # Changed by operations, sequences or stages of their own
    Field(
        "num_cache_clusters", Change.OWN_OPERATION, read=lambda observed: len(observed.group.get("MemberClusters", ()))
    ),
    Field("num_node_groups", Change.OWN_OPERATION, read=lambda observed: len(observed.group.get("NodeGroups", ()))),
    Field("replicas_per_node_group", Change.OWN_OPERATION, read=read_replicas),
    Field("deletion_protection", Change.OWN_OPERATION, read=read_protection),
    Field("user_group_ids", Change.OWN_OPERATION, same_names, read=of_group("UserGroupIds")),
    Field("transit_encryption_enabled", Change.STAGED, read=of_group("TransitEncryptionEnabled")),
    Field("transit_encryption_mode", Change.STAGED, read=of_group("TransitEncryptionMode")),
    Field("cluster_mode", Change.STAGED, read=read_cluster_mode),
    # Fixed at creation
    Field("at_rest_encryption_enabled", Change.IMMUTABLE, read=of_group("AtRestEncryptionEnabled")),
    Field("kms_key_id", Change.IMMUTABLE, same_key, read=of_group("KmsKeyId")),
    Field("cache_subnet_group_name", Change.IMMUTABLE, same_text, read=of_cluster("CacheSubnetGroupName")),
    Field("data_tiering_enabled", Change.IMMUTABLE, read=flag("DataTiering")),
    Field("network_type", Change.IMMUTABLE, read=of_group("NetworkType")),
    Field("port", Change.IMMUTABLE, read=read_port),
    Field(
        "global_replication_group_id",
        Change.IMMUTABLE,
        read=lambda observed: observed.group.get("GlobalReplicationGroupInfo", {}).get("GlobalReplicationGroupId"),
    ),
    # Where to start from, and what AWS never tells
    Field("auth_token", Change.CREATE_ONLY),
    Field("node_group_configuration", Change.CREATE_ONLY),
    Field("preferred_cache_cluster_azs", Change.CREATE_ONLY),
    Field("primary_cluster_id", Change.CREATE_ONLY),
    Field("serverless_cache_snapshot_name", Change.CREATE_ONLY),
    Field("snapshot_arns", Change.CREATE_ONLY),
    Field("snapshot_name", Change.CREATE_ONLY),
)
