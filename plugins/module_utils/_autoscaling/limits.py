# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that keeps a replication group from scaling as declared, found before anything is called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .._elasticache.engine_versions import precedes
from .._elasticache.replication_group_fields import Observed
from .._problems import Problem
from .dimensions import (
    DATA_TIERING_FAMILY,
    DATA_TIERING_VERSION,
    DIMENSIONS,
    ENGINE_VERSIONS,
    NODE_FAMILIES,
    NODE_SIZES,
    NOT_WITH_DATA_TIERING,
    TARGET_VALUES,
    Dimension,
)

SCHEDULE = re.compile(r"(at|rate|cron)\(.+\)")
Declared = Mapping[str, Any]


def problems(parameters: Mapping[str, Any], observed: Observed | None) -> Iterator[Problem]:
    """Yield every problem of the declaration, and of it on this group."""
    targets = parameters["scalable_targets"]
    node_type = observed.group.get("CacheNodeType", "") if observed else ""
    if observed is None:
        name = parameters["replication_group_id"]
        yield Problem("replication_group_id", name, "there is no such replication group", "create it first")
    else:
        yield from of_group(observed, node_type)
    yield from doubled("scalable_targets", "scalable_dimension", targets)
    for target in targets:
        yield from of_target("scalable_targets", target, node_type)


# -- the group --------------------------------------------------------------------------------------------------------


def of_group(observed: Observed, node_type: str) -> Iterator[Problem]:
    group, option = observed.group, "replication_group_id"
    yield from of_cluster_mode(option, bool(group.get("ClusterEnabled")))
    if group.get("GlobalReplicationGroupInfo", {}).get("GlobalReplicationGroupId"):
        yield Problem(option, None, "members of a Global Datastore cannot scale", "take it out of the Global Datastore")
    yield from of_engine(option, group.get("Engine", "redis"), observed.member.get("EngineVersion", ""), node_type)
    yield from of_node_type(option, node_type)


def of_cluster_mode(option: str, enabled: bool) -> Iterator[Problem]:
    if not enabled:
        yield Problem(option, None, "only groups with cluster mode enabled can scale", "enable cluster mode")


def of_engine(option: str, engine: str, version: str, node_type: str) -> Iterator[Problem]:
    tiered = engine == "redis" and node_family(node_type) == DATA_TIERING_FAMILY
    least = DATA_TIERING_VERSION if tiered else ENGINE_VERSIONS[engine]
    if precedes(version, least):
        fault = f"groups of {engine} {version}{' with data tiering' if tiered else ''} cannot scale"
        yield Problem(option, None, fault, f"upgrade the engine to {least} or later")


def of_node_type(option: str, node_type: str) -> Iterator[Problem]:
    _ignored, family, size = f"{node_type}..".split(".")[:3]
    if family not in NODE_FAMILIES or size not in NODE_SIZES:
        fault = f"groups of {node_type} cannot scale"
        remedy = f"change to a {', '.join(NODE_SIZES)} of {', '.join(NODE_FAMILIES)}"
        yield Problem(option, None, fault, remedy)


def node_family(node_type: str) -> str:
    """C(r6g) of C(cache.r6g.large)."""
    return f"{node_type}.".split(".")[1]


# -- the declaration --------------------------------------------------------------------------------------------------


def of_target(option: str, target: Declared, node_type: str) -> Iterator[Problem]:
    dimension = DIMENSIONS[target["scalable_dimension"]]
    place = f"{option}.{target['scalable_dimension']}"
    yield from of_capacities(place, target, dimension)
    policies, actions = target["policies"] or (), target["scheduled_actions"] or ()
    yield from doubled(f"{place}.policies", "policy_name", policies)
    yield from doubled(f"{place}.policies", "predefined_metric_type", policies)
    yield from doubled(f"{place}.scheduled_actions", "scheduled_action_name", actions)
    for policy in policies:
        yield from of_policy(f"{place}.policies.{policy['policy_name']}", policy, target, node_family(node_type))
    for action in actions:
        yield from of_action(f"{place}.scheduled_actions.{action['scheduled_action_name']}", action, dimension)


def of_capacities(place: str, declared: Declared, dimension: Dimension) -> Iterator[Problem]:
    least, most = declared["min_capacity"], declared["max_capacity"]
    for option, value in (("min_capacity", least), ("max_capacity", most)):
        if value is not None and not dimension.least <= value <= dimension.most:
            remedy = f"use {dimension.least} to {dimension.most}"
            yield Problem(f"{place}.{option}", value, "is out of the range of the dimension", remedy)
    if least is not None and most is not None and least > most:
        yield Problem(f"{place}.min_capacity", least, f"is greater than max_capacity, {most}", "swap or correct them")


def of_policy(place: str, policy: Declared, target: Declared, family: str) -> Iterator[Problem]:
    metric, value = policy["predefined_metric_type"], policy["target_value"]
    option, metrics = f"{place}.predefined_metric_type", DIMENSIONS[target["scalable_dimension"]].metrics
    if metric not in metrics:
        yield Problem(option, metric, f"{target['scalable_dimension']} cannot follow it", f"use {' or '.join(metrics)}")
    if metric == NOT_WITH_DATA_TIERING and family == DATA_TIERING_FAMILY:
        remedy = "use ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage, which counts memory and disk"
        yield Problem(option, metric, "says too little of a group with data tiering", remedy)
    if not TARGET_VALUES[0] <= value <= TARGET_VALUES[1]:
        remedy = f"use {TARGET_VALUES[0]} to {TARGET_VALUES[1]}"
        yield Problem(f"{place}.target_value", value, "is out of the range of ElastiCache, in percent", remedy)


def of_action(place: str, action: Declared, dimension: Dimension) -> Iterator[Problem]:
    if action["min_capacity"] is None and action["max_capacity"] is None:
        yield Problem(place, None, "changes nothing", "set min_capacity, max_capacity, or both")
    yield from of_capacities(place, action, dimension)
    if not SCHEDULE.fullmatch(action["schedule"]):
        remedy = "write at(2026-11-30T07:00:00), rate(1 day) or cron(0 7 ? * MON-FRI *)"
        yield Problem(f"{place}.schedule", action["schedule"], "is no schedule expression", remedy)
    for option in ("start_time", "end_time"):
        if action[option] is not None and moment(action[option]) is None:
            remedy = "write it as 2026-11-30T07:00:00Z"
            yield Problem(f"{place}.{option}", action[option], "is no time in ISO 8601", remedy)


def moment(text: str) -> str | None:
    """Return a time in ISO 8601 in UTC, which one without an offset is in; C(None) for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def doubled(option: str, key: str, declared: Sequence[Declared]) -> Iterator[Problem]:
    for value, number in Counter(item[key] for item in declared).items():
        if number > 1:
            yield Problem(f"{option}.{key}", value, f"is declared {number} times", "declare it once")
