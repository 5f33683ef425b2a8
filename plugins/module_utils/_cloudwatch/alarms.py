# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole set of alarms of one deployment: read all once, write only what differs, remove the stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from .._aws.plan import Plan, Step
from .._aws.shapes import from_api, step
from .._aws.tags import TagCalls
from . import api
from .alarm import ACTIONS, alarm_at, normalised, places
from .validation import check

MOST_DELETED = 100  # names in one DeleteAlarms
TAGS = TagCalls()

Alarms = dict[str, dict[str, Any]]  # by alarm name


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Make the alarms of the deployment those that I(parameters) declare; see the module for the options."""
    check(parameters)
    group = parameters["replication_group_id"].lower()
    existing = read(client, group)
    wanted = desired(parameters, existing) if parameters["state"] == "present" else {}
    tags = read_tags(client, parameters, {name: existing[name] for name in wanted if name in existing})
    plan = plan_set(client, parameters, existing, wanted, tags)
    if plan.changed and check_mode:
        existing = predicted(existing, wanted)
    elif plan.changed:
        api.apply_all(client, plan)
        existing = read(client, group)
    return {"changed": plan.changed, "diff": plan.diff, "operations": plan.operations, **result(existing)}


def read(client: Any, group: str) -> Alarms:
    """Return every metric alarm of the deployment as CloudWatch describes it."""
    found = from_api(api.describe_metric_alarms(client, f"{group}/"))
    return {alarm["alarm_name"]: alarm for alarm in found}


def desired(parameters: Mapping[str, Any], existing: Alarms) -> Alarms:
    """Return the alarms that are declared, in their normal form.

    PutMetricAlarm replaces an alarm whole, so what is left out of the options has to be taken from what exists.
    """
    return {
        alarm["alarm_name"]: normalised({**alarm, **_actions(parameters, existing.get(alarm["alarm_name"], {}))})
        for alarm in _declared(parameters)
    }


def _declared(parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    group = parameters["replication_group_id"].lower()
    nodes = [node.lower() for node in parameters.get("nodes") or ()]
    for definition in parameters["alarms"]:
        for place in places(definition.get("scope", "node"), group, nodes):
            yield alarm_at(place, definition)


def _actions(parameters: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: existing.get(name) if parameters.get(name) is None else parameters[name]
        for name in (*ACTIONS, "actions_enabled")
    }


def read_tags(client: Any, parameters: Mapping[str, Any], alarms: Alarms) -> dict[str, dict[str, str]]:
    """Return the tags of I(alarms) by name; a call for each alarm, so nothing is read unless tags are declared."""
    if parameters.get("tags") is None or not alarms:
        return {}
    found = api.list_tags_of_each(client, [alarm["alarm_arn"] for alarm in alarms.values()])
    return dict(zip(alarms, found, strict=True))


def plan_set(
    client: Any, parameters: Mapping[str, Any], existing: Alarms, wanted: Alarms, tags: Mapping[str, dict[str, str]]
) -> Plan:
    """Plan the calls, new alarms before the removal of stale ones; the diff has the alarms that change, by name."""
    plans = {
        name: plan_alarm(client, parameters, existing.get(name), alarm, tags.get(name, {}))
        for name, alarm in wanted.items()
    }
    changed = {name: plan for name, plan in plans.items() if plan.changed}
    stale = sorted(existing.keys() - wanted.keys())
    return Plan(
        before={
            **{name: plan.before for name, plan in changed.items() if plan.before},
            **{name: _shown(normalised(existing[name])) for name in stale},
        },
        after={name: plan.after for name, plan in changed.items()},
        steps=(*chain.from_iterable(plan.steps for plan in changed.values()), *_deletions(client, stale)),
    )


def plan_alarm(
    client: Any,
    parameters: Mapping[str, Any],
    existing: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    tags: Mapping[str, str],
) -> Plan:
    """Plan the calls for one alarm. Tags ride on the call that creates it; CloudWatch ignores them on an update."""
    if existing is None:
        tags = parameters.get("tags") or {}
        put = step(client, "put_metric_alarm", {**wanted, "tags": tags or None})
        return Plan({}, _shown(wanted, tags), (put,))
    current = normalised(existing)
    puts = [step(client, "put_metric_alarm", wanted)] if wanted != current else []
    tags_after, tag_steps = TAGS.plan(existing["alarm_arn"], tags, parameters)
    return Plan(_shown(current, tags), _shown(wanted, tags_after), (*puts, *tag_steps))


def _deletions(client: Any, names: list[str]) -> Iterator[Step]:
    for start in range(0, len(names), MOST_DELETED):
        yield step(client, "delete_alarms", {"alarm_names": names[start : start + MOST_DELETED]})


def _shown(alarm: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> dict[str, Any]:
    shown = {name: value for name, value in alarm.items() if value is not None}
    return {**shown, "tags": dict(tags)} if tags else shown


def predicted(existing: Alarms, wanted: Alarms) -> Alarms:
    """Return the alarms as they would be read: state and ARN as they are now, if they are."""
    return {
        name: {**{key: value for key, value in existing.get(name, {}).items() if key not in alarm}, **_shown(alarm)}
        for name, alarm in wanted.items()
    }


def result(alarms: Alarms) -> dict[str, Any]:
    listed = [alarms[name] for name in sorted(alarms)]
    return {"alarms": listed, "alarm_arns": [alarm["alarm_arn"] for alarm in listed if "alarm_arn" in alarm]}
