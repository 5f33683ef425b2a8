# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the data plane share: a plane to call from functions, redis-cli, and traffic that keeps count."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from redis import Redis, RedisCluster
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from sandbox.testing import reserved_network

from . import slots
from .plane import DataPlane
from .specs import Endpoint, GroupSpec, Shard

T = TypeVar("T")

TOKEN = "token-with-all-of-!&#$^<>-0123"


@dataclass(frozen=True)
class PlaneSettings:
    """Settings of a plane of its own."""

    state_dir: Path
    network: str

    @property
    def ca_file(self) -> Path:
        return self.state_dir / "ca.pem"


class PlaneThread:
    """A data plane whose event loop runs in a thread."""

    def __init__(self, settings: PlaneSettings) -> None:
        self.settings = settings
        self.plane = DataPlane(settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def call(self, work: Coroutine[Any, Any, T], seconds: float = 120) -> T:
        """The result of a coroutine."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    @contextmanager
    def running(self) -> Iterator[PlaneThread]:
        """Start, and stop at the end."""
        self._thread.start()
        try:
            self.call(self.plane.start())
            yield self
        finally:
            self.call(self.plane.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


@contextmanager
def running_plane(state_dir: Path) -> Iterator[PlaneThread]:
    """A data plane in a network of its own, stopped at the end."""
    with reserved_network() as network, PlaneThread(PlaneSettings(state_dir, network)).running() as thread:
        yield thread


def replicated(group_id: str, nodes: int, **options: Any) -> GroupSpec:
    """A group with cluster mode disabled."""
    members = tuple(f"{group_id}-{number:03}" for number in range(1, nodes + 1))
    return GroupSpec(group_id, (Shard("0001", members),), auth_tokens=(TOKEN,), **options)


def clustered(group_id: str, shards: int, nodes: int, **options: Any) -> GroupSpec:
    """A group with cluster mode enabled and evenly spread slots."""
    spread = slots.even(f"{number:04}" for number in range(1, shards + 1))
    members = {shard: tuple(f"{group_id}-{shard}-{number:03}" for number in range(1, nodes + 1)) for shard in spread}
    groups = tuple(Shard(shard, members[shard], slots.render(held)) for shard, held in spread.items())
    return GroupSpec(group_id, groups, "enabled", auth_tokens=(TOKEN,), **options)


@dataclass(frozen=True)
class RedisCli:
    """The redis-cli of the system: a client that shares nothing with the data plane."""

    ca_file: Path

    def __call__(self, endpoint: Endpoint, *words: str, tls: bool = True, token: str | None = TOKEN) -> str:
        """What it prints for a command, errors included; ``no answer`` after some seconds without one."""
        secure = ("--tls", "--cacert", str(self.ca_file)) if tls else ()
        place = ("-h", endpoint.address, "-p", str(endpoint.port))
        environment = {"PATH": os.environ["PATH"], **({"REDISCLI_AUTH": token} if token else {})}
        command = ("redis-cli", "--no-auth-warning", *place, *secure, *words)
        try:
            result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=2, check=False)
        except subprocess.TimeoutExpired:
            return "no answer"
        return (result.stdout + result.stderr).strip()


def connect(endpoint: Endpoint, ca_file: Path, *, cluster: bool) -> Redis | RedisCluster:
    """A verifying TLS client that gives up soon and is used by one thread."""
    options: dict[str, Any] = {
        "host": endpoint.address,
        "port": endpoint.port,
        "password": TOKEN,
        "ssl": True,
        "ssl_ca_certs": str(ca_file),
        "socket_timeout": 3,
        "decode_responses": True,
    }
    retry = Retry(ConstantBackoff(0.05), 3)
    return RedisCluster(**options, retry=retry) if cluster else Redis(**options, retry=Retry(ConstantBackoff(0), 0))


@dataclass
class Traffic:
    """
    Writes numbered keys one after the other and remembers which were acknowledged.

    Attributes:
        client: Makes the client.
        replicas: How many replicas have to acknowledge a write (WAIT) before it counts.
        name: What its keys begin with.
        acknowledged: The numbers of the keys that count.
        errors: How many writes failed.
        longest_gap: The longest time without an acknowledged write, in seconds.
    """

    client: Callable[[], Redis | RedisCluster]
    replicas: int = 0
    name: str = "key"
    acknowledged: list[int] = field(default_factory=list, repr=False)
    errors: int = 0
    longest_gap: float = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __str__(self) -> str:
        counts = f"{len(self.acknowledged)} writes acknowledged, {self.errors} not"
        return f"{counts}, longest without one {self.longest_gap:.2f} s"

    @contextmanager
    def flowing(self) -> Iterator[Traffic]:
        """Write all the time; some writes are acknowledged before and some after what happens meanwhile."""
        thread = threading.Thread(target=self._write, args=(self.client(),))
        thread.start()
        try:
            self._await_more()
            yield self
            self._await_more()
        finally:
            self._stop.set()
            thread.join()

    def lost(self) -> list[int]:
        """The acknowledged keys that the cache does not have, or has with another value."""
        client = self.client()
        return [number for number in self.acknowledged if client.get(self._key(number)) != str(number)]

    def _key(self, number: int) -> str:
        return f"{self.name}:{number}"

    def _await_more(self, writes: int = 50, seconds: float = 30) -> None:
        goal, deadline = len(self.acknowledged) + writes, time.monotonic() + seconds
        while len(self.acknowledged) < goal:
            assert time.monotonic() < deadline, f"writes are not acknowledged any more: {self}"
            time.sleep(0.01)

    def _write(self, client: Redis | RedisCluster) -> None:
        last = time.monotonic()
        for number in count():
            if self._stop.is_set():
                return
            if not self._written(client, number):
                self.errors += 1
                continue
            now = time.monotonic()
            self.acknowledged.append(number)
            self.longest_gap, last = max(self.longest_gap, now - last), now

    def _written(self, client: Redis | RedisCluster, number: int) -> bool:
        time.sleep(0.001)  # leaves the processor to the others
        with suppress(RedisError, OSError, AttributeError):  # redis-py: ASK for a node that it has not heard of yet
            if self.replicas:
                return self._replicated(client, number)
            return bool(client.set(self._key(number), str(number)))
        return False

    def _replicated(self, client: Redis | RedisCluster, number: int) -> bool:
        """SET and WAIT belong together on one connection: on another one WAIT would have nothing to wait for."""
        with _connection_for(client, self._key(number)).pipeline(transaction=False) as pipeline:
            pipeline.set(self._key(number), str(number))
            pipeline.wait(self.replicas, 500)
            return int(pipeline.execute()[1]) >= self.replicas


def _connection_for(client: Redis | RedisCluster, key: str) -> Redis:
    if isinstance(client, Redis):
        return client
    client.get(key)  # follows redirections, so that the primary of the key is known
    connection: Redis = client.get_redis_connection(client.get_node_from_key(key))
    return connection
