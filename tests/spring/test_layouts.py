# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the role writes in another layout than the default, each booted once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sandbox.dataplane.testing import TOKEN
from spring.app_hosts import AppHosts
from spring.boot import Findings, build
from spring.deployment import Deployment, running_deployment, written
from spring.selection import extended
from spring.test_application import assert_works

pytestmark = extended
LINE = "3.5"
# The variables of a host, the files in its directory, and what whoever starts the application has to say.
LAYOUTS: Mapping[str, tuple[dict[str, Any], set[str], list[str], dict[str, str]]] = {
    "placeholder": (
        {"secrets": "env"},
        {"application.yml"},
        [],
        {"REDIS_AUTH_TOKEN": TOKEN},
    ),
    "import": (
        {"spring_import": "redis.yml"},
        {"application.yml", "redis.yml", "secrets"},
        [],
        {},
    ),
    "profile": (
        {"spring_profile": "prod"},
        {"application-prod.yml", "secrets"},
        ["--spring.profiles.active=prod"],
        {},
    ),
    "file of another name": (
        {"spring_file": "shared.yml"},
        {"shared.yml", "secrets"},
        ["--spring.config.name=shared"],
        {},
    ),
}
layouts = pytest.mark.parametrize("layout", LAYOUTS)


@pytest.fixture(name="deployment", scope="module")
def fixture_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with running_deployment("single", tmp_path_factory.mktemp("single")) as deployment:
        yield deployment


@pytest.fixture(name="apps", scope="module")
def fixture_apps(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> AppHosts:
    hosts = {
        layout: {"elasticache_redis_app_files": ["spring"]}
        | {f"elasticache_redis_app_{name}": value for name, value in variables.items()}
        for layout, (variables, *_rest) in LAYOUTS.items()
    }
    return written(deployment, LINE, tmp_path_factory.mktemp("apps"), hosts)


def boot(layout: str, apps: AppHosts, deployment: Deployment, environment: Mapping[str, str]) -> Findings:
    location = f"--spring.config.additional-location=file:{apps.config_dir(layout)}/"
    arguments = LAYOUTS[layout][2]
    return build(LINE).run(deployment.trust_store, location, *arguments, environment=environment)


@layouts
def test_boots_and_works(layout: str, apps: AppHosts, deployment: Deployment) -> None:
    _variables, files, _arguments, environment = LAYOUTS[layout]
    assert {path.name for path in apps.config_dir(layout).iterdir()} == files
    assert_works(boot(layout, apps, deployment, environment), deployment, LINE)


def test_without_its_variable_the_text_of_the_placeholder_would_be_the_password(
    apps: AppHosts, deployment: Deployment
) -> None:
    findings = boot("placeholder", apps, deployment, {})
    assert findings.status != 0
    assert "keys.read" not in findings.values
