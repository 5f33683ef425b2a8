# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
KMS keys of log groups, which MiniStack takes unseen at creation and cannot change later.

CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"; API reference,
AssociateKmsKey.
"""

from __future__ import annotations

import json
import re

from botocore.exceptions import ClientError

from sandbox.aws.model_layer import ModelLayer
from sandbox.aws.neighbours import Neighbours
from sandbox.protocol import ApiError, Parameters, Response
from sandbox.wire import Handler, HttpRequest

KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
OWN = ("AssociateKmsKey", "DisassociateKmsKey")


class LogsLayer:
    """Stands before MiniStack's CloudWatch Logs."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._model = ModelLayer("logs")

    async def __call__(self, request: HttpRequest, forward: Handler) -> Response:
        async def checked(inner: HttpRequest) -> Response:
            operation = inner.headers["x-amz-target"].rpartition(".")[2]
            parameters = json.loads(inner.body)
            if operation in (*OWN, "CreateLogGroup") and "kmsKeyId" in parameters:
                await self._check_key(parameters["kmsKeyId"], request)
            if operation not in OWN:
                return await forward(inner)
            set_key(parameters)
            return Response(200, {}, b"{}")

        return await self._model(request, checked)

    async def _check_key(self, arn: str, request: HttpRequest) -> None:
        if not KEY_ARN.fullmatch(arn):
            raise _invalid(f"Specified KMS Key Id '{arn}' is not a valid ARN")
        region = request.credential.region if request.credential else None
        try:
            found = await self._neighbours.call("kms", "describe_key", region=region, KeyId=arn)
            policy = await self._neighbours.call(
                "kms", "get_key_policy", region=region, KeyId=arn, PolicyName="default"
            )
        except ClientError as error:
            raise _invalid("The specified KMS Key Id could not be found") from error
        key = found["KeyMetadata"]
        if (key["KeyState"], key.get("KeySpec", "SYMMETRIC_DEFAULT")) != ("Enabled", "SYMMETRIC_DEFAULT"):
            raise _invalid("The specified KMS Key Id is not enabled, or not symmetric")
        if not _admits(json.loads(policy["Policy"]), f"logs.{region}.amazonaws.com"):
            message = "The specified KMS key does not exist or is not allowed to be used with this log group"
            raise ApiError("AccessDeniedException", message)


def _admits(policy: Parameters, service: str) -> bool:
    """Whether a key's policy lets a service use it; conditions are not looked at."""
    for statement in policy["Statement"]:
        principal = statement.get("Principal")
        services = principal.get("Service", []) if isinstance(principal, dict) else [service]
        if statement["Effect"] == "Allow" and service in ([services] if isinstance(services, str) else services):
            return True
    return False


def set_key(parameters: Parameters) -> None:
    """Carry out AssociateKmsKey, or, without a key, DisassociateKmsKey."""
    from ministack.services import cloudwatch_logs

    if ("logGroupName" in parameters) == ("resourceIdentifier" in parameters):
        raise _invalid("Give either logGroupName or resourceIdentifier")
    name = parameters.get("logGroupName") or parameters["resourceIdentifier"].partition(":log-group:")[2]
    group = cloudwatch_logs._log_groups.get(name)
    if group is None:
        raise ApiError("ResourceNotFoundException", "The specified log group does not exist.")
    group["kmsKeyId"] = parameters.get("kmsKeyId")


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)
