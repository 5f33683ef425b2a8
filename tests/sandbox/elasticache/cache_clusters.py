# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache clusters: the members of replication groups, one by one. Stand-alone clusters are not part of the sandbox."""

from __future__ import annotations

from sandbox.elasticache import views
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.resources import Node, ReplicationGroup
from sandbox.protocol import ApiError, Parameters


def all_nodes(region: Region) -> dict[str, tuple[ReplicationGroup, Node]]:
    return {node.id: (rg, node) for rg in region.store.replication_groups.values() for node in rg.nodes}


def find(region: Region, cluster_id: str) -> tuple[ReplicationGroup, Node]:
    found = all_nodes(region).get(cluster_id.lower())
    if not found:
        raise ApiError("CacheClusterNotFound", f"CacheCluster not found: {cluster_id}")
    return found


async def describe(region: Region, p: Parameters) -> Parameters:
    if cluster_id := p.get("CacheClusterId"):
        members = [find(region, cluster_id)]
    elif p.get("ShowCacheClustersNotInReplicationGroups"):
        members = []
    else:
        members = [member for _, member in sorted(all_nodes(region).items())]
    show_nodes = bool(p.get("ShowCacheNodeInfo"))
    return page("CacheClusters", [views.cache_cluster(region, rg, node, show_nodes) for rg, node in members], p)


OPERATIONS: dict[str, Operation] = {"DescribeCacheClusters": describe}
