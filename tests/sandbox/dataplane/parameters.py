# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
ElastiCache parameters as Redis configuration. Pure: one decision per parameter, in the tables below.

Names: ElastiCache user guide, "Engine specific parameters". The parameters of every family are known here, whether or
not the engine of the sandbox (Redis 7.0) has them. Defaults are the parameter group's business, not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

DIRECTIVES = frozenset(
    {
        "acl-pubsub-default",
        "acllog-max-len",
        "active-defrag-cycle-max",
        "active-defrag-cycle-min",
        "active-defrag-ignore-bytes",
        "active-defrag-max-scan-fields",
        "active-defrag-threshold-lower",
        "active-defrag-threshold-upper",
        "active-expire-effort",
        "activerehashing",
        "client-query-buffer-limit",
        "cluster-allow-pubsubshard-when-down",
        "cluster-allow-reads-when-down",
        "cluster-require-full-coverage",
        "databases",
        "hash-max-listpack-entries",
        "hash-max-listpack-value",
        "hll-sparse-max-bytes",
        "latency-tracking",
        "lazyfree-lazy-eviction",
        "lazyfree-lazy-expire",
        "lazyfree-lazy-server-del",
        "lazyfree-lazy-user-del",
        "lfu-decay-time",
        "lfu-log-factor",
        "list-compress-depth",
        "list-max-listpack-size",
        "lua-time-limit",
        "maxmemory-clients",
        "maxmemory-policy",
        "maxmemory-samples",
        "min-replicas-max-lag",
        "min-replicas-to-write",
        "notify-keyspace-events",
        "proto-max-bulk-len",
        "repl-backlog-size",
        "repl-backlog-ttl",
        "repl-timeout",
        "replica-ignore-maxmemory",
        "replica-lazy-flush",
        "set-max-intset-entries",
        "slowlog-log-slower-than",
        "slowlog-max-len",
        "stream-node-max-bytes",
        "stream-node-max-entries",
        "tcp-keepalive",
        "timeout",
        "tracking-table-max-keys",
        "zset-max-listpack-entries",
        "zset-max-listpack-value",
    }
)
"""Parameters that are directives of redis.conf under the same name."""

OLD_NAMES = {
    "hash-max-ziplist-entries": "hash-max-listpack-entries",
    "hash-max-ziplist-value": "hash-max-listpack-value",
    "list-max-ziplist-size": "list-max-listpack-size",
    "min-slaves-max-lag": "min-replicas-max-lag",
    "min-slaves-to-write": "min-replicas-to-write",
    "zset-max-ziplist-entries": "zset-max-listpack-entries",
    "zset-max-ziplist-value": "zset-max-listpack-value",
}
"""What the families before redis7 call them."""

STARTUP_ONLY = frozenset({"databases"})
"""Directives that Redis reads only at its start."""

RESERVED_MEMORY = frozenset({"reserved-memory", "reserved-memory-percent"})
"""Parameters that lower ``maxmemory``."""

OUTPUT_BUFFER = {
    "normal": {"hard-limit": "0", "soft-limit": "0", "soft-seconds": "0"},
    "pubsub": {"hard-limit": "33554432", "soft-limit": "8388608", "soft-seconds": "60"},
    "replica": {"hard-limit": "268435456", "soft-limit": "67108864", "soft-seconds": "60"},
}
"""``client-output-buffer-limit-CLASS-LIMIT``: nine parameters, one directive; with Redis's own values."""

NO_EFFECT = {
    "activedefrag": "needs a Redis built with its own jemalloc",
    "appendfsync": "goes with appendonly",
    "appendonly": "not supported by ElastiCache since Redis 2.8.22",
    "close-on-replica-write": "ElastiCache's own",
    "cluster-databases": "Valkey 9",
    "cluster-enabled": "the topology decides",
    "cluster-preferred-endpoint-type": "nodes of the sandbox have no names",
    "commandlog-execution-slower-than": "Valkey 8.1",
    "commandlog-large-reply-max-len": "Valkey 8.1",
    "commandlog-large-request-max-len": "Valkey 8.1",
    "commandlog-reply-larger-than": "Valkey 8.1",
    "commandlog-request-larger-than": "Valkey 8.1",
    "commandlog-slow-execution-max-len": "Valkey 8.1",
    "extended-redis-compatibility": "Valkey",
    "lua-replicate-commands": "always on since Redis 7",
    "maxclients": "the node type decides",
    "maxmemory": "the node type decides",
    "rename-commands": "would rename commands that the data plane calls",
    "replica-allow-chaining": "the topology decides",
    "search-default-timeout-ms": "Valkey search",
    "search-enable-partial-results": "Valkey search",
    "search-fanout-target-mode": "Valkey search",
    "search-query-partition-mode": "Valkey search",
    "slave-allow-chaining": "the topology decides",
}
"""Known parameters that change nothing here, and why."""

BUFFER_LIMIT = "client-output-buffer-limit"
BUFFER_LIMITS = frozenset(
    f"{BUFFER_LIMIT}-{kind}-{limit}" for kind, limits in OUTPUT_BUFFER.items() for limit in limits
)


def unknown(names: Iterable[str]) -> list[str]:
    """The names about which no table decides, sorted."""
    return sorted({_modern(name) for name in names} - DIRECTIVES - RESERVED_MEMORY - BUFFER_LIMITS - NO_EFFECT.keys())


def directives(parameters: Mapping[str, str], maxmemory: int) -> dict[str, str]:
    """
    What a parameter group means for a node, in words of redis.conf.

    Args:
        parameters: The parameters in effect.
        maxmemory: Memory of the node type in bytes; 0 is unlimited.

    Raises:
        ValueError: Parameters that no table knows.
    """
    if names := unknown(parameters):
        raise ValueError(f"parameters that the data plane does not know: {', '.join(names)}")
    given = {_modern(name): value for name, value in parameters.items()}
    return {
        **{name: value for name, value in sorted(given.items()) if name in DIRECTIVES},
        BUFFER_LIMIT: _output_buffer(given),
        "maxmemory": str(usable_memory(given, maxmemory)),
    }


def dynamic(configuration: Mapping[str, str]) -> dict[str, str]:
    """The part of a configuration that a running Redis takes over."""
    return {name: value for name, value in configuration.items() if name not in STARTUP_ONLY}


def usable_memory(parameters: Mapping[str, str], maxmemory: int) -> int:
    """Bytes left for data: without ``reserved-memory``, or else without ``reserved-memory-percent``."""
    reserved = int(parameters.get("reserved-memory") or 0)
    percent = int(parameters.get("reserved-memory-percent") or 0)
    return max(maxmemory - reserved, 0) if reserved else maxmemory * (100 - percent) // 100


def _modern(name: str) -> str:
    return OLD_NAMES.get(name, name).replace("-limit-slave-", "-limit-replica-")


def _output_buffer(parameters: Mapping[str, str]) -> str:
    return " ".join(
        " ".join(
            (kind, *(parameters.get(f"{BUFFER_LIMIT}-{kind}-{limit}", default) for limit, default in limits.items()))
        )
        for kind, limits in OUTPUT_BUFFER.items()
    )
