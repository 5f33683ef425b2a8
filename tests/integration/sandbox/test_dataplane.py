# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane's three topologies, seen by the redis-cli of the system."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import RedisCluster

from sandbox.dataplane import Endpoint, GroupEndpoints, NodeProcess
from sandbox.dataplane.testing import TOKEN, PlaneThread, RedisCli, clustered, connect, replicated, running_plane
from sandbox.proc import started
from sandbox.testing import reserved_network

MIB = 2**20
PARAMETERS = {"maxmemory-policy": "allkeys-lru", "reserved-memory-percent": "25", "notify-keyspace-events": "Ex"}
SPECS = {
    "dev": replicated("dev", 1, parameters=PARAMETERS, maxmemory=512 * MIB, maxclients=1000),
    "staging": replicated("staging", 2, parameters=PARAMETERS, maxmemory=1024 * MIB),
    "prod": clustered("prod", 3, 3, parameters=PARAMETERS, maxmemory=4096 * MIB),
}


@dataclass(frozen=True)
class Deployments:
    """The three deployments of the presets, running."""

    thread: PlaneThread
    endpoints: dict[str, GroupEndpoints]
    seconds: float
    cpu_seconds: float
    cli: RedisCli

    @property
    def every_endpoint(self) -> dict[str, Endpoint]:
        return {
            f"{group} {name}": endpoint
            for group, found in self.endpoints.items()
            for name, endpoint in {**vars(found), **found.nodes}.items()
            if isinstance(endpoint, Endpoint)
        }


@pytest.fixture(scope="module")
def deployments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployments]:
    with running_plane(tmp_path_factory.mktemp("plane")) as thread:
        begin, used = time.monotonic(), time.process_time()
        found = thread.call(_create_all(thread))
        seconds, used = time.monotonic() - begin, time.process_time() - used
        used += sum(_cpu_seconds(process.pid) for process in thread.plane.processes())
        yield Deployments(thread, found, seconds, used, RedisCli(thread.settings.ca_file))


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc(5), stat)."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def _create_all(thread: PlaneThread) -> dict[str, GroupEndpoints]:
    found = await asyncio.gather(*(thread.plane.create_group(spec) for spec in SPECS.values()))
    return dict(zip(SPECS, found, strict=True))


def test_twelve_nodes_are_up_within_ten_seconds_and_300_mib(deployments: Deployments) -> None:
    processes = deployments.thread.plane.processes()
    redis = sum(process.rss for process in processes) / MIB
    python = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"12 nodes in {deployments.seconds:.1f} s ({deployments.cpu_seconds:.1f} s of processor), {redis:.0f} MiB; "
        f"with this Python process {redis + python:.0f} MiB"
    )
    assert len(processes) == 12
    assert deployments.cpu_seconds < 10  # which other work on the machine does not lengthen
    assert redis < 200


def test_every_endpoint_answers_over_tls_with_the_token(deployments: Deployments) -> None:
    answers = {name: deployments.cli(endpoint, "ping") for name, endpoint in deployments.every_endpoint.items()}
    assert len(answers) == 12 + 2 + 2 + 1
    assert answers == dict.fromkeys(answers, "PONG")


@pytest.mark.parametrize(
    ("tls", "token", "answer"),
    [
        pytest.param(True, None, "NOAUTH Authentication required.", id="no token"),
        pytest.param(True, TOKEN + "x", "NOAUTH Authentication required.", id="wrong token"),
        pytest.param(False, TOKEN, "I/O error|closed the connection|reset by peer", id="no TLS"),
    ],
)
def test_every_endpoint_refuses(deployments: Deployments, tls: bool, token: str | None, answer: str) -> None:
    for name, endpoint in deployments.every_endpoint.items():
        said = deployments.cli(endpoint, "ping", tls=tls, token=token)
        assert re.search(answer, said), name
        assert "PONG" not in said, name


@pytest.mark.parametrize(
    "command",
    [
        *("config get maxmemory", "debug sleep 0", "save", "bgsave", "bgrewriteaof", "shutdown nosave", "failover"),
        *("replicaof no one", "slaveof no one", "psync ? -1", "sync", "migrate 127.0.0.1 1 k 0 1"),
        *("acl setuser mallory on nopass +@all ~*", "acl deluser sandbox-admin", "acl load", "acl save"),
        *("cluster meet 127.0.0.1 1", "cluster failover", "cluster forget x", "cluster addslots 1", "cluster reset"),
        *("cluster setslot 1 stable", "cluster flushslots", "cluster links", "cluster bumpepoch"),
    ],
)
def test_restricted_commands_are_refused(deployments: Deployments, command: str) -> None:
    said = deployments.cli(deployments.endpoints["prod"].nodes["prod-0001-001"], *command.split())
    assert re.search(r"unknown command|NOPERM", said)


@pytest.mark.parametrize(
    "command", ["info server", "acl whoami", "cluster slots", "slowlog len", "client id", "dbsize"]
)
def test_other_commands_are_served(deployments: Deployments, command: str) -> None:
    said = deployments.cli(deployments.endpoints["prod"].nodes["prod-0001-001"], *command.split())
    assert not re.search(r"\bERR\b|NOPERM|NOAUTH", said)


def test_certificates_name_the_endpoint_that_was_asked_for(deployments: Deployments) -> None:
    for endpoint in deployments.every_endpoint.values():
        assert connect(endpoint, deployments.cli.ca_file, cluster=False).ping()


def test_writes_go_to_the_primary_and_reads_to_replicas(deployments: Deployments) -> None:
    staging, cli = deployments.endpoints["staging"], deployments.cli
    assert staging.primary
    assert staging.reader
    assert cli(staging.primary, "set", "greeting", "hello") == "OK"
    assert cli(staging.primary, "wait", "1", "1000") == "1"
    assert cli(staging.reader, "get", "greeting") == "hello"
    assert "READONLY" in cli(staging.reader, "set", "greeting", "bye")
    assert deployments.thread.plane.roles("staging") == {"staging-001": "primary", "staging-002": "replica"}


def test_the_reader_of_a_single_node_is_its_primary(deployments: Deployments) -> None:
    reader = deployments.endpoints["dev"].reader
    assert reader
    assert "role:master" in deployments.cli(reader, "info", "replication")


def test_a_cluster_is_whole(deployments: Deployments) -> None:
    configuration = deployments.endpoints["prod"].configuration
    assert configuration
    info = dict(line.split(":") for line in deployments.cli(configuration, "cluster", "info").split())
    assert {
        name: info[name] for name in ("cluster_state", "cluster_size", "cluster_known_nodes", "cluster_slots_ok")
    } == {
        "cluster_state": "ok",
        "cluster_size": "3",
        "cluster_known_nodes": "9",
        "cluster_slots_ok": "16384",
    }
    nodes = deployments.cli(configuration, "cluster", "nodes")
    assert (nodes.count("master"), nodes.count("slave"), "fail" in nodes) == (3, 6, False)


def test_a_cluster_client_finds_every_shard_from_the_configuration_endpoint(deployments: Deployments) -> None:
    configuration = deployments.endpoints["prod"].configuration
    assert configuration
    client = connect(configuration, deployments.cli.ca_file, cluster=True)
    assert isinstance(client, RedisCluster)
    keys = [f"user:{number}" for number in range(100)]
    assert all(client.set(key, key) for key in keys)
    assert [client.get(key) for key in keys] == keys
    assert len({client.get_node_from_key(key).host for key in keys}) == 3


def test_parameters_and_node_type_are_in_effect(deployments: Deployments) -> None:
    primary = deployments.endpoints["dev"].primary
    assert primary
    memory = deployments.cli(primary, "info", "memory")
    assert f"maxmemory:{384 * MIB}" in memory
    assert "maxmemory_policy:allkeys-lru" in memory
    assert "maxclients:1000" in deployments.cli(primary, "info", "clients")


def test_parameters_change_on_running_nodes(deployments: Deployments) -> None:
    plane, cli = deployments.thread.plane, deployments.cli
    node = deployments.endpoints["dev"].nodes["dev-001"]
    changed = {**PARAMETERS, "maxmemory-policy": "noeviction", "slowlog-log-slower-than": "0", "timeout": "1"}
    deployments.thread.call(plane.set_parameters("dev", changed))
    assert "maxmemory_policy:noeviction" in cli(node, "info", "memory")
    assert int(cli(node, "slowlog", "len")) > 0
    with socket.create_connection((node.address, node.port), timeout=10) as idle:
        assert idle.recv(1) == b""
    deployments.thread.call(plane.set_parameters("dev", PARAMETERS))


def test_an_unknown_parameter_is_refused(deployments: Deployments) -> None:
    with pytest.raises(ValueError, match="no-such-parameter"):
        deployments.thread.call(deployments.thread.plane.set_parameters("dev", {"no-such-parameter": "1"}))


@pytest.mark.parametrize("group", ["staging", "prod"])
def test_tokens_rotate_and_replicas_stay_linked(deployments: Deployments, group: str) -> None:
    plane, cli = deployments.thread.plane, deployments.cli
    new = "the-next-token-0123456789"

    def accepted() -> dict[str, set[bool]]:
        nodes = deployments.endpoints[group].nodes.values()
        return {token: {cli(node, "ping", token=token) == "PONG" for node in nodes} for token in (TOKEN, new)}

    for tokens in [(TOKEN, new), (new,), (new, TOKEN), (TOKEN,)]:
        deployments.thread.call(plane.set_auth(group, tokens))
        assert accepted() == {TOKEN: {TOKEN in tokens}, new: {new in tokens}}
    replicas = [name for name, role in plane.roles(group).items() if role == "replica"]
    assert all(
        "master_link_status:up" in cli(deployments.endpoints[group].nodes[name], "info", "replication")
        for name in replicas
    )


def test_the_first_token_of_a_group_is_optional_until_it_is_set(deployments: Deployments) -> None:
    plane, node = deployments.thread.plane, deployments.endpoints["dev"].nodes["dev-001"]
    deployments.thread.call(plane.set_auth("dev", ()))
    assert deployments.cli(node, "ping", token=None) == "PONG"
    deployments.thread.call(plane.set_auth("dev", (TOKEN,), anonymous=True))
    assert deployments.cli(node, "ping", token=None) == "PONG"
    assert deployments.cli(node, "auth", "default", TOKEN, token=None) == "OK"
    deployments.thread.call(plane.set_auth("dev", (TOKEN,)))
    assert "NOAUTH" in deployments.cli(node, "ping", token=None)


def test_no_secret_is_readable_or_on_a_command_line(deployments: Deployments) -> None:
    state = deployments.thread.settings.state_dir
    private = [*state.rglob("*.key"), *state.rglob("key.pem"), *state.rglob("redis.conf")]
    assert len(private) == 1 + 12 + 12
    assert {path.stat().st_mode & 0o077 for path in private} == {0}
    assert not [path for path in state.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert not [line for line in map(_command_line, deployments.thread.plane.processes()) if "conf" in line]


def _command_line(process: NodeProcess) -> str:
    return Path(f"/proc/{process.pid}/cmdline").read_text()


def test_names_are_unique_and_unknown_ones_refused(deployments: Deployments) -> None:
    with pytest.raises(ValueError, match="dev exists"):
        deployments.thread.call(deployments.thread.plane.create_group(SPECS["dev"]))
    with pytest.raises(KeyError, match="nobody"):
        deployments.thread.call(deployments.thread.plane.delete_group("nobody"))


def test_a_failed_create_leaves_nothing(tmp_path: Path) -> None:
    with running_plane(tmp_path) as thread:
        with socket.create_server((f"{thread.settings.network}.1.12", 7000)):
            with pytest.raises(RuntimeError, match=r"group-002 at .* ended.*Address already in use"):
                thread.call(thread.plane.create_group(replicated("group", 2, port=7000)))
            assert thread.plane.processes() == []
        assert thread.call(thread.plane.create_group(replicated("group", 2, port=7000))).primary


def test_deleting_and_stopping_end_every_process_and_keep_the_ca(tmp_path: Path) -> None:
    with running_plane(tmp_path) as thread:
        thread.call(thread.plane.create_group(replicated("one", 1, port=7001)))
        thread.call(thread.plane.create_group(replicated("two", 2, port=7001)))
        pids = {process.node_id: process.pid for process in thread.plane.processes()}
        authority = thread.settings.ca_file.read_bytes()
        thread.call(thread.plane.delete_group("one"))
        assert [name for name, pid in pids.items() if started(pid)] == ["two-001", "two-002"]
    assert [name for name, pid in pids.items() if started(pid)] == []
    with running_plane(tmp_path) as again:
        assert again.settings.ca_file.read_bytes() == authority


KILLED_SANDBOX = """
import asyncio, os, signal, sys
from pathlib import Path
from sandbox.dataplane import DataPlane
from sandbox.dataplane.testing import PlaneSettings, replicated

async def main():
    plane = DataPlane(PlaneSettings(Path(sys.argv[1]), sys.argv[2]))
    await plane.start()
    await plane.create_group(replicated("group", 2, port=7002))
    print(*(process.pid for process in plane.processes()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_processes_die_with_a_killed_sandbox(tmp_path: Path) -> None:
    tests = Path(__file__).resolve().parents[2]
    environment = {"PYTHONPATH": str(tests), "PATH": os.environ["PATH"]}
    with reserved_network() as network:
        command = (sys.executable, "-c", KILLED_SANDBOX, str(tmp_path), network)
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    pids = [int(pid) for pid in result.stdout.split()]
    assert len(pids) == 2, result.stderr
    deadline = time.monotonic() + 5
    while any(started(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in pids if started(pid)] == []


LEADER_GONE = """
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).syscall(60, 0)  # exit(2), which ends this thread alone
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the number of exit(2) is another")
def test_a_process_runs_until_its_last_thread_has_ended() -> None:
    process = subprocess.Popen([sys.executable, "-c", LEADER_GONE])
    status = Path(f"/proc/{process.pid}/status")
    try:
        deadline = time.monotonic() + 10
        while "State:\tZ" not in status.read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert "State:\tZ" in status.read_text()
        assert started(process.pid)
    finally:
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not started(process.pid)
    process.wait()


@pytest.mark.parametrize(
    ("age", "ends"),
    [pytest.param(0, True, id="our own leftover"), pytest.param(1, False, id="a pid that is somebody else's now")],
)
def test_a_start_ends_leftovers_and_nothing_else(tmp_path: Path, age: int, ends: bool) -> None:
    leftover = subprocess.Popen(["sleep", "60"])
    record = tmp_path / "redis" / "group" / "node" / "process.json"
    record.parent.mkdir(parents=True)
    record.write_text(f'{{"pid": {leftover.pid}, "started": {(started(leftover.pid) or 0) - age}}}')
    try:
        with running_plane(tmp_path):
            if ends:
                leftover.wait(5)
            assert (leftover.poll() is not None) == ends
    finally:
        leftover.kill()
        leftover.wait()
