# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topologies by environment, and the engines, as data.

A preset gives only what differs from the defaults of ``Settings``. It may set every option but those that identify one
deployment. Maintenance comes to dev first in the week and to prod last, always after the day's snapshot.

Redis OSS is the engine unless ``valkey`` is asked for: its last version 7.1 is known to every client library and priced
in every region of the table. Valkey is a fifth cheaper and still developed, and a deployment can change to it in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "dev": {
            "node_type": "cache.t3.micro",
            "maintenance_window": "mon:05:00-mon:06:00",
            "snapshot_window": "03:00-04:00",
            "snapshot_retention_limit": 1,
        },
        "staging": {
            "node_type": "cache.t3.small",
            "replicas_per_node_group": 1,
            "automatic_failover_enabled": True,
            "multi_az_enabled": True,
            "maintenance_window": "wed:05:00-wed:06:00",
            "snapshot_window": "03:00-04:00",
            "snapshot_retention_limit": 5,
        },
        "prod": {
            "node_type": "cache.r6g.large",
            "cluster_mode": True,
            "num_node_groups": 3,
            "replicas_per_node_group": 2,
            "automatic_failover_enabled": True,
            "multi_az_enabled": True,
            "custom_parameters": {"notify-keyspace-events": "Ex"},
            "maintenance_window": "sun:05:00-sun:06:00",
            "snapshot_window": "03:00-05:00",
            "snapshot_retention_limit": 7,
            "monthly_budget": 300.0,
        },
    }
)


@dataclass(frozen=True)
class Engine:
    """An engine of replication groups.

    ``versions`` are those that ElastiCache offers and that can rotate an AUTH token, oldest first. ``growing`` says
    whether AWS may add later ones than the table knows.
    """

    versions: tuple[str, ...]
    default_version: str
    growing: bool


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        "redis": Engine(("5.0.6", "6.0", "6.2", "7.0", "7.1"), default_version="7.1", growing=False),
        "valkey": Engine(("7.2", "8.0", "8.1", "8.2", "9.0", "9.1"), default_version="8.2", growing=True),
    }
)
