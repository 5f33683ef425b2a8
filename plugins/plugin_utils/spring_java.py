# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Java sources of an application say differently in each Spring Boot line.

Source: the classes in the jars of the last release of each line, which the tests compile the sources with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError, boot_line
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import LINES

# A line says what the last entry that is not after it says.
SINCE: Mapping[str, Mapping[str, Any]] = {
    "2.7": {
        "boot_redis": "org.springframework.boot.autoconfigure.data.redis",
        "boot_cache": "org.springframework.boot.autoconfigure.cache",
        "jackson": "com.fasterxml.jackson",
        "json_serializer": "Jackson2JsonRedisSerializer",
        "serializer_takes_mapper": False,
        "customizes_client_options": False,
        "provides_credentials": False,
        "tcp_user_timeout": False,  # Lettuce has it since 6.2.7
    },
    "3.0": {"serializer_takes_mapper": True, "provides_credentials": True, "tcp_user_timeout": True},
    "3.4": {"customizes_client_options": True},
    "4.0": {
        "boot_redis": "org.springframework.boot.data.redis.autoconfigure",
        "boot_cache": "org.springframework.boot.cache.autoconfigure",
        "jackson": "tools.jackson",
        "json_serializer": "JacksonJsonRedisSerializer",
    },
}

KEYWORDS = re.compile(
    "abstract|assert|boolean|break|byte|case|catch|char|class|const|continue|default|do|double|else|enum|extends|false|"
    "final|finally|float|for|goto|if|implements|import|instanceof|int|interface|long|native|new|null|package|private|"
    "protected|public|return|short|static|strictfp|super|switch|synchronized|this|throw|throws|transient|true|try|void|"
    "volatile|while"
)
NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


def java_terms(boot_version: str, package: str, cache_types: Mapping[str, str]) -> dict[str, Any]:
    """What the templates need to know. Raises SpringConfigError with every problem found."""
    line = boot_line(boot_version)
    if found := [*_package_problems(package), *_type_problems(cache_types)]:
        raise SpringConfigError("; ".join(found))
    terms: dict[str, Any] = {"line": line, "package": package, "cache_types": dict(cache_types)}
    for since, changed in SINCE.items():
        if LINES.index(since) <= LINES.index(line):
            terms |= changed
    return terms


def _package_problems(package: str) -> Iterator[str]:
    if not _is_qualified(package):
        yield f"package {package!r} is no Java package, give one like com.example.orders.redis"


def _type_problems(cache_types: Mapping[str, str]) -> Iterator[str]:
    for cache, name in cache_types.items():
        if not _is_type(str(name)):
            yield (
                f"cache_types.{cache} {name!r} is no full name of a Java type, "
                "give one like java.util.Set<java.lang.String>"
            )


def _is_qualified(name: str) -> bool:
    return all(NAME.fullmatch(part) and not KEYWORDS.fullmatch(part) for part in name.split("."))


def _is_type(name: str) -> bool:
    """Whether Jackson's TypeFactory could read it: full names, with their parameters in angle brackets."""
    previous, plain = "", name
    while previous != plain:  # from the innermost brackets outwards
        previous, plain = plain, re.sub(r"<([^<>]*)>", _without_parameters, plain)
    return _is_class(plain)


def _without_parameters(brackets: re.Match[str]) -> str:
    return "" if all(_is_class(part.strip()) for part in brackets[1].split(",")) else "<"


def _is_class(name: str) -> bool:
    return "." in name and _is_qualified(name)
