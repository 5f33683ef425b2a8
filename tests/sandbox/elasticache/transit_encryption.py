# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption in transit of an existing replication group: off, preferred, required, one step at a time either way."""

from __future__ import annotations

from sandbox.elasticache.changes import Change
from sandbox.elasticache.engines import find_version
from sandbox.elasticache.errors import invalid_combination
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ReplicationGroup
from sandbox.protocol import Parameters


async def plan(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    enabled = p.get("TransitEncryptionEnabled", rg.transit_encryption)
    mode = p.get("TransitEncryptionMode", rg.transit_mode) if enabled else None
    _check(rg, enabled, mode)

    async def apply() -> None:
        rg.transit_encryption, rg.transit_mode = enabled, mode
        await region.plane.set_tls(rg)

    pending = {"TransitEncryptionEnabled": enabled, "TransitEncryptionMode": mode}
    return Change(apply, seconds=900, pending=pending, pending_nodes=pending)


def _check(rg: ReplicationGroup, enabled: bool, mode: str | None) -> None:
    """Off, preferred, required: one step at a time, either way."""
    credentials = rg.auth_enabled or rg.user_groups
    refusals = (
        (
            find_version(rg.engine, rg.version).number < (7, 0),
            "Encryption in transit of an existing replication group can be modified from engine version 7.0.",
        ),
        (
            enabled and not rg.transit_encryption and mode != "preferred",
            "To enable encryption in transit, set TransitEncryptionMode to preferred first, then to required.",
        ),
        (
            not enabled and rg.transit_mode == "required",
            "To disable encryption in transit, set TransitEncryptionMode to preferred first.",
        ),
        (
            rg.transit_mode == "required" and mode == "preferred" and credentials,
            "TransitEncryptionMode preferred cannot be used with an AUTH token or a user group.",
        ),
        (not enabled and credentials, "Encryption in transit cannot be disabled with an AUTH token or a user group."),
    )
    for refused, message in refusals:
        if refused:
            raise invalid_combination(message)
