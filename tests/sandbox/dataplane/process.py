# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Operating system processes: started so that they cannot outlive the sandbox, recorded so that leftovers are found.

A record is a pid and the start time of that process; a pid that was given to somebody else since does not match.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from sandbox.proc import started

RECORD = "process.json"


async def spawn(command: Sequence[str], directory: Path) -> asyncio.subprocess.Process:
    """
    Start a process that the kernel kills when the sandbox dies, and record it in ``directory``.

    It gets its own session (Ctrl-C in the sandbox's terminal is the sandbox's business) and none of our environment.
    """
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "KILL", "--", *command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd=directory,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
    )
    _record(process.pid, directory)
    return process


async def kill_leftovers(directory: Path) -> None:
    """End every process recorded anywhere below ``directory`` that still runs."""
    records = [json.loads(path.read_text()) for path in directory.rglob(RECORD)]
    leftovers = {record["pid"]: record["started"] for record in records if record["started"] is not None}
    while alive := [pid for pid, start in leftovers.items() if started(pid) == start]:
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.02)


def _record(pid: int, directory: Path) -> None:
    """In one step, so that a sandbox that is killed meanwhile leaves no half a record."""
    unfinished = directory / f"{RECORD}.new"
    unfinished.write_text(json.dumps({"pid": pid, "started": started(pid)}))
    unfinished.replace(directory / RECORD)
