# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Applications of every Spring Boot line, booted with the files that the role wrote, and nothing else.

Each run tells what its connection factory really uses and whether it works over TLS with the token; the servers tell
who was read from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.dataplane import GroupEndpoints
from sandbox.dataplane.testing import TOKEN
from spring.app_hosts import AppHosts
from spring.boot import Application, Findings, build
from spring.deployment import READS_FROM_REPLICAS, TOPOLOGIES, Deployment, configured_hosts, running_deployment
from spring.env_file_readers import docker_reader
from spring.selection import one_or_all

LINES = ("2.7", "3.5", "4.0", "4.1")
SOURCES = ("configtree", "file", "env")


@pytest.fixture(name="deployment", params=one_or_all("cluster", TOPOLOGIES), scope="module")
def fixture_deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with running_deployment(request.param, tmp_path_factory.mktemp(request.param)) as deployment:
        yield deployment


@pytest.fixture(name="line", params=one_or_all("3.5", LINES), scope="module")
def fixture_line(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(name="application", scope="module")
def fixture_application(line: str) -> Application:
    return build(line)


@pytest.fixture(name="apps", scope="module")
def fixture_apps(deployment: Deployment, line: str, tmp_path_factory: pytest.TempPathFactory) -> AppHosts:
    return configured_hosts(deployment, line, tmp_path_factory.mktemp("apps"))


def boot(source: str, application: Application, apps: AppHosts, deployment: Deployment) -> Findings:
    """Run it with a configuration tree, with an imported file, or with nothing but its environment."""
    if source == "env":
        with docker_reader(apps.directory) as read:
            environment = read((apps.config_dir("configtree") / "redis.env").read_text())
        return application.run(deployment.trust_store, environment=environment)
    location = f"--spring.config.additional-location=file:{apps.config_dir(source)}/"
    return application.run(deployment.trust_store, location)


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
        "application.key-patterns.policies": "aw:{{tenantId}}:policies:{resourceId}",
        "keys.read": 30,
        "cache.same-answer": "true",
        "cache.calls": 1,
        "cache.key-prefix": "aw:test:greetings::",
        "functions.admitted": 3,
        "messages": "received",
    }
    if topology == "cluster":
        values |= {
            "endpoint": endpoints.configuration,
            "max-redirects": 5,
            "refresh.period": 60,
            "refresh.periodic": "true",
            "refresh.dynamic-sources": "true",
        }
    elif reads_from_replicas:
        values["messages"] = (
            "UnsupportedOperationException"  # Lettuce has no SUBSCRIBE for a static primary and replica
        )
    else:
        values["endpoint"] = endpoints.primary
    if topology == "replica":
        values["application.reader"] = endpoints.reader
    return {name: str(value) for name, value in values.items()}


def assert_works(findings: Findings, deployment: Deployment, line: str) -> None:
    assert findings.status == 0, findings.log
    wanted = expected(deployment.mode, line, deployment.endpoints)
    assert {name: findings.values.get(name) for name in wanted} == wanted
    assert 290 < int(findings.values["cache.ttl"]) <= 300  # what is left of it when it is asked for
    if deployment.mode == "cluster":
        assert int(findings.values["refresh.adaptive-triggers"]) >= 5
    assert TOKEN not in findings.log


@pytest.mark.parametrize("source", one_or_all("configtree", SOURCES))
def test_boots_and_works(
    source: str, application: Application, apps: AppHosts, deployment: Deployment, line: str
) -> None:
    replica_reads, primary_reads = deployment.reads("replica"), deployment.reads("primary")
    assert_works(boot(source, application, apps, deployment), deployment, line)
    if (deployment.mode, line) in READS_FROM_REPLICAS:
        assert deployment.reads("replica") >= replica_reads + 30
        assert deployment.reads("primary") == primary_reads
    else:
        assert deployment.reads("replica") == replica_reads
        assert deployment.reads("primary") >= primary_reads + 30
