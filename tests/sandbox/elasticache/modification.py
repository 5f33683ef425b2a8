# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
ModifyReplicationGroup. Which member takes effect when is one table, ASPECTS.

Rules: API reference of ModifyReplicationGroup and the ElastiCache guide (automatic failover, log delivery). Texts of
errors as known from AWS's answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from sandbox.elasticache import (
    changes,
    cluster_mode,
    creation,
    credentials,
    lookups,
    promotion,
    transit_encryption,
    upgrades,
    views,
    windows,
)
from sandbox.elasticache.changes import Change, assign
from sandbox.elasticache.engines import find_version
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_group
from sandbox.elasticache.resources import LogDelivery, ReplicationGroup
from sandbox.protocol import ApiError, Parameters

UNSEEN_SECONDS = 10  # for which DescribeReplicationGroups goes on saying available
NOT_IMPLEMENTED = ("CacheSecurityGroupNames", "Durability", "NodeGroupId")

Planner = Callable[[Region, ReplicationGroup, Parameters], Awaitable[Change]]


@dataclass(frozen=True)
class Aspect:
    """
    Members of the request that are decided together.

    Attributes:
        members: Their names.
        plan: Checks them and returns the change.
        staged: Without ApplyImmediately the change waits for the maintenance window.
        apply_now: ApplyImmediately must be true.
        alone: Other members that may accompany it; None is any.
        takes: Members of another aspect that it decides when they accompany it.
    """

    members: tuple[str, ...]
    plan: Planner
    staged: bool = False
    apply_now: bool = False
    alone: tuple[str, ...] | None = None
    takes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.members[0]

    def concerns(self, names: Iterable[str]) -> bool:
        return any(member in names for member in self.members)


async def modify(region: Region, p: Parameters) -> Parameters:
    rg = find_group(region, p["ReplicationGroupId"])
    wanted = {name: value for name, value in p.items() if name not in ("ReplicationGroupId", "ApplyImmediately")}
    creation.check_implemented(p, NOT_IMPLEMENTED)
    if not wanted:
        raise invalid_combination("No modifications were requested")
    changes.check_available(rg)
    at_once = bool(p.get("ApplyImmediately"))
    aspects = _concerned(wanted)
    for aspect in aspects:
        _check_company(aspect, wanted, at_once)
    plans = {aspect: await aspect.plan(region, rg, wanted) for aspect in aspects}
    changes.stage(rg, {aspect.name: change for aspect, change in plans.items() if aspect.staged})
    due = [change for aspect, change in plans.items() if not aspect.staged]
    due += changes.unstage(rg).values() if at_once else []  # what waited from before is carried out too
    await changes.start(region, rg, due, unseen_seconds=UNSEEN_SECONDS)
    return {"ReplicationGroup": views.replication_group(region, rg)}


def _concerned(wanted: Parameters) -> list[Aspect]:
    """The aspects of a request."""
    taken = {member for aspect in ASPECTS if aspect.concerns(wanted) for member in aspect.takes}
    return [aspect for aspect in ASPECTS if aspect.concerns(wanted.keys() - taken)]


def _check_company(aspect: Aspect, wanted: Parameters, at_once: bool) -> None:
    subject = " and ".join(member for member in aspect.members if member in wanted)
    if aspect.apply_now and not at_once:
        raise invalid_combination(f"ApplyImmediately must be true to modify {subject}.")
    if aspect.alone is not None and (others := set(wanted) - set(aspect.members) - set(aspect.alone)):
        raise invalid_combination(f"{subject} cannot be modified in the same request as {', '.join(sorted(others))}.")


# -- effective at once ------------------------------------------------------------------------------------------------


async def _description(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    return Change(assign(rg, description=p["ReplicationGroupDescription"]))


async def _windows(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    maintenance = windows.maintenance_window(p.get("PreferredMaintenanceWindow", rg.maintenance_window))
    snapshot = windows.snapshot_window(p.get("SnapshotWindow", rg.snapshot_window))
    windows.check_apart(maintenance, snapshot)
    return Change(assign(rg, maintenance_window=maintenance, snapshot_window=snapshot))


async def _retention(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    retention = p.get("SnapshotRetentionLimit", rg.snapshot_retention)
    if not 0 <= retention <= creation.MOST_RETENTION:
        raise invalid_value(f"The snapshot retention limit must be between 0 and {creation.MOST_RETENTION}.")
    node = p.get("SnapshottingClusterId")
    if node and rg.cluster_enabled:
        raise invalid_combination("Cannot set snapshotting cluster for cluster mode enabled")
    if node and node.lower() not in [member.id for member in rg.nodes]:
        raise ApiError("CacheClusterNotFound", f"CacheCluster not found: {node}")
    chosen = (
        node.lower()
        if node
        else rg.snapshotting_node or replace(rg, snapshot_retention=retention).default_snapshotting_node
    )
    return Change(assign(rg, snapshot_retention=retention, snapshotting_node=chosen if retention else None))


async def _topic(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    arn = await lookups.topic(region, p["NotificationTopicArn"]) if "NotificationTopicArn" in p else rg.topic_arn
    status = p.get("NotificationTopicStatus", "active" if "NotificationTopicArn" in p else rg.topic_status)
    if status not in ("active", "inactive"):
        raise invalid_value("NotificationTopicStatus must be active or inactive.")
    if not arn:
        raise invalid_combination("NotificationTopicStatus needs a notification topic: set NotificationTopicArn.")
    return Change(assign(rg, topic_arn=arn, topic_status=status))


async def _auto_minor(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    return Change(assign(rg, auto_minor_version_upgrade=p["AutoMinorVersionUpgrade"]))


async def _ip_discovery(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    if p["IpDiscovery"] != "ipv4":
        raise invalid_combination("The network type ipv4 allows the IpDiscovery ipv4 only.")
    return Change(assign(rg, ip_discovery="ipv4"))


# -- effective soon ---------------------------------------------------------------------------------------------------


async def _security_groups(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    if not p["SecurityGroupIds"]:
        raise invalid_value("At least one security group is required.")
    vpc_id = region.store.subnet_groups[rg.subnet_group].vpc_id
    groups = await lookups.security_groups(region, p["SecurityGroupIds"], vpc_id)
    return Change(assign(rg, security_groups=groups), seconds=60)


async def _failover(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    failover = p.get("AutomaticFailoverEnabled", rg.automatic_failover == "enabled")
    multi_az = p.get("MultiAZEnabled", rg.multi_az == "enabled")
    _check_failover(region, rg, failover, multi_az)
    status = "enabled" if failover else "disabled"
    pending = {"AutomaticFailoverStatus": status} if status != rg.automatic_failover else {}
    apply = assign(rg, automatic_failover=status, multi_az="enabled" if multi_az else "disabled")
    return Change(apply, seconds=120, pending=pending)


def _check_failover(region: Region, rg: ReplicationGroup, failover: bool, multi_az: bool) -> None:
    replicas = min(len(shard.nodes) - 1 for shard in rg.shards)
    zones = region.store.subnet_groups[rg.subnet_group].zone_names
    refusals = (
        (
            rg.cluster_enabled and not failover,
            "Turning off automatic failover for replication group with cluster mode enabled is not supported.",
        ),
        (failover and not replicas, "Replication group must have at least one read replica to enable autofailover."),
        (multi_az and not failover, "Multi-AZ cannot be enabled without automatic failover."),
        (
            multi_az and len(zones) < 2,
            "Multi-AZ needs a cache subnet group with subnets in at least two availability zones.",
        ),
    )
    for refused, message in refusals:
        if refused:
            raise invalid_combination(message)


async def _log_delivery(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    version = find_version(rg.engine, rg.version).number
    deliveries = await lookups.log_deliveries(region, p["LogDeliveryConfigurations"], version)

    async def apply() -> None:
        for delivery in deliveries:
            if isinstance(delivery, LogDelivery):
                rg.logs[delivery.log_type] = replace(delivery, status="active")
            else:
                rg.logs.pop(delivery, None)

    pending = [views.log_delivery(delivery) for delivery in deliveries if isinstance(delivery, LogDelivery)]
    return Change(apply, seconds=120, pending={"LogDeliveryConfigurations": pending} if pending else {})


ASPECTS = (
    Aspect(("ReplicationGroupDescription",), _description),
    Aspect(("PreferredMaintenanceWindow", "SnapshotWindow"), _windows),
    Aspect(("SnapshotRetentionLimit", "SnapshottingClusterId"), _retention),
    Aspect(("NotificationTopicArn", "NotificationTopicStatus"), _topic),
    Aspect(("AutoMinorVersionUpgrade",), _auto_minor),
    Aspect(("IpDiscovery",), _ip_discovery),
    Aspect(("SecurityGroupIds",), _security_groups),
    Aspect(("AutomaticFailoverEnabled", "MultiAZEnabled"), _failover),
    Aspect(("LogDeliveryConfigurations",), _log_delivery, apply_now=True),
    Aspect(
        ("AuthToken", "AuthTokenUpdateStrategy"),
        credentials.plan_token,
        apply_now=True,
        alone=("UserGroupIdsToAdd", "RemoveUserGroups"),
    ),
    Aspect(("UserGroupIdsToAdd", "UserGroupIdsToRemove", "RemoveUserGroups"), credentials.plan_user_groups),
    Aspect(("TransitEncryptionEnabled", "TransitEncryptionMode"), transit_encryption.plan, apply_now=True, alone=()),
    Aspect(("ClusterMode",), cluster_mode.plan, alone=cluster_mode.COMPANY, takes=cluster_mode.COMPANY),
    Aspect(("PrimaryClusterId",), promotion.plan),
    Aspect(("CacheNodeType",), upgrades.node_type, staged=True),
    Aspect(("Engine", "EngineVersion", "CacheParameterGroupName"), upgrades.engine, staged=True),
)

OPERATIONS: dict[str, Operation] = {"ModifyReplicationGroup": modify}
