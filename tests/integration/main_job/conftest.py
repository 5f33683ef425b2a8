# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox of this folder's own, and the main job run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from integration.main_job.job import Job

from sandbox.testing import running_sandbox


@pytest.fixture(scope="session")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    with running_sandbox(tmp_path_factory.mktemp("main-job")) as running:
        yield Job(running)


@pytest.fixture(scope="session")
def provisioned(job: Job) -> Job:
    """The sandbox after one run of the main job."""
    run = job.run("site.yml")
    assert run.code == 0, run.output
    return job


@pytest.fixture(scope="session")
def boto(job: Job) -> Callable[[str], Any]:
    return job.sandbox.client
