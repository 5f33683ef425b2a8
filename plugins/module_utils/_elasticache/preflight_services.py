# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can ElastiCache use what other services hold for it: the topic of its events, the key of its disks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.arn import parse_aws_arn
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .._aws.entry import Clients
from .._problems import Problem
from .preflight_findings import Findings

SYMMETRIC = "SYMMETRIC_DEFAULT"


class Handler(AWSErrorHandler):
    """What does not exist, or has no id that could exist, is found missing."""

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(["NotFound", "NotFoundException", "InvalidArnException"])


@Handler.list_error_handler("get the attributes of a topic", {})
@AWSRetry.jittered_backoff()
def get_topic_attributes(client: Any, arn: str) -> dict[str, str]:
    return client.get_topic_attributes(TopicArn=arn)["Attributes"]


@Handler.common_error_handler("get the account of the caller")
@AWSRetry.jittered_backoff()
def get_account(client: Any) -> str:
    return client.get_caller_identity()["Account"]


@Handler.list_error_handler("describe a key", {})
@AWSRetry.jittered_backoff()
def describe_key(client: Any, key_id: str) -> dict[str, Any]:
    return client.describe_key(KeyId=key_id)["KeyMetadata"]


def topic(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    """ElastiCache publishes to unencrypted topics of its own region and account (User Guide, "Event Notifications")."""
    arn, client = parameters["notification_topic_arn"], clients("sns")
    parts = parse_aws_arn(arn) or {}
    if parts.get("service") != "sns":
        remedy = "give the ARN of a topic, such as arn:aws:sns:eu-west-1:111122223333:alerts"
        return Findings([Problem("notification_topic_arn", arn, "it is not the ARN of a topic", remedy)])
    here = {"region": client.meta.region_name, "account_id": get_account(clients("sts"))}
    faults = list(_misplaced(parts, here)) or list(_topic_faults(get_topic_attributes(client, arn)))
    return Findings([Problem("notification_topic_arn", arn, *fault) for fault in faults])


def _misplaced(parts: Mapping[str, str], here: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, word in (("region", "region"), ("account_id", "account")):
        if parts[name] != here[name]:
            fault = f"it is of {word} {parts[name]}, and ElastiCache publishes to its own, {here[name]}, only"
            yield fault, f"use a topic of {word} {here[name]}"


def _topic_faults(attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not attributes:
        yield "there is no such topic", "create it first, or name another"
    elif attributes.get("KmsMasterKeyId"):
        yield "it is encrypted, and ElastiCache does not publish to encrypted topics", "use a topic without encryption"


def key(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    key_id = parameters["kms_key_id"]
    metadata = describe_key(clients("kms"), key_id)
    problems = [Problem("kms_key_id", key_id, *fault) for fault in key_faults(metadata)]
    return Findings(problems, {"kms_key_arn": metadata.get("Arn")})


def key_faults(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield why ElastiCache cannot encrypt with the key, and the remedy."""
    if not metadata:
        yield "there is no such key in this region", "create it first, or name another"
        return
    if metadata["KeyState"] != "Enabled":
        yield f"it is {metadata['KeyState']}", "enable it, or name another"
    if metadata.get("KeySpec", SYMMETRIC) != SYMMETRIC:
        yield f"it is a {metadata['KeySpec']} key", "name a symmetric key for encryption"
