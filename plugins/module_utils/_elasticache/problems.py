# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusing what is declared, and the names that could have been meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from .._aws import refusals
from .._problems import Problem
from .common import AnsibleElastiCacheError


def refuse(problems: Iterable[Problem], purpose: str) -> None:
    """Raise one error that tells all I(problems), for people in its message and for programs as C(problems)."""
    refusals.refuse(problems, purpose, AnsibleElastiCacheError)


def choices(wanted: str, known: Iterable[str]) -> str:
    """Name what could have been meant by I(wanted): the names close to it, else all of them."""
    names = list(known)
    return ", ".join(get_close_matches(wanted, names, n=3) or names)
