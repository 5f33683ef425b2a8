# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check comes back with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._problems import Problem


@dataclass(frozen=True)
class Findings:
    """Problems, and what was learned on the way, by the name it has in the result."""

    problems: Sequence[Problem]
    facts: Mapping[str, Any] = field(default_factory=dict)


def missing(option: str, name: str) -> Problem:
    return Problem(option, name, "there is no such one in this region and account", "name one that exists")
