# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache parameter group: the values of engine parameters that caches of one family are started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._aws.converge import converge
from .._aws.plan import Plan, Step
from .._aws.shapes import from_api, step
from .._problems import Problem
from . import api
from .engine_versions import find_family, known_family
from .parameters import Known, by_name, default, find_problems, needs_reboot, normalise
from .problems import refuse
from .tags import plan_tags

BATCH = 20  # parameters that one request may carry (API Reference, ModifyCacheParameterGroup)


@dataclass(frozen=True)
class Changes:
    """What happens to the values of a group: new ones by name, and names that return to their default."""

    values: Mapping[str, str]
    resets: tuple[str, ...] = ()

    def applied_to(self, current: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in current.items() if name not in self.resets}
        return dict(sorted({**kept, **self.values}.items()))


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create, change or delete the group that I(parameters) declare; see the module for the options."""
    name = parameters["cache_parameter_group_name"].lower()
    _refuse_default_group(name)
    existing = read(client, name)
    planner = PLANNERS[parameters["state"]]
    plan, pending_reboot = planner(client, {**parameters, "cache_parameter_group_name": name}, existing)
    result, group = converge(
        plan, existing, check_mode, lambda plan: api.apply_all(client, plan), lambda: read(client, name)
    )
    return {**result, "parameter_group": group, "pending_reboot": pending_reboot, **warnings(name, pending_reboot)}


def warnings(name: str, pending_reboot: list[str]) -> dict[str, list[str]]:
    """Say what will have changed and not taken effect: nobody should believe that it has."""
    if not pending_reboot:
        return {}
    late = f"{', '.join(pending_reboot)} only when they are rebooted, which needs cluster mode to be disabled"
    return {"warnings": [f"Nodes that run with {name} take {late}."]}


def read(client: Any, name: str) -> dict[str, Any]:
    """Return the group in the vocabulary of the module's options, C({}) when there is none."""
    found = api.describe_cache_parameter_groups(client, CacheParameterGroupName=name)
    if not found:
        return {}
    set_by_users = api.describe_cache_parameters(client, CacheParameterGroupName=name, Source="user")
    return {
        **from_api(found[0]),
        "parameters": {parameter["ParameterName"]: default(parameter) for parameter in set_by_users},
        "tags": api.list_tags(client, found[0]["ARN"]),
    }


def plan_present(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> tuple[Plan, list[str]]:
    """Return the plan and the changed parameters that running nodes take only when they are rebooted."""
    name = declared["cache_parameter_group_name"]
    family, problems = find_declared_family(client, declared, existing)
    wanted = None if declared["parameters"] is None else normalise(declared["parameters"])
    known: Known = {}
    if family and wanted is not None:
        known = by_name(api.describe_engine_default_parameters(client, CacheParameterGroupFamily=family))
        problems = [*problems, *find_problems(known, wanted, declared["engine_version"])]
    refuse(problems, f"have the parameter group {name} as declared")
    group = {**declared, "cache_parameter_group_family": family}
    changes = compare(known, existing.get("parameters", {}), wanted, declared["purge_parameters"])
    if not existing:
        return _plan_creation(client, group, changes), []
    return _plan_changes(client, group, existing, changes), needs_reboot(known, [*changes.values, *changes.resets])


def plan_absent(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> tuple[Plan, list[str]]:
    if not existing:
        return Plan({}, {}), []
    return Plan(_shown(existing), {}, (step(client, "delete_cache_parameter_group", _identity(existing)),)), []


PLANNERS = {"present": plan_present, "absent": plan_absent}


def find_declared_family(
    client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]
) -> tuple[str | None, list[Problem]]:
    """Return the family that is asked for, by its name or by engine and version, and what is wrong with that."""
    actual = existing.get("cache_parameter_group_family")
    family = declared["cache_parameter_group_family"]
    if not declared["engine"] and family in (None, actual):
        return actual, [] if actual else [_family_missing()]
    versions = api.describe_cache_engine_versions(client)
    if declared["engine"]:
        family, problems = find_family(versions, declared["engine"], declared["engine_version"])
    else:
        family, problems = known_family(versions, family)
    if actual and family not in (None, actual):
        problems = [*problems, _other_family(declared["cache_parameter_group_name"], actual, family)]
    return family, problems


def _family_missing() -> Problem:
    fault = "a new group has to be of a family"
    return Problem("cache_parameter_group_family", None, fault, "set it, or engine and engine_version")


def _other_family(name: str, actual: str, wanted: str) -> Problem:
    fault = f"the group {name} is of family {actual}, and ElastiCache cannot make it one of {wanted}"
    remedy = (
        f"declare a group of another name with {wanted}, attach it to the replication group, in the same change as an "
        f"engine upgrade, and delete {name} when nothing uses it any more"
    )
    return Problem("cache_parameter_group_family", wanted, fault, remedy)


def _refuse_default_group(name: str) -> None:
    if name.startswith("default."):
        fault, remedy = "groups of this name are ElastiCache's own", "declare a group of another name"
        refuse([Problem("cache_parameter_group_name", name, fault, remedy)], "manage a default parameter group")


def compare(known: Known, current: Mapping[str, str], wanted: Mapping[str, str] | None, purge: bool) -> Changes:
    """Compare I(current), the values that users set, with those I(wanted); C(None) leaves all alone.

    A value that equals the default needs no call, whoever set it: saving a group in the console sets every parameter.
    """
    if wanted is None:
        return Changes({})
    defaults = {name: default(parameter) for name, parameter in known.items()}
    values = {name: value for name, value in wanted.items() if value != current.get(name, defaults[name])}
    surplus = {name for name, value in current.items() if name not in wanted and value != defaults.get(name)}
    if purge and "reserved-memory" in surplus and "reserved-memory-percent" in known:
        # ElastiCache cannot reset it; it goes when its alternative is set.
        surplus.remove("reserved-memory")
        values["reserved-memory-percent"] = wanted.get("reserved-memory-percent", defaults["reserved-memory-percent"])
    return Changes(values, tuple(sorted(surplus)) if purge else ())


def _plan_creation(client: Any, group: Mapping[str, Any], changes: Changes) -> Plan:
    created = {**group, "description": group["description"] or group["cache_parameter_group_name"]}
    steps = (step(client, "create_cache_parameter_group", created), *_value_steps(client, group, changes))
    return Plan({}, _shown({**created, "parameters": changes.applied_to({})}), steps)


def _plan_changes(client: Any, group: Mapping[str, Any], existing: Mapping[str, Any], changes: Changes) -> Plan:
    tags, tag_steps = plan_tags(existing["arn"], existing["tags"], group)
    after = {**existing, "parameters": changes.applied_to(existing["parameters"]), "tags": tags}
    return Plan(_shown(existing), _shown(after), (*_value_steps(client, group, changes), *tag_steps))


def _value_steps(client: Any, group: Mapping[str, Any], changes: Changes) -> list[Step]:
    resets = [{"parameter_name": name} for name in changes.resets]
    values = [{"parameter_name": name, "parameter_value": value} for name, value in sorted(changes.values.items())]
    calls = (("reset_cache_parameter_group", resets), ("modify_cache_parameter_group", values))
    return [
        step(client, operation, {**_identity(group), "parameter_name_values": entries[start : start + BATCH]})
        for operation, entries in calls
        for start in range(0, len(entries), BATCH)
    ]


def _identity(group: Mapping[str, Any]) -> dict[str, Any]:
    return {"cache_parameter_group_name": group["cache_parameter_group_name"]}


def _shown(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: the declared side of the group."""
    names = ("cache_parameter_group_name", "cache_parameter_group_family", "description", "parameters", "tags")
    return {name: group.get(name) for name in names}
