# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service updates of a replication group: what there is to install, installing it, and stopping that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from .._aws.plan import Plan, Step
from .._aws.progress import reporter
from .._aws.shapes import from_api, step
from .._aws.waiting import Deadline, Observation
from .._problems import Problem
from . import api
from .common import AnsibleElastiCacheError
from .problems import choices, refuse
from .replication_group_wait import wait_until_available

Action = dict[str, Any]  # an update action of DescribeUpdateActions, in snake case


@dataclass(frozen=True)
class Goal:
    """What a state of the module means: the status to reach, and the call that gets there from which others."""

    status: str
    operation: str
    departures: tuple[str, ...]
    opposed: tuple[str, ...] = ()  # once under way, these mean that somebody else wanted something else


GOALS = {
    "applied": Goal(
        "complete",
        "batch_apply_update_action",
        ("not-applied", "scheduling", "scheduled", "stopping", "stopped"),
        ("stopping", "stopped"),
    ),
    "stopped": Goal("stopped", "batch_stop_update_action", ("waiting-to-start", "in-progress")),
}
ENDED = ("complete", "stopped", "not-applied", "not-applicable")


# -- reading ----------------------------------------------------------------------------------------------------------


def inform(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Return the service updates and update actions that I(parameters) select; see the info module for the options."""
    limit = parsed_date(parameters["apply_by"])
    request = {
        "ServiceUpdateName": parameters["service_update_name"],
        "ServiceUpdateStatus": parameters["service_update_status"],
    }
    asked = {name: value for name, value in request.items() if value}
    updates = [from_api(update) for update in api.describe_service_updates(client, **asked)]
    groups = {"ReplicationGroupIds": lowered(parameters["replication_group_ids"])}
    statuses = {"UpdateActionStatus": parameters["update_action_status"]}
    more = {name: value for name, value in {**groups, **statuses}.items() if value}
    actions = read(client, **asked, **more)
    return {
        "changed": False,
        "service_updates": selected(updates, parameters["severity"], limit),
        "update_actions": selected(actions, parameters["severity"], limit),
    }


def read(client: Any, **request: Any) -> list[Action]:
    """Return update actions of replication groups with the status of each node, the most urgent first."""
    found = api.describe_update_actions(client, ShowNodeLevelUpdateStatus=True, **request)
    actions = [from_api(action) for action in found if action.get("ReplicationGroupId")]
    return sorted(actions, key=lambda action: action.get("service_update_recommended_apply_by_date") or "9999")


def selected(found: Iterable[Action], severities: Sequence[str] | None, limit: date | None) -> list[Action]:
    """Keep what has one of the I(severities) and is to be applied by the day I(limit), as far as these are given."""
    return [
        one
        for one in found
        if (not severities or one["service_update_severity"] in severities) and (limit is None or _due(one) <= limit)
    ]


def _due(found: Action) -> date:
    recommended = found.get("service_update_recommended_apply_by_date")
    return datetime.fromisoformat(recommended).astimezone(UTC).date() if recommended else date.max


def parsed_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        refuse([Problem("apply_by", text, "is no date", "write it as 2026-11-30")], "select service updates")
        raise


def lowered(names: Iterable[str] | None) -> list[str]:
    return [name.lower() for name in names or ()]


# -- changing ---------------------------------------------------------------------------------------------------------


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Apply or stop the updates that I(parameters) select; see the module for the options."""
    name, goal = parameters["replication_group_id"].lower(), GOALS[parameters["state"]]
    actions = chosen(client, name, parameters)
    plan = plan_actions(client, name, goal, actions)
    if not check_mode:
        carry_out(client, parameters, plan, actions)
        names = [action["service_update_name"] for action in actions]
        actions = [action for action in read_group(client, name) if action["service_update_name"] in names]
    return {
        "changed": plan.changed,
        "diff": plan.diff,
        "operations": plan.operations,
        "update_actions": [predicted(action, plan) for action in actions] if check_mode else actions,
    }


def chosen(client: Any, name: str, parameters: Mapping[str, Any]) -> list[Action]:
    """Return the update actions of the group that are selected.

    Raises AnsibleElastiCacheError when there is no such group, or an update that is named is not one of its.
    """
    actions = read_group(client, name)
    if not actions and not api.describe_replication_groups(client, ReplicationGroupId=name):
        raise AnsibleElastiCacheError(message=f"There is no replication group {name}. Correct replication_group_id.")
    known = [action["service_update_name"] for action in actions]
    wanted = parameters["service_update_names"]
    remedy = "use one of {}" if known else "leave it out; nothing is to be applied"
    refuse(
        [
            Problem(
                "service_update_names", update, f"is not available for {name}", remedy.format(choices(update, known))
            )
            for update in wanted or ()
            if update not in known
        ],
        f"update {name}",
    )
    named = [action for action in actions if not wanted or action["service_update_name"] in wanted]
    return selected(named, parameters["severity"], None)


def read_group(client: Any, name: str) -> list[Action]:
    return read(client, ReplicationGroupIds=[name], ServiceUpdateStatus=["available"])


def plan_actions(client: Any, name: str, goal: Goal, actions: Iterable[Action]) -> Plan:
    """Plan a call for each action that does not go to its goal by itself."""
    moved = {
        action["service_update_name"]: action["update_action_status"]
        for action in actions
        if action["update_action_status"] in goal.departures
    }
    requests = [{"replication_group_ids": [name], "service_update_name": update} for update in moved]
    steps = tuple(step(client, goal.operation, request) for request in requests)
    return Plan(moved, dict.fromkeys(moved, goal.status), steps)


def predicted(action: Action, plan: Plan) -> Action:
    status = plan.after.get(action["service_update_name"], action["update_action_status"])
    return {**action, "update_action_status": status}


def carry_out(client: Any, parameters: Mapping[str, Any], plan: Plan, actions: Iterable[Action]) -> None:
    """Make the calls of I(plan), one update after the other, and wait for their end unless told not to.

    An action that an earlier run began is waited for too.
    """
    name, goal = parameters["replication_group_id"].lower(), GOALS[parameters["state"]]
    deadline = Deadline(parameters["wait_timeout"], reporter(parameters.get("progress_path")))
    calls = {call.request["ServiceUpdateName"]: call for call in plan.steps}
    for action in actions:
        call = calls.get(action["service_update_name"])
        if call and parameters["wait"] and parameters["state"] == "applied":
            wait_until_available(client, name, deadline)
        if call:
            apply(client, call)
        if parameters["wait"] and (call or action["update_action_status"] not in ENDED):
            wait_for(client, name, goal, action, deadline)
            wait_until_available(client, name, deadline)


def apply(client: Any, call: Step) -> None:
    """The API answers a refusal of one group as a success with an entry of its own."""
    for refused in api.apply(client, call).get("UnprocessedUpdateActions", ()):
        raise AnsibleElastiCacheError(
            message=(
                f"Failed to call {call.operation} of {refused['ServiceUpdateName']} for"
                f" {refused.get('ReplicationGroupId')}: {refused.get('ErrorType')}: {refused.get('ErrorMessage')}"
            )
        )


def wait_for(client: Any, name: str, goal: Goal, before: Action, deadline: Deadline) -> None:
    update = before["service_update_name"]

    def look() -> Observation:
        found = [action for action in read_group(client, name) if action["service_update_name"] == update]
        if not found:
            return Observation("gone", failure="ElastiCache does not offer it any more")
        return judge(found[0], goal, before)

    deadline.wait(f"service update {update} of {name} to be {goal.status}", look)


def judge(action: Action, goal: Goal, before: Action) -> Observation:
    """Judge an action by its own status and those of its nodes.

    Right after the call it may still be described as I(before); only a status that is newer is news. An update that is
    over is also not under way any more, so nothing is left to stop.
    """
    status, nodes = action["update_action_status"], node_statuses(action)
    summary = ", ".join([status, *(f"{count} nodes {node}" for node, count in sorted(nodes.items()))])
    stale = action.get("update_action_status_modified_date") == before.get("update_action_status_modified_date")
    if status in goal.opposed and not stale:
        return Observation(summary, failure=f"it is {status}; somebody else stopped it")
    if status == "complete":
        return Observation(summary, done=set(nodes) <= {"complete"})
    return Observation(summary, done=status == goal.status)


def node_statuses(action: Action) -> Counter[str]:
    return Counter(
        node["node_update_status"]
        for group in action.get("node_group_update_status", ())
        for node in group.get("node_group_member_update_status", ())
    )
