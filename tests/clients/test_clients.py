# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real libraries of four languages, with the settings of the filter, against real Redis over TLS and with a token."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import (
    LIBRARIES,
    client_settings,
)
from clients.programs import HERE, Program, running, trust
from clients.servers import SPECS, Servers, running_servers
from sandbox.dataplane.testing import TOKEN, clustered, replicated, running_plane

# Their JVM has the authority in its trust store.
ON_JVM = ("jedis", "redisson")


@pytest.fixture(name="servers", scope="module")
def fixture_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("plane")) as servers:
        yield servers


@pytest.fixture(name="library", params=LIBRARIES, scope="module")
def fixture_library(request: pytest.FixtureRequest) -> str:
    return request.param


def write(file: Path, servers: Servers, mode: str, library: str, token: str | None, ca_file: Path) -> Path:
    """The settings of an application, in a file as the role writes it; JSON is YAML too."""
    authority = {} if library in ON_JVM else {"ca_file": str(ca_file)}
    trust(ca_file)
    settings = client_settings(servers.connection(mode), library, token, client_name=f"probe-{library}", **authority)
    file.write_text(json.dumps(settings))
    return file


def assert_uses(program: Program, servers: Servers, mode: str, library: str) -> None:
    assert program.wrote(), program.said
    assert all(f"probe-{library}" in names for names in servers.client_names(mode, "primary"))
    # Reads of Redisson go to the primary, so it does not even ask the replica.
    if mode == "replica" and library != "redisson":
        assert [f"probe-{library}" in names for names in servers.client_names(mode, "replica")] == [True]
    assert servers.keys(mode) == {f"{library}:{number}": str(number) for number in range(30)}


@pytest.mark.parametrize("mode", SPECS)
def test_uses_the_deployment(servers: Servers, library: str, mode: str, tmp_path: Path) -> None:
    file = write(tmp_path / "settings", servers, mode, library, TOKEN, servers.ca_file)
    with running(library, file) as program:
        assert_uses(program, servers, mode, library)


def test_takes_the_token_from_its_environment(servers: Servers, library: str, tmp_path: Path) -> None:
    file = write(tmp_path / "settings", servers, "cluster", library, None, servers.ca_file)
    assert TOKEN not in file.read_text()
    with running(library, file, {"REDIS_AUTH_TOKEN": TOKEN}) as program:
        assert_uses(program, servers, "cluster", library)


def test_a_server_of_an_unknown_authority_gets_no_token(servers: Servers, library: str, tmp_path: Path) -> None:
    with running_plane(tmp_path / "other") as other:
        file = write(tmp_path / "settings", servers, "single", library, TOKEN, other.settings.ca_file)
    with running(library, file) as program:
        assert not program.wrote()
        assert re.search("certificate|SSL|PKIX", program.said), program.said
    assert servers.keys("single") == {}


PLAIN = {
    "single": replace(replicated("plain-single", 1), tls="off", auth_tokens=()),
    "cluster": replace(clustered("plain-cluster", 3, 1), tls="off", auth_tokens=()),
}


@pytest.fixture(name="plain", scope="module")
def fixture_plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("plain"), PLAIN) as servers:
        yield servers


@pytest.mark.parametrize("mode", PLAIN)
def test_uses_a_deployment_without_tls(plain: Servers, library: str, mode: str, tmp_path: Path) -> None:
    trust(plain.ca_file)
    connection = {**plain.connection(mode), "tls": False, "auth": False}
    settings = client_settings(connection, library, client_name=f"probe-{library}")
    (tmp_path / "settings").write_text(json.dumps(settings))
    with running(library, tmp_path / "settings") as program:
        assert program.wrote(), program.said
    found: dict[str, str] = {}
    for node in plain.endpoints[mode].nodes.values():
        with closing(Redis(node.address, node.port, decode_responses=True)) as client:
            found |= {key: client.get(key) for key in client.scan_iter()}
            client.flushall()
    assert found == {f"{library}:{number}": str(number) for number in range(30)}


def test_the_documentation_shows_what_was_run() -> None:
    """Every line of its programs is one of those above."""
    documentation = (HERE.parents[1] / "docs/clients.md").read_text()
    blocks = re.findall(r"```(?:python|javascript|go|java)\n(.*?)```", documentation, re.DOTALL)
    sources = "\n".join(path.read_text() for path in HERE.rglob("*") if path.suffix in {".py", ".mjs", ".go", ".java"})
    shown = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    assert len(blocks) == len(LIBRARIES)
    assert [line for line in shown if line not in {source.strip() for source in sources.splitlines()}] == []
