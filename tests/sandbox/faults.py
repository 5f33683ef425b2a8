# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: errors, delays, lost connections and falsified answers for chosen API calls."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

from sandbox.aws.ec2 import wire as ec2
from sandbox.protocol import ApiError, JsonProtocol, QueryProtocol, Response, WireProtocol, service_model
from sandbox.wire import HttpRequest


@dataclass(frozen=True)
class Fault:
    """
    What happens to the calls that match; several effects can be combined.

    Attributes:
        service: boto3's name of the service, a shell pattern.
        operation: The API's name of the operation, a shell pattern.
        count: How many calls are hit; None for all.
        skip: How many calls pass before the first is hit.
        delay: Seconds before anything else.
        code: Error code to answer instead of carrying the call out, for example Throttling.
        message: Text of the error.
        status: HTTP status of the error.
        drop: Close the connection without an answer, before or after the call is carried out.
        replace: Texts of the answer's body that are replaced.
    """

    service: str = "*"
    operation: str = "*"
    count: int | None = 1
    skip: int = 0
    delay: float = 0
    code: str | None = None
    message: str = "Injected fault"
    status: int = 400
    drop: Literal["before", "after"] | None = None
    replace: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Fault:
        """
        A fault as a control endpoint gets it.

        Raises:
            ValueError: A name that no fault has.
        """
        known = {each.name for each in fields(cls)}
        if unknown := document.keys() - known:
            raise ValueError(f"A fault has no {', '.join(sorted(unknown))}, only {', '.join(sorted(known))}")
        return cls(**document)

    def matches(self, service: str, operation: str) -> bool:
        return fnmatchcase(service, self.service) and fnmatchcase(operation, self.operation)


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting]

    def take(self, service: str, operation: str) -> Fault | None:
        """The fault of this call, if any; counts it down."""
        for index, fault in enumerate(self._waiting):
            if not fault.matches(service, operation):
                continue
            if fault.skip:
                self._waiting[index] = replace(fault, skip=fault.skip - 1)
                continue
            if fault.count == 1:
                del self._waiting[index]
            elif fault.count is not None:
                self._waiting[index] = replace(fault, count=fault.count - 1)
            return fault
        return None


async def suffer(
    fault: Fault, service: str, request: HttpRequest, carry_out: Callable[[], Awaitable[Response]]
) -> Response | None:
    """The answer of a call that a fault hits; None for a connection that is to be closed."""
    await asyncio.sleep(fault.delay)
    if fault.drop == "before":
        return None
    if fault.code:
        return error_response(service, request, ApiError(fault.code, fault.message, fault.status))
    response = await carry_out()
    if fault.drop == "after":
        return None
    body = response.body
    for old, new in fault.replace.items():
        body = body.replace(old.encode(), new.encode())
    return replace(response, body=body)


def error_response(service: str, request: HttpRequest, error: ApiError) -> Response:
    """An error in the protocol that the client speaks."""
    if service == "ec2":
        return ec2.refusal(error)
    model = service_model(service)
    protocol: WireProtocol = JsonProtocol(model) if "x-amz-target" in request.headers else QueryProtocol(model)
    return protocol.encode_error(error, str(uuid.uuid4()))
