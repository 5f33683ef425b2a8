# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparison of what is declared with what exists, field by field."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Change(Enum):
    """How a difference in a field can be carried out."""

    IN_PLACE = "in place"  # a member of the resource's Modify operation
    APPLY_NOW = "needs apply-now"  # waits for the maintenance window unless it is told not to
    STAGED = "staged"  # goes to its goal by stages, each of which has to be approved
    OWN_OPERATION = "own operation"  # planned apart, by an operation of its own
    IMMUTABLE = "immutable"  # fixed at creation: a difference is refused
    CREATE_ONLY = "create only"  # means something at creation alone, and is never compared


def same_set(declared: Iterable[Any], actual: Iterable[Any] | None) -> bool:
    """Compare lists whose order means nothing to AWS."""
    return set(declared) == set(actual or ())


def same_text(declared: str, actual: str | None) -> bool:
    """Compare texts that AWS stores in lower case."""
    return declared.lower() == (actual or "").lower()


def same_version(declared: str, actual: str | None) -> bool:
    """Compare only the parts that the user wrote: C(7.1) is C(7.1.0), for AWS patches minor versions by itself."""
    parts = declared.split(".")
    return parts == (actual or "").split(".")[: len(parts)]


@dataclass(frozen=True)
class Field:
    """An option of a resource, by botocore's name in snake case.

    It says how the option changes, when two values of it are the same, and where its current value is found.
    """

    name: str
    change: Change = Change.IN_PLACE
    same: Callable[[Any, Any], bool] = operator.eq
    read: Callable[[Any], Any] = lambda resource: None


def differences(fields: Iterable[Field], declared: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Field]:
    """Return the fields whose declared value is not the current one, by name.

    An option that was left out (C(None)) is left alone.
    """
    return {
        field.name: field
        for field in fields
        if field.change is not Change.CREATE_ONLY
        and declared.get(field.name) is not None
        and not field.same(declared[field.name], current.get(field.name))
    }
