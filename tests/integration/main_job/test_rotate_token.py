# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The rotation of the AUTH token of a deployment with one application host. The tests tell one story.

An application reads its token from the file that the role writes and logs in with it, all the time. It never fails.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from integration.main_job.job import ROOT, Job, Run

from sandbox.testing import running_sandbox

pytestmark = pytest.mark.extended

PLAYBOOK = "playbooks/rotate_token.yml"
SECRET = "elasticache/accessweaver-staging-redis/auth-token"
BOTH = ("--limit", "staging,app-staging")
TALKATIVE = (*BOTH, "--diff", "-vvv")
GIVEN = "given-by-somebody-0123456789"
FOUND = "given-for-one-that-is-lost-0123"


@dataclass
class Watch:
    """What was seen while an application logged in again and again."""

    logins: int = 0
    failures: list[str] = field(default_factory=list)
    commands: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Story:
    """The deployment, its secret, its application."""

    job: Job
    place: Path

    @property
    def file(self) -> Path:
        return self.place / "apps/app-staging/secrets/spring.data.redis.password"

    @property
    def restarted_with(self) -> Path:
        """A copy of the file, made by the restart of the application."""
        return self.place / "restarted"

    def run(self, *arguments: str, **variables: Any) -> Run:
        return self.job.run(PLAYBOOK, *arguments, **{**self.restart, **variables})

    @property
    def restart(self) -> dict[str, Any]:
        return {"elasticache_redis_app_restart_command": ["cp", "-f", str(self.file), str(self.restarted_with)]}

    @property
    def secrets(self) -> Any:
        return self.job.sandbox.client("secretsmanager")

    def token(self, stage: str = "AWSCURRENT") -> str:
        return str(self.secrets.get_secret_value(SecretId=SECRET, VersionStage=stage)["SecretString"])

    def stages(self) -> set[tuple[str, ...]]:
        versions = self.secrets.describe_secret(SecretId=SECRET)["VersionIdsToStages"]
        return {tuple(sorted(stages)) for stages in versions.values()}

    def changes(self, since: int) -> list[str]:
        """What was called; of ModifyReplicationGroup, the strategy."""
        reading = ("Describe", "Get", "List")
        calls = self.job.sandbox.calls(since=since)
        return [p.get("AuthTokenUpdateStrategy", name) for name, p in calls if not name.startswith(reading)]

    @cached_property
    def endpoint(self) -> dict[str, Any]:
        (group,) = self.job.sandbox.client("elasticache").describe_replication_groups()["ReplicationGroups"]
        return dict(group["NodeGroups"][0]["PrimaryEndpoint"])

    def log_in(self, token: str | None) -> None:
        address, port = self.endpoint["Address"], self.endpoint["Port"]
        with redis.Redis(address, port, password=token, ssl=True, ssl_ca_certs=str(self.place / "ca.pem")) as client:
            client.ping()

    def admits(self, token: str | None) -> bool:
        try:
            self.log_in(token)
        except redis.AuthenticationError:
            return False
        return True

    @contextmanager
    def application(self) -> Iterator[Watch]:
        """Log in with the token of the file, all the time, and look at the commands of all processes."""
        over, watch = threading.Event(), Watch()

        def live() -> None:
            while not over.wait(0.02):
                try:
                    self.log_in(self.file.read_text())
                except (redis.RedisError, OSError) as failure:
                    watch.failures.append(repr(failure))
                watch.logins += 1
                watch.commands.update(commands())

        thread = threading.Thread(target=live)
        thread.start()
        try:
            yield watch
        finally:
            over.set()
            thread.join()


def commands() -> Iterator[str]:
    for process in psutil.process_iter(["cmdline"]):
        yield " ".join(process.info["cmdline"] or ())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Changes of the token take a moment, so that a run can be killed meanwhile."""
    place = tmp_path_factory.mktemp("rotation")
    with running_sandbox(place, time_scale=0.002) as running:
        story = Story(Job(running), running.settings.state_dir)
        run = story.job.run("site.yml", *BOTH, **story.restart)
        assert run.code == 0, run.output
        yield story


def test_a_check_says_what_would_be_done_and_does_nothing(story):
    since = len(story.job.sandbox.calls())
    run = story.run(*BOTH, "--check", "--diff")
    assert run.code == 0, run.output
    said = dict(run.results("staging"))["rotate_token | Say what is left"]["msg"]
    assert [text.split(",")[0].split(" (")[0] for text in said] == [
        "keep a new token in Secrets Manager",
        "have ElastiCache accept it besides the old one",
        "make it AWSCURRENT in Secrets Manager",
        "give it to app-staging",
        "have ElastiCache refuse the old one",
        "end the rotation in Secrets Manager",
    ]
    assert story.changes(since) == []


def test_a_limit_that_leaves_out_the_application_is_refused(story):
    since = len(story.job.sandbox.calls())
    run = story.run("--limit", "staging")
    assert run.code != 0
    assert "app-staging would not get the new token of staging" in " ".join(run.output.split())
    assert story.changes(since) == []


def test_nobody_is_locked_out_and_nothing_tells_a_token(story, tmp_path):
    """By no run: one that is killed after ROTATE, one in which the application fails, the one that ends it."""
    old, since = story.token(), len(story.job.sandbox.calls())
    with story.application() as watch:
        kill_after_rotate(story, since, killed := tmp_path / "killed")
        new = story.token("AWSPENDING")
        assert story.changes(since) == ["PutSecretValue", "ROTATE"]
        failing = story.run(*TALKATIVE, elasticache_redis_app_restart_command=["false"])
        assert failing.code != 0
        assert "app-staging did not get the new token of staging" in " ".join(failing.output.split())
        assert story.changes(since) == ["PutSecretValue", "ROTATE", "UpdateSecretVersionStage"]
        assert [story.admits(token) for token in (old, new, None)] == [True, True, False]
        ending = story.run(*TALKATIVE)
    assert ending.code == 0, ending.output
    assert story.changes(since)[3:] == ["SET", "UpdateSecretVersionStage"]
    assert [story.admits(token) for token in (old, new, None)] == [False, True, False]
    assert (story.token("AWSPREVIOUS"), story.token(), story.file.read_text()) == (old, new, new)
    assert (story.stages(), story.restarted_with.read_text()) == ({("AWSCURRENT",), ("AWSPREVIOUS",)}, new)
    assert (watch.failures, watch.logins > 20) == ([], True)
    # What facts hold is in these outputs, too: set_fact prints what it sets.
    assert told((old, new), killed.read_text(), failing.output, ending.output, *watch.commands) == []


def kill_after_rotate(story: Story, since: int, output: Path) -> None:
    command = story.job.command(PLAYBOOK, *TALKATIVE, **story.restart)
    with output.open("w") as stream:
        run = subprocess.Popen(command, cwd=ROOT, env=story.job.environment, stdout=stream, stderr=stream)
        while "ROTATE" not in story.changes(since):
            assert run.poll() is None
            time.sleep(0.02)
    family = [psutil.Process(run.pid), *psutil.Process(run.pid).children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family)


def told(tokens: Iterable[str], *texts: str) -> list[str]:
    """The texts that hold a token."""
    return [text for text in texts for token in tokens if token in text]


def test_a_token_of_the_inventory_is_rotated_without_secrets_manager(story):
    old, since = story.token(), len(story.job.sandbox.calls())
    with story.application() as watch:
        given = {"elasticache_redis_auth_token": old, "elasticache_redis_new_auth_token": GIVEN}
        run = story.run(*TALKATIVE, **given)
    assert run.code == 0, run.output
    assert story.changes(since) == ["ROTATE", "SET"]
    assert (story.file.read_text(), story.admits(old), story.admits(GIVEN)) == (GIVEN, False, True)
    assert (watch.failures, told((old, GIVEN), run.output)) == ([], [])


def test_a_lost_secret_is_not_replaced_by_a_token_that_the_cache_does_not_know(story):
    story.secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    since, provision = len(story.job.sandbox.calls()), ("playbooks/provision.yml", "--limit", "staging")
    for arguments in (("--check",), ()):
        run = story.job.run(*provision, *arguments)
        (message,) = [result["msg"] for _, result in run.results("staging") if result.get("failed")]
        assert f"auth_token: the secret {SECRET} is gone" in message
    assert story.changes(since) == []
    for strategy in ("rotate", "set"):
        given = {"elasticache_redis_auth_token": FOUND, "elasticache_redis_auth_token_update_strategy": strategy}
        run = story.job.run(*provision, **given)
        assert run.code == 0, run.output
    assert story.changes(since) == ["ROTATE", "SET"]
    assert story.admits(FOUND)
