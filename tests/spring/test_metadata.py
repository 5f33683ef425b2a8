# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of keys against what the jars of each Spring Boot line say of themselves."""

from __future__ import annotations

import re

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import (
    BOOT_KEYS,
    LINES,
    REDIS_KEYS,
    SESSION_KEYS,
    Key,
    Kind,
    redis_prefix,
    session_prefix,
)
from spring.boot import Application, resolve
from spring.selection import one_or_all

# The last part of each name: some packages moved.
JAVA_TYPES: dict[Kind, set[str]] = {
    "boolean": {"Boolean"},
    "client_name": {"String"},
    "duration": {"Duration"},
    "endpoints": {"List<String>"},
    "flush_mode": {"FlushMode"},
    "integer": {"Integer"},
    "list": {"List<String>"},
    "location": {"List<String>"},  # Spring takes one text for a list of one
    "no_action": {"ConfigureAction"},
    "read_from": {"String"},
    "repository_type": {"RepositoryType"},
    "save_mode": {"SaveMode"},
    "string": {"String", "CacheType", "StoreType"},
    "user": {"String"},
}


@pytest.fixture(name="line", params=one_or_all("3.5", LINES), scope="module")
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


def table(line: str) -> dict[str, Key]:
    """Every key of the table by its full name, with those that the line does not have."""
    redis = {f"{redis_prefix(line)}.{key.name}": key for key in REDIS_KEYS}
    session = {f"{session_prefix(line)}.{key.name}": key for key in SESSION_KEYS}
    return redis | session | {key.name: key for key in BOOT_KEYS}


def test_exactly_the_keys_of_the_table_exist_undeprecated(line: str, application: Application) -> None:
    keys, found = table(line), usable(application)
    assert {name: name in found for name in keys} == {name: key.exists_in(line) for name, key in keys.items()}


def test_values_have_the_type_of_the_property(line: str, application: Application) -> None:
    kinds = {name: key.kind for name, key in table(line).items() if key.exists_in(line)}
    types = {name: re.sub(r"[\w.]+[.$]", "", written) for name, written in usable(application).items()}
    wrong = {name: types[name] for name, kind in kinds.items() if types[name] not in JAVA_TYPES[kind]}
    assert wrong == {}


def test_the_prefix_of_the_other_lines_is_gone_or_deprecated(line: str, application: Application) -> None:
    other = "spring.data.redis" if line == "2.7" else "spring.redis"
    assert f"{other}.host" not in usable(application)
