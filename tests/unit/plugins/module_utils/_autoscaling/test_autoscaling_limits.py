# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of auto scaling: each is told with its remedy, all at once, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._autoscaling.limits import moment, problems
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.replication_group_fields import (
    Observed,
)

CPU = "ElastiCachePrimaryEngineCPUUtilization"
MEMORY = "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage"
CAPACITY = "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage"
REPLICA_CPU = "ElastiCacheReplicaEngineCPUUtilization"


def observed(
    node_type: str = "cache.r6g.large", version: str = "7.1.0", engine: str = "redis", **group: Any
) -> Observed:
    return Observed(
        {"ClusterEnabled": True, "CacheNodeType": node_type, "Engine": engine, **group},
        [{"EngineVersion": version}],
        {},
    )


def policy(metric: str = CPU, value: float = 60, name: str = "cpu") -> dict[str, Any]:
    return {"policy_name": name, "predefined_metric_type": metric, "target_value": value}


def action(name: str = "day", **options: Any) -> dict[str, Any]:
    base = {
        "schedule": "cron(0 7 ? * * *)",
        "start_time": None,
        "end_time": None,
        "min_capacity": 2,
        "max_capacity": None,
    }
    return {"scheduled_action_name": name, **base, **options}


def target(dimension: str = "node_groups", least: int = 1, most: int = 5, **items: Any) -> dict[str, Any]:
    bounds = {"min_capacity": least, "max_capacity": most}
    return {"scalable_dimension": dimension, **bounds, "policies": None, "scheduled_actions": None, **items}


def found(group: Observed | None, *declared: dict[str, Any]) -> list[str]:
    parameters = {"replication_group_id": "demo", "scalable_targets": list(declared)}
    return [f"{problem.option}: {problem.problem}" for problem in problems(parameters, group)]


GROUPS = {
    "the smallest that can": (observed("cache.m5.large", "6.0.5"), None),
    "valkey": (observed("cache.r7g.2xlarge", "7.2.6", "valkey"), None),
    "data tiering": (observed("cache.r6gd.xlarge", "7.0.7"), None),
    "cluster mode disabled": (observed(ClusterEnabled=False), "cluster mode enabled"),
    "a burstable node": (observed("cache.t4g.medium"), "groups of cache.t4g.medium cannot scale"),
    "too small a node": (observed("cache.r6g.medium"), "groups of cache.r6g.medium cannot scale"),
    "too large a node": (observed("cache.r6g.4xlarge"), "groups of cache.r6g.4xlarge cannot scale"),
    "an old engine": (observed(version="5.0.6"), "groups of redis 5.0.6 cannot scale"),
    "an old valkey": (observed(version="7.0.0", engine="valkey"), "groups of valkey 7.0.0 cannot scale"),
    "data tiering with an old engine": (
        observed("cache.r6gd.xlarge", "6.2.6"),
        "groups of redis 6.2.6 with data tiering cannot scale",
    ),
    "a global datastore": (
        observed(GlobalReplicationGroupInfo={"GlobalReplicationGroupId": "ldgnf-demo"}),
        "members of a Global Datastore cannot scale",
    ),
    "none": (None, "there is no such replication group"),
}


@pytest.mark.parametrize(("group", "problem"), GROUPS.values(), ids=GROUPS)
def test_groups(group, problem):
    told = found(group, target())
    assert len(told) == (problem is not None)
    assert all(problem in text for text in told)


SHARDS, REPLICAS = "scalable_targets.node_groups", "scalable_targets.replicas"
DECLARATIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the whole range of shards": (target(least=1, most=250), []),
    "the whole range of replicas": (target("replicas", 1, 5), []),
    "one count": (target(least=3, most=3), []),
    "no shards": (target(least=0), [f"{SHARDS}.min_capacity: is out of the range"]),
    "too many shards": (target(most=251), [f"{SHARDS}.max_capacity: is out of the range"]),
    "too many replicas": (target("replicas", most=6), [f"{REPLICAS}.max_capacity: is out of the range"]),
    "bounds swapped": (target(least=4, most=2), [f"{SHARDS}.min_capacity: is greater than max_capacity, 2"]),
    "each metric of shards once": (
        target(policies=[policy(), policy(MEMORY, 35, "memory"), policy(CAPACITY, 70, "capacity")]),
        [],
    ),
    "the metric of replicas": (target("replicas", policies=[policy(REPLICA_CPU)]), []),
    "a metric of replicas for shards": (
        target(policies=[policy(REPLICA_CPU)]),
        [f"{SHARDS}.policies.cpu.predefined_metric_type: node_groups cannot follow it"],
    ),
    "a metric of shards for replicas": (
        target("replicas", policies=[policy()]),
        [f"{REPLICAS}.policies.cpu.predefined_metric_type: replicas cannot follow it"],
    ),
    "too low a target": (target(policies=[policy(value=34.9)]), [f"{SHARDS}.policies.cpu.target_value: is out of"]),
    "too high a target": (target(policies=[policy(value=70.1)]), [f"{SHARDS}.policies.cpu.target_value: is out of"]),
    "a name twice": (
        target(policies=[policy(), policy(MEMORY)]),
        [f"{SHARDS}.policies.policy_name: is declared 2 times"],
    ),
    "a metric twice": (
        target(policies=[policy(), policy(name="other")]),
        [f"{SHARDS}.policies.predefined_metric_type: is declared 2 times"],
    ),
    "schedules of each kind": (
        target(
            scheduled_actions=[
                action("at", schedule="at(2027-01-01T00:00:00)", start_time="2026-12-01", end_time="2027-01-01T00:00Z"),
                action("rate", schedule="rate(1 day)", min_capacity=None, max_capacity=9),
                action("cron"),
            ]
        ),
        [],
    ),
    "an action that changes nothing": (
        target(scheduled_actions=[action(min_capacity=None)]),
        [f"{SHARDS}.scheduled_actions.day: changes nothing"],
    ),
    "an action out of range": (
        target("replicas", scheduled_actions=[action(min_capacity=6)]),
        [f"{REPLICAS}.scheduled_actions.day.min_capacity: is out of the range"],
    ),
    "an action with bounds swapped": (
        target(scheduled_actions=[action(min_capacity=6, max_capacity=5)]),
        [f"{SHARDS}.scheduled_actions.day.min_capacity: is greater than"],
    ),
    "no schedule": (
        target(scheduled_actions=[action(schedule="0 7 * * *")]),
        [f"{SHARDS}.scheduled_actions.day.schedule: is no schedule expression"],
    ),
    "no time": (
        target(scheduled_actions=[action(start_time="tomorrow")]),
        [f"{SHARDS}.scheduled_actions.day.start_time: is no time"],
    ),
    "an action twice": (
        target(scheduled_actions=[action(), action()]),
        [f"{SHARDS}.scheduled_actions.scheduled_action_name: is declared 2 times"],
    ),
}


@pytest.mark.parametrize(("declared", "expected"), DECLARATIONS.values(), ids=DECLARATIONS)
def test_declarations(declared, expected):
    told = found(observed(), declared)
    assert len(told) == len(expected)
    assert all(text.startswith(start) for text, start in zip(told, expected, strict=True))


def test_memory_alone_says_too_little_of_data_tiering():
    (told,) = found(observed("cache.r6gd.xlarge"), target(policies=[policy(MEMORY), policy(CAPACITY, name="capacity")]))
    assert "says too little of a group with data tiering" in told


def test_a_dimension_twice():
    assert found(observed(), target(), target()) == ["scalable_targets.scalable_dimension: is declared 2 times"]


def test_everything_at_once():
    told = found(
        observed("cache.t3.micro", "5.0.6", ClusterEnabled=False), target(least=9, most=300, policies=[policy(value=9)])
    )
    assert len(told) == 5


MOMENTS = {
    "UTC without an offset": ("2027-01-01T00:00:00", "2027-01-01T00:00:00+00:00"),
    "UTC": ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00+00:00"),
    "another zone": ("2027-01-01T00:00:00+02:00", "2026-12-31T22:00:00+00:00"),
    "a day": ("2027-01-01", "2027-01-01T00:00:00+00:00"),
    "nonsense": ("soon", None),
}


@pytest.mark.parametrize(("text", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_moments(text, expected):
    assert moment(text) == expected
