# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that ElastiCache refuses whatever else there is: found before the first call, at creation and later.

Sources: API references of CreateReplicationGroup, ModifyReplicationGroup and DecreaseReplicaCount; ElastiCache
documentation, "Authenticating with the AUTH command" and "Minimizing downtime by using Multi-AZ".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .._problems import Problem
from .windows import window_problems

TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")
RANGES = (
    ("num_cache_clusters", 1, 6, "nodes without cluster mode"),
    ("num_node_groups", 1, 500, "shards"),
    ("replicas_per_node_group", 0, 5, "replicas of each shard"),
    ("snapshot_retention_limit", 0, 35, "days"),
)

Options = Mapping[str, Any]


def value_problems(declared: Options, goal: Options) -> Iterator[Problem]:
    """Yield what is wrong with I(declared) values, and with the I(goal): what the group will be like with them."""
    for rule in RULES:
        yield from rule(declared, goal)


def _token(declared: Options, goal: Options) -> Iterator[Problem]:
    token = declared["auth_token"]
    if token is not None and not TOKEN.fullmatch(token):
        fault = "has the wrong form"
        yield Problem("auth_token", None, fault, "Give 16 to 128 letters, digits and ! & # $ ^ < > - (it is not shown)")


def _key(declared: Options, goal: Options) -> Iterator[Problem]:
    """An alias may lead to another key tomorrow, and is reported by nobody."""
    key = declared["kms_key_id"]
    if key and re.search("(^|:)alias/", key):
        remedy = f"Give the ARN that this tells: aws kms describe-key --key-id {key} --query KeyMetadata.Arn"
        yield Problem("kms_key_id", key, "is an alias, with which the key of a group cannot be compared", remedy)


def _ranges(declared: Options, goal: Options) -> Iterator[Problem]:
    for option, least, most, noun in RANGES:
        value = declared[option]
        if value is not None and not least <= value <= most:
            yield Problem(option, value, "is out of range", f"Give {least} to {most} {noun}")


def _windows(declared: Options, goal: Options) -> Iterator[Problem]:
    if declared["preferred_maintenance_window"] or declared["snapshot_window"]:
        names = ("preferred_maintenance_window", "snapshot_window")
        maintenance, snapshot = ((name, goal.get(name)) for name in names)
        yield from window_problems(maintenance, snapshot)


def _failover(declared: Options, goal: Options) -> Iterator[Problem]:
    """With cluster mode it is always on. Whether a new group has that may be known to its parameter group alone."""
    known = goal.get("cluster_mode") or goal.get("num_cache_clusters")
    if known and known != "enabled" and goal.get("automatic_failover_enabled") and _replicas(goal) == 0:
        remedy = "Declare a replica, or automatic_failover_enabled and multi_az_enabled as false"
        yield Problem("automatic_failover_enabled", True, "needs a replica at least", remedy)


def _multi_az(declared: Options, goal: Options) -> Iterator[Problem]:
    if not goal.get("multi_az_enabled"):
        return
    if not goal.get("automatic_failover_enabled"):
        remedy = "Declare automatic_failover_enabled as true, or multi_az_enabled as false"
        yield Problem("multi_az_enabled", True, "needs automatic failover", remedy)
    elif _replicas(goal) == 0:
        remedy = "Declare a replica for each shard, or multi_az_enabled as false"
        yield Problem("multi_az_enabled", True, "needs a replica at least", remedy)


def _replicas(goal: Options) -> int | None:
    """The fewest replicas that a shard has; C(None) where it is not said."""
    if goal.get("replicas_per_node_group") is not None:
        return int(goal["replicas_per_node_group"])
    return int(goal["num_cache_clusters"]) - 1 if goal.get("num_cache_clusters") else None


def _cluster_failover(declared: Options, goal: Options) -> Iterator[Problem]:
    if goal.get("cluster_mode") == "enabled" and declared["automatic_failover_enabled"] is False:
        remedy = "Leave automatic_failover_enabled out, or declare it as true"
        yield Problem("automatic_failover_enabled", False, "cannot be off with cluster mode", remedy)


RULES: tuple[Callable[[Options, Options], Iterator[Problem]], ...] = (
    _token,
    _key,
    _ranges,
    _windows,
    _failover,
    _multi_az,
    _cluster_failover,
)
