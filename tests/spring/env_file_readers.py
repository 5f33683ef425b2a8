# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that read environment files, each as a function from a file's text to the values it finds."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from clients.tools import build, download, require

COMPOSE_SOURCE = Path(__file__).parent / "compose"

Reader = Callable[[str], Mapping[str, str]]


@contextmanager
def docker_reader(directory: Path) -> Iterator[Reader]:
    """C(docker create --env-file), whose request ends at a socket of ours instead of an engine."""
    require("docker")
    socket = directory / "docker.sock"
    command = ["docker", "--host", f"unix://{socket}", "create", "--env-file", str(directory / "env"), "image"]

    def read(text: str) -> Mapping[str, str]:
        _write(directory / "env", text)
        subprocess.run(command, check=True, capture_output=True, timeout=30, env=os.environ | {"HOME": str(directory)})
        return dict(variable.split("=", 1) for variable in requests[-1]["Env"])

    with _engine(socket) as requests:
        yield read


@contextmanager
def compose_reader(directory: Path) -> Iterator[Reader]:
    """The library that Docker Compose reads its files with."""
    program = str(directory / "compose-env-file")
    download("go", "mod", "download", cwd=COMPOSE_SOURCE)
    build("go", "build", "-o", program, ".", cwd=COMPOSE_SOURCE)

    def read(text: str) -> Mapping[str, str]:
        result = subprocess.run([program], input=text.encode(), check=True, capture_output=True, timeout=30)
        return json.loads(result.stdout)

    yield read


@contextmanager
def systemd_reader(directory: Path) -> Iterator[Reader]:
    """systemd's own parser, through C(systemd-tmpfiles), which reads C(/etc/os-release) of another root with it.

    An C(EnvironmentFile=) goes through the same code, but only a service manager reads one. The specifier
    C(%B) gives back one value for each run.
    """
    require("systemd-tmpfiles")
    release, value, rule = (directory / name for name in ("root/etc/os-release", "root/value", "value.conf"))
    release.parent.mkdir(parents=True)
    _write(rule, "f+ /value - - - - %B\n")
    command = ["systemd-tmpfiles", f"--root={directory}/root", "--create", str(rule)]

    def value_of(written: str) -> str:
        _write(release, f"ID=test\nBUILD_ID={written}\n")
        value.unlink(missing_ok=True)
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        return value.read_bytes().decode()

    def read(text: str) -> Mapping[str, str]:
        lines = (line.partition("=") for line in text.removesuffix("\n").split("\n"))
        return {name: value_of(written) for name, _, written in lines}

    yield read


READERS: Mapping[str, Callable[[Path], AbstractContextManager[Reader]]] = {
    "docker": docker_reader,
    "compose": compose_reader,
    "systemd": systemd_reader,
}


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


@contextmanager
def _engine(socket: Path) -> Iterator[list[dict[str, Any]]]:
    """A Docker engine that accepts every container and remembers what was asked for."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(200, {})

        def do_POST(self) -> None:
            requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.answer(201, {"Id": "0" * 64, "Warnings": []})

        def answer(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Api-Version", "1.47")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content if self.command != "HEAD" else b"")

        def log_message(self, *_: object) -> None:
            """Say nothing: a test that fails shows the client's own words."""

    with socketserver.ThreadingUnixStreamServer(str(socket), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield requests
        finally:
            server.shutdown()
