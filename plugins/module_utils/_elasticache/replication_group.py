# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group: what has to be called so that it is as declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.transformation import scrub_none_parameters

from .._aws.converge import converge
from .._aws.fields import Change, Field, differences
from .._aws.plan import Plan, Step
from .._aws.progress import reporter
from .._aws.shapes import step
from .._aws.waiting import Deadline
from . import api
from .common import AnsibleElastiCacheError, require
from .replication_group_fields import FIELDS, Observed
from .replication_group_state import current, observe, resource
from .replication_group_wait import HOPELESS, wait_until_available, wait_until_deleted
from .tags import plan_tags

LOWERED = (
    "replication_group_id",
    "preferred_maintenance_window",
    "cache_parameter_group_name",
    "cache_subnet_group_name",
)
SECRET = "auth_token"
MIGRATION = (
    "Create a new replication group with another id (snapshot_name restores the data of this one), "
    "move the clients to it, then delete this one."
)


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create, change or delete the replication group that I(parameters) declare; see the module for the options."""
    declared = normalize(parameters)
    name = declared["replication_group_id"]
    deadline = Deadline(declared["wait_timeout"], reporter(declared.get("progress_path")))
    observed = settle(client, declared, check_mode, deadline)
    plan = PLANNERS[declared["state"]](client, declared, observed)
    result, group = converge(
        plan,
        resource(observed) if observed else {},
        check_mode,
        lambda plan: carry_out(client, declared, plan, deadline),
        lambda: resource_of(observe(client, name)),
    )
    return {**result, "replication_group": group}


def resource_of(observed: Observed | None) -> dict[str, Any]:
    return resource(observed) if observed else {}


def normalize(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """ElastiCache stores names and windows in lower case; anything else would differ on every run."""
    lowered = {name: parameters[name].lower() for name in LOWERED if parameters.get(name)}
    return {**parameters, **lowered}


def settle(client: Any, declared: Mapping[str, Any], check_mode: bool, deadline: Deadline) -> Observed | None:
    """Return the group in a state that a plan can start from: what an earlier run began is waited for first."""
    name = declared["replication_group_id"]
    observed = observe(client, name)
    status = observed.group["Status"] if observed else "missing"
    if status in ("missing", "available") or (status in HOPELESS and declared["state"] == "absent"):
        return observed
    if status == "deleting":
        return _after_deletion(client, name, check_mode, deadline)
    if check_mode and status not in HOPELESS:
        return observed
    if not declared["wait"]:
        raise AnsibleElastiCacheError(
            message=f"Replication group {name} is {status}. Set wait to true, or run again when it is available."
        )
    return wait_until_available(client, name, deadline)


def _after_deletion(client: Any, name: str, check_mode: bool, deadline: Deadline) -> None:
    if not check_mode:
        wait_until_deleted(client, name, deadline)


def plan_present(client: Any, declared: Mapping[str, Any], observed: Observed | None) -> Plan:
    return plan_change(client, declared, observed) if observed else plan_creation(client, declared)


def plan_creation(client: Any, declared: Mapping[str, Any]) -> Plan:
    name = declared["replication_group_id"]
    require(declared, ["cache_node_type"], f"create the replication group {name}")
    logs = [log for log in declared["log_delivery_configurations"] or () if log["enabled"]]
    group = {
        **declared,
        "replication_group_description": declared["replication_group_description"] or name,
        "log_delivery_configurations": logs or None,
    }
    return Plan({}, shown(group), (step(client, "create_replication_group", group),))


def plan_change(client: Any, declared: Mapping[str, Any], observed: Observed) -> Plan:
    existing = current(observed)
    changed = differences(FIELDS, declared, existing)
    refuse_impossible(declared, existing, changed)
    tags, tag_steps = plan_tags(observed.group["ARN"], existing["tags"], declared)
    after = {name: declared[name] for name in changed} | ({"tags": tags} if tag_steps else {})
    steps = [*plan_modification(client, declared, changed), *tag_steps]
    return Plan({name: existing[name] for name in after}, after, tuple(steps))


def plan_modification(client: Any, declared: Mapping[str, Any], changed: Mapping[str, Field]) -> list[Step]:
    values = {name: declared[name] for name, field in changed.items() if field.change is Change.IN_PLACE}
    if not values:
        return []
    identity = {
        "replication_group_id": declared["replication_group_id"],
        "apply_immediately": declared["apply"] == "now",
    }
    return [step(client, "modify_replication_group", {**identity, **values})]


def plan_absent(client: Any, declared: Mapping[str, Any], observed: Observed | None) -> Plan:
    if observed is None:
        return Plan({}, {})
    request = {"replication_group_id": declared["replication_group_id"]}
    has_data = observed.group["Status"] not in HOPELESS
    if has_data and not declared["skip_final_snapshot"]:
        request["final_snapshot_identifier"] = declared["final_snapshot_identifier"] or final_snapshot_name(declared)
    return Plan(shown(current(observed)), {}, (step(client, "delete_replication_group", request),))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def final_snapshot_name(declared: Mapping[str, Any]) -> str:
    """Unique for each deletion: a name that exists already makes the second destroy of a deployment fail."""
    return f"{declared['replication_group_id']}-final-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def refuse_impossible(declared: Mapping[str, Any], existing: Mapping[str, Any], changed: Mapping[str, Field]) -> None:
    """Raise when a difference cannot be carried out on this group, naming each field, both values and the way out."""
    refused = [*_immutable(changed), *_downgrade(declared, existing, changed)]
    if refused:
        name = declared["replication_group_id"]
        found = "; ".join(f"{field} is {existing[field]!r}, declared {declared[field]!r}" for field in refused)
        raise AnsibleElastiCacheError(
            message=f"Replication group {name} cannot be changed in place: {found}. {MIGRATION}"
        )


def _immutable(changed: Mapping[str, Field]) -> Iterable[str]:
    return (name for name, field in changed.items() if field.change is not Change.IN_PLACE)


def _downgrade(declared: Mapping[str, Any], existing: Mapping[str, Any], changed: Mapping[str, Field]) -> Iterable[str]:
    """An engine version only goes up; another engine counts its versions by itself."""
    if "engine_version" in changed and "engine" not in changed and existing["engine_version"]:
        parts = [
            [int(part) for part in version.split(".") if part.isdigit()]
            for version in (declared["engine_version"], existing["engine_version"])
        ]
        if parts[0] < parts[1]:
            yield "engine_version"


def carry_out(client: Any, declared: Mapping[str, Any], plan: Plan, deadline: Deadline) -> None:
    """Make the calls of I(plan), each on a group that is available, and wait for their effect unless told not to."""
    name = declared["replication_group_id"]
    for number, call in enumerate(plan.steps):
        if number and declared["wait"]:
            wait_until_available(client, name, deadline)
        api.apply(client, call)
    if declared["wait"]:
        WAITS[declared["state"]](client, declared, deadline)


def wait_present(client: Any, declared: Mapping[str, Any], deadline: Deadline) -> None:
    def missing(observed: Observed) -> list[str]:
        return sorted(differences(FIELDS, declared, current(observed)))

    wait_until_available(client, declared["replication_group_id"], deadline, missing)


def wait_absent(client: Any, declared: Mapping[str, Any], deadline: Deadline) -> None:
    wait_until_deleted(client, declared["replication_group_id"], deadline)


WAITS = {"present": wait_present, "absent": wait_absent}


def shown(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: every option that has a value, the AUTH token only as being there."""
    names = ["replication_group_id", "tags", *(field.name for field in FIELDS if field.name != SECRET)]
    options = scrub_none_parameters({name: group.get(name) for name in names})
    return {**options, "auth_token_enabled": True} if group.get(SECRET) else options
