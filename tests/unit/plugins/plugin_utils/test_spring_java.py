# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_java import java_terms

PACKAGE = "com.example.orders"

LINES = {
    "2.7": ("Jackson2JsonRedisSerializer", False, False, False),
    "3.0": ("Jackson2JsonRedisSerializer", True, True, False),
    "3.3.13": ("Jackson2JsonRedisSerializer", True, True, False),
    "3.4": ("Jackson2JsonRedisSerializer", True, True, True),
    "4.0": ("JacksonJsonRedisSerializer", True, True, True),
    "4.1.1": ("JacksonJsonRedisSerializer", True, True, True),
}


@pytest.mark.parametrize(("version", "said"), LINES.items(), ids=LINES)
def test_what_a_line_says(version: str, said: tuple[str, bool, bool, bool]) -> None:
    terms = java_terms(version, PACKAGE, {})
    names = ("json_serializer", "serializer_takes_mapper", "tcp_user_timeout", "customizes_client_options")
    assert tuple(terms[name] for name in names) == said


@pytest.mark.parametrize(("version", "provides"), [("2.7", False), ("3.0", True), ("4.1", True)])
def test_lines_that_take_the_credentials_of_each_login(version: str, provides: bool) -> None:
    assert java_terms(version, PACKAGE, {})["provides_credentials"] is provides


@pytest.mark.parametrize(
    ("version", "where"), [("3.5", "autoconfigure.data.redis"), ("4.0", "data.redis.autoconfigure")]
)
def test_packages_that_moved(version: str, where: str) -> None:
    assert java_terms(version, PACKAGE, {})["boot_redis"] == f"org.springframework.boot.{where}"


@pytest.mark.parametrize("package", ["orders", "com.example.orders_2", "com.example.$Orders"])
def test_packages(package: str) -> None:
    assert java_terms("3.5", package, {})["package"] == package


@pytest.mark.parametrize(
    "package", ["", "com..orders", "com.new.orders", "com.2orders", "com/orders", "com.orders;", "é.a"]
)
def test_what_is_no_package(package: str) -> None:
    with pytest.raises(SpringConfigError, match="is no Java package"):
        java_terms("3.5", package, {})


TYPES = (
    "java.lang.String",
    "java.util.Set<java.lang.String>",
    "java.util.Map<java.lang.String, java.util.List<com.example.Item$Part>>",
)


@pytest.mark.parametrize("name", TYPES)
def test_types(name: str) -> None:
    assert java_terms("3.5", PACKAGE, {"cache": name})["cache_types"] == {"cache": name}


NO_TYPES = (
    "String",
    "java.util.Set<String>",
    "java.util.Set<>",
    "java.util.Set<java.lang.String",
    "java.util.Set<?>",
    "java.util.Set>java.lang.String<",
    'java.lang.String"',
)


@pytest.mark.parametrize("name", NO_TYPES)
def test_what_is_no_type(name: str) -> None:
    with pytest.raises(SpringConfigError, match=r"cache_types\.cache .* is no full name of a Java type"):
        java_terms("3.5", PACKAGE, {"cache": name})


def test_a_line_that_nobody_knows() -> None:
    with pytest.raises(SpringConfigError, match="no known Spring Boot line"):
        java_terms("5.0", PACKAGE, {})
