# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms of a deployment, as a table.

They are declared as the module elasticache_alarms takes them, every one for each node of the deployment, because roles
move between nodes.

CPU: Redis runs commands on one thread, whose load is ``EngineCPUUtilization``; every node type has the alarm on it. On
one or two vCPU background work shares the cores with that thread, so there the host's ``CPUUtilization`` is watched too
(ElastiCache User Guide, "Which metrics should I monitor?").

Missing data is harmless where a node may rightly have none: a primary has no replication lag, an idle cache no hits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.node_types import NodeType
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import Settings


@dataclass(frozen=True)
class Alarm:
    """One alarm on one metric of a node: more (or less) than the setting for so many minutes in a row."""

    name: str
    metric_name: str
    setting: str
    description: str
    minutes: int = 5
    statistic: str = "Average"
    comparison_operator: str = "GreaterThanThreshold"
    treat_missing_data: str = "missing"
    applies: Callable[[Settings, NodeType], bool] = lambda settings, node: True


ALARMS = (
    Alarm("engine-cpu", "EngineCPUUtilization", "alarm_cpu_percent", "The Redis thread is busy"),
    Alarm(
        "cpu",
        "CPUUtilization",
        "alarm_cpu_percent",
        "The node's processors are busy",
        applies=lambda settings, node: node.vcpu <= 2,
    ),
    Alarm(
        "cpu-credits",
        "CPUCreditBalance",
        "alarm_cpu_credits",
        "The node is about to be slowed down to its baseline",
        comparison_operator="LessThanThreshold",
        applies=lambda settings, node: node.burstable,
    ),
    Alarm(
        "memory",
        "DatabaseMemoryUsagePercentage",
        "alarm_memory_percent",
        "Memory fills up; keys will be evicted or writes refused",
        applies=lambda settings, node: not node.data_tiering,
    ),
    Alarm(
        "memory",
        "DatabaseCapacityUsagePercentage",
        "alarm_memory_percent",
        "Memory and SSD fill up; keys will be evicted or writes refused",
        applies=lambda settings, node: node.data_tiering,
    ),
    Alarm(
        "connections",
        "CurrConnections",
        "alarm_connections_percent",
        "Clients come near the node's limit of connections",
        minutes=10,
    ),
    Alarm(
        "replication-lag",
        "ReplicationLag",
        "alarm_replication_lag_seconds",
        "A replica is behind; reads are stale and a failover would lose writes",
        minutes=15,
        treat_missing_data="notBreaching",
        applies=lambda settings, node: settings.replicas_per_node_group > 0,
    ),
    Alarm(
        "evictions",
        "Evictions",
        "alarm_evictions_per_minute",
        "Keys are evicted to make room",
        statistic="Sum",
        treat_missing_data="notBreaching",
    ),
)


def alarms(settings: Settings, node: NodeType) -> list[dict[str, Any]]:
    """The alarms that the settings ask for; a threshold of 0 switches one off."""
    wanted = [alarm for alarm in ALARMS if getattr(settings, alarm.setting) and alarm.applies(settings, node)]
    definitions = [_definition(alarm, _threshold(alarm, settings, node)) for alarm in wanted]
    return definitions + ([_hit_rate(settings)] if settings.alarm_hit_rate_percent else [])


def _threshold(alarm: Alarm, settings: Settings, node: NodeType) -> float:
    value = float(getattr(settings, alarm.setting))
    return value * node.maxclients / 100 if alarm.metric_name == "CurrConnections" else value


def _definition(alarm: Alarm, threshold: float) -> dict[str, Any]:
    return {
        "name": alarm.name,
        "alarm_description": alarm.description,
        "metric_name": alarm.metric_name,
        "statistic": alarm.statistic,
        "period": 60,
        "evaluation_periods": alarm.minutes,
        "datapoints_to_alarm": alarm.minutes,
        "comparison_operator": alarm.comparison_operator,
        "threshold": threshold,
        "treat_missing_data": alarm.treat_missing_data,
    }


def _hit_rate(settings: Settings) -> dict[str, Any]:
    """Hits per request of five minutes; with fewer requests than the floor the node counts as fine, not as failing."""
    floor = settings.alarm_hit_rate_minimum_requests
    return {
        "name": "hit-rate",
        "alarm_description": "Too many requests miss the cache",
        "expression": f"IF(hits + misses > {floor}, 100 * hits / (hits + misses), 100)",
        "metrics": {
            "hits": {"metric_name": "CacheHits", "statistic": "Sum"},
            "misses": {"metric_name": "CacheMisses", "statistic": "Sum"},
        },
        "period": 300,
        "evaluation_periods": 3,
        "datapoints_to_alarm": 3,
        "comparison_operator": "LessThanThreshold",
        "threshold": settings.alarm_hit_rate_percent,
        "treat_missing_data": "notBreaching",
    }
