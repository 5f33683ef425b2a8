# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a replication group as processes: where they live, their start and their end."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from .addresses import Block
from .config import Ports, Secrets
from .forwarder import Forwarder, by_first_byte
from .node import Node, OnCrash
from .slots import parse
from .specs import Endpoint, GroupSpec, NodeProcess, Shard, TlsMode
from .tls import Authority
from .topology import ShardNodes
from .waiting import together


class Members:
    """
    The nodes of one replication group.

    Args:
        block: Their addresses.
        directory: Where they work, each in a directory of its own.
        authority: Issues their certificates.
        secret: The data plane's passwords and command names.
        on_crash: Called with a node that ended by itself.
    """

    def __init__(self, block: Block, directory: Path, authority: Authority, secret: Secrets, on_crash: OnCrash) -> None:
        self._block = block
        self._directory = directory
        self._authority = authority
        self._secret = secret
        self._on_crash = on_crash
        self._nodes: dict[str, Node] = {}
        self._gates: dict[str, Forwarder] = {}

    def __getitem__(self, node_id: str) -> Node:
        return self._nodes[node_id]

    @property
    def nodes(self) -> list[Node]:
        return list(self._nodes.values())

    @property
    def processes(self) -> list[NodeProcess]:
        """The running processes."""
        return [process for node in self.nodes if (process := node.process)]

    def running(self, node_id: str) -> bool:
        """Whether there is such a node and it runs."""
        return node_id in self._nodes and self._nodes[node_id].running

    def shard(self, shard: Shard) -> ShardNodes:
        """The nodes of a shard."""
        replicas = [self._nodes[node] for node in shard.replicas]
        return ShardNodes(self._nodes[shard.primary], replicas, parse(shard.slots or ""))

    def shards(self, spec: GroupSpec) -> list[ShardNodes]:
        """The nodes of every shard."""
        return [self.shard(shard) for shard in spec.shards]

    def admit(self, node_id: str) -> Node:
        """Give a node its address, directory and certificate; a node keeps them until it is dismissed."""
        if node_id in self._nodes:
            return self._nodes[node_id]
        address, directory = self._block.node(node_id), self._directory / node_id
        directory.mkdir(mode=0o700, parents=True)
        self._authority.issue((address, *self._block.endpoints), directory)
        return self._nodes.setdefault(node_id, Node(node_id, address, directory, self._secret, self._on_crash))

    async def start(self, spec: GroupSpec, node_ids: Iterable[str]) -> None:
        """Start nodes of a group, all at once."""
        nodes = [self.admit(node_id) for node_id in node_ids]
        await together(self._start(spec, node) for node in nodes)

    async def stop(self, node_id: str) -> None:
        """End a node at once; it keeps its address."""
        await self._close_gate(self._nodes[node_id])
        await self._nodes[node_id].kill()

    async def restart(self, spec: GroupSpec, node_id: str) -> None:
        """End a node and start it empty; a replica gets its data from its primary."""
        await self.stop(node_id)
        self._nodes[node_id].forget_data()
        await self.start(spec, [node_id])

    async def restart_with_data(self, spec: GroupSpec, node_id: str) -> None:
        """End a node in order and start it with all that it held."""
        node = self._nodes[node_id]
        await node.save_and_end()
        await self.stop(node_id)
        await self.start(spec, [node_id])
        node.forget_data()

    async def restart_as_strangers(self, spec: GroupSpec) -> None:
        """End every node and start it knowing no other: primaries with all that they held, replicas empty."""
        primaries = [self._nodes[shard.primary] for shard in spec.shards]
        await together(primary.save_and_end() for primary in primaries)
        await together(self.stop(node.id) for node in self.nodes)
        for node in self.nodes:
            node.forget_cluster()
            if node not in primaries:
                node.forget_data()
        await self.start(spec, spec.node_ids)
        for primary in primaries:
            primary.forget_data()

    async def dismiss(self, node_ids: Iterable[str]) -> None:
        """End nodes for good."""
        for node_id in set(node_ids) & self._nodes.keys():
            await self.stop(node_id)
            shutil.rmtree(self._nodes.pop(node_id).directory, ignore_errors=True)
            self._block.release(node_id)

    async def close(self) -> None:
        """End every node for good."""
        await together(self.stop(node_id) for node_id in self._nodes)
        shutil.rmtree(self._directory, ignore_errors=True)

    async def listen(self, spec: GroupSpec, mode: TlsMode) -> None:
        """Change what the clients' port of every running node takes."""
        ports = Ports.of(spec.port, mode)
        for node in self.nodes:
            await self._close_gate(node)
            await node.listen(ports)
            await self._open_gate(node)

    async def _start(self, spec: GroupSpec, node: Node) -> None:
        primary = spec.shard_of(node.id).primary
        await node.start(spec, primary=None if primary == node.id else self.admit(primary).address)
        await self._open_gate(node)

    async def _open_gate(self, node: Node) -> None:
        if not node.ports.gated:
            return
        plain, client = Endpoint(node.address, node.ports.plain), Endpoint(node.address, node.ports.client)
        self._gates[node.id] = Forwarder(client, by_first_byte(node.internal, plain))
        await self._gates[node.id].start()

    async def _close_gate(self, node: Node) -> None:
        if gate := self._gates.pop(node.id, None):
            await gate.stop()
