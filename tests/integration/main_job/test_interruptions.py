# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs that are killed after each of their steps, one after the other: each next run goes on where the last one ended.

A step is the first call that changes something of its kind: an operation, with the members of its request where the
same operation is called for different things. The tests tell one story.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
from integration.main_job.job import READING, ROOT, Job, create_key

from sandbox.testing import running_sandbox

NAME = "accessweaver-dev-redis"
KEY = "alias/caches"
DECLARED = {
    "elasticache_redis_enable_engine_log": True,
    "elasticache_redis_kms_key_id": KEY,
    "elasticache_redis_monthly_budget": 20,
}
SCALED = {
    **DECLARED,
    "elasticache_redis_automatic_failover_enabled": True,
    "elasticache_redis_custom_parameters": {"timeout": "100"},
    "elasticache_redis_node_type_override": "cache.t3.small",
    "elasticache_redis_replicas_per_node_group": 2,
    "elasticache_redis_snapshot_retention_limit": 9,
}
CREATED = (
    "CreateBudget",
    "CreateCacheParameterGroup",
    "CreateCacheSubnetGroup",
    "CreateLogGroup",
    "CreateReplicationGroup",
    "CreateSecret",
    "CreateSecurityGroup",
)
LOGS = {kind: f"/aws/vendedlogs/elasticache/{NAME}/{kind}" for kind in ("slow-log", "engine-log")}
MOST_RUNS = 40
# Operations that are called for different things.
SEVERAL = ("ModifyReplicationGroup", "ModifyCacheParameterGroup")
Step = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Story:
    """A deployment with one node, whose playbooks are killed."""

    job: Job

    @property
    def elasticache(self) -> Any:
        return self.job.sandbox.client("elasticache")

    @property
    def key_arn(self) -> str:
        return str(self.job.sandbox.client("kms").describe_key(KeyId=KEY)["KeyMetadata"]["Arn"])

    def group(self) -> dict[str, Any]:
        (group,) = self.elasticache.describe_replication_groups()["ReplicationGroups"]
        return dict(group)

    def log_groups(self) -> list[str]:
        found = self.job.sandbox.client("logs").describe_log_groups()["logGroups"]
        return sorted(group["logGroupName"] for group in found)

    def killed_after_each_step(self, playbook: str, **variables: Any) -> list[str]:
        """Run a playbook until it is through, killed after each kind of call that no run before it has made."""
        since, survived = len(self.job.sandbox.calls()), set[Step]()
        for _run in range(MOST_RUNS):
            command = self.job.command(f"playbooks/{playbook}.yml", "--limit", "dev", **variables)
            # Ansible's report would fill a pipe that nobody reads.
            run = subprocess.Popen(command, cwd=ROOT, env=self.job.environment, stdout=subprocess.DEVNULL)
            while run.poll() is None and survived.issuperset(self.steps(since)):
                time.sleep(0.02)
            if run.poll() is not None:
                assert run.returncode == 0
                return self.job.calls(since)
            kill(run.pid)
            survived.update(self.steps(since))
        raise AssertionError(f"{playbook} was not through after {MOST_RUNS} runs.")

    def begin(self) -> None:
        """Nothing is there but a key."""
        sandbox = self.job.sandbox
        sandbox.reset()
        sandbox.client("kms").create_alias(AliasName=KEY, TargetKeyId=create_key(sandbox).rpartition("/")[2])

    def killed_once(self, operation: str, playbook: str, **variables: Any) -> None:
        """Run a playbook until it has called the operation, and kill it."""
        command = self.job.command(f"playbooks/{playbook}.yml", "--limit", "dev", **variables)
        run = subprocess.Popen(command, cwd=ROOT, env=self.job.environment, stdout=subprocess.DEVNULL)
        while operation not in self.job.calls():
            assert run.poll() is None, f"{playbook} ended before it called {operation}."
            time.sleep(0.02)
        kill(run.pid)

    def steps(self, since: int) -> set[Step]:
        """The kinds of call so far."""
        made = self.job.sandbox.calls(since=since)
        writing = [(name, request) for name, request in made if not name.startswith(READING)]
        return {(name, frozenset(request) if name in SEVERAL else frozenset()) for name, request in writing}

    def assert_nothing_is_left_to_do(self, playbook: str, **variables: Any) -> None:
        run = self.job.run(f"playbooks/{playbook}.yml", "--limit", "dev", **variables)
        assert (run.code, run.changed) == (0, {"dev": 0}), run.output


def kill(pid: int) -> None:
    """Kill a process and all that it started; Ansible's workers are in sessions of their own."""
    root = psutil.Process(pid)
    family = [root, *root.children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """With caches that take a moment to come up, so that runs are killed while they wait, too."""
    with running_sandbox(tmp_path_factory.mktemp("interruptions"), time_scale=0.001) as running:
        yield Story(Job(running))


def test_a_creation_that_is_killed_while_the_cache_comes_up(story):
    story.begin()
    story.killed_once("CreateReplicationGroup", "provision", **DECLARED)
    run = story.job.run("playbooks/provision.yml", "--limit", "dev", **DECLARED)
    assert run.code == 0, run.output
    assert story.job.calls().count("CreateReplicationGroup") == 1
    assert story.group()["Status"] == "available"


@pytest.mark.extended
def test_a_creation(story):
    story.begin()
    calls = story.killed_after_each_step("provision", **DECLARED)
    assert {call: calls.count(call) for call in CREATED} == {**dict.fromkeys(CREATED, 1), "CreateLogGroup": len(LOGS)}
    assert story.group()["Status"] == "available"
    assert story.group()["KmsKeyId"] == story.key_arn
    logs = {log["LogType"]: log["DestinationDetails"] for log in story.group()["LogDeliveryConfigurations"]}
    assert {kind: details["CloudWatchLogsDetails"]["LogGroup"] for kind, details in logs.items()} == LOGS
    assert story.log_groups() == sorted(LOGS.values())
    story.assert_nothing_is_left_to_do("provision", **DECLARED)


@pytest.mark.extended
def test_a_scaling(story):
    calls = story.killed_after_each_step("provision", **SCALED)
    assert {"IncreaseReplicaCount", "ModifyCacheParameterGroup", "ModifyReplicationGroup"} <= set(calls)
    group = story.group()
    assert (len(group["MemberClusters"]), group["CacheNodeType"]) == (3, "cache.t3.small")
    assert (group["SnapshotRetentionLimit"], group["AutomaticFailover"]) == (9, "enabled")
    story.assert_nothing_is_left_to_do("provision", **SCALED)


@pytest.mark.extended
def test_a_destruction(story):
    calls = story.killed_after_each_step("destroy", **SCALED)
    assert calls.count("DeleteReplicationGroup") == 1
    assert story.elasticache.describe_replication_groups()["ReplicationGroups"] == []
    assert story.elasticache.describe_cache_subnet_groups()["CacheSubnetGroups"] == []
    assert story.job.sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert story.log_groups() == []
    (snapshot,) = story.elasticache.describe_snapshots()["Snapshots"]
    assert snapshot["SnapshotName"].startswith(f"{NAME}-final-")
    story.assert_nothing_is_left_to_do("destroy", **SCALED)
