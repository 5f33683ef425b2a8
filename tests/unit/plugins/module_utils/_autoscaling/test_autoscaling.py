# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto scaling of a replication group: the exact calls for each difference, in order, and none where there is none."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._autoscaling import targets
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_autoscaling import ARGUMENTS

SHARDS, REPLICAS = "elasticache:replication-group:NodeGroups", "elasticache:replication-group:Replicas"
CPU, MEMORY = "ElastiCachePrimaryEngineCPUUtilization", "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage"
MADE = datetime(2026, 11, 1, tzinfo=UTC)
RESOURCE = {"ServiceNamespace": "elasticache", "ResourceId": "replication-group/demo"}
AT_SHARDS, AT_REPLICAS = ({**RESOURCE, "ScalableDimension": dimension} for dimension in (SHARDS, REPLICAS))
ARN = "arn:aws:application-autoscaling:eu-west-1:123456789012"

NODES = [{"CacheClusterId": f"demo-000{shard}-00{node}"} for shard in (1, 2) for node in (1, 2)]
GROUP = {
    "ReplicationGroupId": "demo",
    "Status": "available",
    "ClusterEnabled": True,
    "CacheNodeType": "cache.r6g.large",
    "Engine": "redis",
    "MemberClusters": [node["CacheClusterId"] for node in NODES],
    "NodeGroups": [
        {"NodeGroupId": "0001", "NodeGroupMembers": NODES[:2]},
        {"NodeGroupId": "0002", "NodeGroupMembers": NODES[2:]},
    ],
}
MEMBERS = [{"CacheClusterId": node["CacheClusterId"], "EngineVersion": "7.1.0"} for node in NODES]

DECLARED: dict[str, Any] = {
    "name": "Demo",
    "scalable_targets": [
        {
            "dimension": "node_groups",
            "min_capacity": 2,
            "max_capacity": 6,
            "policies": [{"name": "cpu", "metric": CPU, "target_value": 60}],
            "scheduled_actions": [
                {"name": "day", "schedule": "cron(0 7 ? * * *)", "timezone": "Europe/Paris", "min_capacity": 3},
                {"name": "year", "schedule": "at(2027-01-01T00:00:00)", "end_time": "2027-02-01", "max_capacity": 9},
            ],
        },
        {"dimension": "replicas", "min_capacity": 1, "max_capacity": 3},
    ],
}
TARGETS = [
    {**place, "MinCapacity": least, "MaxCapacity": most, "RoleARN": "arn:aws:iam::1:role/r", "CreationTime": MADE}
    for place, least, most in ((AT_SHARDS, 2, 6), (AT_REPLICAS, 1, 3))
]
TRACKING = {
    "TargetValue": 60.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": CPU},
    "ScaleOutCooldown": 600,
    "ScaleInCooldown": 900,
    "DisableScaleIn": False,
}
POLICY = {
    **AT_SHARDS,
    "PolicyName": "cpu",
    "PolicyARN": f"{ARN}:scalingPolicy:1",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": TRACKING,
    "CreationTime": MADE,
}
DAY = {
    **AT_SHARDS,
    "ScheduledActionName": "day",
    "ScheduledActionARN": f"{ARN}:scheduledAction:1",
    "Schedule": "cron(0 7 ? * * *)",
    "Timezone": "Europe/Paris",
    "ScalableTargetAction": {"MinCapacity": 3},
    "CreationTime": MADE,
}
YEAR = {
    **AT_SHARDS,
    "ScheduledActionName": "year",
    "ScheduledActionARN": f"{ARN}:scheduledAction:2",
    "Schedule": "at(2027-01-01T00:00:00)",
    "EndTime": datetime(2027, 2, 1, tzinfo=UTC),
    "ScalableTargetAction": {"MaxCapacity": 9},
    "CreationTime": MADE,
}


class Script:
    """Answers of both services."""

    def __init__(self, stubbed: Any) -> None:
        self.stubs = {name: stubbed(name) for name in ("elasticache", "application-autoscaling")}
        self.scaling = self.stubs["application-autoscaling"][1]

    def clients(self, service: str) -> Any:
        return self.stubs[service][0]

    def group(self, *described: Any) -> None:
        (group,) = described or (GROUP,)
        stubber = self.stubs["elasticache"][1]
        if group is None:
            stubber.add_client_error("describe_replication_groups", "ReplicationGroupNotFoundFault")
            return
        stubber.add_response(
            "describe_replication_groups", {"ReplicationGroups": [group]}, {"ReplicationGroupId": "demo"}
        )
        stubber.add_response("describe_cache_clusters", {"CacheClusters": MEMBERS}, {"ShowCacheNodeInfo": True})

    def read(self, found: Any = TARGETS, policies: Any = (POLICY,), actions: Any = (DAY, YEAR)) -> None:
        if not found:
            policies = actions = ()
        request = {"ServiceNamespace": "elasticache", "ResourceIds": ["replication-group/demo"]}
        self.scaling.add_response("describe_scalable_targets", {"ScalableTargets": list(found)}, request)
        self.scaling.add_response("describe_scaling_policies", {"ScalingPolicies": list(policies)}, RESOURCE)
        self.scaling.add_response("describe_scheduled_actions", {"ScheduledActions": list(actions)}, RESOURCE)

    def run(self, declared: Any, check_mode: bool = False) -> dict[str, Any]:
        """With the options as Ansible hands them over, aliases and all."""
        checked = ArgumentSpecValidator(ARGUMENTS).validate(deepcopy(declared))
        assert not checked.error_messages
        return targets.ensure(self.clients, checked.validated_parameters, check_mode)


@pytest.fixture
def script(stubbed):
    return Script(stubbed)


def edited(*path: Any, **change: Any) -> dict[str, Any]:
    """The declaration with options changed at a place in its targets."""
    declared = deepcopy(DECLARED)
    place = declared["scalable_targets"]
    for key in path:
        place = place[key]
    place.update(change)
    return declared


def put_policy(**change: Any) -> tuple[str, dict[str, Any]]:
    names = {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    return "put_scaling_policy", {
        **AT_SHARDS,
        **names,
        "TargetTrackingScalingPolicyConfiguration": {**TRACKING, **change},
    }


def put_action(found: dict[str, Any], **change: Any) -> tuple[str, dict[str, Any]]:
    names = ("ScheduledActionName", "Schedule", "Timezone", "EndTime", "ScalableTargetAction")
    request = {**AT_SHARDS, **{name: found[name] for name in names if name in found}, **change}
    return "put_scheduled_action", request


NEW_POLICY = {name: TRACKING[name] for name in ("TargetValue", "PredefinedMetricSpecification", "DisableScaleIn")}
CREATION: list[tuple[str, dict[str, Any]]] = [
    ("register_scalable_target", {**AT_SHARDS, "MinCapacity": 2, "MaxCapacity": 6}),
    (
        "put_scaling_policy",
        {
            **AT_SHARDS,
            "PolicyName": "cpu",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": NEW_POLICY,
        },
    ),
    put_action(DAY),
    put_action(YEAR, EndTime="2027-02-01T00:00:00+00:00"),
    ("register_scalable_target", {**AT_REPLICAS, "MinCapacity": 1, "MaxCapacity": 3}),
]


def test_creation_registers_before_it_puts(script):
    script.group()
    script.read(())
    for operation, request in CREATION:
        answer = {"PolicyARN": f"{ARN}:scalingPolicy:1"} if operation == "put_scaling_policy" else {}
        script.scaling.add_response(operation, answer, request)
    script.group()
    script.read()
    result = script.run(DECLARED)
    assert result["operations"] == [operation for operation, _ignored in CREATION]
    assert [target["scalable_dimension"] for target in result["scalable_targets"]] == ["node_groups", "replicas"]


MORE = {"name": "memory", "metric": MEMORY, "target_value": 50}
CHANGES: dict[str, tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]] = {
    "nothing": (DECLARED, []),
    "lists left out": (edited(0, policies=None, scheduled_actions=None), []),
    "a bound": (
        edited(1, max_capacity=4),
        [("register_scalable_target", {**AT_REPLICAS, "MinCapacity": 1, "MaxCapacity": 4})],
    ),
    "a target value": (edited(0, "policies", 0, target_value=55), [put_policy(TargetValue=55.0)]),
    "a cooldown": (edited(0, "policies", 0, scale_in_cooldown=60), [put_policy(ScaleInCooldown=60)]),
    "growth only": (edited(0, "policies", 0, disable_scale_in=True), [put_policy(DisableScaleIn=True)]),
    "another schedule": (
        edited(0, "scheduled_actions", 1, schedule="at(2027-01-02T00:00:00)"),
        [put_action(YEAR, Schedule="at(2027-01-02T00:00:00)", EndTime="2027-02-01T00:00:00+00:00")],
    ),
    "the same time in another zone": (edited(0, "scheduled_actions", 1, end_time="2027-02-01T01:00:00+01:00"), []),
    "a time left out": (edited(0, "scheduled_actions", 1, end_time=None), []),
    "one policy for another": (
        edited(0, policies=[MORE]),
        [
            (
                "put_scaling_policy",
                {
                    **AT_SHARDS,
                    "PolicyName": "memory",
                    "PolicyType": "TargetTrackingScaling",
                    "TargetTrackingScalingPolicyConfiguration": {
                        "TargetValue": 50.0,
                        "PredefinedMetricSpecification": {"PredefinedMetricType": MEMORY},
                        "DisableScaleIn": False,
                    },
                },
            ),
            ("delete_scaling_policy", {**AT_SHARDS, "PolicyName": "cpu"}),
        ],
    ),
    "a policy of another name, for which the old one makes room": (
        edited(0, policies=[{"name": "load", "metric": CPU, "target_value": 60}]),
        [
            ("delete_scaling_policy", {**AT_SHARDS, "PolicyName": "cpu"}),
            ("put_scaling_policy", {**CREATION[1][1], "PolicyName": "load"}),
        ],
    ),
    "no scheduled actions": (
        edited(0, scheduled_actions=[]),
        [
            ("delete_scheduled_action", {**AT_SHARDS, "ScheduledActionName": "day"}),
            ("delete_scheduled_action", {**AT_SHARDS, "ScheduledActionName": "year"}),
        ],
    ),
    "one target less": (
        {**DECLARED, "scalable_targets": DECLARED["scalable_targets"][:1]},
        [("deregister_scalable_target", AT_REPLICAS)],
    ),
    "less of everything, none purged": (
        {**DECLARED, "scalable_targets": [edited(0, policies=[])["scalable_targets"][0]], "purge": False},
        [],
    ),
    "absent, of one dimension": (
        {"name": "demo", "state": "absent", "scalable_dimensions": ["replicas"]},
        [("deregister_scalable_target", AT_REPLICAS)],
    ),
    "absent, which takes along what belongs to a target": (
        {"name": "demo", "state": "absent"},
        [("deregister_scalable_target", AT_SHARDS), ("deregister_scalable_target", AT_REPLICAS)],
    ),
}


@pytest.mark.parametrize(("declared", "calls"), CHANGES.values(), ids=CHANGES)
def test_only_the_difference_is_sent(script, declared, calls):
    script.group()
    script.read()
    for operation, request in calls:
        answer = {"PolicyARN": f"{ARN}:scalingPolicy:1"} if operation == "put_scaling_policy" else {}
        script.scaling.add_response(operation, answer, request)
    if calls:
        script.group()
        script.read()
    result = script.run(declared)
    assert (result["changed"], result["operations"]) == (bool(calls), [operation for operation, _ignored in calls])


@pytest.mark.parametrize("declared", [declared for declared, calls in CHANGES.values() if calls])
def test_check_mode_reads_only_and_predicts(script, declared):
    script.group()
    script.read()
    result = script.run(declared, check_mode=True)
    assert result["changed"]
    assert result["diff"]["before"] != result["diff"]["after"]


BOUNDS = {
    "of a scheduled action": (3, 9, []),
    "of nobody": (4, 6, ["register_scalable_target"]),
}


@pytest.mark.parametrize(("least", "most", "operations"), BOUNDS.values(), ids=BOUNDS)
def test_bounds_that_a_scheduled_action_has_set_are_left(script, least, most, operations):
    script.group()
    script.read([{**TARGETS[0], "MinCapacity": least, "MaxCapacity": most}, TARGETS[1]])
    assert script.run(DECLARED, check_mode=True)["operations"] == operations


COUNTS = {"below": (4, 6, 4), "within": (1, 6, 2), "above": (1, 1, 1)}


@pytest.mark.parametrize(("least", "most", "expected"), COUNTS.values(), ids=COUNTS)
def test_check_mode_tells_the_count_that_the_bounds_lead_to(script, least, most, expected):
    script.group()
    script.read(())
    declared = edited(0, min_capacity=least, max_capacity=most, scheduled_actions=[])
    shards = script.run(declared, check_mode=True)["scalable_targets"][0]
    assert (shards["capacity"], shards["expected_capacity"]) == (2, expected)


def test_absent_twice_is_no_change_even_without_the_group(script):
    script.group(None)
    script.read(())
    assert not script.run({"name": "demo", "state": "absent"})["changed"]


def test_present_needs_targets(script):
    script.group()
    with pytest.raises(AnsibleAWSError, match="To let demo scale, set scalable_targets"):
        script.run({"name": "demo"})
