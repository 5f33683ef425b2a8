# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows are compared with the plain truth: the set of minutes of a week in which they are open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.windows import (
    DAY,
    WEEK,
    Window,
    overlap,
    parse_daily,
    parse_weekly,
)

daily = st.builds(Window, st.integers(0, DAY - 1), st.integers(60, DAY - 1))
weekly = st.builds(Window, st.integers(0, WEEK - 1), st.integers(60, DAY))


def open_minutes(window: Window, period: int) -> set[int]:
    """Minutes of the week in which a window of this period is open."""
    return {(start + minute) % WEEK for start in range(window.start, WEEK, period) for minute in range(window.minutes)}


@pytest.mark.parametrize(
    ("text", "window"),
    [
        pytest.param("03:00-05:00", Window(180, 120), id="morning"),
        pytest.param("23:30-00:30", Window(23 * 60 + 30, 60), id="past-midnight"),
        pytest.param("05:00-05:00", Window(300, 0), id="empty"),
    ],
)
def test_daily_windows_are_read(text: str, window: Window) -> None:
    assert parse_daily(text) == window


@pytest.mark.parametrize(
    ("text", "window"),
    [
        pytest.param("mon:00:00-mon:01:00", Window(0, 60), id="first-hour-of-the-week"),
        pytest.param("Sun:05:00-SUN:06:00", Window(6 * DAY + 300, 60), id="any-case"),
        pytest.param("sun:23:30-mon:01:00", Window(6 * DAY + 23 * 60 + 30, 90), id="past-the-week"),
        pytest.param("tue:10:00-mon:10:00", Window(DAY + 600, 6 * DAY), id="nearly-a-week"),
    ],
)
def test_weekly_windows_are_read(text: str, window: Window) -> None:
    assert parse_weekly(text) == window


@pytest.mark.parametrize(
    "text", ["", "3:00-5:00", "03:00", "24:00-01:00", "03:60-05:00", "03:00-05:00 ", "sun:03:00-05:00", "٠٣:00-05:00"]
)
def test_other_text_is_no_daily_window(text: str) -> None:
    with pytest.raises(ValueError, match="hh24:mi-hh24:mi"):
        parse_daily(text)


@pytest.mark.parametrize(
    "text", ["", "03:00-05:00", "sun:05:00-06:00", "sunday:05:00-sunday:06:00", "sun:5:00-sun:6:00"]
)
def test_other_text_is_no_weekly_window(text: str) -> None:
    with pytest.raises(ValueError, match="ddd:hh24:mi-ddd:hh24:mi"):
        parse_weekly(text)


@pytest.mark.parametrize(
    ("maintenance", "snapshot", "expected"),
    [
        pytest.param("sun:05:00-sun:06:00", "03:00-05:00", False, id="snapshot-ends-as-maintenance-starts"),
        pytest.param("sun:05:00-sun:06:00", "06:00-07:00", False, id="maintenance-ends-as-snapshot-starts"),
        pytest.param("sun:05:00-sun:06:00", "04:00-05:01", True, id="one-minute"),
        pytest.param("wed:00:30-wed:01:30", "23:00-01:00", True, id="snapshot-past-midnight"),
        pytest.param("sun:23:30-mon:01:00", "00:30-02:00", True, id="maintenance-past-the-week"),
        pytest.param("sun:23:30-mon:00:30", "00:30-02:00", False, id="past-the-week-but-clear"),
        pytest.param("mon:12:00-tue:12:00", "03:00-04:00", True, id="maintenance-of-a-whole-day"),
    ],
)
def test_known_overlaps(maintenance: str, snapshot: str, expected: bool) -> None:
    assert overlap(parse_weekly(maintenance), parse_daily(snapshot)) is expected


@given(weekly, daily)
def test_overlap_is_sharing_a_minute(maintenance: Window, snapshot: Window) -> None:
    shared = open_minutes(maintenance, WEEK) & open_minutes(snapshot, DAY)
    assert overlap(maintenance, snapshot) == bool(shared)


@given(weekly, daily)
def test_overlap_has_no_direction(maintenance: Window, snapshot: Window) -> None:
    assert overlap(maintenance, snapshot) == overlap(snapshot, maintenance)
