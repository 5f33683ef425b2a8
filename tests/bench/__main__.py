# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
What the access patterns of docs/patterns.md cost, beside a bare GET and beside redis-benchmark.

All patterns are measured at one rate, which those of several commands can keep, and a permission check at a higher one.
Calls begin at fixed times, and their latency counts from then on, so that a slow call makes those behind it slow as
well. redis_invalidate, which opens connections of its own, runs once after the other. Exits with 1 if a permission
check takes 1 ms or more at the 99th percentile.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import quantiles
from types import ModuleType
from typing import Any

import redis
from integration.patterns.caches import LIBRARY, Caches
from integration.patterns.document import document

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.functions import ensure
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.invalidate import invalidate
from ansible_collections.accessweaver.elasticache.plugins.modules.redis_invalidate import ARGUMENTS
from sandbox.dataplane import GroupEndpoints
from sandbox.dataplane.testing import TOKEN, clustered, running_plane

FAST, USUAL = 1_000, 200  # calls a second
SECONDS = 10
LIMIT_MS = 1.0
HOUR_MS = 3_600_000
TENANTS = [f"tenant-{number}" for number in range(100)]
CROWD = [f"crowd-{number}" for number in range(100)]
USERS = 100  # of each tenant of the crowd
INVALIDATIONS = 20
PERCENTS = (50, 95, 99, 99.9)
BARE = "GET"

Call = Callable[[], object]


@dataclass(frozen=True)
class Latencies:
    """Milliseconds from when a call was to begin to its answer."""

    name: str
    milliseconds: list[float]

    def percentile(self, percent: float) -> float:
        return quantiles(self.milliseconds, n=1000, method="inclusive")[round(percent * 10) - 1]

    def row(self, bare: Latencies) -> str:
        """With how many times the median of a bare GET its own is."""
        found = row(self.name, [*map(self.percentile, PERCENTS), max(self.milliseconds)])
        return f"{found}{self.percentile(50) / bare.percentile(50):9.1f}"


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


def patterns_of(cache: redis.RedisCluster, patterns: Any) -> dict[str, Call]:
    """The patterns as an application meets them; ids come round, so that all shards have their share."""
    numbers = count()
    expires_at_ms = int(time.time() * 1000) + HOUR_MS

    def tenant() -> str:
        return TENANTS[next(numbers) % len(TENANTS)]

    def missed(name: str) -> str:
        patterns.invalidate(name, "ada", "report")
        return str(patterns.permission(name, "ada", "report", lambda: "read"))

    for name in TENANTS:
        cache.set(f"aw:{{{name}}}:bare", "read")
        patterns.permission(name, "ada", "report", lambda: "read")
        patterns.session(name, "known", expires_at_ms, lambda: "{}")
    return {
        BARE: lambda: cache.get(f"aw:{{{tenant()}}}:bare"),
        "permission check": lambda: patterns.permission(tenant(), "ada", "report", lambda: "read"),
        "permission deleted, read and filled": lambda: missed(tenant()),
        "session check": lambda: patterns.session(tenant(), "known", expires_at_ms, lambda: "{}"),
        "session revoked": lambda: patterns.revoke(tenant(), f"session-{next(numbers)}", expires_at_ms),
        "rate limit": lambda: patterns.wait_for_admission(tenant(), "login", 100, 10_000),
    }


def invalidations(caches: Caches, cache: redis.RedisCluster, patterns: ModuleType) -> Latencies:
    """redis_invalidate as a task runs it: of one tenant after the other, among 10,000 keys of others."""
    options = {name: ARGUMENTS[name]["default"] for name in ("keys", "channel", "count", "pause", "max_keys")}
    for name in CROWD:
        cache.mset_nonatomic({patterns.key(name, "permissions", f"user-{user}"): "1" for user in range(USERS)})
    found = []
    for name in CROWD[:INVALIDATIONS]:
        ids = {"tenant": name, "user": None, "resource": None}
        call = partial(invalidate, caches.parameters("cluster", **options, **ids), False)
        found.append(one(call, time.perf_counter()))
    return Latencies(f"redis_invalidate of {USERS} keys", found)


def compare(rate: int, calls: Mapping[str, Call]) -> dict[str, Latencies]:
    """Measure all at one rate, a bare GET first, and print them."""
    head = f"{rate} calls a second, milliseconds"
    print(f"{head:<38}" + "".join(f"{name:>9}" for name in (*(f"p{each}" for each in PERCENTS), "max", "of GET")))
    found: dict[str, Latencies] = {}
    for name, call in calls.items():
        found[name] = measure(name, rate, call)
        print(found[name].row(found[BARE]), flush=True)
    return found


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
    patterns = patterns_of(cache, application.Patterns(cache))
    print(f"3 shards of 3 nodes, TLS, {os.cpu_count()} processors, redis-py {redis.__version__}")
    fast = compare(FAST, {name: patterns[name] for name in (BARE, "permission check")})
    bare = compare(USUAL, patterns)[BARE]
    print(invalidations(caches, cache, application).row(bare))
    peer = redis_benchmark(found, ca_file)
    print(row("GET of redis-benchmark", [peer[name] for name in ("p50", "p95", "p99")]), f"{'':8}{peer['max']:9.3f}")
    return fast["permission check"].percentile(99) < LIMIT_MS


def main() -> int:
    with tempfile.TemporaryDirectory() as directory, running_plane(Path(directory)) as thread:
        found = thread.call(thread.plane.create_group(clustered("bench", 3, 3)))
        return 0 if report(found, thread.settings.ca_file) else 1


if __name__ == "__main__":
    sys.exit(main())
