# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch tells what the nodes tell of themselves, beside what a test has put."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from integration.sandbox.elasticache.caches import STAGING, request, settled
from redis import Redis

from sandbox.dataplane import Reading
from sandbox.elasticache.metrics import Meter
from sandbox.testing import RunningSandbox

NAMESPACE = "AWS/ElastiCache"
PRIMARY, REPLICA = "watched-001", "watched-002"


@pytest.fixture(scope="module")
def endpoint(ec: Any) -> dict[str, Any]:
    """The primary endpoint of ``watched``: a primary and a replica without TLS."""
    ec.create_replication_group(**request("watched", STAGING))
    found: dict[str, Any] = settled(ec, "watched")["NodeGroups"][0]["PrimaryEndpoint"]
    return found


@pytest.fixture(scope="module")
def cloudwatch(cloud: RunningSandbox, endpoint: dict[str, Any]) -> Any:
    return cloud.client("cloudwatch")


@contextmanager
def connected(endpoint: dict[str, Any]) -> Iterator[Redis]:
    with Redis(host=endpoint["Address"], port=endpoint["Port"], single_connection_client=True) as client:
        client.ping()
        yield client


def dimensions(node: str) -> list[dict[str, str]]:
    return [{"Name": "CacheClusterId", "Value": node}, {"Name": "CacheNodeId", "Value": "0001"}]


def statistic(cloudwatch: Any, metric: str, node: str, stat: str = "Maximum", **period: Any) -> list[float]:
    """The values of the last hour, minute by minute."""
    now = datetime.now(UTC)
    found = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=metric,
        Dimensions=dimensions(node),
        Statistics=[stat],
        Period=60,
        **{"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(seconds=1), **period},
    )
    points = sorted(found["Datapoints"], key=lambda point: point["Timestamp"])
    return [point[stat] for point in points]


def put(cloudwatch: Any, metric: str, node: str, value: float, when: datetime) -> None:
    datum = {"MetricName": metric, "Dimensions": dimensions(node), "Value": value, "Timestamp": when}
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])


def test_connections_are_those_of_clients(cloudwatch: Any, endpoint: dict[str, Any]) -> None:
    assert statistic(cloudwatch, "CurrConnections", PRIMARY)[-1] == 0
    with connected(endpoint), connected(endpoint):
        assert statistic(cloudwatch, "CurrConnections", PRIMARY)[-1] == 2
        assert statistic(cloudwatch, "CurrConnections", REPLICA)[-1] == 0


def test_memory_and_items(cloudwatch: Any, endpoint: dict[str, Any]) -> None:
    with connected(endpoint) as client:
        client.flushall()
        client.set("large", b"x" * 1_000_000)
        memory = client.info("memory")
        assert statistic(cloudwatch, "CurrItems", PRIMARY)[-1] == 1
        used = statistic(cloudwatch, "BytesUsedForCache", PRIMARY)[-1]
        assert used == pytest.approx(memory["used_memory"], rel=0.2)
        percentage = statistic(cloudwatch, "DatabaseMemoryUsagePercentage", PRIMARY)[-1]
        assert percentage == pytest.approx(100 * used / memory["maxmemory"], rel=0.2)


def test_hits_and_misses_add_up_over_the_minutes(cloudwatch: Any, endpoint: dict[str, Any]) -> None:
    def counted() -> list[float]:
        return [sum(statistic(cloudwatch, name, PRIMARY, "Sum")) for name in ("CacheHits", "CacheMisses")]

    with connected(endpoint) as client:
        hits, misses = counted()
        client.set("there", 1)
        client.mget("there", "there", "absent")
        assert counted() == [hits + 2, misses + 1]
        assert counted() == [hits + 2, misses + 1]


def test_only_a_replica_lags(cloudwatch: Any) -> None:
    assert statistic(cloudwatch, "ReplicationLag", PRIMARY) == []
    assert 0 <= statistic(cloudwatch, "ReplicationLag", REPLICA)[-1] < 5


@pytest.mark.parametrize("metric", ["CPUUtilization", "EngineCPUUtilization"])
def test_the_processor_has_something_to_do(cloudwatch: Any, metric: str) -> None:
    assert 0 < statistic(cloudwatch, metric, PRIMARY)[-1] <= 100


def test_a_put_past_stands_beside_the_present(cloudwatch: Any, endpoint: dict[str, Any]) -> None:
    put(cloudwatch, "Evictions", PRIMARY, 7, datetime.now(UTC) - timedelta(minutes=30))
    past, *_, present = statistic(cloudwatch, "Evictions", PRIMARY)
    assert (past, present) == (7, 0)


def test_a_put_present_stands_alone(cloudwatch: Any) -> None:
    now = datetime.now(UTC)
    minute = now.replace(second=0, microsecond=0)
    this_minute: dict[str, Any] = {"StartTime": minute, "EndTime": minute + timedelta(minutes=1)}
    assert statistic(cloudwatch, "CurrItems", REPLICA, **this_minute) != [42]
    put(cloudwatch, "CurrItems", REPLICA, 42, now)
    assert statistic(cloudwatch, "CurrItems", REPLICA, "SampleCount", **this_minute) == [1]
    assert statistic(cloudwatch, "CurrItems", REPLICA, **this_minute) == [42]


def test_metric_data_comes_newest_first(cloudwatch: Any) -> None:
    now = datetime.now(UTC)
    for minutes, value in ((20, 1), (10, 2)):
        put(cloudwatch, "NetworkBytesIn", PRIMARY, value, now - timedelta(minutes=minutes))
    metric = {"Namespace": NAMESPACE, "MetricName": "NetworkBytesIn", "Dimensions": dimensions(PRIMARY)}
    query = {"Id": "bytes", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    period = {"MetricDataQueries": [query], "StartTime": now - timedelta(hours=1), "EndTime": now}
    newest_first = cloudwatch.get_metric_data(**period)["MetricDataResults"][0]["Values"]
    oldest_first = cloudwatch.get_metric_data(**period, ScanBy="TimestampAscending")["MetricDataResults"][0]["Values"]
    assert (newest_first, oldest_first) == ([2, 1], [1, 2])


def test_metrics_are_listed_with_their_dimensions(cloudwatch: Any) -> None:
    listed = cloudwatch.list_metrics(Namespace=NAMESPACE, MetricName="CurrItems", Dimensions=dimensions(REPLICA))
    assert listed["Metrics"] == [{"Namespace": NAMESPACE, "MetricName": "CurrItems", "Dimensions": dimensions(REPLICA)}]


def test_other_regions_have_other_metrics(cloud: RunningSandbox, cloudwatch: Any) -> None:
    assert cloud.client("cloudwatch", region_name="eu-central-1").list_metrics(Namespace=NAMESPACE)["Metrics"] == []


# -- what a minute counted --------------------------------------------------------------------------------------------

START = Reading(
    "a", 0, {}, 0, 0, hits=10, misses=0, evictions=0, engine_seconds=1, process_seconds=2, uptime=100, lag=None
)


def hits_of(meter: Meter, minute: int, **now: Any) -> float:
    return next(metric.value for metric in meter.take(minute, replace(START, **now)) if metric.name == "CacheHits")


def test_a_minute_counts_from_the_last_reading_before_it() -> None:
    meter = Meter()
    assert hits_of(meter, 1, hits=10) == 10
    assert hits_of(meter, 1, hits=15) == 15
    assert hits_of(meter, 2, hits=18) == 3
    assert hits_of(meter, 2, hits=20) == 5
    assert hits_of(meter, 9, hits=20) == 0


def test_a_new_process_counts_from_zero() -> None:
    meter = Meter()
    hits_of(meter, 1, hits=10)
    assert hits_of(meter, 2, process="b", hits=12) == 12


def test_the_processor_time_of_a_minute_is_a_part_of_it() -> None:
    meter = Meter()
    meter.take(1, START)
    later = meter.take(2, replace(START, engine_seconds=31, process_seconds=182, uptime=160))
    values = {metric.name: metric.value for metric in later}
    assert (values["EngineCPUUtilization"], values["CPUUtilization"]) == (50, 100)
