# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments of one run that would write the same replication group."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.deployments import FACT, conflicts


def host(region: str, name: str) -> dict[str, Any]:
    return {FACT: {"region": region, "replication_group_id": name}}


HOSTVARS: dict[str, dict[str, Any]] = {
    "a": host("eu-west-1", "app-dev-redis"),
    "b": host("eu-west-1", "app-dev-redis"),
    "c": host("eu-west-3", "app-dev-redis"),
    "d": host("eu-west-1", "app-prod-redis"),
    "not resolved": {},
    "nameless": {FACT: {"region": "eu-west-1", "replication_group_id": None}},
    "nameless too": {FACT: {"region": "eu-west-1", "replication_group_id": None}},
}
CASES = {
    "the same region and name": ("a", ["a", "b"], ["is declared by a and by b"]),
    "itself": ("a", ["a"], []),
    "another region": ("a", ["a", "c"], []),
    "another name": ("a", ["a", "d"], []),
    "one that has not come so far": ("a", ["a", "not resolved", "unknown"], []),
    "two that have not come so far": ("not resolved", ["not resolved", "unknown"], []),
    "two whose names are wrong": ("nameless", ["nameless", "nameless too"], []),
}


@pytest.mark.parametrize(("name", "hosts", "expected"), CASES.values(), ids=CASES)
def test_conflicts(name, hosts, expected):
    assert [problem.problem for problem in conflicts(HOSTVARS, name, hosts)] == expected
