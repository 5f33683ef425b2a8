# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusing what is declared."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from .._problems import Problem, report


def refuse(problems: Iterable[Problem], purpose: str, error: type[AnsibleAWSError] = AnsibleAWSError) -> None:
    """Raise one I(error) that tells all I(problems), for people in its message and for programs as C(problems)."""
    found = list(problems)
    if found:
        raise error(message=report(found, purpose), problems=[problem.as_dict() for problem in found])
