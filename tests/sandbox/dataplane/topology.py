# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replication group does differently with cluster mode disabled and enabled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .node import Node
from .slots import Slots


@dataclass(frozen=True)
class ShardNodes:
    """The running nodes of a shard, with the slots it is to have (none with cluster mode disabled)."""

    primary: Node
    replicas: Sequence[Node] = ()
    slots: Slots = frozenset()

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (self.primary, *self.replicas)


class Topology(Protocol):
    """The moves of a group. Each returns when its effect is seen by every node concerned."""

    async def form(self, shards: Sequence[ShardNodes]) -> None:
        """Make a group of started, empty or restored, nodes."""

    async def join(self, shards: Sequence[ShardNodes], added: Iterable[Node]) -> None:
        """Bring ``added`` nodes, which are started and already part of ``shards``, into a formed group."""

    async def leave(self, shards: Sequence[ShardNodes], gone: Iterable[str]) -> None:
        """Forget nodes that have ended, by the ids that :meth:`identity` told while they ran."""

    async def identity(self, node: Node) -> str:
        """What other nodes know a node by."""

    async def promote(self, successor: Node, siblings: Sequence[Node]) -> None:
        """Make a replica the primary after its primary was lost; its siblings follow it."""

    async def hand_over(self, primary: Node, successor: Node, siblings: Sequence[Node]) -> None:
        """Exchange the roles of a primary and a replica without losing a write."""

    async def reconnect(self, shards: Sequence[ShardNodes]) -> None:
        """Let replicas find their primaries whose ports have changed."""

    async def settled(self, shards: Sequence[ShardNodes]) -> None:
        """Wait until every node agrees on the group and every replica follows its primary."""
