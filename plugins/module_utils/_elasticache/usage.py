# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch knows of the use of a replication group's nodes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .._cloudwatch.common import CloudWatchErrorHandler

PERIOD = 300  # seconds; CloudWatch keeps data of this resolution for 63 days


@CloudWatchErrorHandler.common_error_handler("get metric data")
@AWSRetry.jittered_backoff()
def get_metric_data(client: Any, **request: Any) -> list[dict[str, Any]]:
    return client.get_paginator("get_metric_data").paginate(**request).build_full_result()["MetricDataResults"]


def peaks(client: Any, metric: str, nodes: Iterable[str], hours: int) -> dict[str, float]:
    """Return the highest value of I(metric) of each of I(nodes) in the last I(hours); a node without data is left
    out."""
    names = {f"node{number}": node for number, node in enumerate(nodes)}
    queries = [_query(name, metric, node) for name, node in names.items()]
    end = datetime.now(UTC)
    results = get_metric_data(client, MetricDataQueries=queries, StartTime=end - timedelta(hours=hours), EndTime=end)
    found: dict[str, float] = {}
    for result in results:  # a node's data may come in several pages
        for value in result["Values"]:
            node = names[result["Id"]]
            found[node] = max(value, found.get(node, value))
    return found


def _query(name: str, metric: str, node: str) -> dict[str, Any]:
    dimensions = [{"Name": "CacheClusterId", "Value": node}, {"Name": "CacheNodeId", "Value": "0001"}]
    series = {"Namespace": "AWS/ElastiCache", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": series, "Period": PERIOD, "Stat": "Maximum"}}
