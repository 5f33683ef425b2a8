# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that writes all the time, and what it saw of a cache that stopped taking writes for a while."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from threading import Event, Thread
from typing import Any

with suppress(ImportError):  # The module reports it.
    from redis.exceptions import RedisError

from .checks import spoken
from .connect import Access, Node, connected

PAUSE = 0.05  # seconds between two writes; no outage is measured more exactly
KEY_SECONDS = 3600  # an interrupted run leaves its key no longer than that


@dataclass(frozen=True)
class Attempt:
    """One try to write: when it ended, in seconds of a monotonic clock, and the error if it failed."""

    ended: float
    error: Exception | None = None


@dataclass(frozen=True)
class Gap:
    """The time between two acknowledged writes, in seconds, and how many failed in it."""

    seconds: float
    failed: int


@dataclass
class Writer:
    """Writes numbers to a key through I(nodes), one at a time: the next as soon as one fails.

    Several are the nodes of a shard of a cluster, of which those that are no primary refuse writes. One is an endpoint
    that follows the primary.
    """

    nodes: Sequence[Node]
    key: str
    access: Access
    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: int = 0
    lost: int = 0
    over: Event = field(default_factory=Event)

    @property
    def error(self) -> Exception | None:
        """Why the last write failed; C(None) when it did not."""
        return self.attempts[-1].error if self.attempts else None

    def run(self) -> None:
        """Write until I(over), then delete the key."""
        for node in cycle(self.nodes):
            with connected(node, self.access) as client:
                self._write_while_it_works(client)
                if self.over.is_set():
                    with suppress(RedisError, OSError):
                        client.delete(self.key)
                    return

    def _write_while_it_works(self, client: Any) -> None:
        fresh = True
        while not self.over.wait(PAUSE):
            try:
                self._write(client, fresh)
            except (RedisError, OSError) as error:
                self.attempts.append(Attempt(time.monotonic(), error))
                return
            self.attempts.append(Attempt(time.monotonic()))
            fresh = False

    def _write(self, client: Any, fresh: bool) -> None:
        """Write the next number. The first node to take it after a failure is asked for the last one, since a replica
        that became primary may lack what only the old one had."""
        kept = int(client.get(self.key) or 0) if fresh else self.acknowledged
        client.set(self.key, self.acknowledged + 1, ex=KEY_SECONDS)
        self.lost += max(0, self.acknowledged - kept)
        self.acknowledged += 1


@contextmanager
def writing(nodes: Sequence[Node], key: str, access: Access) -> Iterator[Writer]:
    """Yield a writer that writes in a thread of its own until the block ends."""
    writer = Writer(nodes, key, access)
    thread = Thread(target=writer.run, daemon=True)
    thread.start()
    try:
        yield writer
    finally:
        writer.over.set()
        thread.join()


def gaps(attempts: Iterable[Attempt]) -> Iterator[Gap]:
    """Yield the gap before each acknowledged write but the first."""
    last, failed = None, 0
    for attempt in attempts:
        if attempt.error:
            failed += 1
            continue
        if last is not None:
            yield Gap(attempt.ended - last, failed)
        last, failed = attempt.ended, 0


def measured(writer: Writer) -> dict[str, Any]:
    """Return what the writer saw: unavailability is each gap in which a write failed."""
    attempts = list(writer.attempts)
    found = list(gaps(attempts))
    return {
        "acknowledged": sum(1 for attempt in attempts if not attempt.error),
        "failed": sum(1 for attempt in attempts if attempt.error),
        "lost": writer.lost,
        "unavailable_seconds": round(sum((gap.seconds for gap in found if gap.failed), 0.0), 3),
        "longest_gap_seconds": round(max((gap.seconds for gap in found), default=0.0), 3),
        "errors": sorted({spoken(attempt.error) for attempt in attempts if attempt.error}),
    }
