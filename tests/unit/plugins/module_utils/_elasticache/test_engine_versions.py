# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parameter group family belongs to an engine and a version, as far as the version is written out."""

from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.engine_versions import (
    find_family,
    known_family,
    precedes,
)

OFFERED = {
    ("redis", "5.0.6"): "redis5.0",
    ("redis", "5.4.0"): "redis5.4",
    ("redis", "7.0.7"): "redis7",
    ("redis", "7.1.0"): "redis7",
    ("valkey", "8.0.1"): "valkey8",
}
VERSIONS = [
    {"Engine": engine, "EngineVersion": version, "CacheParameterGroupFamily": family}
    for (engine, version), family in OFFERED.items()
]
ALL_REDIS = "use one of 5.0.6, 5.4.0, 7.0.7, 7.1.0"

FAMILIES = {
    "patch left out": ("redis", "7.1", "redis7"),
    "in full": ("redis", "7.1.0", "redis7"),
    "major only, one family": ("redis", "7", "redis7"),
    "another engine": ("valkey", "8.0", "valkey8"),
}

REFUSALS = {
    "close to others": ("redis", "7.0.8", "redis has no such version here", "use one of 7.0.7"),
    "close to none": ("redis", "9", "redis has no such version here", ALL_REDIS),
    "of several families": ("redis", "5", "names versions of several parameter group families", ALL_REDIS),
    "no part of a number": ("redis", "7.", "redis has no such version here", ALL_REDIS),
    "no such engine": ("memcache", "1.6", "ElastiCache has no such engine here", "use redis or valkey"),
}


@pytest.mark.parametrize(("engine", "version", "family"), FAMILIES.values(), ids=FAMILIES)
def test_the_api_says_the_family(engine, version, family):
    assert find_family(VERSIONS, engine, version) == (family, [])


@pytest.mark.parametrize(("engine", "version", "fault", "remedy"), REFUSALS.values(), ids=REFUSALS)
def test_what_does_not_exist_is_refused_with_what_does(engine, version, fault, remedy):
    family, (problem,) = find_family(VERSIONS, engine, version)
    assert family is None
    assert (problem.problem, problem.remedy[: len(remedy)]) == (fault, remedy)


def test_families_by_name():
    assert known_family(VERSIONS, "valkey8") == ("valkey8", [])
    family, (problem,) = known_family(VERSIONS, "redis7.x")
    assert family is None
    assert problem.remedy == "use one of redis7, redis5.4, redis5.0"


ORDER = {
    "older": ("6.0", "6.2.4", True),
    "same as far as written": ("6.2", "6.2.4", False),
    "newer": ("7.0", "6.2.4", False),
    "numbers, not text": ("6.10", "6.9", False),
    "legacy": ("6.x", "6.2.4", False),
    "no minimum": ("6.0", "", False),
}


@pytest.mark.parametrize(("version", "minimum", "older"), ORDER.values(), ids=ORDER)
def test_order_of_versions(version, minimum, older):
    assert precedes(version, minimum) is older
