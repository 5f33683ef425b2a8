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
ClusterMode = Literal["disabled", "compatible", "enabled"]
ALL_SLOTS = "0-16383"
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
class User:
    """
    Who may log in, and what they may do then.

    Attributes:
        name: The user name; ``default`` is who gives none.
        access: ACL rules of Redis without passwords.
        passwords: Those accepted at this moment.
        no_password: Whether a client needs none.
    """

    name: str
    access: str = "on ~* &* +@all"
    passwords: tuple[str, ...] = field(default=(), repr=False)
    no_password: bool = False


@dataclass(frozen=True)
class GroupSpec:
    """
    A replication group as its processes have to be.

    Attributes:
        id: The replication group id.
        shards: The node groups; exactly one unless cluster mode is enabled.
        cluster_mode: ``disabled``: a primary and its replicas; ``enabled``: a Redis Cluster; ``compatible``: a cluster
            of one shard with the endpoints of both.
        port: The port of every node and endpoint.
        tls: ``off``: plain text; ``required``: TLS; ``preferred``: either, on the same port.
        auth_tokens: The tokens accepted at this moment.
        anonymous: Whether clients without a token are served; by default exactly when there is no token. Both at once
            is the state after the ROTATE that sets a group's first token (ElastiCache user guide, "AUTH command").
        users: Those of role-based access control, in place of tokens; without any, AUTH holds.
        parameters: The ElastiCache parameters in effect, defaults included; Redis's own default for absent ones.
        maxmemory: Memory of the node type in bytes; 0 is unlimited.
        maxclients: Connections a node accepts, by node type; fewer where the machine allows fewer open files.
        restore_from: RDB file per shard id, loaded before the group answers.
    """

    id: str
    shards: tuple[Shard, ...]
    cluster_mode: ClusterMode = "disabled"
    port: int = 6379
    tls: TlsMode = "required"
    auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    anonymous: bool | None = None
    users: tuple[User, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    maxmemory: int = 0
    maxclients: int = 65000
    restore_from: Mapping[str, Path] | None = None

    @property
    def cluster_enabled(self) -> bool:
        """Whether the nodes form a Redis Cluster."""
        return self.cluster_mode != "disabled"

    @property
    def logins(self) -> tuple[User, ...]:
        """Every user of the nodes, ``default`` included: with role-based access control it may be off."""
        if self.users:
            named = any(user.name == "default" for user in self.users)
            return self.users if named else (*self.users, User("default", access="off"))
        anonymous = not self.auth_tokens if self.anonymous is None else self.anonymous
        return (User("default", passwords=self.auth_tokens, no_password=anonymous),)

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

    def in_cluster_mode(self, mode: ClusterMode) -> GroupSpec:
        """
        The same group in another cluster mode.

        Raises:
            ValueError: It has several node groups, which only ``enabled`` allows.
        """
        if len(self.shards) > 1 and mode != "enabled":
            raise ValueError(f"replication group {self.id} has {len(self.shards)} node groups: cluster mode is enabled")
        if len(self.shards) > 1:
            return replace(self, cluster_mode=mode)
        whole = replace(self.shards[0], slots=None if mode == "disabled" else ALL_SLOTS)
        return replace(self, cluster_mode=mode, shards=(whole,))

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
        reader: Spreads connections over the replicas, or leads to the primary where they would refuse to answer (see
            Endpoints); None with cluster mode enabled.
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
