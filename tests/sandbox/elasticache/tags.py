# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of every kind of resource; those of a replication group are copied to its nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.elasticache.errors import invalid_value
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.resources import Store, Tags
from sandbox.protocol import ApiError, Parameters

MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256


@dataclass(frozen=True)
class Kind:
    """A taggable kind of resource: how it is found, and the error when it is not there."""

    resources: Callable[[Store], dict[str, Any]]
    missing: str
    title: str


def _clusters(store: Store) -> dict[str, Any]:
    return {node.id: rg for rg in store.replication_groups.values() for node in rg.nodes}


KINDS = {
    "cluster": Kind(_clusters, "CacheClusterNotFound", "CacheCluster"),
    "parametergroup": Kind(lambda store: store.parameter_groups, "CacheParameterGroupNotFound", "CacheParameterGroup"),
    "replicationgroup": Kind(
        lambda store: store.replication_groups, "ReplicationGroupNotFoundFault", "ReplicationGroup"
    ),
    "snapshot": Kind(lambda store: store.snapshots, "SnapshotNotFoundFault", "Snapshot"),
    "subnetgroup": Kind(lambda store: store.subnet_groups, "CacheSubnetGroupNotFoundFault", "CacheSubnetGroup"),
    "user": Kind(lambda store: store.users, "UserNotFound", "User"),
    "usergroup": Kind(lambda store: store.user_groups, "UserGroupNotFound", "UserGroup"),
}


def parse(tag_list: list[Parameters] | None) -> Tags:
    """The tags of a request as a mapping, or the error of the first rule they break."""
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in tag_list or []}
    if len(tags) < len(tag_list or []):
        raise invalid_value("The tag keys of a request must be unique.")
    for key, value in tags.items():
        _check(key, value)
    _check_quota(tags)
    return tags


def _check(key: str, value: str) -> None:
    if key.lower().startswith("aws:"):
        raise invalid_value("aws: prefixed tag key names are not allowed for external use.")
    if not 1 <= len(key) <= LONGEST_KEY:
        raise invalid_value(f"A tag key has 1 to {LONGEST_KEY} characters: {key!r}")
    if len(value) > LONGEST_VALUE:
        raise invalid_value(f"A tag value has at most {LONGEST_VALUE} characters: {key!r}")


def _check_quota(tags: Tags) -> None:
    if len(tags) > MOST_TAGS:
        raise ApiError("TagQuotaPerResourceExceeded", f"A resource has at most {MOST_TAGS} tags.")


async def add(region: Region, p: Parameters) -> Parameters:
    arn = p["ResourceName"]
    new = parse(p["Tags"])
    targets = _targets(region, arn)
    _check_quota({**region.store.tags.get(arn, {}), **new})
    for target in targets:
        region.store.tags.setdefault(target, {}).update(new)
    return _tag_list(region, arn)


async def remove(region: Region, p: Parameters) -> Parameters:
    arn = p["ResourceName"]
    for target in _targets(region, arn):
        tags = region.store.tags.get(target, {})
        region.store.tags[target] = {key: value for key, value in tags.items() if key not in p["TagKeys"]}
    return _tag_list(region, arn)


async def list_tags(region: Region, p: Parameters) -> Parameters:
    _targets(region, p["ResourceName"])
    return _tag_list(region, p["ResourceName"])


def _targets(region: Region, arn: str) -> list[str]:
    """The ARNs whose tags an ARN's are: itself, and the nodes of a replication group.

    Tags of a group or node that is not available can neither be changed nor listed.
    """
    kind, _, name = arn.removeprefix(region.arn("", "").removesuffix("::") + ":").partition(":")
    if kind not in KINDS or region.arn(kind, name) != arn:
        raise ApiError("InvalidARN", f"The ARN {arn} does not name a taggable resource of this account and region.")
    resource = KINDS[kind].resources(region.store).get(name)
    if resource is None:
        raise ApiError(KINDS[kind].missing, f"{KINDS[kind].title} {name} not found.")
    if kind not in ("replicationgroup", "cluster"):
        return [arn]
    if resource.status != "available":
        code = "InvalidReplicationGroupState" if kind == "replicationgroup" else "InvalidCacheClusterState"
        raise ApiError(code, "Cluster not in available state to perform tagging operations.", 400)
    nodes = resource.nodes if kind == "replicationgroup" else ()
    return [arn, *(region.arn("cluster", node.id) for node in nodes)]


def _tag_list(region: Region, arn: str) -> Parameters:
    return {"TagList": [{"Key": key, "Value": value} for key, value in region.store.tags.get(arn, {}).items()]}


OPERATIONS: dict[str, Operation] = {
    "AddTagsToResource": add,
    "ListTagsForResource": list_tags,
    "RemoveTagsFromResource": remove,
}
