# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
What the access patterns of docs/patterns.md cost, beside a bare GET and beside redis-benchmark.

Calls begin at fixed times, and their latency counts from then on, so that a slow call makes those
behind it slow as well. Exits with 1 if a permission check takes 1 ms or more at the 99th percentile.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any

import redis
from integration.patterns.caches import LIBRARY, Caches
from integration.patterns.document import document

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.functions import ensure
from sandbox.dataplane import GroupEndpoints
from sandbox.dataplane.testing import TOKEN, clustered, running_plane

RATE = 1_000  # calls a second
SLOW_RATE = 200  # of what takes several commands
SECONDS = 10
LIMIT_MS = 1.0
HOUR_MS = 3_600_000

Call = Callable[[], object]


@dataclass(frozen=True)
class Latencies:
    """Milliseconds from when a call was to begin to its answer."""

    name: str
    milliseconds: list[float]

    def percentile(self, percent: float) -> float:
        return quantiles(self.milliseconds, n=1000, method="inclusive")[round(percent * 10) - 1]

    def row(self) -> str:
        return row(self.name, [*map(self.percentile, (50, 95, 99, 99.9)), max(self.milliseconds)])


def row(name: str, milliseconds: Iterable[float]) -> str:
    return f"{name:<38}" + "".join(f"{value:9.3f}" for value in milliseconds)


def measure(name: str, rate: int, call: Call) -> Latencies:
    """Call at a rate; the calls of the first second do not count."""
    start = time.perf_counter()
    latencies = [one(call, start + number / rate) for number in range(rate * (SECONDS + 1))]
    return Latencies(name, latencies[rate:])


def one(call: Call, due: float) -> float:
    """Call at a time; sleeping is too coarse for the last part of the wait."""
    if (early := due - time.perf_counter()) > 0.0003:
        time.sleep(early - 0.0002)
    while time.perf_counter() < due:
        pass
    call()
    return (time.perf_counter() - due) * 1000


def calls(cache: redis.RedisCluster, patterns: Any) -> list[tuple[str, int, Call]]:
    """The patterns as an application meets them; ids come round, so that all shards have their share."""
    tenants, numbers = [f"tenant-{number}" for number in range(100)], count()
    expires_at_ms = int(time.time() * 1000) + HOUR_MS

    def tenant() -> str:
        return tenants[next(numbers) % len(tenants)]

    def missed(name: str) -> str:
        patterns.invalidate(name, "ada", "report")
        return str(patterns.permission(name, "ada", "report", lambda: "read"))

    for name in tenants:
        cache.set(f"aw:{{{name}}}:bare", "read")
        patterns.permission(name, "ada", "report", lambda: "read")
        patterns.session(name, "known", expires_at_ms, lambda: "{}")
    return [
        ("GET", RATE, lambda: cache.get(f"aw:{{{tenant()}}}:bare")),
        ("permission check", RATE, lambda: patterns.permission(tenant(), "ada", "report", lambda: "read")),
        ("permission deleted, read and filled", SLOW_RATE, lambda: missed(tenant())),
        ("session check", RATE, lambda: patterns.session(tenant(), "known", expires_at_ms, lambda: "{}")),
        ("session revoked", RATE, lambda: patterns.revoke(tenant(), f"session-{next(numbers)}", expires_at_ms)),
        ("rate limit", RATE, lambda: patterns.wait_for_admission(tenant(), "login", 100, 10_000)),
    ]


def redis_benchmark(found: GroupEndpoints, ca_file: Path) -> dict[str, float]:
    """GET by Redis's own tool: one connection to each primary, as fast as it gets, in milliseconds."""
    assert found.configuration
    place = ["-h", found.configuration.address, "-p", str(found.configuration.port), "-a", TOKEN]
    load = [
        "--cluster",
        "--tls",
        "--cacert",
        str(ca_file),
        "-c",
        "3",
        "-n",
        "100000",
        "-r",
        "1000",
        "-t",
        "get",
        "--csv",
    ]
    ended = subprocess.run(["redis-benchmark", *place, *load], capture_output=True, text=True, check=True)
    table = ended.stdout[ended.stdout.index('"test"') :].splitlines()
    (row,) = csv.DictReader(table)
    return {name.removesuffix("_latency_ms"): float(value) for name, value in row.items() if name.endswith("_ms")}


def report(found: GroupEndpoints, ca_file: Path) -> bool:
    """Measure and print everything; whether the permission check is as fast as it is meant to be."""
    caches = Caches({"cluster": found}, ca_file)
    ensure(caches.parameters("cluster", **LIBRARY), False)
    application = document()
    cache = application.Cluster(**caches.options)
    print(f"3 shards of 3 nodes, TLS, {os.cpu_count()} processors, redis-py {redis.__version__}")
    print(f"{RATE} calls a second, {SLOW_RATE} of what takes several commands")
    print(f"{'milliseconds':<38}" + "".join(f"{name:>9}" for name in ("p50", "p95", "p99", "p99.9", "max")))
    fast = True
    for name, rate, call in calls(cache, application.Patterns(cache)):
        latencies = measure(name, rate, call)
        print(latencies.row(), flush=True)
        fast &= name != "permission check" or latencies.percentile(99) < LIMIT_MS
    peer = redis_benchmark(found, ca_file)
    print(row("GET of redis-benchmark", [peer[name] for name in ("p50", "p95", "p99")]), f"{'':8}{peer['max']:9.3f}")
    return fast


def main() -> int:
    with tempfile.TemporaryDirectory() as directory, running_plane(Path(directory)) as thread:
        found = thread.call(thread.plane.create_group(clustered("bench", 3, 3)))
        return 0 if report(found, thread.settings.ca_file) else 1


if __name__ == "__main__":
    sys.exit(main())
