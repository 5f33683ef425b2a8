# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preflight against the network that a fresh sandbox holds."""

from __future__ import annotations

from typing import Any

import pytest
from integration.modules.habit import changing

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import preflight
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_preflight import ARGUMENTS
from sandbox.aws.network import (
    APP_SECURITY_GROUPS,
    OTHER_SECURITY_GROUP,
    OTHER_VPC,
    PRIVATE_SUBNETS,
    PUBLIC_SUBNET,
    VPC,
)

TOPIC = "arn:aws:sns:eu-west-1:000000000000:platform-alerts"
DEPLOYMENT = {
    "vpc_id": VPC,
    "subnet_ids": list(PRIVATE_SUBNETS),
    "security_group_ids": list(APP_SECURITY_GROUPS),
    "engine": "redis",
    "engine_version": "7.1",
    "cache_node_type": "cache.t3.small",
    "node_count": 2,
    "multi_az_enabled": True,
    "parameters": {"cluster-enabled": True, "maxmemory-policy": "allkeys-lru", "timeout": 300},
    "notification_topic_arn": TOPIC,
    "replication_group_id": "preflight",
}


def check(sandbox: Any, **options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    return preflight.check(sandbox.client, {**defaults, "fail": False, **options}, False)


def problems(sandbox: Any, **options: Any) -> list[tuple[str, Any]]:
    return [(problem["option"], problem["value"]) for problem in check(sandbox, **options)["problems"]]


def test_a_deployment_that_can_be(fresh_sandbox):
    seen = len(fresh_sandbox.calls())
    result = check(fresh_sandbox, **DEPLOYMENT)
    assert result["problems"] == []
    assert result["cache_parameter_group_family"] == "redis7"
    assert result["availability_zones"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert {subnet["public"] for subnet in result["subnets"]} == {False}
    assert changing(fresh_sandbox.calls(since=seen)) == []


WRONG = {
    "a public subnet": ({"subnet_ids": [*PRIVATE_SUBNETS, PUBLIC_SUBNET]}, [("subnet_ids", PUBLIC_SUBNET)]),
    "a subnet that does not exist": (
        {"subnet_ids": [*PRIVATE_SUBNETS, "subnet-0123456789abcdef0"]},
        [("subnet_ids", "subnet-0123456789abcdef0")],
    ),
    "subnets of another VPC than named": (
        {"vpc_id": OTHER_VPC, "security_group_ids": None},
        [("subnet_ids", subnet) for subnet in PRIVATE_SUBNETS],
    ),
    "one zone": ({"subnet_ids": PRIVATE_SUBNETS[:1]}, [("multi_az_enabled", True)]),
    "a security group of another VPC": (
        {"security_group_ids": [*APP_SECURITY_GROUPS, OTHER_SECURITY_GROUP]},
        [("security_group_ids", OTHER_SECURITY_GROUP)],
    ),
    "a security group that does not exist": (
        {"security_group_ids": ["sg-0123456789abcdef0"]},
        [("security_group_ids", "sg-0123456789abcdef0")],
    ),
    "a subnet group that does not exist": (
        {"subnet_ids": None, "cache_subnet_group_name": "none"},
        [("cache_subnet_group_name", "none")],
    ),
    "a parameter group that does not exist": (
        {"cache_parameter_group_name": "none"},
        [("cache_parameter_group_name", "none")],
    ),
    "a parameter group of another family": (
        {"cache_parameter_group_name": "default.redis6.x"},
        [("cache_parameter_group_name", "default.redis6.x")],
    ),
    "a version that does not exist": ({"engine_version": "7.3"}, [("engine_version", "7.3")]),
    "parameters": (
        {"parameters": {"timeout": 7, "no-such-thing": 1, "maxclients": 5}},
        [("parameters.timeout", "7"), ("parameters.no-such-thing", "1"), ("parameters.maxclients", "5")],
    ),
    "a topic that does not exist": (
        {"notification_topic_arn": TOPIC.replace("alerts", "none")},
        [("notification_topic_arn", TOPIC.replace("alerts", "none"))],
    ),
    "a topic of another region": (
        {"notification_topic_arn": TOPIC.replace("eu-west-1", "eu-west-3")},
        [("notification_topic_arn", TOPIC.replace("eu-west-1", "eu-west-3"))],
    ),
    "a key that does not exist": ({"kms_key_id": "alias/none"}, [("kms_key_id", "alias/none")]),
}


@pytest.mark.parametrize(("change", "expected"), WRONG.values(), ids=WRONG)
def test_what_cannot_be(fresh_sandbox, change, expected):
    assert problems(fresh_sandbox, **{**DEPLOYMENT, **change}) == expected


def test_the_subnets_of_a_group_are_judged_like_any(fresh_sandbox):
    group = {"CacheSubnetGroupName": "mixed", "CacheSubnetGroupDescription": "Private and public"}
    subnets = [*PRIVATE_SUBNETS, PUBLIC_SUBNET]
    fresh_sandbox.client("elasticache").create_cache_subnet_group(**group, SubnetIds=subnets)
    existing = {"subnet_ids": None, "cache_subnet_group_name": "mixed"}
    assert problems(fresh_sandbox, **{**DEPLOYMENT, **existing}) == [("subnet_ids", PUBLIC_SUBNET)]


def test_a_key_has_to_be_enabled_and_symmetric(fresh_sandbox):
    kms = fresh_sandbox.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert problems(fresh_sandbox, kms_key_id=key) == []
    kms.disable_key(KeyId=key)
    (problem,) = check(fresh_sandbox, kms_key_id=key)["problems"]
    assert problem["problem"] == "it is Disabled"


def test_all_of_it_in_one_message(ansible, fresh_sandbox):
    wrong = {
        **DEPLOYMENT,
        "subnet_ids": [PUBLIC_SUBNET, "subnet-0123456789abcdef0"],
        "security_group_ids": [OTHER_SECURITY_GROUP],
        "engine_version": "7.3",
        "problems": [{"option": "environment", "value": "prd", "problem": "it is no preset", "remedy": "use prod"}],
    }
    result = ansible("elasticache_preflight", **wrong)
    assert result["failed"]
    found = [problem["option"] for problem in result["problems"]]
    expected = ["environment", "subnet_ids", "subnet_ids", "multi_az_enabled", "security_group_ids", "engine_version"]
    assert found == expected
    assert [line for line in result["msg"].splitlines() if line.startswith("6. ")] == [
        "6. engine_version = 7.3: redis has no such version here."
    ]


@pytest.mark.extended
def test_through_ansible(ansible):
    result = ansible("elasticache_preflight", **DEPLOYMENT)
    assert (result["changed"], result["problems"]) == (False, [])
    assert result["cache_parameter_group_family"] == "redis7"
