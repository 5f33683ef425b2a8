# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret of an AUTH token on the sandbox: its tags follow the declaration, its value never does."""

from __future__ import annotations

from typing import Any

import pytest
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._secretsmanager import auth_token
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_auth_token import ARGUMENTS

NAME = "elasticache/modules/auth-token"


def declare(**options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    return {**defaults, "name": NAME, **options}


def tags_of(client: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in client.describe_secret(SecretId=NAME).get("Tags", [])}


@pytest.fixture
def client(fresh_sandbox):
    return fresh_sandbox.client("secretsmanager")


@pytest.fixture
def existing(client):
    """A client of a sandbox that has the secret."""
    auth_token.ensure(client, declare(tags={"Project": "demo"}), False)
    return client


def test_create(fresh_sandbox, client):
    four_times(fresh_sandbox, auth_token.ensure, client, declare(tags={"Project": "demo", "CostCenter": 42}))
    assert tags_of(client) == {"Project": "demo", "CostCenter": "42"}
    assert len(client.get_secret_value(SecretId=NAME)["SecretString"]) == 64


CHANGES = {
    "other tags": ({"tags": {"Owner": "platform"}}, ["untag_resource", "tag_resource"], {"Owner": "platform"}),
    "another value": ({"tags": {"Project": "shop"}}, ["tag_resource"], {"Project": "shop"}),
    "none": ({"tags": {}}, ["untag_resource"], {}),
    "one more": (
        {"tags": {"Owner": "platform"}, "purge_tags": False},
        ["tag_resource"],
        {"Project": "demo", "Owner": "platform"},
    ),
}


@pytest.mark.parametrize(("change", "operations", "tags"), CHANGES.values(), ids=CHANGES)
def test_tags_change_and_the_token_stays(fresh_sandbox, existing, change, operations, tags):
    before = existing.get_secret_value(SecretId=NAME)
    done = four_times(fresh_sandbox, auth_token.ensure, existing, declare(**change))
    assert (done["operations"], tags_of(existing)) == (operations, tags)
    after = existing.get_secret_value(SecretId=NAME)
    assert [after[name] for name in ("SecretString", "VersionId")] == [
        before[name] for name in ("SecretString", "VersionId")
    ]


def test_what_is_restored_has_the_tags_that_are_declared(fresh_sandbox, existing):
    auth_token.ensure(existing, declare(state="absent"), False)
    done = four_times(fresh_sandbox, auth_token.ensure, existing, declare(tags={"Owner": "platform"}))
    assert done["operations"] == ["restore_secret", "untag_resource", "tag_resource"]
    assert tags_of(existing) == {"Owner": "platform"}


def test_tags_that_are_left_out_stay(existing):
    assert not auth_token.ensure(existing, declare(), False)["changed"]
    assert tags_of(existing) == {"Project": "demo"}
