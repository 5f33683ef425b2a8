# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name and shows what it waits for, while it waits."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

PAUSE = 0.5  # seconds between two looks at the file


class ActionModule(ActionBase):
    """A module cannot speak before it ends. This one writes its news to a file, which is read aloud here.

    That takes a module that runs on the controller, in the foreground and as the same user; any other runs as always.
    """

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        if not shares_files(self._connection, self._task):
            return result | self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val)
        host = (task_vars or {}).get("inventory_hostname")
        with reading_aloud(lambda news: Display().display(f"  [{host}] {news}")) as path:
            arguments = {**self._task.args, "progress_path": str(path)}
            return result | self._execute_module(module_args=arguments, task_vars=task_vars)


def shares_files(connection: Any, task: Any) -> bool:
    """Whether the module will write to a file of this user, while this plugin can read it."""
    return connection.transport == "local" and not connection.become and not task.async_val


@contextmanager
def reading_aloud(say: Callable[[str], None]) -> Iterator[Path]:
    """Yield the path of an empty file, and I(say) each line that is written to it until the block ends."""
    with tempfile.TemporaryDirectory(prefix="elasticache-") as directory:
        path = Path(directory, "progress")
        path.touch(mode=0o600)
        over = Event()
        reader = Thread(target=_read, args=(path, say, over), daemon=True)
        reader.start()
        try:
            yield path
        finally:
            over.set()
            reader.join()


def _read(path: Path, say: Callable[[str], None], over: Event) -> None:
    with path.open(encoding="utf-8") as stream:
        last_look = False
        while not last_look:
            last_look = over.wait(PAUSE)
            for line in stream.read().splitlines():
                say(line)
