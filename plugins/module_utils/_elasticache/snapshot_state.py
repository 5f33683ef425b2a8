# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What snapshots there are, in the vocabulary of the modules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._aws.shapes import from_api
from . import api

# DescribeSnapshots is asked for the source by other words than it answers.
SOURCES = {"automated": "system", "manual": "user"}
FILTERS = {
    "snapshot_name": "SnapshotName",
    "replication_group_id": "ReplicationGroupId",
    "cache_cluster_id": "CacheClusterId",
}


def created(snapshot: Mapping[str, Any]) -> datetime | None:
    """When the last shard was done; C(None) while none is."""
    nodes = snapshot.get("NodeSnapshots", ())
    return max((node["SnapshotCreateTime"] for node in nodes if "SnapshotCreateTime" in node), default=None)


def current(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Translate what DescribeSnapshots says of one snapshot."""
    return {**from_api(snapshot), "snapshot_create_time": from_api(created(snapshot))}


def read(client: Any, name: str) -> dict[str, Any]:
    """Return the snapshot, C({}) when there is none."""
    found = api.describe_snapshots(client, SnapshotName=name, ShowNodeGroupConfig=True)
    return _with_tags(client, found[0]) if found else {}


def _with_tags(client: Any, snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """One that is being deleted may be gone before its tags are asked for."""
    tags = {} if snapshot["SnapshotStatus"] == "deleting" else api.list_tags(client, snapshot["ARN"])
    return {**current(snapshot), "tags": tags}


def inform(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Read the snapshots that I(parameters) ask for, newest first."""
    request = {member: parameters[option].lower() for option, member in FILTERS.items() if parameters[option]}
    if parameters["snapshot_source"]:
        request["SnapshotSource"] = SOURCES[parameters["snapshot_source"]]
    found = api.describe_snapshots(client, ShowNodeGroupConfig=True, **request)
    snapshots = [_with_tags(client, snapshot) for snapshot in found]
    return {"changed": False, "snapshots": sorted(snapshots, key=_age_order, reverse=True)}


def _age_order(snapshot: Mapping[str, Any]) -> tuple[bool, str]:
    """One that is not done yet is the newest."""
    time = snapshot["snapshot_create_time"]
    return time is None, time or snapshot["snapshot_name"]
