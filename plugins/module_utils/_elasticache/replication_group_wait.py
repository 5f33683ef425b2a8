# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a replication group and every member of it.

botocore's C(replication_group_available) waits ten minutes, does not look at members and polls a group in
C(create-failed) to the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from .._aws.waiting import Deadline, Observation
from . import api
from .replication_group_fields import Observed
from .replication_group_state import observe, pending

HOPELESS = ("create-failed", "restore-failed", "incompatible-network", "incompatible-parameters")
EVENT_MINUTES = 60  # how far back an explanation is looked for


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
    settled = set(statuses) == {"available"}
    return Observation(summarize(observed, missing if settled else []), done=settled and not missing)


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


def explain(client: Any, observed: Observed) -> str:
    """Return the texts of the events of the group and its members: the API gives no other reason."""
    sources = [("replication-group", observed.group["ReplicationGroupId"])]
    sources += [("cache-cluster", name) for name in observed.group.get("MemberClusters", ())]
    messages = [
        event["Message"]
        for kind, name in sources
        for event in api.describe_events(client, SourceType=kind, SourceIdentifier=name, Duration=EVENT_MINUTES)
    ]
    return f"Events: {'; '.join(messages)}" if messages else "ElastiCache recorded no event that says why."
