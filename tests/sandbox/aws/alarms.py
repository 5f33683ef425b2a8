# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Metric alarms of CloudWatch.

MiniStack drops metric math and checks nothing. Here the rules of the CloudWatch API reference (PutMetricAlarm,
MetricDataQuery) are applied, and what was put is what is described. Alarms on metric math are never evaluated: they
stay in the state that SetAlarmState gives them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sandbox.aws.metric_math import ids_of
from sandbox.protocol import ApiError, Parameters

SINGLE_METRIC = ("Namespace", "MetricName", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
STATE = (
    *("AlarmArn", "AlarmConfigurationUpdatedTimestamp"),
    *("StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateValue"),
)
NOT_IMPLEMENTED = {
    "PutMetricAlarm": ("EvaluationCriteria", "EvaluationInterval", "EvaluationWindow", "WarmUpConfiguration"),
    "DescribeAlarms": ("ActionPrefix", "ChildrenOfAlarmName", "ParentsOfAlarmName"),
}
CHOICES = {
    "TreatMissingData": ("breaching", "notBreaching", "ignore", "missing"),
    "EvaluateLowSampleCountPercentile": ("evaluate", "ignore"),
}
DAY = 86_400
STATISTIC = re.compile(
    r"SampleCount|Average|Sum|Minimum|Maximum|IQM|p100|(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?|(PR|TC|TM|TS|WM)\(.*:.*\)"
)
ARN = re.compile(r"arn:[^:]+:[^:]+:(?P<region>[^:]*):[^:]*:.+")
QUERY_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
MOST_METRICS = 10


def amend(operation: str, parameters: Parameters, answer: Parameters) -> Parameters:
    """What MiniStack did, made whole."""
    if operation == "PutMetricAlarm":
        _keep(parameters)
    if operation == "DescribeAlarmsForMetric":
        return {"MetricAlarms": [alarm for alarm in answer["MetricAlarms"] if _watches(alarm, parameters)]}
    return answer


def check(operation: str, parameters: Parameters) -> Parameters:
    """The rules of an operation's parameters; raises ApiError."""
    for name in NOT_IMPLEMENTED.get(operation, ()):
        if name in parameters:
            raise ApiError("ValidationError", f"The sandbox does not implement {name} of {operation}")
    if operation == "DescribeAlarms" and {"AlarmNames", "AlarmNamePrefix"} <= parameters.keys():
        raise ApiError("ValidationError", "AlarmNamePrefix and AlarmNames are mutually exclusive")
    return put_metric_alarm(parameters) if operation == "PutMetricAlarm" else parameters


def put_metric_alarm(alarm: Parameters) -> Parameters:
    """The alarm with its defaults; raises ApiError for what CloudWatch refuses."""
    _require(alarm, "EvaluationPeriods", "ComparisonOperator")
    for name, choices in CHOICES.items():
        if alarm.get(name, choices[0]) not in choices:
            raise _invalid(f"Option {alarm[name]} is not supported for {name}: use one of {', '.join(choices)}")
    if alarm.get("DatapointsToAlarm", 0) > alarm["EvaluationPeriods"]:
        raise _invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    _check_threshold(alarm)
    _check_actions(alarm)
    periods = _check_metrics(alarm) if "Metrics" in alarm else _check_single_metric(alarm)
    _check_evaluation_time(alarm["EvaluationPeriods"], periods)
    return alarm


def _check_threshold(alarm: Parameters) -> None:
    if "ThresholdMetricId" in alarm:
        if "Threshold" in alarm:
            raise _combination("Threshold and ThresholdMetricId are mutually exclusive")
        if not any(query["Id"] == alarm["ThresholdMetricId"] for query in alarm.get("Metrics", [])):
            raise _invalid("ThresholdMetricId must be the Id of an ANOMALY_DETECTION_BAND in Metrics")
    else:
        _require(alarm, "Threshold")
        if "UpperThreshold" in alarm["ComparisonOperator"] or "LowerThreshold" in alarm["ComparisonOperator"]:
            raise _invalid(f"ComparisonOperator {alarm['ComparisonOperator']} needs a ThresholdMetricId")


def _check_actions(alarm: Parameters) -> None:
    for action in (action for name in ACTIONS for action in alarm.get(name, [])):
        if not ARN.fullmatch(action):
            raise _invalid(f"Invalid arn syntax: {action}")
    for name in ACTIONS:
        if len(set(alarm.get(name, []))) < len(alarm.get(name, [])):
            raise _invalid(f"{name} must not contain an action twice")


def _check_single_metric(alarm: Parameters) -> list[int]:
    _require(alarm, "MetricName", "Namespace", "Period")
    if ("Statistic" in alarm) == ("ExtendedStatistic" in alarm):
        raise _combination("Exactly one of Statistic and ExtendedStatistic must be specified")
    if not STATISTIC.fullmatch(alarm.get("ExtendedStatistic", "IQM")):
        raise _invalid(f"The value {alarm['ExtendedStatistic']} for parameter ExtendedStatistic is not supported")
    return [alarm["Period"]]


def _check_metrics(alarm: Parameters) -> list[int]:
    """The rules of a metrics list; returns the periods of its metrics."""
    if also := [name for name in SINGLE_METRIC if name in alarm]:
        raise _combination(f"Metrics and {', '.join(also)} are mutually exclusive")
    queries = alarm["Metrics"]
    metrics = [query["MetricStat"] for query in queries if "MetricStat" in query]
    if not metrics or len(metrics) > MOST_METRICS:
        raise _metrics(f"an alarm watches 1 to {MOST_METRICS} metrics, not {len(metrics)}")
    if sum(query.setdefault("ReturnData", True) for query in queries) != 1 + ("ThresholdMetricId" in alarm):
        raise _metrics("exactly one element must have ReturnData true")
    _check_ids(queries)
    for metric in metrics:
        if not STATISTIC.fullmatch(metric["Stat"]):
            raise _metrics(f"the statistic {metric['Stat']} is not supported")
    return [metric["Period"] for metric in metrics]


def _check_ids(queries: list[Parameters]) -> None:
    ids = [query["Id"] for query in queries]
    for query in queries:
        if not QUERY_ID.fullmatch(query["Id"]) or ids.count(query["Id"]) > 1:
            raise _metrics(f"the id '{query['Id']}' is not unique or does not begin with a lower-case letter")
        if ("MetricStat" in query) == ("Expression" in query):
            raise _metrics(f"'{query['Id']}' must have exactly one of MetricStat and Expression")
    uses = {query["Id"]: _ids_of(query) for query in queries}
    if unknown := sorted(set().union(*uses.values()) - set(ids)):
        raise _metrics(f"unknown id {', '.join(unknown)} in an expression")
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        raise _metrics(f"the expressions {', '.join(error.args[1])} use each other") from error


def _ids_of(query: Parameters) -> set[str]:
    try:
        return ids_of(query["Expression"]) if "Expression" in query else set()
    except ValueError as error:
        raise _metrics(f"error in expression '{query['Id']}' [{error}]") from error


def _check_evaluation_time(evaluations: int, periods: Iterable[int]) -> None:
    for period in periods:
        if period not in (10, 20, 30) and period % 60:
            raise _invalid(f"Invalid period {period}: use 10, 20, 30 or a multiple of 60")
        longest = DAY if period < 3600 else 7 * DAY
        if period * evaluations > longest:
            raise _invalid(f"Metrics cannot be checked across more than {longest // DAY} day(s)")


def _keep(parameters: Parameters) -> None:
    """Put into MiniStack's store the alarm as it was put, beside the state that MiniStack gave it."""
    from ministack.services import cloudwatch

    name = parameters["AlarmName"]
    state = {key: value for key, value in cloudwatch._alarms[name].items() if key in STATE}
    defaults: Parameters = {
        "ActionsEnabled": True,
        "Dimensions": [],
        "TreatMissingData": "missing",
        **{action: [] for action in ACTIONS},
    }
    definition = {key: value for key, value in parameters.items() if key != "Tags"}
    cloudwatch._alarms[name] = {**defaults, **definition, **state}


def _watches(alarm: Parameters, asked: Parameters) -> bool:
    """DescribeAlarmsForMetric: the same dimensions exactly, and the statistic, period and unit that were asked for."""
    same = all(alarm.get(name) == asked[name] for name in SINGLE_METRIC if name in asked and name != "Dimensions")
    return same and _dimensions(alarm) == _dimensions(asked)


def _dimensions(value: Parameters) -> set[tuple[Any, Any]]:
    return {(dimension["Name"], dimension["Value"]) for dimension in value.get("Dimensions", [])}


def _require(alarm: Parameters, *names: str) -> None:
    for name in names:
        if name not in alarm:
            raise _invalid(f"The parameter {name} is required")


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationError", message)


def _combination(message: str) -> ApiError:
    return ApiError("InvalidParameterCombination", message)


def _metrics(message: str) -> ApiError:
    return ApiError("ValidationError", f"Invalid metrics list: {message}")
