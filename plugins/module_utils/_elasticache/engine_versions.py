# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From engine and version to the family of parameter groups, as the API knows them: no list here can grow old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._aws.fields import same_version
from .._problems import Problem
from .problems import choices

Versions = Iterable[Mapping[str, Any]]  # CacheEngineVersions of DescribeCacheEngineVersions


def find_family(versions: Versions, engine: str, engine_version: str) -> tuple[str | None, list[Problem]]:
    """Return the parameter group family of a version, or the problem that there is none.

    I(engine_version) may leave out trailing parts, as the API's own callers do: C(7.1) is its C(7.1.0).
    """
    own = [version for version in versions if version["Engine"] == engine]
    offered = {version["EngineVersion"]: version["CacheParameterGroupFamily"] for version in own}
    if not offered:
        return None, [Problem("engine", engine, "ElastiCache has no such engine here", "use redis or valkey")]
    families = {family for version, family in offered.items() if same_version(engine_version, version)}
    if len(families) == 1:
        return families.pop(), []
    fault = "names versions of several parameter group families" if families else f"{engine} has no such version here"
    remedy = f"use one of {choices(engine_version, offered)}"
    return None, [Problem("engine_version", engine_version, fault, remedy)]


def known_family(versions: Versions, family: str) -> tuple[str | None, list[Problem]]:
    """Return I(family) if there is such a one, else the problem that there is none."""
    families = sorted({version["CacheParameterGroupFamily"] for version in versions})
    if family in families:
        return family, []
    remedy = f"use one of {choices(family, families)}"
    return None, [Problem("cache_parameter_group_family", family, "ElastiCache has no such family here", remedy)]


def precedes(version: str, minimum: str) -> bool:
    """Whether I(version) is older than I(minimum), as far as both are written out: C(6.2) does not precede C(6.2.4)."""
    pairs = zip(_numbers(version), _numbers(minimum), strict=False)
    return next((own < least for own, least in pairs if own != least), False)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]
