# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to single nodes, the same with every redis-py from 5 to 8."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry
except ImportError:
    REDIS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REDIS_IMPORT_ERROR = None

from .checks import remedy_for, spoken


class CacheError(Exception):
    """What was wanted of a cache did not come about. The message says what to do."""


@dataclass(frozen=True)
class Node:
    """Where a node, or an endpoint that leads to one, answers."""

    host: str
    port: int

    @classmethod
    def of(cls, place: Mapping[str, Any]) -> Node:
        return cls(place["host"], place["port"])

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Access:
    """How to connect: C(timeout) is in seconds, C(ca_file) left out means the CAs of the system. With C(plain_text),
    the cache serves clients without TLS too, which does not keep these from using it."""

    tls: bool = True
    plain_text: bool = False
    ca_file: str | None = None
    username: str | None = None
    token: str | None = field(default=None, repr=False)
    timeout: float = 5


@contextmanager
def connected(node: Node, access: Access, text: bool = True) -> Iterator[Any]:
    """Yield a client of the node that tries once and reads text, or bytes. It connects with its first command, and
    stays so."""
    client = redis.Redis(
        host=node.host,
        port=node.port,
        username=access.username,
        password=access.token,
        socket_timeout=access.timeout,
        socket_connect_timeout=access.timeout,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=text,
        **(_verified(access) if access.tls else {}),
    )
    try:
        yield client
    finally:
        client.close()


@contextmanager
def asking(node: Node, access: Access, purpose: str, text: bool = True) -> Iterator[Any]:
    """Yield a client of the node; an error of it becomes a CacheError that names I(purpose), such as C(count keys)."""
    try:
        with connected(node, access, text) as client:
            yield client
    except (RedisError, OSError) as error:
        raise CacheError(f"Cannot {purpose} at {node}: {spoken(error)}. Remedy: {remedy_for(error)}.") from error


def _verified(access: Access) -> dict[str, Any]:
    """The names have to match too, which redis-py checks of its own accord only from 6 on."""
    return {"ssl": True, "ssl_cert_reqs": "required", "ssl_check_hostname": True, "ssl_ca_certs": access.ca_file}
