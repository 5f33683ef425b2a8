# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto scaling on the sandbox, whose groups really scale when a count is out of its bounds."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from integration.modules.habit import changing, four_times
from integration.modules.reachable_groups import available, clustered, create

from ansible_collections.accessweaver.elasticache.plugins.module_utils._autoscaling import targets
from ansible_collections.accessweaver.elasticache.plugins.module_utils._autoscaling.arguments import (
    POLICY,
    SCHEDULED_ACTION,
)
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_autoscaling import ARGUMENTS

CPU = "ElastiCachePrimaryEngineCPUUtilization"
RESOURCE = {"ServiceNamespace": "elasticache", "ResourceId": "replication-group/demo"}


def options(specs: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {**{name: spec.get("default") for name, spec in specs.items()}, **given}


def target(dimension: str, least: int, most: int, **items: Any) -> dict[str, Any]:
    bounds = {"min_capacity": least, "max_capacity": most}
    return {"scalable_dimension": dimension, **bounds, "policies": None, "scheduled_actions": None, **items}


def declare(*declared: dict[str, Any], **given: Any) -> dict[str, Any]:
    return options(ARGUMENTS, replication_group_id="demo", scalable_targets=deepcopy(list(declared)), **given)


POLICIES = [options(POLICY, policy_name="cpu", predefined_metric_type=CPU, target_value=60.0)]
ACTIONS = [
    options(
        SCHEDULED_ACTION,
        scheduled_action_name="day",
        schedule="cron(0 7 ? * MON-FRI *)",
        timezone="Europe/Paris",
        end_time="2027-12-31T23:00:00Z",
        min_capacity=2,
    )
]
SHARDS = target("node_groups", 2, 3, policies=POLICIES)
REPLICAS = target("replicas", 1, 2, scheduled_actions=ACTIONS)


@pytest.fixture(scope="module")
def elasticache(sandbox):
    sandbox.reset()
    client = sandbox.client("elasticache")
    create(client, demo=clustered(2, 1))
    return client


@pytest.fixture
def aas(sandbox, elasticache):
    """Application Auto Scaling without anything registered."""
    client = sandbox.client("application-autoscaling")
    for found in client.describe_scalable_targets(ServiceNamespace="elasticache")["ScalableTargets"]:
        client.deregister_scalable_target(**RESOURCE, ScalableDimension=found["ScalableDimension"])
    return client


def test_create_change_remove(sandbox, elasticache, aas):
    four_times(sandbox, targets.ensure, sandbox.client, declare(SHARDS, REPLICAS))
    (policy,) = aas.describe_scaling_policies(**RESOURCE)["ScalingPolicies"]
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert (tracking["TargetValue"], tracking["ScaleInCooldown"]) == (60.0, 900)
    (action,) = aas.describe_scheduled_actions(**RESOURCE)["ScheduledActions"]
    assert (action["Timezone"], action["ScalableTargetAction"]) == ("Europe/Paris", {"MinCapacity": 2})
    changed = {**SHARDS, "policies": [{**POLICIES[0], "target_value": 50.0, "disable_scale_in": True}]}
    done = four_times(sandbox, targets.ensure, sandbox.client, declare(changed))
    assert done["operations"] == ["put_scaling_policy", "deregister_scalable_target"]
    assert aas.describe_scheduled_actions(**RESOURCE)["ScheduledActions"] == []
    four_times(sandbox, targets.ensure, sandbox.client, declare(state="absent"))
    assert aas.describe_scalable_targets(ServiceNamespace="elasticache")["ScalableTargets"] == []
    assert aas.describe_scaling_policies(**RESOURCE)["ScalingPolicies"] == []


def counts(elasticache):
    shards = available(elasticache, "demo")["NodeGroups"]
    return len(shards), {len(shard["NodeGroupMembers"]) - 1 for shard in shards}


def test_counts_out_of_their_bounds_are_brought_back_as_predicted(sandbox, elasticache, aas):
    for shards, replicas in (((3, 4), (2, 2)), ((1, 2), (1, 1))):
        for here in (target("node_groups", *shards), target("replicas", *replicas)):
            (predicted,) = targets.ensure(sandbox.client, declare(here), True)["scalable_targets"]
            assert predicted["capacity"] != predicted["expected_capacity"]
            targets.ensure(sandbox.client, declare(here), False)
            assert counts(elasticache)[here["scalable_dimension"] == "replicas"] in (
                predicted["expected_capacity"],
                {predicted["expected_capacity"]},
            )
    assert counts(elasticache) == (2, {1})


def test_all_that_is_wrong_is_told_at_once_and_nothing_called(sandbox, elasticache, ansible):
    wrong = {"dimension": "replicas", "min_capacity": 3, "max_capacity": 2}
    policy = {"name": "cpu", "metric": CPU, "target_value": 90}
    since = len(sandbox.calls())
    refused = ansible("elasticache_autoscaling", name="demo", targets=[{**wrong, "policies": [policy]}])
    assert [problem["option"].rpartition(".")[2] for problem in refused["problems"]] == [
        "min_capacity",
        "predefined_metric_type",
        "target_value",
    ]
    assert changing(sandbox.calls(since=since)) == []


@pytest.mark.extended
def test_through_ansible_with_aliases(sandbox, elasticache, aas, ansible):
    shards = {"dimension": "node_groups", "min_capacity": 2, "max_capacity": 4}
    policy = {"name": "cpu", "metric": CPU, "target_value": 60}
    runs = [ansible("elasticache_autoscaling", name="demo", targets=[{**shards, "policies": [policy]}]) for _ in "12"]
    assert [run["changed"] for run in runs] == [True, False]
    assert runs[0]["scalable_targets"] == runs[1]["scalable_targets"]
