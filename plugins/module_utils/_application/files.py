# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of an application that change together, and can go back together.

Every new file is complete on the disk, and accepted, before the first one takes its place with a rename. What they
replace is kept in a directory until the application is known to run with them; that directory is also the mark by which
a later run sees that this one was interrupted.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .difference import difference
from .disk import Disk, FilesError, IrregularError, State, Suspect
from .previous import Kept, Previous

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


class Host(NamedTuple):
    """What a module of Ansible does with paths."""

    accepts: Callable[[str, str], str | None]  # command with %s, and file, to what is wrong with it
    backup: Callable[[str], Any]
    label: Callable[[str, str], Any]  # gives a file the SELinux context of the path that it is for


@dataclass(frozen=True)
class Change:
    """A file that is not as it is wanted; C(None) stands for no file."""

    path: str
    before: State | None
    after: State | None
    secret: bool = False
    backup: bool = False
    validate: str | None = None


def present(parameters: Mapping[str, Any], check_mode: bool, host: Host) -> dict[str, Any]:
    """Write the files that differ, keeping what they replace; see the module for the options."""
    with Disk(suspect(parameters)) as disk:
        directories = ensured(disk, parameters, check_mode, host)
        changes = list(wanted(disk, parameters))
        previous = Previous(disk, parameters["previous"])
        pending = previous.pending()
        if not check_mode:
            tidy(disk, parameters, previous)
            replace_all(disk, changes, previous, host)
    return {
        "changed": bool(directories or changes) or pending,
        "pending": pending,
        "files": [change.path for change in changes],
        "diff": [
            {"prepared": difference(change.path, change.before, change.after)}
            for change in changes
            if not change.secret
        ],
    }


def returned(parameters: Mapping[str, Any], check_mode: bool, host: Host) -> dict[str, Any]:
    """Put back what is kept, and keep it still."""
    with Disk(suspect(parameters)) as disk:
        previous = Previous(disk, parameters["previous"])
        kept = [(entry.path, previous.state(entry)) for entry in previous.entries()]
        changes = [Change(path, now, state) for path, state in kept if state != (now := read(disk, path))]
        if not check_mode:
            for change in changes:
                stage(disk, change, host)
            for change in changes:
                take_place(disk, change)
            sync(disk, changes)
    paths = [change.path for change in changes]
    return {"changed": bool(changes), "pending": bool(kept), "files": paths, "diff": []}


def settled(parameters: Mapping[str, Any], check_mode: bool, _host: Host) -> dict[str, Any]:
    """Forget what is kept; the files stay as they are."""
    with Disk(suspect(parameters)) as disk:
        previous = Previous(disk, parameters["previous"])
        there = previous.exists()
        if there and not check_mode:
            for entry in previous.entries():
                discard_staged(disk, entry.path)
            previous.forget()
    return {"changed": there, "pending": False, "files": [], "diff": []}


def suspect(parameters: Mapping[str, Any]) -> Suspect | None:
    """The owner of the files, where the tasks run as somebody else: it could make use of their rights."""
    name = parameters["owner"]
    uid = owner_id(name)
    if uid is None or uid in (0, os.geteuid()):
        return None
    gid = group_id(parameters["group"])
    gids = {*groups_of(uid), *([] if gid is None else [gid])}
    return Suspect(name, uid, frozenset(gids - {0}))


def groups_of(uid: int) -> list[int]:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return []
    return os.getgrouplist(entry.pw_name, entry.pw_gid)


def ensured(disk: Disk, parameters: Mapping[str, Any], check_mode: bool, host: Host) -> list[str]:
    """Make the directories, which belong to whoever runs this, and can be read by the group. Returns what differs."""
    uid, gid = owner_id(parameters["owner"]), group_id(parameters["group"])
    if gid is None and uid is not None:
        gid = next(iter(groups_of(uid)), None)
    differing = []
    for directory in parameters["directories"]:
        path, mode = directory["path"], octal(directory["path"], directory["mode"])
        owner = (-1 if uid is None else os.geteuid(), -1 if gid is None else gid)
        if disk.ensure(path, mode, *owner, directory["make"], check_mode):
            differing.append(path)
            if not check_mode:
                host.label(path, path)
    return differing


def wanted(disk: Disk, parameters: Mapping[str, Any]) -> Iterator[Change]:
    """What differs, of the files and of those that must be absent."""
    uid, gid = owner_id(parameters["owner"]), group_id(parameters["group"])
    for file in parameters["files"]:
        before = read(disk, file["path"])
        have = (before.uid, before.gid) if before else (os.geteuid(), os.getegid())
        owner = (have[0] if uid is None else uid, have[1] if gid is None else gid)
        after = State(file["content"].encode(), octal(file["path"], file["mode"]), *owner)
        if after != before:
            yield Change(file["path"], before, after, file["secret"], file["backup"], file["validate"])
    for file in parameters["absent"]:
        before = read_ours(disk, file["path"], file["contains"])
        if before:
            yield Change(file["path"], before, None)


def octal(path: str, mode: str) -> int:
    if not re.fullmatch("[0-7]{3,4}", mode):
        raise FilesError(f"the mode {mode!r} of {path} is not valid, give an octal number in quotes, such as '0640'")
    return int(mode, 8)


def read_ours(disk: Disk, path: str, contains: str | None) -> State | None:
    """A file that may go: a regular one, with a certain text in it."""
    try:
        state = read(disk, path)
    except IrregularError:
        return None
    text = state.content.decode(errors="replace") if state else ""
    return state if contains is None or re.search(contains, text, re.MULTILINE) else None


def owner_id(name: str | None) -> int | None:
    return _id(name, "owner", lambda known: pwd.getpwnam(known).pw_uid)


def group_id(name: str | None) -> int | None:
    return _id(name, "group", lambda known: grp.getgrnam(known).gr_gid)


def _id(name: str | None, option: str, find: Callable[[str], int]) -> int | None:
    if name is None or name.isdigit():
        return None if name is None else int(name)
    try:
        return find(name)
    except KeyError as error:
        raise FilesError(f"{option} {name!r} is not known on this host, create it first") from error


def read(disk: Disk, path: str) -> State | None:
    directory, name = os.path.split(path)
    found = disk.find(directory)
    return found.read(name) if found else None


def tidy(disk: Disk, parameters: Mapping[str, Any], previous: Previous) -> None:
    """Remove what a run left that was killed, before it changed anything or after the application was up."""
    for file in (*parameters["files"], *parameters["absent"]):
        discard_staged(disk, file["path"])
    if previous.exists() and not previous.pending():
        previous.forget()


def replace_all(disk: Disk, changes: Sequence[Change], previous: Previous, host: Host) -> None:
    """Write every new file beside its place, have it accepted, keep what there is, and only then rename them all."""
    try:
        for change in changes:
            stage(disk, change, host)
        refuse(problems(changes, host))
        for change in changes:
            if change.backup and change.before:
                host.backup(change.path)
        if changes:
            exchange(disk, changes, previous, host)
    finally:
        for change in changes:
            discard_staged(disk, change.path)


def exchange(disk: Disk, changes: Sequence[Change], previous: Previous, host: Host) -> None:
    """All of the changes, or none."""
    pending = previous.pending()
    previous.keep(Kept.of(change.path, change.before) for change in changes)
    done: list[Change] = []
    try:
        for change in changes:
            done.append(change)
            take_place(disk, change)
        sync(disk, changes)
    except BaseException as error:
        undo(disk, done, host, error)
        if not pending:
            previous.forget()
        raise


def undo(disk: Disk, done: Sequence[Change], host: Host, error: BaseException) -> None:
    try:
        put_back(disk, done, host)
    except FilesError as worse:
        raise FilesError(f"{error}; and some of what it should be with is in place already: {worse}") from error


def put_back(disk: Disk, done: Sequence[Change], host: Host) -> None:
    back = [Change(change.path, read(disk, change.path), change.before) for change in done]
    for change in back:
        if change.before != change.after:
            stage(disk, change, host)
            take_place(disk, change)
    sync(disk, back)


def problems(changes: Iterable[Change], host: Host) -> Iterator[str]:
    for change in changes:
        if change.after and change.validate and (problem := host.accepts(change.validate, staged_path(change.path))):
            yield f"{change.path} is refused by its validation: {problem}"


def refuse(found: Iterable[str]) -> None:
    if sentences := list(found):
        raise FilesError("; ".join(sentences))


def staged_path(path: str) -> str:
    """Where a new file waits. Spring passes over names that begin with two dots, in a configuration tree too."""
    directory, name = os.path.split(path)
    return os.path.join(directory, f"..{name}.new")


def stage(disk: Disk, change: Change, host: Host) -> None:
    if change.after is not None:
        directory, name = os.path.split(staged_path(change.path))
        disk.directory(directory).write(name, change.after)
        host.label(staged_path(change.path), change.path)


def take_place(disk: Disk, change: Change) -> None:
    directory, name = os.path.split(change.path)
    if change.after is None:
        disk.directory(directory).discard(name)
    else:
        disk.directory(directory).rename(os.path.basename(staged_path(change.path)), name)


def discard_staged(disk: Disk, path: str) -> None:
    directory, name = os.path.split(staged_path(path))
    if found := disk.find(directory):
        found.discard(name)


def sync(disk: Disk, changes: Iterable[Change]) -> None:
    for path in sorted({os.path.dirname(change.path) for change in changes}):
        if found := disk.find(path):
            found.sync()
