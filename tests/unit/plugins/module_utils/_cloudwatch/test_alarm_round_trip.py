# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever CloudWatch makes of an alarm that it stores, reading it back gives the alarm that was declared."""

from __future__ import annotations

import copy
import random
from typing import Any

import boto3
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws.shapes import from_api, step
from ansible_collections.accessweaver.elasticache.plugins.module_utils._cloudwatch.alarm import (
    ACTIONS,
    alarm_at,
    normalised,
    places,
)

CLIENT = boto3.client("cloudwatch", "eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
COMMON = {
    "name": st.just("alarm"),
    "alarm_description": st.none() | st.text(max_size=20),
    "period": st.integers(1, 60).map(lambda minutes: 60 * minutes),
    "threshold": st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False),
    "evaluation_periods": st.integers(1, 10),
    "datapoints_to_alarm": st.none() | st.integers(1, 10),
    "comparison_operator": st.sampled_from(["GreaterThanThreshold", "LessThanThreshold"]),
    "treat_missing_data": st.sampled_from([None, "missing", "breaching"]),
}
METRIC = st.fixed_dictionaries({**COMMON, "metric_name": st.text(min_size=1), "statistic": st.just("Sum")})
INPUT = st.fixed_dictionaries({"metric_name": st.text(min_size=1), "statistic": st.sampled_from(["Sum", "p99"])})
INPUTS = st.dictionaries(st.from_regex(r"[a-d][a-z0-9_]{0,3}", fullmatch=True), INPUT, min_size=1, max_size=10)
EXPRESSION = st.fixed_dictionaries({**COMMON, "expression": st.text(min_size=1).filter(str.strip), "metrics": INPUTS})
ARNS = st.lists(st.sampled_from([f"arn:aws:sns:eu-west-1:123456789012:{name}" for name in "abcde"]), max_size=5)
ACTION_OPTIONS = st.fixed_dictionaries({name: st.none() | ARNS for name in ACTIONS})


def described(request: dict[str, Any], shuffle: random.Random) -> dict[str, Any]:
    """What DescribeAlarms may answer: lists in any order, numbers as floats, defaults left out, labels added."""
    alarm = {**request, "Threshold": float(request["Threshold"]), "AlarmArn": "arn", "StateValue": "OK"}
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions", "Dimensions", "Metrics"):
        alarm[name] = shuffle.sample(alarm.get(name, []), len(alarm.get(name, [])))
    for query in alarm["Metrics"]:
        query["Label"] = "generated"
        shuffle.shuffle(query.get("MetricStat", {}).get("Metric", {}).get("Dimensions", []))
    defaults = {"TreatMissingData": "missing", "DatapointsToAlarm": alarm["EvaluationPeriods"], "ActionsEnabled": True}
    return {name: value for name, value in alarm.items() if name not in defaults or value != defaults[name]}


@settings(deadline=None)  # a busy machine is no failure
@given(
    definition=METRIC | EXPRESSION,
    actions=ACTION_OPTIONS,
    scope=st.sampled_from(["node", "group"]),
    shuffle=st.randoms(),
)
def test_an_alarm_that_was_put_is_found_unchanged(definition, actions, scope, shuffle):
    (place,) = places(scope, "demo", ["demo-001"])
    declared = normalised({**alarm_at(place, definition), **actions})
    request = copy.deepcopy(dict(step(CLIENT, "put_metric_alarm", declared).request))
    assert normalised(from_api(described(request, shuffle))) == declared
