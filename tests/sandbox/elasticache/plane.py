# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane as one region sees it: replication groups in, processes and addresses out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sandbox.dataplane.specs import Endpoint, GroupEndpoints, GroupSpec, Role, TlsMode
from sandbox.dataplane.specs import Shard as PlaneShard
from sandbox.elasticache.node_types import find_node_type
from sandbox.elasticache.resources import ReplicationGroup, Shard

if TYPE_CHECKING:
    from sandbox.dataplane import DataPlane


T = TypeVar("T")
Credentials = tuple[tuple[str, ...], bool]  # tokens, and whether clients without one are served


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
        credentials: Credentials,
        restore_from: Mapping[str, Path] | None = None,
    ) -> None:
        """Start the group's processes; returns when it answers."""
        node_type = find_node_type(rg.node_type)
        tokens, anonymous = credentials
        spec = GroupSpec(
            id=self._prefix + rg.id,
            shards=tuple(self._shard(shard) for shard in rg.shards),
            cluster_mode=rg.cluster_mode,
            port=rg.port,
            tls=_tls_mode(rg),
            auth_tokens=tokens,
            anonymous=anonymous,
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

    async def set_auth(self, rg: ReplicationGroup, tokens: tuple[str, ...], anonymous: bool) -> None:
        """Make the nodes accept exactly these tokens, and clients without one if they are to be served too."""
        await self._dataplane.set_auth(self._prefix + rg.id, tokens, anonymous=anonymous)

    async def set_tls(self, rg: ReplicationGroup) -> None:
        await self._dataplane.set_tls(self._prefix + rg.id, _tls_mode(rg))

    async def set_parameters(self, rg: ReplicationGroup, parameters: Mapping[str, str]) -> None:
        await self._dataplane.set_parameters(self._prefix + rg.id, parameters)

    def slots(self, rg: ReplicationGroup) -> dict[str, str | None]:
        """The hash slots of each shard at this moment."""
        return {shard.id: shard.slots for shard in self._dataplane.spec(self._prefix + rg.id).shards}

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

    async def replace_node_type(self, rg: ReplicationGroup) -> None:
        """Give every node the memory and the connections of the group's node type."""
        node_type = find_node_type(rg.node_type)
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
