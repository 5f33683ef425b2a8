# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of a replication group: how long they take, what is shown meanwhile, and how they are carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
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


def check_available(rg: ReplicationGroup) -> None:
    """Only an available group can be changed."""
    if rg.status != "available":
        raise invalid_state(f"Replication group {rg.id} has status {rg.status} which is not valid for modification.")


async def start(region: Region, rg: ReplicationGroup, changes: Sequence[Change]) -> None:
    """Do at once what takes no time, and the rest in the background, with the group in the state modifying."""
    for change in changes:
        if not change.seconds:
            await change.apply()
    if slow := [change for change in changes if change.seconds]:
        _show(rg, slow)
        rg.settle("modifying")
        region.spawn(_carry_out(region, rg, slow))


def stage(rg: ReplicationGroup, changes: Sequence[Change]) -> None:
    """Keep changes for the next maintenance window."""
    _show(rg, changes)
    rg.staged.extend(changes)


async def maintain(region: Region, rg: ReplicationGroup) -> None:
    """The maintenance window comes: what was staged is carried out."""
    check_available(rg)
    staged, rg.staged = rg.staged, []
    await start(region, rg, staged)


def _show(rg: ReplicationGroup, changes: Sequence[Change]) -> None:
    for change in changes:
        rg.pending.update(change.pending)
        rg.pending_nodes.update(change.pending_nodes)


async def _carry_out(region: Region, rg: ReplicationGroup, changes: Sequence[Change]) -> None:
    await region.pause(max(change.seconds for change in changes))
    try:
        for change in changes:
            await change.apply()
        region.event("replication-group", rg.id, f"Replication group {rg.id} modified")
    except Exception as error:
        region.event("replication-group", rg.id, f"Failed to modify replication group {rg.id}: {error}")
        raise
    finally:
        rg.pending, rg.pending_nodes = {}, {}
        _show(rg, rg.staged)
        rg.settle("available")
