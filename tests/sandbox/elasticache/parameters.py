# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The parameters of every family, and which values they take.

Sources of the table: the page ParameterGroups.Engine of the ElastiCache guide (names, defaults, ranges, what each
version added and removed), on top of AWS's published answer of DescribeEngineDefaultParameters for redis5.0 (notation
of ranges, data types, change types). Ranges that neither gives are those of Redis.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.elasticache.errors import invalid_value
from sandbox.elasticache.node_types import NodeType, node_types
from sandbox.protocol import Parameters

_TABLE = Path(__file__).parent / "data" / "parameters.csv"

FAMILIES = {  # family -> its first engine version
    "redis5.0": "5.0.0",
    "redis6.x": "6.0.0",
    "redis7": "7.0.0",
    "valkey7": "7.2.0",
    "valkey8": "8.0.0",
    "valkey9": "9.0.0",
}
CLUSTER_ON = ".cluster.on"

_EVENTS = re.compile(r"[KEg$lshzxeA]*")
_NUMBER = re.compile(r"-?\d+")
_RANGE = re.compile(r"(-?\d+)?-(\d+)?")


@dataclass(frozen=True)
class Parameter:
    """One parameter of one family. ``allowed_values`` as the API writes it: ``a,b``, ``1-75``, ``0,20-``, ``-``."""

    name: str
    default: str
    data_type: str
    allowed_values: str
    is_modifiable: bool
    change_type: str
    modifiable_in_use: bool
    minimum_engine_version: str
    description: str

    def accepts(self, value: str) -> bool:
        if self.name == "notify-keyspace-events":
            return bool(_EVENTS.fullmatch(value))
        if self.name == "rename-commands":
            return _renames_known_commands(value, self.allowed_values.split(","))
        if self.data_type == "integer":
            return bool(_NUMBER.fullmatch(value)) and any(
                _contains(part, int(value)) for part in self.allowed_values.split(",")
            )
        return value in self.allowed_values.split(",")

    def view(self, value: str, source: str) -> Parameters:
        return {
            "ParameterName": self.name,
            "ParameterValue": value or None if self.name == "notify-keyspace-events" else value,
            "Description": self.description,
            "Source": source,
            "DataType": self.data_type,
            "AllowedValues": self.allowed_values or None,
            "IsModifiable": self.is_modifiable,
            "MinimumEngineVersion": self.minimum_engine_version,
            "ChangeType": self.change_type,
        }


def _contains(part: str, number: int) -> bool:
    if _NUMBER.fullmatch(part):
        return number == int(part)
    bounds = _RANGE.fullmatch(part)
    low, high = bounds.groups() if bounds else (None, None)
    return (low is None or number >= int(low)) and (high is None or number <= int(high))


def _renames_known_commands(value: str, known: list[str]) -> bool:
    words = value.split()
    return len(words) % 2 == 0 and all(word.upper() in known for word in words[::2])


@cache
def family_parameters(family: str) -> Mapping[str, Parameter]:
    """The parameters of a family by name, or InvalidParameterValue for a family that does not exist."""
    if family not in FAMILIES:
        raise invalid_value(f"CacheParameterGroupFamily {family} is not a valid parameter group family.")
    with _TABLE.open(newline="") as table:
        rows = [row for row in csv.DictReader(table) if family in row["families"].split()]
    return {row["name"]: _parameter(row, FAMILIES[family]) for row in rows}


def _parameter(row: dict[str, str], first_version: str) -> Parameter:
    return Parameter(
        name=row["name"],
        default=row["default"],
        data_type=row["data_type"],
        allowed_values=row["allowed_values"],
        is_modifiable=row["is_modifiable"] == "yes",
        change_type=row["change_type"],
        modifiable_in_use=row["modifiable_in_use"] == "yes",
        minimum_engine_version=max(row["minimum_engine_version"], first_version),
        description=row["description"],
    )


def node_type_parameters(family: str) -> list[Parameters]:
    """The parameters whose value follows from the node type (CacheNodeTypeSpecificParameters)."""
    return [
        {
            "ParameterName": name,
            "Description": description,
            "Source": "system",
            "DataType": "integer",
            "AllowedValues": "0-",
            "IsModifiable": False,
            "MinimumEngineVersion": FAMILIES[family],
            "ChangeType": "immediate",
            "CacheNodeTypeSpecificValues": [
                {"CacheNodeType": node_type.name, "Value": str(value(node_type))} for node_type in node_types().values()
            ],
        }
        for name, description, value in _BY_NODE_TYPE
    ]


def _tenth(node_type: NodeType) -> int:
    return node_type.maxmemory // 10


_BY_NODE_TYPE = (
    ("client-output-buffer-limit-replica-hard-limit", "Bytes of output at which a replica is closed at once.", _tenth),
    ("client-output-buffer-limit-replica-soft-limit", "Bytes of output for the soft seconds.", _tenth),
    ("maxmemory", "Bytes of memory for data and overhead.", lambda node_type: node_type.maxmemory),
)
