# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the AWS Budgets API: errors outside, retries inside, pages joined."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from .._aws.calls import call
from .._aws.plan import Plan
from .common import BudgetsErrorHandler as Handler


@Handler.common_error_handler("find out the account; set account_id or allow sts:GetCallerIdentity")
@AWSRetry.jittered_backoff()
def caller_account(sts: Any) -> str:
    return sts.get_caller_identity()["Account"]


@Handler.list_error_handler("describe the budget")
@AWSRetry.jittered_backoff()
def describe_budget(client: Any, **request: Any) -> dict[str, Any] | None:
    return client.describe_budget(**request)["Budget"]


@Handler.list_error_handler("describe the notifications of the budget", [])
@AWSRetry.jittered_backoff()
def describe_notifications(client: Any, **request: Any) -> list[dict[str, Any]]:
    paginator = client.get_paginator("describe_notifications_for_budget")
    return paginator.paginate(**request).build_full_result().get("Notifications", [])


@Handler.list_error_handler("describe the subscribers of a notification", [])
@AWSRetry.jittered_backoff()
def describe_subscribers(client: Any, **request: Any) -> list[dict[str, Any]]:
    paginator = client.get_paginator("describe_subscribers_for_notification")
    return paginator.paginate(**request).build_full_result().get("Subscribers", [])


@Handler.common_error_handler("list the tags of the budget")
@AWSRetry.jittered_backoff()
def list_tags(client: Any, arn: str) -> dict[str, str]:
    return boto3_tag_list_to_ansible_dict(client.list_tags_for_resource(ResourceARN=arn).get("ResourceTags", []))


def apply_all(client: Any, plan: Plan) -> None:
    for step in plan.steps:
        call(client, step, Handler)
