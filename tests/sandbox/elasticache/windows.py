# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance and snapshot windows, as minutes of the week (UTC)."""

from __future__ import annotations

import re

from sandbox.elasticache.errors import invalid_value

DAY = 24 * 60
WEEK = 7 * DAY
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_SNAPSHOT = re.compile(f"{_TIME}-{_TIME}")
_MAINTENANCE = re.compile(f"({'|'.join(DAYS)}):{_TIME}-({'|'.join(DAYS)}):{_TIME}")


def maintenance_window(text: str) -> str:
    """Return ``ddd:hh24:mi-ddd:hh24:mi`` in lower case; at least 60 minutes, at most 24 hours."""
    _, length = _maintenance(text)
    if not 60 <= length <= DAY:
        raise invalid_value(f"The maintenance window must be at least 60 minutes: {text}")
    return text.lower()


def snapshot_window(text: str) -> str:
    """Return ``hh24:mi-hh24:mi``; at least 60 minutes."""
    _, length = _snapshot(text)
    if length < 60:
        raise invalid_value("Snapshot window must be at least 60 minutes.")
    return text


def check_apart(maintenance: str, snapshot: str) -> None:
    """The two windows may not overlap, whatever the retention: raised by ElastiCache even with snapshots off."""
    start, length = _maintenance(maintenance)
    daily, hold = _snapshot(snapshot)
    snapshots = (day * DAY + daily for day in range(7))
    if any((begin - start) % WEEK < length or (start - begin) % WEEK < hold for begin in snapshots):
        raise invalid_value("The snapshot window and maintenance window must not overlap.")


def default_maintenance_window(snapshot: str | None) -> str:
    """An hour that is clear of the snapshot window (AWS draws one from a regional block of eight hours)."""
    busy = _snapshot(snapshot)[0] if snapshot else 0
    hour = (busy // 60 + 12) % 23
    return f"sun:{hour:02d}:00-sun:{hour + 1:02d}:00"


def default_snapshot_window(maintenance: str) -> str:
    hour = (_maintenance(maintenance)[0] // 60 + 12) % 23
    return f"{hour:02d}:00-{hour + 1:02d}:00"


def _maintenance(text: str) -> tuple[int, int]:
    """Start in minutes of the week, and length."""
    found = _MAINTENANCE.fullmatch(text.lower())
    if not found:
        message = f"The format of the maintenance window {text} is incorrect; expected ddd:hh24:mi-ddd:hh24:mi (UTC)."
        raise invalid_value(message)
    first, hour, minute, last, until_hour, until_minute = found.groups()
    start = DAYS.index(first) * DAY + int(hour) * 60 + int(minute)
    end = DAYS.index(last) * DAY + int(until_hour) * 60 + int(until_minute)
    return start, (end - start) % WEEK


def _snapshot(text: str) -> tuple[int, int]:
    """Start in minutes of the day, and length."""
    found = _SNAPSHOT.fullmatch(text)
    if not found:
        raise invalid_value(f"The format of the snapshot window {text} is incorrect; expected hh24:mi-hh24:mi (UTC).")
    hour, minute, until_hour, until_minute = map(int, found.groups())
    start = hour * 60 + minute
    return start, (until_hour * 60 + until_minute - start) % DAY
