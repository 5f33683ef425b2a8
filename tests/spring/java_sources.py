# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's Java sources, rendered by its playbook and compiled with an application and the documented examples."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spring.app_hosts import ANSIBLE_PLAYBOOK, ROOT, Run
from spring.boot import Application, resolve

PACKAGE = "com.example.orders.redis"
ORDERS = Path(__file__).parent / "orders"
DOCUMENTS = ("docs/applications.md", "docs/patterns.md")
BLOCK = re.compile(r"^```java\n(.*?)^```$", re.MULTILINE | re.DOTALL)
JAVA = {"2.7": "11"}  # the others need 17
LINT = ["-proc:none", "-Xlint:cast,deprecation,rawtypes,removal,unchecked", "-Werror"]


@dataclass(frozen=True)
class Sources:
    """The sources of a line, in a directory of their own."""

    directory: Path
    line: str

    @property
    def package(self) -> Path:
        return self.directory / PACKAGE.replace(".", "/")

    def render(self, *arguments: str, **options: Any) -> Run:
        """Run the playbook as a developer would; the options go without C(elasticache_redis_java_)."""
        given = {"directory": str(self.directory), "package": PACKAGE, **options}
        variables = {f"elasticache_redis_java_{name}": value for name, value in given.items()}
        variables["elasticache_redis_app_spring_boot"] = self.line
        command = [
            str(ANSIBLE_PLAYBOOK),
            "playbooks/render_java.yml",
            "--extra-vars",
            json.dumps(variables),
            *arguments,
        ]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
        return Run(result.returncode, result.stdout + result.stderr)

    def compile(self, classes: Path) -> Application:
        """The application that uses them. What javac would warn of in the rendered sources is an error."""
        jars = resolve(self.line)
        rendered = replace(jars, classes=(classes,), main="com.example.orders.OrdersApplication")
        _javac(sorted(self.package.glob("*.java")), classes, jars, [*LINT, "--release", JAVA.get(self.line, "17")])
        own = [*ORDERS.rglob("*.java"), *documented(self.directory / "documented")]
        _javac(own, classes, rendered, ["-proc:none", "-parameters", "--release", "17"])
        return rendered


def documented(directory: Path) -> Iterator[Path]:
    """The Java of the documentation, each block in a file of its own."""
    directory.mkdir()
    for code in (code for name in DOCUMENTS for code in BLOCK.findall((ROOT / name).read_text())):
        found = re.search(r"public (?:class|record) (\w+)", code)
        assert found, code
        path = directory / f"{found[1]}.java"
        path.write_text(code)
        yield path


def _javac(sources: list[Path], classes: Path, application: Application, options: list[str]) -> None:
    classpath = ":".join(map(str, (*application.classes, *application.jars)))
    command = ["javac", *options, "-cp", classpath, "-d", str(classes), *map(str, sources)]
    compiled = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert compiled.returncode == 0, compiled.stderr
