# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts that Application Auto Scaling governs: inside its bounds they are not ours to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .._aws.entry import Clients
from .._aws.fields import Field
from .replication_group_fields import Observed

COUNTS = {
    "num_node_groups": "elasticache:replication-group:NodeGroups",
    "replicas_per_node_group": "elasticache:replication-group:Replicas",
}


class AutoScalingErrorHandler(AWSErrorHandler):
    pass


@AutoScalingErrorHandler.common_error_handler("describe scalable targets")
@AWSRetry.jittered_backoff()
def describe_scalable_targets(client: Any, name: str) -> list[dict[str, Any]]:
    paginator = client.get_paginator("describe_scalable_targets")
    request = {"ServiceNamespace": "elasticache", "ResourceIds": [f"replication-group/{name}"]}
    return paginator.paginate(**request).build_full_result()["ScalableTargets"]


def without_autoscaled(
    clients: Clients, observed: Observed, existing: Mapping[str, Any], changed: Mapping[str, Field]
) -> dict[str, Field]:
    """Leave out the counts that auto scaling keeps within bounds. It is asked only when a count differs, and of a group
    with cluster mode, for no other scales by itself.

    Who may not ask gets the error that names the permission: a count that was imposed on a group that scales by
    itself would be undone by its next scaling.
    """
    if not set(COUNTS) & set(changed) or not observed.group.get("ClusterEnabled"):
        return dict(changed)
    name = observed.group["ReplicationGroupId"]
    targets = describe_scalable_targets(clients("application-autoscaling"), name)
    bounds = {target["ScalableDimension"]: (target["MinCapacity"], target["MaxCapacity"]) for target in targets}
    return {
        field: rule
        for field, rule in changed.items()
        if not _governed(bounds.get(COUNTS.get(field, "")), existing.get(field))
    }


def _governed(bounds: tuple[int, int] | None, count: int | None) -> bool:
    return bounds is not None and count is not None and bounds[0] <= count <= bounds[1]
