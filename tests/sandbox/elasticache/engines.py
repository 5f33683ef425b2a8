# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Engine versions, their parameter group families, and DescribeCacheEngineVersions.

The versions are those that CloudFormation's schema of AWS::ElastiCache::ReplicationGroup admits, less 4.0.10;
``reported`` is what a node of that version says of itself.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.protocol import Parameters

_TABLE = Path(__file__).parent / "data" / "engine_versions.csv"
_TITLES = {"redis": "Redis", "valkey": "Valkey"}


@dataclass(frozen=True)
class EngineVersion:
    engine: str
    version: str
    reported: str
    family: str
    is_default: bool

    @property
    def number(self) -> tuple[int, ...]:
        return version_number(self.version)

    @property
    def is_valkey(self) -> bool:
        return self.engine == "valkey"


def version_number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@cache
def engine_versions() -> tuple[EngineVersion, ...]:
    with _TABLE.open(newline="") as table:
        rows = list(csv.DictReader(table))
    return tuple(
        EngineVersion(row["engine"], row["version"], row["reported"], row["family"], row["is_default"] == "yes")
        for row in rows
    )


def find_version(engine: str, version: str | None) -> EngineVersion:
    """The version asked for: ``7.1``, ``5.0.6``, the legacy ``6.x`` (its newest), or the engine's default."""
    if engine not in _TITLES:
        raise invalid_value(f"Invalid cache engine: {engine}. A replication group runs one of: {', '.join(_TITLES)}.")
    offered = [candidate for candidate in engine_versions() if candidate.engine == engine]
    matches = [candidate for candidate in offered if _matches(candidate, version)]
    if not matches:
        raise invalid_combination(f"Cannot find version {version} for {engine}")
    return matches[-1]


def _matches(candidate: EngineVersion, version: str | None) -> bool:
    if version is None:
        return candidate.is_default
    if version.endswith(".x"):
        return candidate.version.split(".")[0] == version[:-2]
    return candidate.version == version


async def describe_engine_versions(region: Region, p: Parameters) -> Parameters:
    wanted = {
        "engine": p.get("Engine"),
        "version": p.get("EngineVersion"),
        "family": p.get("CacheParameterGroupFamily"),
    }
    found = [
        candidate
        for candidate in engine_versions()
        if all(value in (None, getattr(candidate, name)) for name, value in wanted.items())
        and (candidate.is_default or not p.get("DefaultOnly"))
    ]
    return page("CacheEngineVersions", [_view(candidate) for candidate in found], p)


def _view(version: EngineVersion) -> Parameters:
    return {
        "Engine": version.engine,
        "EngineVersion": version.version,
        "CacheParameterGroupFamily": version.family,
        "CacheEngineDescription": _TITLES[version.engine],
        "CacheEngineVersionDescription": f"{version.engine} version {version.reported}",
    }


OPERATIONS: dict[str, Operation] = {"DescribeCacheEngineVersions": describe_engine_versions}
