# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory with what files were before; its manifest is the mark that they are not settled."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .disk import Directory, Disk, FilesError, State

if TYPE_CHECKING:
    from collections.abc import Iterable

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Kept:
    """What a file was before; I(copy) is the name of its content in the directory, C(None) if there was no file."""

    path: str
    copy: str | None = None
    mode: int = 0
    uid: int = 0
    gid: int = 0
    content: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, path: str, state: State | None) -> Kept:
        return cls(path, None, state.mode, state.uid, state.gid, state.content) if state else cls(path)

    def listed(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "content"}


class Previous:
    """The directory, which may not exist. Raises FilesError for one that somebody else could have filled."""

    def __init__(self, disk: Disk, path: str) -> None:
        self.disk = disk
        self.path = path

    def exists(self) -> bool:
        return self._found() is not None

    def pending(self) -> bool:
        return bool(self.entries())

    def entries(self) -> list[Kept]:
        found = self._found()
        manifest = found.read(MANIFEST) if found else None
        try:
            return [Kept(**entry) for entry in json.loads(manifest.content)] if manifest else []
        except (ValueError, TypeError) as error:
            raise FilesError(
                f"{self.path}/{MANIFEST} cannot be read, see to the files and remove {self.path}"
            ) from error

    def state(self, entry: Kept) -> State | None:
        """What a file was."""
        found = self._found()
        if entry.copy is None or found is None:
            return None
        copy = found.read(entry.copy)
        if copy is None:
            raise FilesError(
                f"the previous {entry.path} is missing from {self.path}, write it by hand and remove {self.path}"
            )
        return State(copy.content, entry.mode, entry.uid, entry.gid)

    def keep(self, states: Iterable[Kept]) -> None:
        """Copy what is about to be replaced. What an interrupted run has kept already is older, and stays."""
        entries = self.entries()
        known = {entry.path for entry in entries}
        directory = self._found() or self._made()
        for new in states:
            if new.path not in known:
                entries.append(self._copied(directory, new, str(len(entries))))
        text = json.dumps([entry.listed() for entry in entries]).encode()
        directory.write(f"{MANIFEST}.new", State(text, 0o600, os.geteuid(), os.getegid()))
        directory.rename(f"{MANIFEST}.new", MANIFEST)
        directory.sync()
        self._parent().sync()

    def forget(self) -> None:
        """Remove what is kept. The manifest, which is the mark, goes first: without the copies it is worth nothing."""
        directory = self._found()
        if directory is None:
            return
        names = sorted(directory.names(), key=lambda name: name != MANIFEST)
        if foreign := [name for name in names if not (name.isdigit() or name.startswith(MANIFEST))]:
            raise FilesError(f"{self.path} holds {', '.join(foreign)}, give a directory that is for nothing else")
        for name in names:
            directory.discard(name)
            directory.sync()
        self.disk.close(self.path)
        self._parent().remove(os.path.basename(self.path))

    def _found(self) -> Directory | None:
        found = self.disk.find(self.path)
        if found is None:
            return None
        status = found.status()
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o700:
            raise FilesError(
                f"{self.path} is not a directory of mode 0700 of the user that the tasks run as, remove it"
            )
        return found

    def _made(self) -> Directory:
        self._parent().make(os.path.basename(self.path), 0o700)
        return self.disk.directory(self.path)

    def _parent(self) -> Directory:
        return self.disk.directory(os.path.dirname(self.path))

    @staticmethod
    def _copied(directory: Directory, kept: Kept, name: str) -> Kept:
        if kept.content is None:
            return kept
        directory.write(name, State(kept.content, 0o600, os.geteuid(), os.getegid()))
        return replace(kept, copy=name)
