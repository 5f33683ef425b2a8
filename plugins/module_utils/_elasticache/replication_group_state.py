# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists: a replication group read through the API, in the vocabulary of the module's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.fields import Field, differences
from .._aws.shapes import from_api
from . import api
from .connection import connection
from .replication_group_fields import FIELDS, OWN_TAGS, UNSET_TOKEN, Observed, replicas_of

# What can wait for the maintenance window. What else is pending is being done.
WAITING = ("automatic_failover_status", "cache_node_type", "engine_version")
# What goes with a new engine version. AWS does not tell that it waits, too.
COMPANY = ("engine", "cache_parameter_group_name")


def observe(client: Any, name: str) -> Observed | None:
    """Read the group, its members and its tags; C(None) when there is no such group."""
    groups = api.describe_replication_groups(client, ReplicationGroupId=name)
    if not groups:
        return None
    group = groups[0]
    return Observed(group, members(client, group), _tags(client, group))


def observe_all(client: Any) -> list[Observed]:
    """Read every group of the region; the members of all come from one listing."""
    clusters = api.describe_cache_clusters(client, ShowCacheNodeInfo=True)
    return [
        Observed(group, _of(group, clusters), _tags(client, group)) for group in api.describe_replication_groups(client)
    ]


def _tags(client: Any, group: Mapping[str, Any]) -> dict[str, str] | None:
    if group["Status"] != "available":
        return None
    return api.list_tags_unless_busy(client, group["ARN"]) if "ARN" in group else {}


def members(client: Any, group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The API cannot list the members of one group: one listing of all clusters costs less than a call for each
    member."""
    return _of(group, api.describe_cache_clusters(client, ShowCacheNodeInfo=True))


def _of(group: Mapping[str, Any], clusters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    mine = [cluster for cluster in clusters if cluster["CacheClusterId"] in group.get("MemberClusters", ())]
    return sorted(mine, key=lambda cluster: cluster["CacheClusterId"])


def current(observed: Observed) -> dict[str, Any]:
    """Return the group as the module's options would declare it."""
    options = {field.name: field.read(observed) for field in FIELDS}
    tags = None if observed.tags is None else without_own(observed.tags)
    return {**options, "replication_group_id": observed.group["ReplicationGroupId"], "tags": tags}


def without_own(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name not in OWN_TAGS}


def expected(observed: Observed) -> dict[str, Any]:
    """Return the group as it will be when what waits for the maintenance window is done."""
    waiting = pending(observed)
    told = {field.name: waiting[field.name] for field in FIELDS if field.name in waiting}
    told.pop("log_delivery_configurations", None)  # not a list of what will be, but of what is being set up
    if "automatic_failover_status" in waiting:
        told["automatic_failover_enabled"] = waiting["automatic_failover_status"] == "enabled"
    return {**current(observed), **told}


def unlike(declared: Mapping[str, Any], observed: Observed, apply: str) -> dict[str, Field]:
    """Return the fields that are not as declared: now, or for I(apply) C(window) after the maintenance window.

    What waits for the window and is not declared so is to be taken back.
    """
    changed = differences(FIELDS, declared, expected(observed))
    if apply == "now":
        retracted = {name: field for name, field in changed.items() if name in waiting(observed)}
        return {**differences(FIELDS, declared, current(observed)), **retracted}
    if "engine_version" not in pending(observed) or "engine_version" in changed:
        return changed
    return {name: field for name, field in changed.items() if name not in COMPANY}


def lacking(effect: Mapping[str, Any], observed: Observed, apply: str) -> list[str]:
    """Return the names of what the I(effect) of a step names and cannot be read back yet, and of what is under way."""
    has = replicas_of(observed)
    shards = [shard for shard, count in effect.get("replicas", {}).items() if has.get(shard) != count]
    return sorted({*unlike(effect, observed, apply), *shards, *under_way(observed)})


def waiting(observed: Observed) -> list[str]:
    """Return the names of what waits for the maintenance window."""
    return sorted(set(pending(observed)) & set(WAITING))


def under_way(observed: Observed) -> list[str]:
    """Return the names of what AWS is doing, which it does not always show in a status."""
    return sorted(set(pending(observed)) - set(WAITING))


def pending(observed: Observed) -> dict[str, Any]:
    """Return what AWS has accepted and not carried out yet: of the group, and of any member (engine, node type)."""
    waiting = dict(observed.group.get("PendingModifiedValues", {}))
    for cluster in observed.clusters:
        waiting.update(cluster.get("PendingModifiedValues", {}))
    return from_api(waiting)


def resource(observed: Observed) -> dict[str, Any]:
    """Return everything that a user may want to know of the group; never the AUTH token, which AWS does not tell."""
    group = observed.group
    return {
        **current(observed),
        "arn": group.get("ARN"),
        "auth_token_enabled": bool(group.get("AuthTokenEnabled")),
        "auth_token_last_modified_date": from_api(group.get("AuthTokenLastModifiedDate")),
        "auth_token_optional": UNSET_TOKEN in observed.known_tags,
        "cluster_enabled": bool(group.get("ClusterEnabled")),
        "connection": connection(observed),
        "member_clusters": list(group.get("MemberClusters", ())),
        "node_groups": from_api(group.get("NodeGroups", [])),
        "parameter_apply_status": observed.member.get("CacheParameterGroup", {}).get("ParameterApplyStatus"),
        "pending_modified_values": pending(observed),
        "status": group["Status"],
    }


def inform(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Read the group that I(parameters) name, or all."""
    name = parameters["replication_group_id"]
    found = [observe(client, name)] if name else observe_all(client)
    return {"changed": False, "replication_groups": [resource(observed) for observed in found if observed]}
