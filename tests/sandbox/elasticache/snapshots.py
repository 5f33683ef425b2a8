# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of replication groups: real RDB files, and what the group was when they were taken."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sandbox.elasticache import buckets, changes, lookups, tags, views
from sandbox.elasticache.errors import invalid_combination, invalid_state, invalid_value
from sandbox.elasticache.names import identifier
from sandbox.elasticache.notifications import notify
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_group, find_member
from sandbox.elasticache.resources import ReplicationGroup, Shard, Snapshot, Tags, now
from sandbox.protocol import ApiError, Parameters

SNAPSHOT_SECONDS = 180
MOST_PER_DAY = 20
_SOURCES = {"user": "manual", "system": "automated"}


def find(region: Region, name: str) -> Snapshot:
    snapshot = region.store.snapshots.get(name.lower())
    if not snapshot:
        raise ApiError("SnapshotNotFoundFault", f"Snapshot {name} not found.")
    return snapshot


def begin(region: Region, name: str, rg: ReplicationGroup, new_tags: Tags) -> Snapshot:
    """Register a snapshot that is being taken by a user."""
    name = _new_name(region, name)
    _check_quota(region, rg)
    return _register(region, Snapshot(name, "manual", _as_now(rg), kms_key=rg.kms_key), new_tags)


def _check_quota(region: Region, rg: ReplicationGroup) -> None:
    """Twenty in any twenty-four hours, on the sandbox's scale of time."""
    since = now() - timedelta(days=1) * region.settings.time_scale
    recent = [each for each in region.store.snapshots.values() if each.group.id == rg.id and each.created > since]
    if len([each for each in recent if each.source == "manual"]) >= MOST_PER_DAY:
        message = f"At most {MOST_PER_DAY} manual snapshots of a node can be taken in 24 hours."
        raise ApiError("SnapshotQuotaExceededFault", message)


def _as_now(rg: ReplicationGroup) -> ReplicationGroup:
    return replace(rg, shards=deepcopy(rg.shards), staged={})


def _new_name(region: Region, name: str) -> str:
    name = identifier(name, "SnapshotName", 255)
    if name in region.store.snapshots:
        raise ApiError("SnapshotAlreadyExistsFault", "Snapshot with specified name already exists.")
    return name


def _register(region: Region, snapshot: Snapshot, new_tags: Tags) -> Snapshot:
    region.store.snapshots[snapshot.name] = snapshot
    region.store.tags[_arn(region, snapshot)] = new_tags
    return snapshot


async def complete(region: Region, snapshot: Snapshot, rg: ReplicationGroup) -> None:
    """Take the data of a registered snapshot."""
    directory = _directory(region, snapshot)
    await region.pause(SNAPSHOT_SECONDS)
    try:
        _finish(snapshot, await region.plane.snapshot(rg, directory))
    except Exception as error:
        snapshot.status = "failed"
        region.event("replication-group", rg.id, f"Snapshot failed for snapshot with ID '{snapshot.name}': {error}")
        raise
    message = f"Snapshot succeeded for snapshot with ID '{snapshot.name}' of replication group with ID '{rg.id}'"
    region.event("replication-group", rg.id, message)
    await notify(region, rg, "SnapshotComplete", snapshot.name)


def _finish(snapshot: Snapshot, files: Mapping[str, Path]) -> None:
    snapshot.files = dict(files)
    snapshot.sizes = {shard: file.stat().st_size for shard, file in files.items()}
    snapshot.status = "available"


async def back_up(region: Region, rg: ReplicationGroup) -> Snapshot:
    """The snapshot window comes: an automatic snapshot, of which as many days are kept as the retention says."""
    changes.check_available(rg)
    if not rg.snapshot_retention:
        raise invalid_state(f"Replication group {rg.id} keeps no automatic snapshots: its SnapshotRetentionLimit is 0.")
    name = f"automatic.{rg.id}-{now():%Y-%m-%d-%H-%M-%S-%f}"
    snapshot = _register(region, Snapshot(name, "automated", _as_now(rg), kms_key=rg.kms_key), {})
    rg.settle("snapshotting")
    await _take(region, snapshot, rg)
    for old in _automatic(region, rg)[: -rg.snapshot_retention]:
        _remove(region, old)
    return snapshot


def _automatic(region: Region, rg: ReplicationGroup) -> list[Snapshot]:
    """The automatic snapshots of a group, oldest first."""
    taken = [each for each in region.store.snapshots.values() if each.source == "automated" and each.group.id == rg.id]
    return sorted(taken, key=lambda snapshot: snapshot.created)


def restored(snapshot: Snapshot, p: Parameters) -> Parameters:
    """The request that creates a group from a snapshot, with what the snapshot says of everything it leaves open."""
    if snapshot.status != "available":
        raise invalid_value(f"Snapshot {snapshot.name} has status {snapshot.status} which is not valid for a restore.")
    rg = snapshot.group
    shards = {"NodeGroupConfiguration": [{"NodeGroupId": shard.id, "Slots": shard.slots} for shard in rg.shards]}
    return {
        "CacheNodeType": rg.node_type,
        "CacheParameterGroupName": rg.parameter_group,
        "CacheSubnetGroupName": rg.subnet_group,
        "Engine": rg.engine,
        "EngineVersion": rg.version,
        "Port": rg.port,
        **(shards if rg.cluster_enabled and not {"NumNodeGroups", "NodeGroupConfiguration"} & set(p) else {}),
        **p,
    }


async def create(region: Region, p: Parameters) -> Parameters:
    rg = _source(region, p)
    if rg.status != "available":
        raise invalid_state(f"Replication group {rg.id} has status {rg.status} which is not valid for a snapshot.")
    kms_key = await lookups.kms_key(region, p["KmsKeyId"]) if p.get("KmsKeyId") else None
    snapshot = begin(region, p["SnapshotName"], rg, tags.parse(p.get("Tags")))
    snapshot.kms_key = kms_key or snapshot.kms_key
    rg.settle("snapshotting")
    region.spawn(_take(region, snapshot, rg))
    return {"Snapshot": _view(region, snapshot)}


async def _take(region: Region, snapshot: Snapshot, rg: ReplicationGroup) -> None:
    try:
        await complete(region, snapshot, rg)
    finally:
        rg.settle("available")


def _source(region: Region, p: Parameters) -> ReplicationGroup:
    """The group to back up: by its id, or by a member of a group with cluster mode disabled."""
    if ("ReplicationGroupId" in p) == ("CacheClusterId" in p):
        raise invalid_combination("Exactly one of ReplicationGroupId and CacheClusterId must be given.")
    rg = find_group(region, p["ReplicationGroupId"]) if "ReplicationGroupId" in p else None
    rg = rg or find_member(region, p["CacheClusterId"])[0]
    if rg.cluster_enabled and "CacheClusterId" in p:
        raise invalid_combination(
            "With cluster mode enabled, snapshots are taken of the group: use ReplicationGroupId."
        )
    return rg


async def describe(region: Region, p: Parameters) -> Parameters:
    if name := p.get("SnapshotName"):
        found = [find(region, name)]
    else:
        found = [snapshot for _, snapshot in sorted(region.store.snapshots.items()) if _matches(snapshot, p)]
    with_configuration = bool(p.get("ShowNodeGroupConfig"))
    return page("Snapshots", [_view(region, snapshot, with_configuration) for snapshot in found], p, most=50)


def _matches(snapshot: Snapshot, p: Parameters) -> bool:
    rg = snapshot.group
    source = _SOURCES.get(p.get("SnapshotSource", ""), p.get("SnapshotSource"))
    return (
        source in (None, snapshot.source)
        and p.get("ReplicationGroupId", rg.id).lower() == rg.id
        and ("CacheClusterId" not in p or p["CacheClusterId"].lower() in [node.id for node in rg.nodes])
    )


async def copy(region: Region, p: Parameters) -> Parameters:
    """A second snapshot, or with TargetBucket an export: one object per node group."""
    source = find(region, p["SourceSnapshotName"])
    if source.status != "available":
        message = f"Snapshot {source.name} has status {source.status} which is not valid for a copy."
        raise ApiError("InvalidSnapshotState", message)
    new_tags = tags.parse(p.get("Tags"))
    kms_key = await lookups.kms_key(region, p["KmsKeyId"]) if p.get("KmsKeyId") else source.kms_key
    if p.get("TargetBucket"):
        target = replace(source, name=identifier(p["TargetSnapshotName"], "TargetSnapshotName", 255))
        await buckets.export(region, target, p["TargetBucket"])
        return {"Snapshot": _view(region, target)}
    target = replace(
        source, name=_new_name(region, p["TargetSnapshotName"]), source="manual", kms_key=kms_key, created=now()
    )
    target.status = "creating"
    _register(region, target, new_tags)
    region.spawn(_copy_files(region, source, target))
    return {"Snapshot": _view(region, target)}


async def _copy_files(region: Region, source: Snapshot, target: Snapshot) -> None:
    directory = _directory(region, target)
    files = {shard: Path(shutil.copy2(file, directory)) for shard, file in source.files.items()}
    await region.pause(SNAPSHOT_SECONDS)
    _finish(target, files)


async def delete(region: Region, p: Parameters) -> Parameters:
    snapshot = find(region, p["SnapshotName"])
    if snapshot.status not in ("available", "failed"):
        message = f"Snapshot {snapshot.name} has status {snapshot.status} which is not valid for deletion."
        raise ApiError("InvalidSnapshotState", message)
    _remove(region, snapshot)
    return {"Snapshot": _view(region, replace(snapshot, status="deleting"))}


def _remove(region: Region, snapshot: Snapshot) -> None:
    del region.store.snapshots[snapshot.name]
    region.store.tags.pop(_arn(region, snapshot), None)
    shutil.rmtree(_directory(region, snapshot), ignore_errors=True)


def forget_automatic(region: Region, rg: ReplicationGroup) -> None:
    """Automatic snapshots go with their group."""
    for snapshot in _automatic(region, rg):
        _remove(region, snapshot)


def _arn(region: Region, snapshot: Snapshot) -> str:
    return region.arn("snapshot", snapshot.name)


def _directory(region: Region, snapshot: Snapshot) -> Path:
    directory = region.settings.state_dir / "snapshots" / region.name / snapshot.name
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def _view(region: Region, snapshot: Snapshot, with_configuration: bool = True) -> Parameters:
    rg = snapshot.group
    return {
        "SnapshotName": snapshot.name,
        "ReplicationGroupId": rg.id,
        "ReplicationGroupDescription": rg.description,
        "SnapshotStatus": snapshot.status,
        "SnapshotSource": snapshot.source,
        "CacheNodeType": rg.node_type,
        "Engine": rg.engine,
        "EngineVersion": views.reported_version(rg),
        "PreferredMaintenanceWindow": rg.maintenance_window,
        "TopicArn": rg.topic_arn,
        "Port": rg.port,
        "CacheParameterGroupName": rg.parameter_group,
        "CacheSubnetGroupName": rg.subnet_group,
        "VpcId": region.store.subnet_groups[rg.subnet_group].vpc_id
        if rg.subnet_group in region.store.subnet_groups
        else None,
        "AutoMinorVersionUpgrade": rg.auto_minor_version_upgrade,
        "SnapshotRetentionLimit": rg.snapshot_retention,
        "SnapshotWindow": rg.snapshot_window,
        "NumNodeGroups": len(rg.shards),
        "AutomaticFailover": rg.automatic_failover,
        "NodeSnapshots": [_node_snapshot(snapshot, shard, with_configuration) for shard in rg.shards],
        "KmsKeyId": snapshot.kms_key,
        "ARN": _arn(region, snapshot),
        "DataTiering": "enabled" if rg.data_tiering else "disabled",
    }


def _node_snapshot(snapshot: Snapshot, shard: Shard, with_configuration: bool) -> Parameters:
    size = snapshot.sizes.get(shard.id)
    return {
        "CacheClusterId": shard.nodes[-1].id,
        "NodeGroupId": shard.id,
        "CacheNodeId": views.CACHE_NODE_ID,
        "NodeGroupConfiguration": _configuration(shard) if with_configuration else None,
        "CacheSize": f"{max(1, round(size / 2**20))} MB" if size else None,
        "CacheNodeCreateTime": shard.nodes[-1].created,
        "SnapshotCreateTime": snapshot.created,
    }


def _configuration(shard: Shard) -> Parameters:
    primary, *replicas = shard.nodes
    return {
        "NodeGroupId": shard.id,
        "Slots": shard.slots,
        "ReplicaCount": len(replicas),
        "PrimaryAvailabilityZone": primary.zone,
        "ReplicaAvailabilityZones": [node.zone for node in replicas],
    }


OPERATIONS: dict[str, Operation] = {
    "CopySnapshot": copy,
    "CreateSnapshot": create,
    "DeleteSnapshot": delete,
    "DescribeSnapshots": describe,
}
