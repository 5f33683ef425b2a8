# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls on a replication group, which may be busy while it is called available."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import is_ansible_aws_error_code

from .._aws.plan import Step
from .._aws.waiting import Deadline, Observation
from . import api

# What a call gets that is made again because its first answer was lost.
DONE = {
    "create_replication_group": "ReplicationGroupAlreadyExists",
    "decrease_replica_count": "NoOperationFault",
    "delete_replication_group": "ReplicationGroupNotFoundFault",
    "increase_replica_count": "NoOperationFault",
    "modify_replication_group_shard_configuration": "NoOperationFault",
}
# Seconds for which a group that is available may refuse a call because of its state, before that is an answer.
PATIENCE = 900


def make(client: Any, name: str, call: Step, deadline: Deadline) -> None:
    """Make I(call) as soon as the group takes it.

    Raises AnsibleElastiCacheError, which names the operation, when it is refused for another reason than being busy.
    """
    began = deadline.elapsed

    def made() -> Observation:
        try:
            _attempt(client, call)
        except is_ansible_aws_error_code(api.BUSY) as error:
            hopeless = deadline.elapsed - began > PATIENCE and _is_available(client, name)
            return Observation(f"not accepted yet, {error}", failure=str(error) if hopeless else None)
        return Observation("accepted", done=True)

    deadline.wait(f"replication group {name} to accept {call.operation}", made)


def _attempt(client: Any, call: Step) -> None:
    """Make I(call); that an earlier attempt has made it is no error."""
    try:
        api.attempt(client, call)
    except is_ansible_aws_error_code(DONE.get(call.operation, "")):
        pass


def _is_available(client: Any, name: str) -> bool:
    return any(
        group["Status"] == "available" for group in api.describe_replication_groups(client, ReplicationGroupId=name)
    )
