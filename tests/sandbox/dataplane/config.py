# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis.conf of a node. Pure."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from . import parameters, restrictions
from .specs import Endpoint, GroupSpec, TlsMode

BUS_OFFSET = 10000
INTERNAL_OFFSET = 20000
PLAIN_OFFSET = 1000
NODE_TIMEOUT_MS = 5000


@dataclass(frozen=True)
class Ports:
    """
    The ports of a node.

    Nodes always talk TLS to each other; the mode decides only what the clients' port takes.

    Attributes:
        client: The port of the deployment.
        tls: Where Redis takes TLS: the clients' port, or one behind it.
        plain: Where Redis takes plain text: nowhere (0), the clients' port, or one behind it.
        bus: The cluster bus.
    """

    client: int
    tls: int
    plain: int
    bus: int

    @classmethod
    def of(cls, port: int, mode: TlsMode) -> Ports:
        tls = port if mode == "required" else _beside(port, INTERNAL_OFFSET)
        plain = {"required": 0, "off": port, "preferred": _beside(port, PLAIN_OFFSET)}[mode]
        return cls(client=port, tls=tls, plain=plain, bus=_beside(port, BUS_OFFSET))

    @property
    def gated(self) -> bool:
        """Whether Redis listens only behind the clients' port, where something has to tell TLS from plain text."""
        return self.client not in (self.tls, self.plain)

    @property
    def announced(self) -> int:
        """Where a cluster's nodes send those who speak TLS, replicas included."""
        return self.client if self.gated else self.tls

    @property
    def directives(self) -> dict[str, str]:
        """Everything that depends on the TLS mode; a running Redis takes it over."""
        return {
            "port": str(self.plain),
            "tls-port": str(self.tls),
            "cluster-announce-port": str(self.client if self.plain else 0),
            "cluster-announce-tls-port": str(self.announced),
        }


@dataclass(frozen=True)
class Secrets:
    """What only the data plane knows: the passwords of its users and the names of the renamed commands."""

    admin: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    replica: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    alias: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)


ADMIN_SOCKET = "admin.sock"
CLUSTER_FILE = "nodes.conf"
ADMIN_USER = "sandbox-admin"
REPLICA_USER = "sandbox-replica"


def redis_conf(spec: GroupSpec, address: str, directory: Path, secret: Secrets, primary: Endpoint | None = None) -> str:
    """
    The configuration file of one node.

    Args:
        spec: Its replication group.
        address: Its own address.
        directory: Its working directory, with ``cert.pem`` and ``key.pem``.
        secret: The data plane's passwords and command names.
        primary: Whom to replicate, with cluster mode disabled; a cluster remembers that itself.
    """
    lines: list[tuple[str, ...]] = [
        *_place(spec, address, directory),
        *Ports.of(spec.port, spec.tls).directives.items(),
        *_tls(directory),
        *(_cluster(spec, address) if spec.cluster_enabled else _replication(address, primary)),
        *_access(spec, secret),
        *((name, *value.split()) if " " in value else (name, value) for name, value in _parameters(spec).items()),
    ]
    return "".join(" ".join((name, *map(_quoted, words))) + "\n" for name, *words in lines)


def _place(spec: GroupSpec, address: str, directory: Path) -> list[tuple[str, ...]]:
    return [
        ("dir", str(directory)),
        ("logfile", "redis.log"),
        ("unixsocket", ADMIN_SOCKET),
        ("unixsocketperm", "700"),
        ("bind", address),
        ("bind-source-addr", address),
        ("protected-mode", "no"),
        ("maxclients", str(spec.maxclients)),
        ("save", ""),
        ("repl-diskless-sync-delay", "0"),
        ("repl-diskless-load", "on-empty-db"),
    ]


def _tls(directory: Path) -> list[tuple[str, ...]]:
    return [
        ("tls-cert-file", str(directory / "cert.pem")),
        ("tls-key-file", str(directory / "key.pem")),
        ("tls-ca-cert-file", str(directory / "ca.pem")),
        ("tls-auth-clients", "no"),
        ("tls-protocols", "TLSv1.2 TLSv1.3"),
        ("tls-replication", "yes"),
        ("tls-cluster", "yes"),
    ]


def _cluster(spec: GroupSpec, address: str) -> list[tuple[str, ...]]:
    return [
        ("cluster-enabled", "yes"),
        ("cluster-config-file", CLUSTER_FILE),
        ("cluster-announce-ip", address),
        ("cluster-port", str(Ports.of(spec.port, spec.tls).bus)),
        ("cluster-node-timeout", str(NODE_TIMEOUT_MS)),
        # The data plane alone decides roles: it promotes long before the timeout, and replicas stay in their shard.
        ("cluster-allow-replica-migration", "no"),
    ]


def _replication(address: str, primary: Endpoint | None) -> list[tuple[str, ...]]:
    follow = [("replicaof", primary.address, str(primary.port))] if primary else []
    return [("replica-announce-ip", address), *follow]


def _access(spec: GroupSpec, secret: Secrets) -> list[tuple[str, ...]]:
    return [
        *(("rename-command", *pair) for pair in restrictions.renames(secret.alias)),
        *(("user", user.name, *restrictions.acl_rules(user)) for user in spec.logins),
        ("user", ADMIN_USER, "on", f">{secret.admin}", "~*", "&*", "+@all"),
        ("user", REPLICA_USER, "on", f">{secret.replica}", "+psync", "+replconf", "+ping"),
        ("masteruser", REPLICA_USER),
        ("masterauth", secret.replica),
    ]


def _parameters(spec: GroupSpec) -> dict[str, str]:
    return parameters.directives(spec.parameters, spec.maxmemory)


def _beside(port: int, offset: int) -> int:
    return port + offset if port + offset <= 65535 else port - offset


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
