# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes there are and how they hang together, as the nodes themselves say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .connect import Node

SLOTS = 16384
Range = tuple[int, int]  # first and last slot


@dataclass(frozen=True)
class Shard:
    """A primary and its replicas; without I(slots), in no cluster."""

    nodes: tuple[Node, ...]
    slots: tuple[Range, ...] = ()

    @property
    def name(self) -> str:
        return f"shard of slots {spoken(self.slots)}" if self.slots else "replication group"


def from_cluster_shards(answer: Iterable[Sequence[Any]], asked: Node, tls: bool) -> list[Shard]:
    """Read an answer of CLUSTER SHARDS: shards as lists of names and values, and so are their nodes."""
    ports = ("tls-port", "port") if tls else ("port", "tls-port")
    shards = []
    for shard in map(mapping, answer):
        members = list(map(mapping, shard["nodes"]))
        nodes = [Node(_host(node, asked), next(node[port] for port in ports if node.get(port))) for node in members]
        shards.append(Shard(tuple(nodes), tuple(zip(shard["slots"][::2], shard["slots"][1::2], strict=True))))
    return sorted(shards, key=lambda shard: shard.slots)


def from_cluster_slots(answer: Iterable[Sequence[Any]], asked: Node) -> list[Shard]:
    """Read an answer of CLUSTER SLOTS: first and last slot, primary, replicas; a shard may have several of these."""
    shards: dict[Node, Shard] = {}
    for first, last, *members in sorted(answer, key=lambda entry: entry[0]):
        nodes = tuple(Node(_host({"endpoint": host}, asked), port) for host, port, *_ignored in members)
        before = shards.get(nodes[0], Shard(nodes)).slots
        shards[nodes[0]] = Shard(nodes, (*before, (first, last)))
    return list(shards.values())


def mapping(pairs: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _host(node: Mapping[str, Any], asked: Node) -> str:
    """A node that does not know its name means the one by which it was reached."""
    return asked.host if node["endpoint"] in (None, "", "?") else node["endpoint"]


def shard_of_group(connection: Mapping[str, Any]) -> Shard:
    """The nodes of a group with cluster mode disabled: those that the API names, else the one behind the endpoint."""
    nodes = tuple(Node.of(node) for node in connection["nodes"] or ())
    return Shard(nodes or (Node.of(connection["writer"]),))


def gaps(shards: Iterable[Shard]) -> list[Range]:
    """The ranges of slots that no shard serves."""
    free, missing = 0, []
    for first, last in sorted(slots for shard in shards for slots in shard.slots):
        if first > free:
            missing.append((free, first - 1))
        free = max(free, last + 1)
    return [*missing, (free, SLOTS - 1)] if free < SLOTS else missing


def spoken(ranges: Iterable[Range]) -> str:
    return ", ".join(f"{first}-{last}" for first, last in ranges)
