# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node types and what follows from them. The table is the collection's own (plugins/plugin_utils/data)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.elasticache.errors import invalid_value

_TABLE = Path(__file__).parents[3] / "plugins" / "plugin_utils" / "data" / "node_types.csv"

# Source: "Redis OSS 2.6.13 parameters", maxclients, of the page ParameterGroups.Engine.
_MAXCLIENTS = {
    "cache.t2.micro": 20000,
    "cache.t2.small": 20000,
    "cache.t2.medium": 20000,
    "cache.t3.micro": 20000,
    "cache.t4g.micro": 20000,
    "cache.t3.small": 46000,
    "cache.t3.medium": 46000,
}
# Source: "Supported node types": previous generations that can no longer be created.
_RETIRED = frozenset({"t1", "t2", "m1", "m2", "m3", "c1", "r3"})


@dataclass(frozen=True)
class NodeType:
    name: str
    maxmemory: int  # bytes

    @property
    def family(self) -> str:
        return self.name.split(".")[1]

    @property
    def maxclients(self) -> int:
        return _MAXCLIENTS.get(self.name, 65000)

    @property
    def data_tiering(self) -> bool:
        return self.family == "r6gd"

    @property
    def retired(self) -> bool:
        return self.family in _RETIRED


@cache
def node_types() -> dict[str, NodeType]:
    with _TABLE.open(newline="") as table:
        rows = list(csv.DictReader(table))
    return {row["node_type"]: NodeType(row["node_type"], int(row["maxmemory_bytes"] or 0)) for row in rows}


def find_node_type(name: str) -> NodeType:
    """Refuse what is not a node type, with the error of ElastiCache."""
    if name not in node_types():
        raise invalid_value(f"Invalid Cache Node type: {name}.")
    return node_types()[name]
