# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a running group: each operation judged by what clients were promised."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from redis import Redis, RedisCluster

from sandbox.dataplane import DataPlane, Endpoint, GroupSpec, Shard, TlsMode
from sandbox.dataplane.slots import SLOT_COUNT, parse
from sandbox.dataplane.testing import (
    TOKEN,
    PlaneThread,
    RedisCli,
    Traffic,
    clustered,
    connect,
    replicated,
    running_plane,
)

Operation = Callable[[DataPlane], Coroutine[Any, Any, object]]
MIB = 2**20


@pytest.fixture(scope="module")
def thread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaneThread]:
    with running_plane(tmp_path_factory.mktemp("plane")) as plane:
        yield plane


@pytest.fixture(name="cli")
def fixture_cli(thread: PlaneThread) -> RedisCli:
    return RedisCli(thread.settings.ca_file)


@contextmanager
def running(thread: PlaneThread, spec: GroupSpec) -> Iterator[None]:
    """A group for the time of a test."""
    thread.call(thread.plane.create_group(spec))
    try:
        yield
    finally:
        thread.call(thread.plane.delete_group(spec.id))


def entrance(thread: PlaneThread) -> Endpoint:
    """Where applications connect to."""
    found = thread.plane.endpoints("group")
    endpoint = found.configuration or found.primary
    assert endpoint
    return endpoint


def client(thread: PlaneThread) -> Redis | RedisCluster:
    """What applications connect with."""
    clustered = thread.plane.spec("group").cluster_enabled
    return connect(entrance(thread), thread.settings.ca_file, cluster=clustered)


def primary_of(thread: PlaneThread, shard_id: str = "0001") -> str:
    return thread.plane.spec("group").shard(shard_id).primary


def role_seen(thread: PlaneThread, cli: RedisCli, node_id: str) -> str:
    """The role a node reports, with ``link down`` for a replica that does not follow anybody."""
    lines = cli(thread.plane.endpoints("group").nodes[node_id], "info", "replication").split()
    if "role:master" in lines:
        return "primary"
    return "replica" if "master_link_status:up" in lines else "link down"


def roles_seen(thread: PlaneThread, cli: RedisCli) -> dict[str, str]:
    return {node_id: role_seen(thread, cli, node_id) for node_id in thread.plane.spec("group").node_ids}


async def shards_up_and_down(plane: DataPlane) -> None:
    await plane.add_shard("group", Shard("0004", ("group-0004-001", "group-0004-002")))
    assert [len(parse(shard.slots or "")) for shard in plane.spec("group").shards] == [SLOT_COUNT // 4] * 4
    await plane.remove_shard("group", "0002")
    assert [shard.id for shard in plane.spec("group").shards] == ["0001", "0003", "0004"]


async def replicas_up_and_down(plane: DataPlane) -> None:
    await plane.add_nodes("group", "0001", ["group-added"])
    assert plane.roles("group")["group-added"] == "replica"
    await plane.remove_node("group", "group-added")
    assert "group-added" not in plane.endpoints("group").nodes


async def slots_to_and_fro(plane: DataPlane) -> None:
    before = {shard.id: shard.slots or "" for shard in plane.spec("group").shards}
    await plane.rebalance("group", {"0001": "0-4999", "0002": "5000-11499", "0003": "11500-16383"})
    assert plane.spec("group").shard("0002").slots == "5000-11499"
    await plane.rebalance("group", before)


async def larger_nodes(plane: DataPlane) -> None:
    await plane.replace_node_type("group", maxmemory=2048 * MIB, maxclients=2000)


async def other_token(plane: DataPlane) -> None:
    await plane.set_auth("group", (TOKEN, "the-next-token-0123456789"))
    await plane.set_auth("group", (TOKEN,))


async def cluster_mode_and_back(plane: DataPlane) -> None:
    await plane.set_cluster_mode("group", "compatible")
    await plane.set_cluster_mode("group", "disabled")


async def another_primary(plane: DataPlane) -> None:
    await plane.promote("group", "group-002")
    assert plane.roles("group") == {"group-001": "replica", "group-002": "primary"}


SINGLE, REPLICA, CLUSTER = replicated("group", 1), replicated("group", 2), clustered("group", 3, 2)


@pytest.mark.extended
@pytest.mark.parametrize(
    ("spec", "operation"),
    [
        pytest.param(CLUSTER, shards_up_and_down, id="3 to 4 to 3 shards"),
        pytest.param(CLUSTER, replicas_up_and_down, id="1 to 2 to 1 replicas of a cluster's shard"),
        pytest.param(CLUSTER, slots_to_and_fro, id="slots to and fro"),
        pytest.param(CLUSTER, larger_nodes, id="larger nodes of a cluster"),
        pytest.param(REPLICA, replicas_up_and_down, id="1 to 2 to 1 replicas"),
        pytest.param(REPLICA, larger_nodes, id="larger nodes"),
        pytest.param(SINGLE, larger_nodes, id="a larger single node"),
        pytest.param(REPLICA, other_token, id="token rotation"),
        pytest.param(REPLICA, another_primary, id="another primary"),
        pytest.param(REPLICA, cluster_mode_and_back, id="cluster mode and back"),
    ],
)
def test_no_acknowledged_write_is_lost(
    thread: PlaneThread, cli: RedisCli, spec: GroupSpec, operation: Operation, request: pytest.FixtureRequest
) -> None:
    with running(thread, spec):
        with Traffic(partial(client, thread)).flowing() as traffic:
            thread.call(operation(thread.plane))
        print(f"{request.node.callspec.id}: {traffic}")
        assert traffic.lost() == []
        assert roles_seen(thread, cli) == thread.plane.roles("group")


def test_larger_nodes_have_more_memory(thread: PlaneThread, cli: RedisCli) -> None:
    with running(thread, replicated("group", 2, maxmemory=512 * MIB, parameters={"reserved-memory-percent": "50"})):
        thread.call(larger_nodes(thread.plane))
        for endpoint in thread.plane.endpoints("group").nodes.values():
            assert f"maxmemory:{1024 * MIB}" in cli(endpoint, "info", "memory")
            assert "maxclients:2000" in cli(endpoint, "info", "clients")


@pytest.mark.parametrize(
    "spec",
    [pytest.param(replicated("group", 3), id="replication"), pytest.param(clustered("group", 2, 3), id="cluster")],
)
def test_a_failover_keeps_what_a_replica_acknowledged(thread: PlaneThread, cli: RedisCli, spec: GroupSpec) -> None:
    with running(thread, spec):
        old = primary_of(thread)
        with Traffic(partial(client, thread), replicas=1).flowing() as traffic:
            new = thread.call(thread.plane.failover("group", "0001"))
        print(f"failover: {traffic}")
        assert traffic.lost() == []
        assert new == primary_of(thread) != old
        assert thread.plane.roles("group")[old] == "replica"
        assert roles_seen(thread, cli) == thread.plane.roles("group")
        assert client(thread).set("after", "failover")


@pytest.mark.parametrize(
    "spec",
    [pytest.param(replicated("group", 2), id="replication"), pytest.param(clustered("group", 1, 2), id="cluster")],
)
def test_a_primary_that_is_killed_is_replaced(thread: PlaneThread, cli: RedisCli, spec: GroupSpec) -> None:
    with running(thread, spec):
        client(thread).set("kept", "yes")
        assert cli(thread.plane.endpoints("group").nodes[primary_of(thread)], "wait", "1", "1000") == "1"
        old = primary_of(thread)
        killed = kill_process(thread, old)
        wait_for(lambda: pid_of(thread, old) not in (killed, None) and role_seen(thread, cli, old) == "replica")
        assert primary_of(thread) != old
        assert client(thread).get("kept") == "yes"


def test_a_replica_takes_over_although_the_first_vote_came_too_late(thread: PlaneThread, cli: RedisCli) -> None:
    with running(thread, clustered("group", 2, 2)), suspended(thread, "group-0002-001", seconds=6):
        thread.call(thread.plane.promote("group", "group-0001-002"))
        assert roles_seen(thread, cli) == thread.plane.roles("group")
        assert primary_of(thread) == "group-0001-002"


def test_a_single_node_that_is_killed_comes_back_empty(thread: PlaneThread, cli: RedisCli) -> None:
    with running(thread, SINGLE):
        client(thread).set("gone", "yes")
        kill_process(thread, "group-001")
        wait_for(lambda: cli(entrance(thread), "dbsize") == "0")


def pid_of(thread: PlaneThread, node_id: str) -> int | None:
    return next((process.pid for process in thread.plane.processes() if process.node_id == node_id), None)


def kill_process(thread: PlaneThread, node_id: str) -> int:
    pid = pid_of(thread, node_id)
    assert pid
    os.kill(pid, signal.SIGKILL)
    return pid


@contextmanager
def suspended(thread: PlaneThread, node_id: str, seconds: float) -> Iterator[None]:
    """A node that does nothing for a while, then goes on. Redis gives a handover up after 5 s without its vote."""
    pid = pid_of(thread, node_id)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    awakening = Timer(seconds, os.kill, (pid, signal.SIGCONT))
    awakening.start()
    try:
        yield
    finally:
        awakening.join()


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.05)


def test_endpoints_follow_the_roles(thread: PlaneThread, cli: RedisCli) -> None:
    with running(thread, replicated("group", 3)):
        endpoints = thread.plane.endpoints("group")
        assert endpoints.primary
        assert endpoints.reader
        new = thread.call(thread.plane.failover("group", "0001"))
        assert address_of(cli, endpoints.primary) == endpoints.nodes[new].address
        replicas = {endpoint.address for name, endpoint in endpoints.nodes.items() if name != new}
        assert {address_of(cli, endpoints.reader) for _ in range(4)} == replicas


def address_of(cli: RedisCli, endpoint: Endpoint) -> str:
    """The address of the node at the other end."""
    info = dict(line.split("=", 1) for line in cli(endpoint, "client", "info").split() if "=" in line)
    return info["laddr"].rpartition(":")[0]


def test_connections_through_the_primary_endpoint_end_when_it_moves(thread: PlaneThread) -> None:
    with running(thread, REPLICA):
        connected = client(thread)
        assert connected.client_id()
        thread.call(larger_nodes(thread.plane))
        assert connected.set("key", "value"), "a connection to the former primary would say READONLY"


def test_a_new_shard_takes_the_slots_it_names(thread: PlaneThread, cli: RedisCli) -> None:
    with running(thread, clustered("group", 2, 1)):
        keys = fill(client(thread), 500)
        thread.call(thread.plane.add_shard("group", Shard("0003", ("group-0003-001",), "0-99,16000-16383")))
        held = [shard.slots for shard in thread.plane.spec("group").shards]
        assert held == ["100-8191", "8192-15999", "0-99,16000-16383"]
        assert read(client(thread), keys) == keys
        assert "cluster_state:ok" in cli(entrance(thread), "cluster", "info")


def test_removed_nodes_are_forgotten(thread: PlaneThread, cli: RedisCli) -> None:
    with running(thread, clustered("group", 3, 2)):
        thread.call(thread.plane.remove_shard("group", "0003"))
        thread.call(thread.plane.remove_node("group", "group-0002-002"))
        for endpoint in thread.plane.endpoints("group").nodes.values():
            assert len(cli(endpoint, "cluster", "nodes").splitlines()) == 3
        assert len([node for node in thread.plane.processes() if node.node_id.startswith("group")]) == 3


def refused_requests(plane: DataPlane) -> dict[str, Coroutine[Any, Any, object]]:
    """Requests to a cluster of one shard without a replica, and what the refusal says."""
    return {
        "group-0001-001 is the primary": plane.remove_node("group", "group-0001-001"),
        "no replica to fail over to": plane.failover("group", "0001"),
        "is the last": plane.remove_shard("group", "0001"),
        "exactly one node group": plane.rebalance("group", {"0001": "0-100"}),
        "no node group 0007": plane.add_nodes("group", "0007", ["new"]),
        "no node nobody": plane.remove_node("group", "nobody"),
    }


def test_impossible_requests_change_nothing(thread: PlaneThread) -> None:
    with running(thread, clustered("group", 1, 1)):
        before = thread.plane.spec("group")
        for message, request in refused_requests(thread.plane).items():
            with pytest.raises((KeyError, ValueError), match=message):
                thread.call(request)
        assert thread.plane.spec("group") == before


@pytest.mark.parametrize(
    ("spec", "grow"),
    [
        pytest.param(
            replicated("group", 2),
            lambda plane: plane.add_nodes("group", "0001", ["group-added"]),
            id="a replica",
        ),
        pytest.param(
            clustered("group", 1, 2),
            lambda plane: plane.add_shard("group", Shard("0002", ("group-added",))),
            id="a shard",
        ),
    ],
)
def test_what_could_not_be_added_can_be_added_later(thread: PlaneThread, spec: GroupSpec, grow: Operation) -> None:
    with running(thread, spec):
        before = thread.plane.spec("group")
        network, _, _ = entrance(thread).address.rpartition(".")
        with socket.create_server((f"{network}.13", 6379)), pytest.raises(RuntimeError, match="Address already in use"):
            thread.call(grow(thread.plane))
        assert thread.plane.spec("group") == before
        thread.call(grow(thread.plane))
        assert "group-added" in thread.plane.roles("group")


def test_a_group_with_cluster_mode_disabled_has_no_shards_to_change(thread: PlaneThread) -> None:
    with running(thread, SINGLE), pytest.raises(ValueError, match="cluster mode disabled"):
        thread.call(thread.plane.add_shard("group", Shard("0002", ("group-0002-001",))))


STEPS: list[tuple[TlsMode, set[str]]] = [
    ("off", {"plain"}),
    ("preferred", {"plain", "TLS"}),
    ("required", {"TLS"}),
    ("preferred", {"plain", "TLS"}),
    ("off", {"plain"}),
]


@pytest.mark.parametrize(
    "spec",
    [pytest.param(replicated("group", 2), id="replication"), pytest.param(clustered("group", 2, 2), id="cluster")],
)
def test_tls_is_introduced_and_withdrawn_in_steps(thread: PlaneThread, cli: RedisCli, spec: GroupSpec) -> None:
    with running(thread, replace(spec, tls="preferred")):
        for mode, languages in STEPS:
            thread.call(thread.plane.set_tls("group", mode))
            assert spoken(thread, cli) == languages, mode


def spoken(thread: PlaneThread, cli: RedisCli) -> set[str]:
    """What every endpoint of the group answers to; every replica follows its primary."""
    found = thread.plane.endpoints("group")
    entrances = [endpoint for endpoint in (found.primary, found.reader, found.configuration) if endpoint]
    languages = {"plain": False, "TLS": True}
    asked = [(name, endpoint) for endpoint in (*entrances, *found.nodes.values()) for name in languages]
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda pair: (pair[0], cli(pair[1], "info", "replication", tls=languages[pair[0]])), asked)
        heard = [(name, answer) for name, answer in answers if "role:" in answer]
    assert all("role:master" in answer or "master_link_status:up" in answer for _, answer in heard)
    assert len(heard) == len({name for name, _ in heard}) * len(asked) / 2, "every endpoint speaks the same"
    return {name for name, _ in heard}


def test_clients_of_a_cluster_are_redirected_to_the_port_they_know(thread: PlaneThread, cli: RedisCli) -> None:
    with running(thread, clustered("group", 2, 1, tls="preferred")):
        for tls in (True, False):
            for number in range(8):
                assert cli(entrance(thread), "-c", "set", f"key:{number}", "value", tls=tls).endswith("OK")
            slots = cli(entrance(thread), "cluster", "slots", tls=tls).splitlines()
            assert slots.count("6379") == 2


@pytest.mark.parametrize(
    ("saved", "restored"),
    [
        pytest.param(replicated("group", 2), replicated("group", 2), id="replication"),
        pytest.param(clustered("group", 3, 2), clustered("group", 3, 2), id="cluster"),
        pytest.param(clustered("group", 3, 1), clustered("group", 2, 2), id="3 to 2 shards"),
        pytest.param(clustered("group", 2, 1), clustered("group", 3, 1), id="2 to 3 shards"),
        pytest.param(replicated("group", 1), clustered("group", 2, 1), id="cluster mode disabled to enabled"),
    ],
)
def test_data_survives_snapshot_deletion_and_restore(
    thread: PlaneThread, cli: RedisCli, tmp_path: Path, saved: GroupSpec, restored: GroupSpec
) -> None:
    with running(thread, saved):
        keys = fill(client(thread), 10_000)
        client(thread).set("short-lived", "yes", ex=500)
        files = thread.call(thread.plane.snapshot("group", tmp_path))
        assert sorted(files) == [shard.id for shard in saved.shards]
    with running(thread, replace(restored, restore_from=files)):
        assert read(client(thread), keys) == keys
        assert 0 < client(thread).ttl("short-lived") <= 500
        assert keys_held(thread, cli) == 10_001
        assert thread.plane.spec("group").shards == restored.shards


def test_a_snapshot_of_many_shards_needs_a_cluster(thread: PlaneThread, tmp_path: Path) -> None:
    files = {shard: tmp_path / shard for shard in ("0001", "0002")}
    with pytest.raises(ValueError, match="cluster mode disabled"):
        thread.call(thread.plane.create_group(replicated("group", 1, restore_from=files)))
    assert "group" not in {node.node_id for node in thread.plane.processes()}


def keys_held(thread: PlaneThread, cli: RedisCli) -> int:
    """Keys of all primaries together."""
    nodes = thread.plane.endpoints("group").nodes
    return sum(int(cli(nodes[shard.primary], "dbsize")) for shard in thread.plane.spec("group").shards)


def fill(connected: Redis | RedisCluster, amount: int) -> dict[str, str]:
    """Write keys, and return what was written."""
    keys = {f"key:{number}": f"value {number} \u00e9\x00" for number in range(amount)}
    with connected.pipeline(transaction=False) as pipeline:
        for key, value in keys.items():
            pipeline.set(key, value)
        assert all(pipeline.execute())
    return keys


def read(connected: Redis | RedisCluster, keys: dict[str, str]) -> dict[str, str | None]:
    """The same keys as they are now."""
    with connected.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.get(key)
        return dict(zip(keys, pipeline.execute(), strict=True))
