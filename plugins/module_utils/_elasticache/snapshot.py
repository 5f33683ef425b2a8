# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot: taken of a replication group or a cache cluster, copied from another one, exported, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.converge import converge
from .._aws.entry import Clients
from .._aws.fields import Change, Field, differences, same_text
from .._aws.plan import Plan
from .._aws.progress import reporter
from .._aws.shapes import step
from .._aws.waiting import Deadline
from .._problems import Problem
from . import api
from .common import AnsibleElastiCacheError
from .problems import refuse
from .replication_group_fields import same_key
from .snapshot_export import export
from .snapshot_state import read
from .snapshot_wait import FAILED, SOURCES, explain, settle_source, wait_until, wait_until_deleted
from .tags import plan_tags

# What a snapshot has to be before a plan can start from it, and after one.
GOALS = {"present": ("available", "restoring"), "absent": ("available", FAILED)}
SHOWN = ("snapshot_name", *SOURCES, "kms_key_id", "tags")


def same_if_told(declared: str, actual: str | None) -> bool:
    """A snapshot tells the group or the cluster that it was taken of, not always both, and a copy no snapshot."""
    return actual is None or same_text(declared, actual)


FIELDS = (
    Field("replication_group_id", Change.IMMUTABLE, same_if_told),
    Field("cache_cluster_id", Change.IMMUTABLE, same_if_told),
    Field("kms_key_id", Change.IMMUTABLE, same_key),
)


def ensure(clients: Clients, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Take, copy, export, tag or delete the snapshot that I(parameters) declare; see the module for the options."""
    declared = normalize(parameters)
    deadline = Deadline(declared["wait_timeout"], reporter(declared.get("progress_path")))
    if declared["target_bucket"]:
        return export(clients, declared, check_mode, deadline)
    client, name = clients("elasticache"), declared["snapshot_name"]
    existing = settle(client, declared, check_mode, deadline)
    plan = PLANNERS[declared["state"]](client, declared, existing)
    if plan.changed and not existing:
        option = source_of(declared)
        settle_source(client, option, declared[option], check_mode, declared["wait"], deadline)
    result, snapshot = converge(
        plan, existing, check_mode, lambda plan: carry_out(client, declared, plan, deadline), lambda: read(client, name)
    )
    return {**result, "snapshot": snapshot}


def normalize(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """ElastiCache stores names in lower case."""
    lowered = {name: parameters[name].lower() for name in ("snapshot_name", *SOURCES) if parameters.get(name)}
    return {**parameters, **lowered}


def settle(client: Any, declared: Mapping[str, Any], check_mode: bool, deadline: Deadline) -> dict[str, Any]:
    """Return the snapshot in a state that a plan can start from: what an earlier run began is waited for first."""
    name, state = declared["snapshot_name"], declared["state"]
    existing = read(client, name)
    status = existing.get("snapshot_status")
    if status in (None, *GOALS[state]):
        return existing
    if status == FAILED:
        reason = explain(client, name, existing.get("replication_group_id"), existing.get("cache_cluster_id"))
        raise AnsibleElastiCacheError(message=f"Snapshot {name} has failed. {reason} Delete it, and take another one.")
    if check_mode:
        return {} if status == "deleting" else existing
    if not declared["wait"]:
        return _unsettled(existing, state)
    if status == "deleting":
        wait_until_deleted(client, name, deadline)
    else:
        wait_until(client, name, GOALS[state], deadline)
    return read(client, name)


def _unsettled(existing: Mapping[str, Any], state: str) -> dict[str, Any]:
    """Without waiting, what is on the way to the declared state is as good as there."""
    name, status = existing["snapshot_name"], existing["snapshot_status"]
    if (status == "deleting") == (state == "absent"):
        return {} if state == "absent" else dict(existing)
    raise AnsibleElastiCacheError(
        message=f"Snapshot {name} is {status}. Set wait to true, or run again when it is not any more."
    )


def source_of(declared: Mapping[str, Any]) -> str:
    """Return the option that says what the snapshot is made of."""
    given = next((option for option in SOURCES if declared[option]), None)
    if given is None:
        wanted = f"To take the snapshot {declared['snapshot_name']}"
        raise AnsibleElastiCacheError(message=f"{wanted}, set one of {', '.join(SOURCES)}.")
    return given


def plan_present(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing:
        return plan_creation(client, declared)
    refuse(
        [_another(declared, existing, option) for option in differences(FIELDS, declared, existing)],
        f"have the snapshot {declared['snapshot_name']} as declared",
    )
    tags, steps = plan_tags(existing["arn"], existing["tags"], declared)
    if not steps:
        return Plan({}, {})
    return Plan({"tags": existing["tags"]}, {"tags": tags}, tuple(steps))


def plan_creation(client: Any, declared: Mapping[str, Any]) -> Plan:
    operation = "copy_snapshot" if source_of(declared) == "source_snapshot_name" else "create_snapshot"
    arguments = {**declared, "target_snapshot_name": declared["snapshot_name"]}
    return Plan({}, shown(declared), (step(client, operation, arguments),))


def plan_absent(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing:
        return Plan({}, {})
    return Plan(shown(existing), {}, (step(client, "delete_snapshot", declared),))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def _another(declared: Mapping[str, Any], existing: Mapping[str, Any], option: str) -> Problem:
    fault = f"the snapshot that exists has {existing.get(option) or 'none'}, and a snapshot is never changed"
    return Problem(option, declared[option], fault, "Take or copy a snapshot of another name, or correct the option")


def carry_out(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    """Make the calls of I(plan), and wait for their effect unless told not to."""
    api.apply_all(client, plan)
    name, state = declared["snapshot_name"], declared["state"]
    if declared["wait"] and state == "present":
        wait_until(client, name, GOALS[state], deadline)
    elif declared["wait"]:
        wait_until_deleted(client, name, deadline)


def shown(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: every option that has a value."""
    return {name: snapshot[name] for name in SHOWN if snapshot.get(name)}
