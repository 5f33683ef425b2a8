# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engines have functions, and what is said to the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis import functions
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.connect import Access, CacheError, Node

NODE = Node("primary.example", 6379)


@dataclass(frozen=True)
class Server:
    """A server of a version; one before 7 fails a command that it does not know."""

    version: str

    def info(self, section: str) -> dict[str, Any]:
        assert section == "server"
        return {"redis_version": self.version}

    def execute_command(self, *words: str) -> list[Any]:
        assert words == ("FUNCTION", "LIST", "LIBRARYNAME", "mine", "WITHCODE")
        assert int(self.version.split(".")[0]) >= 7, "unknown command"
        return [["library_name", "mine", "engine", "LUA", "functions", [], "library_code", "code"]]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    @contextmanager
    def asking(*_where: Any) -> Iterator[Server]:
        yield Server(request.param)

    monkeypatch.setattr(functions, "asking", asking)


@pytest.mark.parametrize("engine", ["7.0.7", "7.1.0", "7.2.4", "10.0"], indirect=True)
def test_engines_with_functions(engine):
    assert functions.read(NODE, Access(), "mine").code == "code"


@pytest.mark.parametrize("engine", ["6.2.6", "5.0.6"], indirect=True)
def test_engines_without_functions_are_told_the_way_out(engine):
    with pytest.raises(CacheError, match=r"primary\.example:6379 runs engine version .*redis_function_scripts"):
        functions.read(NODE, Access(), "mine")
