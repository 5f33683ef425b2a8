# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries of Redis Functions: the same code on every primary, which hands it to its replicas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._problems import Problem, report
from .connect import Access, CacheError, Node, asking
from .primaries import find_primaries
from .topology import mapping
from .verify import access_of, together

FIRST_ENGINE = 7  # major version
NAME = re.compile(r"[A-Za-z0-9_]+")
SHEBANG = re.compile(r"#!\w+\s+name=(\S+)")


@dataclass(frozen=True)
class Library:
    """What a primary has of a library: C(code) is C(None) where it is not loaded."""

    node: Node
    engine: str
    code: str | None = None


def ensure(parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Load or delete a library where it is not as I(parameters) want it; see the module for the options.

    Raises CacheError for options that do not fit, an engine without functions, and nodes that do not answer.
    """
    name, wanted = parameters["name"], parameters["code"] if parameters["state"] == "present" else None
    if problems := list(mistakes(name, wanted)):
        raise CacheError(report(problems, "manage the library"))
    access = access_of(parameters)
    nodes = find_primaries(parameters["connection"], access)
    found = together(lambda node: [read(node, access, name)], nodes)
    different = [library for library in found if library.code != wanted]
    if not check_mode:
        apply(different, access, name, wanted)
    return result(found, different, wanted)


def mistakes(name: str, code: str | None) -> Iterator[Problem]:
    """Yield a name that Redis would refuse or take for a pattern, and one that the code does not bear."""
    if not NAME.fullmatch(name):
        yield Problem("name", name, "is no name of a library", "Use letters, digits and underscores")
    borne = SHEBANG.match(code) if code is not None else None
    if code is not None and not (borne and borne[1] == name):
        said = f"begins with {code.splitlines()[0]!r}" if code.strip() else "is empty"
        yield Problem("code", None, said, f"Begin it with #!lua name={name}")


def read(node: Node, access: Access, name: str) -> Library:
    """Return what the node has of the library. Raises CacheError where the engine has no functions."""
    with asking(node, access, "read the functions") as client:
        engine = str(client.info("server")["redis_version"])
        if int(engine.partition(".")[0]) < FIRST_ENGINE:
            raise CacheError(too_old(node, engine))
        answer = client.execute_command("FUNCTION", "LIST", "LIBRARYNAME", name, "WITHCODE")
    return Library(node, engine, *(mapping(library)["library_code"] for library in answer))


def too_old(node: Node, engine: str) -> str:
    return (
        f"{node} runs engine version {engine}, which has no functions. Remedy: upgrade to {FIRST_ENGINE}.0 or later, "
        "or let applications run the same code as scripts, which the filter "
        "accessweaver.elasticache.redis_function_scripts makes of it."
    )


def apply(different: Sequence[Library], access: Access, name: str, wanted: str | None) -> None:
    """Change one primary after the other. The message of a failure says which are changed by then."""
    for number, library in enumerate(different):
        try:
            change(library.node, access, name, wanted)
        except CacheError as failure:
            done = ", ".join(str(changed.node) for changed in different[:number]) or "none"
            raise CacheError(
                f"{failure}\nChanged before: {done}. Running again continues with the others."
            ) from failure


def change(node: Node, access: Access, name: str, wanted: str | None) -> None:
    with asking(node, access, "delete the library" if wanted is None else "load the library") as client:
        if wanted is None:
            client.execute_command("FUNCTION", "DELETE", name)
        else:
            client.execute_command("FUNCTION", "LOAD", "REPLACE", wanted)


def result(found: Sequence[Library], different: Sequence[Library], wanted: str | None) -> dict[str, Any]:
    operation = "FUNCTION DELETE" if wanted is None else "FUNCTION LOAD"
    return {
        "changed": bool(different),
        "operations": [operation] * len(different),
        "diff": [difference(library, wanted) for library in different],
        "primaries": [
            {"node": str(library.node), "engine_version": library.engine, "changed": library in different}
            for library in found
        ],
    }


def difference(library: Library, wanted: str | None) -> dict[str, str]:
    header = str(library.node)
    return {"before_header": header, "after_header": header, "before": library.code or "", "after": wanted or ""}
