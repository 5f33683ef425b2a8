# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of a replication group: how long they take, what is shown meanwhile, and how they are carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.elasticache.errors import invalid_state
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ReplicationGroup
from sandbox.protocol import Parameters

Action = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Change:
    """
    One step.

    Attributes:
        apply: Does it, to the record and to the data plane.
        seconds: How long AWS takes; 0 is done before the request is answered.
        pending: Shown in the group's PendingModifiedValues until it is done.
        pending_nodes: Shown in the PendingModifiedValues of every member until it is done.
    """

    apply: Action
    seconds: float = 0
    pending: Parameters = field(default_factory=dict)
    pending_nodes: Parameters = field(default_factory=dict)


def assign(rg: ReplicationGroup, **values: object) -> Action:
    """A change of the record alone."""

    async def apply() -> None:
        for name, value in values.items():
            setattr(rg, name, value)

    return apply


def check_available(rg: ReplicationGroup) -> None:
    """Only an available group can be changed."""
    if rg.status != "available":
        raise invalid_state(f"Replication group {rg.id} has status {rg.status} which is not valid for modification.")


async def start(region: Region, rg: ReplicationGroup, changes: Sequence[Change], unseen_seconds: float = 0) -> None:
    """
    Do at once what takes no time, and the rest in the background, with the group in the state modifying.

    Args:
        region: Where the group is.
        rg: The group.
        changes: What to do, in order.
        unseen_seconds: How long AWS goes on calling the group available, although it refuses other changes already.
    """
    for change in changes:
        if not change.seconds:
            await change.apply()
    if slow := [change for change in changes if change.seconds]:
        _show(rg, slow)
        rg.settle("modifying")
        rg.unseen = unseen_seconds * region.settings.time_scale > 0
        region.spawn(_carry_out(region, rg, slow, unseen_seconds))


def stage(rg: ReplicationGroup, changes: Mapping[str, Change]) -> None:
    """Keep changes for the next maintenance window; a new change of the same aspect takes the place of an old one."""
    rg.staged.update(changes)
    _show(rg, [])


def unstage(rg: ReplicationGroup) -> dict[str, Change]:
    """Take what waits for the maintenance window."""
    staged, rg.staged = rg.staged, {}
    return staged


async def maintain(region: Region, rg: ReplicationGroup) -> None:
    """The maintenance window comes: what was staged is carried out."""
    check_available(rg)
    await start(region, rg, list(unstage(rg).values()))


def _show(rg: ReplicationGroup, ongoing: Sequence[Change]) -> None:
    """Let PendingModifiedValues tell what is staged and what is under way."""
    shown = [*rg.staged.values(), *ongoing]
    rg.pending = {name: value for change in shown for name, value in change.pending.items()}
    rg.pending_nodes = {name: value for change in shown for name, value in change.pending_nodes.items()}


async def _carry_out(region: Region, rg: ReplicationGroup, changes: Sequence[Change], unseen_seconds: float) -> None:
    await region.pause(unseen_seconds)
    rg.unseen = False
    await region.pause(max(change.seconds for change in changes) - unseen_seconds)
    try:
        for change in changes:
            await change.apply()
        region.event("replication-group", rg.id, f"Replication group {rg.id} modified")
    except Exception as error:
        region.event("replication-group", rg.id, f"Failed to modify replication group {rg.id}: {error}")
        raise
    finally:
        _show(rg, [])
        rg.settle("available")
