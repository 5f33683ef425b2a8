# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance and snapshot windows of ElastiCache.

A snapshot window recurs daily (``03:00-05:00``), a maintenance window weekly (``sun:05:00-sun:06:00``), both in UTC
(ElastiCache API Reference, CreateReplicationGroup). Either may run past midnight, the latter past the end of the week.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .._problems import Problem

SHORTEST = 60
DAY = 24 * 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = len(DAYS) * DAY

_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_DAILY = re.compile(rf"{_TIME}-{_TIME}")
_WEEKLY = re.compile(rf"({'|'.join(DAYS)}):{_TIME}-({'|'.join(DAYS)}):{_TIME}")


@dataclass(frozen=True)
class Window:
    """A stretch of time that recurs: where it starts in its period, and how long it lasts, in minutes."""

    start: int
    minutes: int


def parse_daily(text: str) -> Window:
    """Read ``hh24:mi-hh24:mi``; ValueError where it is anything else."""
    match = _DAILY.fullmatch(text)
    if not match:
        raise ValueError("is not of the form hh24:mi-hh24:mi")
    start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
    return _window(start_hour * 60 + start_minute, end_hour * 60 + end_minute, DAY)


def parse_weekly(text: str) -> Window:
    """Read ``ddd:hh24:mi-ddd:hh24:mi``, case ignored; ValueError where it is anything else."""
    match = _WEEKLY.fullmatch(text.lower())
    if not match:
        raise ValueError("is not of the form ddd:hh24:mi-ddd:hh24:mi")
    start_day, start_hour, start_minute, end_day, end_hour, end_minute = match.groups()
    start = DAYS.index(start_day) * DAY + int(start_hour) * 60 + int(start_minute)
    end = DAYS.index(end_day) * DAY + int(end_hour) * 60 + int(end_minute)
    return _window(start, end, WEEK)


def _window(start: int, end: int, period: int) -> Window:
    return Window(start, (end - start) % period)


def overlap(first: Window, second: Window) -> bool:
    """Whether two windows ever share a minute, given that one of them recurs every day. Windows that touch do not.

    Because one recurs daily, only the time of day at which the other starts can matter, never its weekday.
    """
    return (second.start - first.start) % DAY < first.minutes or (first.start - second.start) % DAY < second.minutes


@dataclass(frozen=True)
class Kind:
    """A kind of window: how it is read, and one as an example."""

    parse: Callable[[str], Window]
    example: str


MAINTENANCE = Kind(parse_weekly, "sun:05:00-sun:06:00")
SNAPSHOT = Kind(parse_daily, "03:00-04:00")


def window_problems(maintenance: tuple[str, str | None], snapshot: tuple[str, str | None]) -> Iterator[Problem]:
    """Yield what is wrong with the two windows, by themselves and together, each of them the name of its option and
    its value, C(None) where AWS chooses."""
    problems, weekly = _read(MAINTENANCE, *maintenance)
    yield from problems
    problems, daily = _read(SNAPSHOT, *snapshot)
    yield from problems
    if weekly and daily and overlap(weekly, daily):
        remedy = f"Move it away from {snapshot[0]} {snapshot[1]}; both are UTC"
        yield Problem(*maintenance, "overlaps the snapshot window", remedy)


def _read(kind: Kind, option: str, text: str | None) -> tuple[list[Problem], Window | None]:
    if text is None:
        return [], None
    try:
        window = kind.parse(text)
    except ValueError as error:
        return [Problem(option, text, str(error), f"Give UTC times such as {kind.example}")], None
    if not SHORTEST <= window.minutes <= DAY:
        return [Problem(option, text, "has the wrong length", "Give at least 60 minutes and at most 24 hours")], None
    return [], window
