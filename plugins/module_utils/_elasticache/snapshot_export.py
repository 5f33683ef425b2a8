# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The export of a snapshot: RDB files in an S3 bucket, one for each shard.

ElastiCache keeps no record of an export, so the bucket is asked what there is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .._aws.converge import converge
from .._aws.entry import Clients
from .._aws.plan import Plan
from .._aws.shapes import step
from .._aws.waiting import Deadline, Observation
from .._problems import Problem
from .._s3.api import list_keys
from . import api
from .common import AnsibleElastiCacheError, require
from .problems import refuse
from .snapshot_state import read
from .snapshot_wait import settle_source


def export(clients: Clients, declared: Mapping[str, Any], check_mode: bool, deadline: Deadline) -> dict[str, Any]:
    """Have the snapshot C(source_snapshot_name) in the bucket C(target_bucket), under C(snapshot_name)."""
    _require_present(declared)
    client, s3 = clients("elasticache"), clients("s3")
    source = declared["source_snapshot_name"]
    settle_source(client, "source_snapshot_name", source, check_mode, declared["wait"], deadline)
    snapshot = read(client, source)
    plan = plan_export(client, declared, snapshot, _arns(s3, declared))

    def carry_out(plan: Plan) -> None:
        api.apply_all(client, plan)
        if declared["wait"]:
            _wait(s3, declared, len(snapshot["node_snapshots"]), deadline)

    result, _ignored = converge(plan, {}, check_mode, carry_out, dict)
    return {**result, "snapshot": snapshot, "snapshot_arns": _arns(s3, declared)}


def _require_present(declared: Mapping[str, Any]) -> None:
    if declared["state"] == "absent":
        raise AnsibleElastiCacheError(
            message="An export is made of objects in S3. Remove them with amazon.aws.s3_object, not with target_bucket."
        )
    require(declared, ["source_snapshot_name"], f"export to the bucket {declared['target_bucket']}")


def plan_export(client: Any, declared: Mapping[str, Any], snapshot: Mapping[str, Any], present: Sequence[str]) -> Plan:
    """Export unless every shard has its object, or will have; AWS overwrites none, so leftovers are in the way."""
    name, bucket, shards = declared["snapshot_name"], declared["target_bucket"], len(snapshot["node_snapshots"])
    under_way = present and snapshot["snapshot_status"] != "available"
    if len(present) == shards or under_way:
        return Plan({}, {})
    if present:
        fault = f"the bucket {bucket} has {len(present)} objects of this name, and the snapshot {shards} shards"
        refuse([Problem("snapshot_name", name, fault, "Set another name, or remove them")], f"export to {bucket}")
    after = {option: declared[option] for option in ("source_snapshot_name", "target_bucket", "snapshot_name")}
    request = {**declared, "target_snapshot_name": name, "kms_key_id": None, "tags": None}
    return Plan({}, after, (step(client, "copy_snapshot", request),))


def _wait(s3: Any, declared: Mapping[str, Any], shards: int, deadline: Deadline) -> None:
    def look() -> Observation:
        count = len(_arns(s3, declared))
        return Observation(f"{count} of {shards} objects", done=count == shards)

    deadline.wait(f"snapshot {declared['source_snapshot_name']} in the bucket {declared['target_bucket']}", look)


def _arns(s3: Any, declared: Mapping[str, Any]) -> list[str]:
    """The objects of the export: C(name.rdb), or C(name-0001.rdb) and so on."""
    name, bucket = declared["snapshot_name"], declared["target_bucket"]
    wanted = re.compile(rf"{re.escape(name)}(-\d{{4}})?\.rdb")
    return [f"arn:aws:s3:::{bucket}/{key}" for key in list_keys(s3, bucket, name) if wanted.fullmatch(key)]
