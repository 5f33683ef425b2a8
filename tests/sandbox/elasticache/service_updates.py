# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service updates: what AWS offers to install, and for each replication group how far that is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.elasticache import changes
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.node_types import find_node_type
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_group
from sandbox.elasticache.resources import ReplicationGroup, UpdateProgress, now
from sandbox.elasticache.views import CACHE_NODE_ID
from sandbox.protocol import ApiError, Parameters

GroupAction = Callable[[Region, ReplicationGroup, str], Awaitable[None]]

MOST_GROUPS = 20
MOST_RECORDS = 50
NODE_SECONDS = 600
STOPPABLE = ("waiting-to-start", "in-progress")
ONGOING = (*STOPPABLE, "stopping")


@dataclass(frozen=True)
class ServiceUpdate:
    """
    One update.

    Attributes:
        name: Its name.
        engine: The engine that it concerns.
        severity: critical, important, medium or low.
        released: When, as days before the start of the sandbox.
        status: available, cancelled or expired.
        description: For people.
    """

    name: str
    engine: str
    severity: str
    released: int
    status: str
    description: str
    start: datetime = field(default_factory=now)

    @property
    def release_date(self) -> datetime:
        return self.start - timedelta(days=self.released)

    @property
    def apply_by(self) -> datetime:
        return self.release_date + timedelta(days=45)


UPDATES = {
    update.name: update
    for update in (
        ServiceUpdate(
            "sandbox-redis-security-1", "redis", "important", 20, "available", "Security update of Redis OSS"
        ),
        ServiceUpdate("sandbox-redis-security-0", "redis", "critical", 200, "expired", "Superseded security update"),
        ServiceUpdate("sandbox-valkey-security-1", "valkey", "medium", 10, "available", "Security update of Valkey"),
    )
}


async def describe_updates(region: Region, p: Parameters) -> Parameters:
    name = p.get("ServiceUpdateName")
    updates = [_find(name)] if name else list(UPDATES.values())
    statuses = p.get("ServiceUpdateStatus")
    views = [_update_view(update) for update in updates if not statuses or update.status in statuses]
    return page("ServiceUpdates", views, p, most=MOST_RECORDS)


async def describe_actions(region: Region, p: Parameters) -> Parameters:
    actions = [
        _action_view(region, rg, update, bool(p.get("ShowNodeLevelUpdateStatus")))
        for update in UPDATES.values()
        for rg in region.store.replication_groups.values()
        if update.engine == rg.engine and _matches(region, rg, update, p)
    ]
    return page("UpdateActions", actions, p, most=MOST_RECORDS)


def _matches(region: Region, rg: ReplicationGroup, update: ServiceUpdate, p: Parameters) -> bool:
    wanted = p.get("ServiceUpdateTimeRange", {})
    return (
        p.get("ServiceUpdateName", update.name) == update.name
        and rg.id in [name.lower() for name in p.get("ReplicationGroupIds", [rg.id])]
        and not p.get("CacheClusterIds")
        and p.get("Engine", rg.engine) == rg.engine
        and update.status in p.get("ServiceUpdateStatus", [update.status])
        and _progress(region, rg, update).status in p.get("UpdateActionStatus", [_progress(region, rg, update).status])
        and wanted.get("StartTime", update.release_date) <= update.release_date
        and wanted.get("EndTime", update.release_date) >= update.release_date
    )


async def apply_action(region: Region, p: Parameters) -> Parameters:
    update = _find(p["ServiceUpdateName"])
    return await _batch(region, update, p, _apply)


async def stop_action(region: Region, p: Parameters) -> Parameters:
    update = _find(p["ServiceUpdateName"])
    return await _batch(region, update, p, _stop)


async def _batch(region: Region, update: ServiceUpdate, p: Parameters, act: GroupAction) -> Parameters:
    """Act on each group; what cannot be done for one does not stop the others."""
    groups, clusters = p.get("ReplicationGroupIds", []), p.get("CacheClusterIds", [])
    if not 1 <= len(groups) + len(clusters) <= MOST_GROUPS:
        raise invalid_value(f"A request names 1 to {MOST_GROUPS} replication groups or cache clusters.")
    processed: list[Parameters] = []
    unprocessed = [_refused({"CacheClusterId": cluster}, update, _no_cluster(cluster)) for cluster in clusters]
    for names in ({"ReplicationGroupId": group_id.lower()} for group_id in groups):
        try:
            rg = _eligible(region, names["ReplicationGroupId"], update)
            await act(region, rg, update.name)
        except ApiError as error:
            unprocessed.append(_refused(names, update, error))
        else:
            status = region.store.updates[rg.id, update.name].status
            processed.append({**names, "ServiceUpdateName": update.name, "UpdateActionStatus": status})
    return {"ProcessedUpdateActions": processed, "UnprocessedUpdateActions": unprocessed}


def _no_cluster(cluster_id: str) -> ApiError:
    """Stand-alone clusters are not part of the sandbox."""
    return ApiError("CacheClusterNotFound", f"CacheCluster not found: {cluster_id}")


def _refused(names: Parameters, update: ServiceUpdate, error: ApiError) -> Parameters:
    return {**names, "ServiceUpdateName": update.name, "ErrorType": error.code, "ErrorMessage": error.message}


def _eligible(region: Region, group_id: str, update: ServiceUpdate) -> ReplicationGroup:
    rg = find_group(region, group_id)
    if update.engine != rg.engine or update.status != "available":
        raise invalid_value(f"Service update {update.name} cannot be applied to replication group {group_id}.")
    return rg


async def _apply(region: Region, rg: ReplicationGroup, update: str) -> None:
    current = region.store.updates.get((rg.id, update))
    if current and current.status in (*ONGOING, "complete"):
        raise invalid_combination(f"Service update {update} is {current.status} for replication group {rg.id}.")
    changes.check_available(rg)
    progress = region.store.updates[rg.id, update] = UpdateProgress("waiting-to-start")
    region.spawn(_install(region, rg, update, progress))


async def _install(region: Region, rg: ReplicationGroup, update: str, progress: UpdateProgress) -> None:
    """Restart the nodes one by one, unless the update is stopped before."""
    progress.become("in-progress")
    rg.settle("modifying")
    try:
        await region.pause(NODE_SECONDS)
        if progress.status == "in-progress":
            await region.plane.replace_node_type(rg, find_node_type(rg.node_type))
            region.event("replication-group", rg.id, f"Service update {update} applied to replication group {rg.id}")
        progress.become("complete" if progress.status == "in-progress" else "stopped")
    finally:
        rg.settle("available")


async def _stop(region: Region, rg: ReplicationGroup, update: str) -> None:
    progress = region.store.updates.get((rg.id, update))
    if not progress or progress.status not in STOPPABLE:
        raise invalid_combination(f"Service update {update} is not in progress for replication group {rg.id}.")
    progress.become("stopping")


def _find(name: str) -> ServiceUpdate:
    if name not in UPDATES:
        raise ApiError("ServiceUpdateNotFoundFault", f"Service update {name} not found.")
    return UPDATES[name]


def _progress(region: Region, rg: ReplicationGroup, update: ServiceUpdate) -> UpdateProgress:
    untouched = UpdateProgress("not-applied", update.release_date)
    return region.store.updates.get((rg.id, update.name), untouched)


def _update_view(update: ServiceUpdate) -> Parameters:
    return {
        "ServiceUpdateName": update.name,
        "ServiceUpdateReleaseDate": update.release_date,
        "ServiceUpdateEndDate": update.release_date + timedelta(days=180),
        "ServiceUpdateSeverity": update.severity,
        "ServiceUpdateRecommendedApplyByDate": update.apply_by,
        "ServiceUpdateStatus": update.status,
        "ServiceUpdateDescription": update.description,
        "ServiceUpdateType": "security-update",
        "Engine": update.engine,
        "EngineVersion": "",
        "AutoUpdateAfterRecommendedApplyByDate": False,
        "EstimatedUpdateTime": "30 minutes per node",
    }


def _action_view(region: Region, rg: ReplicationGroup, update: ServiceUpdate, show_nodes: bool) -> Parameters:
    progress = _progress(region, rg, update)
    nodes = len(list(rg.nodes))
    return {
        "ReplicationGroupId": rg.id,
        "ServiceUpdateName": update.name,
        "ServiceUpdateReleaseDate": update.release_date,
        "ServiceUpdateSeverity": update.severity,
        "ServiceUpdateStatus": update.status,
        "ServiceUpdateRecommendedApplyByDate": update.apply_by,
        "ServiceUpdateType": "security-update",
        "UpdateActionAvailableDate": max(update.release_date, rg.created),
        "UpdateActionStatus": progress.status,
        "NodesUpdated": f"{nodes if progress.status == 'complete' else 0}/{nodes}",
        "UpdateActionStatusModifiedDate": progress.changed,
        "SlaMet": "n/a",
        "NodeGroupUpdateStatus": _node_statuses(rg, progress) if show_nodes else None,
        "EstimatedUpdateTime": "30 minutes per node",
        "Engine": rg.engine,
    }


def _node_statuses(rg: ReplicationGroup, progress: UpdateProgress) -> list[Parameters]:
    return [
        {
            "NodeGroupId": shard.id,
            "NodeGroupMemberUpdateStatus": [
                {
                    "CacheClusterId": node.id,
                    "CacheNodeId": CACHE_NODE_ID,
                    "NodeUpdateStatus": progress.status,
                    "NodeUpdateInitiatedBy": "customer",
                    "NodeUpdateStatusModifiedDate": progress.changed,
                }
                for node in shard.nodes
            ],
        }
        for shard in rg.shards
    ]


OPERATIONS: dict[str, Operation] = {
    "BatchApplyUpdateAction": apply_action,
    "BatchStopUpdateAction": stop_action,
    "DescribeServiceUpdates": describe_updates,
    "DescribeUpdateActions": describe_actions,
}
