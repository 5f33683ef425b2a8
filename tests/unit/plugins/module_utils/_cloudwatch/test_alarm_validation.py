# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before any call, each problem with option, value and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._cloudwatch.common import AnsibleCloudWatchError
from ansible_collections.accessweaver.elasticache.plugins.module_utils._cloudwatch.validation import check

CPU = {
    "name": "cpu",
    "scope": "node",
    "metric_name": "CPUUtilization",
    "statistic": "Average",
    "period": 60,
    "evaluation_periods": 5,
    "comparison_operator": "GreaterThanThreshold",
    "threshold": 75.0,
}
HIT = {"metric_name": "CacheHits", "statistic": "Sum"}
RATIO = {**CPU, "metric_name": None, "statistic": None, "expression": "hits / 2", "metrics": {"hits": HIT}}
DECLARED = {"replication_group_id": "demo", "nodes": ["demo-001"], "alarms": [CPU], "state": "present"}


def cpu(**change: Any) -> dict[str, Any]:
    return {"alarms": [{**CPU, **change}]}


def ratio(**change: Any) -> dict[str, Any]:
    return {"alarms": [{**RATIO, **change}]}


ACCEPTED = {
    "a metric": {},
    "an expression": ratio(),
    "a high resolution": cpu(period=10),
    "a week of days": cpu(period=86_400, evaluation_periods=7),
    "m of n": cpu(datapoints_to_alarm=3),
    "group scope without nodes": {**cpu(scope="group"), "nodes": None},
    "percentiles": cpu(statistic=None, extended_statistic="p99.9"),
    "a value range": cpu(statistic=None, extended_statistic="PR(0:300)"),
    "text and numbers in an expression": ratio(expression="IF(hits > 1e3, hits, METRICS('other') AND 0)"),
    "all metrics at once": ratio(expression="MAX(METRICS())"),
    "a percentile in an expression": ratio(metrics={"hits": {**HIT, "statistic": "p90"}}),
    "a group that has no nodes yet": {"nodes": []},
    "absent without alarms": {"alarms": None, "nodes": None, "state": "absent"},
}

# What is declared, the options that are named, and what is said of them.
REFUSED: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "group id": (
        {"replication_group_id": "de--mo"},
        ["replication_group_id"],
        ["replication_group_id = de--mo: ", "single hyphens"],
    ),
    "node id": ({"nodes": ["demo/001"]}, ["nodes"], ["nodes = demo/001: ", "member_clusters"]),
    "node twice": (
        {"nodes": ["demo-001", "Demo-001"]},
        ["nodes"],
        ["nodes = demo-001: ", "2 times", "declare it once"],
    ),
    "action": ({"ok_actions": ["alerts"]}, ["ok_actions"], ["ok_actions = alerts: ", "ARN"]),
    "six actions": (
        {"alarm_actions": ["arn:aws:sns:eu-west-1:123456789012:a"] * 6},
        ["alarm_actions"],
        ["has 6 actions", "give 5 at most"],
    ),
    "no alarms": ({"alarms": None}, ["alarms"], ["alarms: is not set", "state=absent"]),
    "no nodes": ({"nodes": None}, ["alarms.cpu.scope"], ["= node: needs nodes, which is not set", "scope=group"]),
    "alarm twice": ({"alarms": [CPU, CPU]}, ["alarms"], ["alarms = cpu: is declared 2 times"]),
    "slash in a name": (cpu(name="cpu/high"), ["alarms.cpu/high.name"], ["= cpu/high: is no name"]),
    "long name": (cpu(name="x" * 250), [f"alarms.{'x' * 250}.name"], ["264 characters", "255 is the limit"]),
    "long description": (
        cpu(alarm_description="x" * 1025),
        ["alarms.cpu.alarm_description"],
        ["longer than 1024"],
    ),
    "nothing to watch": (cpu(metric_name=None), ["alarms.cpu.metric_name"], ["is not set, nor is expression"]),
    "two things to watch": (
        ratio(metric_name="CacheHits"),
        ["alarms.cpu.metric_name"],
        ["metric_name = CacheHits: is set beside expression"],
    ),
    "statistic of an expression": (
        ratio(statistic="Sum"),
        ["alarms.cpu.statistic"],
        ["statistic = Sum: is set beside expression"],
    ),
    "metrics without expression": (
        cpu(metrics={"hits": HIT}),
        ["alarms.cpu.metrics"],
        ["metrics: is set without expression"],
    ),
    "no statistic": (cpu(statistic=None), ["alarms.cpu.statistic"], ["set exactly one of them"]),
    "two statistics": (
        cpu(extended_statistic="p99"),
        ["alarms.cpu.statistic"],
        ["statistic = Average: is set beside extended_statistic"],
    ),
    "wrong percentile": (
        cpu(statistic=None, extended_statistic="99th"),
        ["alarms.cpu.extended_statistic"],
        ["extended_statistic = 99th: ", "p99"],
    ),
    "odd period": (
        cpu(period=45),
        ["alarms.cpu.period"],
        ["period = 45: ", "use 10, 20, 30 or a multiple of 60"],
    ),
    "zero period": (cpu(period=0), ["alarms.cpu.period"], ["period = 0: "]),
    "more than a day": (cpu(period=60, evaluation_periods=1441), ["alarms.cpu.period"], ["span 86400 seconds"]),
    "more than a week": (cpu(period=3600, evaluation_periods=169), ["alarms.cpu.period"], ["span 604800 seconds"]),
    "no periods": (
        cpu(evaluation_periods=0),
        ["alarms.cpu.evaluation_periods"],
        ["evaluation_periods = 0: ", "use 1 or more"],
    ),
    "m above n": (
        cpu(datapoints_to_alarm=6),
        ["alarms.cpu.datapoints_to_alarm"],
        ["datapoints_to_alarm = 6: ", "which is 5"],
    ),
    "no datapoints": (
        cpu(datapoints_to_alarm=0),
        ["alarms.cpu.datapoints_to_alarm"],
        ["datapoints_to_alarm = 0: "],
    ),
    "threshold": (cpu(threshold=float("nan")), ["alarms.cpu.threshold"], ["threshold = nan: ", "finite"]),
    "no metrics": (
        ratio(metrics=None),
        ["alarms.cpu.metrics", "alarms.cpu.expression"],
        ["has 0 entries", "1 to 10", "uses hits"],
    ),
    "eleven metrics": (
        ratio(metrics={f"m{number}": HIT for number in range(11)}, expression="SUM(METRICS())"),
        ["alarms.cpu.metrics"],
        ["has 11 entries"],
    ),
    "unknown variable": (
        ratio(expression="hits / requests"),
        ["alarms.cpu.expression"],
        ["expression = hits / requests: uses requests", "add it, or use hits"],
    ),
    "unused metric": (
        ratio(metrics={"hits": HIT, "misses": HIT}),
        ["alarms.cpu.metrics.misses"],
        ["is not used"],
    ),
    "upper-case metric id": (
        ratio(metrics={"hits": HIT, "Misses": HIT}),
        ["alarms.cpu.metrics.Misses", "alarms.cpu.metrics.Misses"],
        ["use a lower-case letter"],
    ),
    "reserved metric id": (
        ratio(metrics={"expression": HIT}, expression="expression * 2"),
        ["alarms.cpu.metrics.expression"],
        ["use a lower-case letter", "not expression"],
    ),
    "metric without a name": (
        ratio(metrics={"hits": {"statistic": "Sum"}}),
        ["alarms.cpu.metrics.hits.metric_name"],
        ["is not set", "name the metric"],
    ),
    "metric without a statistic": (
        ratio(metrics={"hits": {"metric_name": "A"}}),
        ["alarms.cpu.metrics.hits.statistic"],
        ["statistic = None: ", "use Average"],
    ),
    "metric with a unit": (
        ratio(metrics={"hits": {**HIT, "unit": "Count"}}),
        ["alarms.cpu.metrics.hits.unit"],
        ["unit = Count: is no option"],
    ),
    "metric that is text": (
        ratio(metrics={"hits": "CacheHits"}),
        ["alarms.cpu.metrics.hits"],
        ["hits = CacheHits: "],
    ),
}


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(change):
    check({**DECLARED, **change})


@pytest.mark.parametrize(("change", "options", "texts"), REFUSED.values(), ids=REFUSED)
def test_refused(change, options, texts):
    with pytest.raises(AnsibleCloudWatchError) as caught:
        check({**DECLARED, **change})
    problems = caught.value.kwargs["problems"]
    assert [problem["option"] for problem in problems] == options
    for text in (*options, *texts, *(problem["remedy"] for problem in problems)):
        assert text in str(caught.value)


def test_all_problems_come_at_once():
    wrong = {**CPU, "period": 45, "datapoints_to_alarm": 9, "name": "memory", "statistic": None}
    with pytest.raises(AnsibleCloudWatchError, match="Cannot manage the alarms of demo: 4 problems") as caught:
        check({**DECLARED, "alarms": [CPU, wrong], "ok_actions": ["alerts"]})
    assert [problem["option"] for problem in caught.value.kwargs["problems"]] == [
        "ok_actions",
        "alarms.memory.statistic",
        "alarms.memory.period",
        "alarms.memory.datapoints_to_alarm",
    ]
