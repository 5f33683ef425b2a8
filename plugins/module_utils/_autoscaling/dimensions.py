# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a replication group can scale, by which metrics, and on which groups.

Source: ElastiCache User Guide, "Auto Scaling Valkey and Redis OSS clusters".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Group = Mapping[str, Any]  # of DescribeReplicationGroups


def shards(group: Group) -> int:
    return len(group.get("NodeGroups", ()))


def replicas(group: Group) -> int:
    """Replicas of each shard; of the shard that has most if they differ."""
    return max((len(shard.get("NodeGroupMembers", ())) - 1 for shard in group.get("NodeGroups", ())), default=0)


@dataclass(frozen=True)
class Dimension:
    """A count of a replication group: its name in the API, how far it can go, and the metrics that it can follow."""

    scalable_dimension: str
    least: int
    most: int
    metrics: tuple[str, ...]
    capacity: Callable[[Group], int]


DIMENSIONS = {
    "node_groups": Dimension(
        "elasticache:replication-group:NodeGroups",
        1,
        250,
        (
            "ElastiCachePrimaryEngineCPUUtilization",
            "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
            "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
        ),
        shards,
    ),
    "replicas": Dimension(
        "elasticache:replication-group:Replicas", 1, 5, ("ElastiCacheReplicaEngineCPUUtilization",), replicas
    ),
}
NAMES = {dimension.scalable_dimension: name for name, dimension in DIMENSIONS.items()}

NODE_FAMILIES = ("c7gn", "c8gn", "m5", "m6g", "m7g", "m8g", "r5", "r6g", "r6gd", "r7g", "r8g")
NODE_SIZES = ("large", "xlarge", "2xlarge")
ENGINE_VERSIONS = {"redis": "6.0", "valkey": "7.2"}  # the first that scales
DATA_TIERING_FAMILY = "r6gd"
DATA_TIERING_VERSION = "7.0.7"
NOT_WITH_DATA_TIERING = "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage"
TARGET_VALUES = (35, 70)
