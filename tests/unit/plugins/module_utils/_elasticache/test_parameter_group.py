# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache parameter group: the exact calls for each difference, everything that is refused before the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import parameter_group
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.common import (
    AnsibleElastiCacheError,
)
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_parameter_group import ARGUMENTS

ARN = "arn:aws:elasticache:eu-west-1:123456789012:parametergroup:demo-redis7"
NAMED = {"CacheParameterGroupName": "demo-redis7"}
GROUP = {**NAMED, "ARN": ARN, "CacheParameterGroupFamily": "redis7", "Description": "Demo", "IsGlobal": False}
SET = {"maxmemory-policy": "allkeys-lru", "timeout": "300"}
DECLARED = {
    **{name: spec.get("default") for name, spec in ARGUMENTS.items()},
    "cache_parameter_group_name": "Demo-redis7",
    "description": "Demo",
    "engine": "redis",
    "engine_version": "7.1",
    "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": 300},
    "tags": {"Project": "demo"},
}
VERSIONS = [
    {"Engine": "redis", "EngineVersion": "6.2.6", "CacheParameterGroupFamily": "redis6.x"},
    {"Engine": "redis", "EngineVersion": "7.1.0", "CacheParameterGroupFamily": "redis7"},
]
NUMBERED = [f"size-{number:02}" for number in range(45)]
DEFAULTS = [
    {"ParameterName": "databases", "ParameterValue": "16", "DataType": "integer", "ChangeType": "requires-reboot"},
    {
        "ParameterName": "maxmemory-policy",
        "ParameterValue": "volatile-lru",
        "AllowedValues": "volatile-lru,allkeys-lru",
    },
    {"ParameterName": "notify-keyspace-events", "DataType": "string"},
    {"ParameterName": "reserved-memory-percent", "ParameterValue": "25", "DataType": "integer"},
    {"ParameterName": "timeout", "ParameterValue": "0", "DataType": "integer", "AllowedValues": "0,20-"},
    *(
        {"ParameterName": name, "ParameterValue": "1", "DataType": "integer", "AllowedValues": "1-"}
        for name in NUMBERED
    ),
]
TAGS = [{"Key": "Project", "Value": "demo"}]


@pytest.fixture
def client(stubbed):
    return stubbed("elasticache")


def answer_read(stubber, values: Mapping[str, str] | None) -> None:
    """Queue the answers that describe the group with the values users set, or that there is none."""
    if values is None:
        stubber.add_client_error("describe_cache_parameter_groups", "CacheParameterGroupNotFound")
        return
    stubber.add_response("describe_cache_parameter_groups", {"CacheParameterGroups": [GROUP]}, NAMED)
    parameters = [{"ParameterName": name, "ParameterValue": value} for name, value in values.items()]
    stubber.add_response("describe_cache_parameters", {"Parameters": parameters}, {**NAMED, "Source": "user"})
    stubber.add_response("list_tags_for_resource", {"TagList": TAGS}, {"ResourceName": ARN})


def answer_checks(stubber, declared: Mapping[str, Any], family: str | None = "redis7") -> None:
    """Queue the answers that the checks of what is declared need."""
    if declared["engine"] or declared["cache_parameter_group_family"] not in (None, "redis7"):
        stubber.add_response("describe_cache_engine_versions", {"CacheEngineVersions": VERSIONS}, {})
    if family and declared["parameters"] is not None:
        answer = {"EngineDefaults": {"Parameters": DEFAULTS}}
        stubber.add_response("describe_engine_default_parameters", answer, {"CacheParameterGroupFamily": family})


def reset(*names: str) -> tuple[str, dict[str, Any]]:
    return "reset_cache_parameter_group", {**NAMED, "ParameterNameValues": [{"ParameterName": name} for name in names]}


def modify(**values: str) -> tuple[str, dict[str, Any]]:
    pairs = [{"ParameterName": name.replace("_", "-"), "ParameterValue": value} for name, value in values.items()]
    return "modify_cache_parameter_group", {**NAMED, "ParameterNameValues": pairs}


BY_NUMBER = dict.fromkeys(NUMBERED, 2)
CHANGES = {
    "nothing": (SET, {}, []),
    "no parameters declared": (SET, {"parameters": None}, []),
    "no family declared": (SET, {"engine": None, "engine_version": None}, []),
    "the family by its name": (
        SET,
        {"engine": None, "engine_version": None, "cache_parameter_group_family": "redis7"},
        [],
    ),
    "description, which cannot change": (SET, {"description": "New"}, []),
    "one value": (SET, {"parameters": {**SET, "timeout": 60}}, [modify(timeout="60")]),
    "one more": (SET, {"parameters": {**SET, "databases": 4}}, [modify(databases="4")]),
    "one more, at its default": (SET, {"parameters": {**SET, "databases": 16}}, []),
    "one back to its default by value": (SET, {"parameters": {**SET, "timeout": 0}}, [modify(timeout="0")]),
    "one not declared any more": (SET, {"parameters": {"timeout": 300}}, [reset("maxmemory-policy")]),
    "one null": (SET, {"parameters": {**SET, "timeout": None}}, [reset("timeout")]),
    "none declared any more": (SET, {"parameters": {}}, [reset("maxmemory-policy", "timeout")]),
    "none declared, none purged": (SET, {"parameters": {}, "purge_parameters": False}, []),
    "values saved at their defaults": ({**SET, "databases": "16", "notify-keyspace-events": ""}, {}, []),
    "one of each": (
        SET,
        {"parameters": {"timeout": 30, "notify-keyspace-events": "Ex"}},
        [reset("maxmemory-policy"), modify(notify_keyspace_events="Ex", timeout="30")],
    ),
    "at most twenty a call": (
        SET,
        {"parameters": {**SET, **BY_NUMBER}},
        [modify(**dict.fromkeys(NUMBERED[start : start + 20], "2")) for start in (0, 20, 40)],
    ),
    "at most twenty a reset": (
        {**SET, **dict.fromkeys(NUMBERED, "2")},
        {},
        [reset(*NUMBERED[start : start + 20]) for start in (0, 20, 40)],
    ),
    "reserved-memory, which cannot be reset": (
        {**SET, "reserved-memory": "9"},
        {},
        [modify(reserved_memory_percent="25")],
    ),
    "its alternative in its place": (
        {**SET, "reserved-memory": "9"},
        {"parameters": {**SET, "reserved-memory-percent": 30}},
        [modify(reserved_memory_percent="30")],
    ),
    "tags": (
        SET,
        {"tags": {"Project": "other"}},
        [("add_tags_to_resource", {"ResourceName": ARN, "Tags": [{"Key": "Project", "Value": "other"}]})],
    ),
    "absent": (SET, {"state": "absent"}, [("delete_cache_parameter_group", NAMED)]),
}


@pytest.mark.parametrize(("values", "change", "calls"), CHANGES.values(), ids=CHANGES)
def test_only_the_difference_is_sent(client, values, change, calls):
    boto, stubber = client
    declared = {**DECLARED, **change}
    answer_read(stubber, values)
    if declared["state"] == "present":
        answer_checks(stubber, declared)
    for operation, request in calls:
        stubber.add_response(operation, {}, request)
    if calls:
        answer_read(stubber, values)
    result = parameter_group.ensure(boto, declared, check_mode=False)
    assert result["operations"] == [operation for operation, _ignored in calls]
    assert result["changed"] == bool(calls)


@pytest.mark.parametrize(
    ("values", "change"), [(values, change) for values, change, calls in CHANGES.values() if calls]
)
def test_check_mode_reads_only_and_predicts(client, values, change):
    boto, stubber = client
    declared = {**DECLARED, **change}
    answer_read(stubber, values)
    if declared["state"] == "present":
        answer_checks(stubber, declared)
    result = parameter_group.ensure(boto, declared, check_mode=True)
    assert result["changed"]
    assert result["diff"]["before"] != result["diff"]["after"]


def test_the_diff_shows_values_as_they_are_and_will_be(client):
    boto, stubber = client
    declared = {**DECLARED, "parameters": {"timeout": 60, "notify-keyspace-events": "Ex"}}
    answer_read(stubber, SET)
    answer_checks(stubber, declared)
    diff = parameter_group.ensure(boto, declared, check_mode=True)["diff"]
    assert diff["before"]["parameters"] == SET
    assert diff["after"]["parameters"] == {"notify-keyspace-events": "Ex", "timeout": "60"}


def answer_creation(stubber, refusals_of_values: int = 0) -> None:
    creation = {**NAMED, "CacheParameterGroupFamily": "redis7", "Description": "Demo", "Tags": TAGS}
    stubber.add_response("create_cache_parameter_group", {"CacheParameterGroup": GROUP}, creation)
    operation, request = modify(maxmemory_policy="allkeys-lru", timeout="300")
    for _ignored in range(refusals_of_values):
        stubber.add_client_error(operation, "InvalidCacheParameterGroupState", "demo-redis7 has pending changes")
    stubber.add_response(operation, {}, request)


def test_a_new_group_gets_its_values_in_a_call_of_their_own(client):
    boto, stubber = client
    answer_read(stubber, None)
    answer_checks(stubber, DECLARED)
    answer_creation(stubber)
    answer_read(stubber, SET)
    result = parameter_group.ensure(boto, DECLARED, check_mode=False)
    assert result["parameter_group"]["parameters"] == SET
    assert result["parameter_group"]["cache_parameter_group_family"] == "redis7"
    assert result["diff"]["before"] == {}


def test_a_change_that_waits_for_a_reboot_is_told(client):
    boto, stubber = client
    declared = {**DECLARED, "parameters": {**SET, "databases": 4, "timeout": 60}}
    answer_read(stubber, SET)
    answer_checks(stubber, declared)
    result = parameter_group.ensure(boto, declared, check_mode=True)
    assert result["pending_reboot"] == ["databases"]
    (warning,) = result["warnings"]
    assert warning.startswith("Nodes that run with demo-redis7 take databases only when they are rebooted")


def test_a_change_that_takes_effect_at_once_needs_no_warning(client):
    boto, stubber = client
    declared = {**DECLARED, "parameters": {**SET, "timeout": 60}}
    answer_read(stubber, SET)
    answer_checks(stubber, declared)
    assert "warnings" not in parameter_group.ensure(boto, declared, check_mode=True)


def test_absent_twice_is_no_change(client):
    boto, stubber = client
    answer_read(stubber, None)
    assert not parameter_group.ensure(boto, {**DECLARED, "state": "absent"}, check_mode=False)["changed"]


BY_FAMILY = {"engine": None, "engine_version": None}
REFUSALS = {
    "unknown name and value, at once": (
        {"parameters": {"timout": 1, "timeout": 7}},
        "redis7",
        ["parameters.timout", "parameters.timeout"],
        r"2 problems.\n1. parameters.timout = 1: .*use one of timeout.\n2. parameters.timeout = 7: .*0, 20 or more.",
    ),
    "version that does not exist": (
        {"engine_version": "7.9"},
        None,
        ["engine_version"],
        r"engine_version = 7.9: redis has no such version here.\n   Remedy: use one of 6.2.6, 7.1.0.",
    ),
    "family that does not exist": (
        {**BY_FAMILY, "cache_parameter_group_family": "redis7.x"},
        None,
        ["cache_parameter_group_family"],
        r"ElastiCache has no such family here.\n   Remedy: use one of redis6.x, redis7.",
    ),
}
NEW_ONLY = {
    "no family": (BY_FAMILY, None, ["cache_parameter_group_family"], r"set it, or engine and engine_version"),
}
OTHER_FAMILY = {
    "another family, and a wrong value": (
        {"engine_version": "6.2", "parameters": {"timeout": 7}},
        "redis6.x",
        ["cache_parameter_group_family", "parameters.timeout"],
        r"demo-redis7 is of family redis7, and .* one of redis6.x.\n   Remedy: declare a group of another name",
    ),
}
ALL_REFUSALS = {
    **{f"{name}, new group": (None, *row) for name, row in {**REFUSALS, **NEW_ONLY}.items()},
    **{f"{name}, existing group": (SET, *row) for name, row in {**REFUSALS, **OTHER_FAMILY}.items()},
}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("values", "change", "family", "options", "message"), ALL_REFUSALS.values(), ids=ALL_REFUSALS)
def test_everything_wrong_is_refused_at_once_before_any_change(
    client, check_mode, values, change, family, options, message
):
    boto, stubber = client
    declared = {**DECLARED, **change}
    answer_read(stubber, values)
    answer_checks(stubber, declared, family)
    with pytest.raises(
        AnsibleElastiCacheError, match=f"(?s)Cannot have the parameter group demo-redis7.*{message}"
    ) as error:
        parameter_group.ensure(boto, declared, check_mode)
    assert [problem["option"] for problem in error.value.kwargs["problems"]] == options


@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_groups_of_elasticache_itself_are_not_touched(client, state):
    declared = {**DECLARED, "cache_parameter_group_name": "default.redis7", "state": state}
    with pytest.raises(AnsibleElastiCacheError, match=r"default.redis7: .*ElastiCache's own"):
        parameter_group.ensure(client[0], declared, check_mode=False)


def test_a_group_in_use_is_kept_with_the_words_of_the_service(client):
    boto, stubber = client
    answer_read(stubber, SET)
    stubber.add_client_error(
        "delete_cache_parameter_group", "InvalidCacheParameterGroupState", "in use by replication group demo"
    )
    with pytest.raises(AnsibleElastiCacheError, match=r"delete_cache_parameter_group.*in use by replication group"):
        parameter_group.ensure(boto, {**DECLARED, "state": "absent"}, check_mode=False)


def test_a_value_is_sent_again_while_an_earlier_change_is_not_through(client, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    boto, stubber = client
    answer_read(stubber, None)
    answer_checks(stubber, DECLARED)
    answer_creation(stubber, refusals_of_values=1)
    answer_read(stubber, SET)
    assert parameter_group.ensure(boto, DECLARED, check_mode=False)["changed"]
