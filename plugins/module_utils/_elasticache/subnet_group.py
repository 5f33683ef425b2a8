# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache subnet group: the subnets that cache nodes may be placed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.converge import converge
from .._aws.fields import Field, differences, same_set
from .._aws.plan import Plan
from .._aws.shapes import from_api, step
from . import api
from .common import require
from .tags import plan_tags

FIELDS = (
    Field("cache_subnet_group_description"),
    Field("subnet_ids", same=same_set),
)


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create, change or delete the group that I(parameters) declare; see the module for the options."""
    name = parameters["cache_subnet_group_name"].lower()
    existing = read(client, name)
    plan = PLANNERS[parameters["state"]](client, {**parameters, "cache_subnet_group_name": name}, existing)
    result, group = converge(
        plan, existing, check_mode, lambda plan: api.apply_all(client, plan), lambda: read(client, name)
    )
    return {**result, "subnet_group": group}


def read(client: Any, name: str) -> dict[str, Any]:
    """Return the group in the vocabulary of the module's options, C({}) when there is none."""
    found = api.describe_cache_subnet_groups(client, CacheSubnetGroupName=name)
    return {**current(found[0]), "tags": api.list_tags(client, found[0]["ARN"])} if found else {}


def current(group: Mapping[str, Any]) -> dict[str, Any]:
    """Translate what DescribeCacheSubnetGroups says of one group."""
    return {
        **from_api({key: value for key, value in group.items() if key != "Subnets"}),
        "subnet_ids": sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
        "subnets": from_api(group["Subnets"]),
    }


def plan_present(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing:
        return plan_creation(client, declared)
    tags, tag_steps = plan_tags(existing["arn"], existing["tags"], declared)
    changed = {name: declared[name] for name in differences(FIELDS, declared, existing)}
    modify = [step(client, "modify_cache_subnet_group", {**_identity(existing), **changed})] if changed else []
    return Plan(_shown(existing), _shown({**existing, **changed, "tags": tags}), (*modify, *tag_steps))


def plan_creation(client: Any, declared: Mapping[str, Any]) -> Plan:
    name = declared["cache_subnet_group_name"]
    require(declared, ["subnet_ids"], f"create the cache subnet group {name}")
    group = {**declared, "cache_subnet_group_description": declared["cache_subnet_group_description"] or name}
    return Plan({}, _shown(group), (step(client, "create_cache_subnet_group", group),))


def plan_absent(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing:
        return Plan({}, {})
    return Plan(_shown(existing), {}, (step(client, "delete_cache_subnet_group", _identity(existing)),))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def _identity(group: Mapping[str, Any]) -> dict[str, Any]:
    return {"cache_subnet_group_name": group["cache_subnet_group_name"]}


def _shown(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: the declared side of the group, subnets in a stable order."""
    names = ("cache_subnet_group_name", "cache_subnet_group_description", "tags")
    return {**{name: group.get(name) for name in names}, "subnet_ids": sorted(group.get("subnet_ids") or [])}
