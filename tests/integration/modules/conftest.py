# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules against the sandbox: through Ansible, as users run them, and directly, with a boto3 client."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.modules.habit import four_times

from sandbox.testing import RunningSandbox, aws, fresh_sandbox, sandbox

__all__ = ["ansible", "aws", "four_times", "fresh_sandbox", "life", "sandbox"]

ROOT = Path(__file__).resolve().parents[3]
COLLECTION = "ansible_collections.accessweaver.elasticache"


@pytest.fixture(scope="session")
def ansible(sandbox: RunningSandbox) -> Callable[..., dict[str, Any]]:
    """``ansible(module, check=False, **options)``: the result of one task that Ansible runs against the sandbox."""
    callback = {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
    environment = {**sandbox.environment, **callback}
    command = [
        str(Path(sys.executable).with_name("ansible")),
        "localhost",
        "-e",
        f"ansible_python_interpreter={sys.executable}",
    ]

    def run(module: str, *, check: bool = False, **options: Any) -> dict[str, Any]:
        task = ["-m", f"accessweaver.elasticache.{module}", "-a", json.dumps(options), *(["--check"] if check else [])]
        ended = subprocess.run(
            [*command, *task], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert "{\n" in ended.stdout, ended.stderr
        report, _ = json.JSONDecoder().raw_decode(ended.stdout, ended.stdout.index("{\n"))  # below news of waits
        return report["plays"][0]["tasks"][0]["hosts"]["localhost"]

    return run


@pytest.fixture
def life(fresh_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A sandbox in which everything is there but a replication group, which is waited for in short pauses."""
    from integration.modules.groups import prepared  # imports the collection: found once pytest is configured

    monkeypatch.setattr(f"{COLLECTION}.plugins.module_utils._aws.waiting.FIRST_PAUSE", 0.05)
    return prepared(fresh_sandbox)
