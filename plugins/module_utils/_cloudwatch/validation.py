# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch, or common sense, would refuse in a set of alarms; found before the first call, all at once.

Source of the limits: CloudWatch API Reference, PutMetricAlarm and MetricDataQuery; CloudWatch User Guide, Alarm limits.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .alarm import ACTIONS, RESULT_ID, places
from .common import AnsibleCloudWatchError

MOST_ACTIONS = 5
MOST_METRICS = 10
LONGEST_NAME = 255
LONGEST_DESCRIPTION = 1024
DAY = 86_400
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
_CLUSTER_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ALARM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_METRIC_ID = re.compile(r"[a-z][A-Za-z0-9_]*")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[^\s]+")
_RANGE = r"\([0-9.]*%?:[0-9.]*%?\)"
_EXTENDED = re.compile(rf"(p|tm|tc|ts|wm)(\d{{1,2}}(\.\d+)?|100)|IQM|(PR|TC|TM|TS|WM){_RANGE}")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")  # literals inside an expression
_VARIABLE = re.compile(r"\b[a-z][A-Za-z0-9_]*\b")  # functions, operators and constants are upper case


def check(parameters: Mapping[str, Any]) -> None:
    """Raise AnsibleCloudWatchError with every problem of I(parameters), each naming option, value and remedy."""
    problems = [*_deployment(parameters), *_actions(parameters)]
    if parameters["state"] == "present":
        problems += _definitions(parameters)
    if problems:
        raise AnsibleCloudWatchError(message="\n".join(["The alarms cannot be as declared:", *problems]))


def _deployment(parameters: Mapping[str, Any]) -> Iterator[str]:
    group = parameters["replication_group_id"]
    if len(group) > 40 or not _CLUSTER_ID.fullmatch(group.lower()):
        yield (
            f"replication_group_id is {group!r}; use up to 40 letters, digits and single hyphens that begin with a "
            "letter and end without a hyphen."
        )
    nodes = parameters.get("nodes") or []
    for node in nodes:
        if len(node) > 50 or not _CLUSTER_ID.fullmatch(node.lower()):
            yield f"nodes has {node!r}, which is no cache cluster id; take member_clusters of the replication group."
    yield from _repeated("nodes", (node.lower() for node in nodes))


def _actions(parameters: Mapping[str, Any]) -> Iterator[str]:
    for option in ACTIONS:
        actions = parameters.get(option) or []
        if len(actions) > MOST_ACTIONS:
            yield f"{option} has {len(actions)} actions; an alarm can have {MOST_ACTIONS}."
        for action in actions:
            if not _ARN.fullmatch(action):
                yield f"{option} has {action!r}; write the ARN of the action, such as that of an SNS topic."


def _definitions(parameters: Mapping[str, Any]) -> Iterator[str]:
    definitions = parameters.get("alarms")
    if definitions is None:
        yield "alarms is not set; give the list of alarms, or state=absent to remove those of the deployment."
        return
    for definition in definitions:
        where = f"Alarm {definition['name']}"
        yield from (f"{where}: {problem}" for problem in _definition(definition, parameters))
    yield from _repeated("alarms", (definition["name"] for definition in definitions))


def _definition(definition: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[str]:
    yield from _name(definition, parameters)
    yield from _expression(definition) if definition.get("expression") else _metric(definition)
    yield from _period(definition)
    yield from _evaluation(definition)
    if not math.isfinite(definition["threshold"]):
        yield f"threshold is {definition['threshold']}; use a finite number."


def _name(definition: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[str]:
    name, scope = definition["name"], definition.get("scope", "node")
    if not _ALARM_NAME.fullmatch(name):
        yield f"name is {name!r}; use letters, digits, dots, underscores and hyphens, the first a letter or digit."
    nodes = parameters.get("nodes")
    if scope == "node" and nodes is None:
        yield "scope is node, but nodes is not set; give member_clusters of the replication group, or use scope=group."
    group = parameters["replication_group_id"]
    longest = max((len(place.prefix) for place in places(scope, group, nodes or [])), default=0)
    if longest + 1 + len(name) > LONGEST_NAME:
        yield f"name makes an alarm name of {longest + 1 + len(name)} characters; {LONGEST_NAME} is the limit."
    if len(definition.get("alarm_description") or "") > LONGEST_DESCRIPTION:
        yield f"alarm_description is longer than {LONGEST_DESCRIPTION} characters; shorten it."


def _metric(definition: Mapping[str, Any]) -> Iterator[str]:
    if not definition.get("metric_name"):
        yield "neither metric_name nor expression is set; set one of them."
    if definition.get("metrics"):
        yield "metrics is set without expression; set the expression that uses them."
    statistic, extended = definition.get("statistic"), definition.get("extended_statistic")
    if bool(statistic) == bool(extended):
        yield f"statistic is {statistic!r} and extended_statistic is {extended!r}; set exactly one of them."
    if extended and not _EXTENDED.fullmatch(extended):
        yield f"extended_statistic is {extended!r}; use one such as p99, tm95 or PR(0:300)."


def _expression(definition: Mapping[str, Any]) -> Iterator[str]:
    for option in ("metric_name", "statistic", "extended_statistic"):
        if definition.get(option):
            yield f"{option} is set beside expression; an alarm watches either a metric or an expression."
    metrics = definition.get("metrics") or {}
    if not 1 <= len(metrics) <= MOST_METRICS:
        yield f"metrics has {len(metrics)} entries; an expression uses 1 to {MOST_METRICS}."
    for identifier, metric in metrics.items():
        yield from (f"metrics.{identifier}: {problem}" for problem in _input(identifier, metric))
    yield from _variables(definition["expression"], metrics)


def _input(identifier: str, metric: Any) -> Iterator[str]:
    if not _METRIC_ID.fullmatch(identifier) or identifier == RESULT_ID:
        yield f"use a lower-case letter, then letters, digits and underscores as id, and not {RESULT_ID}."
    if not isinstance(metric, Mapping):
        yield f"is {metric!r}; give metric_name and statistic."
        return
    for option in sorted(metric.keys() - {"metric_name", "statistic"}):
        yield f"{option} is no option; give metric_name and statistic."
    if not metric.get("metric_name"):
        yield "metric_name is not set; name the metric."
    statistic = str(metric.get("statistic"))
    if statistic not in STATISTICS and not _EXTENDED.fullmatch(statistic):
        yield f"statistic is {statistic}; use {', '.join(STATISTICS)}, or one such as p99."


def _variables(expression: str, metrics: Mapping[str, Any]) -> Iterator[str]:
    code = _TEXT.sub("", expression)
    used = set(_VARIABLE.findall(code))
    for name in sorted(used - metrics.keys()):
        yield f"expression uses {name}, which is not in metrics; add it, or use {', '.join(metrics) or 'a metric'}."
    if "METRICS(" not in code:
        for name in sorted(metrics.keys() - used):
            yield f"metrics.{name} is not used by the expression; use it or leave it out."


def _period(definition: Mapping[str, Any]) -> Iterator[str]:
    period, periods = definition["period"], definition["evaluation_periods"]
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        yield f"period is {period}; use 10, 20, 30 or a multiple of 60 seconds."
    limit = DAY if period < 3600 else 7 * DAY
    if period * periods > limit:
        yield f"period is {period} and evaluation_periods is {periods}; together they may span {limit} seconds at most."


def _evaluation(definition: Mapping[str, Any]) -> Iterator[str]:
    periods, datapoints = definition["evaluation_periods"], definition.get("datapoints_to_alarm")
    if periods < 1:
        yield f"evaluation_periods is {periods}; use 1 or more."
    if datapoints is not None and not 1 <= datapoints <= max(periods, 1):
        yield f"datapoints_to_alarm is {datapoints}; use 1 to evaluation_periods, which is {periods}."


def _repeated(option: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{option} has {name} {count} times; leave one."
