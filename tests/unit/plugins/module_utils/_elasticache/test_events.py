# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events: of a group, its members and its former members in one list, however ElastiCache pages and mixes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import events
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.common import (
    AnsibleElastiCacheError,
)
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_events_info import ARGUMENTS

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
OPTIONS = {**{name: spec.get("default") for name, spec in ARGUMENTS.items()}, "replication_group_id": "Demo"}
GROUP = {"ReplicationGroupId": "demo", "MemberClusters": ["demo-001", "adopted"]}


def event(minute, source, message="something happened", kind="cache-cluster"):
    moment = MIDNIGHT + timedelta(minutes=minute)
    return {"Date": moment, "SourceIdentifier": source, "SourceType": kind, "Message": message}


@pytest.fixture
def client(stubbed):
    return stubbed("elasticache")


def answer(stubber, of_group, *of_clusters, period=None, exists=True):
    if exists:
        stubber.add_response("describe_replication_groups", {"ReplicationGroups": [GROUP]})
    else:
        stubber.add_client_error("describe_replication_groups", "ReplicationGroupNotFoundFault")
    request = {"SourceType": "replication-group", "SourceIdentifier": "demo", **(period or {})}
    stubber.add_response("describe_events", {"Events": of_group}, request)
    marks = [*(f"page {number}" for number in range(1, len(of_clusters))), None]
    asked = {"SourceType": "cache-cluster", **(period or {})}
    for page, mark in zip(of_clusters, marks, strict=True):
        stubber.add_response("describe_events", {"Events": page, **({"Marker": mark} if mark else {})}, asked)
        asked = {**asked, "Marker": mark}


def messages(client, **options):
    result = events.inform(client[0], {**OPTIONS, **options}, False)
    assert not result["changed"]
    return [found["message"] for found in result["events"]]


def test_the_events_of_all_come_sorted_from_all_pages(client):
    answer(
        client[1],
        [event(5, "demo", "fifth", "replication-group"), event(1, "demo", "first", "replication-group")],
        [event(4, "demo-001", "fourth"), event(2, "adopted", "second")],
        [event(3, "demo-001", "third")],
    )
    assert messages(client) == ["first", "second", "third", "fourth", "fifth"]


SOURCES = {
    "a member": ("demo-001", True),
    "a member with a name of its own": ("adopted", True),
    "a node that was removed": ("demo-003", True),
    "a node of a shard that was removed": ("demo-0004-001", True),
    "another group's node": ("other-001", False),
    "a node of a group whose name begins alike": ("demo-two-001", False),
    "a group of that name": ("demo-1", False),
}


@pytest.mark.parametrize(("source", "belongs"), SOURCES.values(), ids=SOURCES)
def test_who_belongs_to_a_group(client, source, belongs):
    answer(client[1], [], [event(1, source)])
    assert len(messages(client)) == belongs


def test_a_group_that_is_gone_still_has_events(client):
    answer(client[1], [event(9, "demo", "deleted", "replication-group")], [event(1, "demo-001", "made")], exists=False)
    assert messages(client) == ["made", "deleted"]


def test_only_messages_with_the_pattern_whatever_their_case(client):
    answer(client[1], [], [event(1, "demo-001", "Failover from a to b completed"), event(2, "demo-001", "restarted")])
    assert messages(client, message_pattern="failover from .* completed") == ["Failover from a to b completed"]


def test_a_pattern_that_is_none_is_refused_before_any_call(client):
    with pytest.raises(AnsibleElastiCacheError, match=r"message_pattern = \(: is no regular expression"):
        messages(client, message_pattern="(")


PERIODS = {
    "minutes": ({"duration": 90}, {"Duration": 90}),
    "from a time on": ({"start_time": "2026-11-23T00:00:00Z"}, {"StartTime": "2026-11-23T00:00:00Z"}),
    "between two times": (
        {"start_time": "2026-11-22T00:00:00Z", "end_time": "2026-11-23T00:00:00Z"},
        {"StartTime": "2026-11-22T00:00:00Z", "EndTime": "2026-11-23T00:00:00Z"},
    ),
}


@pytest.mark.parametrize(("options", "period"), PERIODS.values(), ids=PERIODS)
def test_a_period_goes_to_elasticache(client, options, period):
    answer(client[1], [], [], period=period)
    assert messages(client, **options) == []
