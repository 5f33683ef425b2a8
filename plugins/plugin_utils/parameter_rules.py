# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API cannot tell about parameters: which follow from other options, and what makes no sense together.

Which parameters there are, their types and values it knows (DescribeEngineDefaultParameters); the preflight judges by
that.
"""

from __future__ import annotations

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
_TIERED_POLICIES = ("noeviction", "volatile-lru", "allkeys-lru")


def parameter_problems(parameters: Mapping[str, str], *, data_tiering: bool) -> Iterator[Problem]:
    """The problems of a deployment's parameters, given whether its nodes keep part of the data on SSD."""
    for name in [name for name in parameters if name in _FIXED]:
        yield Problem(f"custom_parameters.{name}", parameters[name], "cannot be set", _FIXED[name])
    events = parameters.get("notify-keyspace-events", "")
    if events and not set("KE") & set(events):
        fault, remedy = "publishes nothing", "Add K or E, which say to which channels, or give nothing"
        yield Problem("custom_parameters.notify-keyspace-events", events, fault, remedy)
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
