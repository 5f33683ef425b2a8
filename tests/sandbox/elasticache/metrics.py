# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The metrics of a cache node, from what Redis tells of itself. Pure.

Names and meanings: ElastiCache guide, "Metrics for Valkey and Redis OSS" and "Host-level metrics".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.dataplane import Reading


@dataclass(frozen=True)
class Metric:
    """A value of one minute."""

    name: str
    unit: str
    value: float


GAUGES: tuple[tuple[str, str, Callable[[Reading], float | None]], ...] = (
    ("BytesUsedForCache", "Bytes", lambda now: now.used_memory),
    ("CurrConnections", "Count", lambda now: now.clients),
    ("CurrItems", "Count", lambda now: sum(now.keys.values())),
    (
        "DatabaseMemoryUsagePercentage",
        "Percent",
        lambda now: 100 * now.used_memory / now.maxmemory if now.maxmemory else None,
    ),
    ("ReplicationLag", "Seconds", lambda now: now.lag),
)
"""What is so at this moment; None is not told, as the lag of a primary."""

COUNTERS: tuple[tuple[str, Callable[[Reading], int]], ...] = (
    ("CacheHits", lambda now: now.hits),
    ("CacheMisses", lambda now: now.misses),
    ("Evictions", lambda now: now.evictions),
)
"""What is counted since the start of the process."""

PROCESSOR: tuple[tuple[str, Callable[[Reading], float]], ...] = (
    ("CPUUtilization", lambda now: now.process_seconds),
    ("EngineCPUUtilization", lambda now: now.engine_seconds),
)
"""Processor time since the start of the process; told as a part of one processor."""


class Meter:
    """Turns the readings of one node into what a minute counted: since the last reading of an earlier minute."""

    def __init__(self) -> None:
        self._minute: int | None = None
        self._before: Reading | None = None
        self._last: Reading | None = None

    def take(self, minute: int, now: Reading) -> list[Metric]:
        """The metrics of a minute as far as it has gone; a reading of the same minute replaces the one before."""
        if minute != self._minute:
            self._minute, self._before = minute, self._last
        if self._before and self._before.process != now.process:
            self._before = None  # a process that was started meanwhile counts from zero
        self._last = now
        return list(metrics(now, self._before))


def metrics(now: Reading, before: Reading | None) -> Iterator[Metric]:
    """The metrics between two readings of one process; before the first there is nothing."""
    for name, unit, gauge in GAUGES:
        if (value := gauge(now)) is not None:
            yield Metric(name, unit, float(value))
    for name, count in COUNTERS:
        yield Metric(name, "Count", float(count(now) - (count(before) if before else 0)))
    seconds = max(now.uptime - (before.uptime if before else 0), 1)
    for name, used in PROCESSOR:
        yield Metric(name, "Percent", min(100 * (used(now) - (used(before) if before else 0)) / seconds, 100.0))
