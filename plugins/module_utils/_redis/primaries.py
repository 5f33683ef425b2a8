# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The primaries of a cache: the nodes that writes go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .connect import Access, CacheError, Node, asking
from .probes import read_shards
from .topology import Shard, gaps
from .topology import spoken as ranges
from .verify import endpoints, together

LATER = "Run again when a failover is over"


def find_primaries(connection: Mapping[str, Any], access: Access) -> list[Node]:
    """Return the primary of every shard that serves slots; with cluster mode disabled, the endpoint that leads to it.

    Raises CacheError when not every slot has one primary that answers; replicas may be away.
    """
    if connection["mode"] != "cluster":
        writer = Node.of(connection["writer"])
        if role(writer, access) != "master":
            raise CacheError(f"{writer} is no primary. {LATER}.")
        return [writer]
    serving = [shard for shard in find_shards(endpoints(connection), access) if shard.slots]
    if missing := gaps(serving):
        raise CacheError(f"The slots {ranges(missing)} are not served. {LATER}.")
    return [_primary(shard, access) for shard in serving]


def find_shards(nodes: Iterable[Node], access: Access) -> list[Shard]:
    """Ask one node after the other for the shards of the cluster, until one answers."""
    failures = []
    for node in nodes:
        try:
            with asking(node, access, "find the shards") as client:
                return read_shards(client, node, access.tls)
        except CacheError as failure:
            failures.append(str(failure))
    raise CacheError("\n".join(failures))


def role(node: Node, access: Access) -> str:
    with asking(node, access, "find the primary") as client:
        return client.info("replication")["role"]


def _primary(shard: Shard, access: Access) -> Node:
    roles = dict(zip(shard.nodes, together(lambda node: [_try_role(node, access)], shard.nodes), strict=True))
    primaries = [node for node in shard.nodes if roles[node] == "master"]
    if len(primaries) == 1:
        return primaries[0]
    raise CacheError("\n".join([_fault(shard, primaries), *(str(it) for it in roles.values() if _failed(it))]))


def _try_role(node: Node, access: Access) -> str | CacheError:
    try:
        return role(node, access)
    except CacheError as failure:
        return failure


def _failed(answer: str | CacheError) -> bool:
    return isinstance(answer, CacheError)


def _fault(shard: Shard, primaries: Sequence[Node]) -> str:
    return f"The {shard.name} has {len(primaries)} primaries that answer. {LATER}."
