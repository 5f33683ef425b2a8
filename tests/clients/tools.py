# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that tests call. One that is missing fails a test, as does a build; a registry out of reach skips it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# How npm, the go command, Maven and pip say that they could not fetch something.
OUT_OF_REACH = re.compile(
    r"EAI_AGAIN|ECONN(REFUSED|RESET)|ENOTFOUND|ETIMEDOUT|\bE(403|404|5\d\d)\b"
    r"|dial tcp|no such host|i/o timeout|TLS handshake timeout|: (403|404|410|5\d\d) [A-Z]"
    r"|Could not transfer|Could not find artifact|Unknown host"
    r"|NewConnectionError|No matching distribution"
)


def require(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    assert not missing, f"{', '.join(missing)} not found: `.ci/setup java clients` installs it, or says how"


def download(*command: str, cwd: Path) -> None:
    """Fetch what a build needs; skips the test where its registry cannot be reached, or does not have it."""
    require(command[0])
    ended = _run(command, cwd)
    said = ended.stdout + ended.stderr
    if ended.returncode and OUT_OF_REACH.search(said):
        pytest.skip(f"{' '.join(command[:3])}: {said.strip()[-500:]}")
    assert ended.returncode == 0, said


def build(*command: str, cwd: Path) -> None:
    require(command[0])
    ended = _run(command, cwd)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def _run(command: tuple[str, ...], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
