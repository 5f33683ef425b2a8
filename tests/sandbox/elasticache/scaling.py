# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Replicas and shards, up and down, and the node types that a group can change to.

Rules: API reference of IncreaseReplicaCount, DecreaseReplicaCount, ModifyReplicationGroupShardConfiguration and
ListAllowedNodeTypeModifications.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count, islice

from sandbox.elasticache import capacity, changes, cluster_mode, creation, topology, views
from sandbox.elasticache.changes import Action, Change
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.names import even_slots, member_id, nth_shard
from sandbox.elasticache.node_types import NodeType, find_node_type, node_types
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_group, find_member, members
from sandbox.elasticache.resources import Node, ReplicationGroup, Shard
from sandbox.protocol import ApiError, Parameters

REPLICA_SECONDS = 400
SHARD_SECONDS = 900


# -- replicas ---------------------------------------------------------------------------------------------------------


async def increase_replicas(region: Region, p: Parameters) -> Parameters:
    rg = _changeable(region, p)
    wanted = _wanted_replicas(rg, p)
    if shrinking := [shard.id for shard in rg.shards if wanted[shard.id] < len(shard.nodes) - 1]:
        raise invalid_value(f"Node group {', '.join(shrinking)} has more replicas than that: use DecreaseReplicaCount.")
    added = {shard.id: _new_replicas(region, rg, shard, wanted[shard.id], p) for shard in rg.shards}
    _check_operation(any(added.values()))
    _check_quotas(region, rg, sum(map(len, added.values())))

    async def apply() -> None:
        for shard_id, nodes in added.items():
            if nodes:
                await region.plane.add_nodes(rg, shard_id, [node.id for node in nodes])
        _announce(region, [node for nodes in added.values() for node in nodes])

    await changes.start(region, rg, [Change(apply, seconds=REPLICA_SECONDS)])
    for shard in rg.shards:
        shard.nodes.extend(added[shard.id])
    _copy_tags(region, rg, [node for nodes in added.values() for node in nodes])
    return {"ReplicationGroup": views.replication_group(region, rg)}


async def decrease_replicas(region: Region, p: Parameters) -> Parameters:
    rg = _changeable(region, p)
    if p.get("ReplicasToRemove"):
        _check_only(p, "ReplicasToRemove", ("NewReplicaCount", "ReplicaConfiguration"))
        leaving = _named_replicas(region, rg, p["ReplicasToRemove"])
    else:
        leaving = _surplus_replicas(region, rg, _wanted_replicas(rg, p))
    _check_operation(bool(leaving))
    _check_remaining(rg, leaving)

    async def apply() -> None:
        for node in leaving:
            await region.plane.remove_node(rg, node.id)
        _forget(region, rg, leaving)

    await changes.start(region, rg, [Change(apply, seconds=REPLICA_SECONDS)])
    for node in leaving:
        node.status = "deleting"
    return {"ReplicationGroup": views.replication_group(region, rg)}


def _wanted_replicas(rg: ReplicationGroup, p: Parameters) -> dict[str, int]:
    """Replicas by shard id, from one of the two ways to say it."""
    if ("NewReplicaCount" in p) == bool(p.get("ReplicaConfiguration")):
        raise invalid_combination("Exactly one of NewReplicaCount and ReplicaConfiguration must be given.")
    current = {shard.id: len(shard.nodes) - 1 for shard in rg.shards}
    everywhere: int = p.get("NewReplicaCount", 0)
    named: dict[str, int] = {item["NodeGroupId"]: item["NewReplicaCount"] for item in p.get("ReplicaConfiguration", [])}
    wanted = named or dict.fromkeys(current, everywhere)
    if unknown := set(wanted) - set(current):
        raise invalid_value(f"Replication group {rg.id} has no node group {', '.join(sorted(unknown))}.")
    if any(not 0 <= number <= topology.MOST_REPLICAS for number in wanted.values()):
        raise invalid_value(f"The number of replicas per node group must be between 0 and {topology.MOST_REPLICAS}.")
    return {**current, **wanted}


def _new_replicas(region: Region, rg: ReplicationGroup, shard: Shard, wanted: int, p: Parameters) -> list[Node]:
    """Replicas with the lowest free numbers, each in the zone that holds the fewest nodes of the shard."""
    ids = _free_ids(rg, shard.id, {node.id for node in shard.nodes})
    zones = _preferred_zones(region, rg, shard.id, wanted, p)
    nodes: list[Node] = []
    for node_id in islice(ids, wanted - len(shard.nodes) + 1):
        taken = [node.zone for node in (*shard.nodes, *nodes)]
        nodes.append(Node(node_id, min(zones, key=taken.count)))
    return nodes


def _free_ids(rg: ReplicationGroup, shard_id: str, taken: set[str]) -> Iterator[str]:
    numbered = (member_id(rg.id, shard_id, number, rg.cluster_enabled) for number in count(1))
    return filter(lambda node_id: node_id not in taken, numbered)


def _preferred_zones(region: Region, rg: ReplicationGroup, shard_id: str, wanted: int, p: Parameters) -> list[str]:
    """Zones named for the shard, as many as it will have nodes; else all of the subnet group."""
    offered = region.store.subnet_groups[rg.subnet_group].zone_names
    named = {item["NodeGroupId"]: item.get("PreferredAvailabilityZones") for item in p.get("ReplicaConfiguration", [])}
    zones = named.get(shard_id)
    if not zones:
        return offered
    if len(zones) != wanted + 1:
        raise invalid_combination(f"PreferredAvailabilityZones of node group {shard_id} must name {wanted + 1} zones.")
    if strange := set(zones) - set(offered):
        raise invalid_combination(f"The cache subnet group has no subnet in {', '.join(sorted(strange))}.")
    return list(zones)


def _named_replicas(region: Region, rg: ReplicationGroup, node_ids: list[str]) -> list[Node]:
    roles = region.plane.roles(rg)
    nodes = {node.id: node for node in rg.nodes}
    for node_id in node_ids:
        if node_id not in nodes:
            raise invalid_value(f"{node_id} is not a member of replication group {rg.id}.")
        if roles[node_id] == "primary":
            raise invalid_value(f"{node_id} is the primary of its node group and cannot be removed.")
    return [nodes[node_id] for node_id in dict.fromkeys(node_ids)]


def _surplus_replicas(region: Region, rg: ReplicationGroup, wanted: Mapping[str, int]) -> list[Node]:
    """The replicas with the highest numbers."""
    roles, leaving = region.plane.roles(rg), []
    for shard in rg.shards:
        replicas = sorted((node for node in shard.nodes if roles[node.id] == "replica"), key=lambda node: node.id)
        if wanted[shard.id] > len(replicas):
            raise invalid_value(f"Node group {shard.id} has {len(replicas)} replicas: use IncreaseReplicaCount.")
        leaving += replicas[wanted[shard.id] :]
    return leaving


def _check_remaining(rg: ReplicationGroup, leaving: list[Node]) -> None:
    """With cluster mode disabled failover needs a replica; with cluster mode enabled none is allowed."""
    remaining = min(len([node for node in shard.nodes if node not in leaving]) - 1 for shard in rg.shards)
    if remaining == 0 and not rg.cluster_enabled and rg.automatic_failover == "enabled":
        raise invalid_combination("At least one replica must remain while automatic failover is enabled.")
    if remaining == 0 and rg.multi_az == "enabled":
        raise invalid_combination("At least one replica must remain while Multi-AZ is enabled.")


# -- shards -----------------------------------------------------------------------------------------------------------


async def modify_shards(region: Region, p: Parameters) -> Parameters:
    rg = _changeable(region, p)
    if not rg.cluster_enabled:
        raise invalid_combination("The shard configuration can only be modified with cluster mode enabled.")
    wanted, current = p["NodeGroupCount"], len(rg.shards)
    if wanted < 1:
        raise invalid_value("NodeGroupCount must be at least 1.")
    if p.get("ReshardingConfiguration") and wanted <= current:
        raise invalid_combination("ReshardingConfiguration is only for a NodeGroupCount above the current one.")
    if wanted >= current and (p.get("NodeGroupsToRemove") or p.get("NodeGroupsToRetain")):
        raise invalid_combination(
            "NodeGroupsToRemove and NodeGroupsToRetain are for a NodeGroupCount below the current one."
        )
    plan = _add_shards if wanted > current else _remove_shards if wanted < current else _rebalance
    await plan(region, rg, p)
    return {"ReplicationGroup": views.replication_group(region, rg)}


async def _add_shards(region: Region, rg: ReplicationGroup, p: Parameters) -> None:
    new = _new_shards(region, rg, p)

    async def apply() -> None:
        await _in_steps(rg, [partial(region.plane.add_shard, rg, shard) for shard in new])
        region.plane.read_slots(rg)
        _announce(region, [node for shard in new for node in shard.nodes])

    await _reshard(region, rg, apply)
    rg.shards.extend(new)
    _copy_tags(region, rg, [node for shard in new for node in shard.nodes])


def _new_shards(region: Region, rg: ReplicationGroup, p: Parameters) -> list[Shard]:
    """Shards with the next ids and as many replicas as the others have."""
    added, replicas = p["NodeGroupCount"] - len(rg.shards), max(len(shard.nodes) for shard in rg.shards) - 1
    _check_quotas(region, rg, added * (replicas + 1))
    zones = [tuple(item.get("PreferredAvailabilityZones", ())) for item in p.get("ReshardingConfiguration", [])]
    if zones and (len(zones) != added or any(len(chosen) != replicas + 1 for chosen in zones)):
        message = (
            f"ReshardingConfiguration must name {replicas + 1} availability zones for each of {added} new node groups."
        )
        raise invalid_combination(message)
    offered = region.store.subnet_groups[rg.subnet_group].zone_names
    if strange := {zone for chosen in zones for zone in chosen} - set(offered):
        raise invalid_combination(f"The cache subnet group has no subnet in {', '.join(sorted(strange))}.")
    first = max(int(shard.id) for shard in rg.shards) + 1
    plans = [
        topology.ShardPlan(nth_shard(first + index), replicas, "", zones[index] if zones else ())
        for index in range(added)
    ]
    return topology.place(rg.id, plans, offered, cluster_enabled=True)


async def _remove_shards(region: Region, rg: ReplicationGroup, p: Parameters) -> None:
    leaving = _leaving_shards(rg, p)
    await capacity.check_survivors(region, rg, leaving)

    async def apply() -> None:
        await _in_steps(rg, [partial(region.plane.remove_shard, rg, shard.id) for shard in leaving])
        _forget(region, rg, [node for shard in leaving for node in shard.nodes])
        rg.shards = [shard for shard in rg.shards if shard not in leaving]
        region.plane.read_slots(rg)

    await _reshard(region, rg, apply)


def _leaving_shards(rg: ReplicationGroup, p: Parameters) -> list[Shard]:
    remove, retain = set(p.get("NodeGroupsToRemove", [])), set(p.get("NodeGroupsToRetain", []))
    if bool(remove) == bool(retain):
        message = "Exactly one of NodeGroupsToRemove and NodeGroupsToRetain must be given to remove shards."
        raise invalid_combination(message)
    known = {shard.id for shard in rg.shards}
    if unknown := (remove | retain) - known:
        raise invalid_value(f"Replication group {rg.id} has no node group {', '.join(sorted(unknown))}.")
    leaving = remove or known - retain
    if len(known - leaving) != p["NodeGroupCount"]:
        message = f"{len(known - leaving)} node groups would remain, NodeGroupCount is {p['NodeGroupCount']}."
        raise invalid_combination(message)
    return [shard for shard in rg.shards if shard.id in leaving]


async def _rebalance(region: Region, rg: ReplicationGroup, p: Parameters) -> None:
    slots = dict(zip((shard.id for shard in rg.shards), even_slots(len(rg.shards)), strict=True))

    async def apply() -> None:
        await _in_steps(rg, [partial(region.plane.rebalance, rg, slots)])
        region.plane.read_slots(rg)

    await _reshard(region, rg, apply)


async def _reshard(region: Region, rg: ReplicationGroup, apply: Action) -> None:
    rg.resharding = None
    pending = {"Resharding": {"SlotMigration": {"ProgressPercentage": 0.0}}}
    await changes.start(region, rg, [Change(apply, seconds=SHARD_SECONDS, pending=pending)])


async def _in_steps(rg: ReplicationGroup, steps: Sequence[Action]) -> None:
    """One resharding after the other, counted."""
    for done, step in enumerate(steps):
        rg.resharding = (done, len(steps))
        await step()


# -- both -------------------------------------------------------------------------------------------------------------


def _changeable(region: Region, p: Parameters) -> ReplicationGroup:
    rg = find_group(region, p["ReplicationGroupId"])
    if not p["ApplyImmediately"]:
        raise invalid_value("ApplyImmediately=False is not currently supported.")
    changes.check_available(rg)
    cluster_mode.check_settled(rg)
    return rg


def _check_only(p: Parameters, member: str, others: tuple[str, ...]) -> None:
    if given := [name for name in others if p.get(name) is not None]:
        raise invalid_combination(f"{member} cannot be used together with {', '.join(given)}.")


def _check_operation(changed: bool) -> None:
    if not changed:
        raise ApiError("NoOperationFault", "The number of replicas is already as requested.")


def _check_quotas(region: Region, rg: ReplicationGroup, added: int) -> None:
    if len(list(rg.nodes)) + added > topology.MOST_NODES_PER_CLUSTER:
        message = f"The quota of {topology.MOST_NODES_PER_CLUSTER} nodes per cluster is exceeded."
        raise ApiError("InvalidParameterValue", message)
    if len(members(region)) + added > creation.MOST_NODES:
        raise ApiError("NodeQuotaForCustomerExceeded", f"The quota of {creation.MOST_NODES} nodes is exceeded.")


def _announce(region: Region, nodes: list[Node]) -> None:
    for node in nodes:
        region.event(
            "cache-cluster", node.id, f"Added cache node {views.CACHE_NODE_ID} in availability zone {node.zone}"
        )


def _copy_tags(region: Region, rg: ReplicationGroup, nodes: list[Node]) -> None:
    for node in nodes:
        region.store.tags[region.arn("cluster", node.id)] = dict(
            region.store.tags[region.arn("replicationgroup", rg.id)]
        )


def _forget(region: Region, rg: ReplicationGroup, nodes: list[Node]) -> None:
    for node in nodes:
        region.store.tags.pop(region.arn("cluster", node.id), None)
        region.event("cache-cluster", node.id, "Cache cluster deleted")
    for shard in rg.shards:
        shard.nodes = [node for node in shard.nodes if node not in nodes]
    if rg.snapshotting_node in [node.id for node in nodes]:
        rg.snapshotting_node = rg.default_snapshotting_node


# -- node types -------------------------------------------------------------------------------------------------------


def allowed_node_types(rg: ReplicationGroup) -> dict[str, NodeType]:
    """What the group can change to, itself included; data tiering cannot be entered or left."""
    allowed = (each for each in node_types().values() if each.data_tiering == rg.data_tiering and not each.retired)
    return {node_type.name: node_type for node_type in allowed}


async def list_node_types(region: Region, p: Parameters) -> Parameters:
    if ("ReplicationGroupId" in p) == ("CacheClusterId" in p):
        raise invalid_combination("Exactly one of ReplicationGroupId and CacheClusterId must be given.")
    group_id, cluster_id = p.get("ReplicationGroupId"), p.get("CacheClusterId")
    rg = find_group(region, group_id) if group_id else find_member(region, cluster_id or "")[0]
    current = find_node_type(rg.node_type)
    others = [node_type for node_type in allowed_node_types(rg).values() if node_type != current]
    return {
        "ScaleUpModifications": sorted(each.name for each in others if each.maxmemory >= current.maxmemory),
        "ScaleDownModifications": sorted(each.name for each in others if each.maxmemory < current.maxmemory),
    }


OPERATIONS: dict[str, Operation] = {
    "DecreaseReplicaCount": decrease_replicas,
    "IncreaseReplicaCount": increase_replicas,
    "ListAllowedNodeTypeModifications": list_node_types,
    "ModifyReplicationGroupShardConfiguration": modify_shards,
}
