# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of a replication group: where they are and whom they lead to."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from itertools import count

from .addresses import Block
from .forwarder import Forwarder
from .specs import Endpoint, GroupEndpoints, GroupSpec
from .waiting import together


class Endpoints:
    """
    The group's own endpoints and the forwarders behind them.

    Args:
        block: The addresses of the group.
        spec: Tells the group as it is at this moment, so that connections follow its primary.
        alive: Tells whether a node runs.
    """

    def __init__(self, block: Block, spec: Callable[[], GroupSpec], alive: Callable[[str], bool]) -> None:
        self._block = block
        self._spec = spec
        self._alive = alive
        self._turn = count()
        now = self.now
        routes = [(now.primary, self._to_primary), (now.reader, self._to_replicas), (now.configuration, self._to_any)]
        self._forwarders = {endpoint: Forwarder(endpoint, route) for endpoint, route in routes if endpoint is not None}

    @property
    def now(self) -> GroupEndpoints:
        """Every endpoint of the group as it is at this moment."""
        spec, block = self._spec(), self._block
        clustered = spec.cluster_enabled
        return GroupEndpoints(
            primary=None if clustered else Endpoint(block.primary, spec.port),
            reader=None if clustered else Endpoint(block.reader, spec.port),
            configuration=Endpoint(block.configuration, spec.port) if clustered else None,
            nodes={node: Endpoint(block.node(node), spec.port) for node in spec.node_ids},
        )

    async def start(self) -> None:
        """Open them."""
        await together(forwarder.start() for forwarder in self._forwarders.values())

    async def stop(self) -> None:
        """Close them and every connection through them."""
        await together(forwarder.stop() for forwarder in self._forwarders.values())

    async def follow(self) -> None:
        """Close connections that lead to a node whose role is another now, as clients of AWS lose them."""
        now = self.now
        kept: dict[Endpoint | None, Container[Endpoint]] = {
            now.primary: self._to_primary(),
            now.reader: self._to_replicas(),
            now.configuration: self._to_any(),
        }
        await together(forwarder.disconnect(kept[endpoint]) for endpoint, forwarder in self._forwarders.items())

    def _to_primary(self, _: bytes = b"") -> list[Endpoint]:
        return self._of(shard.primary for shard in self._spec().shards)

    def _to_replicas(self, _: bytes = b"") -> list[Endpoint]:
        """The replicas, each connection beginning with another; the primary when there is none."""
        return (
            self._rotated(self._of(node for shard in self._spec().shards for node in shard.replicas))
            or self._to_primary()
        )

    def _to_any(self, _: bytes = b"") -> list[Endpoint]:
        return self._rotated(self._of(self._spec().node_ids))

    def _of(self, nodes: Iterable[str]) -> list[Endpoint]:
        return [Endpoint(self._block.node(node), self._spec().port) for node in nodes if self._alive(node)]

    def _rotated(self, targets: list[Endpoint]) -> list[Endpoint]:
        turn = next(self._turn) % len(targets) if targets else 0
        return targets[turn:] + targets[:turn]
