# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One metric alarm: what a definition means for a node or for the whole deployment, and when two alarms are the same.

An alarm is a mapping with the members of PutMetricAlarm in botocore's snake case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAMESPACE = "AWS/ElastiCache"
NODE_ID = "0001"  # a Redis or Valkey cache cluster is one node (ElastiCache API, CacheNode)
RESULT_ID = "expression"  # of the query that the alarm watches, beside the ids of its metrics
ACTIONS = ("alarm_actions", "ok_actions", "insufficient_data_actions")
# Compared as they are: None is "not set" on both sides. No definition sets unit: with a wrong one an alarm has no data.
_PLAIN = (
    "alarm_name",
    "namespace",
    "metric_name",
    "statistic",
    "extended_statistic",
    "period",
    "unit",
    "evaluation_periods",
    "threshold",
    "threshold_metric_id",
    "comparison_operator",
)


@dataclass(frozen=True)
class Place:
    """Where a definition applies: one node or the whole deployment."""

    prefix: str
    dimensions: Mapping[str, str]


def places(scope: str, group: str, nodes: Iterable[str]) -> Iterator[Place]:
    """Yield what a definition of I(scope) applies to.

    C(/) can occur neither in a replication group id nor in a cache cluster id, so C(<group>/) begins the names of this
    deployment's alarms and of no other's.
    """
    if scope == "group":
        yield Place(group, {"ReplicationGroupId": group})
        return
    for node in nodes:
        yield Place(f"{group}/{node}", {"CacheClusterId": node, "CacheNodeId": NODE_ID})


def alarm_at(place: Place, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the alarm that I(definition) means at I(place), without its actions."""
    watched = _expression(definition, place) if definition.get("expression") else _metric(definition, place)
    return {**_behaviour(definition), **watched, "alarm_name": f"{place.prefix}/{definition['name']}"}


def _behaviour(definition: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "alarm_description",
        "evaluation_periods",
        "datapoints_to_alarm",
        "threshold",
        "comparison_operator",
        "treat_missing_data",
    )
    return {name: definition.get(name) for name in names}


def _metric(definition: Mapping[str, Any], place: Place) -> dict[str, Any]:
    names = ("metric_name", "statistic", "extended_statistic", "period")
    identity = {"namespace": _namespace(definition), "dimensions": _dimensions(place)}
    return {**identity, **{name: definition.get(name) for name in names}}


def _expression(definition: Mapping[str, Any], place: Place) -> dict[str, Any]:
    queries = [_query(identifier, definition, place) for identifier in definition["metrics"]]
    result = {"id": RESULT_ID, "expression": definition["expression"], "return_data": True}
    return {"metrics": [*queries, result]}


def _query(identifier: str, definition: Mapping[str, Any], place: Place) -> dict[str, Any]:
    metric = definition["metrics"][identifier]
    source = {"namespace": _namespace(definition), "metric_name": metric["metric_name"]}
    return {
        "id": identifier,
        "metric_stat": {
            "metric": {**source, "dimensions": _dimensions(place)},
            "period": definition["period"],
            "stat": metric["statistic"],
        },
        "return_data": False,
    }


def _namespace(definition: Mapping[str, Any]) -> str:
    return definition.get("namespace") or NAMESPACE


def _dimensions(place: Place) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in place.dimensions.items()]


def normalised(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one form of an alarm in which declared and existing ones are compared and sent.

    CloudWatch reports neither the order of actions, dimensions and metrics as it was given nor members that have their
    default value; state, timestamps and ARN are no part of the definition.
    """
    return {
        **{name: alarm.get(name) for name in _PLAIN},
        **{name: sorted(set(alarm.get(name) or ())) or None for name in ACTIONS},
        "alarm_description": alarm.get("alarm_description") or None,
        "actions_enabled": alarm.get("actions_enabled") is not False,
        "datapoints_to_alarm": alarm.get("datapoints_to_alarm") or alarm.get("evaluation_periods"),
        "treat_missing_data": alarm.get("treat_missing_data") or "missing",
        "dimensions": _by(alarm.get("dimensions"), "name"),
        "metrics": _by(map(_normalised_query, alarm.get("metrics") or ()), "id"),
    }


def _by(items: Iterable[dict[str, Any]] | None, key: str) -> list[dict[str, Any]] | None:
    return sorted(items or (), key=lambda item: item[key]) or None


def _normalised_query(query: Mapping[str, Any]) -> dict[str, Any]:
    """A label is left out: it changes what a console shows, not what the alarm does, and CloudWatch may set its own."""
    kept = {name: value for name, value in query.items() if name != "label" and value is not None}
    if "expression" in kept:
        kept["expression"] = kept["expression"].strip()
    if "metric_stat" in kept:
        metric = kept["metric_stat"]["metric"]
        kept["metric_stat"] = {
            **kept["metric_stat"],
            "metric": {**metric, "dimensions": _by(metric.get("dimensions"), "name")},
        }
    return {**kept, "return_data": query.get("return_data") is not False}
