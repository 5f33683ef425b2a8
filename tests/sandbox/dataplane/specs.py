# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the control plane asks the data plane for, and what it gets back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

TlsMode = Literal["off", "preferred", "required"]
Role = Literal["primary", "replica"]


@dataclass(frozen=True)
class Shard:
    """
    A node group.

    Attributes:
        id: The node group id, such as ``0001``.
        nodes: Ids of its cache nodes, the primary first.
        slots: Its hash slots, such as ``0-5460`` or ``0-99,200-299``; None with cluster mode disabled.
    """

    id: str
    nodes: tuple[str, ...]
    slots: str | None = None

    @property
    def primary(self) -> str:
        return self.nodes[0]

    @property
    def replicas(self) -> tuple[str, ...]:
        return self.nodes[1:]

    def with_primary(self, node_id: str) -> Shard:
        """The same shard after ``node_id`` was promoted."""
        return replace(self, nodes=(node_id, *(other for other in self.nodes if other != node_id)))


@dataclass(frozen=True)
class GroupSpec:
    """
    A replication group as its processes have to be.

    Attributes:
        id: The replication group id.
        cluster_enabled: Whether the nodes form a Redis Cluster.
        shards: The node groups; exactly one with cluster mode disabled.
        port: The port of every node and endpoint.
        tls: ``off``: plain text; ``required``: TLS; ``preferred``: either, on the same port.
        auth_tokens: The tokens accepted at this moment.
        anonymous: Whether clients without a token are served; by default exactly when there is no token. Both at once
            is the state after the ROTATE that sets a group's first token (ElastiCache user guide, "AUTH command").
        parameters: The ElastiCache parameters in effect, defaults included; Redis's own default for absent ones.
        maxmemory: Memory of the node type in bytes; 0 is unlimited.
        maxclients: Connections a node accepts, by node type; fewer where the machine allows fewer open files.
        restore_from: RDB file per shard id, loaded before the group answers.
    """

    id: str
    cluster_enabled: bool
    shards: tuple[Shard, ...]
    port: int = 6379
    tls: TlsMode = "required"
    auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    anonymous: bool | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    maxmemory: int = 0
    maxclients: int = 65000
    restore_from: Mapping[str, Path] | None = None

    @property
    def admits_anonymous(self) -> bool:
        return not self.auth_tokens if self.anonymous is None else self.anonymous

    @property
    def node_ids(self) -> Iterator[str]:
        return (node for shard in self.shards for node in shard.nodes)

    @property
    def roles(self) -> dict[str, Role]:
        return {
            node: "primary" if node == shard.primary else "replica" for shard in self.shards for node in shard.nodes
        }

    def shard(self, shard_id: str) -> Shard:
        """
        One node group.

        Raises:
            KeyError: The group has no such node group.
        """
        for shard in self.shards:
            if shard.id == shard_id:
                return shard
        raise KeyError(
            f"replication group {self.id} has no node group {shard_id}, only {[each.id for each in self.shards]}"
        )

    def shard_of(self, node_id: str) -> Shard:
        """
        The node group of a node.

        Raises:
            KeyError: The group has no such node.
        """
        for shard in self.shards:
            if node_id in shard.nodes:
                return shard
        raise KeyError(f"replication group {self.id} has no node {node_id}, only {list(self.node_ids)}")

    def with_shard(self, changed: Shard) -> GroupSpec:
        """The same group with the node group of that id changed."""
        return replace(self, shards=tuple(changed if shard.id == changed.id else shard for shard in self.shards))


@dataclass(frozen=True)
class Endpoint:
    """Where clients connect to."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True)
class GroupEndpoints:
    """
    The endpoints of a replication group.

    Attributes:
        primary: Follows the primary; None with cluster mode enabled.
        reader: Spreads connections over the replicas; None with cluster mode enabled.
        configuration: Leads to any node; None with cluster mode disabled.
        nodes: The node's own endpoint, by cache cluster id.
    """

    primary: Endpoint | None
    reader: Endpoint | None
    configuration: Endpoint | None
    nodes: Mapping[str, Endpoint]


@dataclass(frozen=True)
class NodeProcess:
    """A running ``redis-server``; ``rss`` is its resident memory in bytes."""

    node_id: str
    pid: int
    address: str
    rss: int
