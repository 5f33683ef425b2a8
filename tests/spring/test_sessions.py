# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Web applications whose sessions Spring Session keeps in Redis, where CONFIG is refused as ElastiCache refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import session_prefix
from spring.boot import Application, Findings, resolve
from spring.deployment import Deployment, configured_hosts, running_deployment
from spring.selection import extended

pytestmark = extended
SOURCES = Path(__file__).parent / "sessions"
LINES = ("2.7", "3.5", "4.0", "4.1")
INDEXED = {"repository_type": "indexed", "cleanup_cron": "0 * * * * *"}
# What is asked for, and what keeps the sessions then. 2.7 knows one repository only.
REPOSITORIES: dict[str, tuple[str, dict[str, str], str]] = {
    "2.7, indexed": ("2.7", {"cleanup_cron": INDEXED["cleanup_cron"]}, "RedisIndexedSessionRepository"),
    **{f"{line}, default": (line, {}, "RedisSessionRepository") for line in LINES[1:]},
    **{f"{line}, indexed": (line, INDEXED, "RedisIndexedSessionRepository") for line in LINES[1:]},
}


@pytest.fixture(name="deployment", scope="module")
def fixture_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with running_deployment("cluster", tmp_path_factory.mktemp("cluster")) as deployment:
        yield deployment


def compiled(line: str, classes: Path) -> Application:
    application = resolve(line, "sessions").with_classes(list(SOURCES.rglob("*.java")), classes)
    return replace(application, main="com.example.sessions.SessionsApplication")


def boot(line: str, deployment: Deployment, directory: Path, session: dict[str, Any], *arguments: str) -> Findings:
    namespace = f"aw:test:{directory.name}"
    session = {"timeout": "45m", "namespace": namespace, **session}
    apps = configured_hosts(deployment, line, directory, elasticache_redis_app_session=session)
    location = f"--spring.config.additional-location=file:{apps.config_dir('configtree')}/"
    own = [f"--probe.namespace={namespace}", "--server.port=0", "--server.address=127.0.0.1"]
    application = compiled(line, directory / "classes")
    return application.run(deployment.trust_store, location, *own, *arguments)


@pytest.mark.parametrize(("line", "session", "repository"), REPOSITORIES.values(), ids=REPOSITORIES)
def test_sessions_are_kept(
    line: str, session: dict[str, str], repository: str, deployment: Deployment, tmp_path: Path
) -> None:
    findings = boot(line, deployment, tmp_path, session)
    assert findings.status == 0, findings.log
    ttl = int(findings.values.pop("ttl"))
    assert findings.values == {"visits": "1 2", "repository": repository, "sessions": "1"}
    grace = 300 if repository == "RedisIndexedSessionRepository" else 0  # to tell listeners of what has expired
    assert 45 * 60 - 60 < ttl - grace <= 45 * 60


# What is refused before it is rendered: with it an application does not start.
MISTAKES: dict[str, tuple[str, dict[str, str], str, str]] = {
    "another action": ("3.5", INDEXED, "configure-action=notify-keyspace-events", "CONFIG"),
    "a cleanup of nothing": ("4.1", {}, "cleanup-cron=0 * * * * *", "Cron-based cleanup is only supported"),
}


@pytest.mark.parametrize(("line", "session", "mistake", "message"), MISTAKES.values(), ids=MISTAKES)
def test_does_not_start(
    line: str, session: dict[str, str], mistake: str, message: str, deployment: Deployment, tmp_path: Path
) -> None:
    findings = boot(line, deployment, tmp_path, session, f"--{session_prefix(line)}.{mistake}")
    assert findings.status != 0
    assert "visits" not in findings.values
    assert message in findings.log
