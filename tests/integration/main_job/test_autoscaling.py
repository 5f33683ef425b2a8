# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment that scales by itself, told as one story: declared, scaled, left alone, ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from integration.main_job.job import Job

from sandbox.testing import running_sandbox

pytestmark = pytest.mark.extended

NAME = "accessweaver-dev-redis"
RESOURCE = {"ServiceNamespace": "elasticache", "ResourceId": f"replication-group/{NAME}"}
SHARDS = "elasticache:replication-group:NodeGroups"
DECLARED = {
    "elasticache_redis_automatic_failover_enabled": True,
    "elasticache_redis_cluster_mode": True,
    "elasticache_redis_node_type_override": "cache.r6g.large",
}
CPU = {
    "policy_name": "cpu",
    "predefined_metric_type": "ElastiCachePrimaryEngineCPUUtilization",
    "target_value": 60,
    "disable_scale_in": False,
}
MORNING = {"scheduled_action_name": "morning", "schedule": "cron(0 7 ? * MON-FRI *)", "min_capacity": 2}
SCALING = {
    "node_groups": {"min_capacity": 1, "max_capacity": 2, "policies": [CPU], "scheduled_actions": [MORNING]},
}


@dataclass(frozen=True)
class Story:
    """The deployment, and the playbooks that are run for it."""

    job: Job

    @property
    def scaling(self) -> Any:
        return self.job.sandbox.client("application-autoscaling")

    def run(self, playbook: str, *arguments: str, **variables: Any) -> tuple[int, list[str]]:
        """How many tasks changed something, and the operations that did."""
        seen = len(self.job.sandbox.calls())
        run = self.job.run(f"playbooks/{playbook}.yml", "--limit", "dev", *arguments, **DECLARED, **variables)
        assert run.code == 0, run.output
        return run.changed["dev"], self.job.calls(since=seen)

    def bounds(self) -> dict[str, tuple[int, int]]:
        found = self.scaling.describe_scalable_targets(ServiceNamespace="elasticache")["ScalableTargets"]
        return {target["ScalableDimension"]: (target["MinCapacity"], target["MaxCapacity"]) for target in found}

    def shards(self) -> int:
        client = self.job.sandbox.client("elasticache")
        client.get_waiter("replication_group_available").wait(WaiterConfig={"Delay": 1})
        return len(client.describe_replication_groups(ReplicationGroupId=NAME)["ReplicationGroups"][0]["NodeGroups"])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running_sandbox(tmp_path_factory.mktemp("autoscaling")) as running:
        yield Story(Job(running))


def test_a_new_deployment_scales_as_declared(story):
    story.run("provision", elasticache_redis_autoscaling=SCALING, elasticache_redis_verify=False)
    assert story.bounds() == {SHARDS: (1, 2)}
    (policy,) = story.scaling.describe_scaling_policies(**RESOURCE)["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60
    (action,) = story.scaling.describe_scheduled_actions(**RESOURCE)["ScheduledActions"]
    assert action["ScalableTargetAction"] == {"MinCapacity": 2}


def test_what_has_scaled_is_left_so(story):
    """With the option, and without it; the proof over the wire expects as many shards as there are."""
    story.scaling.register_scalable_target(**RESOURCE, ScalableDimension=SHARDS, MinCapacity=2)
    assert story.shards() == 2
    _changed, calls = story.run("provision", elasticache_redis_autoscaling=SCALING)
    assert set(calls) == {"PutMetricAlarm"}, "the new node is watched, and that is all"
    assert story.run("provision") == (0, [])
    assert (story.shards(), story.bounds()) == (2, {SHARDS: (2, 2)})


def test_ended_it_has_the_declared_counts(story):
    ended = {"elasticache_redis_autoscaling": {}, "elasticache_redis_shrink_memory_percent": 0}
    foreseen, none = story.run("provision", "--check", **ended)
    changed, calls = story.run("provision", elasticache_redis_verify=False, **ended)
    assert (foreseen, none, changed > 0) == (2, [], True), "the scaling and the shards"
    assert calls[:2] == ["DeregisterScalableTarget", "ModifyReplicationGroupShardConfiguration"]
    assert (story.shards(), story.bounds()) == (1, {})
    assert story.run("provision", **ended) == (0, [])
