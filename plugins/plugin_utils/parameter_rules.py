# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said about parameter values without asking the API.

Source: ElastiCache User Guide, "Engine specific parameters". The API's own list (DescribeCacheParameters) knows every
name and range and has the last word; this table catches the mistakes worth catching before any call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem

# Not for the user to set, and what to do instead.
_FIXED = MappingProxyType(
    {
        "cluster-enabled": "Set cluster_mode",
        "maxclients": "It follows from the node type; choose one that admits more connections",
        "maxmemory": "It follows from the node type; keep part of it free with reserved-memory-percent",
    }
)

_YES_NO = ("yes|no", "yes or no")
_COUNT = ("[0-9]+", "a whole number, 0 or more")
_ALLOWED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "activedefrag": _YES_NO,
        "close-on-replica-write": _YES_NO,
        "databases": ("[1-9][0-9]*", "a whole number, 1 or more"),
        "maxmemory-policy": (
            "noeviction|(allkeys|volatile)-(lru|lfu|random)|volatile-ttl",
            "noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-lru, volatile-lfu, volatile-random "
            "or volatile-ttl",
        ),
        "maxmemory-samples": ("[1-9][0-9]*", "a whole number, 1 or more"),
        "notify-keyspace-events": (
            "|(?=.*[KE])[KEg$lshzxeA]+",
            "empty, or letters of KEg$lshzxeA with K or E among them, without which nothing is published",
        ),
        "reserved-memory-percent": ("[0-9]{1,2}|100", "0 to 100"),
        "slowlog-log-slower-than": ("-?[0-9]+", "a whole number of microseconds"),
        "slowlog-max-len": _COUNT,
        "tcp-keepalive": _COUNT,
        "timeout": ("0|[2-9][0-9]|[1-9][0-9]{2,}", "0 (never), or at least 20 seconds"),
    }
)

_TIERED_POLICIES = ("noeviction", "volatile-lru", "allkeys-lru")


def parameter_problems(parameters: Mapping[str, str], *, data_tiering: bool) -> Iterator[Problem]:
    """The problems of a deployment's parameters, given whether its nodes keep part of the data on SSD."""
    for name, value in parameters.items():
        option = f"custom_parameters.{name}"
        pattern, allowed = _ALLOWED.get(name, (".*", ""))
        if name in _FIXED:
            yield Problem(option, value, "cannot be set", _FIXED[name])
        elif not re.fullmatch(pattern, value, re.DOTALL):
            yield Problem(option, value, "is not a value of this parameter", f"Give {allowed}")
    yield from _combinations(parameters, data_tiering)


def _combinations(parameters: Mapping[str, str], data_tiering: bool) -> Iterator[Problem]:
    if {"reserved-memory", "reserved-memory-percent"} <= set(parameters):
        yield Problem(
            "custom_parameters.reserved-memory",
            parameters["reserved-memory"],
            "excludes reserved-memory-percent",
            "Give one of them",
        )
    policy = parameters.get("maxmemory-policy")
    if data_tiering and policy not in (None, *_TIERED_POLICIES):
        yield Problem(
            "custom_parameters.maxmemory-policy",
            policy,
            "is not available with data tiering",
            f"Give one of {', '.join(_TIERED_POLICIES)}, or a node type without SSD",
        )
