# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a background process: start it, find it again, stop it, and nothing else."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.proc import started
from sandbox.settings import PID_FILE, Settings

START_TIMEOUT = 60.0  # seconds
STOP_TIMEOUT = 15.0  # seconds
INSTALL_REDIS = """redis-server is not in PATH. It comes with the package
  Debian, Ubuntu   sudo apt install redis-server
  Fedora, RHEL     sudo dnf install redis        (valkey-compat-redis on newer releases)
  Homebrew         brew install redis"""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the loopback is not behind a proxy


class SandboxError(Exception):
    """What went wrong and what to do about it, in words for the person at the terminal."""


@dataclass(frozen=True)
class Daemon:
    """A running sandbox."""

    pid: int
    started: int
    settings: Settings

    @property
    def alive(self) -> bool:
        """Whether this very process still runs; a recycled process id does not count."""
        return started(self.pid) == self.started


def running(state_dir: Path) -> Daemon | None:
    """The sandbox of a state directory, if it runs."""
    try:
        record = json.loads((state_dir / PID_FILE).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if started(record["pid"]) != record["started"]:
        return None
    return Daemon(record["pid"], record["started"], Settings(**record["settings"] | {"state_dir": state_dir}))


@contextmanager
def registered(settings: Settings) -> Iterator[None]:
    """Hold the state directory for this process, so that ``running`` finds it."""
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with settings.pid_file.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SandboxError(f"Another sandbox uses {settings.state_dir}: choose another --state-dir.") from error
        file.truncate(0)
        record = {"pid": os.getpid(), "started": started(os.getpid()), "settings": asdict(settings)}
        json.dump(record, file, default=str)
        file.flush()
        yield


def bind(port: int) -> socket.socket:
    """The listening socket of the API endpoint."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise SandboxError(f"Port {port} of 127.0.0.1 is in use by another program: choose another --port.") from error
    return listener


def start(settings: Settings) -> Daemon:
    """
    Start a sandbox in the background and wait until it answers.

    Raises:
        SandboxError: redis-server is missing, the port is taken, or it did not start (with the end of its log).
    """
    if not shutil.which("redis-server"):
        raise SandboxError(INSTALL_REDIS)
    bind(settings.port).close()
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    process = _spawn(settings)
    daemon = None
    try:
        if (
            _wait_until(lambda: _ready(settings) or process.poll() is not None, START_TIMEOUT)
            and process.poll() is None
        ):
            daemon = running(settings.state_dir)
    finally:
        if not daemon:
            process.terminate()
            process.wait(STOP_TIMEOUT)
    if not daemon:
        raise SandboxError(f"The sandbox did not start. The end of {settings.log_file}:\n{_tail(settings.log_file)}")
    return daemon


def stop(daemon: Daemon) -> None:
    """End a sandbox, if it still runs; its Redis processes end with it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if daemon.alive:
            os.kill(daemon.pid, number)
        if _wait_until(lambda: not daemon.alive, STOP_TIMEOUT):
            return


def end_leftovers(state_dir: Path) -> None:
    """End the Redis processes of a sandbox that was killed: those recorded in its state directory, nothing else."""
    from sandbox.dataplane.process import kill_leftovers

    asyncio.run(kill_leftovers(state_dir))


def request(daemon: Daemon, path: str, method: str = "GET", document: Any = None) -> Any:
    """Ask a control endpoint."""
    body = None if document is None else json.dumps(document).encode()
    query = urllib.request.Request(f"{daemon.settings.endpoint_url}/_sandbox/{path}", data=body, method=method)
    with _DIRECT.open(query, timeout=60) as response:
        return json.load(response)


def arguments(settings: Settings) -> list[str]:
    """The settings as options of the command line."""
    options = {f"--{name.replace('_', '-')}": value for name, value in asdict(settings).items()}
    flags = [name for name, value in options.items() if value is True]
    return flags + [f"{name}={value}" for name, value in options.items() if not isinstance(value, bool)]


def _spawn(settings: Settings) -> subprocess.Popen[bytes]:
    """Start the daemon with an environment of its own, so that no AWS setting of the caller's reaches it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "sandbox", "serve", *arguments(settings)]
    with settings.log_file.open("wb") as log:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _ready(settings: Settings) -> bool:
    try:
        with _DIRECT.open(f"{settings.endpoint_url}/_sandbox/ready", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _wait_until(condition: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _tail(log: Path, lines: int = 25) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
