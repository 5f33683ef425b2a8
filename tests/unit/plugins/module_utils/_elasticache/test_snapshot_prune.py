# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pruning of snapshots: what always holds, and what is said of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.snapshot_prune import (
    Limits,
    Rules,
    Snapshot,
    decide,
    prune,
)

AGES = st.floats(0, 1000)
GROUPS = st.sampled_from(["here", "there", "gone", "long-gone"])
LIMITS = st.none() | st.builds(Limits, keep_last=st.integers(0, 4), max_age_days=st.just(0) | AGES)
SNAPSHOTS = st.lists(
    st.builds(
        Snapshot,
        name=st.text("ab-", min_size=1, max_size=12),
        group=GROUPS,
        age_days=AGES,
        source=st.sampled_from(["manual", "manual", "manual", "automated"]),
        status=st.sampled_from(["available", "available", "available", "creating", "deleting", "failed"]),
    ),
    unique_by=lambda snapshot: snapshot.name,
    max_size=30,
)
RULES = st.builds(
    Rules,
    living=LIMITS,
    orphans=LIMITS,
    existing=st.just(frozenset({"here", "there"})),
    name_pattern=st.sampled_from(["*", "a*"]),
)


def considered(snapshots: list[Snapshot], rules: Rules, group: str) -> list[Snapshot]:
    """The snapshots of a group that rules speak of, newest first; told apart without the code under test."""
    mine = [
        snapshot
        for snapshot in snapshots
        if snapshot.group == group
        and (snapshot.source, snapshot.status) == ("manual", "available")
        and (rules.name_pattern == "*" or snapshot.name.startswith("a"))
    ]
    return sorted(mine, key=lambda snapshot: (snapshot.age_days, snapshot.name))


@given(SNAPSHOTS, RULES)
def test_every_snapshot_is_decided_once_with_a_reason(snapshots, rules):
    decisions = decide(snapshots, rules)
    assert sorted(decision.snapshot.name for decision in decisions) == sorted(snapshot.name for snapshot in snapshots)
    assert all(decision.reason for decision in decisions)


@given(SNAPSHOTS, RULES)
def test_only_manual_available_ones_of_the_pattern_ever_go(snapshots, rules):
    for decision in decide(snapshots, rules):
        if decision.goes:
            assert decision.snapshot in considered(snapshots, rules, decision.snapshot.group)


@given(SNAPSHOTS, RULES)
def test_the_newest_survive_and_no_more_than_the_limits_keep(snapshots, rules):
    going = {decision.snapshot.name for decision in decide(snapshots, rules) if decision.goes}
    for group in ("here", "there", "gone", "long-gone"):
        limits = rules.living if group in rules.existing else rules.orphans
        mine = considered(snapshots, rules, group)
        if limits is None:
            assert not going & {snapshot.name for snapshot in mine}
            continue
        newest, rest = mine[: limits.keep_last], mine[limits.keep_last :]
        assert not going & {snapshot.name for snapshot in newest}
        assert {snapshot.name for snapshot in rest if snapshot.age_days >= limits.max_age_days} == going & {
            snapshot.name for snapshot in rest
        }


@given(SNAPSHOTS, RULES)
def test_what_has_been_pruned_is_not_pruned_again(snapshots, rules):
    survivors = [decision.snapshot for decision in decide(snapshots, rules) if not decision.goes]
    assert not any(decision.goes for decision in decide(survivors, rules))


ARN = "arn:aws:elasticache:eu-west-1:123456789012:snapshot:"
PARAMETERS = {
    "keep_last": 1,
    "max_age_days": None,
    "orphans": {"keep_last": 0, "max_age_days": 30},
    "replication_group_id": None,
    "name_pattern": None,
}


def described(name: str, days: float, **change: Any) -> dict[str, Any]:
    node = {"SnapshotCreateTime": datetime.now(UTC) - timedelta(days=days)}
    return {
        "SnapshotName": name,
        "SnapshotStatus": "available",
        "SnapshotSource": "manual",
        "NodeSnapshots": [node],
        **change,
    }


FOUND = [
    described("demo-new", 1, ReplicationGroupId="demo"),
    described("demo-old", 40, ReplicationGroupId="demo"),
    described("member-older", 50, CacheClusterId="demo-002"),
    described("gone-new", 2, ReplicationGroupId="gone"),
    described("gone-old", 31.04, ReplicationGroupId="gone"),
    described("under-way", 0, ReplicationGroupId="demo", SnapshotStatus="creating", NodeSnapshots=[]),
]


@pytest.fixture
def region(stubbed):
    client, stubber = stubbed("elasticache")
    cluster = {"CacheClusterId": "demo-002", "ReplicationGroupId": "demo"}
    stubber.add_response("describe_cache_clusters", {"CacheClusters": [cluster]}, {})
    stubber.add_response("describe_replication_groups", {"ReplicationGroups": [{"ReplicationGroupId": "demo"}]}, {})
    stubber.add_response("describe_snapshots", {"Snapshots": FOUND}, {"SnapshotSource": "user"})
    return client, stubber


REASONS = {
    "gone-old": "it is 31.0 days old, and not one of the newest 0 of gone, which does not exist any more",
    "demo-old": "it is 40.0 days old, and not one of the newest 1 of demo, which exists",
    "member-older": "it is 50.0 days old, and not one of the newest 1 of demo, which exists",
}
KEPT = {
    "under-way": "it is creating",
    "demo-new": "it is one of the newest 1 of demo, which exists",
    "gone-new": "it is 2.0 days old, less than 30",
}


@pytest.mark.parametrize("check_mode", [True, False])
def test_each_is_told_with_its_reason(region, check_mode):
    client, stubber = region
    for name in () if check_mode else REASONS:
        stubber.add_response("delete_snapshot", {}, {"SnapshotName": name})
    result = prune(client, PARAMETERS, check_mode)
    assert {entry["snapshot_name"]: entry["reason"] for entry in result["pruned"]} == REASONS
    assert {entry["snapshot_name"]: entry["reason"] for entry in result["kept"]} == KEPT
    assert result["operations"] == ["delete_snapshot"] * 3
    assert result["diff"] == {
        "before": {"snapshots": sorted([*REASONS, *KEPT])},
        "after": {"snapshots": sorted(KEPT)},
    }


NARROWED = {
    "a group that exists": ({"replication_group_id": "Demo"}, {"demo-old", "member-older"}),
    "a name": ({"name_pattern": "DEMO-*"}, {"demo-old"}),
    "no limits for orphans": ({"orphans": None}, {"demo-old", "member-older"}),
    "orphans alone": ({"keep_last": None}, {"gone-old"}),
    "by age, which never takes the last": (
        {"keep_last": None, "max_age_days": 0, "orphans": None},
        set(REASONS) - {"gone-old"},
    ),
}


@pytest.mark.parametrize(("change", "names"), NARROWED.values(), ids=NARROWED)
def test_what_the_options_narrow(region, change, names):
    result = prune(region[0], {**PARAMETERS, **change}, True)
    assert {entry["snapshot_name"] for entry in result["pruned"]} == names


@pytest.mark.parametrize("change", [{"keep_last": -1}, {"orphans": {"keep_last": None, "max_age_days": -1}}])
def test_negative_limits_are_refused_before_anything_is_asked(stubbed, change):
    with pytest.raises(AnsibleAWSError, match="is negative"):
        prune(stubbed("elasticache")[0], {**PARAMETERS, **change}, False)
