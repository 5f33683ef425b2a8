# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache clusters: the members of replication groups, one by one. Stand-alone clusters are not part of the sandbox."""

from __future__ import annotations

from sandbox.elasticache import views
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_member, members
from sandbox.protocol import Parameters


async def describe(region: Region, p: Parameters) -> Parameters:
    if cluster_id := p.get("CacheClusterId"):
        found = [find_member(region, cluster_id)]
    elif p.get("ShowCacheClustersNotInReplicationGroups"):
        found = []
    else:
        found = [member for _, member in sorted(members(region).items())]
    show_nodes = bool(p.get("ShowCacheNodeInfo"))
    return page("CacheClusters", [views.cache_cluster(region, rg, node, show_nodes) for rg, node in found], p)


OPERATIONS: dict[str, Operation] = {"DescribeCacheClusters": describe}
