# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of each library, which writes thirty keys and stays connected until it is let go.

A program whose library cannot be downloaded skips its test and says why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clients.tools import build, download, require

HERE = Path(__file__).parent
BUILT = HERE.parents[1] / ".cache/clients"
STORE_PASSWORD = "changeit"  # of certificates, which are public


def _redis_py() -> Sequence[str]:
    return [sys.executable, str(HERE / "redis_py/probe.py")]


@cache
def _ioredis() -> Sequence[str]:
    source = shutil.copytree(HERE / "ioredis", BUILT / "ioredis", dirs_exist_ok=True)
    require("node")
    download("npm", "ci", "--no-audit", "--no-fund", cwd=source)
    return ["node", str(source / "probe.mjs")]


@cache
def _go_redis() -> Sequence[str]:
    program = str(BUILT / "go-redis")
    download("go", "mod", "download", cwd=HERE / "go_redis")
    build("go", "build", "-o", program, ".", cwd=HERE / "go_redis")
    return [program]


@cache
def _java(main: str) -> Sequence[str]:
    path = _java_path()
    trust = [f"-Djavax.net.ssl.trustStore={BUILT}/trust.p12", f"-Djavax.net.ssl.trustStorePassword={STORE_PASSWORD}"]
    return ["java", *trust, "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", path, f"com.example.clients.{main}"]


@cache
def _java_path() -> str:
    listed, classes = BUILT / "java/path", BUILT / "java/classes"
    classes.mkdir(parents=True, exist_ok=True)
    download("mvn", "-B", "-q", "dependency:build-classpath", f"-Dmdep.outputFile={listed}", cwd=HERE / "java")
    sources = map(str, (HERE / "java/src").rglob("*.java"))
    build("javac", "--release", "17", "-proc:none", "-cp", listed.read_text(), "-d", str(classes), *sources, cwd=BUILT)
    return os.pathsep.join([str(classes), listed.read_text()])


COMMANDS: Mapping[str, Callable[[], Sequence[str]]] = {
    "redis-py": _redis_py,
    "ioredis": _ioredis,
    "go-redis": _go_redis,
    "jedis": lambda: _java("JedisProbe"),
    "redisson": lambda: _java("RedissonProbe"),
}


@dataclass
class Program:
    """A program that runs until it is let go, and what it has said."""

    process: subprocess.Popen[str]
    said: str = ""

    def wrote(self) -> bool:
        """Wait until it has written its keys, or has ended without."""
        for line in self.process.stdout or ():
            if line == "done\n":
                return True
            self.said += line
        return False


@contextmanager
def running(library: str, file: Path, environment: Mapping[str, str] | None = None) -> Iterator[Program]:
    """The program of a library with its settings, and nothing else in its environment but what is given."""
    command = [*COMMANDS[library](), str(file)]
    variables = {"PATH": os.environ["PATH"], **(environment or {})}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=variables, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


def trust(ca_file: Path) -> None:
    """Have the JVMs of the programs trust one authority; by themselves they trust Amazon's."""
    store = BUILT / "trust.p12"
    store.parent.mkdir(parents=True, exist_ok=True)
    store.unlink(missing_ok=True)
    new = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", STORE_PASSWORD]
    build("keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", str(ca_file), *new, cwd=BUILT)
