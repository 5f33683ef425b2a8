# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""redis-py with the settings of the filter; C(make test-clients) does the same with libraries of other languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from clients.redis_py.probe import connect
from clients.servers import SPECS, Servers, running_servers

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import client_settings
from sandbox.dataplane.testing import TOKEN


@pytest.fixture(name="servers", scope="module")
def fixture_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("plane")) as servers:
        yield servers


@pytest.mark.parametrize("mode", SPECS)
def test_redis_py_uses_the_deployment(servers: Servers, mode: str, tmp_path: Path) -> None:
    file = tmp_path / "redis-py.json"
    options = {"client_name": "orders&1", "ca_file": str(servers.ca_file)}
    file.write_text(json.dumps(client_settings(servers.connection(mode), "redis-py", TOKEN, **options)))
    with closing(connect(file)) as redis:
        for number in range(30):
            redis.set(f"key:{number}", str(number))
        assert all("orders&1" in names for names in servers.client_names(mode, "primary"))
    assert servers.keys(mode) == {f"key:{number}": str(number) for number in range(30)}
    if mode == "replica":
        with closing(connect(file, "reader_url")) as reader:
            assert reader.ping()
            assert servers.client_names(mode, "replica")[0] >= {"orders&1"}
