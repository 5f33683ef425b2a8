# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PrimaryClusterId: a replica and the primary exchange their roles (ElastiCache guide, "Promoting a read replica")."""

from __future__ import annotations

from sandbox.elasticache.changes import Change
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ReplicationGroup
from sandbox.protocol import Parameters

SECONDS = 120


async def plan(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    """The change of a request, if the group may be told who its primary is."""
    wanted = p["PrimaryClusterId"].lower()
    _check(rg, wanted)

    async def apply() -> None:
        await region.plane.promote(rg, wanted)
        region.event("replication-group", rg.id, f"Promoted cache cluster {wanted} to primary")

    return Change(apply, seconds=SECONDS, pending={"PrimaryClusterId": wanted})


def _check(rg: ReplicationGroup, wanted: str) -> None:
    if rg.cluster_enabled:
        raise invalid_combination("A replica can only be promoted with cluster mode disabled.")
    if wanted not in [node.id for node in rg.nodes]:
        raise invalid_value(f"{wanted} is not a member of replication group {rg.id}.")
    if "enabled" in (rg.multi_az, rg.automatic_failover):
        raise invalid_combination("A replica can only be promoted while Multi-AZ and automatic failover are disabled.")
