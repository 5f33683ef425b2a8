# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel tells of a process in /proc/PID/stat; fields by their numbers in proc(5)."""

from __future__ import annotations

import os
from pathlib import Path

THREADS, STARTED, RESIDENT = 20, 22, 24


def started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None when it does not run."""
    return _stat(pid, STARTED)


def resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 when it does not run."""
    return (_stat(pid, RESIDENT) or 0) * os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int, field: int) -> int | None:
    """A field of a process that has not ended; the second, the command, may hold spaces and brackets."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *numbers = text.rpartition(")")[2].split()
    # Of a process that was killed the first thread may be gone while others still hold its sockets.
    ended = state == "Z" and int(numbers[THREADS - 4]) <= 1
    return None if ended else int(numbers[field - 4])
