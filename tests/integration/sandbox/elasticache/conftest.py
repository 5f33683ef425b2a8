# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sandbox for each file of tests, in which transitions last long enough to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from integration.sandbox.elasticache.caches import SUBNETS, request, settled

from sandbox.testing import RunningSandbox, running_sandbox


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A creation takes 0.3 s at least."""
    with running_sandbox(tmp_path_factory.mktemp("elasticache"), time_scale=0.0005) as running:
        for name, subnets in (("private", SUBNETS), ("one-zone", SUBNETS[:1])):
            running.client("elasticache").create_cache_subnet_group(
                CacheSubnetGroupName=name, CacheSubnetGroupDescription="a test", SubnetIds=subnets
            )
        yield running


@pytest.fixture(scope="module")
def ec(cloud: RunningSandbox) -> Any:
    return cloud.client("elasticache")


@pytest.fixture
def throwaway(ec: Any) -> Iterator[Callable[..., dict[str, Any]]]:
    """Creates groups that are deleted after the test."""
    made: list[str] = []

    def create(group_id: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
        made.append(group_id)
        ec.create_replication_group(**request(group_id, *parts, **more))
        return settled(ec, group_id)

    yield create
    for group_id in made:
        settled(ec, group_id)
        ec.delete_replication_group(ReplicationGroupId=group_id)
