# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group: what has to be called so that it is as declared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.transformation import scrub_none_parameters

from .._aws.converge import converge
from .._aws.entry import Clients
from .._aws.fields import Change, differences
from .._aws.plan import Plan
from .._aws.progress import reporter
from .._aws.shapes import step
from .._aws.waiting import Deadline
from . import api
from .autoscaled import without_autoscaled
from .common import AnsibleElastiCacheError, require
from .problems import refuse
from .replication_group_deletion import deletion_problems
from .replication_group_difference import Difference
from .replication_group_fields import FIELDS, PROTECTION, Observed
from .replication_group_phases import PHASES, token_strategies
from .replication_group_refusals import problems
from .replication_group_shrink import shrink_problems
from .replication_group_stages import next_stages
from .replication_group_state import current, expected, observe, pending, resource
from .replication_group_wait import HOPELESS, wait_until_available, wait_until_deleted
from .tags import plan_tags

LOWERED = (
    "replication_group_id",
    "preferred_maintenance_window",
    "cache_parameter_group_name",
    "cache_subnet_group_name",
)
SECRET = "auth_token"


def ensure(clients: Clients, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create, change or delete the replication group that I(parameters) declare; see the module for the options."""
    declared, client = normalize(parameters), clients("elasticache")
    name = declared["replication_group_id"]
    deadline = Deadline(declared["wait_timeout"], reporter(declared.get("progress_path")))
    observed = settle(client, declared, check_mode, deadline)
    plan = PLANNERS[declared["state"]](clients, declared, observed)
    result, group = converge(
        plan,
        resource_of(observed),
        check_mode,
        lambda plan: carry_out(client, declared, plan, deadline),
        lambda: resource_of(observe(client, name)),
    )
    return {**result, "replication_group": group, **warnings(group)}


def resource_of(observed: Observed | None) -> dict[str, Any]:
    return resource(observed) if observed else {}


def normalize(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """ElastiCache stores names and windows in lower case; anything else would differ on every run."""
    lowered = {name: parameters[name].lower() for name in LOWERED if parameters.get(name)}
    return {**parameters, **lowered}


def warnings(group: Mapping[str, Any]) -> dict[str, list[str]]:
    """Say what has been accepted and not been done: nobody should believe that it has."""
    waiting = sorted(group.get("pending_modified_values") or ())
    if not waiting:
        return {}
    name, window = group["replication_group_id"], group.get("preferred_maintenance_window")
    return {"warnings": [f"{name} has not changed yet, and waits for its window {window}: {', '.join(waiting)}."]}


def settle(client: Any, declared: Mapping[str, Any], check_mode: bool, deadline: Deadline) -> Observed | None:
    """Return the group in a state that a plan can start from: what an earlier run began is waited for first."""
    name = declared["replication_group_id"]
    observed = observe(client, name)
    status = observed.group["Status"] if observed else "missing"
    if status in ("missing", "available") or (status in HOPELESS and declared["state"] == "absent"):
        return observed
    if status == "deleting":
        wait_unless(check_mode, client, name, deadline)
        return None
    if status in HOPELESS and declared["on_create_failed"] == "delete" and not check_mode:
        clean_up(client, name, deadline)
        return None
    if check_mode and status not in HOPELESS:
        return observed
    if not declared["wait"]:
        remedy = "Set wait to true, or run again when it is available."
        raise AnsibleElastiCacheError(message=f"Replication group {name} is {status}. {remedy}")
    return wait_until_available(client, name, deadline)


def wait_unless(check_mode: bool, client: Any, name: str, deadline: Deadline) -> None:
    if not check_mode:
        wait_until_deleted(client, name, deadline)


def clean_up(client: Any, name: str, deadline: Deadline) -> None:
    """A group whose creation failed has never held data, and its name is in the way."""
    api.apply(client, step(client, "delete_replication_group", {"replication_group_id": name}))
    wait_until_deleted(client, name, deadline)


def plan_present(clients: Clients, declared: Mapping[str, Any], observed: Observed | None) -> Plan:
    return plan_change(clients, declared, observed) if observed else plan_creation(clients("elasticache"), declared)


def plan_creation(client: Any, declared: Mapping[str, Any]) -> Plan:
    name = declared["replication_group_id"]
    require(declared, ["cache_node_type"], f"create the replication group {name}")
    logs = [log for log in declared["log_delivery_configurations"] or () if log["enabled"]]
    protection = {PROTECTION: "true"} if declared["deletion_protection"] else {}
    group = {
        **declared,
        "replication_group_description": declared["replication_group_description"] or name,
        "log_delivery_configurations": logs or None,
    }
    tags = {**(declared["tags"] or {}), **protection}
    return Plan({}, shown(group), (step(client, "create_replication_group", {**group, "tags": tags}),))


def plan_change(clients: Clients, declared: Mapping[str, Any], observed: Observed) -> Plan:
    difference = compare(clients, declared, observed)
    found = [*problems(difference), *shrink_problems(clients, difference)]
    refuse(found, f"change the replication group {difference.name}")
    steps = [call for phase in PHASES for call in phase(difference)]
    tags, tag_steps = plan_tags(observed.group["ARN"], dict(observed.tags), with_protection(declared, observed))
    after = prediction(difference) | ({"tags": _without_protection(tags)} if tag_steps else {})
    before = {name: difference.existing.get(name) for name in after}
    return Plan(before, after, (*steps, *tag_steps))


def compare(clients: Clients, declared: Mapping[str, Any], observed: Observed) -> Difference:
    """A change that waits for the window is none any more, unless it shall be carried out now."""
    existing = expected(observed) if declared["apply"] == "window" else current(observed)
    changed = differences(FIELDS, declared, existing)
    name = existing["replication_group_id"]
    return Difference(
        clients("elasticache"), declared, existing, without_autoscaled(clients, name, existing, changed), observed
    )


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
    strategies = token_strategies(difference) if difference.declared[SECRET] else ()
    token = {"auth_token_update_strategy": ", ".join(strategies)} if strategies else {}
    return {**declared, **staged, **token}


def with_protection(declared: Mapping[str, Any], observed: Observed) -> dict[str, Any]:
    """The tag of the deletion protection stays as it is unless the option says otherwise, whatever tags are
    declared."""
    protected = declared["deletion_protection"]
    if protected is None:
        protected = PROTECTION in observed.tags
        if declared["tags"] is None:
            return dict(declared)
    if declared["tags"] is None:
        return _protection_alone(declared, observed, protected)
    return {**declared, "tags": {**declared["tags"], **({PROTECTION: "true"} if protected else {})}}


def _protection_alone(declared: Mapping[str, Any], observed: Observed, protected: bool) -> dict[str, Any]:
    others = _without_protection(observed.tags)
    return {**declared, "tags": {**others, **({PROTECTION: "true"} if protected else {})}, "purge_tags": True}


def _without_protection(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name != PROTECTION}


def plan_absent(clients: Clients, declared: Mapping[str, Any], observed: Observed | None) -> Plan:
    if observed is None:
        return Plan({}, {})
    name = declared["replication_group_id"]
    refuse(deletion_problems(clients, declared, observed), f"delete the replication group {name}")
    request = {"replication_group_id": name}
    has_data = observed.group["Status"] not in HOPELESS
    if has_data and not declared["skip_final_snapshot"]:
        request["final_snapshot_identifier"] = declared["final_snapshot_identifier"] or final_snapshot_name(declared)
    return Plan(shown(current(observed)), {}, (step(clients("elasticache"), "delete_replication_group", request),))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def final_snapshot_name(declared: Mapping[str, Any]) -> str:
    """Unique for each deletion: a name that exists already makes the second destroy of a deployment fail."""
    return f"{declared['replication_group_id']}-final-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def carry_out(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    """Make the calls of I(plan), each on a group that is available, and wait for their effect unless told not to."""
    name = declared["replication_group_id"]
    for number, call in enumerate(plan.steps):
        if number and declared["wait"]:
            wait_until_available(client, name, deadline)
        api.apply(client, call)
    if declared["wait"]:
        WAITS[declared["state"]](client, declared, plan, deadline)


def wait_present(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    """What the plan predicts has to be read back, and nothing be pending that was to be done at once."""
    at_once = declared["apply"] == "now"

    def missing(observed: Observed) -> list[str]:
        read = current(observed) if at_once else expected(observed)
        unfinished = pending(observed) if at_once else {}
        return sorted({*differences(FIELDS, plan.after, read), *unfinished})

    wait_until_available(client, declared["replication_group_id"], deadline, missing)


def wait_absent(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    wait_until_deleted(client, declared["replication_group_id"], deadline)


WAITS = {"present": wait_present, "absent": wait_absent}


def shown(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: every option that has a value, the AUTH token only as being there."""
    names = ["replication_group_id", "tags", *(field.name for field in FIELDS if field.name != SECRET)]
    options = scrub_none_parameters({name: group.get(name) for name in names})
    return {**options, "auth_token_enabled": True} if group.get(SECRET) else options
