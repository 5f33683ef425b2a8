# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
What CreateReplicationGroup asks for, resolved, and the rules it has to keep.

Rules: API reference of CreateReplicationGroup and the ElastiCache guide (AutoFailover, in-transit encryption, AUTH,
data tiering, parameter groups). Where the text of an error is known from AWS's answers it is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.elasticache import parameter_groups, subnet_groups, windows
from sandbox.elasticache.engines import EngineVersion, find_version
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.node_types import NodeType, find_node_type
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ParameterGroup, SubnetGroup
from sandbox.elasticache.topology import ShardPlan, plan_shards
from sandbox.protocol import ApiError, Parameters

NOT_IMPLEMENTED = (
    "CacheSecurityGroupNames",
    "Durability",
    "GlobalReplicationGroupId",
    "PrimaryClusterId",
    "ServerlessCacheSnapshotName",
)
MOST_NODES = 300
MOST_RETENTION = 35

_AUTH_TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")


@dataclass(frozen=True)
class Draft:
    """A replication group before it is placed: the request and what its names stand for."""

    p: Parameters
    engine: EngineVersion
    node_type: NodeType
    parameter_group: ParameterGroup
    subnet_group: SubnetGroup
    cluster_enabled: bool
    shards: list[ShardPlan]

    @property
    def failover(self) -> bool:
        return bool(self.p.get("AutomaticFailoverEnabled"))

    @property
    def multi_az(self) -> bool:
        return bool(self.p.get("MultiAZEnabled"))

    @property
    def tls(self) -> bool:
        return bool(self.p.get("TransitEncryptionEnabled"))

    @property
    def fewest_replicas(self) -> int:
        return min(shard.replicas for shard in self.shards)

    @property
    def node_count(self) -> int:
        return sum(shard.replicas + 1 for shard in self.shards)

    @property
    def strange_zones(self) -> set[str]:
        return {zone for shard in self.shards for zone in shard.zones} - set(self.subnet_group.zone_names)

    @property
    def one_zone_shard(self) -> bool:
        """Whether the zones asked for put a whole shard into one of them."""
        return any(shard.zones and shard.replicas and len(set(shard.zones)) == 1 for shard in self.shards)

    @property
    def at_rest(self) -> bool:
        """Valkey encrypts at rest unless told otherwise, Redis OSS only when told."""
        return bool(self.p.get("AtRestEncryptionEnabled", self.engine.is_valkey))


def draft(region: Region, p: Parameters) -> Draft:
    """Resolve a request; the first name that stands for nothing is refused."""
    check_implemented(p, NOT_IMPLEMENTED)
    if not p.get("CacheNodeType"):
        raise invalid_value("The parameter CacheNodeType must be provided and must not be blank.")
    if not p.get("CacheSubnetGroupName"):
        message = "CacheSubnetGroupName must be provided: the account has no default cache subnet group."
        raise invalid_combination(message)
    engine = find_version(p.get("Engine", "redis"), p.get("EngineVersion"))
    parameter_group = _parameter_group(region, p, engine)
    cluster_enabled = parameter_groups.effective(parameter_group)["cluster-enabled"] == "yes"
    return Draft(
        p=p,
        engine=engine,
        node_type=find_node_type(p["CacheNodeType"]),
        parameter_group=parameter_group,
        subnet_group=subnet_groups.find(region, p["CacheSubnetGroupName"]),
        cluster_enabled=cluster_enabled,
        shards=plan_shards(p, cluster_enabled),
    )


def check_implemented(p: Parameters, missing: tuple[str, ...]) -> None:
    """A member that the sandbox would ignore is refused."""
    for member in missing:
        if p.get(member) not in (None, [], False):
            raise invalid_value(f"The sandbox does not implement the parameter {member}.")


def _parameter_group(region: Region, p: Parameters, engine: EngineVersion) -> ParameterGroup:
    """The group asked for, or the default one for this engine and topology."""
    shards = max(p.get("NumNodeGroups", 1), len(p.get("NodeGroupConfiguration", [])))
    clustered = shards > 1 or p.get("ClusterMode") == "enabled"
    default = parameter_groups.default_name(engine.family, clustered)
    group = parameter_groups.find(region, p.get("CacheParameterGroupName") or default)
    check_family(group, engine)
    return group


def check_family(group: ParameterGroup, engine: EngineVersion) -> None:
    if group.family != engine.family:
        message = f"Expected a parameter group of family {engine.family} but found one of family {group.family}"
        raise invalid_combination(message)


def valid_auth_token(token: str) -> bool:
    """16 to 128 printable characters; of the special ones only ``! & # $ ^ < > -``."""
    return bool(_AUTH_TOKEN.fullmatch(token))


@dataclass(frozen=True)
class Rule:
    """A combination that ElastiCache refuses."""

    code: str
    broken: Callable[[Draft], object]
    message: str


_VALUE = "InvalidParameterValue"
_COMBINATION = "InvalidParameterCombination"

RULES = (
    Rule(
        _VALUE, lambda d: len(d.p["ReplicationGroupDescription"]) > 255, "The description has at most 255 characters."
    ),
    Rule(_VALUE, lambda d: d.node_type.retired, "The cache node type cannot be used to create new clusters."),
    Rule(
        _VALUE,
        lambda d: not 0 <= d.p.get("SnapshotRetentionLimit", 0) <= MOST_RETENTION,
        f"The snapshot retention limit must be between 0 and {MOST_RETENTION}.",
    ),
    Rule(_VALUE, lambda d: not 1 <= d.p.get("Port", 6379) <= 65535, "The port must be between 1 and 65535."),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("SnapshotArns") and d.p.get("SnapshotName"),
        "SnapshotArns and SnapshotName cannot be used together.",
    ),
    Rule(
        _COMBINATION,
        lambda d: len(d.p.get("SnapshotArns", [])) > 1 and not d.cluster_enabled,
        "With cluster mode disabled a replication group is restored from one object.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.cluster_enabled and "NumCacheClusters" in d.p,
        "NumCacheClusters is not used with cluster mode enabled: use NumNodeGroups and ReplicasPerNodeGroup.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("ClusterMode") == "enabled" and not d.cluster_enabled,
        "ClusterMode enabled needs a parameter group with cluster-enabled=yes.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("ClusterMode") == "disabled" and d.cluster_enabled,
        "ClusterMode disabled needs a parameter group with cluster-enabled=no.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("ClusterMode") == "compatible",
        "ClusterMode compatible is a step of a migration: create the group with disabled or enabled.",
    ),
    Rule(
        _VALUE,
        lambda d: d.cluster_enabled and not d.failover,
        "Redis with cluster mode enabled cannot be created with auto failover turned off.",
    ),
    Rule(
        _COMBINATION,
        lambda d: not d.cluster_enabled and d.failover and d.node_count < 2,
        "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.multi_az and not d.failover,
        "Multi-AZ cannot be enabled without automatic failover.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.multi_az and d.fewest_replicas < 1,
        "Replication group must have at least one read replica to enable Multi-AZ.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.multi_az and len(d.subnet_group.zone_names) < 2,
        "Multi-AZ needs a cache subnet group with subnets in at least two availability zones.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.strange_zones,
        "The cache subnet group has no subnet in one of the availability zones asked for.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.multi_az and d.one_zone_shard,
        "Multi-AZ needs the nodes of each node group in at least two availability zones.",
    ),
    Rule(
        _COMBINATION,
        lambda d: "TransitEncryptionMode" in d.p and not d.tls,
        "TransitEncryptionMode needs TransitEncryptionEnabled.",
    ),
    Rule(
        _COMBINATION,
        lambda d: "TransitEncryptionMode" in d.p and d.engine.number < (7, 0),
        "Transit encryption mode is not supported for engine version {engine}. Please use engine version 7.0.5 or "
        "higher.",
    ),
    Rule(
        _VALUE, lambda d: "AuthToken" in d.p and not valid_auth_token(d.p["AuthToken"]), "Invalid AuthToken provided."
    ),
    Rule(
        _COMBINATION,
        lambda d: "AuthToken" in d.p and not d.tls,
        "AuthToken can only be used with in-transit encryption: set TransitEncryptionEnabled to true.",
    ),
    Rule(
        _COMBINATION,
        lambda d: "AuthToken" in d.p and d.p.get("TransitEncryptionMode") == "preferred",
        "AuthToken cannot be used with TransitEncryptionMode preferred.",
    ),
    Rule(
        _COMBINATION,
        lambda d: "AuthToken" in d.p and d.p.get("UserGroupIds"),
        "AuthToken and UserGroupIds cannot be used together.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("UserGroupIds") and not d.tls,
        "UserGroupIds can only be used with in-transit encryption: set TransitEncryptionEnabled to true.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("UserGroupIds") and d.engine.number < (6, 0),
        "UserGroupIds are supported from engine version 6.0.",
    ),
    Rule(_VALUE, lambda d: len(d.p.get("UserGroupIds", [])) > 1, "A replication group has at most one user group."),
    Rule(_COMBINATION, lambda d: "KmsKeyId" in d.p and not d.at_rest, "KmsKeyId needs AtRestEncryptionEnabled."),
    Rule(
        _COMBINATION,
        lambda d: d.node_type.data_tiering and not d.p.get("DataTieringEnabled"),
        "DataTieringEnabled must be set to true when using r6gd nodes.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("DataTieringEnabled") and not d.node_type.data_tiering,
        "Data tiering is only supported for replication groups using the r6gd node type.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("DataTieringEnabled") and d.engine.number < (6, 2),
        "Data tiering is supported from engine version 6.2.",
    ),
    Rule(
        _COMBINATION,
        lambda d: d.p.get("NetworkType", "ipv4") != "ipv4" or d.p.get("IpDiscovery", "ipv4") != "ipv4",
        "The subnets of the cache subnet group support the network type ipv4 only.",
    ),
)


def check(draft: Draft) -> None:
    """Raise the error of the first rule broken."""
    for rule in RULES:
        if rule.broken(draft):
            raise ApiError(rule.code, rule.message.format(engine=draft.engine.reported))
    chosen_windows(draft.p)


def chosen_windows(p: Parameters) -> tuple[str, str]:
    """Maintenance and snapshot window as given or chosen clear of each other."""
    maintenance, snapshot = p.get("PreferredMaintenanceWindow"), p.get("SnapshotWindow")
    snapshot = windows.snapshot_window(snapshot) if snapshot else None
    maintenance = windows.maintenance_window(maintenance or windows.default_maintenance_window(snapshot))
    snapshot = snapshot or windows.default_snapshot_window(maintenance)
    windows.check_apart(maintenance, snapshot)
    return maintenance, snapshot
