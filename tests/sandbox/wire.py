# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP as the services of the sandbox pass it on: whole requests, whole responses, and ASGI at both ends."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from sandbox.protocol import Response

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Message, Receive, Send], Awaitable[None]]

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/[^/]+/(?P<region>[^/]+)/(?P<service>[^/]+)/")


@dataclass(frozen=True)
class Credential:
    """What a signed request says of itself: access key, region, and the service's signing name."""

    key: str
    region: str
    service: str


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request, read to its end; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def credential(self) -> Credential | None:
        """The credential scope of the Authorization header; None for an unsigned request."""
        found = _CREDENTIAL.search(self.headers.get("authorization", ""))
        return Credential(**found.groupdict()) if found else None


Handler = Callable[[HttpRequest], Awaitable[Response]]
Layer = Callable[[HttpRequest, Handler], Awaitable[Response]]


def json_response(status: int, document: Any) -> Response:
    """An answer of the control endpoints."""
    return Response(status, {"content-type": "application/json"}, json.dumps(document, default=str).encode())


async def read_request(scope: Message, receive: Receive) -> HttpRequest:
    """The request of an ASGI scope with its whole body."""
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return HttpRequest(scope["method"], scope["path"], headers, b"".join(chunks), query)


async def respond(send: Send, response: Response) -> None:
    """Send a whole answer."""
    headers = {**response.headers, "content-length": str(len(response.body))}
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": response.body})


async def disconnect(send: Send) -> None:
    """Close the connection without an answer. ASGI has no word for it: this is hypercorn's own."""
    from hypercorn.protocol.events import StreamClosed

    stream: Any = send.__self__  # type: ignore[attr-defined]
    await stream.send(StreamClosed(stream_id=stream.stream_id))


async def call(app: AsgiApp, scope: Message, body: bytes) -> Response:
    """What an ASGI application answers to a request whose body was already read."""
    inbox: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    outbox: list[Message] = []

    async def receive() -> Message:
        return inbox.pop() if inbox else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        outbox.append(message)

    await app(scope, receive, send)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in outbox[0]["headers"]}
    return Response(outbox[0]["status"], headers, b"".join(message.get("body", b"") for message in outbox[1:]))
