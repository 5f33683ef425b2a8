# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The auto scaling of one replication group: scalable targets, their policies and their scheduled actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from .._aws.entry import Clients
from .._aws.plan import Plan, Step
from .._aws.shapes import from_api, step
from .._elasticache.common import require
from .._elasticache.problems import refuse
from .._elasticache.replication_group_fields import Observed
from .._elasticache.replication_group_state import observe
from . import api, limits
from .dimensions import DIMENSIONS, NAMES

CAPACITIES = ("min_capacity", "max_capacity")
TIMES = ("start_time", "end_time")
TRACKING = "target_tracking_scaling_policy_configuration"
METRIC = "predefined_metric_type"

Item = dict[str, Any]  # a policy or a scheduled action, in the vocabulary of the module's options
Target = dict[str, Any]  # capacities, and policies and scheduled_actions by name
Targets = dict[str, Target]  # by the name that the module gives the dimension


@dataclass(frozen=True)
class Kind:
    """What belongs to a target: the option that declares it, its key, and the operations that make and remove it."""

    option: str
    key: str
    put: str
    delete: str


KINDS = (
    Kind("policies", "policy_name", "put_scaling_policy", "delete_scaling_policy"),
    Kind("scheduled_actions", "scheduled_action_name", "put_scheduled_action", "delete_scheduled_action"),
)


def ensure(clients: Clients, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Let the group scale as I(parameters) declare; see the module for the options."""
    name, client = parameters["replication_group_id"].lower(), clients("application-autoscaling")
    observed = observe(clients("elasticache"), name)
    if parameters["state"] == "present":
        require(parameters, ["scalable_targets"], f"let {name} scale")
        refuse(limits.problems(parameters, observed), f"let {name} scale")
    existing = read(client, name)
    plan = plan_targets(client, name, existing, desired(parameters, existing))
    if plan.changed and not check_mode:
        api.apply_all(client, plan)
        observed = observe(clients("elasticache"), name)
    targets = existing if not plan.changed else plan.after if check_mode else read(client, name)
    return {
        "changed": plan.changed,
        "diff": plan.diff,
        "operations": plan.operations,
        "scalable_targets": [shown(dimension, target, observed) for dimension, target in sorted(targets.items())],
    }


# -- what exists ------------------------------------------------------------------------------------------------------


def read(client: Any, name: str) -> Targets:
    targets: Targets = {
        NAMES[target["ScalableDimension"]]: {
            "min_capacity": target["MinCapacity"],
            "max_capacity": target["MaxCapacity"],
            "policies": {},
            "scheduled_actions": {},
        }
        for target in api.describe_scalable_targets(client, name)
    }
    for found in api.describe_scaling_policies(client, name):
        targets[NAMES[found["ScalableDimension"]]]["policies"][found["PolicyName"]] = policy(found)
    for found in api.describe_scheduled_actions(client, name):
        actions = targets[NAMES[found["ScalableDimension"]]]["scheduled_actions"]
        actions[found["ScheduledActionName"]] = scheduled_action(found)
    return targets


def policy(found: Mapping[str, Any]) -> Item:
    """Translate a policy of DescribeScalingPolicies."""
    tracking = found.get("TargetTrackingScalingPolicyConfiguration", {})
    return {
        "policy_name": found["PolicyName"],
        "predefined_metric_type": tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType"),
        "target_value": tracking.get("TargetValue"),
        "scale_out_cooldown": tracking.get("ScaleOutCooldown"),
        "scale_in_cooldown": tracking.get("ScaleInCooldown"),
        "disable_scale_in": tracking.get("DisableScaleIn", False),
    }


def scheduled_action(found: Mapping[str, Any]) -> Item:
    """Translate an action of DescribeScheduledActions."""
    times = {name: found[name].astimezone(UTC) for name in ("StartTime", "EndTime") if found.get(name)}
    members = from_api({**found, **times, **found.get("ScalableTargetAction", {})})
    options = ("scheduled_action_name", "schedule", "timezone", *TIMES, *CAPACITIES)
    return {option: members.get(option) for option in options}


# -- what is wanted ---------------------------------------------------------------------------------------------------


def desired(parameters: Mapping[str, Any], existing: Targets) -> Targets:
    """Return the targets that are to be, whole.

    The API replaces policies and the times of scheduled actions whole, so what is left out of the options is taken from
    what exists.
    """
    if parameters["state"] == "absent":
        ended = parameters["scalable_dimensions"] or DIMENSIONS
        return {name: target for name, target in existing.items() if name not in ended}
    purge = parameters["purge"]
    wanted = {one["scalable_dimension"]: target(one, existing, purge) for one in parameters["scalable_targets"]}
    return wanted if purge else {**existing, **wanted}


def target(declared: Mapping[str, Any], existing: Targets, purge: bool) -> Target:
    old = existing.get(declared["scalable_dimension"], {})
    items = {kind.option: merged(kind, declared[kind.option], old.get(kind.option, {}), purge) for kind in KINDS}
    bounds = {name: bound(name, declared, old, items["scheduled_actions"]) for name in CAPACITIES}
    return {**bounds, **items}


def bound(name: str, declared: Mapping[str, Any], old: Target, actions: Mapping[str, Item]) -> int:
    """Return the bound that is declared, or the one that a scheduled action has set: it holds until the next one."""
    scheduled = [action[name] for key, action in actions.items() if key in old.get("scheduled_actions", {})]
    return old[name] if name in old and old[name] in scheduled else declared[name]


def merged(
    kind: Kind, declared: Iterable[Mapping[str, Any]] | None, existing: Mapping[str, Item], purge: bool
) -> dict[str, Item]:
    """Return the policies or actions that are to be: a list that is left out leaves alone what exists."""
    if declared is None:
        return dict(existing)
    wanted = {item[kind.key]: completed(item, existing.get(item[kind.key]) or nothing(kind)) for item in declared}
    return wanted if purge else {**existing, **wanted}


def nothing(kind: Kind) -> Item:
    """Return what would be read of an item that does not exist."""
    empty = {"policies": policy, "scheduled_actions": scheduled_action}
    return empty[kind.option]({"PolicyName": None, "ScheduledActionName": None})


def completed(declared: Mapping[str, Any], existing: Item) -> Item:
    """Return an item whole, its times in UTC; aliases of options, which Ansible leaves beside them, are dropped."""
    given = {name: declared[name] for name in existing if declared.get(name) is not None}
    return {**existing, **given, **{name: limits.moment(given[name]) for name in TIMES if name in given}}


# -- how to get there -------------------------------------------------------------------------------------------------


def plan_targets(client: Any, name: str, existing: Targets, wanted: Targets) -> Plan:
    """Plan targets before what belongs to them, and the new before the removal of the old."""
    steps = [
        *(call for key in wanted for call in plan_target(client, name, key, existing.get(key, {}), wanted[key])),
        *(step(client, "deregister_scalable_target", place(name, key)) for key in sorted(existing.keys() - wanted)),
    ]
    return Plan(existing, wanted, tuple(steps))


def plan_target(client: Any, name: str, key: str, old: Target, new: Target) -> Iterator[Step]:
    here = place(name, key)
    bounds = {capacity: new[capacity] for capacity in CAPACITIES}
    if bounds != {capacity: old.get(capacity) for capacity in CAPACITIES}:
        yield step(client, "register_scalable_target", {**here, **bounds})
    for kind in KINDS:
        yield from plan_items(client, here, kind, old.get(kind.option, {}), new[kind.option])


def plan_items(
    client: Any, here: dict[str, str], kind: Kind, had: Mapping[str, Item], has: Mapping[str, Item]
) -> Iterator[Step]:
    """Plan the policies or actions of a target. A metric has one policy, so the old one makes room for the new one."""
    new = [item for name, item in has.items() if item != had.get(name)]
    gone = sorted(had.keys() - has)
    metrics = {item[METRIC] for item in new if METRIC in item}
    first = [name for name in gone if had[name].get(METRIC) in metrics]
    yield from (step(client, kind.delete, {**here, kind.key: name}) for name in first)
    yield from (step(client, kind.put, {**here, **REQUESTS[kind.option](item)}) for item in new)
    yield from (step(client, kind.delete, {**here, kind.key: name}) for name in gone if name not in first)


def place(name: str, key: str) -> dict[str, str]:
    return {
        "service_namespace": api.NAMESPACE,
        "resource_id": api.resource_id(name),
        "scalable_dimension": DIMENSIONS[key].scalable_dimension,
    }


def policy_request(item: Item) -> dict[str, Any]:
    metric = {"predefined_metric_type": item["predefined_metric_type"]}
    tracking = {**item, "predefined_metric_specification": metric}
    return {"policy_name": item["policy_name"], "policy_type": "TargetTrackingScaling", TRACKING: tracking}


def action_request(item: Item) -> dict[str, Any]:
    return {**item, "scalable_target_action": {name: item[name] for name in CAPACITIES}}


REQUESTS = {"policies": policy_request, "scheduled_actions": action_request}


# -- what is told -----------------------------------------------------------------------------------------------------


def shown(key: str, target: Target, observed: Observed | None) -> dict[str, Any]:
    """A target with lists in place of its mappings, the count now, and the one that its bounds let it be."""
    capacity = DIMENSIONS[key].capacity(observed.group) if observed else None
    bounded = None if capacity is None else min(max(capacity, target["min_capacity"]), target["max_capacity"])
    items = {kind.option: [item for _ignored, item in sorted(target[kind.option].items())] for kind in KINDS}
    return {**target, **items, "scalable_dimension": key, "capacity": capacity, "expected_capacity": bounded}
