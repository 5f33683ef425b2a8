# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups and their members by id."""

from __future__ import annotations

from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import Node, ReplicationGroup
from sandbox.protocol import ApiError


def find_group(region: Region, group_id: str) -> ReplicationGroup:
    rg = region.store.replication_groups.get(group_id.lower())
    if not rg:
        raise ApiError("ReplicationGroupNotFoundFault", f"ReplicationGroup {group_id} not found.")
    return rg


def members(region: Region) -> dict[str, tuple[ReplicationGroup, Node]]:
    """Every cache cluster of the region."""
    return {node.id: (rg, node) for rg in region.store.replication_groups.values() for node in rg.nodes}


def find_member(region: Region, cluster_id: str) -> tuple[ReplicationGroup, Node]:
    found = members(region).get(cluster_id.lower())
    if not found:
        raise ApiError("CacheClusterNotFound", f"CacheCluster not found: {cluster_id}")
    return found
