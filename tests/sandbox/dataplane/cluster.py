# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cluster mode enabled: a Redis Cluster, formed and changed by its own commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations

from redis.exceptions import ResponseError

from .node import Node
from .slots import Slots, parse, ranges
from .topology import ShardNodes
from .waiting import together, until

ELECTION = 6.0
"""Seconds after which a manual failover has succeeded or was given up: Redis grants it 5 (CLUSTER_MF_TIMEOUT)."""


@dataclass(frozen=True)
class Peer:
    """A line of CLUSTER NODES: a node as another (or itself, ``myself``) sees it."""

    id: str
    primary: str | None
    healthy: bool
    myself: bool
    slots: Slots


class Cluster:
    """The topology of a group with cluster mode enabled."""

    async def form(self, shards: Sequence[ShardNodes]) -> None:
        # A primary that was restored from a snapshot has taken the slots of its keys at its start.
        await together(_claim(shard, epoch) for epoch, shard in enumerate(shards, start=1))
        await _meet(combinations(_nodes(shards), 2))
        await self._follow(shards, _nodes(shards))

    async def join(self, shards: Sequence[ShardNodes], added: Iterable[Node]) -> None:
        new = list(added)
        old = [node for node in _nodes(shards) if node not in new]
        await _meet([*((fresh, node) for fresh in new for node in old), *combinations(new, 2)])
        await self._follow(shards, new)

    async def leave(self, shards: Sequence[ShardNodes], gone: Iterable[str]) -> None:
        forgotten = [("CLUSTER", "FORGET", identity) for identity in gone]
        await together(node.run_all(forgotten) for node in _nodes(shards))
        await self.settled(shards)

    async def identity(self, node: Node) -> str:
        return str((await node.run("CLUSTER", "MYID")).decode())

    async def promote(self, successor: Node, siblings: Sequence[Node]) -> None:
        # Without a vote: of one or two shards no majority is left to vote when a primary is gone.
        await successor.run("CLUSTER", "FAILOVER", "TAKEOVER")
        await self._followed(successor, siblings)

    async def hand_over(self, primary: Node, successor: Node, siblings: Sequence[Node]) -> None:
        await until(f"{successor.id} takes over from {primary.id}", partial(_takes_over, successor))
        await self._followed(successor, [primary, *siblings])

    async def reconnect(self, shards: Sequence[ShardNodes]) -> None:
        # Who is met tells its ports at once; gossip would spread them in seconds, with links down meanwhile.
        await _meet(permutations(_nodes(shards), 2))
        await together(
            until(f"{replica.id} finds {primary.id}", partial(_finds, replica, primary))
            for replica, primary in _replicas(shards)
        )
        await self.settled(shards)

    async def settled(self, shards: Sequence[ShardNodes]) -> None:
        nodes = _nodes(shards)
        identities = dict(zip(nodes, await together(map(self.identity, nodes)), strict=True))
        view = _expected(shards, identities)
        await together(until(f"{node.id} sees the whole cluster", partial(_agrees, node, view)) for node in nodes)

    async def _follow(self, shards: Sequence[ShardNodes], new: Sequence[Node]) -> None:
        pairs = [(replica, primary) for replica, primary in _replicas(shards) if replica in new]
        await together(_replicate(*pair) for pair in pairs)
        # Meeting again tells everybody at once whom a replica follows; by itself it would tell one node a second.
        await _meet((replica, node) for replica, _ in pairs for node in _nodes(shards) if node is not replica)
        await self.settled(shards)

    async def _followed(self, successor: Node, siblings: Sequence[Node]) -> None:
        identity = await self.identity(successor)
        await until(f"{successor.id} is primary", successor.is_primary)
        for sibling in siblings:
            await until(f"{sibling.id} follows {successor.id}", partial(_follows, sibling, identity))


async def peers(node: Node) -> list[Peer]:
    """The cluster as a node sees it."""
    return [_peer(line) for line in (await node.run("CLUSTER", "NODES")).decode().splitlines()]


async def myself(node: Node) -> Peer:
    """A node as it sees itself."""
    return next(peer for peer in await peers(node) if peer.myself)


def _peer(line: str) -> Peer:
    """See the Redis documentation of CLUSTER NODES; ``[slot->-node]`` are slots on the move."""
    identity, _, flags, primary, _, _, _, link, *held = line.split()
    kinds = set(flags.split(","))
    return Peer(
        id=identity,
        primary=None if primary == "-" else primary,
        healthy=(link == "connected" or "myself" in kinds) and not kinds & {"fail", "fail?", "handshake", "noaddr"},
        myself="myself" in kinds,
        slots=parse(",".join(span for span in held if not span.startswith("["))),
    )


async def _claim(shard: ShardNodes, epoch: int) -> None:
    held = (await myself(shard.primary)).slots
    await shard.primary.run("CLUSTER", "SET-CONFIG-EPOCH", epoch)
    bounds = [bound for pair in ranges(shard.slots - held) for bound in pair]
    if bounds:
        await shard.primary.run("CLUSTER", "ADDSLOTSRANGE", *bounds)


async def _meet(pairs: Iterable[tuple[Node, Node]]) -> None:
    """Introduce every pair: waiting for gossip to spread the word takes longer."""
    await together(
        one.run("CLUSTER", "MEET", other.address, other.internal.port, other.ports.bus) for one, other in pairs
    )


async def _replicate(replica: Node, primary: Node) -> None:
    identity = (await myself(primary)).id

    async def known() -> bool:
        return any(peer.id == identity and peer.healthy for peer in await peers(replica))

    await until(f"{replica.id} knows {primary.id}", known)
    await replica.run("CLUSTER", "REPLICATE", identity)


async def _takes_over(replica: Node) -> bool:
    """One attempt: Redis gives it up, and says nothing, when a busy machine lets a vote come too late."""
    if await _begins_to_take_over(replica):
        with suppress(TimeoutError):
            await until(f"{replica.id} is elected", replica.is_primary, ELECTION)
    return await replica.is_primary()


async def _begins_to_take_over(replica: Node) -> bool:
    """A replica whose bus link to its primary is just being made again takes that for down."""
    try:
        await replica.run("CLUSTER", "FAILOVER")
    except ResponseError as refusal:
        if "Master is down or failed" not in str(refusal):
            raise
        return False
    return True


async def _finds(replica: Node, primary: Node) -> bool:
    """Whether a replica looks for its primary where that announces itself."""
    return bool((await replica.info("replication"))["master_port"] == primary.ports.announced)


async def _follows(node: Node, primary: str) -> bool:
    return (await myself(node)).primary == primary and await node.linked()


def _expected(shards: Sequence[ShardNodes], identities: Mapping[Node, str]) -> dict[str, tuple[str | None, Slots]]:
    primaries = {identities[shard.primary]: (None, shard.slots) for shard in shards}
    none: Slots = frozenset()
    replicas = {identities[node]: (identities[shard.primary], none) for shard in shards for node in shard.replicas}
    return {**primaries, **replicas}


async def _agrees(node: Node, expected: Mapping[str, tuple[str | None, Slots]]) -> bool:
    seen = await peers(node)
    whole = b"cluster_state:ok" in await node.run("CLUSTER", "INFO")
    same = {peer.id: (peer.primary, peer.slots) for peer in seen} == expected
    followed = await node.is_primary() or await node.linked()
    return whole and same and followed and all(peer.healthy for peer in seen)


def _replicas(shards: Iterable[ShardNodes]) -> list[tuple[Node, Node]]:
    """Every replica with its primary."""
    return [(replica, shard.primary) for shard in shards for replica in shard.replicas]


def _nodes(shards: Iterable[ShardNodes]) -> list[Node]:
    return [node for shard in shards for node in shard.nodes]
