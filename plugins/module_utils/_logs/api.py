# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls that a log group needs: errors outside, retries inside, pages joined."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .._aws.calls import call
from .._aws.plan import Plan
from .common import LogsErrorHandler as Handler

IN_THE_WAY = ("OperationAbortedException",)  # another operation on the same log group has not ended


@Handler.common_error_handler("describe log groups")
@AWSRetry.jittered_backoff()
def describe_log_groups(client: Any, prefix: str) -> list[dict[str, Any]]:
    paginator = client.get_paginator("describe_log_groups")
    return paginator.paginate(logGroupNamePrefix=prefix).build_full_result()["logGroups"]


@Handler.list_error_handler("list the tags of a log group", {})
@AWSRetry.jittered_backoff()
def list_tags(client: Any, arn: str) -> dict[str, str]:
    return client.list_tags_for_resource(resourceArn=arn).get("tags", {})


@Handler.list_error_handler("describe a key", {})
@AWSRetry.jittered_backoff()
def describe_key(client: Any, key_id: str) -> dict[str, Any]:
    return client.describe_key(KeyId=key_id)["KeyMetadata"]


def apply_all(client: Any, plan: Plan) -> None:
    for step in plan.steps:
        call(client, step, Handler, IN_THE_WAY)
