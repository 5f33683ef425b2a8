# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that log in as a user of role-based access control, with no more rights than they need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from sandbox.dataplane.specs import User
from sandbox.dataplane.testing import TOKEN
from spring.app_hosts import AppHosts
from spring.boot import build
from spring.deployment import Deployment, configured_hosts, running_deployment
from spring.selection import extended
from spring.test_application import assert_works, boot
from spring.test_token_rotation import location, token_file, with_token_file

pytestmark = extended
LINE = "3.5"
NAME, PASSWORD = "orders", "password-with-!&#$^<>-of-orders"
# TIME is for the functions; Lettuce reads the topology of a cluster; KEYS is what the test itself asks for.
ACCESS = (
    "on ~* &* -@all +@read +@write +@scripting +@connection +@pubsub -@dangerous "
    "+time +cluster|nodes +cluster|myid +info +keys"
)
USERS = [User(NAME, access=ACCESS, passwords=(PASSWORD,)), User("default", passwords=(TOKEN,))]


@pytest.fixture(name="deployment", params=["single", "cluster"], scope="module")
def fixture_deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with running_deployment(request.param, tmp_path_factory.mktemp(request.param)) as deployment:
        thread = deployment.servers.thread
        thread.call(thread.plane.set_users(deployment.mode, USERS))
        yield deployment


@pytest.fixture(name="apps", scope="module")
def fixture_apps(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> AppHosts:
    """Written by the role, which has logged in with what it wrote."""
    user = {"elasticache_redis_app_username": NAME, "elasticache_redis_app_auth_token": PASSWORD}
    return configured_hosts(deployment, LINE, tmp_path_factory.mktemp("apps"), **user)


@pytest.mark.parametrize("source", ["configtree", "env"])
def test_boots_and_works(source: str, apps: AppHosts, deployment: Deployment) -> None:
    assert_works(boot(source, build(LINE), apps, deployment), deployment, LINE)


def test_is_that_user(apps: AppHosts, deployment: Deployment, tmp_path: Path) -> None:
    """Also with the class of the guide that reads the password at each login."""
    application = with_token_file(LINE, tmp_path)
    with application.running(deployment.trust_store, location(apps), token_file(apps)) as running:
        assert running.use() == "ok"
        assert {user for node in primaries(deployment) for user in users_of(node)} == {NAME}


def primaries(deployment: Deployment) -> Iterator[Redis]:
    secure = {"ssl": True, "ssl_ca_certs": str(deployment.servers.ca_file), "decode_responses": True}
    for node in deployment.servers.nodes(deployment.mode, "primary"):
        with closing(Redis(node.address, node.port, password=TOKEN, **secure)) as client:
            yield client


def users_of(node: Redis) -> list[str]:
    """Who is behind the connections of the application."""
    return [client["user"] for client in node.client_list() if client["name"].startswith("probe-")]


def test_a_wrong_user_is_found_before_the_application_is(apps: AppHosts) -> None:
    run = apps.configure(elasticache_redis_app_username="nobody")
    assert run.status != 0
    assert "WRONGPASS" in run.output
    assert PASSWORD not in run.output
