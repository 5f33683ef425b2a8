# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane as one region sees it: replication groups in, processes and addresses out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sandbox.dataplane.readings import Reading
from sandbox.dataplane.specs import ClusterMode, Endpoint, GroupEndpoints, GroupSpec, Role, TlsMode
from sandbox.dataplane.specs import Shard as PlaneShard
from sandbox.dataplane.specs import User as Login
from sandbox.elasticache.node_types import NodeType, find_node_type
from sandbox.elasticache.resources import ReplicationGroup, Shard

if TYPE_CHECKING:
    from sandbox.dataplane import DataPlane


T = TypeVar("T")


class Plane:
    """
    Args:
        dataplane: Runs the processes of every region.
        prefix: Of the names of this region's groups and nodes there: ids are unique in their region only.
    """

    def __init__(self, dataplane: DataPlane, prefix: str = "") -> None:
        self._dataplane = dataplane
        self._prefix = prefix

    async def create(
        self,
        rg: ReplicationGroup,
        parameters: Mapping[str, str],
        logins: Sequence[Login] = (),
        restore_from: Mapping[str, Path] | None = None,
    ) -> None:
        """Start the group's processes; returns when it answers. Without logins its AUTH tokens hold."""
        node_type = find_node_type(rg.node_type)
        spec = GroupSpec(
            id=self._prefix + rg.id,
            shards=tuple(self._shard(shard) for shard in rg.shards),
            cluster_mode=rg.cluster_mode,
            port=rg.port,
            tls=_tls_mode(rg),
            auth_tokens=rg.auth_tokens,
            anonymous=rg.anonymous_access,
            users=tuple(logins),
            parameters=parameters,
            maxmemory=node_type.maxmemory,
            maxclients=node_type.maxclients,
            restore_from=restore_from,
        )
        await self._dataplane.create_group(spec)

    async def delete(self, rg: ReplicationGroup) -> None:
        """End the group's processes, if it has any."""
        with suppress(KeyError):
            await self._dataplane.delete_group(self._prefix + rg.id)

    def endpoints(self, rg: ReplicationGroup) -> GroupEndpoints:
        found = self._dataplane.endpoints(self._prefix + rg.id)
        return GroupEndpoints(found.primary, found.reader, found.configuration, self._unprefixed(found.nodes))

    def roles(self, rg: ReplicationGroup) -> Mapping[str, Role]:
        return self._unprefixed(self._dataplane.roles(self._prefix + rg.id))

    async def readings(self, rg: ReplicationGroup) -> dict[str, Reading]:
        """What each node tells of itself at this moment, by node id."""
        return self._unprefixed(await self._dataplane.readings(self._prefix + rg.id))

    def moved(self, rg: ReplicationGroup) -> float:
        """How much of the last resharding is done, from 0 to 1."""
        return self._dataplane.moved(self._prefix + rg.id)

    async def set_auth(self, rg: ReplicationGroup) -> None:
        """Make the nodes accept exactly the group's tokens, and clients without one if they are to be served too."""
        await self._dataplane.set_auth(self._prefix + rg.id, rg.auth_tokens, anonymous=rg.anonymous_access)

    async def set_users(self, rg: ReplicationGroup, logins: Sequence[Login]) -> None:
        """Make the nodes admit exactly these users, and no token."""
        await self._dataplane.set_users(self._prefix + rg.id, logins)

    async def set_cluster_mode(self, rg: ReplicationGroup, mode: ClusterMode) -> None:
        await self._dataplane.set_cluster_mode(self._prefix + rg.id, mode)
        self.read_slots(rg)

    async def set_tls(self, rg: ReplicationGroup) -> None:
        await self._dataplane.set_tls(self._prefix + rg.id, _tls_mode(rg))

    async def set_parameters(self, rg: ReplicationGroup, parameters: Mapping[str, str]) -> None:
        await self._dataplane.set_parameters(self._prefix + rg.id, parameters)

    def read_slots(self, rg: ReplicationGroup) -> None:
        """Let the record tell the hash slots that each shard has at this moment."""
        slots = {shard.id: shard.slots for shard in self._dataplane.spec(self._prefix + rg.id).shards}
        for shard in rg.shards:
            shard.slots = slots[shard.id]

    async def add_nodes(self, rg: ReplicationGroup, shard_id: str, node_ids: Sequence[str]) -> None:
        await self._dataplane.add_nodes(self._prefix + rg.id, shard_id, [self._prefix + node for node in node_ids])

    async def remove_node(self, rg: ReplicationGroup, node_id: str) -> None:
        await self._dataplane.remove_node(self._prefix + rg.id, self._prefix + node_id)

    async def add_shard(self, rg: ReplicationGroup, shard: Shard) -> None:
        """Add a shard; it gets an equal share of the slots."""
        await self._dataplane.add_shard(self._prefix + rg.id, self._shard(shard))

    async def remove_shard(self, rg: ReplicationGroup, shard_id: str) -> None:
        await self._dataplane.remove_shard(self._prefix + rg.id, shard_id)

    async def rebalance(self, rg: ReplicationGroup, slots: Mapping[str, str]) -> None:
        await self._dataplane.rebalance(self._prefix + rg.id, slots)

    async def failover(self, rg: ReplicationGroup, shard_id: str) -> str:
        """Lose the primary of a shard; returns the new one."""
        return (await self._dataplane.failover(self._prefix + rg.id, shard_id)).removeprefix(self._prefix)

    async def promote(self, rg: ReplicationGroup, node_id: str) -> None:
        """Let a replica and the primary exchange their roles."""
        await self._dataplane.promote(self._prefix + rg.id, self._prefix + node_id)

    async def replace_node_type(self, rg: ReplicationGroup, node_type: NodeType) -> None:
        """Give every node the memory and the connections of a node type."""
        await self._dataplane.replace_node_type(self._prefix + rg.id, node_type.maxmemory, node_type.maxclients)

    async def snapshot(self, rg: ReplicationGroup, directory: Path) -> Mapping[str, Path]:
        """One RDB file by shard id."""
        return await self._dataplane.snapshot(self._prefix + rg.id, directory)

    def _shard(self, shard: Shard) -> PlaneShard:
        return PlaneShard(shard.id, tuple(self._prefix + node.id for node in shard.nodes), shard.slots)

    def _unprefixed(self, by_node: Mapping[str, T]) -> dict[str, T]:
        return {node.removeprefix(self._prefix): value for node, value in by_node.items()}


def _tls_mode(rg: ReplicationGroup) -> TlsMode:
    if not rg.transit_encryption:
        return "off"
    return "preferred" if rg.transit_mode == "preferred" else "required"


def endpoint_view(endpoint: Endpoint | None) -> dict[str, object] | None:
    """An endpoint in the API's words."""
    return {"Address": endpoint.address, "Port": endpoint.port} if endpoint else None
