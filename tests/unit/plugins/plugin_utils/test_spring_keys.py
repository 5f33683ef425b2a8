# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of keys, which tests/spring compares with the metadata of the real jars."""

from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils import spring_keys
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import Key


@pytest.mark.parametrize(
    ("line", "exists"), [("2.7", False), ("3.0", False), ("3.1", True), ("3.5", True), ("4.0", True), ("4.1", False)]
)
def test_a_key_exists_from_its_first_to_its_last_line(line: str, exists: bool) -> None:
    assert Key("ssl.enabled", "boolean", since="3.1", until="4.0").exists_in(line) is exists


@pytest.mark.parametrize(
    ("line", "name", "known"),
    [
        pytest.param("2.7", "spring.redis.host", "host", id="2.7 prefix"),
        pytest.param("3.0", "spring.redis.host", None, id="prefix that 3.0 left"),
        pytest.param("3.0", "spring.data.redis.host", "host", id="prefix of 3.0"),
        pytest.param("2.7", "spring.data.redis.host", None, id="prefix that 2.7 does not know"),
        pytest.param("3.0", "spring.data.redis.ssl.enabled", None, id="later key"),
        pytest.param("3.5", "spring.data.redis.replica.host", None, id="key that never was"),
        pytest.param("3.5", "spring.data.redis.url", None, id="key that the collection never renders"),
        pytest.param(
            "2.7", "accessweaver.cache.redis.ttl.roles", "accessweaver.cache.redis.ttl.*", id="application's own"
        ),
    ],
)
def test_find_key(line: str, name: str, known: str | None) -> None:
    key = spring_keys.find_key(line, name)
    assert (key and key.name) == known


def test_no_key_twice() -> None:
    names = [key.name for key in (*spring_keys.REDIS_KEYS, *spring_keys.BOOT_KEYS, *spring_keys.APPLICATION_KEYS)]
    assert len(names) == len(set(names))
