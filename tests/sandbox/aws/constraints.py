# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The constraints that botocore's service models put on values: lengths, ranges, patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def violations(shape: Shape, value: Any, name: str = "") -> Iterator[str]:
    """What a value breaks, each in AWS's words; nothing for a good value. Names and types are decided elsewhere."""
    yield from _own(shape, value, name)
    if isinstance(shape, StructureShape):
        for member, item in value.items():
            yield from violations(shape.members[member], item, f"{name}.{member}".lstrip("."))
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value, 1):
            yield from violations(shape.member, item, f"{name}.{number}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from violations(shape.key, key, f"{name}.key")
            yield from violations(shape.value, item, f"{name}.{key}")


def _own(shape: Shape, value: Any, name: str) -> Iterator[str]:
    measure, words = (value, "value") if isinstance(value, int | float) else (_length(shape, value), "length")
    for limit, broken, comparison in (("min", "<", "greater"), ("max", ">", "less")):
        bound = shape.metadata.get(limit)
        if bound is not None and measure is not None and (measure < bound if broken == "<" else measure > bound):
            yield _sentence(name, f"have {words} {comparison} than or equal to {bound}")
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not _compiled(pattern).fullmatch(value):
        yield _sentence(name, f"satisfy regular expression pattern: {pattern}")


def _length(shape: Shape, value: Any) -> int | None:
    return len(value) if shape.type_name in ("string", "list", "map") else None


def _sentence(name: str, rule: str) -> str:
    return f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must {rule}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, or one that admits everything where Java's dialect has no equal in Python's."""
    try:
        return re.compile(pattern)
    except re.error:
        return re.compile(".*", re.DOTALL)
