# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of keys against what the jars of each Spring Boot line say of themselves."""

from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import (
    BOOT_KEYS,
    LINES,
    REDIS_KEYS,
    Kind,
    redis_prefix,
)
from spring.boot import Application, resolve

JAVA_TYPES: dict[Kind, set[str]] = {
    "boolean": {"java.lang.Boolean"},
    "client_name": {"java.lang.String"},
    "duration": {"java.time.Duration"},
    "endpoints": {"java.util.List<java.lang.String>"},
    "integer": {"java.lang.Integer"},
    "list": {"java.util.List<java.lang.String>"},
    "location": {"java.util.List<java.lang.String>"},  # Spring takes one text for a list of one
    "read_from": {"java.lang.String"},
    "string": {"java.lang.String", "org.springframework.boot.autoconfigure.cache.CacheType"},
}


@pytest.fixture(name="line", params=LINES, scope="module")
def fixture_line(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(name="application", scope="module")
def fixture_application(line: str) -> Application:
    return resolve(line)


def usable(application: Application) -> dict[str, str]:
    """Java type by name of every property that the line has and does not warn of."""
    return {
        name: entry.get("type", "")
        for name, entry in application.metadata().items()
        if not entry.get("deprecation") and not entry.get("deprecated")
    }


def test_exactly_the_keys_of_the_table_exist_undeprecated(line: str, application: Application) -> None:
    table = {f"{redis_prefix(line)}.{key.name}": key.exists_in(line) for key in REDIS_KEYS}
    table |= {key.name: key.exists_in(line) for key in BOOT_KEYS}
    found = usable(application)
    assert {name: name in found for name in table} == table


def test_values_have_the_type_of_the_property(line: str, application: Application) -> None:
    kinds = {f"{redis_prefix(line)}.{key.name}": key.kind for key in REDIS_KEYS if key.exists_in(line)}
    kinds |= {key.name: key.kind for key in BOOT_KEYS}
    found = usable(application)
    wrong = {name: found[name] for name, kind in kinds.items() if found[name] not in JAVA_TYPES[kind]}
    assert wrong == {}


def test_the_prefix_of_the_other_lines_is_gone_or_deprecated(line: str, application: Application) -> None:
    other = "spring.data.redis" if line == "2.7" else "spring.redis"
    assert f"{other}.host" not in usable(application)
