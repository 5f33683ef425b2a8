# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the ElastiCache API, one operation each: errors outside, retries inside, pages joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import is_ansible_aws_error_code
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from .._aws.calls import call
from .._aws.plan import Plan, Step
from .common import ElastiCacheErrorHandler as Handler

# The service refuses changes for a while after others ("eventually available"), and a tag call on a resource that is
# not.
BUSY = ["InvalidReplicationGroupState", "InvalidCacheClusterState"]
# To a change of a parameter group it says that an earlier one is not through; to its deletion, that a cache uses it.
_BUSY_GROUP = [*BUSY, "InvalidCacheParameterGroupState"]
_BUSY_SNAPSHOT = [*BUSY, "InvalidSnapshotState"]
_BUSY_FOR = {
    "copy_snapshot": _BUSY_SNAPSHOT,
    "delete_snapshot": _BUSY_SNAPSHOT,
    "modify_cache_parameter_group": _BUSY_GROUP,
    "reset_cache_parameter_group": _BUSY_GROUP,
}


def _pages(client: Any, operation: str, result: str, **request: Any) -> list[dict[str, Any]]:
    return client.get_paginator(operation).paginate(**request).build_full_result()[result]


@Handler.list_error_handler("describe cache subnet groups", [])
@AWSRetry.jittered_backoff()
def describe_cache_subnet_groups(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_cache_subnet_groups", "CacheSubnetGroups", **request)


@Handler.list_error_handler("describe cache parameter groups", [])
@AWSRetry.jittered_backoff()
def describe_cache_parameter_groups(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_cache_parameter_groups", "CacheParameterGroups", **request)


@Handler.list_error_handler("describe cache parameters", [])
@AWSRetry.jittered_backoff()
def describe_cache_parameters(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_cache_parameters", "Parameters", **request)


@Handler.common_error_handler("describe the default parameters of an engine")
@AWSRetry.jittered_backoff()
def describe_engine_default_parameters(client: Any, **request: Any) -> list[dict[str, Any]]:
    paginator = client.get_paginator("describe_engine_default_parameters")
    return paginator.paginate(**request).build_full_result()["EngineDefaults"]["Parameters"]


@Handler.common_error_handler("describe cache engine versions")
@AWSRetry.jittered_backoff()
def describe_cache_engine_versions(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_cache_engine_versions", "CacheEngineVersions", **request)


@Handler.list_error_handler("describe replication groups", [])
@AWSRetry.jittered_backoff()
def describe_replication_groups(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_replication_groups", "ReplicationGroups", **request)


@Handler.list_error_handler("describe cache clusters", [])
@AWSRetry.jittered_backoff()
def describe_cache_clusters(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_cache_clusters", "CacheClusters", **request)


@Handler.common_error_handler("list the node types that a replication group can change to")
@AWSRetry.jittered_backoff(catch_extra_error_codes=BUSY)
def node_type_modifications(client: Any, **request: Any) -> dict[str, list[str]]:
    answer = client.list_allowed_node_type_modifications(**request)
    return {kind: list(answer.get(kind, ())) for kind in ("ScaleUpModifications", "ScaleDownModifications")}


def list_allowed_node_type_modifications(client: Any, **request: Any) -> list[str]:
    return [name for names in node_type_modifications(client, **request).values() for name in names]


@Handler.common_error_handler("describe events")
@AWSRetry.jittered_backoff()
def describe_events(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_events", "Events", **request)


@Handler.list_error_handler("describe snapshots", [])
@AWSRetry.jittered_backoff()
def describe_snapshots(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_snapshots", "Snapshots", **request)


@Handler.list_error_handler("describe service updates", [])
@AWSRetry.jittered_backoff()
def describe_service_updates(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_service_updates", "ServiceUpdates", **request)


@Handler.common_error_handler("describe update actions")
@AWSRetry.jittered_backoff()
def describe_update_actions(client: Any, **request: Any) -> list[dict[str, Any]]:
    return _pages(client, "describe_update_actions", "UpdateActions", **request)


@Handler.common_error_handler("list the tags of a resource")
@AWSRetry.jittered_backoff()
def list_tags(client: Any, arn: str) -> dict[str, str]:
    return boto3_tag_list_to_ansible_dict(client.list_tags_for_resource(ResourceName=arn)["TagList"])


def list_tags_unless_busy(client: Any, arn: str) -> dict[str, str] | None:
    """C(None) of a replication group, or a node, that is not available: its tags cannot be listed (API Reference)."""
    try:
        return list_tags(client, arn)
    except is_ansible_aws_error_code(BUSY):
        return None


def apply(client: Any, step: Step) -> Mapping[str, Any]:
    """Make the call that I(step) describes; an error names the operation."""
    return call(client, step, Handler, _BUSY_FOR.get(step.operation, BUSY))


def attempt(client: Any, step: Step) -> Mapping[str, Any]:
    """Like C(apply), for who waits by himself while the service is busy."""
    return call(client, step, Handler)


def apply_all(client: Any, plan: Plan) -> None:
    for step in plan.steps:
        apply(client, step)
