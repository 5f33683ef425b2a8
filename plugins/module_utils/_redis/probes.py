# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is tried at nodes. Each probe returns its checks; none raises for what a node answers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count
from statistics import median
from typing import Any

try:
    from redis.crc import key_slot
    from redis.exceptions import AuthenticationError, RedisError, ResponseError
except ImportError:
    pass  # The module reports it.

from .checks import SPEAKS_NO_TLS, Check, judged, remedy_for, spoken
from .connect import Access, Node, connected
from .topology import Shard, from_cluster_shards, from_cluster_slots, gaps
from .topology import spoken as spoken_ranges

PINGS = 10
KEY_SECONDS = 30  # an interrupted run leaves its key no longer than that


class Reply(Enum):
    """What came of a PING."""

    ANSWER = "an answer"
    DENIAL = "a denial"
    NONE = "no answer"


@dataclass(frozen=True)
class Refusal:
    """A way to connect, and the replies that prove that it is served no further than it must be."""

    check: str
    proofs: tuple[Reply, ...]
    expected: str
    remedy: str


ANONYMOUS = Refusal(
    "anonymous_refused",
    (Reply.DENIAL,),
    "a client without token to be denied",
    "set an AUTH token; a first one that was added with the strategy ROTATE is required only after SET",
)
WRONG_TOKEN = Refusal(
    "wrong_token_refused",
    (Reply.DENIAL,),
    "a client with a wrong token to be denied",
    "complete the rotation of the token with the strategy SET, or set an AUTH token",
)
PLAIN_TEXT = Refusal(
    "plain_text_refused",
    (Reply.NONE,),
    "a client without TLS to get no answer",
    "make transit encryption required, not preferred",
)
# ElastiCache guide, "Enabling in-transit encryption": preferred is for clients that have not moved to TLS yet.
PLAIN_TEXT_SERVED = Refusal(
    "plain_text_served",
    (Reply.ANSWER, Reply.DENIAL),
    "a client without TLS to get an answer too",
    "make transit encryption preferred until all clients use TLS, or say that it is required",
)


def attempt(check: str, node: Node, expected: str, ask: Callable[[], Check]) -> Check:
    """Return what I(ask) makes of the answers of the node, or the check that an error ended."""
    try:
        return ask()
    except (RedisError, OSError) as error:
        return Check(check, str(node), False, expected, spoken(error), remedy_for(error))


def login(node: Node, client: Any, access: Access) -> Check:
    """Connect as applications do: TLS verified against the CA, and the token."""
    expected = "PONG over verified TLS" if access.tls else "PONG"

    def ask() -> Check:
        client.ping()
        return Check("login", str(node), True, expected, "PONG")

    check = attempt("login", node, expected, ask)
    if check.ok or not access.tls or try_ping(node, without_tls(access))[0] is Reply.NONE:
        return check
    return replace(check, remedy=SPEAKS_NO_TLS)  # a server that waits for a command lets a handshake time out


def without_tls(access: Access) -> Access:
    """Plain text, in which no token is sent."""
    return replace(access, tls=False, username=None, token=None)


def refusals(node: Node, access: Access) -> Iterator[Check]:
    """Connect in each way that must not be served; the real token is sent to none of them."""
    if access.token:
        yield refused(node, replace(access, username=None, token=None), ANONYMOUS)
        yield refused(node, replace(access, token=secrets.token_hex(16)), WRONG_TOKEN)
    if access.tls:
        yield refused(node, without_tls(access), PLAIN_TEXT_SERVED if access.plain_text else PLAIN_TEXT)


def refused(node: Node, access: Access, refusal: Refusal) -> Check:
    reply, detail = try_ping(node, access)
    return judged(
        refusal.check, node, reply in refusal.proofs, refusal.expected, f"{reply.value} ({detail})", refusal.remedy
    )


def try_ping(node: Node, access: Access) -> tuple[Reply, str]:
    try:
        with connected(node, access) as client:
            client.ping()
    except AuthenticationError as error:
        return Reply.DENIAL, spoken(error)
    except ResponseError as error:
        return Reply.ANSWER, spoken(error)
    except (RedisError, OSError) as error:
        return Reply.NONE, spoken(error)
    return Reply.ANSWER, "PONG"


def latencies(clients: Mapping[Node, Any]) -> Iterator[dict[str, Any]]:
    """Time PINGs on the open connection to each node, in milliseconds."""
    for node, client in clients.items():
        with suppress(RedisError, OSError):
            times = [_milliseconds(client) for _ignored in range(PINGS)]
            middle = round(median(times), 3)
            yield {"node": str(node), "min_ms": min(times), "median_ms": middle, "max_ms": max(times)}


def _milliseconds(client: Any) -> float:
    begin = time.perf_counter()
    client.ping()
    return round((time.perf_counter() - begin) * 1000, 3)


def replication(node: Node, client: Any) -> tuple[Mapping[str, Any], Check]:
    """Return INFO replication, and whether the node tells it."""
    info: dict[str, Any] = {}

    def ask() -> Check:
        info.update(client.info("replication"))
        return Check("role", str(node), True, "a role", f"role {info['role']}")

    check = attempt("role", node, "a role", ask)
    return info, check


def discovery(node: Node, client: Any, tls: bool) -> tuple[list[Shard], Check]:
    """Return the shards of the cluster, and whether the node tells them."""
    shards: list[Shard] = []

    def ask() -> Check:
        shards.extend(read_shards(client, node, tls))
        return Check("discovery", str(node), True, "the shards of the cluster", f"{len(shards)} shards")

    check = attempt("discovery", node, "the shards of the cluster", ask)
    return shards, check


def read_shards(client: Any, asked: Node, tls: bool) -> list[Shard]:
    """Ask the node I(asked) of a cluster for its shards.

    CLUSTER SLOTS, all that versions before 7.0 have, leaves out replicas until something was replicated to them.
    """
    try:
        return from_cluster_shards(client.execute_command("CLUSTER", "SHARDS"), asked, tls)
    except ResponseError as error:
        if "unknown" not in str(error).lower():
            raise
        return from_cluster_slots(client.execute_command("CLUSTER", "SLOTS"), asked)


def roles(shard: Shard, infos: Mapping[Node, Mapping[str, Any]], replicas: int | None) -> Iterator[Check]:
    """Judge the roles that the nodes of a shard report: one primary, as many replicas as declared, all linked."""
    primaries = [node for node in shard.nodes if infos[node].get("role") == "master"]
    found = ", ".join(f"{node} {infos[node].get('role', 'silent')}" for node in shard.nodes)
    remedy = "wait until a failover or a scaling is over, and run again"
    yield judged("primary", shard.name, len(primaries) == 1, "one primary", found, remedy)
    for primary in primaries if replicas is not None else ():
        linked = infos[primary].get("connected_slaves", 0)
        missing = "read the events of the replication group for the missing node, or declare the replicas it has"
        yield judged("replicas", primary, linked == replicas, f"{replicas} replicas", f"{linked} replicas", missing)
    for node in shard.nodes:
        if infos[node].get("role") == "slave":
            status = infos[node].get("master_link_status", "unknown")
            waiting = "wait until the replica has synchronised, and run again"
            yield judged("replica_link", node, status == "up", "the link to the primary up", f"link {status}", waiting)


def slots(shards: Sequence[Shard], asked: Node, expected_shards: int | None) -> Iterator[Check]:
    """Judge whether the shards serve every slot, and are as many as declared."""
    missing = gaps(shards)
    detail = f"not served: {spoken_ranges(missing)}" if missing else "16384 slots served"
    remedy = "wait until a resharding or a failover is over, and run again"
    yield judged("slots", asked, not missing, "16384 slots served", detail, remedy)
    if expected_shards is not None:
        ok = len(shards) == expected_shards
        yield judged("shards", asked, ok, f"{expected_shards} shards", f"{len(shards)} shards", remedy)


def cluster_state(node: Node, client: Any) -> Check:
    remedy = "wait until every slot is served, and run again"

    def ask() -> Check:
        lines = client.execute_command("CLUSTER", "INFO").split()
        state = next((line for line in lines if line.startswith("cluster_state:")), "no cluster_state")
        return judged("cluster_state", node, state == "cluster_state:ok", "cluster_state:ok", state, remedy)

    return attempt("cluster_state", node, "cluster_state:ok", ask)


def write(node: Node, client: Any, shard: Shard) -> Check:
    """Write, read and delete a key of a slot that the shard serves."""
    key, value, expected = key_for(shard), secrets.token_hex(8), "a value to be written, read and deleted"
    remedy = "check that nothing evicts keys at once: see memory and maxmemory-policy"

    def ask() -> Check:
        done = bool(client.set(key, value, ex=KEY_SECONDS, nx=True)), client.get(key) == value, bool(client.delete(key))
        detail = "written {}, read {}, deleted {}".format(*done)
        return judged("write", node, all(done), expected, detail, remedy)

    return attempt("write", node, expected, ask)


def key_for(shard: Shard) -> str:
    """Return an unused key; in a cluster, one of a slot of the shard."""
    prefix = f"accessweaver:verify:{secrets.token_hex(8)}"
    candidates = (f"{prefix}:{number}" for number in count())
    return next(key for key in candidates if not shard.slots or _serves(shard, key_slot(key.encode())))


def _serves(shard: Shard, slot: int) -> bool:
    return any(first <= slot <= last for first, last in shard.slots)


def leads(endpoint: str, node: Node, info: Mapping[str, Any], role: str) -> Check:
    """Judge whether an endpoint leads to a node of the role that it is for."""
    remedy = "wait until a failover is over and the replicas are available, and run again"
    return judged(endpoint, node, info.get("role") == role, f"role {role}", f"role {info.get('role')}", remedy)
