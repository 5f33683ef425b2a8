# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ElastiCache as one request handler over the state of every region."""

from __future__ import annotations

import shutil
import traceback
import uuid
from contextlib import suppress
from typing import Any

from sandbox.dataplane import DataPlane, Reading
from sandbox.elasticache import (
    cache_clusters,
    changes,
    engines,
    events,
    failover,
    modification,
    parameter_groups,
    registry,
    replication_groups,
    scaling,
    service_updates,
    snapshots,
    subnet_groups,
    tags,
    user_groups,
    users,
)
from sandbox.elasticache.plane import Plane
from sandbox.elasticache.region import Neighbours, Operation, Region
from sandbox.elasticache.resources import ReplicationGroup, Store
from sandbox.protocol import ApiError, Parameters, QueryProtocol, Request, Response, service_model
from sandbox.settings import Settings
from sandbox.wire import HttpRequest

OPERATIONS: dict[str, Operation] = {
    **cache_clusters.OPERATIONS,
    **engines.OPERATIONS,
    **events.OPERATIONS,
    **failover.OPERATIONS,
    **modification.OPERATIONS,
    **parameter_groups.OPERATIONS,
    **replication_groups.OPERATIONS,
    **scaling.OPERATIONS,
    **service_updates.OPERATIONS,
    **snapshots.OPERATIONS,
    **subnet_groups.OPERATIONS,
    **tags.OPERATIONS,
    **user_groups.OPERATIONS,
    **users.OPERATIONS,
}

_READING = ("Describe", "List")


class ElastiCacheService:
    """
    The ElastiCache API.

    Args:
        settings: The sandbox's.
        dataplane: Runs the Redis processes.
        neighbours: The other services, to check what requests name there.
    """

    def __init__(self, settings: Settings, dataplane: DataPlane, neighbours: Neighbours) -> None:
        self._settings = settings
        self._dataplane = dataplane
        self._neighbours = neighbours
        self._protocol = QueryProtocol(service_model("elasticache"))
        self._regions: dict[str, Region] = {}

    async def handle(self, request: HttpRequest) -> Response:
        """Answer one API request."""
        request_id = str(uuid.uuid4())
        region = self.region(request.credential.region if request.credential else None)
        try:
            call = self._protocol.decode(request.headers, request.body)
            answer = await self._run(region, call)
        except ApiError as error:
            return self._protocol.encode_error(error, request_id)
        except Exception as error:  # a mistake of ours: the log has it whole, the client in a line
            traceback.print_exception(error)
            internal = ApiError("InternalFailure", f"The sandbox failed: {error!r}", 500)
            return self._protocol.encode_error(internal, request_id)
        return self._protocol.encode(call.operation, answer, request_id)

    async def _run(self, region: Region, call: Request) -> Parameters:
        if call.operation not in OPERATIONS:
            raise ApiError("InvalidAction", f"The sandbox does not implement the operation {call.operation}.")
        operation = OPERATIONS[call.operation]
        if call.operation.startswith(_READING):
            return await operation(region, call.parameters)
        async with region.lock:  # a check that awaits a neighbour still holds when its result is acted upon
            return await operation(region, call.parameters)

    def region(self, name: str | None = None) -> Region:
        """The state of a region; of the sandbox's own by default."""
        name = name or self._settings.region
        if name not in self._regions:
            prefix = "" if name == self._settings.region else f"{name}."
            plane = Plane(self._dataplane, prefix)
            self._regions[name] = Region(name, self._settings, plane, self._neighbours, _new_store())
        return self._regions[name]

    def fail_next_create(self, pattern: str, reason: str) -> None:
        """
        Let the next creation of a replication group end in create-failed.

        Args:
            pattern: Which group, as a shell pattern over its id: "*" is the next one, whichever it is.
            reason: What the event of the failure says.
        """
        self.region().failures[pattern] = reason

    async def maintain(self, group_id: str) -> None:
        """Let the maintenance window of a replication group come: what waits for it is carried out."""
        region = self.region()
        await changes.maintain(region, registry.find_group(region, group_id))

    async def back_up(self, group_id: str) -> str:
        """Let the snapshot window of a replication group come: returns the name of its automatic snapshot."""
        region = self.region()
        return (await snapshots.back_up(region, registry.find_group(region, group_id))).name

    async def readings(self, region_name: str) -> dict[str, Reading]:
        """What the nodes of a region that answer tell of themselves now, by cache cluster id."""
        region = self.region(region_name)
        found: dict[str, Reading] = {}
        for rg in list(region.store.replication_groups.values()):
            with suppress(KeyError):  # it is not up yet, or not any more
                found.update(await region.plane.readings(rg))
        return found

    async def reset(self) -> None:
        """Forget everything; what runs in the data plane is ended."""
        for region in self._regions.values():
            await region.cancel()
            for rg in region.store.replication_groups.values():
                await region.plane.delete(rg)
        self._regions.clear()
        for name in ("snapshots", "imports"):
            shutil.rmtree(self._settings.state_dir / name, ignore_errors=True)

    def summary(self) -> dict[str, Any]:
        """The replication groups by id: state, topology and endpoints."""
        return {
            rg.id: {
                "region": region.name,
                "status": rg.status,
                "engine": f"{rg.engine} {rg.version}",
                "shards": len(rg.shards),
                "nodes": len(list(rg.nodes)),
                "endpoints": _endpoints(region, rg) if rg.reachable else {},
            }
            for region in self._regions.values()
            for rg in region.store.replication_groups.values()
        }


def _endpoints(region: Region, rg: ReplicationGroup) -> dict[str, str]:
    found = region.plane.endpoints(rg)
    named = {"primary": found.primary, "reader": found.reader, "configuration": found.configuration}
    return {name: str(endpoint) for name, endpoint in named.items() if endpoint}


def _new_store() -> Store:
    return Store(parameter_groups=parameter_groups.default_groups(), users=users.default_users())
