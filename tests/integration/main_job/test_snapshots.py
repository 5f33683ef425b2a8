# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a backup: taken, drilled, restored after its deployment is gone, pruned. The tests tell one story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from integration.main_job.job import Job, Run, four_times
from redis import RedisCluster

from sandbox.testing import running_sandbox

pytestmark = pytest.mark.extended

NAME = "accessweaver-dev-redis"
KEYS = {f"key:{number}": f"value {number}" for number in range(10_000)}
EXPIRING = 2_000
CLUSTER = {
    "elasticache_redis_cluster_mode": True,
    "elasticache_redis_num_node_groups": 2,
    "elasticache_redis_automatic_failover_enabled": True,
}


@dataclass(frozen=True)
class Story:
    """A deployment with two shards, and the playbooks that are run for it."""

    job: Job

    @property
    def elasticache(self) -> Any:
        return self.job.sandbox.client("elasticache")

    def run(self, playbook: str, *arguments: str, **variables: Any) -> tuple[Run, list[str]]:
        """How a playbook ended, and the operations that changed something."""
        seen = len(self.job.sandbox.calls())
        run = self.job.run(f"playbooks/{playbook}.yml", "--limit", "dev", *arguments, **CLUSTER, **variables)
        return run, self.job.calls(since=seen)

    def four_times(self, playbook: str, **variables: Any) -> list[str]:
        return four_times(self.run, playbook, "dev", **variables)

    def connect(self) -> RedisCluster:
        group = self.elasticache.describe_replication_groups(ReplicationGroupId=NAME)["ReplicationGroups"][0]
        secret = f"elasticache/{NAME}/auth-token"
        token = self.job.sandbox.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        place = group["ConfigurationEndpoint"]
        ca_file = str(self.job.sandbox.settings.state_dir / "ca.pem")
        return RedisCluster(
            place["Address"], place["Port"], password=token, ssl=True, ssl_ca_certs=ca_file, decode_responses=True
        )

    def write(self) -> None:
        with self.connect() as cache, cache.pipeline() as pipeline:
            for number, (key, value) in enumerate(KEYS.items()):
                pipeline.set(key, value, ex=3600 if number < EXPIRING else None)
            pipeline.execute()

    def held(self) -> dict[str, str]:
        with self.connect() as cache:
            keys = list(cache.scan_iter(count=1000))
            return dict(zip(keys, cache.mget_nonatomic(keys), strict=True))

    def groups(self) -> list[str]:
        return [
            group["ReplicationGroupId"] for group in self.elasticache.describe_replication_groups()["ReplicationGroups"]
        ]

    def snapshots(self) -> list[str]:
        return sorted(found["SnapshotName"] for found in self.elasticache.describe_snapshots()["Snapshots"])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running_sandbox(tmp_path_factory.mktemp("snapshots")) as running:
        story = Story(Job(running))
        run, _ = story.run("provision")
        assert run.code == 0, run.output
        story.write()
        yield story


def test_a_backup_knows_how_many_keys_it_holds(story):
    assert story.four_times("backup", elasticache_redis_backup_name="monday") == ["CreateSnapshot"]
    arn = story.elasticache.describe_snapshots(SnapshotName="monday")["Snapshots"][0]["ARN"]
    tags = {tag["Key"]: tag["Value"] for tag in story.elasticache.list_tags_for_resource(ResourceName=arn)["TagList"]}
    assert (tags["accessweaver:keys"], tags["accessweaver:expiring-keys"]) == (str(len(KEYS)), str(EXPIRING))
    assert tags["Name"] == NAME


def test_backups_without_a_name_have_one_of_their_own(story):
    run, calls = story.run("backup")
    assert (run.code, calls) == (0, ["CreateSnapshot"]), run.output
    (name,) = set(story.snapshots()) - {"monday"}
    assert name.startswith(f"{NAME}-backup-2")


def test_a_drill_restores_counts_and_leaves_nothing(story):
    run, calls = story.run("restore_drill", "--check")
    assert (run.code, calls) == (0, []), run.output
    run, calls = story.run("restore_drill", elasticache_redis_drill_snapshot_name="monday")
    assert run.code == 0, run.output
    assert calls == ["CreateReplicationGroup", "DeleteReplicationGroup"]
    assert story.groups() == [NAME]
    found = dict(run.results("dev"))["restore_drill | compare | Show what was found"]["elasticache_redis_restore_drill"]
    counts = {name: value for name, value in found.items() if name.endswith("_keys")}
    assert counts == {
        "expected_keys": 10_000,
        "expiring_keys": 2_000,
        "fewest_keys": 7_600,
        "most_keys": 10_500,
        "restored_keys": 10_000,
        "live_keys": 10_000,
    }


def test_a_failing_drill_fails_loudly_and_leaves_nothing(story):
    arn = story.elasticache.describe_snapshots(SnapshotName="monday")["Snapshots"][0]["ARN"]
    lie = {"Key": "accessweaver:keys", "Value": "20000"}
    story.elasticache.add_tags_to_resource(ResourceName=arn, Tags=[lie])
    run, calls = story.run("restore_drill", elasticache_redis_drill_snapshot_name="monday")
    assert run.code != 0
    (message,) = [result["msg"] for _, result in run.results("dev") if result.get("failed")]
    assert "brought back 10000 keys, expected were 17100 to 21000: 20000 counted at the time of the snapshot" in message
    assert calls[-1] == "DeleteReplicationGroup"
    assert story.groups() == [NAME]


def test_a_drill_takes_no_replication_group_for_its_own(story):
    run, calls = story.run("restore_drill", elasticache_redis_drill_replication_group_id=NAME)
    (message,) = [result["msg"] for _, result in run.results("dev") if result.get("failed")]
    assert "exists and is no restore drill" in message
    assert calls == []


def test_nothing_is_restored_over_a_deployment(story):
    run, calls = story.run("restore", elasticache_redis_snapshot_name="monday")
    (message,) = [result["msg"] for _, result in run.results("dev") if result.get("failed")]
    assert "data are loaded into a new replication group only" in message
    assert calls == []


def test_ten_thousand_keys_survive_snapshot_destroy_restore(story):
    run, _ = story.run("destroy")
    assert (run.code, story.groups()) == (0, []), run.output
    calls = story.four_times("restore", elasticache_redis_snapshot_name="monday")
    assert "CreateReplicationGroup" in calls
    assert story.held() == KEYS


def test_prune_keeps_the_newest(story):
    newest = [name for name in story.snapshots() if "-final-" in name]
    limits = {"elasticache_redis_prune_keep_last": 1, "elasticache_redis_prune_max_age_days": 0}
    assert story.four_times("prune_snapshots", **limits) == ["DeleteSnapshot"] * 2
    assert story.snapshots() == newest
