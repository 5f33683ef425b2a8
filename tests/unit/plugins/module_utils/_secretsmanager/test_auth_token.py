# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AUTH token's secret: written once, never read, never overwritten."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import ANY

from ansible_collections.accessweaver.elasticache.plugins.module_utils._secretsmanager import auth_token

NAME = "elasticache/demo/auth-token"
DECLARED = {"name": NAME, "description": None, "kms_key_id": None, "length": 64, "tags": {"Project": "demo"}}
SECRET = {"ARN": f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{NAME}-AbCdEf", "Name": NAME}
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
        [("create_secret", {"Name": NAME, "SecretString": ANY, "Tags": [{"Key": "Project", "Value": "demo"}]})],
    ),
    "a secret, whatever its value": ("present", SECRET, []),
    "a secret scheduled for deletion": ("present", DELETED, [("restore_secret", {"SecretId": NAME})]),
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


def test_the_token_is_in_the_request_and_nowhere_else(stubbed, monkeypatch):
    monkeypatch.setattr(auth_token, "generate", lambda length: "the-generated-token")
    client, stubber = stubbed("secretsmanager")
    answer_read(stubber, None)
    stubber.add_response("create_secret", {}, {"Name": NAME, "SecretString": "the-generated-token", "Tags": ANY})
    answer_read(stubber, SECRET)
    result = auth_token.ensure(client, {**DECLARED, "state": "present"}, False)
    assert "the-generated-token" not in str(result)


def test_tokens_differ_and_keep_to_letters_and_digits():
    tokens = {auth_token.generate(64) for _ignored in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9]{64}", token) for token in tokens)
