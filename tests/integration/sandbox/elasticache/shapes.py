# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any value of a shape of botocore's service models, for hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=12)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda m: m.replace(microsecond=0, tzinfo=UTC))
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "double": st.floats(-1e6, 1e6),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**53), 2**53),
    "string": TEXT,
    "timestamp": MOMENTS,
}


def values(
    shape: Shape, known: Mapping[str, st.SearchStrategy[Any]] | None = None, name: str = "", depth: int = 4
) -> st.SearchStrategy[Any]:
    """
    Any value of a shape.

    Args:
        shape: The shape.
        known: Better strategies than any, by the name of the member or of the type.
        name: The name of the member.
        depth: Of optional members; shapes can be recursive.
    """
    strategies = {**SCALARS, **(known or {})}
    if isinstance(shape, StructureShape):
        names = list(shape.members) if depth > 0 else shape.required_members
        members = {each: values(shape.members[each], known, each, depth - 1) for each in names}
        required = {each: members.pop(each) for each in shape.required_members}
        return st.fixed_dictionaries(required, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member, known, name, depth - 1), min_size=1, max_size=3)
    if isinstance(shape, MapShape):
        return st.dictionaries(TEXT, values(shape.value, known, name, depth - 1), min_size=1, max_size=3)
    if enum := getattr(shape, "enum", None):
        return st.sampled_from(enum)
    return strategies.get(name, strategies[shape.type_name])
