# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Builds the application of C(app/) for a Spring Boot line and runs it.

Maven resolves the jars of a line once, into C(.cache/maven); javac compiles the one source against them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from clients.tools import require

APP = Path(__file__).parent / "app"
CACHE = Path(__file__).resolve().parents[2] / ".cache"
BUILT = CACHE / "spring"
METADATA = "META-INF/spring-configuration-metadata.json"
STORE_PASSWORD = "changeit"  # of certificates, which are public
MAIN = "com.example.probe.ProbeApplication"
MARK = "probe "  # begins what the application tells; everything else is its log

# The last release of each line, or the newest of a line that still gets releases.
RELEASES: Mapping[str, str] = {
    "2.7": "2.7.18",
    "3.0": "3.0.13",
    "3.1": "3.1.12",
    "3.2": "3.2.12",
    "3.3": "3.3.13",
    "3.4": "3.4.13",
    "3.5": "3.5.16",
    "4.0": "4.0.9",
    "4.1": "4.1.2",
}
# Where Boot's own module for sessions is apart, its profile says which Spring Session goes with it.
SESSION_RELEASES: Mapping[str, str] = {"4.0": "4.0.4", "4.1": "4.1.0"}


@dataclass(frozen=True)
class Findings:
    """What a run of the application told, and its log."""

    values: Mapping[str, str]
    status: int
    log: str


class Dialog:
    """An application that uses its connection whenever it is asked to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.log = ""

    def use(self) -> str:
        """Have it write and read some keys; C(ok), or why it could not."""
        assert self._process.stdin
        self._process.stdin.write("use\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith(MARK):
                return line.removeprefix(MARK).strip()
            self.log += line
        raise AssertionError(f"the application has ended:\n{self.log}")


@dataclass(frozen=True)
class Application:
    """The application with the jars of one Spring Boot release."""

    release: str
    jars: tuple[Path, ...]
    classes: tuple[Path, ...] = ()
    main: str = MAIN

    def metadata(self) -> dict[str, dict[str, Any]]:
        """Every configuration property that the jars describe, by name."""
        documents = (json.loads(text) for jar in self.jars if (text := _read(jar, METADATA)))
        return {entry["name"]: entry for document in documents for entry in document["properties"]}

    def run(self, trust_store: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Findings:
        """Run it to its end, with nothing in its environment but what is given."""
        result = subprocess.run(
            self._command(trust_store, arguments),
            env={"PATH": os.environ["PATH"], **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        lines = (line.removeprefix(MARK) for line in result.stdout.splitlines() if line.startswith(MARK))
        values = dict(line.split("=", 1) for line in lines)
        return Findings(values, result.returncode, result.stdout + result.stderr)

    @contextmanager
    def running(self, trust_store: Path, *arguments: str) -> Iterator[Dialog]:
        """Run it until the end of the block."""
        command = self._command(trust_store, ["--probe.dialog=true", *arguments])
        pipe, environment = subprocess.PIPE, {"PATH": os.environ["PATH"]}
        with subprocess.Popen(
            command, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
        ) as process:
            try:
                yield Dialog(process)
            finally:
                process.kill()

    def with_classes(self, sources: Sequence[Path], classes: Path) -> Application:
        """The application with more classes, compiled against its own and its jars."""
        options = ["--release", "17", "-parameters", "-proc:none", "-d", str(classes), "-cp", self._classpath]
        command = ["javac", *options, *map(str, sources)]
        compiled = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert compiled.returncode == 0, compiled.stderr
        return replace(self, classes=(*self.classes, classes))

    @property
    def _classpath(self) -> str:
        return os.pathsep.join(map(str, (*self.classes, *self.jars)))

    def _command(self, trust_store: Path, arguments: Sequence[str]) -> list[str]:
        trust = [f"-Djavax.net.ssl.trustStore={trust_store}", f"-Djavax.net.ssl.trustStorePassword={STORE_PASSWORD}"]
        options = [*trust, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-cp", self._classpath]
        return ["java", *options, self.main, "--spring.main.banner-mode=off", *arguments]


@cache
def resolve(line: str, *profiles: str) -> Application:
    """The application of a line with its jars and those of more profiles of the POM, not yet compiled."""
    classpath = BUILT / RELEASES[line] / "-".join(["classpath", *profiles])
    classpath.parent.mkdir(parents=True, exist_ok=True)
    with _alone():
        if not _is_current(classpath, [APP / "pom.xml"]):
            _resolve(line, profiles, classpath)
    return Application(RELEASES[line], tuple(Path(jar) for jar in classpath.read_text().split(os.pathsep)))


@cache
def build(line: str) -> Application:
    """The compiled application of a line."""
    application = resolve(line)
    classes = BUILT / application.release / "classes"
    sources = list((APP / "src").rglob("*.java"))
    with _alone():
        if _is_current(classes / f"{MAIN.replace('.', '/')}.class", [APP / "pom.xml", *sources]):
            return replace(application, classes=(classes,))
        shutil.rmtree(classes, ignore_errors=True)
        return application.with_classes(sources, classes)


def trust_store(ca_file: Path, store: Path) -> Path:
    """A Java trust store with one authority; the JVM's own has Amazon's."""
    new = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", STORE_PASSWORD]
    command = ["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", str(ca_file), *new]
    subprocess.run(command, check=True, capture_output=True)
    return store


def _resolve(line: str, profiles: Sequence[str], classpath: Path) -> None:
    require("java", "javac", "mvn")
    properties = {"boot.version": RELEASES[line], "maven.repo.local": CACHE / "maven", "mdep.outputFile": classpath}
    if line in SESSION_RELEASES:
        properties["session.version"], profiles = SESSION_RELEASES[line], ["boot-4", *profiles]
    given = [f"-D{name}={value}" for name, value in properties.items()]
    active = [f"--activate-profiles={','.join(profiles)}"] if profiles else []
    command = ["mvn", "--batch-mode", "--quiet", *active, *given, "dependency:build-classpath"]
    resolved = subprocess.run(command, cwd=APP, capture_output=True, text=True, check=False, timeout=600)
    assert resolved.returncode == 0, f"the jars of Spring Boot {line} cannot be resolved:\n{resolved.stdout}"


@contextmanager
def _alone() -> Iterator[None]:
    """Other workers resolve and compile before or after, not meanwhile."""
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_current(made: Path, sources: Sequence[Path]) -> bool:
    return made.exists() and all(made.stat().st_mtime >= source.stat().st_mtime for source in sources)


def _read(jar: Path, name: str) -> bytes | None:
    with zipfile.ZipFile(jar) as archive:
        return archive.read(name) if name in archive.namelist() else None
