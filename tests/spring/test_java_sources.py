# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Java sources that the role renders: compiled for every Spring Boot line, and used by an application on real Redis."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.functions import ensure
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import (
    SpringOptions,
    redis_config,
    redis_secrets,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import LINES
from sandbox.dataplane import Endpoint, GroupEndpoints
from sandbox.dataplane.testing import TOKEN, PlaneThread, clustered, connect, replicated, running_plane
from spring.app_hosts import ROOT
from spring.boot import Application, trust_store
from spring.java_sources import Sources
from spring.selection import one_or_all

USED = ("2.7", "3.5", "4.0", "4.1")
TYPES = {"permissions": "java.util.Set<java.lang.String>", "prices": "java.lang.String"}
OPTIONS = {
    "client_name": "orders",
    "timeout": "3s",
    "cache": {"time_to_live": "2m", "key_prefix": "aw:test:"},
    "ttl": {"permissions": "5m", "roles": "10m"},
}
SPECS = {"replica": replicated("replica", 2), "cluster": clustered("cluster", 3, 2)}
LIBRARY = (ROOT / "roles/elasticache_redis/files/accessweaver1.lua").read_text()


class Deployment:
    """A running topology, asked in Python."""

    def __init__(self, mode: str, thread: PlaneThread) -> None:
        self.mode = mode
        self.thread = thread
        self.endpoints: GroupEndpoints = thread.call(thread.plane.create_group(SPECS[mode]))

    @property
    def connection(self) -> dict[str, Any]:
        """What the outputs of such a deployment say."""
        found = self.endpoints
        places = {"writer": found.primary, "reader": found.reader, "configuration": found.configuration}
        return {
            "mode": self.mode,
            "port": 6379,
            "tls": True,
            "auth": True,
            "username": None,
            "nodes": [],
            **{name: {"host": end.address, "port": end.port} if end else None for name, end in places.items()},
        }

    def nodes(self, role: str) -> list[Redis]:
        roles = self.thread.plane.roles(self.mode)
        return [self.client(node) for name, node in self.endpoints.nodes.items() if roles[name] == role]

    def client(self, endpoint: Endpoint) -> Redis:
        client = connect(endpoint, self.thread.settings.ca_file, cluster=False)
        assert isinstance(client, Redis)
        return client

    def calls(self, command: str, role: str) -> int:
        """How often the nodes of a role have run a command, by their own statistics."""
        statistics = (node.info("commandstats") for node in self.nodes(role))
        return sum(found.get(f"cmdstat_{command}", {}).get("calls", 0) for found in statistics)

    def cached(self) -> dict[str, tuple[str, int]]:
        """Value and seconds to live of every key of Spring's caches."""
        found = [(node, key) for node in self.nodes("primary") for key in node.keys("aw:*::*")]
        return {str(key): (str(node.get(key)), node.ttl(key)) for node, key in found}

    def clear(self) -> None:
        for node in self.nodes("primary"):
            node.flushall()


@pytest.fixture(name="deployments", scope="module")
def fixture_deployments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Deployment]]:
    with running_plane(tmp_path_factory.mktemp("plane")) as thread:
        deployments = {mode: Deployment(mode, thread) for mode in SPECS}
        access = {"auth_token": TOKEN, "username": None, "ca_file": str(thread.settings.ca_file), "timeout": 30}
        for each in deployments.values():
            library = {"name": "accessweaver1", "state": "present", "code": LIBRARY}
            ensure({"connection": each.connection, **access, **library}, False)
        yield deployments


@pytest.fixture(name="store", scope="module")
def fixture_store(deployments: dict[str, Deployment], tmp_path_factory: pytest.TempPathFactory) -> Path:
    ca_file = deployments["replica"].thread.settings.ca_file
    return trust_store(ca_file, tmp_path_factory.mktemp("store") / "trust.p12")


def configure(directory: Path, connection: dict[str, Any], line: str) -> Path:
    """The application.yml of the collection, with its configuration tree."""
    secrets = directory / "secrets"
    secrets.mkdir()
    for name, value in redis_secrets(TOKEN, line, "configtree").items():
        (secrets / name).write_text(value)
    options = SpringOptions.of({"secret_source": f"{secrets}/", **OPTIONS})
    file = directory / "application.yml"
    file.write_text(json.dumps(redis_config(connection, line, options)))
    return file


@pytest.fixture(name="application", params=one_or_all("3.5", USED), scope="module")
def fixture_application(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Application:
    return compiled(request.param, tmp_path_factory.mktemp("orders"))


def compiled(line: str, directory: Path) -> Application:
    sources = Sources(directory, line)
    run = sources.render(cache_types=TYPES)
    assert run.status == 0, run.output
    return sources.compile(directory / "classes")


@pytest.mark.extended
@pytest.mark.parametrize("line", sorted(set(LINES) - set(USED)))
def test_the_sources_compile_without_a_warning(line: str, tmp_path: Path) -> None:
    compiled(line, tmp_path)


@pytest.mark.parametrize("mode", SPECS)
def test_an_application_uses_them(
    application: Application, deployments: dict[str, Deployment], store: Path, mode: str, tmp_path: Path
) -> None:
    deployment = deployments[mode]
    deployment.clear()
    commands = {name: deployment.calls(*name) for name in [("get", "replica"), ("get", "primary"), ("keys", "primary")]}
    file = configure(tmp_path, deployment.connection, line_of(application))
    findings = application.run(store, f"--spring.config.location=file:{file}")
    assert findings.status == 0, findings.log
    assert findings.values == expected(mode)
    assert deployment.calls("get", "replica") - commands["get", "replica"] >= 30
    assert deployment.calls("get", "primary") - commands["get", "primary"] < 30  # those of the caches
    assert deployment.calls("keys", "primary") == commands["keys", "primary"]
    assert_cached(deployment.cached())
    assert TOKEN not in findings.log


@pytest.mark.parametrize("mode", ["single", "cluster"])
def test_without_redis_everything_throws_the_same(
    application: Application, store: Path, mode: str, tmp_path: Path
) -> None:
    """Already when the application starts, so that there never was a connection."""
    with socket.socket() as nobody:  # bound, but not listening
        nobody.bind(("127.0.0.1", 0))
        place = {"host": "localhost", "port": nobody.getsockname()[1]}
        known = {"mode": mode, "tls": True, "auth": True, "username": None, "nodes": [], "reader": None}
        connection = {**known, "writer": place, "configuration": place}
        file = configure(tmp_path, connection, line_of(application))
        findings = application.run(store, f"--spring.config.location=file:{file}", "--orders.outage=true")
    assert findings.status == 0, findings.log
    calls = ("admits", "claims", "logout", "permission", "permissionsChanged")
    assert findings.values == dict.fromkeys(calls, "DataAccessException")


def line_of(application: Application) -> str:
    return ".".join(application.release.split(".")[:2])


def expected(mode: str) -> dict[str, str]:
    """Boot's own beans with the properties of the file, and what the sources add."""
    values: dict[str, Any] = {
        "factories": "redisConnectionFactory",
        "templates": 2,
        "cache-manager": "RedisCacheManager",
        "tls": "true",
        "client-name": "orders",
        "timeout": 3000,
        "connect-timeout": 1000,
        "keep-alive": "true",
        "disconnected": "REJECT_COMMANDS",
        "same": "true",
        "loads": 5,
        "replica-reads": 30,
        "admitted": 10,
        "session": "claims of s1",
        "cached-session": "claims of s1",
        "revoked-session": "none",
        "unknown-session": "none",
        "permission": "read",
        "cached-permission": "read",
        "fresh-permission": "write",
        "refused": "DataAccessException",
    }
    if mode == "cluster":
        values |= {"refresh": 60, "validate-membership": "false"}
    return {name: str(value) for name, value in values.items()}


def assert_cached(cached: dict[str, tuple[str, int]]) -> None:
    """Prefix of the file, values of the declared types, lifetimes of each; the cleared cache is empty."""
    assert {key: value for key, (value, _ttl) in cached.items()} == {
        "aw:test:permissions::alice": '["read"]',
        "aw:test:prices::book": '"12.90"',
    }
    assert 240 < cached["aw:test:permissions::alice"][1] <= 300
    assert 60 < cached["aw:test:prices::book"][1] <= 120  # the file's, for all that have none


class TestRendering:
    def test_check_do_check_do(self, tmp_path: Path) -> None:
        sources = Sources(tmp_path / "src", "3.5")
        for arguments, changes, files in [(["--check"], 2, 0), ([], 2, 1), (["--check"], 0, 1), ([], 0, 1)]:
            run = sources.render(*arguments, classes=["RedisConfig"])
            assert (run.status, run.changed("localhost")) == (0, changes), run.output
            assert len(list(tmp_path.rglob("*.java"))) == files

    def test_what_somebody_wrote_stays(self, tmp_path: Path) -> None:
        sources = Sources(tmp_path, "3.5")
        sources.package.mkdir(parents=True)
        theirs = sources.package / "RedisConfig.java"
        theirs.write_text("package com.example.orders.redis;\n")
        run = sources.render()
        assert run.status != 0
        assert str(theirs) in run.output
        assert list(sources.package.iterdir()) == [theirs]
        assert theirs.read_text() == "package com.example.orders.redis;\n"

    def test_all_mistakes_in_one_message(self, tmp_path: Path) -> None:
        run = Sources(tmp_path, "3.5").render(package="com.class.orders", cache_types={"roles": "Set<String>"})
        assert run.status != 0
        assert "package 'com.class.orders' is no Java package" in run.output
        assert "cache_types.roles 'Set<String>' is no full name of a Java type" in run.output
        assert not list(tmp_path.iterdir())
