# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts that Application Auto Scaling governs: inside its bounds they are not ours to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .._autoscaling.api import describe_scalable_targets
from .._autoscaling.dimensions import DIMENSIONS
from .._aws.entry import Clients
from .._aws.fields import Field
from .replication_group_fields import Observed

COUNTS = {"num_node_groups": "node_groups", "replicas_per_node_group": "replicas"}  # the dimension of each


def without_autoscaled(
    clients: Clients,
    observed: Observed,
    existing: Mapping[str, Any],
    changed: Mapping[str, Field],
    imposed: Collection[str] = (),
) -> dict[str, Field]:
    """Leave out the counts that auto scaling keeps within bounds, but for those of I(imposed) dimensions. It is asked
    only when a count differs, and of a group with cluster mode, for no other scales by itself.

    Who may not ask gets the error that names the permission: a count that was imposed on a group that scales by
    itself would be undone by its next scaling.
    """
    dimensions = {name: DIMENSIONS[key] for name, key in COUNTS.items() if name in changed and key not in imposed}
    if not dimensions or not observed.group.get("ClusterEnabled"):
        return dict(changed)
    name = observed.group["ReplicationGroupId"]
    targets = describe_scalable_targets(clients("application-autoscaling"), name)
    bounds = {target["ScalableDimension"]: (target["MinCapacity"], target["MaxCapacity"]) for target in targets}
    governed = {
        count
        for count, dimension in dimensions.items()
        if _within(bounds.get(dimension.scalable_dimension), existing.get(count))
    }
    return {field: rule for field, rule in changed.items() if field not in governed}


def _within(bounds: tuple[int, int] | None, count: int | None) -> bool:
    return bounds is not None and count is not None and bounds[0] <= count <= bounds[1]
