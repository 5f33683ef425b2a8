# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A log group of CloudWatch Logs: how long it keeps log events, what it is encrypted with, its tags.

Each of these is changed in place, by operations of its own; none of them touches the log events that are there, but for
those that are older than the retention.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.converge import converge
from .._aws.entry import Clients
from .._aws.fields import Change, Field, differences
from .._aws.plan import Plan, Step
from .._aws.refusals import refuse
from .._aws.shapes import from_api, step
from .._aws.tags import TagCalls
from .._problems import Problem
from . import api
from .common import AnsibleLogsError
from .retention import FOREVER

NO_KEY = ""
AT_CREATION = {"retention_in_days": FOREVER, "kms_key_id": NO_KEY, "log_group_class": "STANDARD"}
FIELDS = (
    Field("retention_in_days", Change.OWN_OPERATION),
    Field("kms_key_id", Change.OWN_OPERATION),
    Field("log_group_class", Change.IMMUTABLE),
)
# What sets the option, and what does for the value that stands for none.
OPERATIONS = {
    "retention_in_days": ("put_retention_policy", "delete_retention_policy"),
    "kms_key_id": ("associate_kms_key", "disassociate_kms_key"),
}


def as_map(tags: Mapping[str, Any]) -> dict[str, str]:
    """Return tags as CloudWatch Logs takes them; in YAML their values may be numbers."""
    return {key: str(value) for key, value in tags.items()}


TAGS = TagCalls(arn="resourceArn", tags="tags", keys="tagKeys", form=as_map)


def ensure(clients: Clients, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create, change or delete the log group that I(parameters) declare; see the module for the options.

    I(clients) gives the client of a service: C(logs), and C(kms), to ask for the ARN of a key that has another name.
    """
    client, name = clients("logs"), parameters["log_group_name"]
    existing = read(client, name)
    plan = PLANNERS[parameters["state"]](clients, client, parameters, existing)
    result, group = converge(
        plan, existing, check_mode, lambda plan: api.apply_all(client, plan), lambda: read(client, name)
    )
    return {**result, "log_group": group}


def read(client: Any, name: str) -> dict[str, Any]:
    """Return the group in the vocabulary of the module's options, C({}) when there is none.

    Log groups can be asked for by a prefix alone.
    """
    found = [group for group in api.describe_log_groups(client, name) if group["logGroupName"] == name]
    if not found:
        return {}
    group = current(found[0])
    return {**group, "tags": api.list_tags(client, group["arn"])}


def current(group: Mapping[str, Any]) -> dict[str, Any]:
    """Translate what DescribeLogGroups says of one group. The ARN is the one that tags take, and policies."""
    return {**AT_CREATION, **from_api(group), "arn": group["arn"].removesuffix(":*")}


def plan_present(clients: Clients, client: Any, parameters: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    declared = {**parameters, "kms_key_id": key_arn(clients, parameters["kms_key_id"])}
    if not existing:
        return plan_creation(client, declared)
    changed = differences(FIELDS, declared, existing)
    refuse_other_class(declared, existing, changed)
    steps = [_change(client, declared, name) for name in changed]
    tags, tag_steps = TAGS.plan(existing["arn"], existing["tags"], declared)
    after = {**existing, **{name: declared[name] for name in changed}, "tags": tags}
    return Plan(_shown(existing), _shown(after), (*steps, *tag_steps))


def key_arn(clients: Clients, key: str | None) -> str | None:
    """Return the ARN of a key that is declared by it, by its id, or by an alias: CloudWatch Logs knows ARNs alone."""
    if not key or ":key/" in key:
        return key
    found = api.describe_key(clients("kms"), key)
    if not found:
        problem = Problem("kms_key_id", key, "there is no such key in this region", "create it first, or name another")
        refuse([problem], "encrypt the log group", AnsibleLogsError)
    return found["Arn"]


def refuse_other_class(declared: Mapping[str, Any], existing: Mapping[str, Any], changed: Mapping[str, Field]) -> None:
    if "log_group_class" not in changed:
        return
    name, found = declared["log_group_name"], existing["log_group_class"]
    fault = f"{name} is of the class {found}, which is fixed at creation"
    remedy = f"declare {found}, or a log group of another name and have the logs delivered there"
    problem = Problem("log_group_class", declared["log_group_class"], fault, remedy)
    refuse([problem], f"change the log group {name}", AnsibleLogsError)


def _change(client: Any, declared: Mapping[str, Any], option: str) -> Step:
    setting, unsetting = OPERATIONS[option]
    request = {"log_group_name": declared["log_group_name"], option: declared[option]}
    return step(client, setting if declared[option] else unsetting, request)


def plan_creation(client: Any, declared: Mapping[str, Any]) -> Plan:
    tags = as_map(declared["tags"] or {})
    request = {**declared, "kms_key_id": declared["kms_key_id"] or None, "tags": tags or None}
    create = step(client, "create_log_group", request)
    retention = [_change(client, declared, "retention_in_days")] if declared["retention_in_days"] else []
    given = {name: value for name, value in declared.items() if value is not None}
    return Plan({}, _shown({**AT_CREATION, **given}), (create, *retention))


def plan_absent(clients: Clients, client: Any, parameters: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing:
        return Plan({}, {})
    delete = step(client, "delete_log_group", {"log_group_name": existing["log_group_name"]})
    return Plan(_shown(existing), {}, (delete,))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def _shown(group: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: the declared side of the group."""
    names = ("log_group_name", *(field.name for field in FIELDS))
    return {**{name: group.get(name) for name in names}, "tags": dict(group.get("tags") or {})}
