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

REFUSED = {
    "group id": ({"replication_group_id": "de--mo"}, ["replication_group_id is 'de--mo'", "single hyphens"]),
    "node id": ({"nodes": ["demo/001"]}, ["nodes has 'demo/001'", "member_clusters"]),
    "node twice": ({"nodes": ["demo-001", "Demo-001"]}, ["nodes has demo-001 2 times; leave one"]),
    "action": ({"ok_actions": ["alerts"]}, ["ok_actions has 'alerts'", "ARN"]),
    "six actions": ({"alarm_actions": ["arn:aws:sns:eu-west-1:123456789012:a"] * 6}, ["has 6 actions", "can have 5"]),
    "no alarms": ({"alarms": None}, ["alarms is not set", "state=absent"]),
    "no nodes": ({"nodes": None}, ["Alarm cpu: scope is node, but nodes is not set", "scope=group"]),
    "alarm twice": ({"alarms": [CPU, CPU]}, ["alarms has cpu 2 times"]),
    "slash in a name": (cpu(name="cpu/high"), ["name is 'cpu/high'"]),
    "long name": (cpu(name="x" * 250), ["264 characters", "255 is the limit"]),
    "long description": (cpu(alarm_description="x" * 1025), ["longer than 1024"]),
    "nothing to watch": (cpu(metric_name=None), ["neither metric_name nor expression"]),
    "two things to watch": (ratio(metric_name="CacheHits"), ["metric_name is set beside expression"]),
    "statistic of an expression": (ratio(statistic="Sum"), ["statistic is set beside expression"]),
    "metrics without expression": (cpu(metrics={"hits": HIT}), ["metrics is set without expression"]),
    "no statistic": (cpu(statistic=None), ["set exactly one of them"]),
    "two statistics": (cpu(extended_statistic="p99"), ["'Average' and extended_statistic is 'p99'"]),
    "wrong percentile": (cpu(statistic=None, extended_statistic="99th"), ["extended_statistic is '99th'", "p99"]),
    "odd period": (cpu(period=45), ["period is 45; use 10, 20, 30 or a multiple of 60"]),
    "zero period": (cpu(period=0), ["period is 0"]),
    "more than a day": (cpu(period=60, evaluation_periods=1441), ["span 86400 seconds"]),
    "more than a week": (cpu(period=3600, evaluation_periods=169), ["span 604800 seconds"]),
    "no periods": (cpu(evaluation_periods=0), ["evaluation_periods is 0; use 1 or more"]),
    "m above n": (cpu(datapoints_to_alarm=6), ["datapoints_to_alarm is 6", "which is 5"]),
    "no datapoints": (cpu(datapoints_to_alarm=0), ["datapoints_to_alarm is 0"]),
    "threshold": (cpu(threshold=float("nan")), ["threshold is nan", "finite"]),
    "no metrics": (ratio(metrics=None), ["metrics has 0 entries", "1 to 10", "uses hits"]),
    "eleven metrics": (
        ratio(metrics={f"m{number}": HIT for number in range(11)}, expression="SUM(METRICS())"),
        ["metrics has 11 entries"],
    ),
    "unknown variable": (ratio(expression="hits / requests"), ["uses requests", "add it, or use hits"]),
    "unused metric": (ratio(metrics={"hits": HIT, "misses": HIT}), ["metrics.misses is not used"]),
    "upper-case metric id": (ratio(metrics={"hits": HIT, "Misses": HIT}), ["metrics.Misses: use a lower-case letter"]),
    "reserved metric id": (
        ratio(metrics={"expression": HIT}, expression="expression * 2"),
        ["metrics.expression: use", "not expression"],
    ),
    "metric without a name": (ratio(metrics={"hits": {"statistic": "Sum"}}), ["metrics.hits: metric_name is not set"]),
    "metric without a statistic": (ratio(metrics={"hits": {"metric_name": "A"}}), ["statistic is None; use Average"]),
    "metric with a unit": (ratio(metrics={"hits": {**HIT, "unit": "Count"}}), ["metrics.hits: unit is no option"]),
    "metric that is text": (ratio(metrics={"hits": "CacheHits"}), ["metrics.hits: is 'CacheHits'"]),
}


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(change):
    check({**DECLARED, **change})


@pytest.mark.parametrize(("change", "texts"), REFUSED.values(), ids=REFUSED)
def test_refused(change, texts):
    with pytest.raises(AnsibleCloudWatchError) as caught:
        check({**DECLARED, **change})
    for text in texts:
        assert text in str(caught.value)


def test_all_problems_come_at_once():
    wrong = {**CPU, "period": 45, "datapoints_to_alarm": 9, "name": "memory", "statistic": None}
    with pytest.raises(AnsibleCloudWatchError) as caught:
        check({**DECLARED, "alarms": [CPU, wrong], "ok_actions": ["alerts"]})
    assert len(str(caught.value).splitlines()) == 1 + 4
