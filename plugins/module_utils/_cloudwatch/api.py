# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the CloudWatch API that alarms need: errors outside, retries inside, pages joined."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from .._aws.calls import call
from .._aws.plan import Plan
from .common import CloudWatchErrorHandler as Handler

TAG_READERS = 8  # there is no call that lists the tags of several alarms


@Handler.common_error_handler("describe alarms")
@AWSRetry.jittered_backoff()
def describe_metric_alarms(client: Any, prefix: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"], PaginationConfig={"PageSize": 100}
    )
    return pages.build_full_result()["MetricAlarms"]


@Handler.common_error_handler("list the tags of an alarm")
@AWSRetry.jittered_backoff()
def list_tags(client: Any, arn: str) -> dict[str, str]:
    return boto3_tag_list_to_ansible_dict(client.list_tags_for_resource(ResourceARN=arn)["Tags"])


def list_tags_of_each(client: Any, arns: Iterable[str]) -> list[dict[str, str]]:
    """Return the tags of each alarm, in the order of I(arns); a few calls at a time."""
    with ThreadPoolExecutor(TAG_READERS) as readers:
        return list(readers.map(partial(list_tags, client), arns))


def apply_all(client: Any, plan: Plan) -> None:
    for step in plan.steps:
        call(client, step, Handler)
