# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting keys over the wire: in every database, on every primary, and never too few of them in silence."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.connect import CacheError
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.keys import inform
from sandbox.dataplane import Endpoint, GroupEndpoints
from sandbox.dataplane.testing import TOKEN, PlaneThread, RedisCli, clustered, connect, replicated, running_plane

KEYS = 300
EXPIRING = 100


def place(endpoint: Endpoint | None) -> dict[str, Any] | None:
    return {"host": endpoint.address, "port": endpoint.port} if endpoint else None


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaneThread]:
    with running_plane(tmp_path_factory.mktemp("plane")) as thread:
        yield thread


@pytest.fixture(scope="module")
def caches(plane: PlaneThread) -> dict[str, GroupEndpoints]:
    """A primary with a replica, and two shards of two nodes, with keys in them."""

    async def create() -> list[GroupEndpoints]:
        specs = replicated("replica", 2), clustered("cluster", 2, 2)
        return await asyncio.gather(*(plane.plane.create_group(spec) for spec in specs))

    replica, cluster = plane.call(create())
    for endpoint, in_cluster in ((replica.primary, False), (cluster.configuration, True)):
        assert endpoint
        client = connect(endpoint, plane.settings.ca_file, cluster=in_cluster)
        for number in range(KEYS):
            client.set(f"key:{number}", number, ex=600 if number < EXPIRING else None)
        client.close()
    return {"replica": replica, "cluster": cluster}


@pytest.fixture
def ask(plane: PlaneThread, caches: dict[str, GroupEndpoints]) -> Any:
    """``ask(mode, **change)``: the result for one of the caches."""

    def parameters(mode: str, auth_token: str = TOKEN, **change: Any) -> dict[str, Any]:
        found = caches[mode]
        nodes = [{"id": name, **(place(endpoint) or {})} for name, endpoint in found.nodes.items()]
        access = {"tls": True, "auth": True, "username": None}
        ends = {name: place(getattr(found, name)) for name in ("reader", "configuration")}
        connection = {"mode": mode, **access, **ends, "writer": place(found.primary), "nodes": nodes, **change}
        how = {"auth_token": auth_token, "username": None, "ca_file": str(plane.settings.ca_file), "timeout": 2}
        return {"connection": connection, **how}

    return lambda mode, **change: inform(parameters(mode, **change))


@pytest.mark.parametrize(("mode", "primaries"), [("replica", 1), ("cluster", 2)])
def test_the_keys_of_all_primaries_are_counted_once(ask, mode, primaries):
    result = ask(mode)
    assert (result["total"], result["expiring"], len(result["primaries"])) == (KEYS, EXPIRING, primaries)
    assert sum(primary["total"] for primary in result["primaries"]) == KEYS
    assert not result["changed"]


def test_every_database_counts(plane, caches, ask):
    cli, primary = RedisCli(plane.settings.ca_file), caches["replica"].primary
    cli(primary, "-n", "3", "set", "key", "value")
    try:
        assert ask("replica")["total"] == KEYS + 1
    finally:
        cli(primary, "-n", "3", "del", "key")


def test_a_writer_that_leads_to_a_replica_is_not_believed(caches, ask):
    with pytest.raises(CacheError, match="no primary"):
        ask("replica", writer=place(caches["replica"].reader))


@pytest.mark.parametrize("mode", ["replica", "cluster"])
def test_a_wrong_token_is_told_with_the_remedy_and_not_itself(ask, mode):
    with pytest.raises(CacheError, match="give the token that is in effect") as failure:
        ask(mode, auth_token="not-the-token-in-effect")
    assert "not-the-token-in-effect" not in str(failure.value)


def test_a_silent_replica_matters_not_and_a_silent_primary_does(plane, caches, ask):
    roles = plane.plane.roles("cluster")
    for role, counted in (("replica", True), ("primary", False)):
        node = next(name for name in sorted(roles) if roles[name] == role)
        address = caches["cluster"].nodes[node].address
        (process,) = [each.pid for each in plane.plane.processes() if each.address == address]
        subprocess.run(["kill", "-STOP", str(process)], check=True)
        try:
            if counted:
                assert ask("cluster")["total"] == KEYS
            else:
                with pytest.raises(CacheError):
                    ask("cluster")
        finally:
            subprocess.run(["kill", "-CONT", str(process)], check=True)


@pytest.mark.extended
def test_through_ansible(ansible, plane, caches):
    found = caches["replica"]
    connection = {"mode": "single", "writer": place(found.primary)}
    result = ansible(
        "redis_keys_info", connection=connection, auth_token=TOKEN, ca_file=str(plane.settings.ca_file), check=True
    )
    assert (result["total"], result["changed"]) == (KEYS, False)
    assert TOKEN not in str(result)
