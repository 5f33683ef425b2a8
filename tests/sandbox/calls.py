# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of API calls, for tests that assert on exactly what was called."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.aws.ec2 import wire as ec2
from sandbox.protocol import ApiError, QueryProtocol, Request, service_model
from sandbox.wire import HttpRequest

MASK = "********"
SECRETS = frozenset(
    {"AuthToken", "Passwords", "Password", "SecretString", "SecretBinary", "Plaintext", "CiphertextBlob", "Value"}
)
NOT_SECRET = frozenset({"Tags", "Dimensions", "Filters"})  # their Value members are no secrets
CLIENT_NAMES = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}


@dataclass(frozen=True)
class Call:
    """
    One API call.

    Attributes:
        number: Counts from 1 since the start or the last reset.
        service: boto3's name of the service.
        operation: The API's name of the operation, for example CreateReplicationGroup.
        parameters: By boto3's names; the values of secrets are masked.
        status: HTTP status of the answer.
        error: Error code of the answer; None if it succeeded.
        key: Access key id of the caller.
    """

    number: int
    service: str
    operation: str
    parameters: Mapping[str, Any]
    status: int
    error: str | None
    key: str


@dataclass(frozen=True)
class Decoded:
    """A request that a signer calls a service with."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    key: str


class CallLog:
    """The last calls, oldest first."""

    def __init__(self, limit: int = 50_000) -> None:
        self._calls: deque[Call] = deque(maxlen=limit)
        self._count = 0

    def add(self, call: Decoded, status: int, error: str | None) -> None:
        """Record a call and its outcome."""
        self._count += 1
        parameters = masked(call.parameters)
        self._calls.append(Call(self._count, call.service, call.operation, parameters, status, error, call.key))

    def since(self, number: int) -> list[dict[str, Any]]:
        """The calls after a number."""
        return [asdict(call) for call in self._calls if call.number > number]

    def clear(self) -> None:
        """Forget everything."""
        self._calls.clear()
        self._count = 0


def decoded(request: HttpRequest) -> Decoded | None:
    """The call that a request makes; None for an unsigned request, which calls nothing."""
    if not (credential := request.credential):
        return None
    service = CLIENT_NAMES.get(credential.service, credential.service)
    call = decode(service, request)
    return Decoded(service, call.operation, call.parameters, credential.key)


def decode(service: str, request: HttpRequest) -> Request:
    """The operation and parameters of a request; of a malformed one, what can be read."""
    if target := request.headers.get("x-amz-target"):
        return Request(target.rpartition(".")[2], _json_object(request.body))
    form = dict(parse_qsl(request.body.decode("latin-1"), keep_blank_values=True))
    if "Action" not in form:
        return Request(f"{request.method} {request.path}")
    try:
        if service == "ec2":
            return ec2.decode(request.body)
        return QueryProtocol(service_model(service)).decode(request.headers, request.body)
    except ApiError:
        return Request(form.pop("Action"), form)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def masked(value: Any) -> Any:
    """The value with every secret replaced."""
    if isinstance(value, list):
        return [masked(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _masked_member(name, item) for name, item in value.items()}


def _masked_member(name: str, item: Any) -> Any:
    if name in NOT_SECRET:
        return item
    return MASK if name.rpartition(".")[2] in SECRETS else masked(item)
