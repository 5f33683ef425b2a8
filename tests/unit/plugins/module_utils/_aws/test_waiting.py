# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting: pauses grow, news is told when it is news, one deadline holds for every wait of a task."""

from __future__ import annotations

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws.waiting import Deadline, Observation


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time():
    return Time()


def deadline(time: Time, seconds: float, told: list[str]) -> Deadline:
    return Deadline(seconds, told.append, time, time.sleep)


def test_pauses_grow_to_fifteen_seconds_and_the_same_news_is_told_once_a_minute(time):
    told: list[str] = []
    looks = iter([*[Observation("creating")] * 20, Observation("available", done=True)])
    deadline(time, 3600, told).wait("it", lambda: next(looks))
    assert time.slept[:4] == [1, 1.5, 2.25, 3.375]
    assert time.slept[-1] == 15
    assert told[0] == "it: creating (0 s)"
    assert told[-1] == f"it: available ({time.now:.0f} s)"
    assert len(told) == 2 + int(time.now // 63)


def test_a_failure_ends_the_wait_at_once(time):
    with pytest.raises(AnsibleAWSError, match="Gave up waiting for it: no capacity"):
        deadline(time, 3600, []).wait("it", lambda: Observation("create-failed", failure="no capacity"))
    assert time.slept == []


def test_all_waits_of_a_task_share_its_seconds(time):
    both = deadline(time, 10, [])
    looks = iter([Observation("modifying"), Observation("modifying"), Observation("available", done=True)])
    both.wait("the first", lambda: next(looks))
    with pytest.raises(AnsibleAWSError, match=r"Timed out after \d+ s waiting for the second: modifying"):
        both.wait("the second", lambda: Observation("modifying"))
    assert time.now <= 10
