# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with what was declared, found before anything is called: all of it at once, each with its way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One violated rule: the option, its value (C(None) when it must not be shown), what is wrong, what to do about
    it."""

    option: str
    value: Any
    problem: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))  # asdict would copy the value, which may be one of Ansible's lazy containers

    def __str__(self) -> str:
        shown = "" if self.value is None else f" ({self.value})"
        return f"{self.option}{shown} {self.problem}. {self.remedy}."


def report(problems: Sequence[Problem], purpose: str) -> str:
    """Return I(problems) as a numbered list for a person; I(purpose) says what they stand in the way of."""
    noun = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"Cannot {purpose}: {noun}.", *(_entry(*item) for item in enumerate(problems, 1))])


def _entry(number: int, problem: Problem) -> str:
    value = "" if problem.value is None else f" = {problem.value}"
    return f"{number}. {problem.option}{value}: {problem.problem}.\n   Remedy: {problem.remedy}."
