# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Redis in the three topologies, over TLS and with a token: the nodes of the sandbox's data plane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.dataplane import Endpoint, GroupEndpoints, GroupSpec
from sandbox.dataplane.testing import PlaneThread, clustered, connect, replicated, running_plane

SPECS = {"single": replicated("single", 1), "replica": replicated("replica", 2), "cluster": clustered("cluster", 3, 1)}


@dataclass(frozen=True)
class Servers:
    """The three topologies, running."""

    thread: PlaneThread
    endpoints: Mapping[str, GroupEndpoints]

    @property
    def ca_file(self) -> Path:
        return self.thread.settings.ca_file

    def connection(self, mode: str) -> dict[str, Any]:
        """What the outputs of a deployment say of a topology."""
        endpoints = self.endpoints[mode]
        return {
            "mode": mode,
            "port": 6379,
            "tls": True,
            "auth": True,
            "username": None,
            "writer": _place(endpoints.primary),
            "reader": _place(endpoints.reader) if mode == "replica" else None,
            "configuration": _place(endpoints.configuration),
            "nodes": [],
        }

    def client_names(self, mode: str, role: str) -> list[set[str]]:
        """The names in C(CLIENT LIST) of every node of a role."""
        return [{client["name"] for client in self._ask(node, "client_list")} for node in self.nodes(mode, role)]

    def keys(self, mode: str) -> dict[str, str]:
        """Everything on the primaries, which is deleted."""
        found: dict[str, str] = {}
        for node in self.nodes(mode, "primary"):
            with closing(connect(node, self.ca_file, cluster=False)) as client:
                found |= {str(key): str(client.get(key)) for key in client.scan_iter()}
                client.flushall()
        return found

    def nodes(self, mode: str, role: str) -> list[Endpoint]:
        """The nodes that have a role now."""
        roles = self.thread.plane.roles(mode)
        return [node for node_id, node in self.endpoints[mode].nodes.items() if roles[node_id] == role]

    def _ask(self, node: Endpoint, question: str) -> Any:
        with closing(connect(node, self.ca_file, cluster=False)) as client:
            return getattr(client, question)()


@contextmanager
def running_servers(state_dir: Path, specs: Mapping[str, GroupSpec] = SPECS) -> Iterator[Servers]:
    with running_plane(state_dir) as thread:
        yield Servers(thread, {mode: thread.call(thread.plane.create_group(spec)) for mode, spec in specs.items()})


def _place(endpoint: Endpoint | None) -> dict[str, Any] | None:
    return {"host": endpoint.address, "port": endpoint.port} if endpoint else None
