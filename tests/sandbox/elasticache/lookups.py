# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request names in other services has to exist there."""

from __future__ import annotations

from botocore.exceptions import ClientError

from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import LogDelivery
from sandbox.protocol import Parameters


async def subnets(region: Region, ids: list[str]) -> list[Parameters]:
    """Those of the subnets that exist."""
    filters = [{"Name": "subnet-id", "Values": ids}]
    found = (await region.ask("ec2", "describe_subnets", Filters=filters))["Subnets"]
    return [subnet for subnet in found if subnet["SubnetId"] in ids]


async def security_groups(region: Region, ids: list[str], vpc_id: str) -> list[str]:
    """The ids, if every group exists in the VPC of the cache's subnets."""
    filters = [{"Name": "group-id", "Values": ids}]
    found = (await region.ask("ec2", "describe_security_groups", Filters=filters))["SecurityGroups"]
    places = {group["GroupId"]: group["VpcId"] for group in found}
    for wanted in ids:
        if wanted not in places:
            raise invalid_value(f"Some security group Ids were not found: [{wanted}]")
        if places[wanted] != vpc_id:
            message = f"The security group {wanted} is in {places[wanted]}, the cache subnet group is in {vpc_id}."
            raise invalid_value(message)
    return ids


async def default_security_group(region: Region, vpc_id: str) -> list[str]:
    """What a cache gets whose creator names no security group."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
    found = await region.ask("ec2", "describe_security_groups", Filters=filters)
    return [group["GroupId"] for group in found["SecurityGroups"]]


async def kms_key(region: Region, key_id: str) -> str:
    """The ARN of an enabled key, by id, ARN or alias."""
    try:
        key = (await region.ask("kms", "describe_key", KeyId=key_id))["KeyMetadata"]
    except ClientError as error:
        raise invalid_value(f"The KMS key {key_id} does not exist.") from error
    if key.get("KeyState", "Enabled") != "Enabled":
        raise invalid_value(f"The KMS key {key_id} is not enabled: {key['KeyState']}.")
    return str(key["Arn"])


async def topic(region: Region, arn: str) -> str:
    try:
        await region.ask("sns", "get_topic_attributes", TopicArn=arn)
    except ClientError as error:
        raise invalid_value(f"The SNS topic {arn} does not exist.") from error
    return arn


async def log_deliveries(
    region: Region, requests: list[Parameters], version: tuple[int, ...]
) -> list[LogDelivery | str]:
    """Deliveries to enable; the log type alone for one to disable."""
    types = [request.get("LogType", "") for request in requests]
    if len(set(types)) < len(types) or "" in types:
        raise invalid_value("LogDeliveryConfigurations must hold one entry per LogType.")
    return [await _log_delivery(region, request, version) for request in requests]


async def _log_delivery(region: Region, request: Parameters, version: tuple[int, ...]) -> LogDelivery | str:
    log_type = request["LogType"]
    if request.get("Enabled") is False:
        return str(log_type)
    first = {"slow-log": (6, 0), "engine-log": (6, 2)}[log_type]
    if version < first:
        raise invalid_combination(f"The log type {log_type} is supported from engine version {first[0]}.{first[1]}.")
    for member in ("DestinationType", "DestinationDetails", "LogFormat"):
        if not request.get(member):
            raise invalid_value(f"{member} is required to enable the log delivery of {log_type}.")
    details = request["DestinationDetails"]
    await _DESTINATIONS[request["DestinationType"]](region, details)
    return LogDelivery(log_type, request["DestinationType"], details, request["LogFormat"])


async def _log_group(region: Region, details: Parameters) -> None:
    name = details.get("CloudWatchLogsDetails", {}).get("LogGroup")
    if not name:
        raise invalid_value("CloudWatchLogsDetails.LogGroup is required for cloudwatch-logs.")
    found = (await region.ask("logs", "describe_log_groups", logGroupNamePrefix=name))["logGroups"]
    if name not in [group["logGroupName"] for group in found]:
        raise invalid_value(f"The log group {name} does not exist.")


async def _delivery_stream(region: Region, details: Parameters) -> None:
    name = details.get("KinesisFirehoseDetails", {}).get("DeliveryStream")
    if not name:
        raise invalid_value("KinesisFirehoseDetails.DeliveryStream is required for kinesis-firehose.")
    try:
        await region.ask("firehose", "describe_delivery_stream", DeliveryStreamName=name)
    except ClientError as error:
        raise invalid_value(f"The delivery stream {name} does not exist.") from error


_DESTINATIONS = {"cloudwatch-logs": _log_group, "kinesis-firehose": _delivery_stream}
