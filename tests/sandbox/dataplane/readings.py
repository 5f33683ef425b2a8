# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes tell of themselves: their INFO and their clients, in words of our own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

from .config import ADMIN_USER, REPLICA_USER
from .node import Node
from .topology import ShardNodes
from .waiting import together

PEERS = frozenset("MS")
"""Flags of CLIENT LIST: the connection leads to a primary or to a replica."""


@dataclass(frozen=True)
class Reading:
    """
    A node at one moment. What counts begins at the start of its process.

    Attributes:
        process: Redis's own id of the process.
        clients: Connections of clients, without those of the data plane and of replication.
        keys: Number of keys by database; databases without any are absent.
        used_memory: Bytes that Redis has allocated.
        maxmemory: Bytes that it may use for data; 0 is unlimited.
        hits, misses, evictions: Keys found, not found, evicted.
        engine_seconds: Processor time of the thread that executes commands.
        process_seconds: Processor time of all threads.
        uptime: Seconds since the start.
        lag: Seconds since the primary last heard of a replica; None of a primary, or of a replica without a link.
    """

    process: str
    clients: int
    keys: Mapping[int, int]
    used_memory: int
    maxmemory: int
    hits: int
    misses: int
    evictions: int
    engine_seconds: float
    process_seconds: float
    uptime: float
    lag: float | None


async def of_shard(shard: ShardNodes) -> dict[str, Reading]:
    """What the nodes of a shard that answer tell, by node id."""
    told = {node: said for node, said in await together(map(_told, shard.nodes)) if said}
    replicas = (line for info, _ in told.values() for line in info.values() if isinstance(line, dict) and "lag" in line)
    lags = {line["ip"]: float(line["lag"]) for line in replicas}
    return {node.id: reading(*said, lags.get(node.address)) for node, said in told.items()}


def reading(info: Mapping[str, Any], clients: Iterable[Mapping[str, str]], lag: float | None) -> Reading:
    """A reading of INFO and CLIENT LIST, as redis-py parses them."""
    return Reading(
        process=info["run_id"],
        clients=sum(map(_is_client, clients)),
        keys={
            int(name[2:]): told["keys"]
            for name, told in info.items()
            if name.startswith("db") and isinstance(told, dict)
        },
        used_memory=info["used_memory"],
        maxmemory=info["maxmemory"],
        hits=info["keyspace_hits"],
        misses=info["keyspace_misses"],
        evictions=info["evicted_keys"],
        engine_seconds=info["used_cpu_user_main_thread"] + info["used_cpu_sys_main_thread"],
        process_seconds=info["used_cpu_user"] + info["used_cpu_sys"],
        uptime=info["uptime_in_seconds"],
        lag=lag,
    )


def _is_client(connection: Mapping[str, str]) -> bool:
    return connection["user"] not in (ADMIN_USER, REPLICA_USER) and not PEERS & set(connection["flags"])


async def _told(node: Node) -> tuple[Node, tuple[dict[str, Any], list[dict[str, Any]]] | None]:
    """What a node says; nothing when it is just ending or starting."""
    with suppress(RedisError, OSError, RuntimeError):
        return node, (await node.info(), await node.clients())
    return node, None
