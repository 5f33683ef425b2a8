# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TestFailover: the primary of a shard is lost, a replica takes over, the lost node comes back as a replica."""

from __future__ import annotations

from datetime import timedelta

from sandbox.elasticache import changes, views
from sandbox.elasticache.changes import Change
from sandbox.elasticache.errors import invalid_combination, invalid_state
from sandbox.elasticache.notifications import notify
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_group
from sandbox.elasticache.resources import ReplicationGroup, Shard, now
from sandbox.protocol import ApiError, Parameters

MOST_PER_DAY = 15
FAILOVER_SECONDS = 300


async def test_failover(region: Region, p: Parameters) -> Parameters:
    rg = find_group(region, p["ReplicationGroupId"])
    shard = next((shard for shard in rg.shards if shard.id == p["NodeGroupId"]), None)
    if not shard:
        message = f"Node group {p['NodeGroupId']} not found in replication group {rg.id}."
        raise ApiError("NodeGroupNotFoundFault", message)
    changes.check_available(rg)
    if rg.automatic_failover != "enabled":
        raise invalid_state(f"Automatic failover is not enabled for replication group {rg.id}.")
    if len(shard.nodes) < 2:
        raise invalid_combination(f"Node group {shard.id} has no replica to fail over to.")
    _count(region)
    region.event("replication-group", rg.id, f"Test Failover API called for node group {shard.id}")
    await changes.start(region, rg, [Change(lambda: _fail_over(region, rg, shard), seconds=FAILOVER_SECONDS)])
    return {"ReplicationGroup": views.replication_group(region, rg)}


def _count(region: Region) -> None:
    """Fifteen calls in any twenty-four hours, on the sandbox's scale of time."""
    since = now() - timedelta(days=1) * region.settings.time_scale
    region.store.failovers = [moment for moment in region.store.failovers if moment > since]
    if len(region.store.failovers) >= MOST_PER_DAY:
        message = f"Automatic failover can be tested on {MOST_PER_DAY} node groups in 24 hours."
        raise ApiError("APICallRateForCustomerExceeded", message)
    region.store.failovers.append(now())


async def _fail_over(region: Region, rg: ReplicationGroup, shard: Shard) -> None:
    """The events are those that the API reference lists, in its order."""
    roles = region.plane.roles(rg)
    old = next(node.id for node in shard.nodes if roles[node.id] == "primary")
    new = await region.plane.failover(rg, shard.id)
    completed = f"Failover from primary node {old} to replica node {new} completed"
    region.event("cache-cluster", new, completed)
    region.event("replication-group", rg.id, completed)
    await notify(region, rg, "FailoverComplete", new)
    region.event("cache-cluster", old, f"Recovering cache nodes {views.CACHE_NODE_ID}")
    region.event("cache-cluster", old, f"Finished recovery for cache nodes {views.CACHE_NODE_ID}")


OPERATIONS: dict[str, Operation] = {"TestFailover": test_failover}
