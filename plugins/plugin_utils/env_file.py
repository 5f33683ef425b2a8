# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment files, in the dialect of the program that reads them.

The three programs agree on C(NAME=value) and on nothing else: what Docker keeps literally, Compose interpolates and
systemd unquotes. Sources: Docker documentation, "docker run --env-file"; Compose documentation, "Env file syntax";
systemd.exec(5), C(EnvironmentFile=).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Scalar = str | int | bool

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class EnvFileError(ValueError):
    """An environment file that its reader would misunderstand. Never carries a value: any of them may be a secret."""


@dataclass(frozen=True)
class Dialect:
    """How one program wants its values written, and which ones it cannot be given at all."""

    write: Callable[[str], str]
    read: Callable[[str], str]
    refused: re.Pattern[str]
    reason: str


def _bare(value: str) -> str:
    return value


def _single_quoted(value: str) -> str:
    return f"'{value}'"


def _double_quoted(value: str) -> str:
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def _without_quotes(text: str) -> str:
    return text[1:-1]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


DIALECTS: Mapping[str, Dialect] = {
    # Quotes would become part of the value.
    "docker": Dialect(_bare, _bare, re.compile(r"[\0\r\n]"), "a line break or NUL"),
    # Anything but single quotes interpolates "$"; a backslash would hide the closing quote.
    "compose": Dialect(
        _single_quoted,
        _without_quotes,
        re.compile(r"[\0\r\n']|\\\Z"),
        "a line break, NUL, single quote or a backslash at its end",
    ),
    "systemd": Dialect(_double_quoted, _unescaped, re.compile(r"[\0\r\n]"), "a line break or NUL"),
}


def environment_text(value: Scalar) -> str:
    """A scalar the way configuration files spell it: C(true) and C(false) in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def render(variables: Mapping[str, Scalar], dialect: str = "docker") -> str:
    """One C(NAME=value) line for each variable, in the mapping's order, ending in a line break.

    Raises EnvFileError naming every variable that cannot be written, and never a value.
    """
    if dialect not in DIALECTS:
        raise EnvFileError(f"dialect {dialect!r} is unknown, use one of {', '.join(DIALECTS)}")
    problems = [problem for name, value in variables.items() if (problem := _problem(name, value, dialect))]
    if problems:
        raise EnvFileError("; ".join(problems))
    write = DIALECTS[dialect].write
    return "".join(f"{name}={write(environment_text(value))}\n" for name, value in variables.items())


def read(text: str, dialect: str = "docker") -> dict[str, str]:
    """The variables of a text that C(render) wrote, comments left out."""
    lines = (line.partition("=") for line in text.split("\n") if line and not line.startswith("#"))
    return {name: DIALECTS[dialect].read(value) for name, _equals, value in lines}


def _problem(name: str, value: object, dialect: str) -> str | None:
    if not VARIABLE.fullmatch(name):
        return f"{name!r} is no variable name, use letters, digits and underscores, not starting with a digit"
    if not isinstance(value, Scalar):
        return f"the value of {name} is a {type(value).__name__}, give a string, an integer or a boolean"
    if DIALECTS[dialect].refused.search(environment_text(value)):
        return f"the value of {name} contains {DIALECTS[dialect].reason}, which the dialect {dialect} cannot carry"
    return None
