# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the Application Auto Scaling API: errors outside, retries inside, pages joined."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .._aws.calls import call
from .._aws.plan import Plan
from .common import AutoScalingErrorHandler as Handler

NAMESPACE = "elasticache"
_BUSY = ["ConcurrentUpdateException"]
# A scalable target is found only some time after it was registered ("eventual consistency").
_EARLY = [*_BUSY, "ObjectNotFoundException"]
_BUSY_FOR = {"put_scaling_policy": _EARLY, "put_scheduled_action": _EARLY}


def resource_id(name: str) -> str:
    """How Application Auto Scaling calls a replication group."""
    return f"replication-group/{name}"


@Handler.common_error_handler("describe scalable targets")
@AWSRetry.jittered_backoff()
def describe_scalable_targets(client: Any, name: str) -> list[dict[str, Any]]:
    resources = {"ServiceNamespace": NAMESPACE, "ResourceIds": [resource_id(name)]}
    pages = client.get_paginator("describe_scalable_targets").paginate(**resources)
    return pages.build_full_result()["ScalableTargets"]


@Handler.common_error_handler("describe scaling policies")
@AWSRetry.jittered_backoff()
def describe_scaling_policies(client: Any, name: str) -> list[dict[str, Any]]:
    resource = {"ServiceNamespace": NAMESPACE, "ResourceId": resource_id(name)}
    pages = client.get_paginator("describe_scaling_policies").paginate(**resource)
    return pages.build_full_result()["ScalingPolicies"]


@Handler.common_error_handler("describe scheduled actions")
@AWSRetry.jittered_backoff()
def describe_scheduled_actions(client: Any, name: str) -> list[dict[str, Any]]:
    resource = {"ServiceNamespace": NAMESPACE, "ResourceId": resource_id(name)}
    pages = client.get_paginator("describe_scheduled_actions").paginate(**resource)
    return pages.build_full_result()["ScheduledActions"]


def apply_all(client: Any, plan: Plan) -> None:
    for step in plan.steps:
        call(client, step, Handler, _BUSY_FOR.get(step.operation, _BUSY))
