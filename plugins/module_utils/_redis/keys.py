# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many keys a cache holds, told by every primary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .connect import Access, Node, asking
from .primaries import find_primaries
from .verify import access_of, together


@dataclass(frozen=True)
class Count:
    """The keys of one node in all its databases; C(expiring) of them have a time to live."""

    node: str
    role: str
    total: int
    expiring: int


def inform(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Count the keys of the cache that I(parameters) lead to; see the module for the options.

    Raises CacheError when not every shard has one primary that answers.
    """
    access = access_of(parameters)
    nodes = find_primaries(parameters["connection"], access)
    primaries = together(lambda node: [count(node, access)], nodes)
    return {
        "changed": False,
        "total": sum(primary.total for primary in primaries),
        "expiring": sum(primary.expiring for primary in primaries),
        "primaries": [asdict(primary) for primary in primaries],
    }


def count(node: Node, access: Access) -> Count:
    with asking(node, access, "count the keys") as client:
        role, databases = client.info("replication")["role"], client.info("keyspace").values()
    return Count(str(node), role, *(sum(database[name] for database in databases) for name in ("keys", "expires")))
