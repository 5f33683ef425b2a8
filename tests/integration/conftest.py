# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tests are divided among workers."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

# They share the sandbox that the main job has filled, which takes half a minute.
MAIN_JOB = (
    "test_adopt.py",
    "test_app_hosts.py",
    "test_failover_drill.py",
    "test_functions.py",
    "test_provisioned.py",
    "test_runs.py",
)


class Scheduling(LoadFileScheduling):
    """The tests of a file go to one worker, since they share fixtures and some tell a story."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "main job" if file.endswith(MAIN_JOB) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)
