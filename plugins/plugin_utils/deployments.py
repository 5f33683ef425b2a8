# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What deployments of one run must not have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem

FACT = "__elasticache_redis_topology"


def conflicts(hostvars: Mapping[str, Mapping[str, Any]], host: str, hosts: Iterable[str]) -> list[Problem]:
    """The problems of I(host) with any other of I(hosts): two deployments that would write the same replication
    group."""
    mine = _name(hostvars, host)
    twins = [other for other in hosts if other != host and _name(hostvars, other) == mine]
    remedy = "Give each deployment a project_name, environment or replication_group_id of its own"
    return [
        Problem("replication_group_id", mine[-1], f"is declared by {host} and by {other}", remedy)
        for other in twins
        if mine
    ]


def _name(hostvars: Mapping[str, Mapping[str, Any]], host: str) -> tuple[str, ...]:
    topology = hostvars[host].get(FACT) if host in hostvars else None
    if not topology or not topology["replication_group_id"]:
        return ()
    return str(topology["region"]), str(topology["replication_group_id"])
