# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers, ARNs and member names, after the constraints in the API reference of each operation."""

from __future__ import annotations

import re
from itertools import pairwise

from sandbox.elasticache.errors import invalid_value

_IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*")


def identifier(value: str, member: str, longest: int) -> str:
    """
    The name as ElastiCache stores it, in lower case.

    Args:
        value: As given.
        member: The member of the request that carries it, for the message.
        longest: The most characters allowed.
    """
    name = value.lower()
    if not _IDENTIFIER.fullmatch(name):
        raise invalid_value(
            f"The parameter {member} is not a valid identifier. Identifiers must begin with a letter; "
            "must contain only ASCII letters, digits, and hyphens; "
            "and must not end with a hyphen or contain two consecutive hyphens."
        )
    if len(name) > longest:
        message = f"The parameter {member} is not a valid identifier because it is longer than {longest} characters."
        raise invalid_value(message)
    return name


def member_id(group_id: str, shard_id: str, number: int, cluster_enabled: bool) -> str:
    """``rg-001`` with cluster mode disabled, ``rg-0001-001`` with cluster mode enabled."""
    shard = f"-{shard_id}" if cluster_enabled else ""
    return f"{group_id}{shard}-{number:03d}"


def nth_shard(number: int) -> str:
    return f"{number:04d}"


def even_slots(count: int) -> list[str]:
    """Divide the 16384 hash slots into ``count`` ranges of nearly the same size."""
    edges = [round(16384 * index / count) for index in range(count + 1)]
    return [f"{low}-{high - 1}" for low, high in pairwise(edges)]
