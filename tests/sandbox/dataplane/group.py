# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One replication group: what can be done with it."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from . import parameters, readings, resharding, restrictions, slots
from .addresses import Block
from .cluster import Cluster
from .config import Secrets
from .endpoints import Endpoints
from .members import Members
from .node import Node
from .readings import Reading
from .replication import Replication
from .slots import Slots
from .specs import ClusterMode, GroupSpec, NodeProcess, Shard, TlsMode, User
from .tls import Authority
from .topology import Topology
from .waiting import together

LOG = logging.getLogger(__name__)


class Group:
    """
    A replication group and the processes that serve it.

    Attributes:
        spec: The group as it is at this moment: roles, slots, tokens.
        lock: Held by whoever changes the group.
        endpoints: Where clients reach it.
        moved: How much of the last resharding is done, from 0 to 1.

    Args:
        spec: The group as it is to be.
        block: Its addresses.
        directory: Where its nodes work.
        authority: Issues their certificates.
        secret: The data plane's passwords and command names.
    """

    def __init__(self, spec: GroupSpec, block: Block, directory: Path, authority: Authority, secret: Secrets) -> None:
        self.spec = spec
        self.lock = asyncio.Lock()
        self.moved = 1.0
        self._members = Members(block, directory, authority, secret, self._heal)
        self.endpoints = Endpoints(block, lambda: self.spec, self._members.running)

    @property
    def _topology(self) -> Topology:
        return Cluster() if self.spec.cluster_enabled else Replication()

    @property
    def processes(self) -> list[NodeProcess]:
        """The running processes."""
        return self._members.processes

    async def create(self) -> None:
        """Start everything; returns when replicas follow and every node of a cluster says that it is whole."""
        wanted = self._slots()
        self.spec, spare = self._with_restored_data()
        await self._members.start(self.spec, self.spec.node_ids)
        if self.spec.restore_from and self.spec.cluster_enabled:
            await self._keep_restored_slots(wanted)
        await self._topology.form(self._members.shards(self.spec))
        await self._reshard({**wanted, **{shard.id: frozenset() for shard in spare}})
        await self._drop_shards(spare)
        await self.endpoints.open()

    async def close(self) -> None:
        """End every process and remove what they wrote."""
        await self.endpoints.close()
        await self._members.close()

    async def set_auth(self, tokens: Sequence[str], anonymous: bool | None) -> None:
        """Accept exactly these tokens from now on; who is connected stays so."""
        await self._admit(replace(self.spec, auth_tokens=tuple(tokens), anonymous=anonymous, users=()))

    async def set_users(self, users: Sequence[User]) -> None:
        """Admit exactly these users from now on; who is connected has at once the rights of now."""
        await self._admit(replace(self.spec, auth_tokens=(), anonymous=None, users=tuple(users)))

    async def set_cluster_mode(self, mode: ClusterMode) -> None:
        """
        Serve plain clients, clients of a cluster, or both; the data stays.

        Redis decides it at its start: between ``disabled`` and the others every node restarts, and none answers
        meanwhile.
        """
        before, self.spec = self.spec, self.spec.in_cluster_mode(mode)
        if before.cluster_enabled != self.spec.cluster_enabled:
            await self._members.restart_as_strangers(self.spec)
            await self._topology.form(self._members.shards(self.spec))
        await self.endpoints.open()

    async def set_tls(self, mode: TlsMode) -> None:
        """Change what clients may speak; who is connected in a way that still is allowed may stay so."""
        await self._members.listen(self.spec, mode)
        self.spec = replace(self.spec, tls=mode)
        await self._topology.reconnect(self._members.shards(self.spec))

    async def set_parameters(self, values: Mapping[str, str]) -> None:
        """Put other parameters into effect; those that Redis reads only at its start wait for the node's next one."""
        spec = replace(self.spec, parameters=dict(values))
        directives = parameters.dynamic(parameters.directives(spec.parameters, spec.maxmemory))
        await together(node.configure(directives) for node in self._members.nodes)
        self.spec = spec

    async def add_nodes(self, shard_id: str, node_ids: Sequence[str]) -> None:
        """Add replicas to a shard; returns when they have its data."""
        shard = self.spec.shard(shard_id)
        await self._grow(self.spec.with_shard(replace(shard, nodes=(*shard.nodes, *node_ids))), node_ids)

    async def remove_node(self, node_id: str) -> None:
        """Remove a replica."""
        shard = self.spec.shard_of(node_id)
        if node_id == shard.primary:
            raise ValueError(f"{node_id} is the primary of node group {shard.id}: fail over first")
        remaining = replace(shard, nodes=tuple(node for node in shard.nodes if node != node_id))
        await self._shrink(self.spec.with_shard(remaining), [node_id])

    async def add_shard(self, shard: Shard) -> None:
        """Add a shard and give it its slots, or an equal share when it names none, while clients keep working."""
        self._begin_resharding()
        held = slots.parse(shard.slots or "")
        await self._grow(replace(self.spec, shards=(*self.spec.shards, replace(shard, slots=""))), shard.nodes)
        current = self._slots()
        level = slots.levelled(current, current)
        await self._reshard({**{name: due - held for name, due in current.items()}, shard.id: held} if held else level)

    async def remove_shard(self, shard_id: str) -> None:
        """Move the slots of a shard to the others, in equal shares, and end its nodes while clients keep working."""
        self._begin_resharding()
        shard = self.spec.shard(shard_id)
        current = self._slots()
        survivors = [name for name in current if name != shard_id]
        if not survivors:
            raise ValueError(f"node group {shard_id} is the last of replication group {self.spec.id}")
        await self._reshard({**slots.levelled(current, survivors), shard_id: frozenset()})
        await self._drop_shards([shard])

    async def rebalance(self, wanted: Mapping[str, str]) -> None:
        """Move slots between shards until each has those it is to have, while clients keep working."""
        self._begin_resharding()
        due = {self.spec.shard(shard_id).id: slots.parse(text) for shard_id, text in wanted.items()}
        if sorted(slot for held in due.values() for slot in held) != list(range(slots.SLOT_COUNT)):
            raise ValueError(
                f"slots of {self.spec.id}: each of the {slots.SLOT_COUNT} has to belong to exactly one node group"
            )
        await self._reshard({**dict.fromkeys(self._slots(), frozenset()), **due})

    async def failover(self, shard_id: str) -> str:
        """
        Kill the primary of a shard, promote the replica that has most of its data, bring the lost node back.

        Returns:
            The id of the new primary.
        """
        shard = self.spec.shard(shard_id)
        if not shard.replicas:
            raise ValueError(f"node group {shard_id} of {self.spec.id} has no replica to fail over to")
        await self._members.stop(shard.primary)
        await self._replace(self._members[shard.primary])
        await self._topology.settled(self._members.shards(self.spec))
        return self.spec.shard(shard_id).primary

    async def promote(self, node_id: str) -> None:
        """Make a replica the primary; no acknowledged write is lost."""
        shard = self.spec.shard_of(node_id)
        if node_id != shard.primary:
            await self._hand_over(shard, node_id)
            await self._topology.settled(self._members.shards(self.spec))

    async def replace_node_type(self, maxmemory: int, maxclients: int) -> None:
        """Restart the nodes one by one with the limits of another node type; no acknowledged write is lost."""
        self.spec = replace(self.spec, maxmemory=maxmemory, maxclients=maxclients)
        for shard in self.spec.shards:
            await self._roll(shard)

    async def snapshot(self, directory: Path) -> dict[str, Path]:
        """Write the data of every shard to ``directory/SHARD.rdb``."""
        targets = {shard: directory / f"{shard.id}.rdb" for shard in self.spec.shards}
        await together(self._members[shard.primary].dump(path) for shard, path in targets.items())
        return {shard.id: path for shard, path in targets.items()}

    async def readings(self) -> dict[str, Reading]:
        """What each running node tells of itself, by node id."""
        shards = await together(readings.of_shard(shard) for shard in self._members.shards(self.spec))
        return {node_id: reading for shard in shards for node_id, reading in shard.items()}

    def _slots(self) -> dict[str, Slots]:
        return {shard.id: slots.parse(shard.slots or "") for shard in self.spec.shards}

    def _begin_resharding(self) -> None:
        self.moved = 0.0
        if not self.spec.cluster_enabled:
            raise ValueError(f"replication group {self.spec.id} has cluster mode disabled")

    async def _grow(self, spec: GroupSpec, node_ids: Sequence[str]) -> None:
        before, self.spec = self.spec, spec
        try:
            await self._members.start(spec, node_ids)
            await self._topology.join(self._members.shards(spec), [self._members[node_id] for node_id in node_ids])
        except BaseException:
            await self._shrink(before, [node_id for node_id in node_ids if self._members.running(node_id)])
            await self._members.dismiss(node_ids)
            raise

    async def _shrink(self, spec: GroupSpec, node_ids: Sequence[str]) -> None:
        gone = [await self._topology.identity(self._members[node_id]) for node_id in node_ids]
        self.spec = spec
        await self.endpoints.follow()
        await self._members.dismiss(node_ids)
        await self._topology.leave(self._members.shards(spec), gone)

    async def _drop_shards(self, shards: Iterable[Shard]) -> None:
        for shard in shards:
            remaining = tuple(other for other in self.spec.shards if other.id != shard.id)
            await self._shrink(replace(self.spec, shards=remaining), self.spec.shard(shard.id).nodes)

    async def _admit(self, spec: GroupSpec) -> None:
        gone = {user.name for user in self.spec.logins} - {user.name for user in spec.logins}
        commands = [
            *(("ACL", "SETUSER", user.name, *restrictions.acl_rules(user)) for user in spec.logins),
            *(("ACL", "DELUSER", name) for name in gone),
        ]
        await together(node.run_all(commands) for node in self._members.nodes)
        self.spec = spec

    async def _reshard(self, wanted: Mapping[str, Slots]) -> None:
        moves = slots.moves(self._slots(), wanted)
        share = 1 / (sum(len(move.slots) for move in moves) or 1)
        for move in moves:
            source, target = self.spec.shard(move.source), self.spec.shard(move.target)
            primaries = [self._members[shard.primary] for shard in self.spec.shards]
            ends = self._members[source.primary], self._members[target.primary]
            async for count in resharding.move(move.slots, *ends, primaries):
                self.moved += count * share
            held = self._slots()
            left, gained = held[source.id].difference(move.slots), held[target.id].union(move.slots)
            self.spec = self.spec.with_shard(replace(source, slots=slots.render(left)))
            self.spec = self.spec.with_shard(replace(target, slots=slots.render(gained)))
        await self._topology.settled(self._members.shards(self.spec))

    async def _promote_replica(self, shard: Shard) -> None:
        """The one that received most: whatever any replica acknowledged, it has."""
        replicas = [self._members[node_id] for node_id in shard.replicas if self._members.running(node_id)]
        received = await together(replica.replicated() for replica in replicas)
        successor = replicas[received.index(max(received))]
        await self._topology.promote(successor, [replica for replica in replicas if replica is not successor])
        await self._lead(shard, successor.id)

    async def _hand_over(self, shard: Shard, node_id: str) -> None:
        siblings = [self._members[other] for other in shard.replicas if other != node_id]
        await self._topology.hand_over(self._members[shard.primary], self._members[node_id], siblings)
        await self._lead(shard, node_id)

    async def _lead(self, shard: Shard, primary: str) -> None:
        self.spec = self.spec.with_shard(shard.with_primary(primary))
        await self.endpoints.follow()

    async def _replace(self, lost: Node) -> None:
        """Bring a node back that has ended, after a replica took its place if it was a primary."""
        shard = self.spec.shard_of(lost.id)
        if lost.id == shard.primary and any(self._members.running(node_id) for node_id in shard.replicas):
            await self._promote_replica(shard)
        await self._members.restart(self.spec, lost.id)

    async def _heal(self, lost: Node) -> None:
        """A node ended by itself: do what ElastiCache does."""
        async with self.lock:
            if lost in self._members.nodes and not lost.running:
                LOG.warning("%s ended by itself, bringing it back", lost.id)
                await self._replace(lost)

    async def _roll(self, shard: Shard) -> None:
        for replica in shard.replicas:
            await self._restart(replica)
        if not shard.replicas:
            await self._members.restart_with_data(self.spec, shard.primary)
            await self._topology.settled(self._members.shards(self.spec))
            return
        await self._hand_over(shard, shard.replicas[0])
        await self._restart(shard.primary)

    async def _restart(self, node_id: str) -> None:
        await self._members.restart(self.spec, node_id)
        await self._topology.settled(self._members.shards(self.spec))

    def _with_restored_data(self) -> tuple[GroupSpec, list[Shard]]:
        """
        Put the files of a snapshot where primaries load them.

        Returns:
            The group with a shard for each file, and the shards that it has only for that.
        """
        files = [path for _, path in sorted((self.spec.restore_from or {}).items())]
        spare = [
            Shard(f"restore-{number}", (f"{self.spec.id}-restore-{number}",), "")
            for number in range(len(self.spec.shards), len(files))
        ]
        if spare:
            self._begin_resharding()
        shards = (*self.spec.shards, *spare)
        for shard, path in zip(shards, files, strict=False):
            shutil.copyfile(path, self._members.admit(shard.primary).data)
        return replace(self.spec, shards=shards), spare

    async def _keep_restored_slots(self, wanted: Mapping[str, Slots]) -> None:
        """Begin with the slots that primaries took for the keys they loaded; what nobody took is where it is to be."""
        primaries = [self._members[shard.primary] for shard in self.spec.shards]
        taken = await together(map(resharding.held, primaries))
        free = frozenset(range(slots.SLOT_COUNT)).difference(*taken)
        for shard, own in zip(self.spec.shards, taken, strict=True):
            due = own | (wanted.get(shard.id, frozenset()) & free)
            self.spec = self.spec.with_shard(replace(shard, slots=slots.render(due)))
