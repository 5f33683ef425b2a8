# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof over the wire, against real Redis processes over TLS: what holds, and each thing that does not."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.auth_tokens import inform
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.connect import CacheError
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.verify import VerificationFailed, verify
from sandbox.dataplane import Endpoint, GroupEndpoints
from sandbox.dataplane.testing import TOKEN, PlaneSettings, PlaneThread, RedisCli, clustered, replicated
from sandbox.testing import reserved_network

SPECS = {
    "single": replicated("single", 1),
    "replica": replicated("replica", 2),
    "cluster": clustered("cluster", 3, 3),
    "open": replace(replicated("open", 1), auth_tokens=()),
    "plain": replicated("plain", 1, tls="off"),
    "preferred": replicated("preferred", 1, tls="preferred"),
}
COUNTS = {"replica": {"replicas_per_node_group": 1}, "cluster": {"num_node_groups": 3, "replicas_per_node_group": 2}}


@dataclass(frozen=True)
class Caches:
    """The caches, running, and what applications would be told of them."""

    thread: PlaneThread
    groups: dict[str, GroupEndpoints]
    ca_file: Path

    def connection(self, name: str, **change: Any) -> dict[str, Any]:
        found = self.groups[name]
        clustered = SPECS[name].cluster_enabled
        mode = "cluster" if clustered else "replica" if len(found.nodes) > 1 else "single"
        return {
            "mode": mode,
            "port": 6379,
            "tls": True,
            "auth": True,
            "username": None,
            "writer": None if clustered else place(found.primary),
            "reader": place(found.reader) if mode == "replica" else None,
            "configuration": place(found.configuration) if clustered else None,
            "nodes": [{"id": node, **(place(end) or {})} for node, end in found.nodes.items()],
            **change,
        }

    def parameters(self, name: str, **change: Any) -> dict[str, Any]:
        counts = dict.fromkeys(("num_node_groups", "replicas_per_node_group", "node_count"))
        access = {"auth_token": TOKEN, "username": None, "ca_file": str(self.ca_file), "timeout": 5}
        return {"connection": self.connection(name), **access, **counts, **COUNTS.get(name, {}), **change}


def place(endpoint: Endpoint | None) -> dict[str, Any] | None:
    return {"host": endpoint.address, "port": endpoint.port} if endpoint else None


async def create_all(thread: PlaneThread) -> dict[str, GroupEndpoints]:
    found = await asyncio.gather(*(thread.plane.create_group(spec) for spec in SPECS.values()))
    return dict(zip(SPECS, found, strict=True))


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caches]:
    with reserved_network() as network:
        settings = PlaneSettings(tmp_path_factory.mktemp("plane"), network)
        with PlaneThread(settings).running() as thread:
            yield Caches(thread, thread.call(create_all(thread)), settings.ca_file)


def failures(parameters: dict[str, Any]) -> tuple[set[str], str]:
    """The names of the checks that fail, and the message."""
    with pytest.raises(VerificationFailed) as failure:
        verify(parameters, False)
    assert TOKEN not in str(failure.value)
    assert TOKEN not in json.dumps(failure.value.result)
    return {check["check"] for check in failure.value.result["checks"] if not check["ok"]}, str(failure.value)


COMMON = {"login", "anonymous_refused", "wrong_token_refused", "plain_text_refused", "role", "primary"}
TRIED = {
    "single": COMMON | {"replicas", "writer", "write"},
    "replica": COMMON | {"replicas", "replica_link", "writer", "write", "reader"},
    "cluster": COMMON | {"replicas", "replica_link", "write", "discovery", "slots", "shards", "cluster_state"},
}


@pytest.mark.parametrize("name", TRIED)
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_cache_that_is_as_declared(caches, name, check_mode):
    result = verify(caches.parameters(name), check_mode)
    assert {check["check"] for check in result["checks"]} == TRIED[name] - ({"write"} if check_mode else set())
    assert all(check["ok"] and check["remedy"] is None for check in result["checks"])
    assert not result["changed"]
    assert len(result["latency"]) == len({(node["node"]) for node in result["latency"]}) > 0
    assert all(0 < node["min_ms"] <= node["median_ms"] <= node["max_ms"] for node in result["latency"])
    assert TOKEN not in json.dumps(result)


def test_a_cluster_names_its_own_nodes(caches):
    result = verify(caches.parameters("cluster", connection=caches.connection("cluster", nodes=[])), False)
    logins = [check["node"] for check in result["checks"] if check["check"] == "login"]
    assert len(logins) == 1 + 9
    assert len([check for check in result["checks"] if check["check"] == "write"]) == 3


def test_nothing_is_left_behind(caches):
    verify(caches.parameters("cluster"), False)
    for node in caches.groups["cluster"].nodes.values():
        assert RedisCli(caches.ca_file)(node, "dbsize") == "0"


NOT_AS_DECLARED = {
    "more replicas than there are": (
        "replica",
        {"replicas_per_node_group": 2},
        {"replicas"},
        "expected 2 replicas, got",
    ),
    "another number of nodes": (
        "cluster",
        {"replicas_per_node_group": None, "node_count": 6},
        {"replicas"},
        "expected 1",
    ),
    "another number of shards": ("cluster", {"num_node_groups": 4}, {"shards"}, "expected 4 shards, got: 3 shards"),
}


@pytest.mark.parametrize(("name", "change", "checks", "message"), NOT_AS_DECLARED.values(), ids=NOT_AS_DECLARED)
def test_another_topology_than_declared(caches, name, change, checks, message):
    failed, text = failures(caches.parameters(name, **change))
    assert failed == checks
    assert message in text


def test_a_reader_that_leads_to_the_primary(caches):
    connection = caches.connection("replica")
    failed, text = failures(caches.parameters("replica", connection={**connection, "reader": connection["writer"]}))
    assert failed == {"reader"}
    assert "expected role slave, got: role master" in text


def test_a_writer_that_leads_to_a_replica(caches):
    connection = caches.connection("replica")
    failed, text = failures(caches.parameters("replica", connection={**connection, "writer": connection["reader"]}))
    assert failed == {"writer", "write"}
    assert "check that the endpoint leads to a primary" in text


def test_a_cache_that_admits_anyone(caches):
    failed, text = failures(caches.parameters("open"))
    assert failed >= {"login"}
    anonymous = caches.connection("open", auth=False)
    assert all(check["ok"] for check in verify(caches.parameters("open", connection=anonymous), False)["checks"])
    assert "give the token that is in effect" in text


def test_a_rotation_that_is_not_complete_admits_anyone(caches):
    plane = caches.thread.plane
    caches.thread.call(plane.set_auth("open", (TOKEN,), anonymous=True))
    try:
        # Redis itself wants the name of a user that needs no password.
        failed, text = failures(caches.parameters("open", username="default"))
    finally:
        caches.thread.call(plane.set_auth("open", ()))
    assert failed == {"anonymous_refused", "wrong_token_refused"}
    assert "expected a client without token to be denied, got: an answer (PONG)" in text


def test_a_wrong_token(caches):
    failed, text = failures(caches.parameters("single", auth_token="not-the-token-in-effect"))
    assert failed == {"login"}
    assert "give the token that is in effect, and the user it belongs to" in text
    assert "not-the-token-in-effect" not in text


def test_no_token_for_a_cache_that_needs_one(caches):
    failed, text = failures(caches.parameters("single", auth_token=None))
    assert failed == {"login"}
    assert "Remedy: give auth_token." in text


def test_a_cache_without_encryption(caches):
    failed, text = failures(caches.parameters("plain", timeout=1))
    assert failed == {"login"}
    assert "the other side does not speak TLS" in text
    verify(caches.parameters("plain", connection=caches.connection("plain", tls=False)), False)


def test_a_cache_that_also_serves_plain_text(caches):
    failed, text = failures(caches.parameters("preferred"))
    assert failed == {"plain_text_refused"}
    assert "make transit encryption required, not preferred" in text


def test_a_cache_whose_clients_move_to_tls(caches):
    """No token is there to be sent: AUTH needs TLS for everybody."""
    moving = caches.connection("preferred", plain_text=True)
    result = verify(caches.parameters("preferred", connection=moving), False)
    assert "plain_text_served" in {check["check"] for check in result["checks"]}
    failed, text = failures(caches.parameters("single", connection=caches.connection("single", plain_text=True)))
    assert failed == {"plain_text_served"}
    assert "make transit encryption preferred until all clients use TLS" in text


def test_plain_text_to_a_cache_that_wants_tls(caches):
    failed, text = failures(caches.parameters("single", connection=caches.connection("single", tls=False)))
    assert failed == {"login"}
    assert "check that transit encryption is declared as the cache has it" in text


CA_FILES = {
    "the system's": (None, "set ca_file to the CA that signed the certificate"),
    "not there": ("/nonexistent/ca.pem", "set ca_file to a file that is on this host"),
    "no certificates": (__file__, "set ca_file to a file of certificates in PEM"),
}


@pytest.mark.parametrize(("ca_file", "remedy"), CA_FILES.values(), ids=CA_FILES)
def test_a_certificate_that_nobody_vouches_for(caches, ca_file, remedy):
    failed, text = failures(caches.parameters("single", ca_file=ca_file))
    assert failed == {"login"}
    assert remedy in text


def test_a_name_that_the_certificate_is_not_made_out_to(caches):
    address = caches.connection("single")["writer"]["host"]
    by_number = {"host": str(int(IPv4Address(address))), "port": 6379}  # leads there, and is no name of it
    failed, text = failures(caches.parameters("single", connection=caches.connection("single", writer=by_number)))
    assert failed == {"login"}
    assert "connect by the name that ElastiCache gives the endpoint" in text


UNREACHABLE = {
    "nothing listens": ({"host": "127.0.0.1", "port": 9}, "check host and port; nothing listens there"),
    "no such name": ({"host": "cache.invalid", "port": 6379}, "run where the names of the VPC are resolved"),
}


@pytest.mark.parametrize(("writer", "remedy"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_an_endpoint_that_cannot_be_reached(caches, writer, remedy):
    failed, text = failures(caches.parameters("single", connection=caches.connection("single", writer=writer)))
    assert failed == {"login"}
    assert f"login at {writer['host']}:{writer['port']}: expected PONG over verified TLS" in text
    assert remedy in text


def test_silent_endpoints_take_their_timeout_together(caches):
    with socket.create_server(("0.0.0.0", 0), backlog=64) as silent:
        port = silent.getsockname()[1]
        nodes = [{"id": str(number), "host": f"127.0.1.{number}", "port": port} for number in range(1, 13)]
        connection = caches.connection("replica", writer=nodes[0], reader=nodes[1], nodes=nodes)
        begin = time.monotonic()
        failed, text = failures(caches.parameters("replica", connection=connection, timeout=0.5))
    assert time.monotonic() - begin < 6
    assert text.startswith("12 of 12 checks failed.")
    assert failed == {"login"}
    assert "admit this host to the port in the cache's security group" in text


def test_a_node_that_does_not_answer_any_more_is_named(caches, tmp_path):
    with reserved_network() as network, PlaneThread(PlaneSettings(tmp_path, network)).running() as thread:
        spec = clustered("broken", 3, 1)
        found = thread.call(thread.plane.create_group(spec))
        broken = Caches(thread, {"cluster": found}, thread.settings.ca_file)
        lost = found.nodes["broken-0003-001"]
        (process,) = [node.pid for node in thread.plane.processes() if node.address == lost.address]
        subprocess.run(["kill", "-STOP", str(process)], check=True)
        try:
            failed, text = failures(broken.parameters("cluster", replicas_per_node_group=0, timeout=0.5))
        finally:
            subprocess.run(["kill", "-CONT", str(process)], check=True)
    assert "login" in failed
    assert f"login at {lost.address}:{lost.port}" in text


TOKENS = {"old": "the-token-that-was-before", "new": TOKEN, "not known yet": None}


@pytest.mark.parametrize("name", ["replica", "cluster"])
def test_which_tokens_are_valid(caches, name):
    parameters = {**caches.parameters(name), "auth_tokens": TOKENS}
    assert inform(parameters) == {"changed": False, "accepted": {"old": False, "new": True}, "anonymous": False}


def test_both_tokens_are_valid_between_rotate_and_set(caches):
    plane, known = caches.thread.plane, {"old": TOKEN, "new": "the-token-that-comes-after"}
    parameters = {**caches.parameters("single"), "auth_tokens": known}
    caches.thread.call(plane.set_auth("single", tuple(known.values())))
    try:
        assert inform(parameters)["accepted"] == {"old": True, "new": True}
    finally:
        caches.thread.call(plane.set_auth("single", (TOKEN,)))


def test_nodes_that_do_not_agree_about_a_token_are_named(caches):
    elsewhere = caches.connection("replica")["writer"]
    connection = caches.connection("open", nodes=[elsewhere])
    with pytest.raises(CacheError, match=r"a client without token is admitted at .* and denied at .*wait until"):
        inform({**caches.parameters("open", connection=connection), "auth_tokens": {}})


def test_a_silent_node_says_nothing_about_a_token(caches):
    connection = caches.connection("single", writer={"host": "127.0.0.1", "port": 9})
    with pytest.raises(CacheError, match="nothing listens there"):
        inform({**caches.parameters("single", connection=connection), "auth_tokens": TOKENS})


@pytest.mark.extended
def test_through_ansible(ansible, caches):
    result = ansible("redis_verify", **caches.parameters("replica"))
    assert (result["changed"], result.get("failed", False)) == (False, False)
    refused = ansible("redis_verify", **caches.parameters("replica", replicas_per_node_group=2))
    assert refused["failed"]
    assert "expected 2 replicas, got: 1 replicas" in refused["msg"]
    parameters = {**caches.parameters("replica"), "auth_tokens": TOKENS}
    asked = ansible(
        "redis_auth_token_info", **{name: parameters[name] for name in ("connection", "auth_tokens", "ca_file")}
    )
    assert asked["accepted"] == {"old": False, "new": True}
    assert TOKEN not in json.dumps([result, refused, asked])
