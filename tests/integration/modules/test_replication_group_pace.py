# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group on a sandbox that takes its time, as AWS does: what is under way refuses changes, is not always
called so, and hides its tags. The module waits for each step, and a step is never made twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from integration.modules.groups import (
    AUTH,
    CLUSTER_WITH_REPLICA,
    REPLICATED,
    SINGLE,
    TOKEN,
    Life,
    declare,
    prepared,
)
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import replication_group
from sandbox.testing import running_sandbox

SCALE = 0.002  # a creation of ten minutes takes 1.2 s, a change is not seen for 20 ms


@pytest.fixture(scope="module")
def slow_sandbox(tmp_path_factory: pytest.TempPathFactory):
    with running_sandbox(tmp_path_factory.mktemp("pace"), time_scale=SCALE) as running:
        yield running


@pytest.fixture
def life(slow_sandbox, monkeypatch: pytest.MonkeyPatch) -> Life:
    monkeypatch.setattr(
        "ansible_collections.accessweaver.elasticache.plugins.module_utils._aws.waiting.FIRST_PAUSE", 0.02
    )
    slow_sandbox.reset()
    return prepared(slow_sandbox)


CHANGES = {
    "a setting, a node type and a version": (
        {**SINGLE, "engine_version": "7.0"},
        {
            "replication_group_description": "New",
            "cache_node_type": "cache.t3.small",
            "engine_version": "7.1",
            "tags": {"Team": "x"},
        },
        ["modify_replication_group"] * 3 + ["add_tags_to_resource"],
    ),
    "a replica, failover and a token": (
        {**SINGLE, **AUTH},
        {**REPLICATED, "auth_token": TOKEN, "deletion_protection": True},
        ["increase_replica_count", "modify_replication_group", "add_tags_to_resource"],
    ),
    "shards and replicas": (
        CLUSTER_WITH_REPLICA,
        {"num_node_groups": 2, "replicas_per_node_group": 0},
        ["modify_replication_group_shard_configuration", "decrease_replica_count"],
    ),
}


@pytest.mark.parametrize(("base", "change", "operations"), CHANGES.values(), ids=CHANGES)
def test_every_step_waits_for_the_one_before(life, base, change, operations):
    life.create(**base)
    done = four_times(life.running, replication_group.ensure, life.clients, declare(**change))
    assert done["operations"] == operations
    assert not life.ensure(**change)["changed"]


def test_a_run_that_meets_a_change_under_way_waits_and_predicts_nothing_twice(life):
    life.create(**SINGLE)
    life.client.modify_replication_group(
        ReplicationGroupId="life", CacheNodeType="cache.t3.small", ApplyImmediately=True
    )
    assert not life.ensure(cache_node_type="cache.t3.small")["changed"]


def test_another_run_at_the_same_time_makes_the_same(life):
    life.create(**SINGLE)
    wanted = {"num_cache_clusters": 2, "tags": {"Team": "x"}}
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(life.ensure, **wanted) for _run in range(2)]
        assert True in [run.result()["changed"] for run in runs]  # and none has failed
    assert not life.ensure(**wanted)["changed"]
    assert len(life.described()["MemberClusters"]) == 2


def test_a_deletion_that_was_interrupted_is_through_when_its_snapshot_is_there(life):
    life.create(**SINGLE)
    life.ensure(state="absent", wait=False)
    result = life.ensure(state="absent")
    (snapshot,) = life.client.describe_snapshots(SnapshotSource="user")["Snapshots"]
    assert (result["changed"], result["final_snapshot_identifier"]) == (False, snapshot["SnapshotName"])
    assert snapshot["SnapshotStatus"] == "available"
    assert not life.exists()
