# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running application needs so that it outlives a rotation of the token."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.dataplane.testing import TOKEN
from spring.app_hosts import ROOT, AppHosts
from spring.boot import Application, Dialog, build
from spring.deployment import Deployment, configured_hosts, running_deployment
from spring.java_sources import Sources
from spring.selection import extended

pytestmark = extended
NEW = "another-token-with-!&#$^<>-0123"
GUIDE = ROOT / "docs/applications.md"


@pytest.fixture(name="deployment")
def fixture_deployment(mode: str, tmp_path: Path) -> Iterator[Deployment]:
    with running_deployment(mode, tmp_path / "deployment") as deployment:
        yield deployment


@pytest.fixture(name="apps")
def fixture_apps(deployment: Deployment, line: str, tmp_path: Path) -> AppHosts:
    (tmp_path / "apps").mkdir()
    return configured_hosts(deployment, line, tmp_path / "apps")


def location(apps: AppHosts) -> str:
    return f"--spring.config.additional-location=file:{apps.config_dir('configtree')}/"


def hand_over(apps: AppHosts) -> None:
    """Have the role write the new token."""
    run = apps.configure(elasticache_redis_app_auth_token=NEW)
    assert run.status == 0, run.output


def assert_recovers(application: Dialog, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while (answer := application.use()) != "ok":
        assert time.monotonic() < deadline, f"{answer}\n{application.log}"


@pytest.mark.parametrize(
    ("line", "mode"), [("2.7", "single"), ("3.5", "cluster"), ("4.0", "replica"), ("4.1", "cluster")]
)
def test_an_application_is_restarted_while_both_tokens_are_valid(
    line: str, apps: AppHosts, deployment: Deployment
) -> None:
    """One that is not restarted keeps its connections, but cannot make new ones."""
    with build(line).running(deployment.trust_store, location(apps)) as old:
        assert old.use() == "ok"
        deployment.accept(TOKEN, NEW)
        deployment.cut_connections(TOKEN)
        assert_recovers(old)
        hand_over(apps)
        with build(line).running(deployment.trust_store, location(apps)) as restarted:
            assert restarted.use() == "ok"
            deployment.accept(NEW)
            assert (old.use(), restarted.use()) == ("ok", "ok")
            deployment.cut_connections(NEW)
            assert_recovers(restarted)
            assert "ok" not in [old.use(), old.use()]


def with_token_file(line: str, directory: Path, *more: Path) -> Application:
    """The application with the class that the guide shows, and others."""
    source = re.search(r"```java title=TokenFile.java\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert source
    text = source[1].replace("package com.example.orders;", "package com.example.probe;")
    if line.startswith("4"):
        text = text.replace("boot.autoconfigure.data.redis", "boot.data.redis.autoconfigure")
    (directory / "TokenFile.java").write_text(text)
    return build(line).with_classes([directory / "TokenFile.java", *more], directory / "classes")


def token_file(apps: AppHosts) -> str:
    return f"--redis.token-file={apps.config_dir('configtree')}/secrets/spring.data.redis.password"


@pytest.mark.parametrize(("line", "mode"), [("3.5", "cluster"), ("4.1", "single")])
def test_an_application_that_reads_the_token_at_each_login_needs_no_restart(
    line: str, apps: AppHosts, deployment: Deployment, tmp_path: Path
) -> None:
    application = with_token_file(line, tmp_path)
    with application.running(deployment.trust_store, location(apps), token_file(apps)) as running:
        assert running.use() == "ok"
        deployment.accept(TOKEN, NEW)
        hand_over(apps)
        deployment.accept(NEW)
        assert running.use() == "ok"
        deployment.cut_connections(NEW)
        assert_recovers(running)


READS = """
package com.example.probe;

import org.springframework.stereotype.Component;

@Component
public class Reads implements Runnable {

    private final ReplicaReads replicas;

    public Reads(ReplicaReads replicas) {
        this.replicas = replicas;
    }

    @Override
    public void run() {
        for (int number = 0; number < 10; number++) {
            replicas.template().opsForValue().get("dialog:" + number);
        }
    }
}
"""


@pytest.mark.parametrize(("line", "mode"), [("3.5", "replica")])
def test_reads_from_replicas_log_in_with_the_new_token_too(
    line: str, apps: AppHosts, deployment: Deployment, tmp_path: Path
) -> None:
    sources = tmp_path / "src"
    run = Sources(sources, line).render(package="com.example.probe", classes=["ReplicaReads"])
    assert run.status == 0, run.output
    (sources / "Reads.java").write_text(READS)
    application = with_token_file(line, tmp_path, *sources.rglob("*.java"))
    before = deployment.reads("replica")
    with application.running(deployment.trust_store, location(apps), token_file(apps)) as running:
        assert running.use() == "ok"
        assert deployment.reads("replica") >= before + 10
        deployment.accept(TOKEN, NEW)
        hand_over(apps)
        deployment.accept(NEW)
        deployment.cut_connections(NEW)
        assert_recovers(running)
        assert [running.use() for _again in range(3)] == ["ok"] * 3
