# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with what was declared, found before anything is called: all of it at once, each with its way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from .common import AnsibleElastiCacheError


@dataclass(frozen=True)
class Problem:
    """One thing that has to be changed before the run can succeed."""

    option: str
    value: Any
    problem: str  # continues the sentence "OPTION is VALUE: it ..."
    remedy: str


def report(problems: Sequence[Problem], purpose: str) -> str:
    """Return I(problems) as a numbered list for a person; I(purpose) says what they stand in the way of."""
    noun = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"Cannot {purpose}: {noun}.", *(_entry(*item) for item in enumerate(problems, 1))])


def _entry(number: int, problem: Problem) -> str:
    value = "" if problem.value is None else f" = {problem.value}"
    return f"{number}. {problem.option}{value}: {problem.problem}.\n   Remedy: {problem.remedy}."


def refuse(problems: Iterable[Problem], purpose: str) -> None:
    """Raise one error that tells all I(problems), for people in its message and for programs as C(problems)."""
    found = list(problems)
    if found:
        raise AnsibleElastiCacheError(message=report(found, purpose), problems=[asdict(problem) for problem in found])


def choices(wanted: str, known: Iterable[str]) -> str:
    """Name what could have been meant by I(wanted): the names close to it, else all of them."""
    names = list(known)
    return ", ".join(get_close_matches(wanted, names, n=3) or names)
