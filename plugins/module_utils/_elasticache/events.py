# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened to a replication group and its members, as ElastiCache recorded it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._aws.shapes import from_api
from .._problems import Problem
from . import api
from .problems import refuse

# How ElastiCache names the nodes of a group after it. Only what is no member any more has to be known by its name.
FORMER_MEMBER = r"(-\d{4})?-\d{3}"

Event = dict[str, Any]  # as DescribeEvents has it


def inform(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Return the events that I(parameters) ask for, oldest first; see the module for the options."""
    pattern = compiled(parameters["message_pattern"])
    name = parameters["replication_group_id"].lower()
    groups = api.describe_replication_groups(client, ReplicationGroupId=name)
    found = read(client, groups[0] if groups else {"ReplicationGroupId": name}, **period(parameters))
    return {"changed": False, "events": [from_api(event) for event in found if pattern.search(event["Message"])]}


def compiled(pattern: str | None) -> re.Pattern[str]:
    try:
        return re.compile(pattern or "", re.IGNORECASE)
    except re.error as error:
        fault = f"is no regular expression of Python: {error}"
        refuse(
            [Problem("message_pattern", pattern, fault, "correct it, or escape what is meant literally")], "read events"
        )
        raise


def period(parameters: Mapping[str, Any]) -> dict[str, Any]:
    asked = {"Duration": "duration", "StartTime": "start_time", "EndTime": "end_time"}
    return {member: parameters[name] for member, name in asked.items() if parameters[name] is not None}


def read(client: Any, group: Mapping[str, Any], **period: Any) -> list[Event]:
    """Return the events of I(group), its members and its former members in a I(period) of DescribeEvents, oldest first.

    ElastiCache cannot be asked for the members of one group: one listing for all clusters costs less than a call for
    each member.
    """
    name = group["ReplicationGroupId"]
    members, former = group.get("MemberClusters", ()), re.compile(re.escape(name) + FORMER_MEMBER)
    of_group = api.describe_events(client, SourceType="replication-group", SourceIdentifier=name, **period)
    of_clusters = [
        event
        for event in api.describe_events(client, SourceType="cache-cluster", **period)
        if event["SourceIdentifier"] in members or former.fullmatch(event["SourceIdentifier"])
    ]
    return sorted([*of_group, *of_clusters], key=lambda event: event["Date"])
