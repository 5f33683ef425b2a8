# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""News of a long wait. A module cannot speak while it runs: it writes lines to a file that its action plugin reads
aloud."""

from __future__ import annotations

from collections.abc import Callable

from .waiting import no_news


def reporter(path: str | None) -> Callable[[str], None]:
    """Return a function that appends a line to the file at I(path), or one that does nothing when there is no path."""
    if path is None:
        return no_news

    def report(summary: str) -> None:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(f"{summary}\n")

    return report
