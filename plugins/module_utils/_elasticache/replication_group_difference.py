# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared of a replication group and not so, and what the phases of a plan ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._aws.fields import Change, Field
from .._aws.plan import Step
from .._aws.shapes import step
from .replication_group_fields import Observed, replicas_of
from .replication_group_state import waiting

# ElastiCache keeps one of these for the window, and refuses the other meanwhile. In the order of the phases.
ONE_AT_A_TIME = ("cache_node_type", "engine_version")


@dataclass(frozen=True)
class Difference:
    """A replication group that exists, what is declared of it, and the fields in which the two differ."""

    client: Any
    declared: Mapping[str, Any]
    existing: Mapping[str, Any]
    changed: Mapping[str, Field]
    observed: Observed

    @property
    def name(self) -> str:
        return str(self.existing["replication_group_id"])

    @property
    def at_window(self) -> bool:
        return bool(self.declared["apply"] == "window")

    @property
    def kept(self) -> list[str]:
        """What waits for the window and is not declared otherwise: it is to go on waiting."""
        changed = {*self.changed, *(["engine_version"] if "engine" in self.changed else [])}
        return [name for name in ONE_AT_A_TIME if name in waiting(self.observed) and name not in changed]

    @property
    def clustered(self) -> bool:
        """Whether cluster mode is enabled."""
        return bool(self.observed.group.get("ClusterEnabled"))

    def call(self, operation: str, effect: Mapping[str, Any] | None = None, **arguments: Any) -> Step:
        """Return a call on the group, carried out at once unless I(arguments) say otherwise."""
        request = {"replication_group_id": self.name, "apply_immediately": True, **arguments}
        return replace(step(self.client, operation, request), effect=effect or {})

    def values(self, *changes: Change) -> dict[str, Any]:
        """Return the declared values of the fields that differ and change in one of these ways."""
        return {name: self.declared[name] for name, field in self.changed.items() if field.change in changes}

    def some(self, *names: str) -> dict[str, Any]:
        """Return the declared values of those of the fields I(names) that differ."""
        return {name: self.declared[name] for name in names if name in self.changed}

    @property
    def goal(self) -> dict[str, Any]:
        """Every field as it will be, with the fewest replicas that a shard will have."""
        replicas = self.wanted_replicas
        if replicas is None:
            replicas = min(self.staying.values(), default=None)
        return {**self.existing, **self.some(*self.changed), "replicas_per_node_group": replicas}

    def then(self, name: str) -> Any:
        """Return the value of a field as it will be."""
        return self.declared[name] if name in self.changed else self.existing[name]

    @property
    def shards(self) -> dict[str, list[str]]:
        """The nodes of each shard, by its id."""
        return {
            shard["NodeGroupId"]: [node["CacheClusterId"] for node in shard["NodeGroupMembers"]]
            for shard in self.observed.group.get("NodeGroups", ())
        }

    @property
    def leaving(self) -> list[str]:
        """The shards that go: those that are named, else those with the highest numbers."""
        wanted = self.some("num_node_groups").get("num_node_groups")
        if wanted is None or wanted >= self.existing["num_node_groups"]:
            return []
        return list(self.declared["node_groups_to_remove"] or sorted(self.shards)[wanted:])

    @property
    def staying(self) -> dict[str, int]:
        """Replicas of each shard that stays, by its id."""
        return {shard: count for shard, count in replicas_of(self.observed).items() if shard not in self.leaving}

    @property
    def wanted_replicas(self) -> int | None:
        """Replicas that each shard shall have, however they are declared; C(None) when they are not, or not
        different."""
        if "num_cache_clusters" in self.changed:
            return int(self.declared["num_cache_clusters"]) - 1
        return self.some("replicas_per_node_group").get("replicas_per_node_group")

    @property
    def primaries(self) -> list[str]:
        """The nodes that are known to be primaries; with cluster mode enabled AWS does not tell."""
        shards = self.observed.group.get("NodeGroups", ())
        nodes = (node for shard in shards for node in shard["NodeGroupMembers"])
        return [node["CacheClusterId"] for node in nodes if node.get("CurrentRole") == "primary"]
