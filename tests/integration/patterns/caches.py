# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Caches of real Redis processes, and how modules and applications reach them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from redis import Redis, RedisCluster

from sandbox.dataplane import Endpoint, GroupEndpoints
from sandbox.dataplane.testing import TOKEN

ROOT = Path(__file__).resolve().parents[3]
SOURCE = (ROOT / "roles/elasticache_redis/files/accessweaver1.lua").read_text()
LIBRARY = {"name": "accessweaver1", "state": "present", "code": SOURCE}


@dataclass(frozen=True)
class Caches:
    """The caches ``cluster`` (three shards of three nodes), ``replica`` (two nodes) and ``full`` (one small one)."""

    groups: dict[str, GroupEndpoints]
    ca_file: Path

    def parameters(self, cache: str, **more: Any) -> dict[str, Any]:
        """What a module would get, defaults included."""
        found = self.groups[cache]
        connection = {
            "mode": "single" if cache == "full" else cache,
            "tls": True,
            "auth": True,
            "username": None,
            "writer": place(found.primary),
            "reader": place(found.reader),
            "configuration": place(found.configuration),
            "nodes": None,
        }
        access = {"auth_token": TOKEN, "username": None, "ca_file": str(self.ca_file), "timeout": 30}
        return {"connection": connection, **access, **more}

    @cached_property
    def cluster(self) -> RedisCluster:
        return RedisCluster(**self.options)

    @property
    def options(self) -> dict[str, Any]:
        """Those of a client of the cluster that many threads share."""
        return {**self._options(self.groups["cluster"].configuration), "max_connections": 300}

    @cached_property
    def primaries(self) -> list[Redis]:
        """A client of each primary of the cluster."""
        places = sorted((node.host, node.port) for node in self.cluster.get_primaries())
        return [Redis(**self._options(Endpoint(host, port))) for host, port in places]

    def node(self, endpoint: Endpoint) -> Redis:
        return Redis(**self._options(endpoint))

    def _options(self, endpoint: Endpoint | None) -> dict[str, Any]:
        assert endpoint
        secure = {"ssl": True, "ssl_ca_certs": str(self.ca_file)}
        return {
            "host": endpoint.address,
            "port": endpoint.port,
            "password": TOKEN,
            "socket_timeout": 30,
            "decode_responses": True,
            **secure,
        }


def place(endpoint: Endpoint | None) -> dict[str, Any] | None:
    return {"host": endpoint.address, "port": endpoint.port} if endpoint else None
