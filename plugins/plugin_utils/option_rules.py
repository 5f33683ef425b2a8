# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that concern one option at a time, as tables: forms, ranges, choices, and what has to be given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.module_utils._logs.retention import RETENTION_DAYS
from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.presets import ENGINES
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import Settings
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology import UNMANAGEABLE


@dataclass(frozen=True)
class Shape:
    """What the text of an option, or of each item of a list, looks like."""

    option: str
    pattern: str
    form: str


_HEX = "([0-9a-f]{8}|[0-9a-f]{17})"
_ARN = r"arn:aws[a-z-]*:{service}:[a-z0-9-]+:[0-9]{{12}}:"
NAME = r"[A-Za-z](-?[A-Za-z0-9])*"
_GROUP_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}"
_KEY = r"(mrk-)?[0-9a-f-]{32,36}"

_SHAPES = (
    Shape("project_name", f"(?=.{{1,128}}$){NAME}", "a letter, then letters, digits and single hyphens"),
    Shape("region", r"[a-z]{2}(-[a-z]+)+-[0-9]+", "a region such as eu-west-1"),
    Shape("vpc_id", f"vpc-{_HEX}", "an id such as vpc-0a1b2c3d4e5f60718"),
    Shape("private_subnet_ids", f"subnet-{_HEX}", "an id such as subnet-0a1b2c3d4e5f60718"),
    Shape("allowed_security_groups", f"sg-{_HEX}", "an id such as sg-0a1b2c3d4e5f60718"),
    Shape("replication_group_description", ".{0,255}", "a line of at most 255 characters"),
    Shape("existing_subnet_group_name", _GROUP_NAME, "the name of a cache subnet group"),
    Shape("existing_parameter_group_name", _GROUP_NAME, "the name of a cache parameter group"),
    Shape("existing_security_group_ids", f"sg-{_HEX}", "an id such as sg-0a1b2c3d4e5f60718"),
    Shape("existing_auth_token_secret_name", r"[A-Za-z0-9/_+=.@-]{1,512}", "the name of a secret"),
    Shape(
        "sns_topic_arn",
        _ARN.format(service="sns") + "[A-Za-z0-9_-]{1,256}",
        "the ARN of a standard topic, such as arn:aws:sns:eu-west-1:111122223333:alerts",
    ),
    Shape(
        "kms_key_id",
        rf"{_ARN.format(service='kms')}(key/{_KEY}|alias/[A-Za-z0-9/_-]+)|{_KEY}|alias/[A-Za-z0-9/_-]+",
        "a key's ARN or id, or an alias such as alias/redis",
    ),
    Shape("budget_emails", r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", "an address such as ops@example.com"),
    Shape("final_snapshot_identifier", f"(?=.{{1,255}}$){NAME}", "a letter, then letters, digits and single hyphens"),
    Shape(
        "auth_token",
        "[A-Za-z0-9!&#$^<>-]{16,128}",
        "16 to 128 letters, digits and ! & # $ ^ < > - (its value is not shown here)",
    ),
)


def shapes(settings: Settings) -> Iterator[Problem]:
    for shape in _SHAPES:
        value = getattr(settings, shape.option)
        for text in [value] if isinstance(value, str) else value or []:
            if not re.fullmatch(shape.pattern, text):
                yield Problem(shape.option, text, "has the wrong form", f"Give {shape.form}")


_RANGES = (
    ("num_node_groups", 1, 500, "shards in one cluster"),
    ("replicas_per_node_group", 0, 5, "replicas in one shard"),
    ("node_quota", 1, 500, "nodes in one cluster"),
    ("port", 1, 65535, "port number"),
    ("snapshot_retention_limit", 0, 35, "days, where 0 takes no automatic snapshot"),
    ("alarm_cpu_percent", 0, 100, "percent, where 0 means no alarm"),
    ("alarm_memory_percent", 0, 100, "percent, where 0 means no alarm"),
    ("alarm_hit_rate_percent", 0, 100, "percent, where 0 means no alarm"),
    ("alarm_hit_rate_minimum_requests", 0, 10**9, "requests in five minutes"),
    ("alarm_connections_percent", 0, 100, "percent of the node's limit, where 0 means no alarm"),
    ("alarm_replication_lag_seconds", 0, 10**6, "seconds, where 0 means no alarm"),
    ("alarm_evictions_per_minute", 0, 10**9, "evictions in a minute, where 0 means no alarm"),
    ("alarm_cpu_credits", 0, 10**6, "credits left, where 0 means no alarm"),
    ("budget_threshold_percent", 0.1, 1_000_000, "percent of the budget"),
)


def ranges(settings: Settings) -> Iterator[Problem]:
    for option, low, high, unit in _RANGES:
        value = getattr(settings, option)
        if not low <= value <= high:
            yield Problem(option, value, "is out of range", f"Give {low} to {high} ({unit})")


_CHOICES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("engine", tuple(ENGINES)),
    ("transit_encryption_mode", ("required", "preferred")),
    ("slow_log_retention_days", RETENTION_DAYS),
    ("engine_log_retention_days", RETENTION_DAYS),
    ("unmanaged", UNMANAGEABLE),
)


def choices(settings: Settings) -> Iterator[Problem]:
    for option, allowed in _CHOICES:
        value = getattr(settings, option)
        for item in value if isinstance(value, list) else [value]:
            if item not in allowed:
                yield Problem(option, item, "is not one of the choices", f"Give one of {listed(allowed)}")


_REQUIRED = {
    "project_name": "Name the project that the deployment belongs to",
    "environment": "Name the environment, which chooses the preset",
    "region": "Name the AWS region",
    "vpc_id": "Give the VPC of the subnets",
    "private_subnet_ids": "Give private subnets of the VPC",
    "allowed_security_groups": "Give the security groups of the clients; nothing else is admitted",
}
_INSTEAD = {
    "private_subnet_ids": "existing_subnet_group_name",
    "allowed_security_groups": "existing_security_group_ids",
}


def required(settings: Settings) -> Iterator[Problem]:
    for option, remedy in _REQUIRED.items():
        if getattr(settings, option) in (None, []) and not getattr(settings, _INSTEAD.get(option, option)):
            yield Problem(option, None, "is missing", remedy)


def listed(items: Iterable[Any]) -> str:
    return ", ".join(map(str, items))
