# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each change of a module is tried: check, do, check again, do again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.testing import RunningSandbox

READING = ("Describe", "Get", "List", "GET ")  # the last of S3, whose calls are logged by method and path

Ensure = Callable[[Any, Mapping[str, Any], bool], Mapping[str, Any]]


def changing(calls: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The operations of a call log that change something."""
    return [operation for operation, _ in calls if not operation.startswith(READING)]


def four_times(running: RunningSandbox, ensure: Ensure, client: Any, declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Check, do, check again, do again; return what doing returned.

    Only the first doing may change anything, and the first check has to predict which operations that takes.
    """
    seen = len(running.calls())
    predicted = ensure(client, declared, True)
    assert changing(running.calls(since=seen)) == []
    done = ensure(client, declared, False)
    assert (predicted["changed"], done["changed"]) == (True, True)
    assert (predicted["operations"], predicted["diff"]) == (done["operations"], done["diff"])
    seen = len(running.calls())
    for check_mode in (True, False):
        again = ensure(client, declared, check_mode)
        assert (again["changed"], again["operations"]) == (False, [])
    assert changing(running.calls(since=seen)) == []
    return done
