# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshots can go, and why each goes or stays.

Automatic ones are ElastiCache's own: it deletes them by the retention of their group, and with the group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from .._aws.converge import converge
from .._aws.plan import Plan
from .._aws.shapes import step
from .._problems import Problem
from . import api
from .problems import refuse
from .snapshot_state import SOURCES, created

LIMITS = ("keep_last", "max_age_days")


@dataclass(frozen=True)
class Snapshot:
    """What decides over a snapshot; C(group) is what it was taken of."""

    name: str
    group: str
    age_days: float
    source: str = "manual"
    status: str = "available"


@dataclass(frozen=True)
class Limits:
    """A snapshot goes that is beyond the newest C(keep_last) of its group and has an age of C(max_age_days)."""

    keep_last: int = 1
    max_age_days: float = 0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Limits | None:
        """Return the limits that are set, C(None) when there are none and everything stays."""
        given = {name: options[name] for name in LIMITS if options.get(name) is not None}
        return cls(**given) if given else None


@dataclass(frozen=True)
class Rules:
    """The limits for groups that exist, and for those that do not any more; names that are considered."""

    living: Limits | None
    orphans: Limits | None
    existing: frozenset[str]
    name_pattern: str = "*"

    def limits(self, group: str) -> Limits | None:
        return self.living if group in self.existing else self.orphans

    def fate(self, group: str) -> str:
        return f"{group}, which {'exists' if group in self.existing else 'does not exist any more'}"


@dataclass(frozen=True)
class Decision:
    """Whether a snapshot goes, and why."""

    snapshot: Snapshot
    goes: bool
    reason: str


def decide(snapshots: Iterable[Snapshot], rules: Rules) -> list[Decision]:
    """Decide over every snapshot, newest first. One that is exempt does not count among the newest of its group."""
    decisions: list[Decision] = []
    counted: dict[str, int] = {}
    for snapshot in sorted(snapshots, key=lambda snapshot: (snapshot.age_days, snapshot.name)):
        limits, exempt = rules.limits(snapshot.group), exemption(snapshot, rules.name_pattern)
        if exempt or limits is None:
            reason = exempt or f"no limits are set for a group like {rules.fate(snapshot.group)}"
            decisions.append(Decision(snapshot, False, reason))
            continue
        rank = counted[snapshot.group] = counted.get(snapshot.group, 0) + 1
        decisions.append(measure(snapshot, rank, limits, rules.fate(snapshot.group)))
    return decisions


def exemption(snapshot: Snapshot, name_pattern: str) -> str | None:
    """Return why a snapshot is not considered, C(None) when it is."""
    if snapshot.source != "manual":
        return f"it is {snapshot.source}"
    if snapshot.status != "available":
        return f"it is {snapshot.status}"
    if not fnmatchcase(snapshot.name, name_pattern):
        return f"its name is not like {name_pattern}"
    return None


def measure(snapshot: Snapshot, rank: int, limits: Limits, group: str) -> Decision:
    """Hold the snapshot that is number I(rank) of its group, the newest being 1, against the limits."""
    age = f"{snapshot.age_days:.1f} days old"
    if rank <= limits.keep_last:
        return Decision(snapshot, False, f"it is one of the newest {limits.keep_last} of {group}")
    if snapshot.age_days < limits.max_age_days:
        return Decision(snapshot, False, f"it is {age}, less than {limits.max_age_days:g}")
    return Decision(snapshot, True, f"it is {age}, and not one of the newest {limits.keep_last} of {group}")


def prune(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Delete the snapshots beyond the limits in I(parameters); see the module for the options."""
    refuse(negative(parameters), "prune snapshots")
    clusters = api.describe_cache_clusters(client)
    rules = rules_of(parameters, [*_names(api.describe_replication_groups(client)), *_names(clusters)])
    decisions = decide(find(client, parameters["replication_group_id"], clusters), rules)
    pruned = [told(decision) for decision in decisions if decision.goes]
    kept = [told(decision) for decision in decisions if not decision.goes]
    plan = Plan(
        {"snapshots": sorted(entry["snapshot_name"] for entry in [*kept, *pruned])},
        {"snapshots": sorted(entry["snapshot_name"] for entry in kept)},
        tuple(step(client, "delete_snapshot", entry) for entry in pruned),
    )
    result, _ignored = converge(plan, {}, check_mode, lambda plan: api.apply_all(client, plan), dict)
    return {**result, "pruned": pruned, "kept": kept}


def negative(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    """A negative limit would delete everything."""
    for prefix, options in (("", parameters), ("orphans.", parameters["orphans"] or {})):
        for name in LIMITS:
            if (options.get(name) or 0) < 0:
                yield Problem(f"{prefix}{name}", options[name], "is negative", "Set 0 or more")


def rules_of(parameters: Mapping[str, Any], existing: Iterable[str]) -> Rules:
    orphans = Limits.of(parameters["orphans"] or {})
    return Rules(Limits.of(parameters), orphans, frozenset(existing), (parameters["name_pattern"] or "*").lower())


def _names(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A group is known by its own name, a cluster by the one of its group, if it has one."""
    return (resource.get("ReplicationGroupId") or resource["CacheClusterId"] for resource in resources)


def find(client: Any, group: str | None, clusters: Sequence[Mapping[str, Any]]) -> list[Snapshot]:
    """Return the manual snapshots of the region, or those of I(group)."""
    groups = dict(zip((cluster["CacheClusterId"] for cluster in clusters), _names(clusters), strict=True))
    found = api.describe_snapshots(client, SnapshotSource=SOURCES["manual"])
    snapshots = [_snapshot(snapshot, groups) for snapshot in found]
    return [snapshot for snapshot in snapshots if group is None or snapshot.group == group.lower()]


def _snapshot(snapshot: Mapping[str, Any], groups: Mapping[str, str]) -> Snapshot:
    """A snapshot may tell a cluster only; one that does not tell its time yet counts as new."""
    cluster = snapshot.get("CacheClusterId", "")
    now = datetime.now(UTC)
    return Snapshot(
        name=snapshot["SnapshotName"],
        group=snapshot.get("ReplicationGroupId") or groups.get(cluster, cluster),
        age_days=(now - (created(snapshot) or now)) / timedelta(days=1),
        source=snapshot["SnapshotSource"],
        status=snapshot["SnapshotStatus"],
    )


def told(decision: Decision) -> dict[str, Any]:
    snapshot = decision.snapshot
    return {
        "snapshot_name": snapshot.name,
        "group": snapshot.group,
        "age_days": round(snapshot.age_days, 1),
        "reason": decision.reason,
    }
