# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of an application that change together, and can go back together.

Every new file is complete on the disk, and accepted, before the first one takes its place with a rename. What they
replace is kept in a directory until the application is known to run with them; that directory is also the mark by which
a later run sees that this one was interrupted.
"""

from __future__ import annotations

import difflib
import grp
import json
import os
import pwd
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Accepts = Callable[[str, str], "str | None"]  # command with %s, and file, to what is wrong with it
    Backup = Callable[[str], Any]

MANIFEST = "manifest.json"


class FilesError(Exception):
    """Files cannot be read, written or put back. The message says what to do, and never what is in them."""


@dataclass(frozen=True)
class State:
    """A file as it is on the disk."""

    content: bytes = field(repr=False)
    mode: int
    uid: int
    gid: int


@dataclass(frozen=True)
class File:
    """A file as it is wanted; an owner that is C(None) is left as it is."""

    path: str
    content: bytes = field(repr=False)
    mode: int
    uid: int | None = None
    gid: int | None = None
    secret: bool = False
    backup: bool = False
    validate: str | None = None

    def over(self, before: State | None) -> State:
        """What is to be on the disk where I(before) is now."""
        uid, gid = (before.uid, before.gid) if before else (os.geteuid(), os.getegid())
        return State(
            self.content, self.mode, uid if self.uid is None else self.uid, gid if self.gid is None else self.gid
        )


@dataclass(frozen=True)
class Change:
    """A file that is not as it is wanted."""

    file: File
    before: State | None

    @property
    def after(self) -> State:
        return self.file.over(self.before)


@dataclass(frozen=True)
class Kept:
    """What a file was before; I(copy) is its name in the directory, C(None) if there was no file."""

    path: str
    copy: str | None = None
    mode: int = 0
    uid: int = 0
    gid: int = 0


def present(parameters: Mapping[str, Any], check_mode: bool, accepts: Accepts, backup: Backup) -> dict[str, Any]:
    """Write the files that differ, keeping what they replace; see the module for the options."""
    files, place = wanted(parameters), parameters["previous"]
    changes = [change for change in (Change(file, read(file.path)) for file in files) if change.after != change.before]
    pending = is_pending(place)
    if changes and not check_mode:
        replace_all(changes, place, accepts, backup)
    return {
        "changed": bool(changes) or pending,
        "pending": pending,
        "files": [change.file.path for change in changes],
        "diff": [difference(change) for change in changes if not change.file.secret],
    }


def returned(parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Put back what is kept, and keep it still."""
    place = parameters["previous"]
    kept = read_manifest(place)
    changed = [entry.path for entry in kept if restored(place, entry) != read(entry.path)]
    for entry in kept if not check_mode else ():
        put_back(place, entry)
    return {"changed": bool(changed), "pending": is_pending(place), "files": changed, "diff": []}


def settled(parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Forget what is kept; the files stay as they are."""
    place = parameters["previous"]
    there = os.path.lexists(place)
    if there and not check_mode:
        for entry in read_manifest(place):
            discard(staged_path(entry.path))
        empty(place)
        os.rmdir(place)
    return {"changed": there, "pending": False, "files": [], "diff": []}


def wanted(parameters: Mapping[str, Any]) -> list[File]:
    uid, gid = owner_id(parameters["owner"]), group_id(parameters["group"])
    return [
        File(
            path=file["path"],
            content=file["content"].encode(),
            mode=int(file["mode"], 8),
            uid=uid,
            gid=gid,
            **{option: file[option] for option in ("secret", "backup", "validate")},
        )
        for file in parameters["files"]
    ]


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


def read(path: str) -> State | None:
    """A file, or C(None) where there is none. Raises FilesError for anything else of that name."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FilesError(f"{path} is no regular file, give the path of one")
            return State(opened.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    except FileNotFoundError:
        return None
    except OSError as error:
        if os.path.islink(path):
            raise FilesError(f"{path} is a symbolic link, give the path that it leads to") from error
        raise FilesError(f"{path} cannot be read: {error.strerror}") from error


def difference(change: Change) -> dict[str, str]:
    """What changes in a file, as a diff that shows the lines around it only."""
    before = change.before.content.decode(errors="replace").splitlines(keepends=True) if change.before else []
    after = change.file.content.decode().splitlines(keepends=True)
    lines = difflib.unified_diff(before, after, change.file.path, change.file.path)
    return {"prepared": "".join(lines) + _attributes(change)}


def _attributes(change: Change) -> str:
    before, after = change.before, change.after
    if before is None:
        return f"new file, mode {after.mode:04o}\n"
    names = ("mode", "uid", "gid")
    told = ((name, getattr(before, name), getattr(after, name)) for name in names)
    form = {"mode": "04o"}
    return "".join(
        f"{name} {old:{form.get(name, 'd')}} -> {new:{form.get(name, 'd')}}\n" for name, old, new in told if old != new
    )


def replace_all(changes: Sequence[Change], place: str, accepts: Accepts, backup: Backup) -> None:
    """Write every new file beside its place, have it accepted, keep what there is, and only then rename them all."""
    try:
        for change in changes:
            stage(change.file.path, change.after)
        refuse(problems(changes, accepts))
        keep(changes, place)
        for change in changes:
            if change.file.backup and change.before:
                backup(change.file.path)
            os.replace(staged_path(change.file.path), change.file.path)
    finally:
        for change in changes:
            discard(staged_path(change.file.path))


def problems(changes: Iterable[Change], accepts: Accepts) -> Iterator[str]:
    for change in changes:
        if change.file.validate and (problem := accepts(change.file.validate, staged_path(change.file.path))):
            yield f"{change.file.path} is refused by its validation: {problem}"


def refuse(found: Iterable[str]) -> None:
    if sentences := list(found):
        raise FilesError("; ".join(sentences))


def staged_path(path: str) -> str:
    """Where a new file waits. Spring passes over names that begin with two dots, in a configuration tree too."""
    directory, name = os.path.split(path)
    return os.path.join(directory, f"..{name}.new")


def stage(path: str, state: State) -> None:
    write(staged_path(path), state)


def write(path: str, state: State) -> None:
    """A new file that nobody else can read before it has its owner and mode."""
    discard(path)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as opened:
            opened.write(state.content)
            if (state.uid, state.gid) != (os.geteuid(), os.getegid()):
                os.fchown(opened.fileno(), state.uid, state.gid)
            os.fchmod(opened.fileno(), state.mode)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise FilesError(f"{path} cannot be written: {error.strerror}; become a user that may") from error


def discard(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def is_pending(place: str) -> bool:
    return os.path.exists(os.path.join(place, MANIFEST)) and bool(read_manifest(place))


def keep(changes: Sequence[Change], place: str) -> None:
    """Copy what is about to be replaced. What an interrupted run has kept already is older, and stays."""
    kept = read_manifest(place)
    known = {entry.path for entry in kept}
    make_place(place)
    for change in changes:
        if change.file.path not in known:
            kept.append(_copy(change, place, str(len(kept))))
    text = json.dumps([asdict(entry) for entry in kept]).encode()
    manifest = os.path.join(place, MANIFEST)
    write(f"{manifest}.new", State(text, 0o600, os.geteuid(), os.getegid()))
    os.replace(f"{manifest}.new", manifest)


def make_place(place: str) -> None:
    if os.path.exists(os.path.join(place, MANIFEST)):
        return
    if os.path.lexists(place):
        empty(place)  # a run that was killed while it copied had not changed anything yet
        os.rmdir(place)
    os.mkdir(place, 0o700)


def empty(place: str) -> None:
    """Remove what this module made there. The manifest, which is the mark, goes last."""
    names = sorted(os.listdir(place), key=lambda name: name == MANIFEST)
    if foreign := [name for name in names if not (name.isdigit() or name.startswith(MANIFEST))]:
        raise FilesError(f"{place} holds {', '.join(foreign)}, give a directory that is for nothing else")
    for name in names:
        discard(os.path.join(place, name))


def _copy(change: Change, place: str, name: str) -> Kept:
    before = change.before
    if before is None:
        return Kept(change.file.path)
    write(os.path.join(place, name), State(before.content, 0o600, os.geteuid(), os.getegid()))
    return Kept(change.file.path, name, before.mode, before.uid, before.gid)


def read_manifest(place: str) -> list[Kept]:
    """What is kept. Raises FilesError for a directory that somebody else could have filled."""
    state = read(os.path.join(place, MANIFEST)) if os.path.lexists(place) else None
    if state is None:
        return []
    status = os.lstat(place)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o700:
        raise FilesError(f"{place} is not a directory of mode 0700 of the user that the tasks run as, remove it")
    return [Kept(**entry) for entry in json.loads(state.content)]


def restored(place: str, entry: Kept) -> State | None:
    if entry.copy is None:
        return None
    copy = read(os.path.join(place, entry.copy))
    if copy is None:
        raise FilesError(f"the previous {entry.path} is missing from {place}, write it by hand and remove {place}")
    return State(copy.content, entry.mode, entry.uid, entry.gid)


def put_back(place: str, entry: Kept) -> None:
    state = restored(place, entry)
    if state is None:
        discard(entry.path)
    elif state != read(entry.path):
        stage(entry.path, state)
        os.replace(staged_path(entry.path), entry.path)
