# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What applications feel of a change: they write and read over TLS while the module scales their cluster."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from integration.modules.groups import CLUSTER, TLS, Life
from redis import RedisCluster
from redis.exceptions import RedisError

from sandbox.dataplane import Endpoint
from sandbox.dataplane.testing import TOKEN, Traffic, connect

GROUP = {**CLUSTER, **TLS, "auth_token": TOKEN, "num_node_groups": 3, "replicas_per_node_group": 1}
CHANGES: dict[str, dict[str, Any]] = {
    "3 to 4 shards": {"num_node_groups": 4},
    "4 to 3 shards": {"num_node_groups": 3, "shrink_memory_percent": 0},
    "1 to 2 replicas": {"replicas_per_node_group": 2},
    "2 to 1 replicas": {"replicas_per_node_group": 1},
    "another node type": {"cache_node_type": "cache.t3.small"},
}


@dataclass
class Reader:
    """
    Reads acknowledged keys, one after the other, any of them.

    Attributes:
        client: Reads.
        traffic: Writes.
        reads: How many reads were answered.
        wrong: The numbers of the keys that were not as they had been written.
        errors: How many reads failed.
        longest_gap: The longest time without an answer, in seconds.
    """

    client: RedisCluster
    traffic: Traffic
    reads: int = 0
    wrong: list[int] = field(default_factory=list)
    errors: int = 0
    longest_gap: float = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __str__(self) -> str:
        return f"{self.reads} reads answered, {self.errors} not, longest without one {self.longest_gap:.2f} s"

    @contextmanager
    def flowing(self) -> Iterator[Reader]:
        thread = threading.Thread(target=self._read)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def _read(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(0.002):
            number = random.choice(self.traffic.acknowledged)
            try:
                if self.client.get(f"key:{number}") != str(number):
                    self.wrong.append(number)
            except (RedisError, OSError, AttributeError):  # as in Traffic
                self.errors += 1
                continue
            now = time.monotonic()
            self.reads, self.longest_gap, last = self.reads + 1, max(self.longest_gap, now - last), now


def client(life: Life) -> Any:
    """What applications connect with."""
    found = life.described()["ConfigurationEndpoint"]
    place = Endpoint(found["Address"], found["Port"])
    return connect(place, life.running.settings.ca_file, cluster=True)


def test_no_acknowledged_write_is_lost(life):
    life.create(**GROUP)
    for name, change in CHANGES.items():
        with Traffic(partial(client, life)).flowing() as traffic, Reader(client(life), traffic).flowing() as reader:
            assert life.ensure(**change)["changed"]
        print(f"{name}: {traffic}; {reader}")
        assert (traffic.lost(), reader.wrong) == ([], [])
        assert reader.reads
