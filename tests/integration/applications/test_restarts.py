# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts that fail: what is restarted again with the previous files, and what healthy hosts are left with."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from integration.applications.hosts import Applications, failure

pytestmark = pytest.mark.extended

RENAMED = {"app_client_name": "renamed"}
UNHEALTHY = {"app_health_retries": 1, "app_health_delay": 0}


def test_what_failed_to_restart_is_restarted_with_the_previous_files(tmp_path: Path) -> None:
    apps = Applications(tmp_path)
    restart = apps.told("restart", f"grep -q 'client-name: accessweaver' {apps.config_dir()}/application.yml")
    assert apps.configure(app_restart_command=restart).code == 0
    before = apps.files()
    run = apps.configure(app_restart_command=restart, **RENAMED)
    assert run.code != 0
    assert "Its previous files are back in place, and it is up with them" in failure(run)
    assert apps.commands() == ["restart"] * 3
    assert apps.files() == before


def test_an_application_that_cannot_be_restarted_at_all_is_not_said_to_be_up(tmp_path: Path) -> None:
    apps = Applications(tmp_path)
    assert apps.configure().code == 0
    run = apps.configure(app_restart_command=apps.told("restart", "false"), **RENAMED)
    assert "it does not come up with them either" in failure(run)
    assert apps.commands() == ["restart"] * 2


def test_a_healthy_host_is_settled_when_another_of_its_batch_is_not(tmp_path: Path) -> None:
    well, ill = ({**UNHEALTHY, "app_health_command": [command]} for command in ("true", "false"))
    apps = Applications(tmp_path, {"ill": ill, "well": well})
    run = apps.configure()
    assert run.code != 0
    assert "did not come up on ill" in failure(run, "ill")
    assert "application.yml" in apps.files("well")
    assert ".redis-previous" not in apps.files("well")
    assert apps.configure("--limit", "orders,well").changed["well"] == 0


def test_handlers_of_the_play_run_again_with_the_previous_files(tmp_path: Path) -> None:
    """The one in the middle fails with the new files: with the previous ones, each runs once."""
    apps = Applications(tmp_path, playbook=str(tmp_path / "play.yml"))
    there = f"grep -q 'client-name: accessweaver' {apps.config_dir()}/application.yml"
    commands = (apps.told("first"), apps.told("second", there), apps.told("third"))
    handlers = [
        {"name": command[2], "ansible.builtin.command": {"argv": command}, "listen": "elasticache_redis_app_restart"}
        for command in commands
    ]
    role = {"name": "accessweaver.elasticache.elasticache_redis", "tasks_from": "configure_app"}
    task = {"name": "Configure", "ansible.builtin.include_role": role}
    play = {"hosts": "app_servers", "gather_facts": False, "tasks": [task], "handlers": handlers}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    assert apps.configure().code == 0
    run = apps.configure(app_restart_command=apps.told("restart"), **RENAMED)
    assert "it is up with them" in failure(run)
    assert sorted(apps.commands()[3:5]) == ["first", "second"]
    assert sorted(apps.commands()[5:]) == ["first", "restart", "second", "third"]


def test_an_application_that_ends_after_it_was_up_once_is_not_up(tmp_path: Path) -> None:
    apps = Applications(tmp_path)
    twice = apps.told("health", f'[ "$(grep -c health {tmp_path}/told)" -lt 3 ]')
    run = apps.configure(app_health_command=twice, **UNHEALTHY)
    assert "did not come up on app with its new files (configure_app | health_again | Run its command" in failure(run)
