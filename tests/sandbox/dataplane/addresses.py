# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loopback addresses: a /24 per replication group, its endpoints first, its nodes from ``.11``."""

from __future__ import annotations

from dataclasses import dataclass, field

GROUPS = range(1, 255)
FIRST_NODE = 11
LAST_NODE = 254


@dataclass
class Block:
    """The addresses of one replication group, for example ``127.66.1.0/24``."""

    prefix: str
    nodes: dict[str, str] = field(default_factory=dict)

    @property
    def primary(self) -> str:
        return f"{self.prefix}.1"

    @property
    def reader(self) -> str:
        return f"{self.prefix}.2"

    @property
    def configuration(self) -> str:
        return f"{self.prefix}.3"

    @property
    def endpoints(self) -> tuple[str, str, str]:
        return (self.primary, self.reader, self.configuration)

    def node(self, node_id: str) -> str:
        """The address of a node; the lowest free one when it has none yet."""
        if node_id not in self.nodes:
            used = set(self.nodes.values())
            free = (f"{self.prefix}.{host}" for host in range(FIRST_NODE, LAST_NODE + 1))
            self.nodes[node_id] = next(address for address in free if address not in used)
        return self.nodes[node_id]

    def release(self, node_id: str) -> None:
        """Make the address of a node free again."""
        del self.nodes[node_id]


class Network:
    """
    Hands out blocks of a loopback /16.

    Args:
        prefix: Its first two octets, such as ``127.66``.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._used: dict[str, Block] = {}

    def block(self, group_id: str) -> Block:
        """
        A free block for a replication group.

        Raises:
            RuntimeError: 254 groups exist.
        """
        used = {block.prefix for block in self._used.values()}
        for third in GROUPS:
            if (prefix := f"{self._prefix}.{third}") not in used:
                return self._used.setdefault(group_id, Block(prefix))
        raise RuntimeError(f"the sandbox holds {len(GROUPS)} replication groups at most: delete one")

    def release(self, group_id: str) -> None:
        """Make the block of a replication group free again."""
        self._used.pop(group_id, None)
