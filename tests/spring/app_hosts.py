# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the role's C(configure_app) on hosts that keep their files in directories of a test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE_PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"

PLAYBOOK = [
    {
        "hosts": "app_servers",
        "gather_facts": False,
        "tasks": [
            {
                "name": "Configure the application",
                "ansible.builtin.include_role": {
                    "name": "accessweaver.elasticache.elasticache_redis",
                    "tasks_from": "configure_app",
                },
            }
        ],
    }
]


@dataclass(frozen=True)
class Run:
    """What a run of the playbook printed and how it ended."""

    status: int
    output: str

    def changed(self, host: str) -> int:
        """How many tasks changed something on a host, read from the recap."""
        recap = next(line for line in self.output.splitlines() if line.startswith(f"{host} ") and "changed=" in line)
        return int(recap.split("changed=")[1].split()[0])


@dataclass(frozen=True)
class AppHosts:
    """An inventory of deployments with known outputs and of application hosts, all of them this machine."""

    directory: Path
    deployments: Mapping[str, Mapping[str, Any]]
    hosts: Mapping[str, Mapping[str, Any]]

    def config_dir(self, host: str) -> Path:
        return self.directory / host

    def configure(self, *arguments: str, **variables: Any) -> Run:
        """Run the role on every host; the variables are extra variables."""
        inventory, playbook = self.directory / "hosts.json", self.directory / "playbook.json"
        inventory.write_text(json.dumps(self._inventory()))
        playbook.write_text(json.dumps(PLAYBOOK))
        options = ["-i", str(inventory), "--extra-vars", json.dumps(variables), *arguments]
        command = [str(ANSIBLE_PLAYBOOK), *options, str(playbook)]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
        return Run(result.returncode, result.stdout + result.stderr)

    def _inventory(self) -> dict[str, Any]:
        shared = {"elasticache_redis_project_name": "accessweaver", "elasticache_redis_environment": "test"}
        deployments = {name: {**shared, **deployment} for name, deployment in self.deployments.items()}
        hosts = {
            name: {
                "elasticache_redis_app_config_dir": str(self.config_dir(name)),
                "elasticache_redis_app_verify": False,
                **host,
            }
            for name, host in self.hosts.items()
        }
        return {
            "all": {
                "vars": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable},
                "children": {
                    "elasticache_redis": {"hosts": deployments},
                    "app_servers": {"hosts": hosts},
                },
            }
        }
