# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on an application host: whom they belong to, and what is never written, shown or left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from integration.applications.hosts import TOKEN, Applications, failure

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
