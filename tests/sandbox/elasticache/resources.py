# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists in one region of the sandbox, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.dataplane.specs import ClusterMode
from sandbox.protocol import Parameters

if TYPE_CHECKING:
    from sandbox.elasticache.changes import Change

Tags = dict[str, str]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class SubnetGroup:
    """The zones and the VPC in which the nodes of a cluster can be placed."""

    name: str
    description: str
    vpc_id: str
    zones: dict[str, str]  # availability zone by subnet id

    @property
    def zone_names(self) -> list[str]:
        return sorted(set(self.zones.values()))


@dataclass
class ParameterGroup:
    """A family's defaults and what a user changed of them."""

    name: str
    family: str
    description: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def is_default(self) -> bool:
        return self.name.startswith("default.")


@dataclass
class Node:
    """One cache node, which ElastiCache also shows as a cache cluster of its own."""

    id: str
    zone: str
    created: datetime = field(default_factory=now)
    status: str = "creating"


@dataclass
class Shard:
    """A node group: one primary and its replicas. ``slots`` is None with cluster mode disabled."""

    id: str
    slots: str | None
    nodes: list[Node]
    status: str = "creating"


@dataclass
class LogDelivery:
    """Where one kind of log goes."""

    log_type: str
    destination_type: str
    details: Parameters
    format: str
    status: str = "enabling"


@dataclass
class ReplicationGroup:
    """A replication group and, as every member shares them, the settings of its cache clusters."""

    id: str
    description: str
    engine: str
    version: str  # as asked for, major.minor
    node_type: str
    parameter_group: str
    subnet_group: str
    cluster_mode: ClusterMode
    shards: list[Shard]
    port: int = 6379
    automatic_failover: str = "disabled"
    multi_az: str = "disabled"
    security_groups: list[str] = field(default_factory=list)
    maintenance_window: str = ""
    snapshot_window: str = ""
    snapshot_retention: int = 0
    snapshotting_node: str | None = None
    topic_arn: str | None = None
    topic_status: str = "active"
    auto_minor_version_upgrade: bool = True
    transit_encryption: bool = False
    transit_mode: str | None = None
    at_rest_encryption: bool = False
    kms_key: str | None = None
    auth_tokens: tuple[str, ...] = field(default=(), repr=False)  # newest last
    anonymous_access: bool = True
    token_rotated: bool = False
    auth_token_changed: datetime | None = None
    user_groups: list[str] = field(default_factory=list)
    logs: dict[str, LogDelivery] = field(default_factory=dict)
    data_tiering: bool = False
    network_type: str = "ipv4"
    ip_discovery: str = "ipv4"
    status: str = "creating"
    created: datetime = field(default_factory=now)
    parameter_apply_status: str = "in-sync"
    pending: Parameters = field(default_factory=dict)  # PendingModifiedValues of the group
    pending_nodes: Parameters = field(default_factory=dict)  # PendingModifiedValues of every member
    staged: dict[str, Change] = field(default_factory=dict, repr=False)  # for the maintenance window, by aspect
    reachable: bool = False  # whether there are endpoints to show
    unseen: bool = False  # whether a change has begun that is not shown yet
    resharding: tuple[int, int] | None = None  # steps done, of how many; None before the first

    @property
    def cluster_enabled(self) -> bool:
        """Whether its nodes form a Redis Cluster, as they do from cluster mode ``compatible`` on."""
        return self.cluster_mode != "disabled"

    @property
    def nodes(self) -> Iterator[Node]:
        return (node for shard in self.shards for node in shard.nodes)

    @property
    def default_snapshotting_node(self) -> str | None:
        """With cluster mode disabled automatic snapshots are taken of one node: a replica, if there is one."""
        if self.cluster_enabled or not self.snapshot_retention:
            return None
        return self.shards[0].nodes[-1].id

    @property
    def auth_enabled(self) -> bool:
        return bool(self.auth_tokens)

    def settle(self, status: str) -> None:
        """Put the group, its shards and its nodes into one state."""
        self.status = status
        for shard in self.shards:
            shard.status = status
            for node in shard.nodes:
                node.status = status


@dataclass
class Snapshot:
    """A backup: what the group was, and one RDB file for each shard."""

    name: str
    source: str  # manual | automated
    group: ReplicationGroup
    sizes: dict[str, int] = field(default_factory=dict)  # bytes by shard id
    files: dict[str, Path] = field(default_factory=dict)
    kms_key: str | None = None
    status: str = "creating"
    created: datetime = field(default_factory=now)


@dataclass
class User:
    """A user of role-based access control. Passwords are write-only."""

    id: str
    name: str
    engine: str
    access_string: str
    authentication: str  # password | no-password | iam
    passwords: tuple[str, ...] = field(default=(), repr=False)
    status: str = "active"


@dataclass
class UserGroup:
    """The users that a replication group admits."""

    id: str
    engine: str
    users: list[str]
    status: str = "creating"
    adding: list[str] = field(default_factory=list)
    removing: list[str] = field(default_factory=list)


@dataclass
class UpdateProgress:
    """How far a service update is on one replication group."""

    status: str
    changed: datetime = field(default_factory=now)

    def become(self, status: str) -> None:
        self.status, self.changed = status, now()


@dataclass(frozen=True)
class Event:
    """One line of DescribeEvents."""

    source: str
    source_type: str
    message: str
    date: datetime = field(default_factory=now)


@dataclass
class Store:
    """Every resource of one region, by its name in lower case."""

    replication_groups: dict[str, ReplicationGroup] = field(default_factory=dict)
    subnet_groups: dict[str, SubnetGroup] = field(default_factory=dict)
    parameter_groups: dict[str, ParameterGroup] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    user_groups: dict[str, UserGroup] = field(default_factory=dict)
    tags: dict[str, Tags] = field(default_factory=dict)  # by ARN
    events: list[Event] = field(default_factory=list)
    updates: dict[tuple[str, str], UpdateProgress] = field(default_factory=dict)  # by group and service update
    failovers: list[datetime] = field(default_factory=list)  # when TestFailover was called
