# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operation gets: the resources of one region, the data plane, the neighbours, and time."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol

from sandbox.elasticache.plane import Plane
from sandbox.elasticache.resources import Event, Store
from sandbox.protocol import Parameters
from sandbox.settings import Settings


class Neighbours(Protocol):
    """The other services of the sandbox, called by their boto3 names; they raise botocore's ClientError."""

    async def call(
        self, service: str, operation: str, *, region: str | None = None, **parameters: Any
    ) -> Parameters: ...


@dataclass
class Region:
    """One region of the service."""

    name: str
    settings: Settings
    plane: Plane
    neighbours: Neighbours
    store: Store = field(default_factory=Store)
    failures: dict[str, str] = field(default_factory=dict)  # pattern of group ids whose creation fails -> why
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def arn(self, kind: str, name: str) -> str:
        """An ARN; kinds are those of the API reference: replicationgroup, cluster, subnetgroup, ..."""
        return f"arn:aws:elasticache:{self.name}:{self.settings.account_id}:{kind}:{name}"

    async def ask(self, service: str, operation: str, **parameters: Any) -> Parameters:
        """Call a neighbour in this region."""
        return await self.neighbours.call(service, operation, region=self.name, **parameters)

    def event(self, source_type: str, source: str, message: str) -> None:
        self.store.events.append(Event(source, source_type, message))

    async def pause(self, seconds: float) -> None:
        """Wait as long as AWS would take, on the sandbox's scale of time."""
        await asyncio.sleep(seconds * self.settings.time_scale)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a transition in the background; what it raises is printed, never lost."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            traceback.print_exception(error)

    async def cancel(self) -> None:
        """End every transition under way."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def planned_failure(self, group_id: str) -> str | None:
        """Take the reason for which a group's creation shall fail, if one was asked for."""
        pattern = next((pattern for pattern in self.failures if fnmatchcase(group_id, pattern)), None)
        return self.failures.pop(pattern) if pattern else None


Operation = Callable[[Region, Parameters], Awaitable[Parameters]]
