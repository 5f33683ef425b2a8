# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.alarms import alarms
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.node_types import node_types
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import Settings


def alarms_of(node_type: str = "cache.r6g.large", /, **options: Any) -> dict[str, dict[str, Any]]:
    """Alarms by name; two of one name would be lost here, so their number is compared too."""
    found = alarms(Settings(**options), node_types()[node_type])
    named = {alarm["name"]: alarm for alarm in found}
    assert len(named) == len(found)
    return named


def test_the_usual_alarms() -> None:
    assert {name: alarm["threshold"] for name, alarm in alarms_of(replicas_per_node_group=2).items()} == {
        "engine-cpu": 75.0,
        "cpu": 75.0,
        "memory": 80.0,
        "connections": 52000.0,
        "replication-lag": 5.0,
        "hit-rate": 80.0,
    }


def test_the_host_is_watched_where_background_work_shares_the_cores() -> None:
    assert "cpu" in alarms_of("cache.r6g.large")
    assert "cpu" not in alarms_of("cache.r6g.xlarge")


def test_credits_are_watched_where_there_are_some() -> None:
    assert (
        alarms_of("cache.t3.micro", alarm_cpu_credits=20)["cpu-credits"]["comparison_operator"] == "LessThanThreshold"
    )
    assert "cpu-credits" not in alarms_of("cache.r6g.large", alarm_cpu_credits=20)


def test_the_connection_limit_is_that_of_the_node_type() -> None:
    assert alarms_of("cache.t3.micro", alarm_connections_percent=50)["connections"]["threshold"] == 10000


def test_replication_is_watched_where_there_are_replicas() -> None:
    assert "replication-lag" not in alarms_of(replicas_per_node_group=0)


def test_memory_counts_the_disk_of_a_tiered_node() -> None:
    assert alarms_of("cache.r6gd.xlarge")["memory"]["metric_name"] == "DatabaseCapacityUsagePercentage"
    assert alarms_of("cache.r6g.xlarge")["memory"]["metric_name"] == "DatabaseMemoryUsagePercentage"


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("alarm_cpu_percent", {"cpu", "engine-cpu"}),
        ("alarm_memory_percent", {"memory"}),
        ("alarm_hit_rate_percent", {"hit-rate"}),
        ("alarm_connections_percent", {"connections"}),
        ("alarm_replication_lag_seconds", {"replication-lag"}),
    ],
)
def test_zero_switches_an_alarm_off(option: str, names: set[str]) -> None:
    on, off = alarms_of(replicas_per_node_group=1), alarms_of(replicas_per_node_group=1, **{option: 0})
    assert set(on) - set(off) == names


def test_evictions_are_watched_on_request() -> None:
    assert "evictions" not in alarms_of()
    assert alarms_of(alarm_evictions_per_minute=20)["evictions"]["statistic"] == "Sum"


def test_an_idle_cache_has_no_bad_hit_rate() -> None:
    alarm = alarms_of(alarm_hit_rate_minimum_requests=500)["hit-rate"]
    assert alarm["expression"] == "IF(hits + misses > 500, 100 * hits / (hits + misses), 100)"
    assert alarm["treat_missing_data"] == "notBreaching"
