# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many keys a cache holds, told by every primary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

with suppress(ImportError):  # The module reports it.
    from redis.exceptions import RedisError

from .checks import remedy_for, spoken
from .connect import Access, Node, connected
from .probes import read_shards
from .topology import Shard, gaps
from .topology import spoken as ranges
from .verify import access_of, endpoints, together


class KeysUnknown(Exception):
    """A node that has to tell its keys did not."""


@dataclass(frozen=True)
class Count:
    """The keys of one node in all its databases; C(expiring) of them have a time to live."""

    node: str
    role: str
    total: int
    expiring: int


def inform(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Count the keys of the cache that I(parameters) lead to; see the module for the options.

    Raises KeysUnknown when not every shard has one primary that answers.
    """
    access, connection = access_of(parameters), parameters["connection"]
    if connection["mode"] == "cluster":
        primaries = cluster_primaries(find_shards(endpoints(connection), access), access)
    else:
        primaries = [count(Node.of(connection["writer"]), access)]
    strangers = [primary.node for primary in primaries if primary.role != "master"]
    if strangers:
        raise KeysUnknown(f"{', '.join(strangers)} is no primary. Run again when a failover is over.")
    return {
        "changed": False,
        "total": sum(primary.total for primary in primaries),
        "expiring": sum(primary.expiring for primary in primaries),
        "primaries": [asdict(primary) for primary in primaries],
    }


def find_shards(nodes: Sequence[Node], access: Access) -> list[Shard]:
    """Ask one node after the other for the shards of the cluster, until one answers."""
    failures = []
    for node in nodes:
        try:
            with connected(node, access) as client:
                return read_shards(client, node, access.tls)
        except (RedisError, OSError) as error:
            failures.append(_failure(node, error))
    raise KeysUnknown("\n".join(failures))


def cluster_primaries(shards: Iterable[Shard], access: Access) -> list[Count]:
    """Return the count of the primary of each shard that serves slots; replicas may be away."""
    serving = [shard for shard in shards if shard.slots]
    if missing := gaps(serving):
        raise KeysUnknown(f"The slots {ranges(missing)} are not served. Run again when a failover is over.")
    return [_primary(shard, together(lambda node: [try_count(node, access)], shard.nodes)) for shard in serving]


def _primary(shard: Shard, answers: Sequence[Count | KeysUnknown]) -> Count:
    primaries = [answer for answer in answers if isinstance(answer, Count) and answer.role == "master"]
    if len(primaries) == 1:
        return primaries[0]
    failures = [str(answer) for answer in answers if isinstance(answer, KeysUnknown)]
    fault = f"The {shard.name} has {len(primaries)} primaries that answer. Run again when a failover is over."
    raise KeysUnknown("\n".join([fault, *failures]))


def try_count(node: Node, access: Access) -> Count | KeysUnknown:
    try:
        return count(node, access)
    except KeysUnknown as failure:
        return failure


def count(node: Node, access: Access) -> Count:
    try:
        with connected(node, access) as client:
            role, databases = client.info("replication")["role"], client.info("keyspace").values()
    except (RedisError, OSError) as error:
        raise KeysUnknown(_failure(node, error)) from error
    return Count(str(node), role, *(sum(database[name] for database in databases) for name in ("keys", "expires")))


def _failure(node: Node, error: Exception) -> str:
    return f"{node} does not tell its keys: {spoken(error)}. Remedy: {remedy_for(error)}."
