# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for AWS: one deadline for the whole task, news while it lasts, an end at once when there is no hope."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0  # the delay of botocore's own ElastiCache waiters
GROWTH = 1.5
NEWS_INTERVAL = 60.0  # seconds after which the same news is told again


@dataclass(frozen=True)
class Observation:
    """One look at the resource: how it is in words, and whether that is the end of the wait. I(explain) is called
    for the reasons, when the time is over."""

    summary: str
    done: bool = False
    failure: str | None = None
    explain: Callable[[], str] | None = None


def no_news(summary: str) -> None:
    """The reporter of who does not want to hear."""


@dataclass
class Deadline:
    """The seconds that a task may take, counted from its creation; every wait of the task shares them."""

    seconds: float
    report: Callable[[str], None] = no_news
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    started: float = field(init=False)
    told: tuple[str, float] = field(init=False, default=("", 0.0))

    def __post_init__(self) -> None:
        self.started = self.clock()

    def wait(self, goal: str, observe: Callable[[], Observation]) -> None:
        """Call I(observe) with growing pauses until it is done.

        Raises AnsibleAWSError as soon as it has failed, or when the deadline comes first; both say what was seen last.
        """
        for pause in _pauses():
            seen = observe()
            self._tell(f"{goal}: {seen.summary}")
            if seen.done:
                return
            if seen.failure:
                raise AnsibleAWSError(message=f"Gave up waiting for {goal}: {seen.failure}")
            if self.elapsed + pause > self.seconds:
                raise AnsibleAWSError(message=self._too_late(goal, seen))
            self.sleep(pause)

    def _tell(self, news: str) -> None:
        if news != self.told[0] or self.elapsed - self.told[1] >= NEWS_INTERVAL:
            self.told = (news, self.elapsed)
            self.report(f"{news} ({self.elapsed:.0f} s)")

    @property
    def elapsed(self) -> float:
        return self.clock() - self.started

    def _too_late(self, goal: str, seen: Observation) -> str:
        reasons = f" {seen.explain()}" if seen.explain else ""
        return (
            f"Timed out after {self.elapsed:.0f} s waiting for {goal}: {seen.summary}.{reasons} "
            "AWS goes on with what it has begun; run the task again to resume, or raise wait_timeout."
        )


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * GROWTH, LONGEST_PAUSE)
