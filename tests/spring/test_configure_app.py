# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's C(configure_app): which files it writes, who may read them, and when it refuses."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from spring.app_hosts import AppHosts

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


@pytest.fixture(name="apps")
def fixture_apps(tmp_path: Path) -> AppHosts:
    outputs = {"elasticache_redis_outputs": {"connection": CONNECTION}, "elasticache_redis_auth_token": TOKEN}
    return AppHosts(
        directory=tmp_path,
        deployments={"orders": outputs, "unprovisioned": {"elasticache_redis_auth_token": TOKEN}},
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
    "bad variable": ({"app_env": {"A B": "x"}}, "'A B' is no variable name"),
}


@pytest.mark.parametrize(("variables", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_before_anything_is_written(apps: AppHosts, variables: dict[str, Any], message: str) -> None:
    run = apps.configure(**{f"elasticache_redis_{name}": value for name, value in variables.items()})
    assert run.status != 0
    assert message in " ".join(run.output.split())
    assert "hunter2" not in run.output
    assert not apps.config_dir("app").exists()


def test_a_check_before_the_deployment_exists_is_no_failure(apps: AppHosts) -> None:
    run = apps.configure("--check", elasticache_redis_deployment="unprovisioned")
    assert run.status == 0, run.output
    assert "has no endpoints yet" in " ".join(run.output.split())
    assert run.changed("app") == 0
