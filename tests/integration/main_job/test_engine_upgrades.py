# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment whose engine grows up: Redis 6.2, Redis 7.1, Valkey. The tests tell one story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from integration.main_job.job import Job, Run, four_times
from redis import Redis

from sandbox.testing import running_sandbox

pytestmark = pytest.mark.extended

NAME = "accessweaver-dev-redis"
KEYS = {f"key:{number}": f"value {number}" for number in range(1000)}
OLD = {"elasticache_redis_engine_version": "6.2"}
# What is declared; then engine, version and parameter group as they are read back.
UPGRADES: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "to Redis 7.1": ({"elasticache_redis_engine_version": "7.1"}, ("redis", "7.1", "redis7")),
    "to Valkey": ({"elasticache_redis_engine": "valkey"}, ("valkey", "8.2", "valkey8")),
}


@dataclass(frozen=True)
class Story:
    """A deployment with one node, and the playbooks that are run for it."""

    job: Job

    @property
    def elasticache(self) -> Any:
        return self.job.sandbox.client("elasticache")

    def run(self, playbook: str, *arguments: str, **variables: Any) -> tuple[Run, list[str]]:
        """How a playbook ended, and the operations that changed something."""
        seen = len(self.job.sandbox.calls())
        run = self.job.run(f"playbooks/{playbook}.yml", "--limit", "dev", *arguments, **variables)
        assert run.code == 0, run.output
        return run, self.job.calls(since=seen)

    def four_times(self, playbook: str, **variables: Any) -> list[str]:
        return four_times(self.run, playbook, "dev", **variables)

    def parameter_groups(self) -> list[str]:
        found = self.elasticache.describe_cache_parameter_groups()["CacheParameterGroups"]
        return [
            group["CacheParameterGroupName"] for group in found if group["CacheParameterGroupName"].startswith(NAME)
        ]

    def engine(self) -> tuple[str, str, str]:
        """Engine, version in two numbers, and the parameter group."""
        (node,) = self.elasticache.describe_cache_clusters()["CacheClusters"]
        version = ".".join(node["EngineVersion"].split(".")[:2])
        return node["Engine"], version, node["CacheParameterGroup"]["CacheParameterGroupName"]

    def connect(self) -> Redis:
        (group,) = self.elasticache.describe_replication_groups(ReplicationGroupId=NAME)["ReplicationGroups"]
        place = group["NodeGroups"][0]["PrimaryEndpoint"]
        secret = self.job.sandbox.client("secretsmanager").get_secret_value(SecretId=f"elasticache/{NAME}/auth-token")
        ca_file, token = str(self.job.sandbox.settings.state_dir / "ca.pem"), secret["SecretString"]
        where = (place["Address"], place["Port"])
        return Redis(*where, password=token, ssl=True, ssl_ca_certs=ca_file, decode_responses=True)

    def held(self) -> dict[str, str]:
        with self.connect() as cache:
            keys = list(cache.scan_iter(count=1000))
            return dict(zip(keys, cache.mget(keys), strict=True))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running_sandbox(tmp_path_factory.mktemp("engine-upgrades")) as running:
        story = Story(Job(running))
        story.run("provision", **OLD)
        with story.connect() as cache:
            cache.mset(KEYS)
        yield story


def test_an_old_engine_is_as_declared(story):
    assert story.engine() == ("redis", "6.2", f"{NAME}-redis6")
    run, calls = story.run("provision", **OLD)
    assert (run.changed["dev"], calls) == (0, [])


@pytest.mark.parametrize(("declared", "expected"), UPGRADES.values(), ids=UPGRADES)
def test_the_engine_is_changed_with_its_parameter_group(story, declared, expected):
    engine, version, family = expected
    calls = story.four_times("provision", **declared)
    order = ["CreateCacheParameterGroup", "ModifyReplicationGroup", "DeleteCacheParameterGroup"]
    assert [call for call in calls if call in order] == order
    assert story.engine() == (engine, version, f"{NAME}-{family}")
    assert story.parameter_groups() == [f"{NAME}-{family}"]
    assert story.held() == KEYS


def leave_behind(story: Story, name: str) -> None:
    """As a run does that is killed after the change of the engine."""
    group = {"CacheParameterGroupName": name, "CacheParameterGroupFamily": "redis7", "Description": "left behind"}
    story.elasticache.create_cache_parameter_group(**group)


def test_what_an_interrupted_run_left_behind_is_removed_by_the_next(story):
    declared, (*_engine, family) = UPGRADES["to Valkey"]
    leave_behind(story, f"{NAME}-redis7")
    foreseen, none = story.run("provision", "--check", **declared)
    run, calls = story.run("provision", **declared)
    assert (foreseen.changed["dev"], none) == (run.changed["dev"], []) == (1, [])
    assert calls == ["DeleteCacheParameterGroup"]
    assert story.parameter_groups() == [f"{NAME}-{family}"]


RELUCTANCE = (
    ("elasticache", "DeleteCacheParameterGroup", "InvalidCacheParameterGroupState"),
    ("ec2", "DeleteSecurityGroup", "DependencyViolation"),
)


def test_destroyed_it_leaves_no_parameter_group(story):
    """Not even when AWS takes a moment to notice that the nodes are gone."""
    leave_behind(story, f"{NAME}-redis7")
    faults = [dict(zip(("service", "operation", "code"), each, strict=True)) for each in RELUCTANCE]
    story.job.sandbox.control("faults", "POST", faults)
    _run, calls = story.run("destroy", **UPGRADES["to Valkey"][0])
    assert (calls.count("DeleteCacheParameterGroup"), calls.count("DeleteSecurityGroup")) == (3, 2)
    assert story.parameter_groups() == []
