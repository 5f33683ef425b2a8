# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
A layer that holds a service to its own model.

MiniStack takes what it knows from a request and ignores the rest. Here a request is decoded by botocore's model first,
so that an unknown member or operation, a wrong type or enumeration value, and a broken length, range or pattern are
refused; the service's own rules come next, and only then does MiniStack answer: in JSON where the service speaks it,
encoded again in the protocol that the client chose.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.model import ServiceModel
from botocore.parsers import create_parser

from sandbox.aws.constraints import violations
from sandbox.protocol import (
    ApiError,
    JsonProtocol,
    Parameters,
    QueryProtocol,
    Request,
    Response,
    WireProtocol,
    service_model,
)
from sandbox.wire import Handler, HttpRequest

Rules = Callable[[str, Parameters], Parameters]
"""Checks the parameters of an operation and returns what to hand on, defaults filled in; raises ApiError."""

INVALID = {  # the code of a broken constraint, where it is not ValidationException
    "cloudwatch": "ValidationError",
    "logs": "InvalidParameterException",
    "sns": "InvalidParameter",
}


Amend = Callable[[str, Parameters, Parameters], Parameters]
"""Takes operation, parameters and the answer, and returns the answer to give."""


def as_answered(operation: str, parameters: Parameters, answer: Parameters) -> Parameters:
    """For a service whose answers are right."""
    return answer


def no_rules(operation: str, parameters: Parameters) -> Parameters:
    """For a service whose model says everything."""
    return parameters


@dataclass(frozen=True)
class ModelLayer:
    """
    Stands before one of MiniStack's services.

    Attributes:
        service: boto3's name of the service.
        rules: What the model cannot say.
        amend: Changes a successful answer, given the operation and its parameters.
    """

    service: str
    rules: Rules = no_rules
    amend: Amend = as_answered

    async def __call__(self, request: HttpRequest, forward: Handler) -> Response:
        protocol = self._protocol(request)
        try:
            decoded = self._decode(protocol, request)
            parameters = self.rules(decoded.operation, decoded.parameters)
            if "json" not in self._model.metadata["protocols"]:
                return await forward(request)
            response = await forward(self._in_json(request, decoded.operation, parameters))
            if response.status >= 400:
                raise _refusal(response)
            document = self.amend(decoded.operation, parameters, json.loads(response.body or b"{}"))
            return self._encoded(protocol, decoded.operation, document)
        except ApiError as error:
            return protocol.encode_error(error, str(uuid.uuid4()))

    @property
    def _model(self) -> ServiceModel:
        return service_model(self.service)

    def _protocol(self, request: HttpRequest) -> WireProtocol:
        return JsonProtocol(self._model) if "x-amz-target" in request.headers else QueryProtocol(self._model)

    def _decode(self, protocol: WireProtocol, request: HttpRequest) -> Request:
        code = INVALID.get(self.service, "ValidationException")
        try:
            decoded = protocol.decode(request.headers, request.body)
        except ApiError as error:
            renamed = error.code in ("InvalidParameterValue", "ValidationException")
            raise ApiError(code if renamed else error.code, error.message) from error
        shape = self._model.operation_model(decoded.operation).input_shape
        for violation in violations(shape, decoded.parameters) if shape else ():
            raise ApiError(code, violation)
        return decoded

    def _in_json(self, request: HttpRequest, operation: str, parameters: Parameters) -> HttpRequest:
        version = self._model.metadata.get("jsonVersion", "1.0")
        target = f"{self._model.metadata['targetPrefix']}.{operation}"
        headers = {**request.headers, "content-type": f"application/x-amz-json-{version}", "x-amz-target": target}
        return replace(request, headers=headers, body=json.dumps(parameters, default=datetime.timestamp).encode())

    def _encoded(self, protocol: WireProtocol, operation: str, document: Parameters) -> Response:
        body = json.dumps(document).encode()
        if isinstance(protocol, JsonProtocol):
            return Response(200, {"content-type": "application/x-amz-json-1.1"}, body)
        shape = self._model.operation_model(operation).output_shape
        answer = {"status_code": 200, "headers": {}, "body": body}
        result = create_parser("json").parse(answer, shape) if shape else {}
        result.pop("ResponseMetadata", None)
        return protocol.encode(operation, result, str(uuid.uuid4()))


def _refusal(response: Response) -> ApiError:
    document: dict[str, Any] = json.loads(response.body)
    code = str(document.get("__type", "InternalFailure")).rpartition("#")[2]
    return ApiError(code, document.get("message") or document.get("Message") or "", response.status)
