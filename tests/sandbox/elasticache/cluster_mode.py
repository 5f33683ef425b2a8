# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
ClusterMode of an existing replication group: from disabled to compatible, and from there to enabled or back.

Rules: ElastiCache guide, "Modifying cluster mode".
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.dataplane.specs import ClusterMode
from sandbox.elasticache import creation, parameter_groups
from sandbox.elasticache.changes import Change
from sandbox.elasticache.engines import find_version
from sandbox.elasticache.errors import invalid_combination
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ParameterGroup, ReplicationGroup
from sandbox.protocol import Parameters

COMPANY = ("CacheParameterGroupName",)
SECONDS = 900
STEPS: Mapping[ClusterMode, tuple[ClusterMode, ...]] = {
    "disabled": ("compatible",),
    "compatible": ("enabled", "disabled"),
    "enabled": (),
}


async def plan(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    """The change of a request, if the group is ready for it."""
    mode: ClusterMode = p["ClusterMode"]
    _check_step(rg.cluster_mode, mode)
    group = _parameter_group(region, rg, mode, p)
    if mode == "compatible":
        _check_ready(rg)
        await _check_databases(region, rg)

    async def apply() -> None:
        await region.plane.set_cluster_mode(rg, mode)
        rg.cluster_mode, rg.parameter_group = mode, group.name
        rg.snapshotting_node = rg.default_snapshotting_node
        await parameter_groups.apply_to(region, rg)

    return Change(apply, seconds=SECONDS, pending={"ClusterMode": mode})


def check_settled(rg: ReplicationGroup) -> None:
    """Between the two protocols a group is neither scaled nor upgraded."""
    if rg.cluster_mode == "compatible":
        message = "Scaling and engine changes are not possible in cluster mode compatible: go on to enabled, or back."
        raise invalid_combination(message)


def _check_step(old: ClusterMode, new: ClusterMode) -> None:
    if new == old:
        raise invalid_combination("No modifications were requested")
    if new not in STEPS[old]:
        possible = " or ".join(STEPS[old]) or "nothing else"
        raise invalid_combination(f"The cluster mode cannot be changed from {old} to {new}: {old} leads to {possible}.")


def _check_ready(rg: ReplicationGroup) -> None:
    refusals = (
        (
            find_version(rg.engine, rg.version).number < (7, 0),
            "The cluster mode can be modified from engine version 7.0.",
        ),
        (
            rg.automatic_failover != "enabled",
            "Automatic failover, with at least one replica, must be enabled to modify the cluster mode.",
        ),
    )
    for refused, message in refusals:
        if refused:
            raise invalid_combination(message)


async def _check_databases(region: Region, rg: ReplicationGroup) -> None:
    """A cluster has one database."""
    readings = await region.plane.readings(rg)
    if others := sorted({database for reading in readings.values() for database in reading.keys} - {0}):
        message = f"The cluster mode can be modified with keys in database 0 only; there are keys in {others}."
        raise invalid_combination(message)


def _parameter_group(region: Region, rg: ReplicationGroup, mode: ClusterMode, p: Parameters) -> ParameterGroup:
    """The group asked for; a default group is exchanged for the other default group, an own one has to fit."""
    current = parameter_groups.find(region, rg.parameter_group)
    clustered = mode != "disabled"
    unasked = parameter_groups.default_name(current.family, clustered) if current.is_default else current.name
    group = parameter_groups.find(region, p.get("CacheParameterGroupName") or unasked)
    creation.check_family(group, find_version(rg.engine, rg.version))
    parameter_groups.check_replaceable(current, group, but=("cluster-enabled",))
    wanted = "yes" if clustered else "no"
    if parameter_groups.effective(group)["cluster-enabled"] != wanted:
        message = f"ClusterMode {mode} needs a parameter group with cluster-enabled={wanted}, unlike {group.name}."
        raise invalid_combination(message)
    return group
