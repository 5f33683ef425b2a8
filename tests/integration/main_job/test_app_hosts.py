# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
A real application on a host over SSH: configured, restarted, not coming up, interrupted.

The tests tell one story.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
from integration.main_job.app_host import AppHost, app_host, wait_until
from integration.main_job.job import ROOT, Job, Run


@dataclass(frozen=True)
class Story:
    job: Job
    host: AppHost

    def arguments(self, limit: str) -> list[str]:
        return ["playbooks/configure_apps.yml", "-i", str(self.host.inventory()), "--limit", f"dev,{limit}"]

    def configure(self, *arguments: str, limit: str = "app-ssh,app-second", **variables: Any) -> Run:
        run = self.job.run(*self.arguments(limit), *arguments, **variables)
        assert self.token() not in run.output
        return run

    def token(self) -> str:
        secrets = self.job.sandbox.client("secretsmanager")
        return str(secrets.get_secret_value(SecretId="elasticache/accessweaver-dev-redis/auth-token")["SecretString"])

    def failure(self, run: Run) -> str:
        failed = [result for _, result in run.results("app-ssh") if result.get("failed")]
        return str(failed[-1]["msg"])


@pytest.fixture(scope="module")
def story(provisioned: Job) -> Iterator[Story]:
    with app_host(provisioned.sandbox.settings.state_dir / "ca.pem") as host:
        yield Story(provisioned, host)


def test_check_writes_nothing_and_restarts_nothing(story):
    run = story.configure("--check", "--diff")
    assert run.code == 0, run.output
    assert run.changed["app-ssh"] > 0
    assert not story.host.etc.exists()


def test_another_user_than_that_of_the_connection_gets_the_files_and_the_application_is_up(story):
    run = story.configure("--diff", "-vvv")
    assert run.code == 0, run.output
    files = story.host.files()
    assert {name: (owner, mode) for name, (owner, mode, _content) in files.items()} == {
        "application.yml": ("nobody", "0640"),
        "redis.env": ("nobody", "0600"),
        "secrets": ("root", "0750"),  # the user can read them, and not lead root elsewhere
        "secrets/spring.data.redis.password": ("nobody", "0400"),
    }
    assert files["secrets/spring.data.redis.password"][2].decode() == story.token()
    assert story.host.answer() == "accessweaver"


def test_again_changes_nothing(story):
    run = story.configure()
    assert run.changed == {"dev": 0, "app-ssh": 0, "app-second": 0}
    assert story.host.restarts() == 1


def test_an_application_that_does_not_come_up_gets_its_files_back_and_the_next_batch_is_not_touched(story):
    before, second = story.host.files(), story.host.files("second")
    run = story.configure(
        "--diff", elasticache_redis_app_client_name="does-not-start", elasticache_redis_app_files=["spring"]
    )
    assert run.code != 0
    assert "Its previous files are back in place, and it is up with them" in story.failure(run)
    assert story.host.files() == before
    assert story.host.answer() == "accessweaver"
    assert story.host.restarts() == 3
    assert story.host.files("second") == second


def test_a_token_that_the_cache_refuses_is_not_written(story):
    before = story.host.files()
    run = story.configure(limit="app-ssh", elasticache_redis_app_auth_token="not-the-token-of-this-cache")
    assert "Remedy: give the token that is in effect" in story.failure(run)
    assert "not-the-token" not in run.output
    assert story.host.files() == before


def test_a_run_that_was_killed_before_the_restart_is_completed_by_the_next(story):
    (hold := story.host.directory / "hold").touch()
    name = {"elasticache_redis_app_client_name": "renamed"}
    command = story.job.command(*story.arguments("app-ssh"), **name)
    killed = subprocess.Popen(command, cwd=ROOT, env=story.job.environment, stdout=subprocess.DEVNULL)
    wait_until(lambda: story.host.restarts() == 4, "the restart")
    (story.host.directory / "lost").touch()
    for process in (*psutil.Process(killed.pid).children(recursive=True), psutil.Process(killed.pid)):
        process.kill()
    killed.wait()
    hold.unlink()
    wait_until(lambda: not (story.host.directory / "lost").exists(), "the end of what the killed run had begun")
    assert story.host.answer() == "accessweaver"
    run = story.configure(limit="app-ssh", **name)
    assert run.code == 0, run.output
    assert story.host.answer() == "renamed"
    assert not (story.host.etc / ".redis-previous").exists()
