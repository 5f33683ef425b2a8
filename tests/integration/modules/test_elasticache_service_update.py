# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service updates on the sandbox, which offers one for Redis and one for Valkey."""

from __future__ import annotations

from typing import Any

import pytest
from integration.modules.habit import four_times
from integration.modules.reachable_groups import REPLICATED, create

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import service_update
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_service_update import ARGUMENTS
from sandbox.testing import running_sandbox

UPDATE = "sandbox-redis-security-1"


def declare(**options: Any) -> dict[str, Any]:
    return {
        **{name: spec.get("default") for name, spec in ARGUMENTS.items()},
        "replication_group_id": "demo",
        **options,
    }


def status(client: Any) -> str:
    (found,) = client.describe_update_actions(ReplicationGroupIds=["demo"], ServiceUpdateName=UPDATE)["UpdateActions"]
    return found["UpdateActionStatus"]


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.1)


def test_apply(fresh_sandbox, ansible):
    client = fresh_sandbox.client("elasticache")
    create(client, demo=REPLICATED)
    pending = ansible("elasticache_service_update_info", update_action_status=["not-applied"])
    assert [found["update_action_status"] for found in pending["update_actions"]] == ["not-applied"]
    assert {found["engine"] for found in pending["service_updates"]} == {"redis", "valkey"}
    done = four_times(fresh_sandbox, service_update.ensure, client, declare(severity=["critical", "important"]))
    assert status(client) == "complete"
    assert done["update_actions"][0]["nodes_updated"] == "2/2"
    assert ansible("elasticache_service_update_info", update_action_status=["not-applied"])["update_actions"] == []


def test_stop_and_go_on(tmp_path):
    """A node takes 600 s to update, here 2."""
    with running_sandbox(tmp_path, time_scale=0.0033) as running:
        client = running.client("elasticache")
        create(client, demo=REPLICATED)
        service_update.ensure(client, declare(wait=False), False)
        four_times(running, service_update.ensure, client, declare(state="stopped"))
        assert status(client) == "stopped"
        four_times(running, service_update.ensure, client, declare())
        assert status(client) == "complete"
