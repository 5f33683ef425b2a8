# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Application Auto Scaling, for replication groups of ElastiCache.

Rules: API reference of Application Auto Scaling; ElastiCache User Guide, "Auto Scaling Valkey and Redis OSS clusters".
Policies are kept and never fire, schedules never come: what scales here is a count that is out of its bounds when a
target is registered or a policy is put, which AWS brings back at once.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from sandbox.aws.constraints import violations
from sandbox.aws.neighbours import Neighbours
from sandbox.protocol import ApiError, JsonProtocol, Parameters, Request, Response, service_model
from sandbox.settings import Settings
from sandbox.wire import HttpRequest

NAMESPACE = "elasticache"
SHARDS = "elasticache:replication-group:NodeGroups"
REPLICAS = "elasticache:replication-group:Replicas"
MOST = {SHARDS: 250, REPLICAS: 5}
METRICS = {
    SHARDS: (
        "ElastiCachePrimaryEngineCPUUtilization",
        "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
        "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
    ),
    REPLICAS: ("ElastiCacheReplicaEngineCPUUtilization",),
}
NODE_TYPES = re.compile(r"cache\.(c[78]gn|m5|m[678]g|r5|r[678]g|r6gd)\.(large|xlarge|2xlarge)")
OLD_ENGINES = re.compile(r"redis [2-5]\.|valkey [0-6]\.")
COOLDOWNS = {"ScaleOutCooldown": 600, "ScaleInCooldown": 900}
TARGET_VALUES = (35, 70)
PAGE = 50
SCHEDULE = re.compile(r"(at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\(\d+ (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))")

Key = tuple[str, str]  # resource and dimension
Group = dict[str, Any]  # of DescribeReplicationGroups
Change = tuple[str, Parameters]  # operation of ElastiCache and its request


@dataclass
class Target:
    """A scalable target, its policies and its scheduled actions, all as the API shows them."""

    view: Parameters
    policies: dict[str, Parameters] = field(default_factory=dict)
    actions: dict[str, Parameters] = field(default_factory=dict)


class ApplicationAutoScaling:
    """
    The API.

    Args:
        settings: The sandbox's.
        neighbours: ElastiCache among them, whose groups scale.
    """

    def __init__(self, settings: Settings, neighbours: Neighbours) -> None:
        self._settings = settings
        self._neighbours = neighbours
        self._protocol = JsonProtocol(service_model("application-autoscaling"))
        self._regions: dict[str, dict[Key, Target]] = {}

    async def handle(self, request: HttpRequest) -> Response:
        """Answer one API request."""
        request_id = str(uuid.uuid4())
        name = request.credential.region if request.credential else self._settings.region
        region = Region(name, self._settings.account_id, self._neighbours, self._regions.setdefault(name, {}))
        try:
            call = self._protocol.decode(request.headers, request.body)
            return self._protocol.encode(call.operation, await _run(region, call), request_id)
        except ApiError as error:
            return self._protocol.encode_error(error, request_id)

    def reset(self) -> None:
        """Forget everything."""
        self._regions.clear()


@dataclass(frozen=True)
class Region:
    """What an operation works on."""

    name: str
    account_id: str
    neighbours: Neighbours
    targets: dict[Key, Target]

    def arn(self, kind: str) -> str:
        return f"arn:aws:application-autoscaling:{self.name}:{self.account_id}:{kind}"

    async def elasticache(self, operation: str, **parameters: Any) -> Parameters:
        return await self.neighbours.call("elasticache", operation, region=self.name, **parameters)

    def target(self, p: Parameters) -> Target:
        if not (found := self.targets.get(_key(p))):
            message = (
                f"No scalable target registered for service namespace: {NAMESPACE}, resource ID: {p['ResourceId']}"
            )
            raise ApiError("ObjectNotFoundException", f"{message}, scalable dimension: {p['ScalableDimension']}")
        return found


async def _run(region: Region, call: Request) -> Parameters:
    if call.operation not in OPERATIONS:
        raise ApiError("InvalidAction", f"The sandbox does not implement the operation {call.operation}.")
    shape = service_model("application-autoscaling").operation_model(call.operation).input_shape
    for violation in violations(shape, call.parameters):
        raise _invalid(violation)
    if call.parameters["ServiceNamespace"] != NAMESPACE:
        raise _invalid(f"The sandbox scales {NAMESPACE} alone.")
    return await OPERATIONS[call.operation](region, call.parameters)


# -- targets ----------------------------------------------------------------------------------------------------------


async def register(region: Region, p: Parameters) -> Parameters:
    key, known = _key(p), region.targets.get(_key(p))
    bounds = {**(known.view if known else {}), **p}
    _check_bounds(bounds, key[1])
    group = await _scalable_group(region, key[0])
    target = region.targets.setdefault(key, Target(_new_view(region, p)))
    target.view.update(
        {name: bounds[name] for name in ("MinCapacity", "MaxCapacity", "SuspendedState") if name in bounds}
    )
    await _bring_back(region, target, group)
    return {"ScalableTargetARN": target.view["ScalableTargetARN"]}


def _new_view(region: Region, p: Parameters) -> Parameters:
    path = "aws-service-role/elasticache.application-autoscaling.amazonaws.com"
    role = f"{path}/AWSServiceRoleForApplicationAutoScaling_ElastiCacheRG"
    return {
        **{name: p[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")},
        "RoleARN": f"arn:aws:iam::{region.account_id}:role/{role}",
        "CreationTime": _now(),
        "SuspendedState": dict.fromkeys(
            ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), False
        ),
        "ScalableTargetARN": region.arn(f"scalable-target/{uuid.uuid4().hex}"),
    }


async def deregister(region: Region, p: Parameters) -> Parameters:
    """What belongs to the target goes with it."""
    region.target(p)
    del region.targets[_key(p)]
    return {}


async def describe_targets(region: Region, p: Parameters) -> Parameters:
    wanted = p.get("ResourceIds")
    found = [
        target.view
        for (resource, dimension), target in region.targets.items()
        if (not wanted or resource in wanted) and dimension == p.get("ScalableDimension", dimension)
    ]
    return _page("ScalableTargets", found, p)


# -- policies and scheduled actions -----------------------------------------------------------------------------------


async def put_policy(region: Region, p: Parameters) -> Parameters:
    target, name = region.target(p), p["PolicyName"]
    group = await _scalable_group(region, p["ResourceId"])
    tracking = _checked_tracking(target, p, group)
    made = {"PolicyARN": region.arn(f"scalingPolicy:{uuid.uuid4()}:policyName/{name}"), "CreationTime": _now()}
    place = {member: p[member] for member in ("PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension")}
    target.policies[name] = {
        **target.policies.get(name, made),
        **place,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {**COOLDOWNS, "DisableScaleIn": False, **tracking},
        "Alarms": [],
    }
    await _bring_back(region, target, group)
    return {"PolicyARN": target.policies[name]["PolicyARN"], "Alarms": []}


def _checked_tracking(target: Target, p: Parameters, group: Group) -> Parameters:
    tracking: Parameters = p.get("TargetTrackingScalingPolicyConfiguration", {})
    if p.get("PolicyType") != "TargetTrackingScaling" or not tracking:
        raise _invalid("ElastiCache supports target tracking scaling policies only.")
    metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    if metric not in METRICS[p["ScalableDimension"]]:
        raise _invalid(f"Metric type {metric} is not valid for the scalable dimension {p['ScalableDimension']}.")
    if ".r6gd." in group["CacheNodeType"] and "Memory" in metric:
        raise _invalid(f"Metric type {metric} is not valid for a replication group with data tiering.")
    if not TARGET_VALUES[0] <= tracking["TargetValue"] <= TARGET_VALUES[1]:
        raise _invalid(f"The target value of {metric} must be between {TARGET_VALUES[0]} and {TARGET_VALUES[1]}.")
    others = [policy for name, policy in target.policies.items() if name != p["PolicyName"]]
    if any(metric == _metric(policy) for policy in others):
        raise _invalid(f"Only one TargetTrackingScaling policy for a given metric specification is allowed: {metric}.")
    return tracking


def _metric(policy: Parameters) -> str:
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    return str(tracking["PredefinedMetricSpecification"]["PredefinedMetricType"])


async def put_action(region: Region, p: Parameters) -> Parameters:
    """Times that are not given are deleted; everything else that is not given stays."""
    target, name = region.target(p), p["ScheduledActionName"]
    arn = region.arn(f"scheduledAction:{uuid.uuid4()}:scheduledActionName/{name}")
    old = target.actions.get(name, {"ScheduledActionARN": arn, "CreationTime": _now()})
    action = {**{key: value for key, value in old.items() if key not in ("StartTime", "EndTime")}, **p}
    if not SCHEDULE.fullmatch(action.get("Schedule", "")):
        raise _invalid("Schedule expression is not valid: it must be at(...), rate(...) or cron(...).")
    bounds = action.get("ScalableTargetAction", {})
    if not bounds:
        raise _invalid("A scheduled action must set a minimum or a maximum capacity.")
    _check_bounds({"MinCapacity": 1, "MaxCapacity": MOST[p["ScalableDimension"]], **bounds}, p["ScalableDimension"])
    target.actions[name] = action
    return {}


def _check_bounds(bounds: Parameters, dimension: str) -> None:
    if missing := [name for name in ("MinCapacity", "MaxCapacity") if name not in bounds]:
        raise _invalid(f"{' and '.join(missing)} must be given to register a scalable target.")
    least, most = bounds["MinCapacity"], bounds["MaxCapacity"]
    if not 1 <= least <= most <= MOST[dimension]:
        raise _invalid(f"Capacities of {dimension} are 1 to {MOST[dimension]}, the minimum not above the maximum.")


async def delete_policy(region: Region, p: Parameters) -> Parameters:
    _take(region.target(p).policies, p["PolicyName"], "scaling policy")
    return {}


async def delete_action(region: Region, p: Parameters) -> Parameters:
    _take(region.target(p).actions, p["ScheduledActionName"], "scheduled action")
    return {}


def _take(known: dict[str, Parameters], name: str, what: str) -> None:
    if not known.pop(name, None):
        raise ApiError("ObjectNotFoundException", f"No {what} found for name: {name}")


async def describe_policies(region: Region, p: Parameters) -> Parameters:
    return _page("ScalingPolicies", _listed(region, p, "policies", p.get("PolicyNames")), p)


async def describe_actions(region: Region, p: Parameters) -> Parameters:
    return _page("ScheduledActions", _listed(region, p, "actions", p.get("ScheduledActionNames")), p)


def _listed(region: Region, p: Parameters, kind: str, names: list[str] | None) -> list[Parameters]:
    return [
        view
        for (resource, dimension), target in region.targets.items()
        if resource == p.get("ResourceId", resource) and dimension == p.get("ScalableDimension", dimension)
        for name, view in getattr(target, kind).items()
        if not names or name in names
    ]


# -- the groups that scale --------------------------------------------------------------------------------------------


async def _scalable_group(region: Region, resource: str) -> Group:
    """The group that a resource id names, if it can scale."""
    name = resource.removeprefix("replication-group/")
    try:
        answer = await region.elasticache("describe_replication_groups", ReplicationGroupId=name)
    except ClientError as error:
        raise _invalid(f"The resource {resource} cannot be scaled: {error}") from error
    group: Group = answer["ReplicationGroups"][0]
    if not group["ClusterEnabled"]:
        raise _invalid(f"Replication group {name} cannot be scaled: cluster mode is disabled.")
    if not NODE_TYPES.fullmatch(group["CacheNodeType"]):
        raise _invalid(f"Replication group {name} cannot be scaled: its node type is {group['CacheNodeType']}.")
    member = await region.elasticache("describe_cache_clusters", CacheClusterId=group["MemberClusters"][0])
    engine = f"{group['Engine']} {member['CacheClusters'][0]['EngineVersion']}"
    if OLD_ENGINES.match(engine):
        raise _invalid(f"Replication group {name} cannot be scaled: its engine is {engine}.")
    return group


async def _bring_back(region: Region, target: Target, group: Group) -> None:
    """Scale a count that is out of its bounds; a group that is not available stays as it is."""
    if group["Status"] != "available":
        return
    scale = {SHARDS: _shards, REPLICAS: _replicas}[target.view["ScalableDimension"]]
    if not (change := scale(group, target.view["MinCapacity"], target.view["MaxCapacity"])):
        return
    operation, request = change
    name = group["ReplicationGroupId"]
    try:
        await region.elasticache(operation, ReplicationGroupId=name, ApplyImmediately=True, **request)
    except ClientError as error:
        raise ApiError("FailedResourceAccessException", str(error)) from error


def _shards(group: Group, least: int, most: int) -> Change | None:
    """The shards with the highest numbers go first."""
    ids = sorted(shard["NodeGroupId"] for shard in group["NodeGroups"])
    wanted = min(max(len(ids), least), most)
    if wanted == len(ids):
        return None
    leaving = {"NodeGroupsToRemove": ids[wanted:]} if wanted < len(ids) else {}
    return "modify_replication_group_shard_configuration", {"NodeGroupCount": wanted, **leaving}


def _replicas(group: Group, least: int, most: int) -> Change | None:
    counts = [len(shard["NodeGroupMembers"]) - 1 for shard in group["NodeGroups"]]
    if min(counts) < least:
        return "increase_replica_count", {"NewReplicaCount": least}
    if max(counts) > most:
        return "decrease_replica_count", {"NewReplicaCount": most}
    return None


# -- common -----------------------------------------------------------------------------------------------------------


def _key(p: Parameters) -> Key:
    resource, dimension = p["ResourceId"], p["ScalableDimension"]
    if not re.fullmatch("replication-group/.+", resource) or dimension not in MOST:
        raise _invalid(f"Unsupported service namespace, resource type or scalable dimension: {resource}, {dimension}")
    return resource, dimension


def _page(name: str, found: list[Parameters], p: Parameters) -> Parameters:
    token = p.get("NextToken", "0")
    if not token.isdigit():
        raise ApiError("InvalidNextTokenException", f"The next token is not valid: {token}")
    start, size = int(token), min(p.get("MaxResults", PAGE), PAGE)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {name: found[start : start + size], **more}


def _now() -> datetime:
    return datetime.now(UTC)


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)


OPERATIONS: dict[str, Callable[[Region, Parameters], Awaitable[Parameters]]] = {
    "DeleteScalingPolicy": delete_policy,
    "DeleteScheduledAction": delete_action,
    "DeregisterScalableTarget": deregister,
    "DescribeScalableTargets": describe_targets,
    "DescribeScalingPolicies": describe_policies,
    "DescribeScheduledActions": describe_actions,
    "PutScalingPolicy": put_policy,
    "PutScheduledAction": put_action,
    "RegisterScalableTarget": register,
}
