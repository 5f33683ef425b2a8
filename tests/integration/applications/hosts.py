# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application hosts whose deployment is known already, all of them this machine, and their playbook."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integration.main_job.job import ANSIBLE_PLAYBOOK, ROOT, Run

TOKEN = "hunter2-!&#$^<>-1234"
CONNECTION = {
    "mode": "single",
    "port": 6379,
    "tls": True,
    "auth": True,
    "username": None,
    "writer": {"host": "master.orders", "port": 6379},
    "reader": None,
    "configuration": None,
    "nodes": [],
}
DEPLOYMENT = {
    "elasticache_redis_outputs": {"connection": CONNECTION},
    "elasticache_redis_auth_token": TOKEN,
    "elasticache_redis_project_name": "accessweaver",
    "elasticache_redis_environment": "test",
}


@dataclass(frozen=True)
class Applications:
    """Hosts by name, with the options of each."""

    directory: Path
    hosts: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"app": {}})
    deployment: Mapping[str, Any] = field(default_factory=lambda: DEPLOYMENT)
    playbook: str = "playbooks/configure_apps.yml"

    def configure(self, *arguments: str, **options: Any) -> Run:
        """Run the playbook for all hosts. Options lack their prefix."""
        (self.directory / "hosts.json").write_text(json.dumps(self._inventory()))
        extra = json.dumps({f"elasticache_redis_{name}": value for name, value in options.items()})
        command = [str(ANSIBLE_PLAYBOOK), self.playbook, "-i", str(self.directory / "hosts.json")]
        environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        ended = subprocess.run(
            [*command, "-e", extra, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        run = Run(ended.returncode, ended.stdout + ended.stderr)
        assert TOKEN not in run.output
        return run

    def _inventory(self) -> dict[str, Any]:
        hosts = {
            name: {
                "elasticache_redis_deployment": "orders",
                "elasticache_redis_app_config_dir": str(self.config_dir(name)),
                "elasticache_redis_app_verify": False,
                **{f"elasticache_redis_{option}": value for option, value in options.items()},
            }
            for name, options in self.hosts.items()
        }
        return {
            "all": {
                "vars": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable},
                "children": {
                    "elasticache_redis": {"hosts": {"orders": self.deployment}},
                    "app_servers": {"hosts": hosts},
                },
            }
        }

    def config_dir(self, host: str = "app") -> Path:
        return self.directory / host

    def files(self, host: str = "app") -> dict[str, tuple[str, str, str]]:
        """Owner, mode and content of all that is there; backups by their time are not among them."""
        directory = self.config_dir(host)
        return {
            str(path.relative_to(directory)): (
                path.owner(),
                f"{stat.S_IMODE(path.lstat().st_mode):04o}",
                path.read_text() if path.is_file() else "",
            )
            for path in sorted([directory, *directory.rglob("*")])
            if not path.name.endswith("~")
        }

    def commands(self) -> list[str]:
        """What commands of told() have told so far."""
        told = self.directory / "told"
        return told.read_text().splitlines() if told.exists() else []

    def told(self, word: str, condition: str = "true") -> list[str]:
        """A command that tells of itself, and succeeds when a condition of the shell does."""
        return ["sh", "-c", f"echo {word} >> {self.directory}/told; {condition}"]


def failure(run: Run, host: str = "app") -> str:
    failed = [result for _, result in run.results(host) if result.get("failed")]
    return str(failed[-1]["msg"])
