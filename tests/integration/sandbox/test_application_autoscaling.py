# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application Auto Scaling as the sandbox has it: what it refuses, how it pages, and that it really scales."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.network import PRIVATE_SUBNETS

CPU, REPLICA_CPU = "ElastiCachePrimaryEngineCPUUtilization", "ElastiCacheReplicaEngineCPUUtilization"
SHARDS, REPLICAS = "elasticache:replication-group:NodeGroups", "elasticache:replication-group:Replicas"
CLUSTER = {
    "NumNodeGroups": 1,
    "ReplicasPerNodeGroup": 0,
    "AutomaticFailoverEnabled": True,
    "EngineVersion": "7.1",
    "CacheParameterGroupName": "default.redis7.cluster.on",
}
LARGE = {"CacheNodeType": "cache.r6g.large"}
GROUPS: dict[str, dict[str, Any]] = {
    "scales": {**CLUSTER, **LARGE},
    "mode-disabled": {**LARGE, "NumCacheClusters": 1},
    "burstable": {**CLUSTER, "CacheNodeType": "cache.t4g.small"},
    "old": {
        **CLUSTER,
        **LARGE,
        "EngineVersion": "5.0.6",
        "CacheParameterGroupName": "default.redis5.0.cluster.on",
    },
}


@pytest.fixture(scope="module")
def ec(sandbox):
    sandbox.reset()
    client = sandbox.client("elasticache")
    client.create_cache_subnet_group(
        CacheSubnetGroupName="private", CacheSubnetGroupDescription="x", SubnetIds=list(PRIVATE_SUBNETS)
    )
    for name, request in GROUPS.items():
        names = {"ReplicationGroupId": name, "ReplicationGroupDescription": "x", "CacheSubnetGroupName": "private"}
        client.create_replication_group(**names, **request)
    for name in GROUPS:
        settled(client, name)
    return client


@pytest.fixture
def aas(sandbox, ec):
    """A client, and nothing registered but the shards of one group, 1 to 5."""
    client = sandbox.client("application-autoscaling")
    for found in client.describe_scalable_targets(ServiceNamespace="elasticache")["ScalableTargets"]:
        client.deregister_scalable_target(
            **{name: found[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
        )
    client.register_scalable_target(**at(), MinCapacity=1, MaxCapacity=5)
    return client


def settled(client, name):
    deadline = time.monotonic() + 60
    while (group := client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0])["Status"] != (
        "available"
    ):
        assert time.monotonic() < deadline, group["Status"]
        time.sleep(0.1)
    return group


def at(name: str = "scales", dimension: str = SHARDS) -> dict[str, Any]:
    place = {"ServiceNamespace": "elasticache", "ResourceId": f"replication-group/{name}"}
    return {**place, "ScalableDimension": dimension}


def bounds(least: int, most: int) -> dict[str, int]:
    return {"MinCapacity": least, "MaxCapacity": most}


def policy(name: str = "cpu", metric: str = CPU, value: float = 60) -> dict[str, Any]:
    tracking = {"TargetValue": value, "PredefinedMetricSpecification": {"PredefinedMetricType": metric}}
    kind = {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking}
    return {**at(), "PolicyName": name, **kind}


def action(**members: Any) -> dict[str, Any]:
    base = {"ScheduledActionName": "day", "Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 2}}
    return {**at(), **base, **members}


TARGET, POLICY, ACTION = "register_scalable_target", "put_scaling_policy", "put_scheduled_action"
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a group that is not there": (TARGET, {**at("nobody"), **bounds(1, 2)}, "ReplicationGroupNotFound"),
    "cluster mode disabled": (TARGET, {**at("mode-disabled"), **bounds(1, 2)}, "cluster mode is disabled"),
    "a node type that does not scale": (
        TARGET,
        {**at("burstable"), **bounds(1, 2)},
        "its node type is cache.t4g.small",
    ),
    "an engine that does not scale": (TARGET, {**at("old"), **bounds(1, 2)}, "its engine is redis 5.0.6"),
    "bounds swapped": (TARGET, {**at(), **bounds(3, 2)}, "the minimum not above the maximum"),
    "too many replicas": (TARGET, {**at(dimension=REPLICAS), **bounds(1, 6)}, "are 1 to 5"),
    "a new target without bounds": (TARGET, at(dimension=REPLICAS), "must be given to register"),
    "another service": (TARGET, {**at(), **bounds(1, 2), "ServiceNamespace": "ecs"}, "scales elasticache alone"),
    "a policy of replicas for shards": (POLICY, policy(metric=REPLICA_CPU), "is not valid for the scalable dimension"),
    "a target value": (POLICY, policy(value=71), "must be between 35 and 70"),
    "a policy without target": (POLICY, {**policy(), **at("burstable")}, "No scalable target registered"),
    "step scaling": (POLICY, {**at(), "PolicyName": "p", "PolicyType": "StepScaling"}, "target tracking scaling"),
    "a schedule": (ACTION, action(Schedule="every day"), "Schedule expression is not valid"),
    "an action that sets nothing": (ACTION, action(ScalableTargetAction={}), "must set a minimum or a maximum"),
    "an action without target": (ACTION, {**action(), **at("burstable")}, "No scalable target registered"),
    "removal of what is not there": (
        "delete_scaling_policy",
        {**at(), "PolicyName": "gone"},
        "No scaling policy found",
    ),
}


@pytest.mark.parametrize(("operation", "request_", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(aas, operation, request_, message):
    with pytest.raises(ClientError, match=message):
        getattr(aas, operation)(**request_)


def test_one_policy_for_each_metric(aas):
    aas.put_scaling_policy(**policy())
    aas.put_scaling_policy(**policy(value=50))
    with pytest.raises(ClientError, match="Only one TargetTrackingScaling policy"):
        aas.put_scaling_policy(**policy("other"))


def test_a_scheduled_action_keeps_all_but_its_times(aas):
    aas.put_scheduled_action(**action(Timezone="Europe/Paris", EndTime="2027-01-01T00:00:00Z"))
    aas.put_scheduled_action(**at(), ScheduledActionName="day", ScalableTargetAction={"MinCapacity": 3})
    (found,) = aas.describe_scheduled_actions(ServiceNamespace="elasticache")["ScheduledActions"]
    assert (found["Timezone"], found["ScalableTargetAction"], "EndTime" in found) == (
        "Europe/Paris",
        {"MinCapacity": 3},
        False,
    )


def test_what_belongs_to_a_target_goes_with_it(aas):
    aas.put_scaling_policy(**policy())
    aas.put_scheduled_action(**action())
    aas.deregister_scalable_target(**at())
    assert aas.describe_scaling_policies(ServiceNamespace="elasticache")["ScalingPolicies"] == []
    assert aas.describe_scheduled_actions(ServiceNamespace="elasticache")["ScheduledActions"] == []


def test_pages(aas):
    for number in range(5):
        aas.put_scheduled_action(**action(ScheduledActionName=f"action-{number}"))
    pages = list(
        aas.get_paginator("describe_scheduled_actions").paginate(
            ServiceNamespace="elasticache", PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["ScheduledActions"]) for page in pages] == [2, 2, 1]


def test_a_changed_bound_scales_the_group_an_unchanged_one_does_not(aas, ec):
    for least, most, shards in ((2, 3, 2), (1, 3, 2), (1, 1, 1)):
        aas.register_scalable_target(**at(), **bounds(least, most))
        assert len(settled(ec, "scales")["NodeGroups"]) == shards
