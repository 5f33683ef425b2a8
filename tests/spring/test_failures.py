# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files protect an application from: each test boots Spring Boot 3.5 with a file that is wrong in one way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.dataplane.testing import TOKEN, running_plane
from spring.app_hosts import AppHosts
from spring.boot import Findings, build, trust_store
from spring.deployment import Deployment, configured_hosts, running_deployment
from spring.selection import extended
from spring.test_application import assert_works

pytestmark = extended
SEED = Path(__file__).parent / "seed.yml"


@pytest.fixture(name="deployment", scope="module")
def fixture_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with running_deployment("cluster", tmp_path_factory.mktemp("cluster")) as deployment:
        yield deployment


@pytest.fixture(name="apps", scope="module")
def fixture_apps(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> AppHosts:
    return configured_hosts(deployment, "3.5", tmp_path_factory.mktemp("apps"))


def boot(directory: Path, store: Path) -> Findings:
    location = f"--spring.config.additional-location=file:{directory}/"
    return build("3.5").run(store, location, environment={"REDIS_AUTH_TOKEN": TOKEN})


class TestSeed:
    """The file that the seed generated, repaired step by step; each repair meets the next mistake."""

    @staticmethod
    def as_generated(seed: dict[str, Any]) -> None:
        """Nothing repaired."""

    @staticmethod
    def with_the_prefix(seed: dict[str, Any]) -> None:
        seed["spring"]["data"] = {"redis": seed["spring"].pop("redis")}

    @staticmethod
    def with_tls(seed: dict[str, Any]) -> None:
        TestSeed.with_the_prefix(seed)
        seed["spring"]["data"]["redis"]["ssl"] = {"enabled": True}

    def boot(self, repair: Any, deployment: Deployment, directory: Path) -> Findings:
        assert deployment.endpoints.configuration
        text = SEED.read_text().replace("ENDPOINT", deployment.endpoints.configuration.address)
        repair(seed := yaml.safe_load(text))
        (directory / "application.yml").write_text(yaml.safe_dump(seed))
        return boot(directory, deployment.trust_store)

    def test_it_is_ignored_and_would_talk_to_localhost_in_clear(self, deployment: Deployment, tmp_path: Path) -> None:
        findings = self.boot(self.as_generated, deployment, tmp_path)
        assert findings.status != 0
        found = {name: findings.values[name] for name in ("endpoint", "tls", "cluster", "timeout")}
        assert found == {"endpoint": "localhost:6379", "tls": "false", "cluster": "false", "timeout": "60000"}
        assert findings.values["application.ttl.permissions"] == "0"  # 300 are milliseconds
        assert "keys.read" not in findings.values

    def test_with_the_prefix_of_the_line_it_does_not_start(self, deployment: Deployment, tmp_path: Path) -> None:
        findings = self.boot(self.with_the_prefix, deployment, tmp_path)
        assert findings.status != 0
        assert not findings.values
        assert "Failed to bind properties under 'spring.data.redis.ssl'" in findings.log

    def test_with_tls_it_does_not_know_the_cluster(self, deployment: Deployment, tmp_path: Path) -> None:
        findings = self.boot(self.with_tls, deployment, tmp_path)
        assert findings.status != 0
        assert findings.values["tls"] == "true"
        assert "MOVED" in findings.log

    def test_what_the_role_writes_instead_works(self, deployment: Deployment, apps: AppHosts) -> None:
        assert_works(boot(apps.config_dir("configtree"), deployment.trust_store), deployment, "3.5")


class TestMistakes:
    """Files that the role wrote, used as they must not be."""

    def test_keys_of_another_line_are_ignored_without_a_word(self, deployment: Deployment, tmp_path: Path) -> None:
        apps = configured_hosts(deployment, "2.7", tmp_path)
        findings = boot(apps.config_dir("configtree"), deployment.trust_store)
        assert (findings.values["endpoint"], findings.values["tls"]) == ("localhost:6379", "false")

    def test_missing_secrets_stop_the_application_at_its_start(
        self, deployment: Deployment, apps: AppHosts, tmp_path: Path
    ) -> None:
        text = (apps.config_dir("configtree") / "application.yml").read_text()
        secrets = f"{apps.config_dir('configtree')}/secrets/"
        (tmp_path / "application.yml").write_text(text.replace(secrets, f"{tmp_path}/nowhere/"))
        findings = boot(tmp_path, deployment.trust_store)
        assert findings.status != 0
        assert f"'configtree:{tmp_path}/nowhere/' does not exist" in findings.log
        assert not findings.values

    def test_a_server_of_an_unknown_authority_gets_no_token(self, apps: AppHosts, tmp_path: Path) -> None:
        with running_plane(tmp_path) as other:
            store = trust_store(other.settings.ca_file, tmp_path / "other.p12")
        findings = boot(apps.config_dir("configtree"), store)
        assert findings.status != 0
        assert findings.values["tls"] == "true"
        assert "keys.read" not in findings.values
        assert "Unable to connect to Redis" in findings.log
        assert "SSLException" in findings.log or "SSLHandshakeException" in findings.log
