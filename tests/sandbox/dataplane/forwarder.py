# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints with an address of their own: bytes pass through unread, so that TLS stays end to end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Container, Coroutine, Iterable
from dataclasses import dataclass

from .specs import Endpoint

CHUNK = 65536
TLS_HANDSHAKE = b"\x16"
"""The first byte of a TLS connection; no Redis command begins with it."""

Route = Callable[[bytes], Iterable[Endpoint]]


@dataclass
class Connection:
    """A client's connection and where it leads; nowhere before the client has spoken."""

    target: Endpoint | None = None


class Forwarder:
    """
    Accepts connections at one endpoint and passes each to the first of its targets that answers.

    Args:
        endpoint: Where it listens.
        route: The targets of a connection, best first, given the first bytes that the client sent.
    """

    def __init__(self, endpoint: Endpoint, route: Route) -> None:
        self.endpoint = endpoint
        self._route = route
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], Connection] = {}

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, self.endpoint.address, self.endpoint.port)

    async def stop(self) -> None:
        """Close the endpoint and every connection through it."""
        if self._server is not None:
            self._server.close()
        await self.disconnect()

    async def disconnect(self, keep: Container[Endpoint] = ()) -> None:
        """Close the connections that lead to other targets than those in ``keep``."""
        stale = [task for task, connection in self._connections.items() if connection.target not in keep]
        for task in stale:
            task.cancel()
        await asyncio.gather(*stale, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection()
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer, connection))
        self._connections[task] = connection
        task.add_done_callback(self._connections.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: Connection) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            first = await reader.read(CHUNK)
            connection.target, far_reader, far_writer = await _connect(self._route(first))
            with contextlib.closing(far_writer):
                far_writer.write(first)
                await _first_of(_copy(reader, far_writer), _copy(far_reader, writer))


def by_first_byte(tls: Endpoint, plain: Endpoint) -> Route:
    """The route of a port that takes TLS and plain text alike."""
    return lambda first: [tls if first.startswith(TLS_HANDSHAKE) else plain]


async def _connect(targets: Iterable[Endpoint]) -> tuple[Endpoint, asyncio.StreamReader, asyncio.StreamWriter]:
    for target in targets:
        with contextlib.suppress(OSError):
            return target, *await asyncio.open_connection(target.address, target.port)
    raise ConnectionRefusedError("no target of the endpoint answers")


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def _first_of(*directions: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.ensure_future(direction) for direction in directions]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
