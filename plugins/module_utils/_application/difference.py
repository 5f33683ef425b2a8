# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes in a file, without a line of what does not: that may be anybody's secret."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .disk import State


def difference(path: str, before: State | None, after: State | None) -> str:
    """A diff of the lines from the first that changes to the last one, and what changes of mode and owner."""
    if after is None:
        return f"{path} is removed\n"
    old, new = _lines(before), _lines(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    changed = difflib.unified_diff(old[start : len(old) - end], new[start : len(new) - end], path, path, lineterm="")
    # The numbers of the lines would be those within what changes.
    lines = (f"@@ line {start + 1} @@" if line.startswith("@@ ") else line for line in changed)
    return "".join(f"{line}\n" for line in (*lines, *_attributes(before, after)))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines are the same at the beginning."""
    shorter = min(len(one), len(other))
    return next((index for index in range(shorter) if one[index] != other[index]), shorter)


def _lines(state: State | None) -> Sequence[str]:
    return state.content.decode(errors="replace").splitlines() if state else []


def _attributes(before: State | None, after: State) -> Iterator[str]:
    if before is None:
        yield f"new file, mode {after.mode:04o}"
        return
    if before.mode != after.mode:
        yield f"mode {before.mode:04o} -> {after.mode:04o}"
    for name in ("uid", "gid"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{name} {old} -> {new}"
