# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has been accepted and not been done, or is not as it looks: nobody should believe that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .replication_group_state import WAITING

Group = Mapping[str, Any]


def warnings(group: Group, declared: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the part of a result that warns of I(group), which is as I(declared) as it can be."""
    found = [warning for warn in WARNINGS for warning in warn(group, declared)] if group else []
    return {"warnings": found} if found else {}


def _of_the_window(group: Group, declared: Mapping[str, Any]) -> Iterator[str]:
    waits = sorted(set(group.get("pending_modified_values") or ()) & set(WAITING))
    if waits and group.get("status") == "available":
        name, window = group["replication_group_id"], group.get("preferred_maintenance_window")
        yield f"{name} has not changed yet, and waits for its window {window}: {', '.join(waits)}."


def _of_logs(group: Group, declared: Mapping[str, Any]) -> Iterator[str]:
    for log in group.get("log_delivery_configurations") or ():
        if log.get("status") == "error":
            yield f"The {log['log_type']} is not delivered: {log.get('message', 'AWS does not say why.')}"


def _of_the_token(group: Group, declared: Mapping[str, Any]) -> Iterator[str]:
    if group.get("auth_token_optional"):
        name = group["replication_group_id"]
        yield f"{name} serves clients without a token: its first one is not set yet. Run it again with auth_token."


def _of_parameters(group: Group, declared: Mapping[str, Any]) -> Iterator[str]:
    if group.get("parameter_apply_status") == "pending-reboot":
        name, parameters = group["replication_group_id"], group.get("cache_parameter_group_name")
        yield f"Nodes of {name} run with older values of {parameters}, and take the new ones when they are rebooted."


def _of_the_version(group: Group, declared: Mapping[str, Any]) -> Iterator[str]:
    wanted, runs = declared.get("engine_version"), group.get("engine_version")
    if wanted and runs and _parts(runs)[: len(_parts(wanted))] > _parts(wanted):
        name = group["replication_group_id"]
        yield f"{name} runs {runs}, to which it was upgraded from {wanted} by auto_minor_version_upgrade."


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


WARNINGS: tuple[Callable[[Group, Mapping[str, Any]], Iterator[str]], ...] = (
    _of_the_window,
    _of_logs,
    _of_the_token,
    _of_parameters,
    _of_the_version,
)
