# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as one ASGI application: the control endpoints, the call log, and every AWS API behind them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from sandbox.aws import network
from sandbox.aws.application_autoscaling import ApplicationAutoScaling
from sandbox.aws.host import MiniStack
from sandbox.aws.layers import layers
from sandbox.aws.live_metrics import LiveMetrics
from sandbox.aws.neighbours import Neighbours
from sandbox.calls import CallLog, decoded
from sandbox.dataplane import DataPlane
from sandbox.elasticache import ElastiCacheService
from sandbox.faults import Fault, Faults, suffer
from sandbox.proc import resident_bytes
from sandbox.protocol import ApiError, Response
from sandbox.settings import Settings
from sandbox.wire import HttpRequest, Message, Receive, Send, disconnect, json_response, read_request, respond

_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")


class Sandbox:
    """One local AWS."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log = CallLog()
        self._faults = Faults()
        self._host = MiniStack(settings)
        self._neighbours = Neighbours(settings, self._host)
        self._dataplane = DataPlane(settings)
        self._elasticache = ElastiCacheService(settings, self._dataplane, self._neighbours)
        self._host.serve("elasticache", self._elasticache.handle)
        self._autoscaling = ApplicationAutoScaling(settings, self._neighbours)
        self._host.serve("application-autoscaling", self._autoscaling.handle)
        for service, layer in layers(settings, self._neighbours).items():
            self._host.wrap(service, layer)
        self._host.wrap("monitoring", LiveMetrics(self._elasticache.readings))
        if settings.enforce_iam:
            from sandbox.aws import iam  # MiniStack has to be loaded first

            iam.enforce(self._host, lambda region: self._elasticache.region(region).store.tags)
        self._quiet = asyncio.Lock()  # held while the state is being replaced: requests wait
        self._started = time.monotonic()
        self._control: dict[tuple[str, str], Callable[[HttpRequest], Awaitable[Any]]] = {
            ("GET", "ready"): self._ready,
            ("GET", "status"): self._status,
            ("GET", "calls"): self._calls,
            ("POST", "reset"): self._reset,
            ("GET", "faults"): self._faults_waiting,
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "create-failure"): self._fail_next_create,
            ("POST", "maintenance"): self._maintain,
            ("POST", "backup"): self._back_up,
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            request = await read_request(scope, receive)
            response = await self._answer(scope, request)
            await (respond(send, response) if response else disconnect(send))

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._dataplane.start()
        await network.seed(self._neighbours, self._settings.region)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._elasticache.reset()
        await self._dataplane.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, request: HttpRequest) -> Response | None:
        if request.path.startswith("/_sandbox/"):
            return await self._answer_control(request)
        async with self._quiet:
            pass
        call = decoded(request)
        fault = call and self._faults.take(call.service, call.operation)
        carry_out = partial(self._host.handle, scope, request.body)
        response = await suffer(fault, call.service, request, carry_out) if call and fault else await carry_out()
        if call:
            self._log.add(call, response.status if response else 0, error_code(response))
        return response

    async def _answer_control(self, request: HttpRequest) -> Response:
        name = request.path.removeprefix("/_sandbox/")
        if not (endpoint := self._control.get((request.method, name))):
            return json_response(404, {"message": f"There is no {request.method} {request.path}"})
        try:
            return json_response(200, await endpoint(request))
        except (ApiError, KeyError, ValueError) as error:
            return json_response(400, {"message": f"{type(error).__name__}: {error}"})

    async def _ready(self, _: HttpRequest) -> dict[str, Any]:
        return {"ready": True}

    async def _calls(self, request: HttpRequest) -> list[dict[str, Any]]:
        return self._log.since(int(request.query.get("since", ["0"])[0]))

    async def _reset(self, _: HttpRequest) -> dict[str, Any]:
        async with self._quiet:
            await self._elasticache.reset()
            self._autoscaling.reset()
            await self._host.reset()
            await network.seed(self._neighbours, self._settings.region)
            self._log.clear()
            self._faults.clear()
        return {"reset": True}

    async def _faults_waiting(self, _: HttpRequest) -> list[dict[str, Any]]:
        return self._faults.waiting()

    async def _add_faults(self, request: HttpRequest) -> list[dict[str, Any]]:
        for fault in [Fault.of(document) for document in json.loads(request.body)]:
            self._faults.add(fault)
        return self._faults.waiting()

    async def _clear_faults(self, _: HttpRequest) -> list[dict[str, Any]]:
        self._faults.clear()
        return []

    async def _fail_next_create(self, request: HttpRequest) -> dict[str, Any]:
        document = json.loads(request.body)
        self._elasticache.fail_next_create(document["replication_group"], document["reason"])
        return dict(document)

    async def _maintain(self, request: HttpRequest) -> dict[str, Any]:
        document = json.loads(request.body)
        await self._elasticache.maintain(document["replication_group"])
        return dict(document)

    async def _back_up(self, request: HttpRequest) -> dict[str, Any]:
        document = json.loads(request.body)
        return {**document, "snapshot": await self._elasticache.back_up(document["replication_group"])}

    async def _status(self, _: HttpRequest) -> dict[str, Any]:
        nodes = [asdict(process) for process in self._dataplane.processes()]
        return {
            "endpoint": self._settings.endpoint_url,
            "region": self._settings.region,
            "ca_file": str(self._settings.ca_file),
            "uptime": round(time.monotonic() - self._started, 1),
            "memory": {"sandbox": resident_bytes(os.getpid()), "nodes": sum(node["rss"] for node in nodes)},
            "deployments": self._elasticache.summary(),
            "nodes": nodes,
        }


def error_code(response: Response | None) -> str | None:
    """The AWS error code of an answer; None for a success."""
    if response is None:
        return "ConnectionClosed"
    if response.status < 400:
        return None
    if found := _XML_CODE.search(response.body):
        return found[1].decode()
    try:
        document = json.loads(response.body)
    except ValueError:
        return str(response.status)
    return str(document.get("__type", response.status)).rpartition("#")[2]
