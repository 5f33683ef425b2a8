# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AUTH token's secret: never overwritten, and taken through a rotation by the stages of its versions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from botocore.stub import ANY

from ansible_collections.accessweaver.elasticache.plugins.module_utils._secretsmanager import auth_token

NAME = "elasticache/demo/auth-token"
DECLARED = {
    "name": NAME,
    "description": None,
    "kms_key_id": None,
    "auth_token": None,
    "length": 64,
    "tags": {"Project": "demo"},
    "purge_tags": True,
}
PROJECT = {"Key": "Project", "Value": "demo"}
OLD, NEW = "00000000-0000-4000-8000-000000000001", "5c9319e8-45d9-503e-8117-80f770e020d9"
SECRET = {
    "ARN": f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{NAME}-AbCdEf",
    "Name": NAME,
    "Tags": [PROJECT],
    "VersionIdsToStages": {OLD: ["AWSCURRENT"]},
}
OTHERS = {**SECRET, "Tags": [{"Key": "Owner", "Value": "x"}, {"Key": "aws:cloudformation:stack-name", "Value": "y"}]}
BEGUN = {**SECRET, "VersionIdsToStages": {OLD: ["AWSCURRENT"], NEW: ["AWSPENDING"]}}
PROMOTED = {**SECRET, "VersionIdsToStages": {OLD: ["AWSPREVIOUS"], NEW: ["AWSCURRENT", "AWSPENDING"]}}
ENDED = {**SECRET, "VersionIdsToStages": {OLD: ["AWSPREVIOUS"], NEW: ["AWSCURRENT"]}}
DELETED = {**SECRET, "DeletedDate": datetime(2026, 1, 1, tzinfo=UTC)}


def answer_read(stubber, secret: dict[str, Any] | None) -> None:
    if secret is None:
        stubber.add_client_error("describe_secret", "ResourceNotFoundException")
    else:
        stubber.add_response("describe_secret", secret, {"SecretId": NAME})


CALLS = {
    "no secret yet": (
        "present",
        None,
        [("create_secret", {"Name": NAME, "SecretString": ANY, "Tags": [PROJECT]})],
    ),
    "a secret, whatever its value": ("present", SECRET, []),
    "a secret with other tags, but for those of AWS": (
        "present",
        OTHERS,
        [
            ("untag_resource", {"SecretId": NAME, "TagKeys": ["Owner"]}),
            ("tag_resource", {"SecretId": NAME, "Tags": [PROJECT]}),
        ],
    ),
    "a secret scheduled for deletion": ("present", DELETED, [("restore_secret", {"SecretId": NAME})]),
    "one with other tags, too": (
        "present",
        {**DELETED, "Tags": []},
        [("restore_secret", {"SecretId": NAME}), ("tag_resource", {"SecretId": NAME, "Tags": [PROJECT]})],
    ),
    "a rotation leaves tags alone": ("settled", {**ENDED, "Tags": []}, []),
    "a token to rotate in": (
        "pending",
        SECRET,
        [
            (
                "put_secret_value",
                {"SecretId": NAME, "ClientRequestToken": NEW, "SecretString": ANY, "VersionStages": ["AWSPENDING"]},
            )
        ],
    ),
    "one that is pending": ("pending", BEGUN, []),
    "one that is pending and current": ("pending", PROMOTED, []),
    "the pending one becomes current": (
        "current",
        BEGUN,
        [
            (
                "update_secret_version_stage",
                {"SecretId": NAME, "VersionStage": "AWSCURRENT", "MoveToVersionId": NEW, "RemoveFromVersionId": OLD},
            )
        ],
    ),
    "it is current": ("current", PROMOTED, []),
    "none is pending": ("current", ENDED, []),
    "the rotation ends": (
        "settled",
        PROMOTED,
        [
            (
                "update_secret_version_stage",
                {"SecretId": NAME, "VersionStage": "AWSPENDING", "RemoveFromVersionId": NEW},
            )
        ],
    ),
    "it has ended": ("settled", ENDED, []),
    "absent": ("absent", SECRET, [("delete_secret", {"SecretId": NAME, "RecoveryWindowInDays": 30})]),
    "absent and already scheduled": ("absent", DELETED, []),
    "absent and never there": ("absent", None, []),
}


@pytest.mark.parametrize("check_mode", [False, True], ids=["for real", "check mode"])
@pytest.mark.parametrize(("state", "existing", "calls"), CALLS.values(), ids=CALLS)
def test_only_what_is_needed_is_called(stubbed, state, existing, calls, check_mode):
    client, stubber = stubbed("secretsmanager")
    answer_read(stubber, existing)
    if not check_mode:
        for operation, request in calls:
            stubber.add_response(operation, {}, request)
        if calls:
            answer_read(stubber, SECRET)
    result = auth_token.ensure(client, {**DECLARED, "state": state, "recovery_window_in_days": 30}, check_mode)
    assert result["changed"] == bool(calls)
    assert result["operations"] == [operation for operation, _ignored in calls]


TAGS = {
    "left out": ({"tags": None}, []),
    "none": ({"tags": {}}, ["untag_resource"]),
    "none, none purged": ({"tags": {}, "purge_tags": False}, []),
    "one beside the others": ({"tags": {"Project": "demo"}, "purge_tags": False}, ["tag_resource"]),
}


@pytest.mark.parametrize(("declared", "operations"), TAGS.values(), ids=TAGS)
def test_tags(stubbed, declared, operations):
    client, stubber = stubbed("secretsmanager")
    answer_read(stubber, OTHERS)
    result = auth_token.ensure(client, {**DECLARED, "state": "present", **declared}, True)
    assert result["operations"] == operations
    assert (result["diff"]["before"] != result["diff"]["after"]) == bool(operations)
    assert result["secret"]["tags"]["aws:cloudformation:stack-name"] == "y"


def test_the_token_is_in_the_request_and_nowhere_else(stubbed, monkeypatch):
    monkeypatch.setattr(auth_token, "generate", lambda length: "the-generated-token")
    client, stubber = stubbed("secretsmanager")
    answer_read(stubber, None)
    stubber.add_response("create_secret", {}, {"Name": NAME, "SecretString": "the-generated-token", "Tags": ANY})
    answer_read(stubber, SECRET)
    result = auth_token.ensure(client, {**DECLARED, "state": "present"}, False)
    assert "the-generated-token" not in str(result)


def ensure(client, state: str, token: str | None = None) -> dict[str, Any]:
    return auth_token.ensure(client, {**DECLARED, "state": state, "auth_token": token}, False)


REFUSED = {
    "no secret": ("pending", None, "to rotate"),
    "a secret scheduled for deletion": ("pending", DELETED, "to rotate"),
    "one that Secrets Manager rotates": ("pending", {**SECRET, "RotationEnabled": True}, "itself rotates"),
    "an end before the token is current": ("settled", BEGUN, "End its rotation first"),
}


@pytest.mark.parametrize(("state", "existing", "message"), REFUSED.values(), ids=REFUSED)
def test_a_rotation_that_cannot_go_on(stubbed, state, existing, message):
    client, stubber = stubbed("secretsmanager")
    answer_read(stubber, existing)
    with pytest.raises(AnsibleAWSError, match=message):
        ensure(client, state)


GIVEN = {
    "the current one": (SECRET, "AWSCURRENT", "the-given-token", "Give another one"),
    "another than the pending one": (BEGUN, "AWSPENDING", "another-token", "Leave auth_token out"),
}


@pytest.mark.parametrize(("existing", "stage", "value", "message"), GIVEN.values(), ids=GIVEN)
def test_a_given_token_that_would_be_a_third_one_or_none(stubbed, existing, stage, value, message):
    client, stubber = stubbed("secretsmanager")
    answer_read(stubber, existing)
    stubber.add_response("get_secret_value", {"SecretString": value}, {"SecretId": NAME, "VersionStage": stage})
    with pytest.raises(AnsibleAWSError, match=message) as refused:
        ensure(client, "pending", "the-given-token")
    assert not {"the-given-token", value} & set(str(refused.value).split())


def test_of_two_rotations_at_once_the_second_is_refused(stubbed):
    client, stubber = stubbed("secretsmanager")
    answer_read(stubber, SECRET)
    stubber.add_client_error("put_secret_value", "ResourceExistsException")
    with pytest.raises(AnsibleAWSError, match="put another one there first"):
        ensure(client, "pending")


def test_tokens_differ_and_keep_to_letters_and_digits():
    tokens = {auth_token.generate(64) for _ignored in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9]{64}", token) for token in tokens)
