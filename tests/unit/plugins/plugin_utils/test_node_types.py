# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.node_types import (
    known_regions,
    node_types,
    read_table,
    similar_node_types,
)


@pytest.mark.parametrize(
    ("name", "vcpu", "maxmemory_bytes", "maxclients", "burstable", "data_tiering"),
    [
        ("cache.t3.micro", 2, 536870912, 20000, True, False),
        ("cache.t3.small", 2, 1471026299, 46000, True, False),
        ("cache.t4g.small", 2, 1471026299, 65000, True, False),
        ("cache.r6g.large", 2, 14037181030, 65000, False, False),
        ("cache.r6gd.xlarge", 4, 28261849702, 65000, False, True),
    ],
)
def test_facts(
    name: str, vcpu: int, maxmemory_bytes: int, maxclients: int, burstable: bool, data_tiering: bool
) -> None:
    node = node_types()[name]
    assert (node.vcpu, node.maxmemory_bytes, node.maxclients) == (vcpu, maxmemory_bytes, maxclients)
    assert (node.burstable, node.data_tiering) == (burstable, data_tiering)


def test_every_offered_type_has_its_facts() -> None:
    assert {row["node_type"] for row in read_table("node_availability.csv")} <= set(node_types())


@pytest.mark.parametrize("table", ["node_types.csv", "node_availability.csv", "prices.csv"])
def test_every_row_says_where_it_comes_from(table: str) -> None:
    assert [row for row in read_table(table) if not row["source"]] == []


def test_regions_differ_in_what_they_offer() -> None:
    graviton3_network = node_types()["cache.c7gn.large"]
    assert "eu-west-1" in graviton3_network.regions
    assert "eu-west-3" in known_regions() - graviton3_network.regions


def test_a_retired_type_is_offered_nowhere() -> None:
    assert node_types()["cache.m3.large"].regions == frozenset()


def test_a_mistyped_name_finds_its_neighbours_in_the_region() -> None:
    assert similar_node_types("cache.r6g.larg", "eu-west-3")[0] == "cache.r6g.large"
    assert "cache.c7gn.large" not in similar_node_types("cache.c7gn.larg", "eu-west-3")
    assert "cache.c7gn.large" in similar_node_types("cache.c7gn.larg", "xx-new-1")
