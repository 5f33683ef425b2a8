# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's C(configure_app): which files it writes, who may read them, and when it refuses."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from spring.app_hosts import AppHosts, Run
from spring.selection import extended

pytestmark = extended

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


DEPLOYMENTS = {
    "orders": {"elasticache_redis_outputs": {"connection": CONNECTION}, "elasticache_redis_auth_token": TOKEN},
    "unprovisioned": {"elasticache_redis_auth_token": TOKEN},
}


@pytest.fixture(name="apps")
def fixture_apps(tmp_path: Path) -> AppHosts:
    return AppHosts(
        directory=tmp_path,
        deployments=DEPLOYMENTS,
        hosts={"app": {"elasticache_redis_deployment": "orders"}},
    )


def with_host(apps: AppHosts, **variables: Any) -> AppHosts:
    return replace(apps, hosts={"app": {**apps.hosts["app"], **variables}})


def modes(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): oct(stat.S_IMODE(path.stat().st_mode))[2:]
        for path in sorted([directory, *directory.rglob("*")])
    }


def test_life_of_the_files(apps: AppHosts) -> None:
    """Check, do, do again, change: one run after the other on the same host."""
    directory = apps.config_dir("app")

    checked = apps.configure("--check", "--diff")
    assert checked.status == 0, checked.output
    assert checked.changed("app") > 0
    assert not directory.exists()

    written = apps.configure("--diff")
    assert written.status == 0, written.output
    assert modes(directory) == {
        ".": "750",
        "application.yml": "640",
        "redis.env": "600",
        "secrets": "700",
        "secrets/spring.data.redis.password": "400",
    }
    assert (directory / "secrets/spring.data.redis.password").read_text() == TOKEN
    assert f"REDIS_AUTH_TOKEN={TOKEN}\n" in (directory / "redis.env").read_text()
    config = yaml.safe_load((directory / "application.yml").read_text())
    assert config["spring"]["data"]["redis"]["host"] == "master.orders"
    assert config["spring"]["cache"]["redis"]["key-prefix"] == "aw:test:"
    assert config["accessweaver"]["cache"]["redis"]["ttl"]["permissions"] == "5m"

    again = apps.configure()
    assert again.changed("app") == 0, again.output

    slower = with_host(apps, elasticache_redis_app_client={"timeout": "3s"})
    difference = slower.configure("--check", "--diff")
    assert "-      timeout: 2s" in difference.output
    assert "+      timeout: 3s" in difference.output
    assert "timeout: 2s" in (directory / "application.yml").read_text()

    changed = slower.configure("--diff", "-vvv")
    assert changed.status == 0, changed.output
    assert "timeout: 3s" in (directory / "application.yml").read_text()
    assert "timeout: 2s" in next(directory.glob("application.yml.*~")).read_text()
    assert not list(directory.glob("redis.env.*~"))

    for run in (checked, written, again, difference, changed):
        assert TOKEN not in run.output


def test_settings_of_the_user_stay(apps: AppHosts) -> None:
    directory = apps.config_dir("app")
    directory.mkdir()
    own = "# ours\nspring:\n  datasource:\n    url: jdbc:h2:mem:orders  # in memory\n"
    (directory / "application.yml").write_text(own)
    assert apps.configure().status == 0
    text = (directory / "application.yml").read_text()
    assert text.startswith(own)
    first, second = yaml.safe_load_all(text)
    assert first["spring"] == {"datasource": {"url": "jdbc:h2:mem:orders"}}
    assert second["spring"]["data"]["redis"]["host"] == "master.orders"
    assert apps.configure().changed("app") == 0


@pytest.mark.parametrize(
    ("secrets", "file", "content"),
    [
        ("configtree", "secrets/spring.data.redis.password", TOKEN),
        ("file", "secrets/redis.yml", json.dumps({"spring.data.redis.password": TOKEN}, indent=4) + "\n"),
        ("env", None, None),
    ],
)
def test_secrets(apps: AppHosts, secrets: str, file: str | None, content: str | None) -> None:
    run = with_host(apps, elasticache_redis_app_secrets=secrets, elasticache_redis_app_files=["spring"]).configure()
    assert run.status == 0, run.output
    directory = apps.config_dir("app")
    secret_files = [path for path in directory.rglob("*") if path.is_file() and path.name != "application.yml"]
    assert [str(path.relative_to(directory)) for path in secret_files] == ([file] if file else [])
    assert [path.read_text() for path in secret_files] == ([content] if content else [])
    assert TOKEN not in (directory / "application.yml").read_text()


def test_only_the_files_that_are_asked_for(apps: AppHosts) -> None:
    assert with_host(apps, elasticache_redis_app_files=["env"]).configure().status == 0
    assert modes(apps.config_dir("app")) == {".": "750", "redis.env": "600"}


def test_restart_command_runs_once_for_all_files_and_only_on_change(apps: AppHosts) -> None:
    restarts = apps.directory / "restarts"
    command = ["sh", "-c", f"echo restarted >> {restarts}"]
    host = with_host(apps, elasticache_redis_app_restart_command=command)
    assert host.configure("--check").status == 0
    assert not restarts.exists()
    assert [host.configure().status, host.configure().status] == [0, 0]
    assert restarts.read_text() == "restarted\n"


def test_containers_are_made_again(apps: AppHosts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of that name tells how it was called, since a test machine need not have an engine."""
    told = apps.directory / "told"
    program = apps.directory / "bin/docker"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    project = {"elasticache_redis_app_compose_dir": "/srv/shop", "elasticache_redis_app_compose_services": ["orders"]}
    run = with_host(apps, **project).configure()
    assert run.status == 0, run.output
    assert told.read_text() == "compose --project-directory /srv/shop up --detach --force-recreate orders\n"


def test_an_application_that_was_never_up_is_left_without_files(apps: AppHosts) -> None:
    unhealthy = {"elasticache_redis_app_health_command": ["false"], "elasticache_redis_app_health_delay": 0}
    run = with_host(apps, **unhealthy, elasticache_redis_app_health_retries=1).configure()
    assert run.status != 0
    assert "it does not come up with them either" in " ".join(run.output.split())
    assert TOKEN not in run.output
    assert modes(apps.config_dir("app")) == {".": "750", "secrets": "700"}


def test_a_file_of_its_own_for_a_profile_with_sessions_and_a_user(apps: AppHosts) -> None:
    directory = apps.config_dir("app")
    host = with_host(
        apps,
        elasticache_redis_app_spring_profile="prod",
        elasticache_redis_app_spring_import="redis.yml",
        elasticache_redis_app_session={"timeout": "30m", "namespace": "orders"},
        elasticache_redis_app_username="orders",
        elasticache_redis_app_auth_token="hunter2-of-orders",
    )
    run = host.configure()
    assert run.status == 0, run.output
    assert "hunter2" not in run.output
    (ours,) = yaml.safe_load_all((directory / "application-prod.yml").read_text())
    assert ours == {"spring": {"config": {"import": f"file:{directory}/redis.yml"}}}
    spring = yaml.safe_load((directory / "redis.yml").read_text())["spring"]
    assert spring["data"]["redis"]["username"] == "orders"
    assert spring["session"] == {"timeout": "30m", "redis": {"configure-action": "none", "namespace": "orders"}}
    assert "\nREDIS_USERNAME=orders\n" in (directory / "redis.env").read_text()
    assert (directory / "secrets/spring.data.redis.password").read_text() == "hunter2-of-orders"
    assert host.configure().changed("app") == 0


def test_a_setting_of_the_user_that_leads_elsewhere_is_refused(apps: AppHosts) -> None:
    directory = apps.config_dir("app")
    directory.mkdir()
    own = "spring.data.redis.url: redis://hunter2@elsewhere\n"
    (directory / "application.yml").write_text(own)
    run = apps.configure()
    assert "spring.data.redis.url: set in a part of the configuration that is not managed" in " ".join(
        run.output.split()
    )
    assert "hunter2" not in run.output
    assert (directory / "application.yml").read_text() == own


def test_the_command_that_validates_may_refuse(apps: AppHosts) -> None:
    run = with_host(apps, elasticache_redis_app_validate="grep -q no-such-text %s").configure()
    assert run.status != 0
    assert not (apps.config_dir("app") / "application.yml").exists()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "deployment without outputs": ({"deployment": "unprovisioned"}, "no outputs of the deployment unprovisioned"),
    "deployment that is no host": ({"deployment": "nobody"}, "no outputs of the deployment nobody"),
    "no token": ({"app_auth_token": ""}, "asks for an AUTH token"),
    "token that no file carries": ({"app_auth_token": "hunter2-\n-123456789"}, "the AUTH token contains a line break"),
    "unknown line": ({"app_spring_boot": "2.6"}, "'2.6' is of no known Spring Boot line"),
    "bad duration": ({"app_client": {"timeout": "5 m"}}, "'5 m' is not valid"),
    "session that would call CONFIG": (
        {"app_session": {"configure_action": "notify-keyspace-events"}},
        "any other action calls CONFIG",
    ),
    "user without password": ({"app_username": "orders"}, "whose password is not known"),
    "user that is no name": ({"app_username": "or ders", "app_auth_token": "hunter2"}, "give a user name"),
    "import of itself": ({"app_spring_import": "application.yml"}, "the file that is to import it"),
    "file that is no YAML": ({"app_spring_file": "application.properties"}, "Give names that end in .yml"),
    "containers of no project": ({"app_compose_services": ["orders"]}, "without the directory of their project"),
    "bad variable": ({"app_env": {"A B": "x"}}, "'A B' is no variable name"),
}


@pytest.fixture(scope="module", name="refused")
def fixture_refused(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run, in which every case is a host."""
    hosts = {
        name.replace(" ", "-"): {
            "elasticache_redis_deployment": "orders",
            **{f"elasticache_redis_{option}": value for option, value in variables.items()},
        }
        for name, (variables, _message) in REFUSED.items()
    }
    return AppHosts(tmp_path_factory.mktemp("refused"), DEPLOYMENTS, hosts).configure()


@pytest.mark.parametrize(("name", "message"), [(name, message) for name, (_, message) in REFUSED.items()], ids=REFUSED)
def test_refused(refused: Run, name: str, message: str) -> None:
    host = name.replace(" ", "-")
    results = re.split(r"^(?=\[ERROR\]: |TASK )", refused.output, flags=re.MULTILINE)
    failed = [result for result in results if re.search(rf"^(fatal|failed): \[{host}\]", result, re.MULTILINE)]
    assert message in " ".join(" ".join(failed).split())


def test_refused_before_anything_is_written_and_without_a_secret(refused: Run) -> None:
    assert {refused.changed(name.replace(" ", "-")) for name in REFUSED} == {0}
    assert "hunter2" not in refused.output


def test_a_check_before_the_deployment_exists_is_no_failure(apps: AppHosts) -> None:
    run = apps.configure("--check", elasticache_redis_deployment="unprovisioned")
    assert run.status == 0, run.output
    assert "has no endpoints yet" in " ".join(run.output.split())
    assert run.changed("app") == 0
