# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of a replication group: where they are and whom they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count

from .addresses import Block
from .forwarder import Forwarder, Route
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
        self._forwarders: dict[Endpoint, Forwarder] = {}

    @property
    def now(self) -> GroupEndpoints:
        """Every endpoint of the group as it is at this moment."""
        spec, block = self._spec(), self._block
        plain, clustered = spec.cluster_mode != "enabled", spec.cluster_enabled
        return GroupEndpoints(
            primary=Endpoint(block.primary, spec.port) if plain else None,
            reader=Endpoint(block.reader, spec.port) if plain else None,
            configuration=Endpoint(block.configuration, spec.port) if clustered else None,
            nodes={node: Endpoint(block.node(node), spec.port) for node in spec.node_ids},
        )

    async def open(self) -> None:
        """Open those that the group has now, close those that it has no more."""
        routes = self._routes
        await together(self._forwarders.pop(gone).stop() for gone in self._forwarders.keys() - routes.keys())
        new = {place: Forwarder(place, routes[place]) for place in routes.keys() - self._forwarders.keys()}
        self._forwarders.update(new)
        await together(forwarder.start() for forwarder in new.values())

    async def close(self) -> None:
        """Close them and every connection through them."""
        await together(forwarder.stop() for forwarder in self._forwarders.values())

    async def follow(self) -> None:
        """Close connections that lead to a node whose role is another now, as clients of AWS lose them."""
        routes = self._routes
        await together(
            forwarder.disconnect(list(routes[endpoint](b""))) for endpoint, forwarder in self._forwarders.items()
        )

    @property
    def _routes(self) -> dict[Endpoint, Route]:
        now = self.now
        routes: list[tuple[Endpoint | None, Route]] = [
            (now.primary, self._to_primary),
            (now.reader, self._to_readers),
            (now.configuration, self._to_any),
        ]
        return {endpoint: route for endpoint, route in routes if endpoint}

    def _to_primary(self, _: bytes = b"") -> list[Endpoint]:
        return self._of(shard.primary for shard in self._spec().shards)

    def _to_readers(self, _: bytes = b"") -> list[Endpoint]:
        """
        The replicas, each connection beginning with another; the primary when there is none.

        Also in a cluster, whose replicas redirect every client that does not say READONLY, as plain clients do not.
        """
        shards = () if self._spec().cluster_enabled else self._spec().shards
        return self._rotated(self._of(node for shard in shards for node in shard.replicas)) or self._to_primary()

    def _to_any(self, _: bytes = b"") -> list[Endpoint]:
        return self._rotated(self._of(self._spec().node_ids))

    def _of(self, nodes: Iterable[str]) -> list[Endpoint]:
        return [Endpoint(self._block.node(node), self._spec().port) for node in nodes if self._alive(node)]

    def _rotated(self, targets: list[Endpoint]) -> list[Endpoint]:
        turn = next(self._turn) % len(targets) if targets else 0
        return targets[turn:] + targets[:turn]
