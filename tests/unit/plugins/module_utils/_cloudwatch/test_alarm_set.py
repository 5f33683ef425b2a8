# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms of a deployment: the exact calls for each difference, and none where there is none."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._cloudwatch import alarms, api
from ansible_collections.accessweaver.elasticache.plugins.module_utils._cloudwatch.common import AnsibleCloudWatchError

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
OTHER_TOPIC = "arn:aws:sns:eu-west-1:123456789012:night-shift"
CPU = {
    "name": "cpu",
    "scope": "node",
    "alarm_description": "Busy",
    "namespace": "AWS/ElastiCache",
    "metric_name": "CPUUtilization",
    "statistic": "Average",
    "period": 60,
    "evaluation_periods": 5,
    "comparison_operator": "GreaterThanThreshold",
    "threshold": 75,
    "treat_missing_data": "missing",
}
HIT_RATE = {
    "name": "hit-rate",
    "scope": "node",
    "expression": "IF(hits + misses > 100, 100 * hits / (hits + misses), 100)",
    "metrics": {
        "misses": {"metric_name": "CacheMisses", "statistic": "Sum"},
        "hits": {"metric_name": "CacheHits", "statistic": "Sum"},
    },
    "period": 300,
    "evaluation_periods": 3,
    "comparison_operator": "LessThanThreshold",
    "threshold": 80,
    "treat_missing_data": "notBreaching",
}
DECLARED = {
    "replication_group_id": "Demo",
    "nodes": ["demo-001"],
    "alarms": [CPU, HIT_RATE],
    "alarm_actions": [TOPIC, OTHER_TOPIC],
    "state": "present",
    "tags": {"Project": "demo"},
    "purge_tags": True,
}
NODE = [{"Name": "CacheClusterId", "Value": "demo-001"}, {"Name": "CacheNodeId", "Value": "0001"}]
TAGS = [{"Key": "Project", "Value": "demo"}]


def query(identifier: str, metric_name: str) -> dict[str, Any]:
    metric = {"Namespace": "AWS/ElastiCache", "MetricName": metric_name, "Dimensions": NODE}
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}, "ReturnData": False}


CPU_REQUEST = {
    "AlarmName": "demo/demo-001/cpu",
    "AlarmDescription": "Busy",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC, OTHER_TOPIC],
    "Namespace": "AWS/ElastiCache",
    "MetricName": "CPUUtilization",
    "Statistic": "Average",
    "Dimensions": NODE,
    "Period": 60,
    "EvaluationPeriods": 5,
    "DatapointsToAlarm": 5,
    "Threshold": 75,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "missing",
}
HIT_RATE_REQUEST: dict[str, Any] = {
    "AlarmName": "demo/demo-001/hit-rate",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC, OTHER_TOPIC],
    "Metrics": [
        {"Id": "expression", "Expression": HIT_RATE["expression"], "ReturnData": True},
        query("hits", "CacheHits"),
        query("misses", "CacheMisses"),
    ],
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 3,
    "Threshold": 80,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "notBreaching",
}


def arn(name: str) -> str:
    return f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"


def stored(request: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """An alarm as CloudWatch describes it: order lost, defaults left out, numbers as floats, a state of its own."""
    alarm = copy.deepcopy(dict(request))
    alarm["AlarmActions"].reverse()
    if alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"]:
        del alarm["DatapointsToAlarm"]
    alarm.get("Dimensions", []).reverse()
    state = {"AlarmArn": arn(alarm["AlarmName"]), "StateValue": "OK", "OKActions": [], "InsufficientDataActions": []}
    return {**alarm, **state, "Threshold": float(alarm["Threshold"]), **changes}


STORED = [stored(CPU_REQUEST), stored(HIT_RATE_REQUEST)]


@pytest.fixture
def client(stubbed, monkeypatch):
    monkeypatch.setattr(api, "TAG_READERS", 1)  # a stub answers in one order
    return stubbed("cloudwatch")


def answer_read(stubber, existing: list[dict[str, Any]]) -> None:
    request = {"AlarmNamePrefix": "demo/", "AlarmTypes": ["MetricAlarm"], "MaxRecords": 100}
    stubber.add_response("describe_alarms", {"MetricAlarms": existing}, request)


def answer_tags(stubber, *names: str) -> None:
    for name in names:
        stubber.add_response("list_tags_for_resource", {"Tags": TAGS}, {"ResourceARN": arn(name)})


def answer_calls(stubber, calls: list[tuple[str, dict[str, Any]]]) -> None:
    for operation, request in calls:
        stubber.add_response(operation, {}, request)


def test_create_puts_each_alarm_once_with_its_tags(client):
    boto, stubber = client
    answer_read(stubber, [])
    puts = [{**request, "Tags": TAGS} for request in (CPU_REQUEST, HIT_RATE_REQUEST)]
    answer_calls(stubber, [("put_metric_alarm", put) for put in puts])
    answer_read(stubber, STORED)
    result = alarms.ensure(boto, DECLARED, check_mode=False)
    assert result["alarm_arns"] == [arn("demo/demo-001/cpu"), arn("demo/demo-001/hit-rate")]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["demo/demo-001/cpu"]["tags"] == {"Project": "demo"}


def test_the_creation_that_check_mode_predicts_has_no_arn(client):
    boto, stubber = client
    answer_read(stubber, [])
    result = alarms.ensure(boto, DECLARED, check_mode=True)
    assert [alarm["alarm_name"] for alarm in result["alarms"]] == ["demo/demo-001/cpu", "demo/demo-001/hit-rate"]
    assert result["alarm_arns"] == []


def put(request: Mapping[str, Any], **changes: Any) -> tuple[str, dict[str, Any]]:
    sent = {**request, **changes}
    return ("put_metric_alarm", {name: value for name, value in sent.items() if value is not None})


def definitions(**cpu: Any) -> dict[str, Any]:
    return {"alarms": [{**CPU, **cpu}, HIT_RATE]}


GROUP = [{"Name": "ReplicationGroupId", "Value": "demo"}]
TAG_CALL = {"Tags": [{"Key": "Owner", "Value": "platform"}]}
CHANGES = {
    "nothing": ({}, []),
    "order of actions": ({"alarm_actions": [OTHER_TOPIC, TOPIC]}, []),
    "actions left out": ({"alarm_actions": None}, []),
    "a default written out": (definitions(datapoints_to_alarm=5), []),
    "purge off": ({"purge_tags": False}, []),
    "threshold": (definitions(threshold=85.5), [put(CPU_REQUEST, Threshold=85.5)]),
    "fewer datapoints": (definitions(datapoints_to_alarm=3), [put(CPU_REQUEST, DatapointsToAlarm=3)]),
    "percentile": (
        definitions(statistic=None, extended_statistic="p99"),
        [put(CPU_REQUEST, Statistic=None, ExtendedStatistic="p99")],
    ),
    "description removed": (definitions(alarm_description=None), [put(CPU_REQUEST, AlarmDescription=None)]),
    "expression": (
        {"alarms": [CPU, {**HIT_RATE, "expression": "hits / (hits + misses)"}]},
        [
            put(
                HIT_RATE_REQUEST,
                Metrics=[
                    {"Id": "expression", "Expression": "hits / (hits + misses)", "ReturnData": True},
                    *HIT_RATE_REQUEST["Metrics"][1:],
                ],
            )
        ],
    ),
    "one action": (
        {"alarm_actions": [TOPIC]},
        [put(CPU_REQUEST, AlarmActions=[TOPIC]), put(HIT_RATE_REQUEST, AlarmActions=[TOPIC])],
    ),
    "no actions": (
        {"alarm_actions": []},
        [put(CPU_REQUEST, AlarmActions=None), put(HIT_RATE_REQUEST, AlarmActions=None)],
    ),
    "action when it is over": (
        {"ok_actions": [TOPIC]},
        [put(CPU_REQUEST, OKActions=[TOPIC]), put(HIT_RATE_REQUEST, OKActions=[TOPIC])],
    ),
    "silenced": (
        {"actions_enabled": False},
        [put(CPU_REQUEST, ActionsEnabled=False), put(HIT_RATE_REQUEST, ActionsEnabled=False)],
    ),
    "whole group instead of nodes": (
        definitions(scope="group"),
        [
            put(CPU_REQUEST, AlarmName="demo/cpu", Dimensions=GROUP, Tags=TAGS),
            ("delete_alarms", {"AlarmNames": ["demo/demo-001/cpu"]}),
        ],
    ),
    "an alarm less": ({"alarms": [CPU]}, [("delete_alarms", {"AlarmNames": ["demo/demo-001/hit-rate"]})]),
    "no node": (
        {"nodes": []},
        [("delete_alarms", {"AlarmNames": ["demo/demo-001/cpu", "demo/demo-001/hit-rate"]})],
    ),
    "no alarm": (
        {"alarms": []},
        [("delete_alarms", {"AlarmNames": ["demo/demo-001/cpu", "demo/demo-001/hit-rate"]})],
    ),
    "absent": (
        {"state": "absent"},
        [("delete_alarms", {"AlarmNames": ["demo/demo-001/cpu", "demo/demo-001/hit-rate"]})],
    ),
    "another tag": (
        {"tags": {"Owner": "platform"}, "alarms": [CPU]},
        [
            ("untag_resource", {"ResourceARN": arn("demo/demo-001/cpu"), "TagKeys": ["Project"]}),
            ("tag_resource", {"ResourceARN": arn("demo/demo-001/cpu"), **TAG_CALL}),
            ("delete_alarms", {"AlarmNames": ["demo/demo-001/hit-rate"]}),
        ],
    ),
}


def surviving(parameters: Mapping[str, Any]) -> list[str]:
    """The names of the existing alarms that stay, whose tags are read."""
    if parameters["state"] == "absent" or not parameters["nodes"]:
        return []
    return [f"demo/demo-001/{each['name']}" for each in parameters["alarms"] if each["scope"] == "node"]


@pytest.mark.parametrize(("change", "calls"), CHANGES.values(), ids=CHANGES)
def test_only_the_difference_is_sent(client, change, calls):
    boto, stubber = client
    parameters = {**DECLARED, **change}
    answer_read(stubber, STORED)
    answer_tags(stubber, *surviving(parameters))
    answer_calls(stubber, calls)
    if calls:
        answer_read(stubber, STORED)
    result = alarms.ensure(boto, parameters, check_mode=False)
    assert result["operations"] == [operation for operation, _ignored in calls]
    assert result["changed"] == bool(calls)


@pytest.mark.parametrize(
    ("change", "calls"), [pytest.param(*case, id=name) for name, case in CHANGES.items() if case[1]]
)
def test_check_mode_reads_only_and_shows_the_alarms_that_change(client, change, calls):
    boto, stubber = client
    parameters = {**DECLARED, **change}
    answer_read(stubber, STORED)
    answer_tags(stubber, *surviving(parameters))
    result = alarms.ensure(boto, parameters, check_mode=True)
    touched = {name for _ignored, request in calls for name in request.get("AlarmNames") or [subject(request)]}
    assert result["diff"]["before"] != result["diff"]["after"]
    assert result["diff"]["before"].keys() | result["diff"]["after"].keys() == touched


def subject(request: Mapping[str, Any]) -> str:
    return request.get("AlarmName") or request["ResourceARN"].split(":alarm:")[1]


def test_what_does_not_change_is_shown_as_it_is_read_in_check_mode_too(client):
    boto, stubber = client
    results = []
    for check_mode in (True, False):
        answer_read(stubber, STORED)
        results.append(alarms.ensure(boto, {**DECLARED, "tags": None}, check_mode))
    assert results[0] == results[1]
    assert results[0]["alarms"][0]["state_value"] == "OK"


DRIFT = {
    "a unit": {"Unit": "Count"},
    "another node": {"Dimensions": [{"Name": "CacheClusterId", "Value": "demo-002"}]},
    "anomaly detection": {"ThresholdMetricId": "band"},
}


@pytest.mark.parametrize("drift", DRIFT.values(), ids=DRIFT)
def test_what_somebody_changed_by_hand_is_put_right(client, drift):
    boto, stubber = client
    answer_read(stubber, [stored(CPU_REQUEST, **drift)])
    answer_calls(stubber, [put(CPU_REQUEST)])
    answer_read(stubber, STORED[:1])
    assert alarms.ensure(boto, {**DECLARED, "alarms": [CPU], "tags": None}, check_mode=False)["changed"]


def test_the_silence_of_a_maintenance_stays_when_nothing_is_said_about_it(client):
    boto, stubber = client
    answer_read(stubber, [stored(CPU_REQUEST, ActionsEnabled=False)])
    answer_calls(stubber, [put(CPU_REQUEST, ActionsEnabled=False, Threshold=90)])
    answer_read(stubber, STORED[:1])
    alarms.ensure(boto, {**DECLARED, "alarms": [{**CPU, "threshold": 90}], "tags": None}, check_mode=False)


def test_tags_that_are_not_declared_are_not_even_read(client):
    boto, stubber = client
    answer_read(stubber, STORED)
    assert not alarms.ensure(boto, {**DECLARED, "tags": None}, check_mode=False)["changed"]


def test_a_node_that_came_and_one_that_went(client):
    boto, stubber = client
    gone = "demo/demo-002/cpu"
    answer_read(stubber, [stored(CPU_REQUEST), stored({**CPU_REQUEST, "AlarmName": gone})])
    node = [{"Name": "CacheClusterId", "Value": "demo-003"}, {"Name": "CacheNodeId", "Value": "0001"}]
    new = put(CPU_REQUEST, AlarmName="demo/demo-003/cpu", Dimensions=node)
    answer_calls(stubber, [new, ("delete_alarms", {"AlarmNames": [gone]})])
    answer_read(stubber, STORED[:1])
    declared = {**DECLARED, "nodes": ["demo-001", "demo-003"], "alarms": [CPU], "tags": None}
    alarms.ensure(boto, declared, check_mode=False)


def test_all_pages_are_read_and_a_hundred_are_deleted_at_a_time(client):
    boto, stubber = client
    names = [f"demo/demo-{number:03}/cpu" for number in range(1, 251)]
    request = {"AlarmNamePrefix": "demo/", "AlarmTypes": ["MetricAlarm"], "MaxRecords": 100}
    for start in (0, 100, 200):
        page = {"MetricAlarms": [stored({**CPU_REQUEST, "AlarmName": name}) for name in names[start : start + 100]]}
        token = {"NextToken": str(start)} if start else {}
        stubber.add_response(
            "describe_alarms", page | ({"NextToken": str(start + 100)} if start < 200 else {}), request | token
        )
    for start in (0, 100, 200):
        stubber.add_response("delete_alarms", {}, {"AlarmNames": names[start : start + 100]})
    answer_read(stubber, [])
    assert alarms.ensure(boto, {**DECLARED, "state": "absent"}, check_mode=False)["alarms"] == []


def test_absent_twice_is_no_change(client):
    boto, stubber = client
    answer_read(stubber, [])
    assert not alarms.ensure(boto, {**DECLARED, "state": "absent"}, check_mode=False)["changed"]


def test_a_refusal_of_the_service_names_the_operation(client):
    boto, stubber = client
    answer_read(stubber, [])
    stubber.add_client_error("put_metric_alarm", "LimitExceeded", "5000 alarms")
    with pytest.raises(AnsibleCloudWatchError, match=r"put_metric_alarm.*5000 alarms"):
        alarms.ensure(boto, DECLARED, check_mode=False)
