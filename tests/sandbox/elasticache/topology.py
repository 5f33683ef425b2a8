# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shards, slots and zones of a new replication group. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice

from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.names import even_slots, member_id, nth_shard
from sandbox.elasticache.resources import Node, Shard
from sandbox.protocol import ApiError, Parameters

MOST_REPLICAS = 5
MOST_NODES_PER_SHARD = MOST_REPLICAS + 1
MOST_NODES_PER_CLUSTER = 90
MOST_SHARDS = 500


@dataclass(frozen=True)
class ShardPlan:
    """One node group as asked for; empty zones are chosen by ElastiCache."""

    id: str
    replicas: int
    slots: str | None
    zones: tuple[str, ...]  # of the primary and of the replicas, or ()


def plan_shards(p: Parameters, cluster_enabled: bool) -> list[ShardPlan]:
    """Read the three exclusive ways in which CreateReplicationGroup takes a topology."""
    _check_exclusive(p)
    plans = _configured(p) if p.get("NodeGroupConfiguration") else _counted(p)
    if not cluster_enabled and len(plans) > 1:
        message = (
            "Cannot create a replication group with more than one node group: "
            "the parameter group does not enable cluster mode."
        )
        raise invalid_combination(message)
    _check_sizes(plans)
    return _with_slots(plans) if cluster_enabled else plans


def place(group_id: str, plans: list[ShardPlan], zones: list[str], cluster_enabled: bool) -> list[Shard]:
    """Give every node its id and its zone: a shard's nodes go round the zones, each shard starting one further."""
    return [
        Shard(
            plan.id,
            plan.slots,
            [
                Node(member_id(group_id, plan.id, number, cluster_enabled), zone)
                for number, zone in enumerate(plan.zones or _spread(zones, index, plan.replicas + 1), start=1)
            ],
        )
        for index, plan in enumerate(plans)
    ]


def _spread(zones: list[str], start: int, count: int) -> tuple[str, ...]:
    return tuple(islice(cycle(zones), start % len(zones), start % len(zones) + count))


def _check_exclusive(p: Parameters) -> None:
    others = {"NumNodeGroups", "ReplicasPerNodeGroup", "NodeGroupConfiguration"} & set(p)
    if "NumCacheClusters" in p and others:
        raise invalid_combination(f"NumCacheClusters cannot be used together with {', '.join(sorted(others))}.")
    configured = p.get("NodeGroupConfiguration")
    if configured and p.get("NumNodeGroups", len(configured)) != len(configured):
        raise invalid_combination("NumNodeGroups must be the number of entries of NodeGroupConfiguration.")
    if p.get("PreferredCacheClusterAZs") and (configured or p.get("NumNodeGroups", 1) > 1):
        raise invalid_combination("PreferredCacheClusterAZs can only be specified for one node group.")


def _counted(p: Parameters) -> list[ShardPlan]:
    """NumCacheClusters, or NumNodeGroups with ReplicasPerNodeGroup."""
    clusters, shards = p.get("NumCacheClusters", 1), p.get("NumNodeGroups", 1)
    if not 1 <= clusters <= MOST_NODES_PER_SHARD:
        raise invalid_value(f"NumCacheClusters must be between 1 and {MOST_NODES_PER_SHARD}.")
    if shards < 1:
        raise invalid_value("NumNodeGroups must be at least 1.")
    _check_shards(shards)
    replicas = p.get("ReplicasPerNodeGroup", clusters - 1)
    zones = tuple(p.get("PreferredCacheClusterAZs", ()))
    if zones and len(zones) != replicas + 1:
        message = (
            f"PreferredCacheClusterAZs must name as many availability zones as there are clusters: {replicas + 1}."
        )
        raise invalid_combination(message)
    return [ShardPlan(nth_shard(number), replicas, None, zones) for number in range(1, shards + 1)]


def _configured(p: Parameters) -> list[ShardPlan]:
    default = p.get("ReplicasPerNodeGroup", 0)
    return [_one_configured(number, item, default) for number, item in enumerate(p["NodeGroupConfiguration"], start=1)]


def _one_configured(number: int, item: Parameters, default_replicas: int) -> ShardPlan:
    replica_zones = item.get("ReplicaAvailabilityZones", [])
    replicas = item.get("ReplicaCount", len(replica_zones) or default_replicas)
    if replica_zones and len(replica_zones) != replicas:
        message = f"ReplicaAvailabilityZones must name as many availability zones as there are replicas: {replicas}."
        raise invalid_combination(message)
    if bool(replica_zones) != bool(item.get("PrimaryAvailabilityZone")) and replicas:
        raise invalid_combination("PrimaryAvailabilityZone and ReplicaAvailabilityZones must be given together.")
    primary = [item["PrimaryAvailabilityZone"]] if item.get("PrimaryAvailabilityZone") else []
    return ShardPlan(
        item.get("NodeGroupId", nth_shard(number)), replicas, item.get("Slots"), (*primary, *replica_zones)
    )


def _check_sizes(plans: list[ShardPlan]) -> None:
    if any(not 0 <= plan.replicas <= MOST_REPLICAS for plan in plans):
        raise invalid_value(f"The number of replicas per node group must be between 0 and {MOST_REPLICAS}.")
    if len({plan.id for plan in plans}) < len(plans):
        raise invalid_value("The NodeGroupId of each node group must be unique.")
    _check_shards(len(plans))
    if sum(plan.replicas + 1 for plan in plans) > MOST_NODES_PER_CLUSTER:
        message = f"The quota of {MOST_NODES_PER_CLUSTER} nodes per cluster is exceeded."
        raise ApiError("NodeQuotaForClusterExceeded", message)


def _check_shards(number: int) -> None:
    if number > MOST_SHARDS:
        message = f"A replication group has at most {MOST_SHARDS} node groups."
        raise ApiError("NodeGroupsPerReplicationGroupQuotaExceeded", message)


def _with_slots(plans: list[ShardPlan]) -> list[ShardPlan]:
    """Slots as given for every shard, or evenly divided when given for none; together all 16384, each once."""
    given = [plan.slots for plan in plans]
    if not any(given):
        given = list(even_slots(len(plans)))
    covered = sorted(slot for slots in given for slot in expand_slots(slots or ""))
    if covered != list(range(16384)):
        raise invalid_value("The Slots of the node groups must cover each of the slots 0-16383 exactly once.")
    return [ShardPlan(plan.id, plan.replicas, slots, plan.zones) for plan, slots in zip(plans, given, strict=True)]


def expand_slots(text: str) -> list[int]:
    """``0-2,7`` -> [0, 1, 2, 7]."""
    try:
        bounds = [[int(edge) for edge in part.split("-")] for part in text.split(",") if part]
        if any(edge not in range(16384) for edges in bounds for edge in edges):
            raise invalid_value(f"Invalid Slots: {text}")
        return [slot for edges in bounds for slot in range(edges[0], edges[-1] + 1)]
    except ValueError as error:
        raise invalid_value(f"Invalid Slots: {text}") from error
