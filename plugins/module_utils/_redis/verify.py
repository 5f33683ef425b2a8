# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof over the wire that a cache is what was declared, seen from where applications run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any, TypeVar

from . import probes
from .checks import Check, report
from .connect import Access, Node, connected
from .topology import Shard, shard_of_group

ENDPOINTS = ("writer", "reader", "configuration")

T = TypeVar("T")
Clients = Mapping[Node, Any]  # clients of the nodes that answer
Infos = Mapping[Node, Mapping[str, Any]]  # what they answer to INFO replication


class VerificationFailed(Exception):
    """Checks failed; carries the whole result."""

    def __init__(self, result: Mapping[str, Any], checks: Sequence[Check]) -> None:
        super().__init__(report(checks))
        self.result = result


def verify(parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Run every check that I(parameters) give reason for; see the module for the options. Check mode writes no key.

    Raises VerificationFailed with all failed checks.
    """
    access, connection = access_of(parameters), parameters["connection"]
    with ExitStack() as connections:
        clients, logins = log_in(endpoints(connection), access, connections)
        shards, found = discover(connection, access, clients)
        unknown = [node for shard in shards for node in shard.nodes if node not in logins]
        more_clients, more_logins = log_in(unknown, access, connections)
        clients, logins = {**clients, **more_clients}, {**logins, **more_logins}
        checks = [*logins.values(), *found, *examine(parameters, shards, clients, check_mode)]
        checks += together(lambda node: list(probes.refusals(node, access)), clients)
        latency = list(probes.latencies(clients))
    result = {"changed": False, "checks": [asdict(check) for check in checks], "latency": latency}
    if not all(check.ok for check in checks):
        raise VerificationFailed(result, checks)
    return result


def access_of(parameters: Mapping[str, Any]) -> Access:
    connection = parameters["connection"]
    return Access(
        tls=connection["tls"],
        plain_text=bool(connection.get("plain_text")),
        ca_file=parameters["ca_file"],
        username=parameters["username"] or connection["username"],
        token=parameters["auth_token"] if connection["auth"] else None,
        timeout=parameters["timeout"],
    )


def endpoints(connection: Mapping[str, Any]) -> list[Node]:
    """Everything that applications may connect to, as the API names it."""
    named = [connection[name] for name in ENDPOINTS if connection[name]]
    return list(dict.fromkeys(Node.of(place) for place in [*named, *(connection["nodes"] or ())]))


def log_in(nodes: Iterable[Node], access: Access, connections: ExitStack) -> tuple[dict[Node, Any], dict[Node, Check]]:
    """Return clients of the nodes that answer, and how each login went."""
    clients = {node: connections.enter_context(connected(node, access)) for node in nodes}
    checks = together(lambda node: [probes.login(node, clients[node], access)], clients)
    logins = dict(zip(clients, checks, strict=True))
    return {node: client for node, client in clients.items() if logins[node].ok}, logins


def together(ask: Callable[[Node], Sequence[T]], nodes: Iterable[Node]) -> list[T]:
    """Ask all nodes at once, so that those that cannot be reached take their timeout together."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        return [answer for answers in pool.map(ask, nodes) for answer in answers]


def discover(connection: Mapping[str, Any], access: Access, clients: Clients) -> tuple[list[Shard], list[Check]]:
    """Return the shards; in a cluster the first node that answers is asked for them."""
    if connection["mode"] != "cluster":
        return [shard_of_group(connection)], []
    if not clients:
        return [], []
    asked = next(iter(clients))
    shards, check = probes.discovery(asked, clients[asked], access.tls)
    return shards, [check]


def examine(
    parameters: Mapping[str, Any], shards: Sequence[Shard], clients: Clients, check_mode: bool
) -> Iterator[Check]:
    """Judge the topology, as far as nodes answer."""
    told = {node: probes.replication(node, client) for node, client in clients.items()}
    yield from (check for _ignored, check in told.values())
    infos = {node: info for node, (info, _ignored) in told.items() if info}
    yield from examine_shards(shards, infos, declared_replicas(parameters))
    if parameters["connection"]["mode"] == "cluster":
        yield from examine_cluster(parameters, clients, shards, infos, check_mode)
    else:
        yield from examine_endpoints(parameters["connection"], clients, infos, check_mode)


def examine_shards(shards: Iterable[Shard], infos: Infos, replicas: int | None) -> Iterator[Check]:
    for shard in shards:
        known = Shard(tuple(node for node in shard.nodes if node in infos), shard.slots)
        if known.nodes:
            yield from probes.roles(known, infos, replicas)


def examine_cluster(
    parameters: Mapping[str, Any], clients: Clients, shards: Sequence[Shard], infos: Infos, check_mode: bool
) -> Iterator[Check]:
    """Judge the slots, and whether each primary takes writes for its own."""
    if shards:
        asked = Node.of(parameters["connection"]["configuration"])
        yield from probes.slots(shards, asked, parameters["num_node_groups"])
    for shard in shards:
        for node in (node for node in shard.nodes if node in infos):
            yield probes.cluster_state(node, clients[node])
            if infos[node]["role"] == "master" and shard.slots and not check_mode:
                yield probes.write(node, clients[node], shard)


def examine_endpoints(
    connection: Mapping[str, Any], clients: Clients, infos: Infos, check_mode: bool
) -> Iterator[Check]:
    """Judge where the endpoints of a group with cluster mode disabled lead."""
    writer = Node.of(connection["writer"])
    if writer in infos:
        yield probes.leads("writer", writer, infos[writer], "master")
        yield from () if check_mode else (probes.write(writer, clients[writer], Shard((writer,))),)
    if connection["mode"] == "replica" and connection["reader"]:
        reader = Node.of(connection["reader"])
        yield from (probes.leads("reader", reader, infos[reader], "slave"),) if reader in infos else ()


def declared_replicas(parameters: Mapping[str, Any]) -> int | None:
    """Replicas of each shard: declared as such, or by the number of nodes."""
    if parameters["connection"]["mode"] == "single":
        return 0
    if parameters["replicas_per_node_group"] is not None or parameters["node_count"] is None:
        return parameters["replicas_per_node_group"]
    return parameters["node_count"] // (parameters["num_node_groups"] or 1) - 1
