# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeEvents: what happened, for at most fourteen days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.resources import Event, now
from sandbox.protocol import Parameters

DEFAULT_MINUTES = 60
MOST_MINUTES = 14 * 24 * 60


async def describe(region: Region, p: Parameters) -> Parameters:
    start, end = _period(p)
    found = [event for event in region.store.events if start <= event.date <= end and _matches(event, p)]
    return page("Events", [_view(event) for event in found], p)


def _period(p: Parameters) -> tuple[datetime, datetime]:
    """StartTime and EndTime, or the last Duration minutes (an hour by default)."""
    if "Duration" in p and "StartTime" in p:
        raise invalid_combination("Duration cannot be used together with StartTime.")
    minutes = p.get("Duration", DEFAULT_MINUTES)
    if not 0 < minutes <= MOST_MINUTES:
        raise invalid_value(f"Duration must be between 1 and {MOST_MINUTES} minutes: events are kept for 14 days.")
    end = p.get("EndTime", now())
    start = p.get("StartTime", end - timedelta(minutes=minutes))
    if start > end:
        raise invalid_combination("StartTime must be before EndTime.")
    return start, end


def _matches(event: Event, p: Parameters) -> bool:
    source, kind = p.get("SourceIdentifier"), p.get("SourceType")
    return source in (None, event.source) and kind in (None, event.source_type)


def _view(event: Event) -> Parameters:
    return {
        "SourceIdentifier": event.source,
        "SourceType": event.source_type,
        "Message": event.message,
        "Date": event.date,
    }


OPERATIONS: dict[str, Operation] = {"DescribeEvents": describe}
