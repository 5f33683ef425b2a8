# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups: create, describe, delete. Changes are in modification.py."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from pathlib import Path

from sandbox.elasticache import buckets, creation, lookups, snapshots, tags, topology, user_groups, users, views
from sandbox.elasticache.errors import invalid_state
from sandbox.elasticache.names import identifier
from sandbox.elasticache.notifications import notify
from sandbox.elasticache.paging import page
from sandbox.elasticache.parameter_groups import effective
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_group, members
from sandbox.elasticache.resources import ReplicationGroup, Snapshot, now
from sandbox.protocol import ApiError, Parameters

CREATE_SECONDS = 600
DELETE_SECONDS = 300


async def create(region: Region, p: Parameters) -> Parameters:
    group_id = identifier(p["ReplicationGroupId"], "ReplicationGroupId", 40)
    if group_id in region.store.replication_groups:
        raise ApiError("ReplicationGroupAlreadyExists", f"Replication group {group_id} already exists.")
    new_tags = tags.parse(p.get("Tags"))
    origin = snapshots.find(region, p["SnapshotName"]) if p.get("SnapshotName") else None
    draft = creation.draft(region, snapshots.restored(origin, p) if origin else p)
    creation.check(draft)
    _check_quota(region, draft)
    rg = await _new_group(region, group_id, draft)
    files = origin.files if origin else await _imported(region, p)
    region.store.replication_groups[group_id] = rg
    for arn in [region.arn("replicationgroup", rg.id), *(region.arn("cluster", node.id) for node in rg.nodes)]:
        region.store.tags[arn] = dict(new_tags)
    region.spawn(_bring_up(region, rg, files))
    return {"ReplicationGroup": views.replication_group(region, rg)}


def _check_quota(region: Region, draft: creation.Draft) -> None:
    if len(members(region)) + draft.node_count > creation.MOST_NODES:
        message = f"The quota of {creation.MOST_NODES} nodes per region is exceeded."
        raise ApiError("NodeQuotaForCustomerExceeded", message)


async def _new_group(region: Region, group_id: str, draft: creation.Draft) -> ReplicationGroup:
    p = draft.p
    maintenance, snapshot = creation.chosen_windows(p)
    token = p.get("AuthToken")
    rg = ReplicationGroup(
        id=group_id,
        description=p["ReplicationGroupDescription"],
        engine=draft.engine.engine,
        version=draft.engine.version,
        node_type=draft.node_type.name,
        parameter_group=draft.parameter_group.name,
        subnet_group=draft.subnet_group.name,
        cluster_mode="enabled" if draft.cluster_enabled else "disabled",
        shards=topology.place(group_id, draft.shards, draft.subnet_group.zone_names, draft.cluster_enabled),
        port=p.get("Port", 6379),
        automatic_failover="enabled" if draft.failover else "disabled",
        multi_az="enabled" if draft.multi_az else "disabled",
        maintenance_window=maintenance,
        snapshot_window=snapshot,
        snapshot_retention=p.get("SnapshotRetentionLimit", 0),
        auto_minor_version_upgrade=p.get("AutoMinorVersionUpgrade", True),
        transit_encryption=draft.tls,
        transit_mode=p.get("TransitEncryptionMode", "required") if draft.tls else None,
        at_rest_encryption=draft.at_rest,
        auth_tokens=(token,) if token else (),
        anonymous_access=not token,
        auth_token_changed=now() if token else None,
        data_tiering=bool(p.get("DataTieringEnabled")),
    )
    rg.snapshotting_node = rg.default_snapshotting_node
    await _attach(region, rg, draft)
    return rg


async def _attach(region: Region, rg: ReplicationGroup, draft: creation.Draft) -> None:
    """Everything that has to exist elsewhere."""
    p, vpc_id = draft.p, draft.subnet_group.vpc_id
    if p.get("SecurityGroupIds"):
        rg.security_groups = await lookups.security_groups(region, p["SecurityGroupIds"], vpc_id)
    else:
        rg.security_groups = await lookups.default_security_group(region, vpc_id)
    if p.get("KmsKeyId"):
        rg.kms_key = await lookups.kms_key(region, p["KmsKeyId"])
    if p.get("NotificationTopicArn"):
        rg.topic_arn = await lookups.topic(region, p["NotificationTopicArn"])
    rg.user_groups = [user_groups.find_for(region, group, rg.engine).id for group in p.get("UserGroupIds", [])]
    deliveries = await lookups.log_deliveries(region, p.get("LogDeliveryConfigurations", []), draft.engine.number)
    rg.logs = {log.log_type: log for log in deliveries if not isinstance(log, str)}


async def _imported(region: Region, p: Parameters) -> Mapping[str, Path]:
    """The RDB files of SnapshotArns."""
    if not p.get("SnapshotArns"):
        return {}
    return await buckets.fetch(region, p["SnapshotArns"], region.settings.state_dir / "imports" / uuid.uuid4().hex)


async def _bring_up(region: Region, rg: ReplicationGroup, files: Mapping[str, Path]) -> None:
    """From creating to available, or to create-failed."""
    parameters = effective(region.store.parameter_groups[rg.parameter_group])
    if failure := region.planned_failure(rg.id):
        await region.pause(CREATE_SECONDS)
        _fail(region, rg, failure)
        return
    try:
        logins = users.logins(region, rg)
        work = region.plane.create(rg, parameters, logins, files or None)
        await asyncio.gather(work, region.pause(CREATE_SECONDS))
    except Exception as error:
        _fail(region, rg, str(error))
        raise
    if parameters != (changed := effective(region.store.parameter_groups[rg.parameter_group])):
        await region.plane.set_parameters(rg, changed)
    if logins != users.logins(region, rg):
        await users.admit(region, rg)
    await _available(region, rg)


async def _available(region: Region, rg: ReplicationGroup) -> None:
    region.plane.read_slots(rg)  # a restored group begins with the slots of its data
    rg.settle("available")
    rg.reachable = True
    for log in rg.logs.values():
        log.status = "active"
    for node in rg.nodes:
        region.event(
            "cache-cluster", node.id, f"Added cache node {views.CACHE_NODE_ID} in availability zone {node.zone}"
        )
        region.event("cache-cluster", node.id, "Cache cluster created")
    region.event("replication-group", rg.id, f"Replication group {rg.id} created")
    await notify(region, rg, "CreateReplicationGroupComplete", rg.id)


def _fail(region: Region, rg: ReplicationGroup, reason: str) -> None:
    rg.settle("create-failed")
    region.event("replication-group", rg.id, f"Failed to create replication group {rg.id}: {reason}")


async def describe(region: Region, p: Parameters) -> Parameters:
    if group_id := p.get("ReplicationGroupId"):
        groups = [find_group(region, group_id)]
    else:
        groups = [rg for _, rg in sorted(region.store.replication_groups.items())]
    return page("ReplicationGroups", [views.replication_group(region, rg) for rg in groups], p)


async def delete(region: Region, p: Parameters) -> Parameters:
    creation.check_implemented(p, ("RetainPrimaryCluster",))
    rg = find_group(region, p["ReplicationGroupId"])
    if rg.status not in ("available", "create-failed"):
        raise invalid_state(f"Replication group {rg.id} has status {rg.status} which is not valid for deletion.")
    final = p.get("FinalSnapshotIdentifier")
    if final and not rg.reachable:
        raise invalid_state(f"Replication group {rg.id} has status {rg.status}: a final snapshot cannot be taken.")
    snapshot = snapshots.begin(region, final, rg, {}) if final else None
    rg.settle("deleting")
    rg.reachable = False
    region.spawn(_take_down(region, rg, snapshot))
    return {"ReplicationGroup": views.replication_group(region, rg)}


async def _take_down(region: Region, rg: ReplicationGroup, final: Snapshot | None) -> None:
    """From deleting to gone; without its final snapshot the group stays."""
    if final:
        try:
            await snapshots.complete(region, final, rg)
        except Exception:
            rg.settle("available")
            rg.reachable = True
            raise
    await region.pause(DELETE_SECONDS)
    await region.plane.delete(rg)
    for node in rg.nodes:
        region.event("cache-cluster", node.id, "Cache cluster deleted")
        region.store.tags.pop(region.arn("cluster", node.id), None)
    snapshots.forget_automatic(region, rg)
    region.store.updates = {key: progress for key, progress in region.store.updates.items() if key[0] != rg.id}
    region.event("replication-group", rg.id, f"Replication group {rg.id} deleted")
    region.store.tags.pop(region.arn("replicationgroup", rg.id), None)
    del region.store.replication_groups[rg.id]


OPERATIONS: dict[str, Operation] = {
    "CreateReplicationGroup": create,
    "DeleteReplicationGroup": delete,
    "DescribeReplicationGroups": describe,
}
