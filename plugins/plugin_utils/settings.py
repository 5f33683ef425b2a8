# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a deployment: names, types, defaults, and how defaults, preset and user's values make one record."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from ansible.module_utils.common.validation import check_type_bool

from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.presets import PRESETS

Parameters = dict[str, str]
Tags = dict[Any, Any]
Autoscaling = dict[Any, Any]


@dataclass(frozen=True)
class Settings:
    """Every option, its type, and the value that holds where neither preset nor user gives one.

    Where an option is also a member of the API's CreateReplicationGroup it has its name and meaning.
    Alarm thresholds are switched off by 0; an evictions alarm is off at first because a cache that runs
    ``allkeys-lru`` evicts by design, a CPU credits alarm because a new node starts with none.
    """

    project_name: str | None = None
    environment: str | None = None
    region: str | None = None
    vpc_id: str | None = None
    private_subnet_ids: list[str] = field(default_factory=list)
    allowed_security_groups: list[str] = field(default_factory=list)
    replication_group_id: str | None = None
    replication_group_description: str | None = None
    existing_subnet_group_name: str | None = None
    existing_security_group_ids: list[str] = field(default_factory=list)
    existing_parameter_group_name: str | None = None
    existing_auth_token_secret_name: str | None = None
    auth_token: str | None = field(default=None, repr=False)

    node_type: str | None = None
    node_type_override: str | None = None
    engine: str = "redis"
    engine_version: str | None = None
    cluster_mode: bool = False
    num_node_groups: int = 1
    replicas_per_node_group: int = 0
    node_quota: int = 90
    automatic_failover_enabled: bool = False
    multi_az_enabled: bool = False
    autoscaling: Autoscaling | None = None
    port: int = 6379
    transit_encryption_enabled: bool = True
    transit_encryption_mode: str = "required"
    at_rest_encryption_enabled: bool = True
    kms_key_id: str | None = None
    custom_parameters: Parameters = field(default_factory=lambda: {"maxmemory-policy": "allkeys-lru", "timeout": "300"})
    maintenance_window: str = "sun:05:00-sun:06:00"
    snapshot_window: str = "03:00-04:00"
    snapshot_retention_limit: int = 1
    final_snapshot: bool = True
    final_snapshot_identifier: str | None = None
    auto_minor_version_upgrade: bool = True
    additional_tags: Tags = field(default_factory=dict)
    tags: Tags | None = None
    unmanaged: list[str] = field(default_factory=list)

    sns_topic_arn: str | None = None
    enable_slow_log: bool = False
    slow_log_retention_days: int = 14
    enable_engine_log: bool | None = None
    engine_log_retention_days: int = 14
    alarm_cpu_percent: float = 75.0
    alarm_memory_percent: float = 80.0
    alarm_hit_rate_percent: float = 80.0
    alarm_hit_rate_minimum_requests: int = 100
    alarm_connections_percent: float = 80.0
    alarm_replication_lag_seconds: float = 5.0
    alarm_evictions_per_minute: float = 0.0
    alarm_cpu_credits: float = 0.0
    monthly_budget: float | None = None
    budget_threshold_percent: float = 80.0
    budget_emails: list[str] = field(default_factory=list)
    budget_enforce: bool = False

    known_environments: tuple[str, ...] = tuple(PRESETS)


_OPTION_ONLY = {
    "project_name",
    "environment",
    "region",
    "vpc_id",
    "private_subnet_ids",
    "allowed_security_groups",
    "replication_group_id",
    "replication_group_description",
    "existing_subnet_group_name",
    "existing_security_group_ids",
    "existing_parameter_group_name",
    "existing_auth_token_secret_name",
    "auth_token",
    "node_type_override",
    "final_snapshot_identifier",
}
_PRESET_ONLY = {"node_type"}
_DERIVED = {"known_environments"}
_MERGED = ("custom_parameters", "additional_tags")

TYPES: Mapping[str, str] = {
    item.name: str(item.type).removesuffix(" | None") for item in fields(Settings) if item.name not in _DERIVED
}
OPTIONS = frozenset(TYPES) - _PRESET_ONLY
PRESET_OPTIONS = frozenset(TYPES) - _OPTION_ONLY


def resolve(options: Mapping[str, Any]) -> tuple[Settings, list[Problem]]:
    """Lay the user's values over the preset of the environment, and that over the defaults.

    An option that is absent or null is not given. One that cannot be read is a problem and counts as not given, so
    that every other rule can still be judged.
    """
    own, problems = _own_presets(options.get("presets"))
    environment = options.get("environment")
    known = tuple(dict.fromkeys([*PRESETS, *own]))
    presets = [
        source[environment] for source in (PRESETS, own) if isinstance(environment, str) and environment in source
    ]
    layers = [*((f"presets.{environment}.", preset, PRESET_OPTIONS) for preset in presets), ("", options, OPTIONS)]
    values: dict[str, Any] = {name: getattr(Settings(), name) for name in _MERGED}
    for prefix, given, allowed in layers:
        read, found = _read(prefix, given, allowed)
        problems += found
        values |= read | {name: values[name] | read[name] for name in _MERGED if name in read}
    return Settings(**values, known_environments=known), problems


def _own_presets(presets: Any) -> tuple[dict[str, Mapping[str, Any]], list[Problem]]:
    if presets is None:
        return {}, []
    if not isinstance(presets, Mapping):
        return {}, [Problem("presets", presets, "is not a mapping", "Give a mapping of environments to their options")]
    own = {name: preset for name, preset in presets.items() if isinstance(name, str) and isinstance(preset, Mapping)}
    return own, [
        Problem(f"presets.{name}", preset, "is not a named mapping", "Give the options of this environment")
        for name, preset in presets.items()
        if name not in own
    ]


def _read(prefix: str, given: Mapping[str, Any], allowed: frozenset[str]) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in given.items():
        if (not prefix and name == "presets") or value is None:
            continue
        if name not in allowed:
            problems.append(_unknown(prefix, name, allowed))
            continue
        read, expected = _READERS[TYPES[name]]
        try:
            values[name] = read(value)
        except (TypeError, ValueError):
            shown = None if name == "auth_token" else value
            problems.append(Problem(f"{prefix}{name}", shown, f"is not {expected}", f"Give {expected}"))
    return values, problems


def _unknown(prefix: str, name: Any, allowed: frozenset[str]) -> Problem:
    """The value stays out: behind a mistyped name there may be a secret."""
    similar = get_close_matches(str(name), sorted(allowed), n=1)
    remedy = f"Did you mean {similar[0]}" if similar else f"The options are {', '.join(sorted(allowed))}"
    return Problem(f"{prefix}{name}", None, "is no option", remedy)


def _text(value: Any) -> str:
    """A string, or a number that YAML took for one, as in ``engine_version: 7.1``."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError
    return str(value)


def _integer(value: Any) -> int:
    text = _text(value)
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.0+)?", text):
        raise ValueError
    return int(float(text))


def _number(value: Any) -> float:
    number = float(_text(value))
    if not math.isfinite(number):
        raise ValueError
    return number


def _strings(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return [str(item) for item in value]


def _mapping(value: Any) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return dict(value)


def _parameters(value: Any) -> dict[str, str]:
    """A mapping of names to values, or a list of ``{name, value}``; true and false become yes and no."""
    if isinstance(value, Mapping):
        return {_text(name): _parameter_value(setting) for name, setting in value.items()}
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, Mapping) for item in value):
        raise TypeError
    if any(set(item) != {"name", "value"} for item in value):
        raise ValueError
    named = {_text(item["name"]): _parameter_value(item["value"]) for item in value}
    if len(named) < len(value):
        raise ValueError
    return named


def _parameter_value(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else _text(value)


_READERS: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "str": (_text, "a string"),
    "bool": (check_type_bool, "true or false"),
    "int": (_integer, "a whole number"),
    "float": (_number, "a number"),
    "list[str]": (_strings, "a list of strings"),
    "Tags": (_mapping, "a mapping"),
    "Autoscaling": (_mapping, "a mapping of node_groups and replicas to how they scale"),
    "Parameters": (_parameters, "a mapping of parameters, or a list of {name, value} that names each one once"),
}
