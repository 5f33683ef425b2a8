# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The metrics of the cache nodes in CloudWatch.

Whoever asks for metrics makes the nodes tell theirs, once a minute at most; the answer then has them beside all that
was put. A minute of which a client has put a value has that value alone, so that tests can state what they need.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from sandbox.calls import decode
from sandbox.dataplane import Reading
from sandbox.elasticache.metrics import Meter, Metric
from sandbox.protocol import Parameters, Response
from sandbox.wire import Handler, HttpRequest

NAMESPACE = "AWS/ElastiCache"
ASKING = ("GetMetricData", "GetMetricStatistics", "ListMetrics")
MINUTE = 60

Readings = Callable[[str], Awaitable[Mapping[str, Reading]]]


class LiveMetrics:
    """
    A layer over CloudWatch.

    Args:
        read: What the cache nodes of a region tell of themselves now, by cache cluster id.
    """

    def __init__(self, read: Readings) -> None:
        self._read = read
        self._meters: defaultdict[tuple[str, str], Meter] = defaultdict(Meter)

    async def __call__(self, request: HttpRequest, forward: Handler) -> Response:
        if request.credential and decode("cloudwatch", request).operation in ASKING:
            await self._observe(request.credential.region)
        return await forward(request)

    async def _observe(self, region: str) -> None:
        readings = await self._read(region)
        minute = int(time.time()) // MINUTE
        for cluster_id, reading in readings.items():
            for metric in self._meters[region, cluster_id].take(minute, reading):
                for dimensions in dimension_sets(cluster_id):
                    _record(metric, dimensions, minute)


def dimension_sets(cluster_id: str) -> tuple[dict[str, str], ...]:
    """Under which dimensions ElastiCache publishes the metrics of a node."""
    return {"CacheClusterId": cluster_id}, {"CacheClusterId": cluster_id, "CacheNodeId": "0001"}


def _record(metric: Metric, dimensions: dict[str, str], minute: int) -> None:
    """Put a value into MiniStack's store, in place of an earlier one of ours in the same minute."""
    from ministack.services import cloudwatch

    points = cloudwatch._metric_bucket((NAMESPACE, metric.name, cloudwatch._dims_key(dimensions)))
    of_minute = [point for point in points if point["Timestamp"] // MINUTE == minute]
    points[:] = [point for point in points if point not in of_minute or not point.get("live")]
    if all(point.get("live") for point in of_minute):
        points.append(
            {
                "Timestamp": minute * MINUTE,
                "Value": metric.value,
                "Unit": metric.unit,
                "Dimensions": dimensions,
                "live": True,
            }
        )


def check(operation: str, parameters: Parameters) -> Parameters:
    """CloudWatch rounds the beginning of what is asked for down to the minute (API reference, GetMetricData)."""
    start = parameters.get("StartTime")
    if operation in ("GetMetricData", "GetMetricStatistics") and isinstance(start, datetime):
        return {**parameters, "StartTime": start.replace(second=0, microsecond=0)}
    return parameters


def amend(operation: str, parameters: Parameters, answer: Parameters) -> Parameters:
    """CloudWatch tells the newest first unless asked otherwise; MiniStack always tells the oldest first."""
    if operation != "GetMetricData" or parameters.get("ScanBy") == "TimestampAscending":
        return answer
    results = [
        {**result, "Timestamps": result["Timestamps"][::-1], "Values": result["Values"][::-1]}
        for result in answer["MetricDataResults"]
    ]
    return {**answer, "MetricDataResults": results}
