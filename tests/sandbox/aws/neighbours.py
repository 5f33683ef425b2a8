# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a service of the sandbox asks another one: botocore's half of the protocol, and no network between."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any
from urllib.parse import urlencode

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from sandbox.aws.host import ROOT_KEY, MiniStack, scope_of
from sandbox.protocol import Parameters, Response, service_model
from sandbox.settings import Settings


class Neighbours:
    """
    The other services, called as the account's root user.

    Calls are neither recorded nor subject to injected faults: they are the sandbox's own, not the client's.
    """

    def __init__(self, settings: Settings, host: MiniStack) -> None:
        self._region = settings.region
        self._host = host

    async def call(self, service: str, operation: str, *, region: str | None = None, **parameters: Any) -> Parameters:
        """
        Call an operation by its boto3 names, for example ``call("ec2", "describe_subnets", SubnetIds=["subnet-1"])``.

        Args:
            service: For example ``ec2``.
            operation: For example ``describe_subnets``.
            region: The sandbox's own region by default.
            parameters: The request.

        Raises:
            botocore.exceptions.ClientError: What the service refused.
            botocore.exceptions.ParamValidationError: The request does not fit the service's model.
        """
        model = _operations(service)[operation]
        answer = _parse(model, await self._send(model, region or self._region, parameters))
        if "Error" in answer:
            raise ClientError(answer, model.name)
        return answer

    async def _send(self, model: OperationModel, region: str, parameters: Parameters) -> Response:
        request = create_serializer(_protocol(model)).serialize_to_request(parameters, model)
        body = request["body"]
        content = urlencode(body).encode() if isinstance(body, dict) else body
        headers = {**request["headers"], "host": "127.0.0.1", "authorization": _authorization(model, region)}
        scope = scope_of(request["method"], request["url_path"], headers)
        # In a task of its own: MiniStack keeps account and region of the request in the context of the task.
        return await asyncio.create_task(self._host.handle(scope, content))


@cache
def _operations(service: str) -> dict[str, OperationModel]:
    model = service_model(service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


def _protocol(model: OperationModel) -> str:
    return str(model.service_model.resolved_protocol)


def _authorization(model: OperationModel, region: str) -> str:
    """The root user's; its signature is never checked."""
    scope = f"{ROOT_KEY}/20260101/{region}/{model.service_model.signing_name}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def _parse(model: OperationModel, response: Response) -> Parameters:
    raw = {"status_code": response.status, "headers": dict(response.headers), "body": response.body}
    answer: Parameters = create_parser(_protocol(model)).parse(raw, model.output_shape)
    return answer
