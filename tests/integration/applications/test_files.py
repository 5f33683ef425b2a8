# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on an application host: whom they belong to, and what is never written, shown or left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from integration.applications.hosts import TOKEN, Applications, failure

pytestmark = pytest.mark.extended

NOBODY = 65534
AS_NOBODY = {"app_owner": "nobody", "app_files": ["spring"]}

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")


@only_root
def test_directories_that_the_application_owns_are_taken_from_it(tmp_path: Path) -> None:
    apps = Applications(tmp_path, {"app": AS_NOBODY})
    (secrets := apps.config_dir() / "secrets").mkdir(parents=True, mode=0o700)
    for path in (apps.config_dir(), secrets):
        os.chown(path, NOBODY, NOBODY)
    assert apps.configure("--check").changed["app"] > 0
    assert apps.files() == {".": ("nobody", "0755", ""), "secrets": ("nobody", "0700", "")}
    assert apps.configure().code == 0
    assert {name: found[:2] for name, found in apps.files().items()} == {
        ".": ("root", "0750"),
        "application.yml": ("nobody", "0640"),
        "secrets": ("root", "0750"),
        "secrets/spring.data.redis.password": ("nobody", "0400"),
    }
    assert apps.configure("--check").changed["app"] == 0
    assert apps.configure().changed["app"] == 0


@only_root
def test_a_link_of_the_application_is_not_followed(tmp_path: Path) -> None:
    apps = Applications(tmp_path, {"app": AS_NOBODY})
    (elsewhere := tmp_path / "elsewhere").mkdir()
    apps.config_dir().mkdir()
    os.chown(apps.config_dir(), NOBODY, NOBODY)
    (link := apps.config_dir() / "secrets").symlink_to(elsewhere)
    os.lchown(link, NOBODY, NOBODY)
    assert "secrets is a symbolic link" in failure(apps.configure())
    assert list(elsewhere.iterdir()) == []
    assert elsewhere.owner() == "root"


def test_the_diff_shows_no_line_of_the_user(tmp_path: Path) -> None:
    apps = Applications(tmp_path)
    apps.config_dir().mkdir()
    (apps.config_dir() / "application.yml").write_text("spring.datasource.password: hunter1")
    for name in ("accessweaver", "renamed"):
        run = apps.configure("--diff", app_client_name=name, app_files=["spring"])
        assert f"client-name: {name}" in run.output
        assert "hunter1" not in run.output
        assert TOKEN not in run.output


EVERYTHING = ["spring", "env", "kubernetes", "ecs", "redis-py", "ioredis", "go-redis", "jedis", "redisson"]
ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"


def test_what_is_not_wanted_any_more_goes_and_comes_back_with_what_replaced_it(tmp_path: Path) -> None:
    apps = Applications(tmp_path, {"app": {"app_ecs_secret": ARN}})
    apps.config_dir().mkdir()
    (apps.config_dir() / "application.yml").write_text("# ours\n")
    assert apps.configure(app_files=EVERYTHING).code == 0
    (apps.config_dir() / "notes.json").write_text("{}")
    before = apps.files()
    fewer = {"app_files": ["redis-py"], "app_health_retries": 1, "app_health_delay": 0}
    failed = apps.configure(**fewer, app_restart_command=apps.told("restart", "false"))
    assert "Its previous files are back in place" in failure(failed)
    assert apps.files() == before
    run = apps.configure("--diff", **fewer)
    assert run.code == 0, run.output
    assert set(apps.files()) == {".", "application.yml", "notes.json", "redis-py.json", "secrets"}
    assert apps.files()["application.yml"][2] == "# ours\n"
    assert apps.configure(**fewer).changed["app"] == 0


def test_a_token_is_not_sent_to_where_a_file_of_the_user_leads(tmp_path: Path) -> None:
    apps = Applications(tmp_path)
    assert apps.configure(app_files=["spring"]).code == 0
    with (apps.config_dir() / "application.yml").open("a") as opened:
        opened.write("---\nspring.data.redis.host: 127.0.0.1\n")
    before = apps.files()
    for verify in (True, False):
        run = apps.configure(app_files=["spring"], app_verify=verify, app_client_name="renamed")
        assert "spring.data.redis.host is 127.0.0.1:6379, which is no endpoint of the deployment orders" in failure(run)
    assert apps.files() == before


@pytest.mark.parametrize("kind", ["kubernetes", "ecs", "jedis"])
def test_every_kind_of_file_is_tried(tmp_path: Path, kind: str) -> None:
    apps = Applications(tmp_path, {"app": {"app_ecs_secret": ARN}})
    run = apps.configure(app_files=[kind], app_verify=True)
    assert "master.orders:6379" in failure(run)
    assert "Remedy: " in failure(run)
    assert not apps.config_dir().exists()


def test_further_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    apps = Applications(tmp_path)
    run = apps.configure("--diff", "-vvv", app_files=["env", "kubernetes"], app_secret_env={"B": "hunter3"})
    assert run.code == 0, run.output
    assert "\nB=hunter3\n" in apps.files()["redis.env"][2]
    assert "hunter3" not in run.output
