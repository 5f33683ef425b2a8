# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster as in prod, the library on it, and the client code that docs/patterns.md gives to applications."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from integration.patterns.caches import LIBRARY, Caches
from redis import Redis

from sandbox.dataplane.testing import clustered, replicated, running_plane


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caches]:
    full = {"maxmemory": 8 * 2**20, "parameters": {"maxmemory-policy": "noeviction"}}
    specs = clustered("cluster", 3, 3), replicated("replica", 2), replicated("full", 1, **full)
    with running_plane(tmp_path_factory.mktemp("plane")) as thread:

        async def create() -> list:
            return await asyncio.gather(*(thread.plane.create_group(spec) for spec in specs))

        found = thread.call(create())
        yield Caches({spec.id: ends for spec, ends in zip(specs, found, strict=True)}, thread.settings.ca_file)


@pytest.fixture(scope="session")
def loaded(caches: Caches) -> Caches:
    """The caches with the library on every primary."""
    # The collection can be imported once pytest is configured, which is after this file was.
    from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.functions import ensure

    for cache in caches.groups:
        ensure(caches.parameters(cache, **LIBRARY), False)
    return caches


@pytest.fixture(scope="session")
def application(loaded: Caches):
    """What docs/patterns.md defines in Python."""
    from integration.patterns.document import document

    return document()


@pytest.fixture(scope="session")
def older_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A cache of an engine version without functions."""
    from integration.patterns.older_engine import running_older_engine

    with running_older_engine(tmp_path_factory.mktemp("older")) as cache:
        yield cache


@pytest.fixture(params=[10, pytest.param(100, marks=pytest.mark.extended)], ids="{} runs".format)
def runs(request: pytest.FixtureRequest) -> int:
    """How often what must never fail is tried."""
    return request.param


@pytest.fixture(params=[12, pytest.param(200, marks=pytest.mark.extended)], ids="{} callers".format)
def callers(request: pytest.FixtureRequest) -> int:
    """How many call as fast as they can."""
    return request.param


@pytest.fixture
def tenant(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A tenant of the test's own, with every character that must not matter."""
    return f"{request.node.name}/{tmp_path.name} *?[a-z]:{{x}}%é"
