# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving hash slots between primaries while clients keep working, as the Redis Cluster specification describes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import islice

from . import cluster
from .node import Node
from .slots import Slots
from .waiting import together

SLOTS_AT_ONCE = 256
KEYS_AT_ONCE = 100


async def held(node: Node) -> Slots:
    """The slots that a node takes for its own."""
    return (await cluster.myself(node)).slots


async def move(slots: Sequence[int], source: Node, target: Node, primaries: Sequence[Node]) -> AsyncIterator[int]:
    """
    Move slots and their keys; yields how many have just moved.

    Keys that are not there yet are asked for at the target from the first moment on, and a key moves in one indivisible
    step, so that no write gets lost.

    Args:
        slots: Slots of the source.
        source: The primary that has them.
        target: The primary that is to have them.
        primaries: All primaries of the cluster; each is told who has the slots.
    """
    source_id, target_id = (await cluster.myself(source)).id, (await cluster.myself(target)).id
    others = [node for node in primaries if node not in (source, target)]
    remaining = iter(slots)
    while batch := list(islice(remaining, SLOTS_AT_ONCE)):
        await _set(target, batch, "IMPORTING", source_id)
        await _set(source, batch, "MIGRATING", target_id)
        await _drain(source, target, batch)
        await _set(target, batch, "NODE", target_id)
        await _set(source, batch, "NODE", target_id)
        await together(_set(node, batch, "NODE", target_id) for node in others)
        yield len(batch)


async def _set(node: Node, slots: Sequence[int], state: str, node_id: str) -> None:
    await node.run_all(("CLUSTER", "SETSLOT", slot, state, node_id) for slot in slots)


async def _drain(source: Node, target: Node, slots: Sequence[int]) -> None:
    filled = list(slots)
    while filled:
        found = await source.run_all(("CLUSTER", "GETKEYSINSLOT", slot, KEYS_AT_ONCE) for slot in filled)
        await source.send_keys(target, [keys for keys in found if keys])
        filled = [slot for slot, keys in zip(filled, found, strict=True) if keys]
