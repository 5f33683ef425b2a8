# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories that are opened once and then used by their descriptor, whatever becomes of their names meanwhile.

The tasks run as root more often than not, and write for a user who has fewer rights. So nothing that this user may
change is trusted: a directory that it could swap is refused, and no link at the end of a path is followed.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Ancestors need not be readable. Other systems than Linux have no such descriptor.
_ENTER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LIST = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_MOST_LINKS = 40

REMEDIES = {
    errno.EACCES: "become a user that may",
    errno.EPERM: "become a user that may",
    errno.EROFS: "give a path on a file system that can be written",
    errno.ENOENT: "make its directory first",
    errno.ENOTDIR: "give a path whose directories are some",
    errno.EISDIR: "give the path of a file",
    errno.EBUSY: "it is mounted by itself, mount its directory instead",
    errno.ENOSPC: "make room on the file system",
    errno.EDQUOT: "make room on the file system",
}


class FilesError(Exception):
    """Files cannot be read, written or put back. The message says what to do, and never what is in them."""


class IrregularError(FilesError):
    """Something of that name is there, and it is no file."""


@dataclass(frozen=True)
class State:
    """A file as it is on the disk."""

    content: bytes = field(repr=False)
    mode: int
    uid: int
    gid: int


@dataclass(frozen=True)
class Suspect:
    """The user whose files they are, where it is another than the one that writes them."""

    name: str
    uid: int
    gids: frozenset[int]

    def may_change(self, status: os.stat_result) -> bool:
        """Whether it may replace what is in a directory. In a sticky one, others' entries are safe."""
        if status.st_uid == self.uid:
            return True
        shared = status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and status.st_gid in self.gids)
        return bool(shared) and not status.st_mode & stat.S_ISVTX


@contextmanager
def spoken(path: str, action: str) -> Iterator[None]:
    """What the system refuses, with what to do."""
    try:
        yield
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0)
        raise FilesError(f"{path} cannot be {action}: {error.strerror}{f'; {remedy}' if remedy else ''}") from error


class Directory:
    """An open directory, and what is done to the files in it."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor

    def __truediv__(self, name: str) -> str:
        return os.path.join(self.path, name)

    def status(self) -> os.stat_result:
        return os.fstat(self.descriptor)

    def names(self) -> list[str]:
        return sorted(os.listdir(self.descriptor))

    def read(self, name: str) -> State | None:
        """A file, or C(None) where there is none. Raises IrregularError for anything else of that name."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(name, flags, dir_fd=self.descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._refuse_link(name, error)
            raise FilesError(f"{self / name} cannot be read: {error.strerror}; become a user that may") from error
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise IrregularError(f"{self / name} is no regular file, give the path of one")
        with open(descriptor, "rb") as opened:
            return State(opened.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)

    def _refuse_link(self, name: str, error: OSError) -> None:
        with suppress(OSError):
            if stat.S_ISLNK(os.stat(name, dir_fd=self.descriptor, follow_symlinks=False).st_mode):
                raise IrregularError(f"{self / name} is a symbolic link, give the path that it leads to") from error

    def write(self, name: str, state: State) -> None:
        """A new file that nobody else can read before it has its owner and mode."""
        self.discard(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with spoken(self / name, "written"), open(os.open(name, flags, 0o600, dir_fd=self.descriptor), "wb") as opened:
            opened.write(state.content)
            if (state.uid, state.gid) != (os.geteuid(), os.getegid()):
                os.fchown(opened.fileno(), state.uid, state.gid)
            os.fchmod(opened.fileno(), state.mode)
            opened.flush()
            os.fsync(opened.fileno())

    def discard(self, name: str) -> None:
        with spoken(self / name, "removed"), suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.descriptor)

    def rename(self, name: str, new: str) -> None:
        with spoken(self / new, "replaced"):
            os.rename(name, new, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def make(self, name: str, mode: int) -> None:
        with spoken(self / name, "made"):
            os.mkdir(name, mode, dir_fd=self.descriptor)

    def remove(self, name: str) -> None:
        with spoken(self / name, "removed"):
            os.rmdir(name, dir_fd=self.descriptor)

    def sync(self) -> None:
        """After this, what was renamed stays so when the power fails. Not every file system can be asked."""
        with suppress(OSError):
            os.fsync(self.descriptor)


class Disk:
    """The directories that are in use, each opened once."""

    def __init__(self, suspect: Suspect | None = None) -> None:
        self.suspect = suspect
        self._opened: dict[str, Directory] = {}
        self._ensured: set[tuple[int, int]] = set()  # device and inode of what is safe, or about to be

    def __enter__(self) -> Disk:
        return self

    def __exit__(self, *_: object) -> None:
        for directory in self._opened.values():
            os.close(directory.descriptor)
        self._opened.clear()

    def close(self, path: str) -> None:
        if opened := self._opened.pop(path, None):
            os.close(opened.descriptor)

    def find(self, path: str) -> Directory | None:
        """A directory that the suspect cannot change, C(None) where there is none."""
        if path not in self._opened:
            directory, _made = self._open(path)
            if directory is None:
                return None
            self.check(directory.status(), path)
        return self._opened[path]

    def directory(self, path: str) -> Directory:
        found = self.find(path)
        if found is None:
            raise FilesError(f"the directory {path} does not exist, make it first")
        return found

    def ensure(self, path: str, mode: int, uid: int, gid: int, make: bool, check_mode: bool) -> bool:
        """A directory with mode and owner, -1 for what is left alone. Says whether anything differs.

        Before that, the suspect may be able to change the directory itself, but not the way to it.
        """
        directory, made = self._open(path, make=make and not check_mode)
        if directory is None:
            return make
        status = directory.status()
        self._ensured.add((status.st_dev, status.st_ino))
        have = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
        want = (mode, have[1] if uid == -1 else uid, have[2] if gid == -1 else gid)
        if have != want and not check_mode:
            with spoken(path, "given its owner and mode"):
                os.fchmod(directory.descriptor, have[0] & mode)  # nobody new may enter before it has its owner
                os.fchown(directory.descriptor, uid, gid)
                os.fchmod(directory.descriptor, mode)
        return made or have != want

    def check(self, status: os.stat_result, path: str) -> None:
        """Refuse a directory that the suspect can change."""
        known = (status.st_dev, status.st_ino) in self._ensured
        if self.suspect and not known and self.suspect.may_change(status):
            name = self.suspect.name
            raise FilesError(
                f"{path} can be changed by {name}, who could lead elsewhere what is written below it; give a path on"
                f" which {name} can change nothing, or become {name}"
            )

    def _open(self, path: str, make: bool = False) -> tuple[Directory | None, bool]:
        with spoken(path, "opened"), Walk(self, make) as walk:
            descriptor = walk.to(path)
        if descriptor is None:
            return None, False
        self.close(path)
        self._opened[path] = Directory(path, descriptor)
        return self._opened[path], walk.made


class Walk:
    """The way to a directory from the root on, one name after the other; I(made) is whether the last one was made."""

    def __init__(self, disk: Disk, make: bool) -> None:
        self.disk = disk
        self.make = make
        self.made = False
        self.links = 0
        self.where = "/"
        self.here = os.open("/", _ENTER)

    def __enter__(self) -> Walk:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.here)

    def to(self, path: str) -> int | None:
        """A descriptor of the directory, C(None) where there is none."""
        names = _names(path)
        while names:
            self.disk.check(os.fstat(self.here), self.where)
            name = names.pop(0)
            try:
                step = os.open(name, _ENTER, dir_fd=self.here)
            except FileNotFoundError:
                if not self.make:
                    return None
                step = self._made(name, last=not names)
            except OSError:
                target = self._link(name, last=not names)
                names = _names(target) + names
                if not target.startswith("/"):
                    continue
                step, name = os.open("/", _ENTER), "/"
            os.close(self.here)
            self.here, self.where = step, os.path.normpath(os.path.join(self.where, name))
        return os.open(".", _LIST, dir_fd=self.here)

    def _made(self, name: str, last: bool) -> int:
        os.mkdir(name, 0o700 if last else 0o755, dir_fd=self.here)
        self.made = last
        return os.open(name, _ENTER, dir_fd=self.here)

    def _link(self, name: str, last: bool) -> str:
        """Where a link on the way leads. The one who owns it decides that."""
        path = os.path.join(self.where, name)
        status = os.stat(name, dir_fd=self.here, follow_symlinks=False)
        self.links += 1
        if not stat.S_ISLNK(status.st_mode) or self.links > _MOST_LINKS:
            raise FilesError(f"{path} is no directory, give the path of one")
        if last:
            raise FilesError(f"{path} is a symbolic link, give the path that it leads to")
        if (suspect := self.disk.suspect) and status.st_uid == suspect.uid:
            raise FilesError(f"{path} is a symbolic link of {suspect.name}, give the path that it leads to")
        return os.readlink(name, dir_fd=self.here)


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in ("", ".")]
