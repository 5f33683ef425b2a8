# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Node type, engine and parameter group of an existing replication group: what waits for the maintenance window.

Rules: API reference of ModifyReplicationGroup; ElastiCache guide, "Version management" and "Scaling".
"""

from __future__ import annotations

from sandbox.elasticache import capacity, cluster_mode, creation, parameter_groups, scaling
from sandbox.elasticache.changes import Change
from sandbox.elasticache.engines import EngineVersion, find_version
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.node_types import find_node_type
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ParameterGroup, ReplicationGroup
from sandbox.protocol import Parameters


async def node_type(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    wanted = find_node_type(p["CacheNodeType"])
    if wanted.name not in scaling.allowed_node_types(rg):
        message = (
            f"The node type {rg.node_type} cannot be changed to {wanted.name}: see ListAllowedNodeTypeModifications."
        )
        raise invalid_value(message)
    cluster_mode.check_settled(rg)
    await capacity.check_node_type(region, rg, wanted)
    if "EngineVersion" in rg.pending_nodes:
        raise invalid_combination("The node type cannot be changed while an engine upgrade is pending.")

    async def apply() -> None:
        await region.plane.replace_node_type(rg, wanted)
        rg.node_type = wanted.name

    return Change(apply, seconds=600, pending_nodes={"CacheNodeType": wanted.name})


async def engine(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    """Version, engine and parameter group: a new family needs a group of that family in the same request."""
    current = find_version(rg.engine, rg.version)
    wanted = _wanted_version(rg, current, p)
    group = _wanted_group(region, rg, wanted, p)
    if wanted != current:
        cluster_mode.check_settled(rg)
    if wanted != current and "CacheNodeType" in rg.pending_nodes:
        raise invalid_combination("The engine cannot be upgraded while a scaling operation is pending.")

    async def apply() -> None:
        rg.engine, rg.version, rg.parameter_group = wanted.engine, wanted.version, group.name
        await parameter_groups.apply_to(region, rg)

    upgrade = wanted != current
    pending = {"EngineVersion": wanted.reported} if upgrade else {}
    return Change(apply, seconds=900 if upgrade else 60, pending_nodes=pending)


def _wanted_version(rg: ReplicationGroup, current: EngineVersion, p: Parameters) -> EngineVersion:
    engine = p.get("Engine", rg.engine)
    if "EngineVersion" not in p and engine == rg.engine:
        return current
    wanted = find_version(engine, p.get("EngineVersion"))
    rollback = (current.engine, current.version, wanted.engine, wanted.version) == ("valkey", "7.2", "redis", "7.1")
    if (wanted.number < current.number or (current.is_valkey and not wanted.is_valkey)) and not rollback:
        message = (
            f"The engine cannot be downgraded from {current.engine} {current.version} to {engine} {wanted.version}."
        )
        raise invalid_combination(message)
    return wanted


def _wanted_group(region: Region, rg: ReplicationGroup, wanted: EngineVersion, p: Parameters) -> ParameterGroup:
    current = parameter_groups.find(region, rg.parameter_group)
    if "CacheParameterGroupName" in p:
        group = parameter_groups.find(region, p["CacheParameterGroupName"])
    elif current.family != wanted.family and current.is_default:
        group = parameter_groups.find(region, parameter_groups.default_name(wanted.family, rg.cluster_enabled))
    else:
        group = current
    creation.check_family(group, wanted)
    parameter_groups.check_replaceable(current, group)
    return group
