# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache subnet group: the exact calls for each difference, and none where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import subnet_group
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.common import (
    AnsibleElastiCacheError,
)

ARN = "arn:aws:elasticache:eu-west-1:123456789012:subnetgroup:caches"
DECLARED = {
    "cache_subnet_group_name": "Caches",
    "cache_subnet_group_description": "Private subnets",
    "subnet_ids": ["subnet-b", "subnet-a"],
    "state": "present",
    "tags": {"Project": "demo"},
    "purge_tags": True,
}
SUBNETS = [
    {"SubnetIdentifier": name, "SubnetAvailabilityZone": {"Name": f"eu-west-1{name[-1]}"}}
    for name in ("subnet-a", "subnet-b")
]
GROUP = {
    "ARN": ARN,
    "CacheSubnetGroupName": "caches",
    "CacheSubnetGroupDescription": "Private subnets",
    "VpcId": "vpc-1",
    "Subnets": SUBNETS,
}


@pytest.fixture
def client(stubbed):
    return stubbed("elasticache")


def answer_read(stubber, group: dict[str, Any] | None, tags: dict[str, str]) -> None:
    if group is None:
        stubber.add_client_error("describe_cache_subnet_groups", "CacheSubnetGroupNotFoundFault")
        return
    stubber.add_response(
        "describe_cache_subnet_groups", {"CacheSubnetGroups": [group]}, {"CacheSubnetGroupName": "caches"}
    )
    tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
    stubber.add_response("list_tags_for_resource", {"TagList": tag_list}, {"ResourceName": ARN})


def test_create_sends_everything_in_one_call(client):
    boto, stubber = client
    answer_read(stubber, None, {})
    request = {
        "CacheSubnetGroupName": "caches",
        "CacheSubnetGroupDescription": "Private subnets",
        "SubnetIds": ["subnet-b", "subnet-a"],
        "Tags": [{"Key": "Project", "Value": "demo"}],
    }
    stubber.add_response("create_cache_subnet_group", {"CacheSubnetGroup": GROUP}, request)
    answer_read(stubber, GROUP, {"Project": "demo"})
    result = subnet_group.ensure(boto, DECLARED, check_mode=False)
    assert result["changed"]
    assert result["subnet_group"]["subnet_ids"] == ["subnet-a", "subnet-b"]
    assert result["diff"]["before"] == {}


CHANGES = {
    "nothing": ({}, []),
    "order of subnets": ({"subnet_ids": ["subnet-a", "subnet-b"]}, []),
    "options left out": ({"subnet_ids": None, "cache_subnet_group_description": None, "tags": None}, []),
    "description": (
        {"cache_subnet_group_description": "New"},
        [("modify_cache_subnet_group", {"CacheSubnetGroupName": "caches", "CacheSubnetGroupDescription": "New"})],
    ),
    "subnets": (
        {"subnet_ids": ["subnet-a", "subnet-c"]},
        [("modify_cache_subnet_group", {"CacheSubnetGroupName": "caches", "SubnetIds": ["subnet-a", "subnet-c"]})],
    ),
    "a tag more": (
        {"tags": {"Project": "demo", "Owner": "platform"}},
        [("add_tags_to_resource", {"ResourceName": ARN, "Tags": [{"Key": "Owner", "Value": "platform"}]})],
    ),
    "no tags at all": ({"tags": {}}, [("remove_tags_from_resource", {"ResourceName": ARN, "TagKeys": ["Project"]})]),
    "no tags, none purged": ({"tags": {}, "purge_tags": False}, []),
    "absent": ({"state": "absent"}, [("delete_cache_subnet_group", {"CacheSubnetGroupName": "caches"})]),
}


@pytest.mark.parametrize(("change", "calls"), CHANGES.values(), ids=CHANGES)
def test_only_the_difference_is_sent(client, change, calls):
    boto, stubber = client
    answer_read(stubber, GROUP, {"Project": "demo"})
    for operation, request in calls:
        stubber.add_response(operation, {}, request)
    if calls:
        answer_read(stubber, GROUP, {"Project": "demo"})
    result = subnet_group.ensure(boto, {**DECLARED, **change}, check_mode=False)
    assert result["operations"] == [operation for operation, _ignored in calls]
    assert result["changed"] == bool(calls)


@pytest.mark.parametrize("change", [change for change, calls in CHANGES.values() if calls])
def test_check_mode_reads_only_and_predicts(client, change):
    boto, stubber = client
    answer_read(stubber, GROUP, {"Project": "demo"})
    result = subnet_group.ensure(boto, {**DECLARED, **change}, check_mode=True)
    assert result["changed"]
    assert result["diff"]["before"] != result["diff"]["after"]


def test_absent_twice_is_no_change(client):
    boto, stubber = client
    answer_read(stubber, None, {})
    assert not subnet_group.ensure(boto, {**DECLARED, "state": "absent"}, check_mode=False)["changed"]


def test_creation_without_subnets_says_what_to_set(client):
    boto, stubber = client
    answer_read(stubber, None, {})
    with pytest.raises(AnsibleElastiCacheError, match="To create the cache subnet group caches, set subnet_ids"):
        subnet_group.ensure(boto, {**DECLARED, "subnet_ids": None}, check_mode=True)


def test_a_refusal_of_the_service_names_the_operation(client):
    boto, stubber = client
    answer_read(stubber, GROUP, {})
    stubber.add_client_error("delete_cache_subnet_group", "CacheSubnetGroupInUse", "in use by replication group demo")
    with pytest.raises(AnsibleElastiCacheError, match=r"delete_cache_subnet_group.*in use by replication group demo"):
        subnet_group.ensure(boto, {**DECLARED, "state": "absent"}, check_mode=False)
