# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the sandbox's ElastiCache that are pure: windows, topologies, parameters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane.parameters import unknown
from sandbox.elasticache import windows
from sandbox.elasticache.engines import engine_versions, find_version
from sandbox.elasticache.parameters import FAMILIES, family_parameters
from sandbox.elasticache.topology import expand_slots, place, plan_shards
from sandbox.protocol import ApiError

# -- windows ----------------------------------------------------------------------------------------------------------

minutes_of_day = st.integers(0, windows.DAY - 1)
lengths = st.integers(60, 6 * 60)


def clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def week(minute: int) -> str:
    return f"{windows.DAYS[minute // windows.DAY % 7]}:{clock(minute)}"


@given(st.integers(0, windows.WEEK - 1), lengths, minutes_of_day, lengths)
def test_windows_overlap_exactly_when_they_share_a_minute(start: int, length: int, daily: int, hold: int) -> None:
    maintenance = {minute % windows.WEEK for minute in range(start, start + length)}
    snapshot = {(day * windows.DAY + daily + minute) % windows.WEEK for day in range(7) for minute in range(hold)}
    texts = (f"{week(start)}-{week(start + length)}", f"{clock(daily)}-{clock(daily + hold)}")
    if maintenance & snapshot:
        with pytest.raises(ApiError, match="must not overlap"):
            windows.check_apart(*texts)
    else:
        windows.check_apart(*texts)


@given(minutes_of_day, lengths)
def test_chosen_maintenance_window_is_clear_of_the_snapshot_window(daily: int, hold: int) -> None:
    snapshot = f"{clock(daily)}-{clock(daily + hold)}"
    windows.check_apart(windows.maintenance_window(windows.default_maintenance_window(snapshot)), snapshot)


@given(st.integers(0, windows.WEEK - 1), lengths)
def test_chosen_snapshot_window_is_clear_of_the_maintenance_window(start: int, length: int) -> None:
    maintenance = f"{week(start)}-{week(start + length)}"
    windows.check_apart(maintenance, windows.snapshot_window(windows.default_snapshot_window(maintenance)))


@pytest.mark.parametrize("text", ["sun:05:00-sun:05:59", "sun:05:00", "so:05:00-so:06:00", "sun:24:00-mon:01:00", ""])
def test_bad_maintenance_windows(text: str) -> None:
    with pytest.raises(ApiError):
        windows.maintenance_window(text)


def test_maintenance_windows_are_kept_in_lower_case_and_may_cross_the_week() -> None:
    assert windows.maintenance_window("Sun:23:30-Mon:00:30") == "sun:23:30-mon:00:30"


# -- topologies -------------------------------------------------------------------------------------------------------


@given(st.integers(1, 15), st.integers(0, 5))
def test_shards_divide_all_slots(shards: int, replicas: int) -> None:
    plans = plan_shards({"NumNodeGroups": shards, "ReplicasPerNodeGroup": replicas}, cluster_enabled=True)
    slots = [expand_slots(plan.slots or "") for plan in plans]
    assert sorted(slot for shard in slots for slot in shard) == list(range(16384))
    assert max(map(len, slots)) - min(map(len, slots)) <= 1


@given(st.integers(1, 15), st.integers(0, 5), st.sets(st.sampled_from("abc"), min_size=1))
def test_nodes_of_a_shard_are_spread_over_the_zones(shards: int, replicas: int, letters: set[str]) -> None:
    zones = sorted(f"eu-west-1{letter}" for letter in letters)
    plans = plan_shards({"NumNodeGroups": shards, "ReplicasPerNodeGroup": replicas}, cluster_enabled=True)
    placed = place("rg", plans, zones, cluster_enabled=True)
    for shard in placed:
        assert len({node.zone for node in shard.nodes}) == min(len(zones), replicas + 1)
    assert {shard.nodes[0].zone for shard in placed} == set(zones[:shards])


def test_member_ids_follow_the_topology() -> None:
    single = place("rg", plan_shards({"NumCacheClusters": 2}, cluster_enabled=False), ["a"], cluster_enabled=False)
    clustered = place("rg", plan_shards({"NumNodeGroups": 2}, cluster_enabled=True), ["a"], cluster_enabled=True)
    assert [node.id for shard in single for node in shard.nodes] == ["rg-001", "rg-002"]
    assert [node.id for shard in clustered for node in shard.nodes] == ["rg-0001-001", "rg-0002-001"]


# -- engines and parameters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "version", "family", "reported"),
    [
        ("redis", None, "redis7", "7.1.0"),
        ("redis", "7.0", "redis7", "7.0.7"),
        ("redis", "6.x", "redis6.x", "6.2.6"),
        ("redis", "6.0", "redis6.x", "6.0.5"),
        ("redis", "5.0.6", "redis5.0", "5.0.6"),
        ("valkey", "7.2", "valkey7", "7.2.6"),
        ("valkey", "8.0", "valkey8", "8.0.1"),
    ],
)
def test_versions(engine: str, version: str | None, family: str, reported: str) -> None:
    found = find_version(engine, version)
    assert (found.family, found.reported) == (family, reported)


@pytest.mark.parametrize(
    ("engine", "version"), [("redis", "7.1.0"), ("redis", "7.2"), ("redis", "8.x"), ("memcached", None)]
)
def test_versions_that_are_not_offered(engine: str, version: str | None) -> None:
    with pytest.raises(ApiError):
        find_version(engine, version)


def test_every_version_has_a_known_family() -> None:
    assert {version.family for version in engine_versions()} == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_defaults_are_accepted_by_their_own_rule(family: str) -> None:
    parameters = family_parameters(family)
    assert [name for name, parameter in parameters.items() if not parameter.accepts(parameter.default)] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_the_data_plane_decides_about_every_parameter(family: str) -> None:
    assert unknown(family_parameters(family)) == []


@pytest.mark.parametrize(
    ("family", "name", "known"),
    [
        ("redis5.0", "lua-replicate-commands", True),
        ("redis6.x", "lua-replicate-commands", False),
        ("redis6.x", "acl-pubsub-default", True),
        ("redis6.x", "hash-max-ziplist-entries", True),
        ("redis7", "hash-max-ziplist-entries", False),
        ("redis7", "hash-max-listpack-entries", True),
        ("redis7", "activerehashing", False),
        ("valkey7", "lazyfree-lazy-user-del", True),
        ("valkey8", "lazyfree-lazy-user-del", False),
        ("valkey8", "extended-redis-compatibility", True),
        ("valkey9", "cluster-databases", True),
        ("redis7", "reserved-memory", False),
    ],
)
def test_families_differ_as_documented(family: str, name: str, known: bool) -> None:
    assert (name in family_parameters(family)) is known


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("timeout", "0", True),
        ("timeout", "19", False),
        ("timeout", "20", True),
        ("timeout", "3OO", False),
        ("maxmemory-policy", "allkeys-lru", True),
        ("maxmemory-policy", "allkeys-mru", False),
        ("active-defrag-cycle-min", "75", True),
        ("active-defrag-cycle-min", "76", False),
        ("slowlog-log-slower-than", "-1", True),
        ("reserved-memory-percent", "-1", False),
        ("reserved-memory-percent", "101", False),
        ("notify-keyspace-events", "", True),
        ("notify-keyspace-events", "KEA", True),
        ("notify-keyspace-events", "Eq", False),
        ("rename-commands", "KEYS secret-keys FLUSHALL no", True),
        ("rename-commands", "KEYS", False),
        ("rename-commands", "CONFIG c", False),
    ],
)
def test_values(name: str, value: str, accepted: bool) -> None:
    assert family_parameters("redis7")[name].accepts(value) is accepted
