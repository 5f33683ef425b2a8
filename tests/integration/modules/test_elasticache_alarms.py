# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms of a deployment on the sandbox, which keeps metric math as it is put; state is read back by boto3."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._cloudwatch import alarms
from ansible_collections.accessweaver.elasticache.plugins.module_utils._cloudwatch.common import AnsibleCloudWatchError
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_alarms import ARGUMENTS, DEFINITION

GROUP = "modules-prod-redis"
NODES = [f"{GROUP}-{shard:04}-{node:03}" for shard in range(1, 5) for node in range(1, 4)]
TOPIC = "arn:aws:sns:eu-west-1:000000000000:platform-alerts"
TAGS = {"Project": "demo", "Environment": "prod"}


def alarm(name: str, metric_name: str | None, operator: str, threshold: float, **options: Any) -> dict[str, Any]:
    """A definition as the module hands it to the logic: with every default of its arguments."""
    defaults = {option: spec.get("default") for option, spec in DEFINITION.items()}
    watched = {"metric_name": metric_name, "statistic": metric_name and "Average"}
    return {
        **defaults,
        **watched,
        "name": name,
        "comparison_operator": operator,
        "threshold": threshold,
        "evaluation_periods": 5,
        **options,
    }


CPU = alarm("cpu", "CPUUtilization", "GreaterThanThreshold", 75.0, alarm_description="The processors are busy")
MEMORY = alarm("memory", "DatabaseMemoryUsagePercentage", "GreaterThanThreshold", 80.0)
CONNECTIONS = alarm("connections", "CurrConnections", "GreaterThanThreshold", 52_000.0, datapoints_to_alarm=3)
LAG = alarm("replication-lag", "ReplicationLag", "GreaterThanThreshold", 5.0, treat_missing_data="notBreaching")
HIT_RATE = alarm(
    "hit-rate",
    None,
    "LessThanThreshold",
    80.0,
    expression="IF(hits + misses > 100, 100 * hits / (hits + misses), 100)",
    metrics={
        "hits": {"metric_name": "CacheHits", "statistic": "Sum"},
        "misses": {"metric_name": "CacheMisses", "statistic": "Sum"},
    },
    period=300,
    evaluation_periods=3,
    treat_missing_data="notBreaching",
)
ALARMS = [CPU, MEMORY, CONNECTIONS, LAG, HIT_RATE]


def declare(**options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    creation = {"alarms": ALARMS, "nodes": NODES[:2], "alarm_actions": [TOPIC], "tags": TAGS}
    return {**defaults, "replication_group_id": GROUP, **creation, **options}


def stored(client: Any, prefix: str = f"{GROUP}/") -> dict[str, dict[str, Any]]:
    pages = client.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    return {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}


def tags_of(client: Any, name: str) -> dict[str, str]:
    answer = client.list_tags_for_resource(ResourceARN=stored(client, name)[name]["AlarmArn"])
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


@pytest.fixture
def client(fresh_sandbox):
    return fresh_sandbox.client("cloudwatch")


@pytest.fixture
def watched(client):
    """A client of a sandbox on which two nodes are watched."""
    alarms.ensure(client, declare(), False)
    return client


def test_create(fresh_sandbox, client):
    done = four_times(fresh_sandbox, alarms.ensure, client, declare())
    found = stored(client)
    assert found.keys() == {f"{GROUP}/{node}/{each['name']}" for node in NODES[:2] for each in ALARMS}
    assert done["alarm_arns"] == [found[name]["AlarmArn"] for name in sorted(found)]
    cpu = found[f"{GROUP}/{NODES[0]}/cpu"]
    assert cpu["Dimensions"] == [
        {"Name": "CacheClusterId", "Value": NODES[0]},
        {"Name": "CacheNodeId", "Value": "0001"},
    ]
    assert (cpu["Namespace"], cpu["MetricName"], cpu["Threshold"]) == ("AWS/ElastiCache", "CPUUtilization", 75.0)
    assert (cpu["AlarmActions"], cpu["AlarmDescription"]) == ([TOPIC], "The processors are busy")
    assert {name: tags_of(client, name) for name in found} == dict.fromkeys(found, TAGS)


def test_metric_math_is_stored_whole(watched):
    queries = {query["Id"]: query for query in stored(watched)[f"{GROUP}/{NODES[1]}/hit-rate"]["Metrics"]}
    assert queries.keys() == {"expression", "hits", "misses"}
    assert queries["expression"]["Expression"] == HIT_RATE["expression"]
    assert queries["expression"]["ReturnData"]
    assert queries["hits"]["MetricStat"]["Metric"] == {
        "Namespace": "AWS/ElastiCache",
        "MetricName": "CacheHits",
        "Dimensions": [{"Name": "CacheClusterId", "Value": NODES[1]}, {"Name": "CacheNodeId", "Value": "0001"}],
    }
    assert (queries["misses"]["MetricStat"]["Period"], queries["misses"]["ReturnData"]) == (300, False)


FIRST, SECOND = (f"{GROUP}/{node}" for node in NODES[:2])
NAMES = [each["name"] for each in ALARMS]
CHANGES = {
    "a threshold": (
        {"alarms": [{**CPU, "threshold": 85.5}, *ALARMS[1:]]},
        {"put_metric_alarm": 2},
        lambda found: {found[f"{node}/cpu"]["Threshold"] for node in (FIRST, SECOND)} == {85.5},
    ),
    "an expression": (
        {"alarms": [*ALARMS[:-1], {**HIT_RATE, "expression": "100 * hits / (hits + misses)"}]},
        {"put_metric_alarm": 2},
        lambda found: "100 * hits / (hits + misses)" in str(found[f"{FIRST}/hit-rate"]["Metrics"]),
    ),
    "a node more": (
        {"nodes": NODES[:3]},
        {"put_metric_alarm": 5},
        lambda found: len(found) == 15,
    ),
    "a node less": (
        {"nodes": NODES[:1]},
        {"delete_alarms": 1},
        lambda found: found.keys() == {f"{FIRST}/{name}" for name in NAMES},
    ),
    "no node": ({"nodes": []}, {"delete_alarms": 1}, lambda found: found == {}),
    "a node replaced": (
        {"nodes": [NODES[0], NODES[2]]},
        {"put_metric_alarm": 5, "delete_alarms": 1},
        lambda found: found.keys() == {f"{GROUP}/{node}/{name}" for node in (NODES[0], NODES[2]) for name in NAMES},
    ),
    "the group in place of its nodes": (
        {"alarms": [{**CPU, "scope": "group"}], "nodes": None},
        {"put_metric_alarm": 1, "delete_alarms": 1},
        lambda found: found[f"{GROUP}/cpu"]["Dimensions"] == [{"Name": "ReplicationGroupId", "Value": GROUP}],
    ),
    "an action when it is over": (
        {"ok_actions": [TOPIC]},
        {"put_metric_alarm": 10},
        lambda found: all(alarm["OKActions"] == alarm["AlarmActions"] == [TOPIC] for alarm in found.values()),
    ),
    "no action": (
        {"alarm_actions": []},
        {"put_metric_alarm": 10},
        lambda found: not any(alarm["AlarmActions"] for alarm in found.values()),
    ),
    "silence": (
        {"actions_enabled": False, "alarm_actions": None},
        {"put_metric_alarm": 10},
        lambda found: (
            not any(alarm["ActionsEnabled"] for alarm in found.values()) and found[f"{FIRST}/cpu"]["AlarmActions"]
        ),
    ),
    "removal": ({"state": "absent"}, {"delete_alarms": 1}, lambda found: found == {}),
}


@pytest.mark.parametrize(("change", "operations", "is_right"), CHANGES.values(), ids=CHANGES)
def test_change(fresh_sandbox, watched, change, operations, is_right):
    done = four_times(fresh_sandbox, alarms.ensure, watched, declare(**change))
    assert Counter(done["operations"]) == operations
    assert is_right(stored(watched))


def test_tags_are_changed_on_every_alarm(fresh_sandbox, watched):
    done = four_times(fresh_sandbox, alarms.ensure, watched, declare(tags={"Project": "demo", "Owner": "platform"}))
    assert Counter(done["operations"]) == {"untag_resource": 10, "tag_resource": 10}
    assert tags_of(watched, f"{FIRST}/cpu") == {"Project": "demo", "Owner": "platform"}


def test_alarms_of_others_are_left_alone(watched):
    """Even those of a deployment whose identifier begins alike, and one that somebody named by hand."""
    others = [f"{GROUP}2/{GROUP}2-0001-001/cpu", f"{GROUP}-errors"]
    for name in others:
        watched.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/ElastiCache",
            MetricName="CPUUtilization",
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    alarms.ensure(watched, declare(state="absent"), False)
    assert sorted(stored(watched, GROUP)) == sorted(others)


def test_what_the_module_accepts_cloudwatch_accepts_too(fresh_sandbox, client):
    """One of each kind of alarm that the options allow."""
    kinds = [
        {
            **alarm("tail", "SetTypeCmdsLatency", "GreaterThanThreshold", 1),
            "statistic": None,
            "extended_statistic": "p99.9",
        },
        alarm("fast", "CPUUtilization", "GreaterThanOrEqualToThreshold", 90, period=10),
        alarm("days", "Evictions", "LessThanOrEqualToThreshold", -1, period=86_400, evaluation_periods=7),
        {**HIT_RATE, "name": "maximum", "expression": "MAX(METRICS())"},
    ]
    four_times(fresh_sandbox, alarms.ensure, client, declare(alarms=kinds))


def test_nothing_is_written_when_anything_is_wrong(fresh_sandbox, client):
    since = len(fresh_sandbox.calls())
    wrong = [CPU, {**MEMORY, "period": 45}, {**HIT_RATE, "expression": "hits / requests"}]
    with pytest.raises(
        AnsibleCloudWatchError, match=r"(?s)alarms.memory.period = 45.*alarms.hit-rate.expression = .*requests"
    ):
        alarms.ensure(client, declare(alarms=wrong), False)
    assert fresh_sandbox.calls(since=since) == []


def test_twelve_nodes_cost_one_call_for_each_alarm_once_and_one_to_look(fresh_sandbox, client):
    wanted = declare(nodes=NODES)
    since = len(fresh_sandbox.calls())
    alarms.ensure(client, wanted, False)
    create = Counter(operation for operation, _ in fresh_sandbox.calls("cloudwatch", since=since))
    assert create == {"DescribeAlarms": 2, "PutMetricAlarm": 60}
    since = len(fresh_sandbox.calls())
    assert not alarms.ensure(client, wanted, False)["changed"]
    assert not alarms.ensure(client, {**wanted, "tags": None}, False)["changed"]
    look = Counter(operation for operation, _ in fresh_sandbox.calls("cloudwatch", since=since))
    assert look == {"DescribeAlarms": 2, "ListTagsForResource": 60}


@pytest.mark.extended
def test_through_ansible(fresh_sandbox, ansible):
    """Task by task as a user writes it: create, check a change, remove."""
    definition = {
        "name": "cpu",
        "description": "Busy",
        "metric_name": "CPUUtilization",
        "statistic": "Average",
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 75,
        "evaluation_periods": 5,
    }
    options = {"replication_group_id": GROUP, "nodes": NODES[:1], "alarms": [definition], "tags": {"Cost": 42}}
    done = ansible("elasticache_alarms", **options)
    assert (done["changed"], done["alarms"][0]["state_value"]) == (True, "INSUFFICIENT_DATA")
    assert not ansible("elasticache_alarms", **options)["changed"]
    higher = {**options, "alarms": [{**definition, "threshold": 80}]}
    assert ansible("elasticache_alarms", check=True, **higher)["alarms"][0]["threshold"] == 80
    failed = ansible("elasticache_alarms", **{**options, "nodes": None})
    assert [problem["option"] for problem in failed["problems"]] == ["alarms.cpu.scope"]
    assert "needs nodes, which is not set" in failed["msg"]
    assert ansible("elasticache_alarms", replication_group_id=GROUP, state="absent")["alarm_arns"] == []
    assert stored(fresh_sandbox.client("cloudwatch")) == {}
