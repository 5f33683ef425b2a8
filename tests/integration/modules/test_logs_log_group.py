# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups on the sandbox: what is declared is read back by boto3, and no change of it costs a log event."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any

import pytest
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._logs import log_group
from ansible_collections.accessweaver.elasticache.plugins.module_utils._logs.common import AnsibleLogsError
from ansible_collections.accessweaver.elasticache.plugins.modules.logs_log_group import ARGUMENTS

NAME = "/modules/slow-log"
CREATION = {"retention_in_days": 14, "tags": {"Project": "demo"}}
LINE = "a slow command"


def declare(**options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    return {**defaults, "log_group_name": NAME, **options}


def stored(client: Any) -> dict[str, Any]:
    found = client.describe_log_groups(logGroupNamePrefix=NAME)["logGroups"]
    return next(group for group in found if group["logGroupName"] == NAME)


def tags_of(client: Any) -> dict[str, str]:
    return client.list_tags_for_resource(resourceArn=stored(client)["logGroupArn"])["tags"]


def lines(client: Any) -> list[str]:
    events = client.get_log_events(logGroupName=NAME, logStreamName="node")["events"]
    return [event["message"] for event in events]


def policy(*services: str) -> str:
    root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*"}
    users = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "kms:*"} for service in services]
    return json.dumps({"Version": "2012-10-17", "Statement": [root, *users]})


@pytest.fixture
def clients(fresh_sandbox):
    return cache(fresh_sandbox.client)


@pytest.fixture
def client(clients):
    return clients("logs")


@pytest.fixture
def key(clients) -> str:
    made = clients("kms").create_key(Policy=policy("logs.eu-west-1.amazonaws.com"))
    clients("kms").create_alias(AliasName="alias/logs", TargetKeyId=made["KeyMetadata"]["KeyId"])
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture
def existing(clients, client):
    """A client of a sandbox that has the log group, with a log event in it, and another one that begins like it."""
    client.create_log_group(logGroupName=f"{NAME}-of-others")
    log_group.ensure(clients, declare(**CREATION), False)
    client.create_log_stream(logGroupName=NAME, logStreamName="node")
    event = {"timestamp": int(time.time() * 1000), "message": LINE}
    client.put_log_events(logGroupName=NAME, logStreamName="node", logEvents=[event])
    return client


def test_create(fresh_sandbox, clients, client, key):
    done = four_times(fresh_sandbox, log_group.ensure, clients, declare(**CREATION, kms_key_id=key))
    found = stored(client)
    assert (found["retentionInDays"], found["kmsKeyId"], found["logGroupClass"]) == (14, key, "STANDARD")
    assert tags_of(client) == {"Project": "demo"}
    assert done["operations"] == ["create_log_group", "put_retention_policy"]
    assert done["log_group"]["retention_in_days"] == 14


def test_create_one_that_keeps_its_logs_forever(fresh_sandbox, clients, client):
    four_times(fresh_sandbox, log_group.ensure, clients, declare(log_group_class="INFREQUENT_ACCESS"))
    assert (stored(client).get("retentionInDays"), stored(client)["logGroupClass"]) == (None, "INFREQUENT_ACCESS")


CHANGES = {
    "a retention that few know": (
        {"retention_in_days": 1096},
        ["put_retention_policy"],
        lambda client: stored(client)["retentionInDays"] == 1096,
    ),
    "no retention": (
        {"retention_in_days": 0},
        ["delete_retention_policy"],
        lambda client: "retentionInDays" not in stored(client),
    ),
    "its tags": (
        {"tags": {"Owner": "platform", "CostCenter": 42}},
        ["untag_resource", "tag_resource"],
        lambda client: tags_of(client) == {"Owner": "platform", "CostCenter": "42"},
    ),
    "several parts at once": (
        {"retention_in_days": 3288, "tags": {}},
        ["put_retention_policy", "untag_resource"],
        lambda client: (stored(client)["retentionInDays"], tags_of(client)) == (3288, {}),
    ),
}


@pytest.mark.parametrize(("change", "operations", "is_right"), CHANGES.values(), ids=CHANGES)
def test_change_keeps_the_logs(fresh_sandbox, clients, existing, change, operations, is_right):
    done = four_times(fresh_sandbox, log_group.ensure, clients, declare(**change))
    assert done["operations"] == operations
    assert is_right(existing)
    assert lines(existing) == [LINE]


def test_the_key_comes_and_goes_in_place(fresh_sandbox, clients, existing, key):
    four_times(fresh_sandbox, log_group.ensure, clients, declare(kms_key_id="alias/logs"))
    assert stored(existing)["kmsKeyId"] == key
    assert not log_group.ensure(clients, declare(kms_key_id=key), False)["changed"]
    four_times(fresh_sandbox, log_group.ensure, clients, declare(kms_key_id=""))
    assert "kmsKeyId" not in stored(existing)
    assert lines(existing) == [LINE]


def test_removal(fresh_sandbox, clients, existing):
    done = four_times(fresh_sandbox, log_group.ensure, clients, declare(state="absent"))
    assert (done["operations"], done["log_group"]) == (["delete_log_group"], {})
    left = [group["logGroupName"] for group in existing.describe_log_groups()["logGroups"]]
    assert left == [f"{NAME}-of-others"]


def test_what_is_left_out_stays(clients, existing):
    before = stored(existing), tags_of(existing)
    assert not log_group.ensure(clients, declare(), False)["changed"]
    assert (stored(existing), tags_of(existing)) == before


def test_it_is_found_among_more_log_groups_than_a_page_has(clients, existing):
    for number in range(60):
        existing.create_log_group(logGroupName=f"{NAME}-{number:02}")
    assert not log_group.ensure(clients, declare(**CREATION), False)["changed"]


REFUSED_KEYS = {
    "one that logs may not use": (policy(), "AccessDenied"),
    "one that is of another region's logs": (policy("logs.eu-west-2.amazonaws.com"), "AccessDenied"),
}


@pytest.mark.parametrize(("key_policy", "code"), REFUSED_KEYS.values(), ids=REFUSED_KEYS)
def test_a_key_that_is_refused(clients, existing, key_policy, code):
    key = clients("kms").create_key(Policy=key_policy)["KeyMetadata"]["Arn"]
    with pytest.raises(AnsibleLogsError, match=rf"associate_kms_key.*{code}"):
        log_group.ensure(clients, declare(kms_key_id=key), False)


@pytest.mark.extended
def test_through_ansible(ansible, client):
    options = {"name": NAME, **CREATION}
    assert ansible("logs_log_group", check=True, **options)["operations"] == [
        "create_log_group",
        "put_retention_policy",
    ]
    assert ansible("logs_log_group", **options)["log_group"]["retention_in_days"] == 14
    assert not ansible("logs_log_group", **options)["changed"]
    wrong = ansible("logs_log_group", name=NAME, retention_in_days=15)
    assert "value of retention_in_days must be one of: 0, 1, 3" in wrong["msg"]
    other = ansible("logs_log_group", name=NAME, log_group_class="INFREQUENT_ACCESS")
    assert [problem["option"] for problem in other["problems"]] == ["log_group_class"]
    assert ansible("logs_log_group", name=NAME, state="absent")["log_group"] == {}
    assert client.describe_log_groups()["logGroups"] == []
