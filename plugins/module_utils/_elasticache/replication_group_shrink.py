# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the data of a replication group fits into fewer shards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .._aws.entry import Clients
from .._problems import Problem
from . import api
from .replication_group_difference import Difference
from .usage import peaks

METRIC = "DatabaseMemoryUsagePercentage"
HOURS = 1


def shrink_problems(clients: Clients, difference: Difference) -> Iterator[Problem]:
    """Yield the problem that the shards that stay would be too full, or that nobody can tell."""
    limit = difference.declared["shrink_memory_percent"]
    if not difference.leaving or not limit:
        return
    count = difference.declared["num_node_groups"]
    if "cache_node_type" in difference.changed and _is_smaller(difference):
        remedy = "Take the smaller nodes in a run of its own, or set shrink_memory_percent to 0"
        yield Problem("num_node_groups", count, "cannot be judged: the nodes become smaller, too", remedy)
        return
    shard_of = {node: shard for shard, nodes in difference.shards.items() for node in nodes}
    used = shard_usage(peaks(clients("cloudwatch"), METRIC, shard_of, HOURS), shard_of)
    if used.keys() != difference.shards.keys():
        remedy = "Set shrink_memory_percent to 0 if you know that the data fits"
        fault = f"cannot be judged: CloudWatch has no {METRIC} of every shard for the last hour"
        yield Problem("num_node_groups", count, fault, remedy)
    elif sum(used.values()) / count > limit:
        fault = f"would fill the shards that stay to {sum(used.values()) / count:.0f} %, over the limit of {limit} %"
        remedy = "Take bigger nodes first, keep more shards, or raise shrink_memory_percent"
        yield Problem("num_node_groups", count, fault, remedy)


def _is_smaller(difference: Difference) -> bool:
    """Whether ElastiCache calls the declared node type a scaling down."""
    allowed = api.node_type_modifications(difference.client, ReplicationGroupId=difference.name)
    return difference.declared["cache_node_type"] in allowed["ScaleDownModifications"]


def shard_usage(usage: Mapping[str, float], shard_of: Mapping[str, str]) -> dict[str, float]:
    """Return how full each shard is: as full as its fullest node, since all of them hold the same data."""
    found: dict[str, float] = {}
    for node, value in usage.items():
        found[shard_of[node]] = max(value, found.get(shard_of[node], value))
    return found
