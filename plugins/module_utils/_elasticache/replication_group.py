# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group: what has to be called so that it is as declared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.transformation import scrub_none_parameters

from .._aws.converge import converge
from .._aws.entry import Clients
from .._aws.fields import Change
from .._aws.plan import Plan
from .._aws.progress import reporter
from .._aws.shapes import require_known, step
from .._aws.waiting import Deadline
from .auto_upgraded import without_upgraded
from .autoscaled import without_autoscaled
from .common import AnsibleElastiCacheError, require
from .problems import refuse
from .replication_group_calls import make
from .replication_group_deletion import begun_snapshot, deletion_problems, final_snapshot_name
from .replication_group_difference import Difference
from .replication_group_fields import FIELDS, PROTECTION, UNSET_TOKEN, Observed
from .replication_group_phases import steps, token_strategies
from .replication_group_refusals import problems
from .replication_group_shrink import shrink_problems
from .replication_group_stages import next_stages
from .replication_group_state import current, expected, lacking, observe, resource, under_way, unlike, without_own
from .replication_group_values import value_problems
from .replication_group_wait import (
    CREATE_FAILED,
    HOPELESS,
    summarize,
    wait_until_available,
    wait_until_deleted,
    wait_until_gone,
)
from .replication_group_warnings import warnings
from .tags import plan_tags

LOWERED = (
    "replication_group_id",
    "preferred_maintenance_window",
    "cache_parameter_group_name",
    "cache_subnet_group_name",
    "final_snapshot_identifier",
)
SECRET = "auth_token"
DELETE = "delete_replication_group"
SENT_WITH = ("create_replication_group", "modify_replication_group")
NEVER_SENT = ("deletion_protection",)  # ours, kept in a tag


def ensure(clients: Clients, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create, change or delete the replication group that I(parameters) declare; see the module for the options."""
    declared, client = normalize(parameters), clients("elasticache")
    name = declared["replication_group_id"]
    require_known(client, SENT_WITH, sendable(declared), f"manage the replication group {name}")
    deadline = Deadline(declared["wait_timeout"], reporter(declared.get("progress_path")))
    first = observe(client, name)
    saved = begun_snapshot(client, declared, first)
    observed = settle(client, declared, first, saved, check_mode, deadline)
    plan = PLANNERS[declared["state"]](clients, declared, observed)
    result, group = converge(
        plan,
        resource_of(observed),
        check_mode,
        lambda plan: carry_out(client, declared, plan, deadline),
        lambda: resource_of(observe(client, name)),
    )
    return {
        **result,
        "replication_group": group,
        "final_snapshot_identifier": final_snapshot(plan) or saved,
        **warnings(group, declared),
    }


def sendable(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that botocore has to know; a group that is to go needs none."""
    if declared["state"] == "absent":
        return {}
    return {field.name: declared.get(field.name) for field in FIELDS if field.name not in NEVER_SENT}


def resource_of(observed: Observed | None) -> dict[str, Any]:
    return resource(observed) if observed else {}


def normalize(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """ElastiCache stores names and windows in lower case; anything else would differ on every run."""
    lowered = {name: parameters[name].lower() for name in LOWERED if parameters.get(name)}
    return {**parameters, **lowered}


def settle(
    client: Any,
    declared: Mapping[str, Any],
    observed: Observed | None,
    saved: str | None,
    check_mode: bool,
    deadline: Deadline,
) -> Observed | None:
    """Return the group in a state that a plan can start from: what an earlier run began is waited for first."""
    name, absent = declared["replication_group_id"], declared["state"] == "absent"
    status = observed.group["Status"] if observed else "missing"
    expendable = status == CREATE_FAILED and declared["on_create_failed"] == "delete"
    if observed is None or is_settled(observed) or expendable or (status in HOPELESS and absent):
        return observed
    if status == "deleting" and (check_mode or (absent and not declared["wait"])):
        return None
    if status not in HOPELESS and not declared["wait"]:
        remedy = "Set wait to true, or run again when nothing is under way any more."
        raise AnsibleElastiCacheError(message=f"Replication group {name} is {summarize(observed, [])}. {remedy}")
    if status == "deleting":
        wait_until_gone(client, name, saved, deadline)
        return None
    return wait_until_available(client, name, deadline, under_way)


def is_settled(observed: Observed) -> bool:
    """Whether the group can be changed. It may be called available while something is still being done to it."""
    return observed.group["Status"] == "available" and observed.tags is not None and not under_way(observed)


def plan_present(clients: Clients, declared: Mapping[str, Any], observed: Observed | None) -> Plan:
    if observed is None:
        return plan_creation(clients("elasticache"), declared)
    if observed.group["Status"] == CREATE_FAILED:
        return plan_another_creation(clients("elasticache"), declared)
    return plan_change(clients, declared, observed)


def plan_creation(client: Any, declared: Mapping[str, Any]) -> Plan:
    name = declared["replication_group_id"]
    require(declared, ["cache_node_type"], f"create the replication group {name}")
    logs = [log for log in declared["log_delivery_configurations"] or () if log["enabled"]]
    protection = {PROTECTION: "true"} if declared["deletion_protection"] else {}
    refuse(value_problems(declared, declared), f"create the replication group {name}")
    group = {
        **declared,
        "replication_group_description": declared["replication_group_description"] or name,
        "log_delivery_configurations": logs or None,
    }
    tags = {**(declared["tags"] or {}), **protection}
    return Plan({}, shown(group), (step(client, "create_replication_group", {**group, "tags": tags or None}),))


def plan_another_creation(client: Any, declared: Mapping[str, Any]) -> Plan:
    """A group whose creation failed has never held data, and its name is in the way."""
    creation, name = plan_creation(client, declared), {"replication_group_id": declared["replication_group_id"]}
    return Plan(creation.before, creation.after, (step(client, DELETE, name), *creation.steps))


def plan_change(clients: Clients, declared: Mapping[str, Any], observed: Observed) -> Plan:
    difference = compare(clients, declared, observed)
    found = [*value_problems(declared, difference.goal), *problems(difference), *shrink_problems(clients, difference)]
    refuse(found, f"change the replication group {difference.name}")
    present = {name: value for name, value in observed.known_tags.items() if name != UNSET_TOKEN}
    tags, tag_steps = plan_tags(observed.group["ARN"], present, {"tags": wanted_tags(declared, present)})
    after = prediction(difference) | ({"tags": without_own(tags)} if without_own(tags) != without_own(present) else {})
    before = {name: difference.existing.get(name) for name in after}
    return Plan(before, after, (*steps(difference), *tag_steps))


def compare(clients: Clients, declared: Mapping[str, Any], observed: Observed) -> Difference:
    """A change that waits for the window is none any more, unless it shall be carried out now."""
    existing = expected(observed) if declared["apply"] == "window" else current(observed)
    changed = without_upgraded(declared, existing, unlike(declared, observed, declared["apply"]))
    ours = without_autoscaled(clients, observed, existing, changed, declared["impose_counts"])
    return Difference(clients("elasticache"), declared, existing, ours, observed)


def prediction(difference: Difference) -> dict[str, Any]:
    """Return the fields as they will be: as declared, or at the next stage; of the token, only what becomes of it."""
    declared = {
        name: difference.declared[name]
        for name, field in difference.changed.items()
        if field.change is not Change.STAGED
    }
    staged = {
        name: value
        for moving, stage in next_stages(difference)
        for name, value in moving.options(stage).items()
        if value != difference.existing[name]
    }
    strategies = token_strategies(difference)
    token = {"auth_token_update_strategy": ", ".join(strategies)} if strategies else {}
    return {**declared, **staged, **token}


def wanted_tags(declared: Mapping[str, Any], present: Mapping[str, str]) -> dict[str, str]:
    """Return all tags as they shall be; that of the deletion protection follows its own option, whatever tags are
    declared."""
    others, protection = without_own(present), {name: present[name] for name in present if name == PROTECTION}
    if declared["tags"] is not None:
        others = {**({} if declared["purge_tags"] else others), **declared["tags"]}
    if declared["deletion_protection"] is not None:
        protection = {PROTECTION: "true"} if declared["deletion_protection"] else {}
    return {**others, **protection}


def plan_absent(clients: Clients, declared: Mapping[str, Any], observed: Observed | None) -> Plan:
    if observed is None:
        return Plan({}, {})
    name = declared["replication_group_id"]
    refuse(deletion_problems(clients, declared, observed), f"delete the replication group {name}")
    has_data = observed.group["Status"] != CREATE_FAILED
    keeps_data = has_data and not declared["skip_final_snapshot"]
    snapshot = (declared["final_snapshot_identifier"] or final_snapshot_name(name)) if keeps_data else None
    request = {"replication_group_id": name, "final_snapshot_identifier": snapshot}
    return Plan(shown(current(observed)), {}, (step(clients("elasticache"), DELETE, request),))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def final_snapshot(plan: Plan) -> str | None:
    return next((call.request.get("FinalSnapshotIdentifier") for call in plan.steps if call.operation == DELETE), None)


def carry_out(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    """Make the calls of I(plan), each when the one before has had its effect, and wait for the last one's unless told
    not to."""
    name = declared["replication_group_id"]
    *first, last = plan.steps
    for call in first:
        make(client, name, call, deadline)
        if call.operation == DELETE:  # its name is in the way of the next call
            wait_until_deleted(client, name, deadline)
        else:
            wait_until_available(client, name, deadline, partial(lacking, call.effect, apply=declared["apply"]))
    make(client, name, last, deadline)
    if declared["wait"]:
        WAITS[declared["state"]](client, declared, plan, deadline)


def wait_present(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    """What the plan predicts has to be read back, and nothing be under way any more."""

    def missing(observed: Observed) -> list[str]:
        return sorted({*unlike(plan.after, observed, declared["apply"]), *under_way(observed)})

    wait_until_available(client, declared["replication_group_id"], deadline, missing)


def wait_absent(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    wait_until_gone(client, declared["replication_group_id"], final_snapshot(plan), deadline)


WAITS = {"present": wait_present, "absent": wait_absent}


def shown(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: every option that has a value, the AUTH token only as being there."""
    names = ["replication_group_id", "tags", *(field.name for field in FIELDS if field.name != SECRET)]
    options = scrub_none_parameters({name: group.get(name) for name in names})
    return {**options, "auth_token_enabled": True} if group.get(SECRET) else options
