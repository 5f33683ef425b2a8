# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can ElastiCache run what is declared: engine and parameters, and a group that is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._aws.entry import Clients
from .._problems import Problem
from . import api
from .engine_versions import find_family
from .parameters import by_name, find_problems, normalise
from .preflight_findings import Findings, missing
from .problems import choices
from .replication_group_fields import Observed
from .replication_group_state import observe
from .replication_group_wait import judge


def engine(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    """Find the family of engine and version, and what is wrong with the parameters in it."""
    client, version = clients("elasticache"), parameters["engine_version"]
    family, problems = find_family(api.describe_cache_engine_versions(client), parameters["engine"], version)
    if family and parameters["parameters"]:
        known = by_name(api.describe_engine_default_parameters(client, CacheParameterGroupFamily=family))
        problems = [*problems, *find_problems(known, normalise(parameters["parameters"]), version)]
    return Findings(problems, {"cache_parameter_group_family": family})


def parameter_group(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    """A parameter group that is there already has to be of the family of engine and version."""
    client, option = clients("elasticache"), "cache_parameter_group_name"
    name, engine, version = parameters[option], parameters["engine"], parameters["engine_version"]
    found = api.describe_cache_parameter_groups(client, CacheParameterGroupName=name)
    if not found:
        return Findings([missing(option, name)])
    family = found[0]["CacheParameterGroupFamily"]
    wanted = find_family(api.describe_cache_engine_versions(client), engine, version)[0] if engine else None
    if wanted in (None, family):
        return Findings([])
    fault = f"it is of family {family}, and {engine} {version} needs {wanted}"
    return Findings([Problem(option, name, fault, f"name one of family {wanted}")])


def former_parameter_groups(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    """Find those that exist, with one listing, since normally none does."""
    names = {name.lower() for name in parameters["former_cache_parameter_group_names"]}
    listed = {group["CacheParameterGroupName"] for group in api.describe_cache_parameter_groups(clients("elasticache"))}
    return Findings([], {"former_cache_parameter_groups": sorted(names & listed)})


def existing_group(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    client = clients("elasticache")
    observed = observe(client, parameters["replication_group_id"])
    if observed is None:
        return Findings([])
    facts = {"auth_token_enabled": bool(observed.group.get("AuthTokenEnabled"))}
    failure = judge(client, observed, []).failure
    if not failure:
        return Findings(list(node_type_problems(client, observed, parameters["cache_node_type"])), facts)
    remedy = "remove the cause, delete the replication group, and run again"
    name = parameters["replication_group_id"]
    return Findings([Problem("replication_group_id", name, failure.rstrip("."), remedy)], facts)


def node_type_problems(client: Any, observed: Observed, wanted: str | None) -> Iterator[Problem]:
    """Yield the problem that an available group cannot change to the node type."""
    actual = observed.group.get("CacheNodeType")
    if wanted in (None, actual) or observed.group["Status"] != "available":
        return
    name = observed.group["ReplicationGroupId"]
    allowed = api.list_allowed_node_type_modifications(client, ReplicationGroupId=name)
    if wanted not in allowed:
        fault = f"{name} is of {actual} and cannot change to it"
        yield Problem("cache_node_type", wanted, fault, f"keep {actual}, or use one of {choices(str(wanted), allowed)}")
