# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cluster mode disabled: one primary, replicas that follow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from .node import Node
from .specs import Endpoint
from .topology import ShardNodes
from .waiting import PATIENCE, together, until


class Replication:
    """The topology of a group with cluster mode disabled; replicas start with ``replicaof`` in their configuration."""

    async def form(self, shards: Sequence[ShardNodes]) -> None:
        await self.settled(shards)

    async def join(self, shards: Sequence[ShardNodes], added: Iterable[Node]) -> None:
        await self.settled(shards)

    async def leave(self, shards: Sequence[ShardNodes], gone: Iterable[str]) -> None:
        await self.settled(shards)

    async def identity(self, node: Node) -> str:
        return node.address

    async def promote(self, successor: Node, siblings: Sequence[Node]) -> None:
        await successor.run("REPLICAOF", "NO", "ONE")
        await self._follow(siblings, successor)

    async def hand_over(self, primary: Node, successor: Node, siblings: Sequence[Node]) -> None:
        target = successor.internal
        await until(f"{primary.id} has heard of {successor.id}", partial(_acknowledges, primary, target))
        await primary.run("FAILOVER", "TO", target.address, target.port, "TIMEOUT", int(PATIENCE * 1000))
        await until(f"{successor.id} is primary", successor.is_primary)
        await self._follow(siblings, successor)

    async def reconnect(self, shards: Sequence[ShardNodes]) -> None:
        await together(self._follow(shard.replicas, shard.primary) for shard in shards)
        await self.settled(shards)

    async def settled(self, shards: Sequence[ShardNodes]) -> None:
        replicas = [replica for shard in shards for replica in shard.replicas]
        await together(until(f"{replica.id} follows its primary", replica.linked) for replica in replicas)

    async def _follow(self, replicas: Sequence[Node], primary: Node) -> None:
        target = primary.internal
        await together(replica.run("REPLICAOF", target.address, target.port) for replica in replicas)


async def _acknowledges(primary: Node, replica: Endpoint) -> bool:
    """Whether a primary takes a replica for online, which it does after the replica's first report."""
    info = await primary.info("replication")
    seen = [line for name, line in info.items() if name.startswith("slave") and isinstance(line, dict)]
    return (replica.address, replica.port, "online") in [(line["ip"], line["port"], line["state"]) for line in seen]
