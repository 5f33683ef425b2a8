# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A log group: the exact calls for each difference, and none where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._logs import log_group
from ansible_collections.accessweaver.elasticache.plugins.module_utils._logs.common import AnsibleLogsError

NAME = "/demo/slow-log"
ARN = f"arn:aws:logs:eu-west-1:123456789012:log-group:{NAME}"
KEY, OTHER_KEY = (f"arn:aws:kms:eu-west-1:123456789012:key/{number}" for number in (1, 2))
NOTHING = {
    "log_group_name": NAME,
    "retention_in_days": None,
    "kms_key_id": None,
    "log_group_class": None,
    "state": "present",
    "tags": None,
    "purge_tags": True,
}
DECLARED = {**NOTHING, "retention_in_days": 14, "kms_key_id": KEY, "tags": {"Project": "demo"}}
BARE = {"logGroupName": NAME, "arn": f"{ARN}:*", "logGroupClass": "STANDARD", "creationTime": 1, "storedBytes": 7}
GROUP = {**BARE, "retentionInDays": 14, "kmsKeyId": KEY}
LONGER = {**GROUP, "logGroupName": f"{NAME}-2", "arn": f"{ARN}-2:*"}


@pytest.fixture
def clients(stubbed):
    made = {"logs": stubbed("logs"), "kms": stubbed("kms")}
    return (lambda service: made[service][0]), {service: stubber for service, (_client, stubber) in made.items()}


def answer_read(stubber, group: dict[str, Any] | None, tags: dict[str, str] | None = None) -> None:
    groups = [group] if group else []
    stubber.add_response("describe_log_groups", {"logGroups": [*groups, LONGER]}, {"logGroupNamePrefix": NAME})
    if group:
        stubber.add_response("list_tags_for_resource", {"tags": tags} if tags else {}, {"resourceArn": ARN})


CREATIONS = {
    "everything": (
        DECLARED,
        [
            ("create_log_group", {"logGroupName": NAME, "kmsKeyId": KEY, "tags": {"Project": "demo"}}),
            ("put_retention_policy", {"logGroupName": NAME, "retentionInDays": 14}),
        ],
    ),
    "nothing but the name": (NOTHING, [("create_log_group", {"logGroupName": NAME})]),
    "what a new one is anyway": (
        {**NOTHING, "retention_in_days": 0, "kms_key_id": "", "tags": {}},
        [("create_log_group", {"logGroupName": NAME})],
    ),
    "another class, a number as tag": (
        {**NOTHING, "log_group_class": "INFREQUENT_ACCESS", "tags": {"CostCenter": 42}},
        [
            (
                "create_log_group",
                {"logGroupName": NAME, "logGroupClass": "INFREQUENT_ACCESS", "tags": {"CostCenter": "42"}},
            )
        ],
    ),
}


@pytest.mark.parametrize(("declared", "calls"), CREATIONS.values(), ids=CREATIONS)
def test_creation(clients, declared, calls):
    get, stubbers = clients
    answer_read(stubbers["logs"], None)
    for operation, request in calls:
        stubbers["logs"].add_response(operation, {}, request)
    answer_read(stubbers["logs"], GROUP, {"Project": "demo"})
    result = log_group.ensure(get, declared, check_mode=False)
    assert result["operations"] == [operation for operation, _ignored in calls]
    assert result["diff"]["before"] == {}
    assert result["log_group"]["arn"] == ARN


CHANGES = {
    "nothing": ({}, []),
    "options left out": (dict.fromkeys(["retention_in_days", "kms_key_id", "tags"]), []),
    "the class that it has": ({"log_group_class": "STANDARD"}, []),
    "retention": ({"retention_in_days": 1096}, [("put_retention_policy", {"retentionInDays": 1096})]),
    "no retention": ({"retention_in_days": 0}, [("delete_retention_policy", {})]),
    "key": ({"kms_key_id": OTHER_KEY}, [("associate_kms_key", {"kmsKeyId": OTHER_KEY})]),
    "no key": ({"kms_key_id": ""}, [("disassociate_kms_key", {})]),
    "a tag more": (
        {"tags": {"Project": "demo", "CostCenter": 42}},
        [("tag_resource", {"resourceArn": ARN, "tags": {"CostCenter": "42"}})],
    ),
    "no tags at all": ({"tags": {}}, [("untag_resource", {"resourceArn": ARN, "tagKeys": ["Project"]})]),
    "no tags, none purged": ({"tags": {}, "purge_tags": False}, []),
    "several at once": (
        {"retention_in_days": 30, "tags": {"Owner": "platform"}},
        [
            ("put_retention_policy", {"retentionInDays": 30}),
            ("untag_resource", {"resourceArn": ARN, "tagKeys": ["Project"]}),
            ("tag_resource", {"resourceArn": ARN, "tags": {"Owner": "platform"}}),
        ],
    ),
    "absent": ({"state": "absent"}, [("delete_log_group", {})]),
}
CHANGING = {name: change for name, (change, calls) in CHANGES.items() if calls}
TAGS = {"Project": "demo", "aws:cloudformation:stack-name": "caches"}


@pytest.mark.parametrize(("change", "calls"), CHANGES.values(), ids=CHANGES)
def test_only_the_difference_is_sent(clients, change, calls):
    get, stubbers = clients
    answer_read(stubbers["logs"], GROUP, TAGS)
    for operation, request in calls:
        whole = request if "resourceArn" in request else {"logGroupName": NAME, **request}
        stubbers["logs"].add_response(operation, {}, whole)
    if calls:
        answer_read(stubbers["logs"], GROUP, TAGS)
    result = log_group.ensure(get, {**DECLARED, **change}, check_mode=False)
    assert (result["changed"], result["operations"]) == (bool(calls), [operation for operation, _ignored in calls])


@pytest.mark.parametrize("change", CHANGING.values(), ids=CHANGING)
def test_check_mode_reads_only_and_shows_what_would_change(clients, change):
    get, stubbers = clients
    answer_read(stubbers["logs"], GROUP, TAGS)
    result = log_group.ensure(get, {**DECLARED, **change}, check_mode=True)
    assert result["changed"]
    assert result["diff"]["before"] != result["diff"]["after"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_log_group_that_begins_with_the_name_is_another_one(clients, state):
    get, stubbers = clients
    answer_read(stubbers["logs"], None)
    result = log_group.ensure(get, {**DECLARED, "state": state}, check_mode=True)
    assert result["operations"] == (["create_log_group", "put_retention_policy"] if state == "present" else [])


def test_the_log_group_is_on_a_later_page(clients):
    get, stubbers = clients
    request = {"logGroupNamePrefix": NAME}
    stubbers["logs"].add_response("describe_log_groups", {"logGroups": [LONGER], "nextToken": "2"}, request)
    stubbers["logs"].add_response("describe_log_groups", {"logGroups": [GROUP]}, {**request, "nextToken": "2"})
    stubbers["logs"].add_response("list_tags_for_resource", {"tags": TAGS}, {"resourceArn": ARN})
    assert not log_group.ensure(get, DECLARED, check_mode=False)["changed"]


def test_what_does_not_expire_and_has_no_key_is_told_as_declared(clients):
    get, stubbers = clients
    answer_read(stubbers["logs"], BARE)
    group = log_group.ensure(get, {**NOTHING, "retention_in_days": 0, "kms_key_id": ""}, check_mode=False)["log_group"]
    assert (group["retention_in_days"], group["kms_key_id"], group["tags"]) == (0, "", {})
    assert (group["log_group_name"], group["stored_bytes"]) == (NAME, 7)


@pytest.mark.parametrize("key", ["1", "alias/logs"])
def test_a_key_that_is_declared_by_another_name_is_compared_by_its_arn(clients, key):
    get, stubbers = clients
    answer_read(stubbers["logs"], GROUP, TAGS)
    stubbers["kms"].add_response("describe_key", {"KeyMetadata": {"KeyId": "1", "Arn": KEY}}, {"KeyId": key})
    assert not log_group.ensure(get, {**DECLARED, "kms_key_id": key}, check_mode=False)["changed"]


def test_a_key_that_is_not_there_is_refused_before_any_change(clients):
    get, stubbers = clients
    answer_read(stubbers["logs"], GROUP, TAGS)
    stubbers["kms"].add_client_error("describe_key", "NotFoundException")
    with pytest.raises(AnsibleLogsError, match="kms_key_id = alias/none: there is no such key") as refused:
        log_group.ensure(get, {**DECLARED, "retention_in_days": 30, "kms_key_id": "alias/none"}, check_mode=False)
    assert [problem["option"] for problem in refused.value.kwargs["problems"]] == ["kms_key_id"]


def test_another_class_is_refused_with_the_way_there(clients):
    get, stubbers = clients
    answer_read(stubbers["logs"], GROUP, TAGS)
    with pytest.raises(AnsibleLogsError, match=r"of the class STANDARD.*\n.*a log group of another name") as refused:
        log_group.ensure(get, {**DECLARED, "log_group_class": "INFREQUENT_ACCESS"}, check_mode=True)
    assert [problem["option"] for problem in refused.value.kwargs["problems"]] == ["log_group_class"]


def test_a_refusal_of_the_service_names_the_operation(clients):
    get, stubbers = clients
    answer_read(stubbers["logs"], GROUP, TAGS)
    stubbers["logs"].add_client_error("delete_log_group", "InvalidOperationException", "deletion protection is enabled")
    with pytest.raises(AnsibleLogsError, match=r"delete_log_group.*deletion protection is enabled"):
        log_group.ensure(get, {**DECLARED, "state": "absent"}, check_mode=False)
