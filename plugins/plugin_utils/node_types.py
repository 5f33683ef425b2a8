# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about each ElastiCache node type, read once from the tables in ``data/``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

# Parameter maxclients, which nobody can change: ElastiCache User Guide, "Engine specific parameters".
_MAXCLIENTS = {
    "cache.t2.micro": 20_000,
    "cache.t2.small": 20_000,
    "cache.t2.medium": 20_000,
    "cache.t3.micro": 20_000,
    "cache.t4g.micro": 20_000,
    "cache.t3.small": 46_000,
    "cache.t3.medium": 46_000,
}
_MAXCLIENTS_ELSEWHERE = 65_000


@dataclass(frozen=True)
class NodeType:
    """Facts of one node type; ``regions`` is empty for a type that is no longer offered."""

    name: str
    vcpu: int
    maxmemory_bytes: int
    regions: frozenset[str]

    @property
    def family(self) -> str:
        return self.name.split(".")[1]

    @property
    def maxclients(self) -> int:
        return _MAXCLIENTS.get(self.name, _MAXCLIENTS_ELSEWHERE)

    @property
    def burstable(self) -> bool:
        """Whether the type lives on CPU credits."""
        return self.family.startswith("t")

    @property
    def data_tiering(self) -> bool:
        """Whether the type keeps part of the data on SSD, which then cannot be switched off."""
        return self.family == "r6gd"


def read_table(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table in ``data/``."""
    with (DATA / name).open(encoding="utf-8", newline="") as table:
        yield from csv.DictReader(table)


@cache
def node_types() -> Mapping[str, NodeType]:
    """Every node type by its name."""
    offered = {row["node_type"]: frozenset(row["regions"].split()) for row in read_table("node_availability.csv")}
    return {
        row["node_type"]: NodeType(
            name=row["node_type"],
            vcpu=int(row["vcpu"]),
            maxmemory_bytes=int(row["maxmemory_bytes"]),
            regions=offered.get(row["node_type"], frozenset()),
        )
        for row in read_table("node_types.csv")
    }


@cache
def known_regions() -> frozenset[str]:
    """The regions whose node types are known. A region that AWS opened since is not among them."""
    return frozenset[str]().union(*(node_type.regions for node_type in node_types().values()))


def similar_node_types(name: str, region: str | None) -> list[str]:
    """Node types offered in the region (anywhere, where the region is unknown) that resemble the name, best first."""
    offered = [node.name for node in node_types().values() if (region in node.regions or region not in known_regions())]
    return get_close_matches(name, offered, n=3, cutoff=0.7)
