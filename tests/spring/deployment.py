# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment that applications use: Redis over TLS and with a token, and what its servers tell of its clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients.servers import Servers, running_servers
from redis import Redis

from sandbox.dataplane import GroupEndpoints
from sandbox.dataplane.testing import TOKEN, clustered, replicated
from spring.app_hosts import ROOT, AppHosts
from spring.boot import trust_store

LIBRARY = ROOT / "roles/elasticache_redis/files/accessweaver1.lua"
SPECS = {"single": replicated("single", 1), "replica": replicated("replica", 2), "cluster": clustered("cluster", 3, 2)}
TOPOLOGIES = tuple(SPECS)
SECRETS = ("configtree", "file")

# Where an application may be told by properties to read from replicas.
READS_FROM_REPLICAS = {
    *(("replica", line) for line in ("4.0", "4.1")),
    *(("cluster", line) for line in ("3.5", "4.0", "4.1")),
}


@dataclass(frozen=True)
class Deployment:
    """One topology, running, and the trust store of its applications."""

    mode: str
    servers: Servers
    trust_store: Path

    @property
    def endpoints(self) -> GroupEndpoints:
        return self.servers.endpoints[self.mode]

    def accept(self, *tokens: str) -> None:
        """What ROTATE (the old and the new token) and SET (the new one) do to the servers."""
        self.servers.thread.call(self.servers.thread.plane.set_auth(self.mode, tokens))

    def cut_connections(self, token: str) -> None:
        """End the connection of every client, as a failover does."""
        for role in ("primary", "replica"):
            for client in self._clients(role, token):
                client.client_kill_filter(_type="normal", skipme=True)

    def reads(self, role: str) -> int:
        """How many GET commands the nodes of a role have served so far, by their own statistics."""
        statistics = [client.info("commandstats") for client in self._clients(role)]
        return sum(int(commands.get("cmdstat_get", {}).get("calls", 0)) for commands in statistics)

    def load_functions(self) -> None:
        for client in self._clients("primary"):
            client.function_load(LIBRARY.read_text(), replace=True)

    def _clients(self, role: str, token: str = TOKEN) -> Iterator[Redis]:
        tls: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(self.servers.ca_file)}
        for node in self.servers.nodes(self.mode, role):
            with closing(Redis(node.address, node.port, password=token, decode_responses=True, **tls)) as client:
                yield client


@contextmanager
def running_deployment(mode: str, directory: Path) -> Iterator[Deployment]:
    with running_servers(directory, {mode: SPECS[mode]}) as servers:
        deployment = Deployment(mode, servers, trust_store(servers.ca_file, directory / "trust.p12"))
        deployment.load_functions()
        yield deployment


def configured_hosts(deployment: Deployment, line: str, directory: Path, **variables: Any) -> AppHosts:
    """Application hosts of a line, one for each kind of secrets, with the files that the role wrote."""
    hosts = {secrets: {**variables, "elasticache_redis_app_secrets": secrets} for secrets in SECRETS}
    return written(deployment, line, directory, hosts)


def written(deployment: Deployment, line: str, directory: Path, hosts: Mapping[str, Mapping[str, Any]]) -> AppHosts:
    """Application hosts of a line with variables of their own, and the files that the role wrote."""
    outputs = {"connection": deployment.servers.connection(deployment.mode)}
    deployments = {deployment.mode: {"elasticache_redis_outputs": outputs, "elasticache_redis_auth_token": TOKEN}}
    known = {name: {**_host(deployment, line), **variables} for name, variables in hosts.items()}
    apps = AppHosts(directory, deployments, known)
    run = apps.configure()
    assert run.status == 0, run.output
    return apps


def _host(deployment: Deployment, line: str) -> dict[str, Any]:
    """It reads from replicas where its line can."""
    reads = {"read_from": "replica-preferred"} if (deployment.mode, line) in READS_FROM_REPLICAS else {}
    return {
        "elasticache_redis_deployment": deployment.mode,
        "elasticache_redis_app_verify": True,
        "elasticache_redis_ca_file": str(deployment.servers.ca_file),
        "elasticache_redis_app_name": f"probe-{deployment.mode}",
        "elasticache_redis_app_spring_boot": line,
        "elasticache_redis_app_client": {"timeout": "3s", "pool": {"max_active": 12}, **reads},
    }
