# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events on the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from integration.modules.reachable_groups import REPLICATED, SINGLE, create

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import events
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_events_info import ARGUMENTS


def test_events_of_one_group_and_its_members(fresh_sandbox, ansible):
    client = fresh_sandbox.client("elasticache")
    create(client, demo=REPLICATED, other=SINGLE)
    found = ansible("elasticache_events_info", name="demo")["events"]
    assert {event["source_identifier"] for event in found} == {"demo", "demo-001", "demo-002"}
    assert found == sorted(found, key=lambda event: event["date"])
    last = found[-1]["message"]
    assert {event["message"] for event in read(client, message_pattern=last)} == {last}
    assert read(client, end_time=(datetime.now(UTC) - timedelta(hours=1)).isoformat()) == []
    refused = ansible("elasticache_events_info", name="demo", start_time="yesterday")
    assert "Failed to describe events" in refused["msg"]
    assert "yesterday" in refused["msg"]


def read(client: Any, **options: Any) -> list[dict[str, Any]]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    found: list[dict[str, Any]] = events.inform(client, {**defaults, "replication_group_id": "demo", **options}, False)[
        "events"
    ]
    return found
