# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for snapshots, and for what they are taken of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._aws.waiting import Deadline, Observation
from . import api
from .common import AnsibleElastiCacheError
from .replication_group_wait import EVENT_MINUTES, HOPELESS

FAILED = "failed"


@dataclass(frozen=True)
class Source:
    """Something that data is taken from: what it is called, its status, and where its events are."""

    noun: str
    status: Callable[[Any, str], str | None]
    events: str | None = None


def _group_status(client: Any, name: str) -> str | None:
    found = api.describe_replication_groups(client, ReplicationGroupId=name)
    return found[0]["Status"] if found else None


def _cluster_status(client: Any, name: str) -> str | None:
    found = api.describe_cache_clusters(client, CacheClusterId=name)
    return found[0]["CacheClusterStatus"] if found else None


def _snapshot_status(client: Any, name: str) -> str | None:
    found = api.describe_snapshots(client, SnapshotName=name)
    return found[0]["SnapshotStatus"] if found else None


SOURCES = {
    "replication_group_id": Source("replication group", _group_status, "replication-group"),
    "cache_cluster_id": Source("cache cluster", _cluster_status, "cache-cluster"),
    "source_snapshot_name": Source("snapshot", _snapshot_status),
}


def settle_source(client: Any, option: str, name: str, check_mode: bool, wait: bool, deadline: Deadline) -> None:
    """Wait until the source that I(option) names can be read: it has to be there, and ElastiCache snapshots nothing
    that is being changed."""
    source = SOURCES[option]
    status = source.status(client, name)
    if status is None:
        raise AnsibleElastiCacheError(message=f"There is no {source.noun} {name}. Correct {option}.")
    if status == "available" or check_mode:
        return
    if not wait:
        remedy = "Set wait to true, or run again when it is available."
        raise AnsibleElastiCacheError(message=f"{source.noun.capitalize()} {name} is {status}. {remedy}")
    deadline.wait(f"{source.noun} {name} to be available", lambda: _look_at_source(client, source, name))


def _look_at_source(client: Any, source: Source, name: str) -> Observation:
    status = source.status(client, name)
    if status is None:
        return Observation("gone", failure="it was deleted meanwhile")
    if status in (*HOPELESS, FAILED):
        return Observation(status, failure=f"it is {status}. {_events(client, source.events, name)}")
    return Observation(status, done=status == "available")


def wait_until(client: Any, name: str, statuses: Sequence[str], deadline: Deadline) -> None:
    """Wait until the snapshot has one of I(statuses), of which the first is hoped for."""
    last: list[Mapping[str, Any]] = [{}]

    def look() -> Observation:
        found = api.describe_snapshots(client, SnapshotName=name)
        if not found:
            return Observation("gone", failure=f"it is gone. {_reason(client, name, last[0])}")
        last[0] = found[0]
        return _judge(client, found[0], statuses)

    deadline.wait(f"snapshot {name} to be {statuses[0]}", look)


def _judge(client: Any, snapshot: Mapping[str, Any], statuses: Collection[str]) -> Observation:
    status, name = snapshot["SnapshotStatus"], snapshot["SnapshotName"]
    if status == FAILED and FAILED not in statuses:
        return Observation(status, failure=f"it has failed. {_reason(client, name, snapshot)}")
    return Observation(status, done=status in statuses)


def _reason(client: Any, name: str, snapshot: Mapping[str, Any]) -> str:
    return explain(client, name, snapshot.get("ReplicationGroupId"), snapshot.get("CacheClusterId"))


def wait_until_deleted(client: Any, name: str, deadline: Deadline) -> None:
    def look() -> Observation:
        status = _snapshot_status(client, name)
        return Observation(status) if status else Observation("deleted", done=True)

    deadline.wait(f"snapshot {name} to be deleted", look)


def explain(client: Any, name: str, group: str | None, cluster: str | None) -> str:
    """Return the texts of the events that name the snapshot. They are those of the group or cluster it was taken of."""
    if group or cluster:
        return _events(client, "replication-group" if group else "cache-cluster", group or cluster, name)
    return _events(client, None, None)


def _events(client: Any, kind: str | None, source: str | None, mentioned: str = "") -> str:
    request = {"SourceType": kind, "SourceIdentifier": source, "Duration": EVENT_MINUTES}
    events = api.describe_events(client, **request) if kind else []
    messages = [event["Message"] for event in events if mentioned in event["Message"]]
    return f"Events: {'; '.join(messages)}" if messages else "ElastiCache recorded no event that says why."
