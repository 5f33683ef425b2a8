# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the application of C(app/) for a Spring Boot line and runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

APP = Path(__file__).parent / "app"
METADATA = "META-INF/spring-configuration-metadata.json"
STORE_PASSWORD = "changeit"  # of certificates, which are public
MAIN = "com.example.probe.ProbeApplication"

# The last release of each line, or the newest of a line that still gets releases.
RELEASES: Mapping[str, str] = {
    "2.7": "2.7.18",
    "3.0": "3.0.13",
    "3.1": "3.1.12",
    "3.2": "3.2.12",
    "3.3": "3.3.13",
    "3.4": "3.4.13",
    "3.5": "3.5.16",
    "4.0": "4.0.8",
    "4.1": "4.1.1",
}


@dataclass(frozen=True)
class Findings:
    """What a run of the application told, and its log."""

    values: Mapping[str, str]
    status: int
    log: str


@dataclass(frozen=True)
class Application:
    """The application with the jars of one Spring Boot release."""

    release: str
    jars: tuple[Path, ...]

    def metadata(self) -> dict[str, dict[str, Any]]:
        """Every configuration property that the jars describe, by name."""
        documents = (json.loads(text) for jar in self.jars if (text := _read(jar, METADATA)))
        return {entry["name"]: entry for document in documents for entry in document["properties"]}

    def run(self, trust_store: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Findings:
        """Run it to its end, with nothing in its environment but what is given."""
        classpath = os.pathsep.join(str(path) for path in (self.directory / "classes", *self.jars))
        trust = [f"-Djavax.net.ssl.trustStore={trust_store}", f"-Djavax.net.ssl.trustStorePassword={STORE_PASSWORD}"]
        options = [*trust, "-XX:TieredStopAtLevel=1", "-Xmx128m"]
        result = subprocess.run(
            ["java", *options, "-cp", classpath, MAIN, "--spring.main.banner-mode=off", *arguments],
            env={"PATH": os.environ["PATH"], **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        lines = (line.removeprefix("probe ") for line in result.stdout.splitlines() if line.startswith("probe "))
        values = dict(line.split("=", 1) for line in lines)
        return Findings(values, result.returncode, result.stdout + result.stderr)

    @property
    def directory(self) -> Path:
        return APP / "target" / self.release


@cache
def resolve(line: str) -> Application:
    """The application of a line with its jars, not yet compiled. Skips the test where the jars cannot be had."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    release = RELEASES[line]
    classpath = APP / "target" / release / "classpath"
    if not _is_current(classpath, [APP / "pom.xml"]):
        resolved = _maven(release, "dependency:build-classpath", f"-Dmdep.outputFile={classpath}")
        if resolved.returncode:
            pytest.skip(f"the jars of Spring Boot {release} cannot be resolved: {resolved.stdout[-500:]}")
    return Application(release, tuple(Path(jar) for jar in classpath.read_text().split(os.pathsep)))


@cache
def build(line: str) -> Application:
    """The compiled application of a line."""
    application = resolve(line)
    classes = application.directory / "classes"
    sources = list((APP / "src").rglob("*.java"))
    if not _is_current(classes / (MAIN.replace(".", "/") + ".class"), [APP / "pom.xml", *sources]):
        shutil.rmtree(classes, ignore_errors=True)
        compiled = _maven(application.release, "compile")
        assert compiled.returncode == 0, compiled.stdout
    return application


def trust_store(ca_file: Path, store: Path) -> Path:
    """A Java trust store with one authority; the JVM's own has Amazon's."""
    new = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", STORE_PASSWORD]
    command = ["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", str(ca_file), *new]
    subprocess.run(command, check=True, capture_output=True)
    return store


def _maven(release: str, *goals: str) -> subprocess.CompletedProcess[str]:
    command = ["mvn", "--batch-mode", "--quiet", f"-Dboot.version={release}", *goals]
    return subprocess.run(command, cwd=APP, capture_output=True, text=True, check=False, timeout=600)


def _is_current(made: Path, sources: Sequence[Path]) -> bool:
    return made.exists() and all(made.stat().st_mtime >= source.stat().st_mtime for source in sources)


def _read(jar: Path, name: str) -> bytes | None:
    with zipfile.ZipFile(jar) as archive:
        return archive.read(name) if name in archive.namelist() else None
