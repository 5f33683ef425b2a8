# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameter groups on the sandbox, which has the full parameter lists of every family; state is read back by boto3."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import parameter_group
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_parameter_group import ARGUMENTS
from sandbox.aws.network import PRIVATE_SUBNETS

NAME = "modules-redis7"
CREATION = {
    "cache_parameter_group_name": NAME,
    "engine": "redis",
    "engine_version": "7.1",
    "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": 300, "notify-keyspace-events": "Ex"},
    "tags": {"Project": "demo"},
}


def declare(**options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    return {**defaults, "cache_parameter_group_name": NAME, **options}


def set_by_users(client: Any) -> dict[str, str]:
    pages = client.get_paginator("describe_cache_parameters").paginate(CacheParameterGroupName=NAME, Source="user")
    return {item["ParameterName"]: item["ParameterValue"] for page in pages for item in page["Parameters"]}


@pytest.fixture
def client(fresh_sandbox):
    return fresh_sandbox.client("elasticache")


@pytest.fixture
def group(client):
    parameter_group.ensure(client, declare(**CREATION), False)
    return client


def test_create(fresh_sandbox, client):
    done = four_times(fresh_sandbox, parameter_group.ensure, client, declare(**CREATION))
    (found,) = client.describe_cache_parameter_groups(CacheParameterGroupName=NAME)["CacheParameterGroups"]
    assert (found["CacheParameterGroupFamily"], found["Description"]) == ("redis7", NAME)
    assert set_by_users(client) == {"maxmemory-policy": "allkeys-lru", "timeout": "300", "notify-keyspace-events": "Ex"}
    assert client.list_tags_for_resource(ResourceName=found["ARN"])["TagList"] == [{"Key": "Project", "Value": "demo"}]
    assert done["operations"] == ["create_cache_parameter_group", "modify_cache_parameter_group"]


CHANGES = {
    "a value": ({"parameters": {"timeout": 60}, "purge_parameters": False}, {"timeout": "60"}, ["modify"]),
    "a key less": (
        {"parameters": {"maxmemory-policy": "allkeys-lru", "timeout": 300}},
        {"notify-keyspace-events": None},
        ["reset"],
    ),
    "one of each": (
        {"parameters": {"maxmemory-policy": "noeviction", "activedefrag": True}},
        {"maxmemory-policy": "noeviction", "activedefrag": "yes", "timeout": None, "notify-keyspace-events": None},
        ["reset", "modify"],
    ),
    "none left": (
        {"parameters": {}},
        {"maxmemory-policy": None, "timeout": None, "notify-keyspace-events": None},
        ["reset"],
    ),
}


@pytest.mark.parametrize(("change", "difference", "verbs"), CHANGES.values(), ids=CHANGES)
def test_change(fresh_sandbox, group, change, difference, verbs):
    before = set_by_users(group)
    done = four_times(fresh_sandbox, parameter_group.ensure, group, declare(**change))
    expected = {name: value for name, value in {**before, **difference}.items() if value is not None}
    assert set_by_users(group) == expected
    assert done["operations"] == [f"{verb}_cache_parameter_group" for verb in verbs]


def test_more_than_twenty_values_go_and_come_back(fresh_sandbox, client):
    known = client.describe_engine_default_parameters(CacheParameterGroupFamily="redis7")["EngineDefaults"][
        "Parameters"
    ]
    counts = [item["ParameterName"] for item in known if item["IsModifiable"] and item.get("AllowedValues") == "0-"]
    wanted = dict.fromkeys([*counts, "databases", "tracking-table-max-keys", "maxmemory-samples", "lfu-log-factor"], 33)
    many = declare(**{**CREATION, "parameters": wanted})
    done = four_times(fresh_sandbox, parameter_group.ensure, client, many)
    assert done["operations"].count("modify_cache_parameter_group") == -(-len(wanted) // 20) >= 2
    assert set_by_users(client) == dict.fromkeys(wanted, "33")
    done = four_times(fresh_sandbox, parameter_group.ensure, client, declare(parameters={}))
    assert done["operations"].count("reset_cache_parameter_group") == -(-len(wanted) // 20)
    assert done["pending_reboot"] == ["databases"]
    assert set_by_users(client) == {}


def test_tags(fresh_sandbox, group):
    four_times(fresh_sandbox, parameter_group.ensure, group, declare(tags={"Owner": "platform"}))
    arn = group.describe_cache_parameter_groups(CacheParameterGroupName=NAME)["CacheParameterGroups"][0]["ARN"]
    assert group.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "Owner", "Value": "platform"}]


def test_delete(fresh_sandbox, group):
    four_times(fresh_sandbox, parameter_group.ensure, group, declare(state="absent"))
    with pytest.raises(group.exceptions.CacheParameterGroupNotFoundFault):
        group.describe_cache_parameter_groups(CacheParameterGroupName=NAME)


def test_a_group_that_a_cache_uses_is_kept_and_takes_changes(fresh_sandbox, group):
    subnets = {"CacheSubnetGroupName": "modules", "CacheSubnetGroupDescription": "x", "SubnetIds": [PRIVATE_SUBNETS[0]]}
    group.create_cache_subnet_group(**subnets)
    group.create_replication_group(
        ReplicationGroupId="modules",
        ReplicationGroupDescription="Uses the parameter group",
        CacheNodeType="cache.t3.micro",
        Engine="redis",
        EngineVersion="7.1",
        NumCacheClusters=1,
        CacheParameterGroupName=NAME,
        CacheSubnetGroupName="modules",
    )
    group.get_waiter("replication_group_available").wait(
        ReplicationGroupId="modules", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    with pytest.raises(AnsibleAWSError, match=r"delete_cache_parameter_group.*\(InvalidCacheParameterGroupState\)"):
        parameter_group.ensure(group, declare(state="absent"), False)
    four_times(fresh_sandbox, parameter_group.ensure, group, declare(parameters={"timeout": 60}))
    assert set_by_users(group) == {"timeout": "60"}


@pytest.mark.parametrize("check", [True, False])
def test_wrong_names_and_values_are_refused_before_the_group_is_there(ansible, client, check):
    wrong = {"timeout": 7, "maxmemory-polcy": "allkeys-lru", "maxclients": 5}
    result = ansible("elasticache_parameter_group", check=check, **{**CREATION, "parameters": wrong})
    assert result["failed"]
    assert [problem["option"] for problem in result["problems"]] == [f"parameters.{name}" for name in wrong]
    assert "use 0, 20 or more" in result["msg"]
    assert "use one of maxmemory-policy" in result["msg"]
    groups = client.describe_cache_parameter_groups()["CacheParameterGroups"]
    assert all(group["CacheParameterGroupName"].startswith("default.") for group in groups)


@pytest.mark.parametrize("check_mode", [True, False])
def test_another_family_is_refused_with_the_way_there(group, check_mode):
    with pytest.raises(
        AnsibleAWSError, match=r"of family redis7, .* one of valkey8.\n   Remedy: declare a group of another name"
    ):
        parameter_group.ensure(group, declare(engine="valkey", engine_version="8.2"), check_mode)


@pytest.mark.extended
def test_through_ansible(ansible, client):
    created = ansible("elasticache_parameter_group", **CREATION)
    assert (created["changed"], created["parameter_group"]["cache_parameter_group_family"]) == (True, "redis7")
    assert not ansible("elasticache_parameter_group", **CREATION)["changed"]
    assert set_by_users(client)["timeout"] == "300"
    assert ansible("elasticache_parameter_group", name=NAME, state="absent")["changed"]
