# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that change together and go back together, on a real directory."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._application import files
from ansible_collections.accessweaver.elasticache.plugins.module_utils._application.files import FilesError


def accepted(command: str, path: str) -> None:
    """Every file is valid."""


def no_backup(path: str) -> None:
    raise AssertionError(f"a backup of {path}, which nobody asked for")


class Host:
    """A directory with an application's files."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.previous = directory / ".previous"
        (directory / "secrets").mkdir()

    def parameters(self, contents: Mapping[str, str]) -> dict[str, Any]:
        return {
            "previous": str(self.previous),
            "owner": None,
            "group": None,
            "files": [
                {
                    "path": str(self.path(name)),
                    "content": text,
                    "mode": "0400" if name == "password" else "0640",
                    "secret": name == "password",
                    "backup": False,
                    "validate": None,
                }
                for name, text in contents.items()
            ],
        }

    def path(self, name: str) -> Path:
        return self.directory / ("secrets/password" if name == "password" else f"{name}.yml")

    def present(self, contents: Mapping[str, str], check_mode: bool = False) -> dict[str, Any]:
        return files.present(self.parameters(contents), check_mode, accepted, no_backup)

    def returned(self) -> dict[str, Any]:
        return files.returned(self.parameters({}), check_mode=False)

    def settled(self) -> dict[str, Any]:
        return files.settled(self.parameters({}), check_mode=False)

    def tree(self) -> dict[str, tuple[str, str]]:
        """Content and mode of every file."""
        return {
            str(path.relative_to(self.directory)): (path.read_text(), f"{stat.S_IMODE(path.stat().st_mode):04o}")
            for path in sorted(self.directory.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


NEW = {"application": "new\n", "password": "hunter2"}
WRITTEN = {"application.yml": ("new\n", "0640"), "secrets/password": ("hunter2", "0400")}
OLD = {"application.yml": ("old\n", "0604")}


def write_old(host: Host) -> None:
    host.path("application").write_text("old\n")
    host.path("application").chmod(0o604)


def test_check_do_check_do(host: Host) -> None:
    assert host.present(NEW, check_mode=True)["changed"]
    assert host.tree() == {}
    assert host.present(NEW)["changed"]
    host.settled()
    assert host.tree() == WRITTEN
    assert not host.present(NEW, check_mode=True)["changed"]
    assert host.present(NEW) == {"changed": False, "pending": False, "files": [], "diff": []}


def test_what_was_there_comes_back_with_its_mode_and_what_was_not_goes(host: Host) -> None:
    write_old(host)
    host.present(NEW)
    assert stat.S_IMODE(host.previous.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in host.previous.iterdir()} == {0o600}
    assert host.returned()["files"] == [str(host.path("application")), str(host.path("password"))]
    assert not host.returned()["changed"]
    host.settled()
    assert host.tree() == OLD
    assert not host.previous.exists()


def test_a_run_that_was_interrupted_is_noticed_and_what_it_replaced_stays_kept(host: Host) -> None:
    write_old(host)
    host.present(NEW)
    again = host.present(NEW)
    assert (again["changed"], again["pending"], again["files"]) == (True, True, [])
    host.present({"application": "newer\n", "password": "hunter3", "redis": "also\n"})
    host.returned()
    host.settled()
    assert host.tree() == OLD


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owners_come_back(host: Host) -> None:
    write_old(host)
    os.chown(host.path("application"), 65534, 65533)
    files.present({**host.parameters(NEW), "owner": "0", "group": "0"}, False, accepted, no_backup)
    assert (host.path("application").stat().st_uid, host.path("application").stat().st_gid) == (0, 0)
    host.returned()
    assert (host.path("application").stat().st_uid, host.path("application").stat().st_gid) == (65534, 65533)


def test_one_file_that_is_refused_keeps_all_from_being_written(host: Host) -> None:
    write_old(host)
    parameters = host.parameters(NEW)
    parameters["files"][0]["validate"] = "check %s"
    with pytest.raises(FilesError, match=r"application\.yml is refused by its validation: no such key"):
        files.present(parameters, False, lambda command, path: f"no such key in {command}"[:11], no_backup)
    assert host.tree() == OLD
    assert not host.previous.exists()


def test_the_diff_shows_lines_and_attributes_and_no_secret(host: Host) -> None:
    write_old(host)
    shown = "".join(part["prepared"] for part in host.present(NEW, check_mode=True)["diff"])
    assert "-old\n+new\n" in shown
    assert "mode 0604 -> 0640" in shown
    assert "hunter2" not in shown


def link(host: Host) -> None:
    host.path("application").symlink_to("/etc/hostname")


def folder(host: Host) -> None:
    host.path("application").mkdir()


def foreign_place(host: Host) -> None:
    host.previous.mkdir(mode=0o700)
    (host.previous / "precious.txt").write_text("mine")


def open_place(host: Host) -> None:
    host.previous.mkdir()
    host.previous.chmod(0o777)
    (host.previous / "manifest.json").write_text("[]")


REFUSED = {
    "symbolic link": (link, "is a symbolic link, give the path that it leads to"),
    "directory": (folder, "cannot be read: Is a directory"),
    "place with files of somebody else": (
        foreign_place,
        "holds precious.txt, give a directory that is for nothing else",
    ),
    "place that anybody could fill": (open_place, "is not a directory of mode 0700 of the user that the tasks run as"),
}


@pytest.mark.parametrize(("prepare", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(host: Host, prepare: Any, message: str) -> None:
    prepare(host)
    before = host.tree()
    with pytest.raises(FilesError, match=message):
        host.present(NEW)
    assert host.tree() == before
