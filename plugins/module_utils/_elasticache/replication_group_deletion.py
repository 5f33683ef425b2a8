# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deletion of a replication group: reasons against it (it is protected, used, or could not be saved), and the
snapshot that it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from .._aws.entry import Clients
from .._problems import Problem
from . import api
from .replication_group_fields import Observed, read_protection
from .replication_group_wait import CREATE_FAILED, HOPELESS
from .snapshot_state import created
from .usage import peaks

HOURS = 24
# ElastiCache itself keeps two to four connections to each node (user guide, "Metrics for Valkey and Redis OSS").
OWN_CONNECTIONS = 4


def deletion_problems(clients: Clients, declared: Mapping[str, Any], observed: Observed) -> Iterator[Problem]:
    """Yield why the group should stay; its name in C(force_delete) answers that it is in use, and only that."""
    name, status = declared["replication_group_id"], observed.group["Status"]
    named = (declared["force_delete"] or "").lower() == name
    if read_protection(observed):
        remedy = "Run it once with deletion_protection set to false, then delete it"
        yield Problem("deletion_protection", True, f"is set on {name}", remedy)
    if observed.tags is None and status != CREATE_FAILED and not named:
        fault = f"cannot be read while {name} is {status}"
        yield Problem("deletion_protection", None, fault, f"Set force_delete to {name} if it shall go all the same")
    if status not in HOPELESS and not named:
        yield from _in_use(clients, name, observed)
    if declared["final_snapshot_identifier"] and not declared["skip_final_snapshot"]:
        yield from _taken(clients("elasticache"), declared["final_snapshot_identifier"])


def _in_use(clients: Clients, name: str, observed: Observed) -> Iterator[Problem]:
    nodes = observed.group["MemberClusters"]
    clients_of = peaks(clients("cloudwatch"), "CurrConnections", nodes, HOURS)
    busiest = max(clients_of, key=lambda node: clients_of[node], default=None)
    if busiest and clients_of[busiest] > OWN_CONNECTIONS:
        fault = f"had {clients_of[busiest]:.0f} connections to {busiest} in the last {HOURS} hours"
        remedy = f"Stop its clients, or set force_delete to {name}"
        yield Problem("state", "absent", f"is refused: {name} {fault}", remedy)


def _taken(client: Any, snapshot: str) -> Iterator[Problem]:
    """What would be a SnapshotAlreadyExistsFault. One that is being made may be that of a deletion just begun."""
    found = api.describe_snapshots(client, SnapshotName=snapshot)
    if any(each["SnapshotStatus"] == "available" for each in found):
        remedy = "Choose another one, or leave it out for one that is made of the time"
        yield Problem("final_snapshot_identifier", snapshot, "is the name of a snapshot that exists", remedy)


def begun_snapshot(client: Any, declared: Mapping[str, Any], observed: Observed | None) -> str | None:
    """Return the name of the final snapshot of a deletion that an earlier run began."""
    if declared["state"] != "absent" or not observed or observed.group["Status"] != "deleting":
        return None
    name, wanted = declared["replication_group_id"], declared["final_snapshot_identifier"]
    found = api.describe_snapshots(client, ReplicationGroupId=name, SnapshotSource="user")
    names = [snapshot["SnapshotName"] for snapshot in found if _is_of(observed, snapshot)]
    return max((each for each in names if each == wanted or each.startswith(final_snapshot_prefix(name))), default=None)


def _is_of(observed: Observed, snapshot: Mapping[str, Any]) -> bool:
    """Whether it is of this group, and not of an earlier one of the same name; one that is being taken is."""
    born, taken = observed.group.get("ReplicationGroupCreateTime"), created(snapshot)
    return born is None or taken is None or taken >= born


def final_snapshot_name(group: str) -> str:
    """Unique for each deletion: a name that exists already makes the second destroy of a deployment fail."""
    return f"{final_snapshot_prefix(group)}{datetime.now(UTC):%Y%m%d-%H%M%S}"


def final_snapshot_prefix(group: str) -> str:
    return f"{group}-final-"
