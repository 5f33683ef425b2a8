# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The path every resource takes: read, plan, (check mode stops), apply, read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .plan import Plan


def converge(
    plan: Plan,
    existing: Mapping[str, Any],
    check_mode: bool,
    apply: Callable[[Plan], Any],
    read: Callable[[], Mapping[str, Any]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Carry out I(plan) unless in check mode.

    Returns the part of the result that all modules share (C(changed), C(diff), C(operations)) and the resource:
    I(existing) when
    nothing has to change, as predicted in check mode, as read again otherwise.
    """
    result = {"changed": plan.changed, "diff": plan.diff, "operations": plan.operations}
    if not plan.changed:
        return result, dict(existing)
    if check_mode:
        return result, {**existing, **plan.after} if plan.after else {}
    apply(plan)
    return result, dict(read())
