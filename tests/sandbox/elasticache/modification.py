# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
ModifyReplicationGroup. Which member takes effect when is one table, ASPECTS.

Rules: API reference of ModifyReplicationGroup and the ElastiCache guide (AUTH, in-transit encryption, automatic
failover, engine versions, RBAC). Texts of errors as known from AWS's answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from sandbox.elasticache import (
    capacity,
    changes,
    cluster_mode,
    creation,
    lookups,
    parameter_groups,
    promotion,
    scaling,
    users,
    views,
    windows,
)
from sandbox.elasticache.changes import Change
from sandbox.elasticache.engines import EngineVersion, find_version
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.node_types import find_node_type
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.registry import find_group
from sandbox.elasticache.resources import LogDelivery, ParameterGroup, ReplicationGroup, now
from sandbox.protocol import ApiError, Parameters

NOT_IMPLEMENTED = ("CacheSecurityGroupNames", "Durability", "NodeGroupId")
UNSEEN_SECONDS = 10

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


def _set(rg: ReplicationGroup, **values: object) -> Callable[[], Awaitable[None]]:
    """A change of the record alone."""

    async def apply() -> None:
        for name, value in values.items():
            setattr(rg, name, value)

    return apply


# -- effective at once ------------------------------------------------------------------------------------------------


async def _description(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    return Change(_set(rg, description=p["ReplicationGroupDescription"]))


async def _windows(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    maintenance = windows.maintenance_window(p.get("PreferredMaintenanceWindow", rg.maintenance_window))
    snapshot = windows.snapshot_window(p.get("SnapshotWindow", rg.snapshot_window))
    windows.check_apart(maintenance, snapshot)
    return Change(_set(rg, maintenance_window=maintenance, snapshot_window=snapshot))


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
    return Change(_set(rg, snapshot_retention=retention, snapshotting_node=chosen if retention else None))


async def _topic(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    arn = await lookups.topic(region, p["NotificationTopicArn"]) if "NotificationTopicArn" in p else rg.topic_arn
    status = p.get("NotificationTopicStatus", "active" if "NotificationTopicArn" in p else rg.topic_status)
    if status not in ("active", "inactive"):
        raise invalid_value("NotificationTopicStatus must be active or inactive.")
    if not arn:
        raise invalid_combination("NotificationTopicStatus needs a notification topic: set NotificationTopicArn.")
    return Change(_set(rg, topic_arn=arn, topic_status=status))


async def _auto_minor(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    return Change(_set(rg, auto_minor_version_upgrade=p["AutoMinorVersionUpgrade"]))


async def _ip_discovery(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    if p["IpDiscovery"] != "ipv4":
        raise invalid_combination("The network type ipv4 allows the IpDiscovery ipv4 only.")
    return Change(_set(rg, ip_discovery="ipv4"))


# -- effective soon ---------------------------------------------------------------------------------------------------


async def _security_groups(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    if not p["SecurityGroupIds"]:
        raise invalid_value("At least one security group is required.")
    vpc_id = region.store.subnet_groups[rg.subnet_group].vpc_id
    groups = await lookups.security_groups(region, p["SecurityGroupIds"], vpc_id)
    return Change(_set(rg, security_groups=groups), seconds=60)


async def _failover(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    failover = p.get("AutomaticFailoverEnabled", rg.automatic_failover == "enabled")
    multi_az = p.get("MultiAZEnabled", rg.multi_az == "enabled")
    _check_failover(region, rg, failover, multi_az)
    status = "enabled" if failover else "disabled"
    pending = {"AutomaticFailoverStatus": status} if status != rg.automatic_failover else {}
    apply = _set(rg, automatic_failover=status, multi_az="enabled" if multi_az else "disabled")
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


# -- credentials ------------------------------------------------------------------------------------------------------


async def _auth_token(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    strategy = p.get("AuthTokenUpdateStrategy", "ROTATE")
    if strategy == "DELETE":
        return _delete_token(region, rg, p)
    token = p.get("AuthToken")
    if not token or not creation.valid_auth_token(token):
        raise invalid_value("Invalid AuthToken provided.")
    if not rg.transit_encryption or rg.transit_mode == "preferred":
        message = "The AUTH token can only be modified with in-transit encryption enabled and required."
        raise invalid_combination(message)
    if rg.user_groups and not p.get("RemoveUserGroups"):
        message = "Auth tokens can't be enabled with a user group already associated. Pass RemoveUserGroups."
        raise invalid_combination(message)
    return _rotate(region, rg, token) if strategy == "ROTATE" else _settle_token(region, rg, token)


def _rotate(region: Region, rg: ReplicationGroup, token: str) -> Change:
    """Accept one more token, two at most. Without a token before, clients without one are still served."""
    tokens = (*(known for known in rg.auth_tokens[-1:] if known != token), token)
    anonymous = not rg.auth_tokens or rg.anonymous_access
    apply = partial(_use_tokens, region, rg, tokens, anonymous, True)
    return Change(apply, seconds=300, pending={"AuthTokenStatus": "ROTATING"})


def _settle_token(region: Region, rg: ReplicationGroup, token: str) -> Change:
    """From now on only the token that was rotated in last."""
    if not rg.token_rotated or rg.auth_tokens[-1] != token:
        message = "The AUTH token update strategy SET is only allowed after ROTATE, with the token that was rotated in."
        raise invalid_combination(message)
    apply = partial(_use_tokens, region, rg, (token,), False, True)
    return Change(apply, seconds=300, pending={"AuthTokenStatus": "SETTING"})


def _delete_token(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    """AUTH ends where role-based access control begins (whose own change sets the users)."""
    if not p.get("UserGroupIdsToAdd"):
        raise invalid_value("Auth token update strategy delete is not supported currently")
    if "AuthToken" in p:
        raise invalid_combination("AuthToken cannot be given with the update strategy DELETE.")
    without = {"auth_tokens": (), "anonymous_access": True, "token_rotated": False, "auth_token_changed": now()}
    return Change(_set(rg, **without), seconds=300)


async def _use_tokens(
    region: Region, rg: ReplicationGroup, tokens: tuple[str, ...], anonymous: bool, rotated: bool
) -> None:
    rg.auth_tokens, rg.anonymous_access, rg.token_rotated = tokens, anonymous, rotated
    rg.auth_token_changed = now()
    await users.admit(region, rg)


async def _user_groups(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    adding = [users.group_for(region, group, rg.engine).id for group in p.get("UserGroupIdsToAdd", [])]
    removing = [users.find_group(region, group).id for group in p.get("UserGroupIdsToRemove", [])]
    removing = rg.user_groups if p.get("RemoveUserGroups") else removing
    _check_user_groups(rg, adding, removing, p)
    groups = [group for group in rg.user_groups if group not in removing] + adding

    async def apply() -> None:
        rg.user_groups = groups
        await users.admit(region, rg)

    return Change(apply, seconds=300, pending={"UserGroups": _pending_groups(adding, removing)})


def _pending_groups(adding: list[str], removing: list[str]) -> Parameters:
    return {"UserGroupIdsToAdd": adding, "UserGroupIdsToRemove": removing}


def _check_user_groups(rg: ReplicationGroup, adding: list[str], removing: list[str], p: Parameters) -> None:
    if adding and not rg.transit_encryption:
        raise invalid_combination("User groups need in-transit encryption.")
    if adding and rg.auth_enabled and p.get("AuthTokenUpdateStrategy") != "DELETE":
        message = "User group can't be associated with auth token enabled. Pass AuthStrategy delete to proceed."
        raise invalid_combination(message)
    if strange := set(removing) - set(rg.user_groups):
        message = f"The user group {', '.join(sorted(strange))} is not associated with the replication group."
        raise invalid_value(message)
    if len(set(rg.user_groups) - set(removing) | set(adding)) > 1:
        raise invalid_value("A replication group has at most one user group.")


# -- encryption in transit --------------------------------------------------------------------------------------------


async def _transit(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    enabled = p.get("TransitEncryptionEnabled", rg.transit_encryption)
    mode = p.get("TransitEncryptionMode", rg.transit_mode) if enabled else None
    _check_transit(rg, enabled, mode)

    async def apply() -> None:
        rg.transit_encryption, rg.transit_mode = enabled, mode
        await region.plane.set_tls(rg)

    pending = {"TransitEncryptionEnabled": enabled, "TransitEncryptionMode": mode}
    return Change(apply, seconds=900, pending=pending, pending_nodes=pending)


def _check_transit(rg: ReplicationGroup, enabled: bool, mode: str | None) -> None:
    """Off, preferred, required: one step at a time, either way."""
    credentials = rg.auth_enabled or rg.user_groups
    refusals = (
        (
            find_version(rg.engine, rg.version).number < (7, 0),
            "Encryption in transit of an existing replication group can be modified from engine version 7.0.",
        ),
        (
            enabled and not rg.transit_encryption and mode != "preferred",
            "To enable encryption in transit, set TransitEncryptionMode to preferred first, then to required.",
        ),
        (
            not enabled and rg.transit_mode == "required",
            "To disable encryption in transit, set TransitEncryptionMode to preferred first.",
        ),
        (
            rg.transit_mode == "required" and mode == "preferred" and credentials,
            "TransitEncryptionMode preferred cannot be used with an AUTH token or a user group.",
        ),
        (not enabled and credentials, "Encryption in transit cannot be disabled with an AUTH token or a user group."),
    )
    for refused, message in refusals:
        if refused:
            raise invalid_combination(message)


# -- staged for the maintenance window --------------------------------------------------------------------------------


async def _node_type(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    node_type = find_node_type(p["CacheNodeType"])
    if node_type.name not in scaling.allowed_node_types(rg):
        message = (
            f"The node type {rg.node_type} cannot be changed to {node_type.name}: see ListAllowedNodeTypeModifications."
        )
        raise invalid_value(message)
    cluster_mode.check_settled(rg)
    await capacity.check_node_type(region, rg, node_type)
    if "EngineVersion" in rg.pending_nodes:
        raise invalid_combination("The node type cannot be changed while an engine upgrade is pending.")

    async def apply() -> None:
        rg.node_type = node_type.name
        await region.plane.replace_node_type(rg)

    return Change(apply, seconds=600, pending_nodes={"CacheNodeType": node_type.name})


async def _engine(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    """Version, engine and parameter group: a new family needs a group of that family in the same request."""
    current = find_version(rg.engine, rg.version)
    wanted = _wanted_version(rg, current, p)
    group = _wanted_group(region, rg, wanted, p)
    if wanted != current:
        cluster_mode.check_settled(rg)
    if wanted != current and "CacheNodeType" in rg.pending_nodes:
        raise invalid_combination("The engine cannot be upgraded while a scaling operation is pending.")

    async def apply() -> None:
        rg.engine, rg.version, rg.parameter_group = wanted.engine, wanted.version, group.name
        await parameter_groups.apply_to(region, rg)

    upgrade = wanted != current
    pending = {"EngineVersion": wanted.reported} if upgrade else {}
    return Change(apply, seconds=900 if upgrade else 60, pending_nodes=pending)


def _wanted_version(rg: ReplicationGroup, current: EngineVersion, p: Parameters) -> EngineVersion:
    engine = p.get("Engine", rg.engine)
    if "EngineVersion" not in p and engine == rg.engine:
        return current
    wanted = find_version(engine, p.get("EngineVersion"))
    rollback = (current.engine, current.version, wanted.engine, wanted.version) == ("valkey", "7.2", "redis", "7.1")
    if (wanted.number < current.number or (current.is_valkey and not wanted.is_valkey)) and not rollback:
        message = (
            f"The engine cannot be downgraded from {current.engine} {current.version} to {engine} {wanted.version}."
        )
        raise invalid_combination(message)
    return wanted


def _wanted_group(region: Region, rg: ReplicationGroup, wanted: EngineVersion, p: Parameters) -> ParameterGroup:
    current = parameter_groups.find(region, rg.parameter_group)
    if "CacheParameterGroupName" in p:
        group = parameter_groups.find(region, p["CacheParameterGroupName"])
    elif current.family != wanted.family and current.is_default:
        group = parameter_groups.find(region, parameter_groups.default_name(wanted.family, rg.cluster_enabled))
    else:
        group = current
    creation.check_family(group, wanted)
    parameter_groups.check_replaceable(current, group)
    return group


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
        _auth_token,
        apply_now=True,
        alone=("UserGroupIdsToAdd", "RemoveUserGroups"),
    ),
    Aspect(("UserGroupIdsToAdd", "UserGroupIdsToRemove", "RemoveUserGroups"), _user_groups),
    Aspect(("TransitEncryptionEnabled", "TransitEncryptionMode"), _transit, apply_now=True, alone=()),
    Aspect(("ClusterMode",), cluster_mode.plan, alone=cluster_mode.COMPANY, takes=cluster_mode.COMPANY),
    Aspect(("PrimaryClusterId",), promotion.plan),
    Aspect(("CacheNodeType",), _node_type, staged=True),
    Aspect(("Engine", "EngineVersion", "CacheParameterGroupName"), _engine, staged=True),
)

OPERATIONS: dict[str, Operation] = {"ModifyReplicationGroup": modify}
