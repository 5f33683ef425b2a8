# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a replication group and every member of it.

botocore's C(replication_group_available) waits ten minutes, does not look at members and polls a group in
C(create-failed) to the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from .._aws.waiting import Deadline, Observation
from . import api
from .replication_group_fields import Observed
from .replication_group_state import observe, pending

CREATE_FAILED = "create-failed"
HOPELESS = (CREATE_FAILED, "restore-failed", "incompatible-network", "incompatible-parameters")
EVENT_MINUTES = 14 * 24 * 60  # how far back an explanation is looked for: as long as ElastiCache keeps events
MOST_EVENTS = 10


def wait_until_available(
    client: Any, name: str, deadline: Deadline, reached: Callable[[Observed], list[str]] = lambda observed: []
) -> Observed:
    """Wait until the group and all its members are available and nothing is missing that I(reached) names.

    AWS reports C(available) for some seconds after it accepted a change, so the status alone does not say that it was
    carried out.
    """
    last: list[Observed] = []

    def look() -> Observation:
        observed = observe(client, name)
        if observed is None:
            return Observation("gone", failure=f"{name} was deleted meanwhile")
        last[:] = [observed]
        return judge(client, observed, reached(observed))

    deadline.wait(f"replication group {name} to be available", look)
    return last[0]


def judge(client: Any, observed: Observed, missing: list[str]) -> Observation:
    statuses = [observed.group["Status"], *(cluster["CacheClusterStatus"] for cluster in observed.clusters)]
    failed = next((status for status in statuses if status in HOPELESS), None)
    if failed:
        return Observation(failed, failure=f"it is {failed}. {explain(client, observed)}")
    settled = set(statuses) == {"available"} and observed.tags is not None
    if settled and missing:  # AWS is about to begin, or has given up
        return Observation(summarize(observed, missing), explain=partial(explain, client, observed))
    return Observation(summarize(observed, []), done=settled)


def summarize(observed: Observed, missing: list[str]) -> str:
    """Say in words where the group is: its status, its members by status, what is not as declared yet, what is
    pending."""
    members = Counter(cluster["CacheClusterStatus"] for cluster in observed.clusters)
    parts = [observed.group["Status"], *(f"{count} nodes {status}" for status, count in sorted(members.items()))]
    if missing:
        parts.append(f"not there yet: {', '.join(missing)}")
    if pending(observed):
        parts.append(f"pending: {', '.join(sorted(pending(observed)))}")
    return ", ".join(parts)


def wait_until_deleted(client: Any, name: str, deadline: Deadline) -> None:
    """botocore's waiter fails when it still reads C(available), which happens right after the call."""

    def look() -> Observation:
        found = api.describe_replication_groups(client, ReplicationGroupId=name)
        return Observation(found[0]["Status"]) if found else Observation("deleted", done=True)

    deadline.wait(f"replication group {name} to be deleted", look)


def wait_until_gone(client: Any, name: str, snapshot: str | None, deadline: Deadline) -> None:
    """Wait until the last snapshot of a group, if it has one, is there, and the group is gone."""
    if snapshot:
        wait_until_saved(client, name, snapshot, deadline)
    wait_until_deleted(client, name, deadline)


def wait_until_saved(client: Any, group: str, snapshot: str, deadline: Deadline) -> None:
    """Wait for the final snapshot of a group that is being deleted."""

    def look() -> Observation:
        found = api.describe_snapshots(client, SnapshotName=snapshot)
        if not found:
            gone = not api.describe_replication_groups(client, ReplicationGroupId=group)
            return Observation("not begun", failure=f"{group} went without it" if gone else None)
        status = found[0]["SnapshotStatus"]
        if status == "failed":
            reasons = "; ".join(_events(client, "replication-group", [group]))
            return Observation(status, failure=f"it has failed. Events: {reasons}")
        return Observation(status, done=status == "available")

    deadline.wait(f"final snapshot {snapshot} to be available", look)


def explain(client: Any, observed: Observed) -> str:
    """Return the texts of the events of the group and its members: the API gives no other reason. For a lack of
    capacity, also the availability zones that are left."""
    group, since = [observed.group["ReplicationGroupId"]], observed.group.get("ReplicationGroupCreateTime")
    members = observed.group.get("MemberClusters", ())
    reasons = _events(client, "replication-group", group, since) + _events(client, "cache-cluster", members, since)
    if not reasons:
        return "ElastiCache recorded no event that says why."
    return f"Events: {'; '.join(reasons)}.{_zones_left(client, observed, reasons)}"


def _events(client: Any, kind: str, names: Iterable[str], since: datetime | None = None) -> list[str]:
    """Return the latest texts; what is older than I(since) belongs to another group of the same name."""
    requests = ({"SourceType": kind, "SourceIdentifier": name, "Duration": EVENT_MINUTES} for name in names)
    events = [event for request in requests for event in api.describe_events(client, **request)]
    own = [event for event in events if not (since and "Date" in event) or event["Date"] >= since]
    latest = sorted(own, key=lambda event: str(event.get("Date")))[-MOST_EVENTS:]
    return [event["Message"].rstrip(".") for event in latest]


def _zones_left(client: Any, observed: Observed, reasons: Sequence[str]) -> str:
    short = [reason for reason in reasons if "capacity" in reason.lower()]
    if not short or "CacheSubnetGroupName" not in observed.member:
        return ""
    groups = api.describe_cache_subnet_groups(client, CacheSubnetGroupName=observed.member["CacheSubnetGroupName"])
    zones = {subnet["SubnetAvailabilityZone"]["Name"] for group in groups for subnet in group["Subnets"]}
    left = sorted(zone for zone in zones if not any(zone in reason for reason in short))
    return f" Zones of its subnets that are not named: {', '.join(left)}." if left else ""
