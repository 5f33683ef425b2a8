# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric alarms: what is put is what is described, and what CloudWatch refuses is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import create_parser

from sandbox.testing import RunningSandbox

TOPIC = "arn:aws:sns:eu-west-1:000000000000:platform-alerts"
NODE = [{"Name": "CacheClusterId", "Value": "rg-001"}]
SINGLE: dict[str, Any] = {
    "AlarmName": "cpu",
    "Namespace": "AWS/ElastiCache",
    "MetricName": "EngineCPUUtilization",
    "Dimensions": NODE,
    "Statistic": "Average",
    "Period": 300,
    "EvaluationPeriods": 2,
    "DatapointsToAlarm": 2,
    "Threshold": 75.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "missing",
    "AlarmActions": [TOPIC],
    "OKActions": [TOPIC],
}


def metric(name: str) -> dict[str, Any]:
    source = {"Namespace": "AWS/ElastiCache", "MetricName": name, "Dimensions": NODE}
    return {"Metric": source, "Period": 300, "Stat": "Sum"}


HIT_RATE: dict[str, Any] = {
    "AlarmName": "hit-rate",
    "Metrics": [
        {"Id": "hits", "MetricStat": metric("CacheHits"), "ReturnData": False},
        {"Id": "misses", "MetricStat": metric("CacheMisses"), "ReturnData": False},
        {"Id": "rate", "Expression": "IF(hits + misses > 0, 100 * hits / (hits + misses), 100)", "Label": "Hit rate"},
    ],
    "EvaluationPeriods": 3,
    "Threshold": 80.0,
    "ComparisonOperator": "LessThanThreshold",
}


@pytest.fixture(name="cloudwatch")
def fixture_cloudwatch(sandbox: RunningSandbox) -> Iterator[Any]:
    client = sandbox.client("cloudwatch")
    yield client
    while alarms := client.describe_alarms(MaxRecords=100)["MetricAlarms"]:
        client.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in alarms])


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as refusal:
        call(**parameters)
    return str(refusal.value.response["Error"]["Code"])


def described(client: Any, name: str) -> dict[str, Any]:
    found = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(found[0])


@pytest.mark.parametrize("alarm", [SINGLE, HIT_RATE], ids=["single metric", "metric math"])
def test_every_sent_member_is_described(cloudwatch: Any, alarm: dict[str, Any]) -> None:
    cloudwatch.put_metric_alarm(**alarm)
    found = described(cloudwatch, alarm["AlarmName"])
    expected = {**alarm, "Metrics": [{"ReturnData": True, **query} for query in alarm.get("Metrics", [])]}
    assert {name: found.get(name, []) for name in expected} == expected
    assert found["StateValue"] == "INSUFFICIENT_DATA"
    assert found["ActionsEnabled"] is True


def test_metric_math_has_no_single_metric(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(**HIT_RATE)
    assert not {"MetricName", "Namespace", "Statistic", "Period"} & described(cloudwatch, "hit-rate").keys()


def test_a_put_replaces_the_definition_and_keeps_the_state(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(**SINGLE, AlarmDescription="first")
    cloudwatch.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="drill")
    cloudwatch.put_metric_alarm(**{**SINGLE, "Threshold": 80.0})
    found = described(cloudwatch, "cpu")
    assert (found["Threshold"], found["StateValue"], found["StateReason"]) == (80.0, "ALARM", "drill")
    assert "AlarmDescription" not in found


def test_the_query_protocol_describes_as_much(sandbox: RunningSandbox, cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(**HIT_RATE)
    model = cloudwatch.meta.service_model.operation_model("DescribeAlarms")
    form = urlencode({"Action": model.name, "AlarmNames.member.1": "hit-rate"}).encode()
    scope = "Credential=sandbox/20260101/eu-west-1/monitoring/aws4_request"
    request = Request(sandbox.settings.endpoint_url, form, {"Authorization": f"AWS4-HMAC-SHA256 {scope}"})
    with urlopen(request) as response:
        raw = {"status_code": response.status, "headers": {}, "body": response.read()}
    answer = create_parser("query").parse(raw, model.output_shape)
    assert answer["MetricAlarms"] == [described(cloudwatch, "hit-rate")]


def without(alarm: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in alarm.items() if name not in names}


def math(*queries: dict[str, Any]) -> dict[str, Any]:
    return {**HIT_RATE, "Metrics": [HIT_RATE["Metrics"][0], *queries]}


@pytest.mark.parametrize(
    ("alarm", "code"),
    [
        pytest.param(without(SINGLE, "Statistic"), "InvalidParameterCombination", id="no statistic"),
        pytest.param({**SINGLE, "ExtendedStatistic": "p99"}, "InvalidParameterCombination", id="two statistics"),
        pytest.param(without(SINGLE, "Period"), "ValidationError", id="no period"),
        pytest.param(without(SINGLE, "Threshold"), "ValidationError", id="no threshold"),
        pytest.param({**SINGLE, "Period": 45}, "ValidationError", id="period of 45 s"),
        pytest.param({**SINGLE, "DatapointsToAlarm": 3}, "ValidationError", id="3 of 2 datapoints"),
        pytest.param({**SINGLE, "EvaluationPeriods": 289}, "ValidationError", id="more than a day"),
        pytest.param({**SINGLE, "ComparisonOperator": "Above"}, "ValidationError", id="operator"),
        pytest.param({**SINGLE, "TreatMissingData": "maybe"}, "ValidationError", id="missing data"),
        pytest.param({**SINGLE, "AlarmName": "n" * 256}, "ValidationError", id="long name"),
        pytest.param({**SINGLE, "AlarmActions": ["alerts"]}, "ValidationError", id="action is no ARN"),
        pytest.param({**SINGLE, "Metrics": HIT_RATE["Metrics"]}, "InvalidParameterCombination", id="metric and math"),
        pytest.param(math({"Id": "rate", "Expression": "hits / ("}), "ValidationError", id="syntax"),
        pytest.param(math({"Id": "rate", "Expression": "hits / hitz"}), "ValidationError", id="unknown id"),
        pytest.param(math({"Id": "rate", "Expression": "SUMM(hits)"}), "ValidationError", id="unknown function"),
        pytest.param(math({"Id": "rate", "Expression": "rate + hits"}), "ValidationError", id="circle"),
        pytest.param(math({"Id": "Rate", "Expression": "hits"}), "ValidationError", id="id in capitals"),
        pytest.param(math(), "ValidationError", id="nothing returned"),
        pytest.param(
            math(*HIT_RATE["Metrics"][2:], {"Id": "e", "Expression": "hits"}), "ValidationError", id="two returned"
        ),
    ],
)
def test_refused(cloudwatch: Any, alarm: dict[str, Any], code: str) -> None:
    assert code_of(cloudwatch.put_metric_alarm, **alarm) == code
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_pages_of_fifty(cloudwatch: Any) -> None:
    for number in range(120):
        cloudwatch.put_metric_alarm(**{**SINGLE, "AlarmName": f"cpu-{number:03}"})
    pages = list(cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="cpu-"))
    assert [len(page["MetricAlarms"]) for page in pages] == [50, 50, 20]
    assert [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]] == [
        f"cpu-{number:03}" for number in range(120)
    ]


def test_alarms_of_a_metric_have_exactly_its_dimensions(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(**SINGLE)
    names = {"Namespace": SINGLE["Namespace"], "MetricName": SINGLE["MetricName"]}
    found = cloudwatch.describe_alarms_for_metric(**names, Dimensions=NODE)["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in found] == ["cpu"]
    assert cloudwatch.describe_alarms_for_metric(**names)["MetricAlarms"] == []


def test_tags(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(**SINGLE, Tags=[{"Key": "Project", "Value": "a + b"}])
    arn = described(cloudwatch, "cpu")["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "Owner", "Value": "platform"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["Project"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "Owner", "Value": "platform"}]


def test_a_composite_alarm_follows_a_metric_math_alarm(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(**HIT_RATE)
    cloudwatch.put_composite_alarm(AlarmName="cold", AlarmRule="ALARM(hit-rate)")
    cloudwatch.set_alarm_state(AlarmName="hit-rate", StateValue="ALARM", StateReason="drill")
    found = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    cloudwatch.delete_alarms(AlarmNames=["cold"])
    assert [(alarm["AlarmName"], alarm["StateValue"]) for alarm in found] == [("cold", "ALARM")]
