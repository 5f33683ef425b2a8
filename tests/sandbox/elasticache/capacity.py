# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Whether the data that a group holds fits into what it is to become.

Sources: knowledge center, "Troubleshoot node type changes" (text of the refusal); ElastiCache guide, "Online
resharding". Which code AWS gives is not documented.
"""

from __future__ import annotations

from collections.abc import Collection

from sandbox.dataplane.parameters import usable_memory
from sandbox.elasticache import parameter_groups
from sandbox.elasticache.errors import invalid_combination
from sandbox.elasticache.node_types import NodeType, find_node_type
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ReplicationGroup, Shard


async def check_node_type(region: Region, rg: ReplicationGroup, node_type: NodeType) -> None:
    """Every shard has to fit into a node of that type."""
    if max((await _used(region, rg)).values()) > _usable(region, rg, node_type):
        message = (
            f"Failed to scale down to cache node type {node_type.name} Replication Group {rg.id} because the node has "
            "insufficient memory. Please select a different node type or reduce current memory usage and retry."
        )
        raise invalid_combination(message)


async def check_survivors(region: Region, rg: ReplicationGroup, leaving: Collection[Shard]) -> None:
    """The shards that remain share the slots equally, and with them the data."""
    survivors = len(rg.shards) - len(leaving)
    used, usable = sum((await _used(region, rg)).values()), _usable(region, rg, find_node_type(rg.node_type))
    if used > survivors * usable:
        message = (
            f"Failed to remove {len(leaving)} node group(s) from replication group {rg.id} because the remaining ones "
            f"have insufficient memory: {used} bytes are in use, {survivors * usable} would be available."
        )
        raise invalid_combination(message)


async def _used(region: Region, rg: ReplicationGroup) -> dict[str, int]:
    """Bytes in use by shard id, as its fullest node tells."""
    readings = await region.plane.readings(rg)
    used = {node_id: reading.used_memory for node_id, reading in readings.items()}
    return {shard.id: max(used.get(node.id, 0) for node in shard.nodes) for shard in rg.shards}


def _usable(region: Region, rg: ReplicationGroup, node_type: NodeType) -> int:
    """Bytes of a node that are not reserved."""
    parameters = parameter_groups.effective(parameter_groups.find(region, rg.parameter_group))
    return usable_memory(parameters, node_type.maxmemory)
