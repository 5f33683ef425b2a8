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

from .._aws.refusals import refuse
from .._problems import Problem
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
    """Raise AnsibleCloudWatchError with every problem of I(parameters)."""
    problems = [*_deployment(parameters), *_actions(parameters)]
    if parameters["state"] == "present":
        problems += _definitions(parameters)
    refuse(problems, f"manage the alarms of {parameters['replication_group_id']}", AnsibleCloudWatchError)


def _deployment(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    group = parameters["replication_group_id"]
    if len(group) > 40 or not _CLUSTER_ID.fullmatch(group.lower()):
        remedy = "use up to 40 letters, digits and single hyphens that begin with a letter and end without a hyphen"
        yield Problem("replication_group_id", group, "is no id of a replication group", remedy)
    nodes = parameters.get("nodes") or []
    for node in nodes:
        if len(node) > 50 or not _CLUSTER_ID.fullmatch(node.lower()):
            yield Problem("nodes", node, "is no cache cluster id", "take member_clusters of the replication group")
    yield from _repeated("nodes", (node.lower() for node in nodes))


def _actions(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for option in ACTIONS:
        actions = parameters.get(option) or []
        if len(actions) > MOST_ACTIONS:
            yield Problem(option, None, f"has {len(actions)} actions", f"give {MOST_ACTIONS} at most")
        for action in actions:
            if not _ARN.fullmatch(action):
                remedy = "write the ARN of the action, such as that of an SNS topic"
                yield Problem(option, action, "is no ARN", remedy)


def _definitions(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    definitions = parameters.get("alarms")
    if definitions is None:
        remedy = "give the list of alarms, or state=absent to remove those of the deployment"
        yield Problem("alarms", None, "is not set", remedy)
        return
    for definition in definitions:
        yield from _definition(f"alarms.{definition['name']}", definition, parameters)
    yield from _repeated("alarms", (definition["name"] for definition in definitions))


def _definition(place: str, definition: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _name(place, definition, parameters)
    yield from _texts(place, definition)
    yield from _expression(place, definition) if definition.get("expression") else _metric(place, definition)
    yield from _period(place, definition)
    yield from _evaluation(place, definition)
    if not math.isfinite(definition["threshold"]):
        yield Problem(f"{place}.threshold", str(definition["threshold"]), "is not finite", "use a finite number")


def _name(place: str, definition: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[Problem]:
    name, scope = definition["name"], definition.get("scope", "node")
    nodes = parameters.get("nodes")
    if scope == "node" and nodes is None:
        remedy = "give member_clusters of the replication group as nodes, or use scope=group"
        yield Problem(f"{place}.scope", scope, "needs nodes, which is not set", remedy)
    group = parameters["replication_group_id"]
    longest = max((len(each.prefix) for each in places(scope, group, nodes or [])), default=0)
    if longest + 1 + len(name) > LONGEST_NAME:
        fault = f"makes an alarm name of {longest + 1 + len(name)} characters; {LONGEST_NAME} is the limit"
        yield Problem(f"{place}.name", name, fault, "shorten it")


def _texts(place: str, definition: Mapping[str, Any]) -> Iterator[Problem]:
    name = definition["name"]
    if not _ALARM_NAME.fullmatch(name):
        remedy = "use letters, digits, dots, underscores and hyphens, the first a letter or digit"
        yield Problem(f"{place}.name", name, "is no name of an alarm", remedy)
    if len(definition.get("alarm_description") or "") > LONGEST_DESCRIPTION:
        fault = f"is longer than {LONGEST_DESCRIPTION} characters"
        yield Problem(f"{place}.alarm_description", None, fault, "shorten it")


def _metric(place: str, definition: Mapping[str, Any]) -> Iterator[Problem]:
    if not definition.get("metric_name"):
        yield Problem(f"{place}.metric_name", None, "is not set, nor is expression", "set one of them")
    if definition.get("metrics"):
        remedy = "set the expression that uses them"
        yield Problem(f"{place}.metrics", None, "is set without expression", remedy)
    statistic, extended = definition.get("statistic"), definition.get("extended_statistic")
    if bool(statistic) == bool(extended):
        fault = "is set beside extended_statistic" if statistic else "is not set, nor is extended_statistic"
        yield Problem(f"{place}.statistic", statistic, fault, "set exactly one of them")
    if extended and not _EXTENDED.fullmatch(extended):
        remedy = "use one such as p99, tm95 or PR(0:300)"
        yield Problem(f"{place}.extended_statistic", extended, "is no percentile or trimmed statistic", remedy)


def _expression(place: str, definition: Mapping[str, Any]) -> Iterator[Problem]:
    for option in ("metric_name", "statistic", "extended_statistic"):
        if definition.get(option):
            remedy = "leave one of them out: an alarm watches either a metric or an expression"
            yield Problem(f"{place}.{option}", definition[option], "is set beside expression", remedy)
    metrics = definition.get("metrics") or {}
    if not 1 <= len(metrics) <= MOST_METRICS:
        yield Problem(f"{place}.metrics", None, f"has {len(metrics)} entries", f"use 1 to {MOST_METRICS}")
    for identifier, metric in metrics.items():
        yield from _input(f"{place}.metrics.{identifier}", identifier, metric)
    yield from _variables(place, definition["expression"], metrics)


def _input(place: str, identifier: str, metric: Any) -> Iterator[Problem]:
    if not _METRIC_ID.fullmatch(identifier) or identifier == RESULT_ID:
        remedy = f"use a lower-case letter, then letters, digits and underscores, and not {RESULT_ID}"
        yield Problem(place, identifier, "is no id of a metric", remedy)
    if not isinstance(metric, Mapping):
        yield Problem(place, metric, "is no dictionary", "give metric_name and statistic")
        return
    for option in sorted(metric.keys() - {"metric_name", "statistic"}):
        yield Problem(f"{place}.{option}", metric[option], "is no option", "give metric_name and statistic")
    if not metric.get("metric_name"):
        yield Problem(f"{place}.metric_name", None, "is not set", "name the metric")
    statistic = str(metric.get("statistic"))
    if statistic not in STATISTICS and not _EXTENDED.fullmatch(statistic):
        remedy = f"use {', '.join(STATISTICS)}, or one such as p99"
        yield Problem(f"{place}.statistic", statistic, "is no statistic", remedy)


def _variables(place: str, expression: str, metrics: Mapping[str, Any]) -> Iterator[Problem]:
    code = _TEXT.sub("", expression)
    used = set(_VARIABLE.findall(code))
    for name in sorted(used - metrics.keys()):
        remedy = f"add it, or use {', '.join(metrics) or 'a metric'}"
        yield Problem(f"{place}.expression", expression, f"uses {name}, which is not in metrics", remedy)
    if "METRICS(" not in code:
        for name in sorted(metrics.keys() - used):
            remedy = "use it or leave it out"
            yield Problem(f"{place}.metrics.{name}", None, "is not used by the expression", remedy)


def _period(place: str, definition: Mapping[str, Any]) -> Iterator[Problem]:
    option, period, periods = f"{place}.period", definition["period"], definition["evaluation_periods"]
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        yield Problem(option, period, "is no period of CloudWatch", "use 10, 20, 30 or a multiple of 60 seconds")
    limit = DAY if period < 3600 else 7 * DAY
    if period * periods > limit:
        fault = f"spans {period * periods} seconds with evaluation_periods, {periods}"
        yield Problem(option, period, fault, f"have them span {limit} seconds at most")


def _evaluation(place: str, definition: Mapping[str, Any]) -> Iterator[Problem]:
    periods, datapoints = definition["evaluation_periods"], definition.get("datapoints_to_alarm")
    if periods < 1:
        yield Problem(f"{place}.evaluation_periods", periods, "is too few", "use 1 or more")
    if datapoints is not None and not 1 <= datapoints <= max(periods, 1):
        remedy = f"use 1 to evaluation_periods, which is {periods}"
        yield Problem(f"{place}.datapoints_to_alarm", datapoints, "is out of range", remedy)


def _repeated(option: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(option, name, f"is declared {count} times", "declare it once")
