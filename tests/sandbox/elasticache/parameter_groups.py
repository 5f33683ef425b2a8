# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache parameter groups."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.elasticache import tags
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.names import identifier
from sandbox.elasticache.paging import page
from sandbox.elasticache.parameters import CLUSTER_ON, FAMILIES, Parameter, family_parameters, node_type_parameters
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.resources import ParameterGroup, ReplicationGroup
from sandbox.protocol import ApiError, Parameters

MOST_GROUPS = 300
MOST_PER_CALL = 20
APPLY_SECONDS = 20


def default_groups() -> dict[str, ParameterGroup]:
    """``default.<family>`` and ``default.<family>.cluster.on`` of every family."""
    plain = [
        ParameterGroup(f"default.{family}", family, f"Default parameter group for {family}") for family in FAMILIES
    ]
    clustered = [
        ParameterGroup(
            f"default.{family}{CLUSTER_ON}",
            family,
            f"Customized default parameter group for {family} with cluster mode on",
            {"cluster-enabled": "yes"},
        )
        for family in FAMILIES
    ]
    return {group.name: group for group in plain + clustered}


def default_name(family: str, cluster_enabled: bool) -> str:
    """The default group of a family, with cluster mode disabled or enabled."""
    return f"default.{family}{CLUSTER_ON if cluster_enabled else ''}"


def find(region: Region, name: str) -> ParameterGroup:
    group = region.store.parameter_groups.get(name.lower())
    if not group:
        raise ApiError("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}")
    return group


def effective(group: ParameterGroup) -> dict[str, str]:
    """What a node with this group runs with."""
    defaults = {name: parameter.default for name, parameter in family_parameters(group.family).items()}
    return {**defaults, **group.values}


def users_of(region: Region, group: ParameterGroup) -> list[ReplicationGroup]:
    return [rg for rg in region.store.replication_groups.values() if rg.parameter_group == group.name]


async def create(region: Region, p: Parameters) -> Parameters:
    name = identifier(p["CacheParameterGroupName"], "CacheParameterGroupName", 255)
    family = p["CacheParameterGroupFamily"]
    family_parameters(family)
    if name in region.store.parameter_groups:
        raise ApiError("CacheParameterGroupAlreadyExists", f"Cache Parameter Group {name} already exists.")
    if len([group for group in region.store.parameter_groups.values() if not group.is_default]) >= MOST_GROUPS:
        raise ApiError("CacheParameterGroupQuotaExceeded", f"The quota of {MOST_GROUPS} parameter groups is exceeded.")
    new_tags = tags.parse(p.get("Tags"))
    group = ParameterGroup(name, family, p["Description"])
    region.store.parameter_groups[name] = group
    region.store.tags[_arn(region, group)] = new_tags
    return {"CacheParameterGroup": _view(region, group)}


def check_replaceable(old: ParameterGroup, new: ParameterGroup, but: tuple[str, ...] = ()) -> None:
    """What can only be set at creation has to be the same in the new group of a cluster, but for what is named."""
    static = [name for name, parameter in family_parameters(new.family).items() if not parameter.modifiable_in_use]
    before, after = effective(old), effective(new)
    if different := [name for name in static if name not in but and name in before and before[name] != after[name]]:
        message = f"The parameter groups {old.name} and {new.name} differ in {', '.join(different)}."
        raise invalid_combination(message)


async def describe(region: Region, p: Parameters) -> Parameters:
    if name := p.get("CacheParameterGroupName"):
        groups = [find(region, name)]
    else:
        groups = [group for _, group in sorted(region.store.parameter_groups.items())]
    return page("CacheParameterGroups", [_view(region, group) for group in groups], p)


async def delete(region: Region, p: Parameters) -> Parameters:
    group = _own(region, p)
    if users_of(region, group):
        message = (
            f"One or more cache clusters are still members of this parameter group {group.name}, "
            "so the group cannot be deleted."
        )
        raise ApiError("InvalidCacheParameterGroupState", message)
    del region.store.parameter_groups[group.name]
    region.store.tags.pop(_arn(region, group), None)
    return {}


async def describe_parameters(region: Region, p: Parameters) -> Parameters:
    group = find(region, p["CacheParameterGroupName"])
    values = effective(group)
    listed = [
        (parameter, "user" if name in group.values and not group.is_default else "system", values[name])
        for name, parameter in sorted(family_parameters(group.family).items())
    ]
    if (source := p.get("Source")) not in (None, "user", "system", "engine-default"):
        raise invalid_value(f"Invalid value {source!r} for Source. Valid values are: user, system, engine-default")
    views = [parameter.view(value, origin) for parameter, origin, value in listed if source in (None, origin)]
    return {**page("Parameters", views, p), **_by_node_type(group.family, p)}


async def describe_engine_defaults(region: Region, p: Parameters) -> Parameters:
    family = p["CacheParameterGroupFamily"]
    views = [parameter.view(parameter.default, "system") for _, parameter in sorted(family_parameters(family).items())]
    answer = {"CacheParameterGroupFamily": family, **page("Parameters", views, p), **_by_node_type(family, p)}
    return {"EngineDefaults": answer}


def _by_node_type(family: str, p: Parameters) -> Parameters:
    """Once, on the first page: paginators add up the pages."""
    first = not p.get("Marker") and p.get("Source") in (None, "system")
    return {"CacheNodeTypeSpecificParameters": node_type_parameters(family) if first else []}


async def modify(region: Region, p: Parameters) -> Parameters:
    group = _own(region, p)
    wanted = {item.get("ParameterName", ""): item.get("ParameterValue", "") for item in p["ParameterNameValues"]}
    _check_count(p["ParameterNameValues"])
    for name, value in wanted.items():
        _check_value(_changeable(region, group, name), value)
    group.values.update(wanted)
    _apply(region, group, wanted)
    return {"CacheParameterGroupName": group.name}


async def reset(region: Region, p: Parameters) -> Parameters:
    group = _own(region, p)
    named = [item.get("ParameterName", "") for item in p.get("ParameterNameValues", [])]
    if bool(named) == bool(p.get("ResetAllParameters")):
        raise invalid_combination("Either ResetAllParameters or ParameterNameValues must be given, and not both.")
    _check_count(named)
    reset_to_default = named or list(group.values)
    for name in reset_to_default:
        _changeable(region, group, name)
    group.values = {name: value for name, value in group.values.items() if name not in reset_to_default}
    _apply(region, group, reset_to_default)
    return {"CacheParameterGroupName": group.name}


def _check_count(items: list[object]) -> None:
    if len(items) > MOST_PER_CALL:
        message = f"A maximum of {MOST_PER_CALL} parameters may be changed in a single request; got {len(items)}."
        raise invalid_value(message)


def _changeable(region: Region, group: ParameterGroup, name: str) -> Parameter:
    parameter = family_parameters(group.family).get(name)
    if not parameter:
        raise invalid_value(f"Parameter {name} doesn't exist")
    if not parameter.is_modifiable:
        raise invalid_value(f"The parameter {name} cannot be modified.")
    if not parameter.modifiable_in_use and users_of(region, group):
        message = f"The parameter {name} cannot be modified while the parameter group {group.name} is in use."
        raise ApiError("InvalidCacheParameterGroupState", message)
    return parameter


def _check_value(parameter: Parameter, value: str) -> None:
    if not parameter.accepts(value):
        allowed = parameter.allowed_values or "letters of KEg$lshzxeA"
        raise invalid_value(f"Invalid value {value!r} for the parameter {parameter.name}. Allowed values: {allowed}")


def _apply(region: Region, group: ParameterGroup, names: Iterable[str]) -> None:
    """Bring a changed group to the nodes that run with it."""
    known = family_parameters(group.family)
    needs_reboot = any(known[name].change_type == "requires-reboot" for name in names)
    for rg in users_of(region, group):
        if rg.reachable:
            waits = needs_reboot or rg.parameter_apply_status == "pending-reboot"
            region.spawn(apply_to(region, rg, "pending-reboot" if waits else "in-sync"))


async def apply_to(region: Region, rg: ReplicationGroup, status: str = "in-sync") -> None:
    """Put the values of a replication group's parameter group into effect on its nodes."""
    rg.parameter_apply_status = "applying"
    await region.pause(APPLY_SECONDS)
    group = region.store.parameter_groups[rg.parameter_group]
    await region.plane.set_parameters(rg, effective(group))
    rg.parameter_apply_status = status
    for node in rg.nodes:
        region.event("cache-cluster", node.id, f"Parameter group {group.name} is in sync")


def _own(region: Region, p: Parameters) -> ParameterGroup:
    """A group that users may change."""
    group = find(region, p["CacheParameterGroupName"])
    if group.is_default:
        message = f"Default parameter group {group.name} cannot be modified or deleted."
        raise ApiError("InvalidCacheParameterGroupState", message)
    return group


def _arn(region: Region, group: ParameterGroup) -> str:
    return region.arn("parametergroup", group.name)


def _view(region: Region, group: ParameterGroup) -> Parameters:
    return {
        "CacheParameterGroupName": group.name,
        "CacheParameterGroupFamily": group.family,
        "Description": group.description,
        "IsGlobal": False,
        "ARN": _arn(region, group),
    }


OPERATIONS: dict[str, Operation] = {
    "CreateCacheParameterGroup": create,
    "DeleteCacheParameterGroup": delete,
    "DescribeCacheParameterGroups": describe,
    "DescribeCacheParameters": describe_parameters,
    "DescribeEngineDefaultParameters": describe_engine_defaults,
    "ModifyCacheParameterGroup": modify,
    "ResetCacheParameterGroup": reset,
}
