# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash slots: notation, even distribution and the moves that lead to it. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

SLOT_COUNT = 16384

Slots = frozenset[int]


@dataclass(frozen=True)
class Move:
    """Slots that change shards."""

    source: str
    target: str
    slots: tuple[int, ...]


def ranges(slots: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of adjacent slots as (first, last), ascending."""
    runs = (list(run) for _, run in groupby(enumerate(sorted(slots)), key=lambda pair: pair[1] - pair[0]))
    return [(run[0][1], run[-1][1]) for run in runs]


def parse(text: str) -> Slots:
    """Slots of ElastiCache's notation: ``0-5460``, ``0-99,200-299``, ``7`` or the empty string."""
    spans = [part.partition("-") for part in text.split(",") if part]
    return frozenset(slot for first, _, last in spans for slot in range(int(first), int(last or first) + 1))


def render(slots: Iterable[int]) -> str:
    """The inverse of :func:`parse`, with adjacent slots joined."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges(slots))


def even(shards: Iterable[str]) -> dict[str, Slots]:
    """All slots over new shards, as contiguous ranges whose sizes differ by at most one."""
    names = list(shards)
    bounds = [round(index * SLOT_COUNT / len(names)) for index in range(len(names) + 1)]
    return {name: frozenset(range(bounds[index], bounds[index + 1])) for index, name in enumerate(names)}


def levelled(current: Mapping[str, Slots], shards: Iterable[str]) -> dict[str, Slots]:
    """
    All slots over ``shards`` with sizes that differ by at most one, leaving as many as possible where they are.

    Args:
        current: Slots by shard; shards that are not in ``shards`` give theirs away.
        shards: The shards that are to have slots.
    """
    names = sorted(shards, key=lambda name: -len(current.get(name, ())))
    share, extra = divmod(SLOT_COUNT, len(names))
    quota = {name: share + (index < extra) for index, name in enumerate(names)}
    kept = {name: sorted(current.get(name, ()))[: quota[name]] for name in names}
    spare = sorted(set(range(SLOT_COUNT)).difference(*kept.values()))
    for name in names:
        missing = quota[name] - len(kept[name])
        kept[name] += spare[:missing]
        spare = spare[missing:]
    return {name: frozenset(slots) for name, slots in kept.items()}


def moves(current: Mapping[str, Slots], wanted: Mapping[str, Slots]) -> list[Move]:
    """What has to move for ``current`` to become ``wanted``; both cover the same slots."""
    return [
        Move(source, target, tuple(sorted(moving)))
        for source, held in sorted(current.items())
        for target, due in sorted(wanted.items())
        if source != target and (moving := held & due)
    ]
