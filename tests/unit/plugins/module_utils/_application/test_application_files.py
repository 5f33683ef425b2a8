# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that change together and go back together, on a real directory."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.accessweaver.elasticache.plugins.module_utils._application import files
from ansible_collections.accessweaver.elasticache.plugins.module_utils._application.disk import Directory, FilesError
from ansible_collections.accessweaver.elasticache.plugins.modules import application_files


def accepted(command: str, path: str) -> None:
    """Every file is valid."""


def no_backup(path: str) -> None:
    raise AssertionError(f"a backup of {path}, which nobody asked for")


def labelled(path: str, place: str) -> None:
    """As SELinux does: what does not exist cannot be given a context."""
    assert os.path.lexists(path), path
    assert path == place or not os.path.lexists(place) or os.stat(path).st_ino != os.stat(place).st_ino


MEANS = files.Host(accepted, no_backup, labelled)


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
            "directories": [],
            "absent": [],
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
        return files.present(self.parameters(contents), check_mode, MEANS)

    def returned(self) -> dict[str, Any]:
        return files.returned(self.parameters({}), False, MEANS)

    def settled(self) -> dict[str, Any]:
        return files.settled(self.parameters({}), False, MEANS)

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
    files.present({**host.parameters(NEW), "owner": "0", "group": "0"}, False, MEANS)
    assert (host.path("application").stat().st_uid, host.path("application").stat().st_gid) == (0, 0)
    host.returned()
    assert (host.path("application").stat().st_uid, host.path("application").stat().st_gid) == (65534, 65533)


def test_one_file_that_is_refused_keeps_all_from_being_written(host: Host) -> None:
    write_old(host)
    parameters = host.parameters(NEW)
    parameters["files"][0]["validate"] = "check %s"
    with pytest.raises(FilesError, match=r"application\.yml is refused by its validation: no such key"):
        files.present(
            parameters, False, MEANS._replace(accepts=lambda command, _path: f"no such key in {command}"[:11])
        )
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
    "directory": (folder, "is no regular file, give the path of one"),
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


class TestOneAfterTheOther:
    """Writing that fails in the middle is undone."""

    def fail_at(self, monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
        replace = os.rename

        def rename(old: str, new: str, **rest: Any) -> None:
            if new == name:
                raise OSError(code, os.strerror(code))
            replace(old, new, **rest)

        monkeypatch.setattr(os, "rename", rename)

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            (errno.EBUSY, "password cannot be replaced: Device or resource busy; it is mounted by itself"),
            (errno.EISDIR, "password cannot be replaced: Is a directory; give the path of a file"),
            (errno.ENOSPC, "password cannot be replaced: No space left on device; make room"),
        ],
        ids=["busy", "directory", "full"],
    )
    def test_undone(self, host: Host, monkeypatch: pytest.MonkeyPatch, code: int, message: str) -> None:
        write_old(host)
        self.fail_at(monkeypatch, "password", code)
        with pytest.raises(FilesError, match=message):
            host.present(NEW)
        assert host.tree() == OLD
        assert not host.previous.exists()

    def test_undone_to_what_an_interrupted_run_had_written(self, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        write_old(host)
        host.present({"application": "newer\n"})
        self.fail_at(monkeypatch, "password", errno.EBUSY)
        with pytest.raises(FilesError, match="busy"):
            host.present(NEW)
        assert host.path("application").read_text() == "newer\n"
        host.returned()
        host.settled()
        assert host.tree() == OLD

    def test_backups_come_before_the_first_change(self, host: Host) -> None:
        write_old(host)
        host.path("password").write_text("hunter1")
        parameters = host.parameters({"password": "hunter2", "application": "new\n"})
        parameters["files"][1]["backup"] = True

        def full(_path: str) -> None:
            raise FilesError("no room for a backup")

        before = host.tree()
        with pytest.raises(FilesError, match="no room"):
            files.present(parameters, False, MEANS._replace(backup=full))
        assert host.tree() == before

    def test_the_manifest_is_on_the_disk_before_the_first_change(
        self, host: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str] = []
        sync, rename = Directory.sync, Directory.rename

        def synced(directory: Directory) -> None:
            seen.append(f"sync {Path(directory.path).name}")
            sync(directory)

        def renamed(directory: Directory, old: str, new: str) -> None:
            seen.append(new)
            rename(directory, old, new)

        monkeypatch.setattr(Directory, "sync", synced)
        monkeypatch.setattr(Directory, "rename", renamed)
        host.present(NEW)
        here = host.directory.name
        expected = ["manifest.json", "sync .previous", f"sync {here}", "application.yml", "password"]
        assert seen == [*expected, f"sync {here}", "sync secrets"]


class TestAbsent:
    def without(self, host: Host, *names: str, contains: str | None = None) -> dict[str, Any]:
        absent = [{"path": str(host.directory / name), "contains": contains} for name in names]
        return files.present({**host.parameters({}), "absent": absent}, False, MEANS)

    def test_what_goes_can_come_back(self, host: Host) -> None:
        write_old(host)
        gone = self.without(host, "application.yml", "never/there.yml")
        assert gone["files"] == [str(host.path("application"))]
        assert gone["diff"] == [{"prepared": f"{host.path('application')} is removed\n"}]
        assert host.tree().keys() == {".previous/0", ".previous/manifest.json"}
        host.returned()
        host.settled()
        assert host.tree() == OLD

    def test_what_others_wrote_stays(self, host: Host) -> None:
        write_old(host)
        (host.directory / "link").symlink_to(host.path("application"))
        assert not self.without(host, "application.yml", contains="^new$")["changed"]
        assert not self.without(host, "link", "secrets")["changed"]
        assert self.without(host, "application.yml", contains="^old$")["changed"]

    def test_what_a_killed_run_left_goes(self, host: Host) -> None:
        leftovers = [host.directory / "..application.yml.new", host.directory / "secrets/..password.new"]
        for leftover in leftovers:
            leftover.write_text("hunter2")
        host.previous.mkdir(mode=0o700)
        (host.previous / "0").write_text("hunter1")
        self.without(host, "application.yml", "secrets/password")
        assert host.tree() == {}
        assert not host.previous.exists()


@pytest.mark.parametrize("mode", ["u=rw", "640 ", "999", "17777", ""])
def test_modes_that_are_no_octal_number_are_refused(host: Host, mode: str) -> None:
    parameters = host.parameters(NEW)
    parameters["files"][0]["mode"] = mode
    with pytest.raises(FilesError, match="is not valid, give an octal number in quotes, such as '0640'"):
        files.present(parameters, False, MEANS)


def test_a_directory_that_is_missing_is_named(host: Host) -> None:
    parameters = host.parameters(NEW)
    parameters["files"][0]["path"] = str(host.directory / "missing/application.yml")
    with pytest.raises(FilesError, match="missing does not exist, make it first"):
        files.present(parameters, False, MEANS)
    assert host.tree() == {}


class TestDiff:
    """Of a file in which a part is ours, only lines of that part."""

    OWN = "server: hunter2\n" * 300

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("own: hunter2", "own: hunter2\nours: 1\n"),
            ("own: hunter2\nours: 1\nmore: hunter2\n", "own: hunter2\nours: 2\nmore: hunter2\n"),
            (OWN + "ours: 1\nx: 1\n" + OWN, OWN + "ours: 2\n" + OWN),
            (OWN + "ours: 1\n" + OWN, OWN + OWN),
        ],
        ids=["no line break at the end", "in the middle", "among many that are the same", "removed"],
    )
    def test_no_line_that_stays(self, host: Host, before: str, after: str) -> None:
        host.path("application").write_text(before)
        shown = "".join(part["prepared"] for part in host.present({"application": after})["diff"])
        assert "ours: " in shown
        assert "hunter2" not in shown


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
class TestSuspect:
    """The user of the application owns something on the way, and root writes."""

    NOBODY = 65534

    @pytest.fixture
    def etc(self, tmp_path: Path) -> Path:
        for path in (tmp_path, tmp_path.parent):
            path.chmod(0o755)
        (tmp_path / "etc").mkdir()
        return tmp_path / "etc"

    def parameters(self, etc: Path, **more: Any) -> dict[str, Any]:
        file = {"content": "hunter2", "mode": "0400", "secret": True, "backup": False, "validate": None}
        return {
            "previous": str(etc / ".previous"),
            "owner": "nobody",
            "group": None,
            "directories": [{"path": str(path), "mode": "0750", "make": True} for path in (etc, etc / "secrets")],
            "absent": [],
            "files": [{"path": str(etc / "secrets/password"), **file}],
            **more,
        }

    def write(self, etc: Path, **more: Any) -> dict[str, Any]:
        return files.present(self.parameters(etc, **more), False, MEANS)

    def test_directories_are_of_root_and_files_of_the_user(self, etc: Path) -> None:
        checked = files.present(self.parameters(etc), True, MEANS)
        assert checked["changed"]
        assert list(etc.iterdir()) == []
        os.chown(etc, self.NOBODY, 0)
        assert self.write(etc)["changed"]
        found = {
            path.name: (path.stat().st_uid, path.stat().st_gid, stat.S_IMODE(path.stat().st_mode))
            for path in (etc, etc / "secrets", etc / "secrets/password")
        }
        assert found == {
            "etc": (0, self.NOBODY, 0o750),
            "secrets": (0, self.NOBODY, 0o750),
            "password": (self.NOBODY, 0, 0o400),
        }
        files.settled(self.parameters(etc), False, MEANS)
        assert not self.write(etc)["changed"]

    def test_a_directory_that_need_not_be_there_is_taken_from_it_and_not_made(self, etc: Path) -> None:
        directories = [{"path": str(etc / "old"), "mode": "0750", "make": False}]
        assert not self.write(etc, directories=directories, files=[])["changed"]
        assert list(etc.iterdir()) == []
        (etc / "old").mkdir()
        os.chown(etc / "old", self.NOBODY, 0)
        assert self.write(etc, directories=directories, files=[])["changed"]
        assert (etc / "old").stat().st_uid == 0

    def owned(self, etc: Path) -> None:
        os.chown(etc, self.NOBODY, 0)

    def shared(self, etc: Path) -> None:
        os.chown(etc, 0, self.NOBODY)
        etc.chmod(0o775)

    def writable(self, etc: Path) -> None:
        etc.chmod(0o777)

    def above(self, etc: Path) -> None:
        os.chown(etc.parent, self.NOBODY, 0)

    @pytest.mark.parametrize("prepare", [owned, shared, writable, above])
    def test_a_directory_that_it_can_change_is_refused(self, etc: Path, prepare: Any) -> None:
        (etc / "secrets").mkdir()
        prepare(self, etc)
        with pytest.raises(FilesError, match="can be changed by nobody, who could lead elsewhere"):
            self.write(etc, directories=[])
        assert list((etc / "secrets").iterdir()) == []

    def test_a_sticky_directory_is_not(self, etc: Path) -> None:
        (etc / "secrets").mkdir(0o755)
        etc.chmod(0o1777)
        assert self.write(etc, directories=[])["changed"]

    def test_links_are_not_followed(self, etc: Path, tmp_path: Path) -> None:
        (elsewhere := tmp_path / "elsewhere").mkdir()
        os.chown(etc, self.NOBODY, 0)
        (etc / "secrets").symlink_to(elsewhere)
        os.lchown(etc / "secrets", self.NOBODY, 0)
        with pytest.raises(FilesError, match="secrets is a symbolic link"):
            self.write(etc)
        (etc / "secrets").unlink()
        (etc / ".previous").symlink_to(elsewhere)
        with pytest.raises(FilesError, match="previous is a symbolic link"):
            self.write(etc)
        assert list(elsewhere.iterdir()) == []
        assert elsewhere.stat().st_uid == 0

    def test_a_link_on_the_way_is_followed_unless_it_is_the_users(self, etc: Path, tmp_path: Path) -> None:
        link = tmp_path / "link"
        link.symlink_to("etc")
        (etc / "app").mkdir()
        os.chown(etc / "app", self.NOBODY, 0)
        through = link / "app"
        self.write(through)
        assert (etc / "app/secrets/password").read_text() == "hunter2"
        os.lchown(link, self.NOBODY, 0)
        with pytest.raises(FilesError, match="is a symbolic link of nobody"):
            self.write(through)

    def test_what_it_left_as_previous_files_is_not_put_back(self, etc: Path) -> None:
        self.write(etc, files=[])
        (etc / ".previous").mkdir(0o700)
        (etc / ".previous/manifest.json").write_text('[{"path": "/etc/shadow", "copy": null}]')
        os.chown(etc / ".previous", self.NOBODY, 0)
        for state in (files.present, files.returned, files.settled):
            with pytest.raises(FilesError, match="previous can be changed by nobody"):
                state(self.parameters(etc), False, MEANS)


def test_a_new_file_gets_the_context_of_its_place() -> None:
    told: list[tuple[Any, ...]] = []

    class Module(AnsibleModule):
        def __init__(self) -> None:
            """Without the arguments of a real one."""

        def selinux_enabled(self) -> bool:
            return True

        def selinux_default_context(self, path: Any, mode: Any = None) -> list[str]:
            return [f"context of {path}"]

        def set_context_if_different(self, *arguments: Any) -> bool:
            told.append(arguments)
            return True

    application_files.host(Module()).label("..a.new", "a")
    assert told == [("..a.new", ["context of a"], False)]
