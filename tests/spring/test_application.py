# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications of four Spring Boot lines, booted with the files that the role wrote.

They use real Redis over TLS and with a token, the nodes of the sandbox's data plane: a single one, a primary with a
replica, and a cluster of three shards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.dataplane import Endpoint, GroupEndpoints
from sandbox.dataplane.testing import TOKEN, PlaneSettings, PlaneThread, clustered, connect, replicated
from spring.app_hosts import AppHosts
from spring.boot import Application, Findings, build, trust_store
from spring.env_file_readers import docker_reader

LINES = ("2.7", "3.5", "4.0", "4.1")
TOPOLOGIES = ("single", "replica", "cluster")
SPECS = {"single": replicated("single", 1), "replica": replicated("replica", 2), "cluster": clustered("cluster", 3, 2)}

# Where an application may be told by properties to read from replicas.
READS_FROM_REPLICAS = {
    *(("replica", line) for line in ("4.0", "4.1")),
    *(("cluster", line) for line in ("3.5", "4.0", "4.1")),
}


@dataclass(frozen=True)
class Redis:
    """The three topologies, running."""

    thread: PlaneThread
    endpoints: Mapping[str, GroupEndpoints]

    @property
    def ca_file(self) -> Path:
        return self.thread.settings.ca_file

    def reads(self, topology: str, role: str) -> int:
        """How many GET commands the nodes of a role have served so far, by their own statistics."""
        roles = self.thread.plane.roles(topology)
        nodes = [node for node_id, node in self.endpoints[topology].nodes.items() if roles[node_id] == role]
        return sum(self._gets(node) for node in nodes)

    def _gets(self, node: Endpoint) -> int:
        client = connect(node, self.ca_file, cluster=False)
        try:
            return int(client.info("commandstats").get("cmdstat_get", {}).get("calls", 0))
        finally:
            client.close()


@pytest.fixture(name="redis", scope="module")
def fixture_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with PlaneThread(PlaneSettings(tmp_path_factory.mktemp("plane"))).running() as thread:
        yield Redis(thread, {name: thread.call(thread.plane.create_group(spec)) for name, spec in SPECS.items()})


def connection(mode: str, endpoints: GroupEndpoints) -> dict[str, Any]:
    """What the outputs of a deployment say of such a group."""

    def place(endpoint: Endpoint | None) -> dict[str, Any] | None:
        return {"host": endpoint.address, "port": endpoint.port} if endpoint else None

    return {
        "mode": mode,
        "port": 6379,
        "tls": True,
        "auth": True,
        "username": None,
        "writer": place(endpoints.primary),
        "reader": place(endpoints.reader) if mode == "replica" else None,
        "configuration": place(endpoints.configuration),
        "nodes": [],
    }


def host(topology: str, line: str) -> dict[str, Any]:
    """An application host: it reads from replicas where its line can."""
    client = {"read_from": "replica-preferred"} if (topology, line) in READS_FROM_REPLICAS else {}
    return {
        "elasticache_redis_deployment": topology,
        "elasticache_redis_app_name": f"probe-{topology}",
        "elasticache_redis_app_spring_boot": line,
        "elasticache_redis_app_client": {"timeout": "3s", "pool": {"max_active": 12}, **client},
    }


@pytest.fixture(name="apps", scope="module")
def fixture_apps(redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> AppHosts:
    deployments = {
        mode: {
            "elasticache_redis_outputs": {"connection": connection(mode, endpoints)},
            "elasticache_redis_auth_token": TOKEN,
        }
        for mode, endpoints in redis.endpoints.items()
    }
    hosts = {f"{topology}-{line}": host(topology, line) for topology in TOPOLOGIES for line in LINES}
    apps = AppHosts(tmp_path_factory.mktemp("apps"), deployments, hosts)
    run = apps.configure()
    assert run.status == 0, run.output
    return apps


@pytest.fixture(name="store", scope="module")
def fixture_store(redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trust_store(redis.ca_file, tmp_path_factory.mktemp("store") / "trust.p12")


@pytest.fixture(name="line", params=LINES, scope="module")
def fixture_line(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(name="application", scope="module")
def fixture_application(line: str) -> Application:
    return build(line)


@pytest.fixture(name="topology", params=TOPOLOGIES)
def fixture_topology(request: pytest.FixtureRequest) -> str:
    return request.param


def expected(topology: str, line: str, endpoints: GroupEndpoints) -> dict[str, str]:
    """What the application must find, in the words of the role's variables and defaults."""
    reads_from_replicas = (topology, line) in READS_FROM_REPLICAS
    values: dict[str, Any] = {
        "cluster": "true" if topology == "cluster" else "false",
        "tls": "true",
        "verify-peer": "true",
        "timeout": 3000,
        "connect-timeout": 1000,
        "shutdown-timeout": 200,
        "client-name": f"probe-{topology}",
        "read-from": "replica-preferred" if reads_from_replicas else "null",
        "pool.max-active": 12,
        "application.enabled": "true",
        "application.ttl.permissions": 300,
        "application.ttl.sessions": 3600,
        "application.key-patterns.policies": "policies:tenant:{tenantId}:resource:{resourceId}",
        "keys.read": 30,
        "cache.same-answer": "true",
        "cache.calls": 1,
        "cache.key-prefix": "aw:test:greetings::",
        "cache.ttl": 300,
    }
    if topology == "cluster":
        values |= {
            "endpoint": endpoints.configuration,
            "max-redirects": 5,
            "refresh.period": 60,
            "refresh.periodic": "true",
            "refresh.dynamic-sources": "true",
        }
    elif not reads_from_replicas:
        values["endpoint"] = endpoints.primary
    if topology == "replica":
        values["application.reader"] = endpoints.reader
    return {name: str(value) for name, value in values.items()}


def assert_works(findings: Findings, topology: str, line: str, redis: Redis) -> None:
    assert findings.status == 0, findings.log
    wanted = expected(topology, line, redis.endpoints[topology])
    assert {name: findings.values.get(name) for name in wanted} == wanted
    if topology == "cluster":
        assert int(findings.values["refresh.adaptive-triggers"]) >= 5
    assert TOKEN not in findings.log


class TestBoot:
    def test_application_yml_and_configuration_tree(
        self, application: Application, apps: AppHosts, redis: Redis, store: Path, topology: str, line: str
    ) -> None:
        file = apps.config_dir(f"{topology}-{line}") / "application.yml"
        replica_reads, primary_reads = redis.reads(topology, "replica"), redis.reads(topology, "primary")
        findings = application.run(store, f"--spring.config.location=file:{file}")
        assert_works(findings, topology, line, redis)
        if (topology, line) in READS_FROM_REPLICAS:
            assert redis.reads(topology, "replica") >= replica_reads + 30
            assert redis.reads(topology, "primary") == primary_reads
        else:
            assert redis.reads(topology, "replica") == replica_reads
            assert redis.reads(topology, "primary") >= primary_reads + 30

    def test_env_file(
        self,
        application: Application,
        apps: AppHosts,
        redis: Redis,
        store: Path,
        topology: str,
        line: str,
        tmp_path: Path,
    ) -> None:
        text = (apps.config_dir(f"{topology}-{line}") / "redis.env").read_text()
        with docker_reader(tmp_path) as read:
            environment = read(text)
        assert_works(application.run(store, environment=environment), topology, line, redis)


class TestFailures:
    """What the files protect an application from."""

    def test_keys_of_another_line_are_ignored_without_a_word(self, apps: AppHosts, store: Path) -> None:
        file = apps.config_dir("single-2.7") / "application.yml"
        findings = build("3.5").run(store, f"--spring.config.location=file:{file}")
        assert (findings.values["endpoint"], findings.values["tls"]) == ("localhost:6379", "false")

    def test_missing_secrets_stop_the_application_at_its_start(
        self, apps: AppHosts, store: Path, tmp_path: Path
    ) -> None:
        text = (apps.config_dir("single-3.5") / "application.yml").read_text()
        secrets = f"{apps.config_dir('single-3.5')}/secrets/"
        (tmp_path / "application.yml").write_text(text.replace(secrets, f"{tmp_path}/nowhere/"))
        findings = build("3.5").run(store, f"--spring.config.location=file:{tmp_path}/application.yml")
        assert findings.status != 0
        assert f"'configtree:{tmp_path}/nowhere/' does not exist" in findings.log
        assert not findings.values

    def test_a_server_of_an_unknown_authority_gets_no_token(self, apps: AppHosts, tmp_path: Path) -> None:
        with PlaneThread(PlaneSettings(tmp_path, network="127.99")).running() as other:
            store = trust_store(other.settings.ca_file, tmp_path / "other.p12")
        file = apps.config_dir("single-3.5") / "application.yml"
        findings = build("3.5").run(store, f"--spring.config.location=file:{file}")
        assert findings.status != 0
        assert findings.values["tls"] == "true"
        assert "keys.read" not in findings.values
        assert "Unable to connect to Redis" in findings.log
        assert "SSLException" in findings.log or "SSLHandshakeException" in findings.log
