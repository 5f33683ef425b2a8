# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
MiniStack, mounted in this process.

Services of our own and layers over MiniStack's are put into MiniStack's table of handlers, so that its routing by
credential scope, its accounts and regions and its IAM enforcement hold for them as for its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from sandbox.protocol import Response
from sandbox.settings import Settings
from sandbox.wire import AsgiApp, Handler, HttpRequest, Layer, Message, call

ROOT_KEY = "sandbox"  # access key id and secret access key of the account's root user


def environment(settings: Settings) -> dict[str, str]:
    """What MiniStack reads when it is imported: no listener, container or file of its own."""
    return {
        "GATEWAY_PORT": str(settings.port),
        "MINISTACK_ACCOUNT_ID": settings.account_id,
        "MINISTACK_REGION": settings.region,
        "AUTH": str(settings.enforce_iam).lower(),
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "LOG_LEVEL": "WARNING",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent.sock",
    }


class MiniStack:
    """The mounted emulator. Its state is global to the process: one instance per process."""

    def __init__(self, settings: Settings) -> None:
        os.environ.update(environment(settings))
        from ministack import app as module

        self._app: AsgiApp = module.app
        self._handlers: dict[str, Any] = module.SERVICE_HANDLERS

    def serve(self, service: str, handler: Handler) -> None:
        """Answer a service, named as in credential scopes, with a handler of our own."""

        async def serve(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> tuple[Any, ...]:
            response = await handler(HttpRequest(method, path, headers, body, query))
            return response.status, dict(response.headers), response.body

        self._handlers[service] = serve

    def wrap(self, service: str, layer: Layer) -> None:
        """Put a layer over what answers the service now."""
        inner = self._handlers[service]

        async def forward(request: HttpRequest) -> Response:
            return Response(*await inner(request.method, request.path, request.headers, request.body, request.query))

        async def wrapped(request: HttpRequest) -> Response:
            return await layer(request, forward)

        self.serve(service, wrapped)

    async def handle(self, scope: Message, body: bytes) -> Response:
        """Authorise, route and answer an API request."""
        return await call(self._app, scope, body)

    async def reset(self) -> None:
        """Empty every service."""
        await call(self._app, scope_of("POST", "/_ministack/reset", {}), b"")


def scope_of(method: str, path: str, headers: Mapping[str, str], query: str = "") -> Message:
    """The ASGI scope of a request made inside the process."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}
