# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks of the checkout on a sandbox, with the inventory that users of the sandbox have."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sandbox.testing import RunningSandbox

READING = ("Describe", "Get", "List")
ROOT = Path(__file__).resolve().parents[3]
ANSIBLE_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


def create_key(sandbox: RunningSandbox) -> str:
    """Return the ARN of a new KMS key whose policy lets CloudWatch Logs use it, too, as a log group needs it."""
    settings = sandbox.settings
    principals = (
        {"AWS": f"arn:aws:iam::{settings.account_id}:root"},
        {"Service": f"logs.{settings.region}.amazonaws.com"},
    )
    statements = [{"Effect": "Allow", "Principal": each, "Action": "kms:*", "Resource": "*"} for each in principals]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return str(sandbox.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


@dataclass(frozen=True)
class Run:
    """How a playbook ended."""

    code: int
    output: str

    @cached_property
    def report(self) -> dict[str, Any]:
        report, _ = json.JSONDecoder().raw_decode(self.output, self.output.index("{\n"))
        return report

    @property
    def changed(self) -> dict[str, int]:
        return {host: stats["changed"] for host, stats in self.report["stats"].items()}

    def results(self, host: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Task name and result of each task that ran for a host."""
        for play in self.report["plays"]:
            for task in play["tasks"]:
                if host in task["hosts"]:
                    yield task["task"]["name"].rpartition(" : ")[2], task["hosts"][host]


@dataclass(frozen=True)
class Job:
    """Runs the playbooks of the checkout on a sandbox."""

    sandbox: RunningSandbox

    def command(self, playbook: str, *arguments: str, **variables: Any) -> list[str]:
        place = {
            "elasticache_redis_aws": {"endpoint_url": self.sandbox.settings.endpoint_url},
            "elasticache_redis_ca_file": str(self.sandbox.settings.state_dir / "ca.pem"),
            "sandbox_dir": str(self.sandbox.settings.state_dir),
        }
        extra = json.dumps({**place, **variables})
        return [str(ANSIBLE_PLAYBOOK), playbook, "-i", "inventories/sandbox", "-e", extra, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {**self.sandbox.environment, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}

    def run(self, playbook: str, *arguments: str, **variables: Any) -> Run:
        command = self.command(playbook, *arguments, **variables)
        ended = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        return Run(ended.returncode, ended.stdout + ended.stderr)

    def calls(self, since: int = 0) -> list[str]:
        """The operations so far that change something."""
        return [operation for operation, _ in self.sandbox.calls(since=since) if not operation.startswith(READING)]


def four_times(run: Callable[..., tuple[Run, list[str]]], playbook: str, host: str, **variables: Any) -> list[str]:
    """Check, do, check again, do again; return the operations that doing took."""
    done: list[str] = []
    for number, arguments in enumerate((("--check",), (), ("--check",), ())):
        ended, calls = run(playbook, *arguments, **variables)
        assert ended.code == 0, ended.output
        assert (ended.changed[host] > 0) == (number < 2), ended.output
        assert bool(calls) == (number == 1)
        done += calls
    return done
