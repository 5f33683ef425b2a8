# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration files as texts: how ours joins a user's, and where an application would log in with them.

Sources: Spring Boot reference, "Working With Multi-Document Files" (a later document has the last word), "Importing
Additional Data" (an import counts as documents right below the one that names it), "Relaxed Binding".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import read
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import (
    SpringConfigError,
    boot_line,
    environment_name,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import redis_prefix

Values = Mapping[str, Any]  # properties by canonical name, see canonical()
Login = dict[str, Any]

BEGIN, END = "# BEGIN Redis, managed by Ansible", "# END Redis, managed by Ansible"
BLOCK = re.compile(rf"^{BEGIN}$.*?^{END}$\n?", re.MULTILINE | re.DOTALL)

# Each changes where an application connects or as whom, unless the document with the last word sets it too.
DECIDING = ("url", "host", "cluster.nodes", "masterreplica.nodes", "sentinel.master", "username")


def joined(text: str, block: str) -> str:
    """The text of a file with I(block) between our markers, in its place or at the end. The rest stays as it is."""
    ours = f"{BEGIN}\n{block.strip()}\n{END}\n"
    if BLOCK.search(text):
        return BLOCK.sub(lambda match: ours, text, count=1)
    return f"{text}\n{ours}" if text and not text.endswith("\n") else f"{text}{ours}"


def spring_logins(
    text: str,
    boot_version: object,
    imports: Mapping[str, str | Mapping[str, Any]] | None = None,
    variables: Mapping[str, str] | None = None,
) -> list[Login]:
    """Where an application with this configuration logs in, and how.

    I(imports) are the contents of what the text imports, by location: the text of a file, or the properties of a
    configuration tree. I(variables) are the environment. Raises SpringConfigError, which never quotes a value.
    """
    prefix = redis_prefix(boot_line(boot_version))
    found = list(documents(text, imports or {}))
    values: dict[str, Any] = {}
    for document in found:
        values |= document
    _refuse_overridden(found, values, prefix)
    redis = {name: values.get(canonical(f"{prefix}.{name}")) for name in (*DECIDING, *_CONNECTION)}
    return _logins(redis, prefix, variables or {})


def environment_logins(text: str, dialect: str, boot_version: object) -> list[Login]:
    """Where a program with the variables of an environment file logs in, one of Spring Boot and any other."""
    variables = read(text, dialect)
    prefix = redis_prefix(boot_line(boot_version))
    spring: dict[str, Any] = {
        name: variables.get(environment_name(f"{prefix}.{name}")) for name in (*DECIDING, *_CONNECTION)
    }
    for name in _LISTS:
        first = f"{environment_name(f'{prefix}.{name}')}_"
        spring[name] = [value for variable, value in variables.items() if variable.startswith(first)] or spring[name]
    neutral = {name: variables.get(variable) for name, variable in _NEUTRAL.items()}
    found = [*_logins(spring, prefix, variables), *_logins(neutral, "REDIS", variables)]
    return [login for index, login in enumerate(found) if login not in found[:index]]


_CONNECTION = ("port", "password", "ssl", "ssl.enabled", "ssl.bundle")
_LISTS = ("cluster.nodes", "masterreplica.nodes")
_NEUTRAL = {
    "host": "REDIS_HOST",
    "port": "REDIS_PORT",
    "ssl": "REDIS_TLS",
    "username": "REDIS_USERNAME",
    "password": "REDIS_AUTH_TOKEN",
}


def documents(text: str, imports: Mapping[str, str | Mapping[str, Any]]) -> Iterator[Values]:
    """The documents of a file in the order in which Spring reads them, without those for a profile only."""
    try:
        trees = [tree for tree in yaml.safe_load_all(text) if tree is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or type(error).__name__
        raise SpringConfigError(f"the configuration is not YAML, {where}{problem}") from None
    for tree in trees:
        if not isinstance(tree, Mapping):
            raise SpringConfigError("the configuration has a document that is no mapping of properties")
        values = {canonical(name): value for name, value in flat(tree)}
        if "spring.config.activate.onprofile" in values:
            continue
        yield values
        for location in listed(values.get("spring.config.import")):
            yield from _imported(imports.get(location.removeprefix("optional:")), imports)


def _imported(content: str | Mapping[str, Any] | None, imports: Mapping[str, Any]) -> Iterator[Values]:
    if isinstance(content, str):
        yield from documents(content, imports)
    elif content is not None:
        yield {canonical(name): value for name, value in content.items()}


def canonical(name: str) -> str:
    """The form in which Spring compares names: C(connect-timeout), C(connectTimeout) and C(connect_timeout) are one."""
    return re.sub("[-_]", "", name).lower()


def flat(tree: Mapping[Any, Any], parent: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        name = f"{parent}.{key}" if parent else str(key)
        if isinstance(value, Mapping):
            yield from flat(value, name)
        else:
            yield name, value


def listed(value: Any) -> list[str]:
    """A list as Spring takes it, also from one text with commas."""
    items = value.split(",") if isinstance(value, str) else value or []
    return [str(item).strip() for item in items]


def _refuse_overridden(found: Iterable[Values], values: Values, prefix: str) -> None:
    """Keys of another document that would join those of the last one, and lead the application elsewhere."""
    names = [f"{prefix}.{name}" for name in DECIDING]
    last = next((document for document in reversed(list(found)) if any(canonical(n) in document for n in names)), {})
    if others := [name for name in names if canonical(name) in values and canonical(name) not in last]:
        raise SpringConfigError(
            f"{', '.join(others)}: set in a part of the configuration that is not managed, and in force beside the part"
            " that is, take it out there"
        )


def _logins(redis: Values, source: str, variables: Mapping[str, str]) -> list[Login]:
    if redis.get("url") or redis.get("sentinel.master"):
        raise SpringConfigError(f"{source}.url and {source}.sentinel lead elsewhere, take them out")
    nodes = listed(redis.get("cluster.nodes")) or listed(redis.get("masterreplica.nodes"))
    nodes = nodes or ([f"{redis['host']}:{redis.get('port') or 6379}"] if redis.get("host") else [])
    if not nodes:
        raise SpringConfigError(f"{source} names no host, so the application would try localhost")
    tls = any(_truth(redis.get(name)) for name in ("ssl", "ssl.enabled")) or bool(redis.get("ssl.bundle"))
    who = {name: _resolved(redis.get(name), f"{source}.{name}", variables) for name in ("username", "password")}
    return [
        {"host": host, "port": int(port), "tls": tls, **who}
        for host, _colon, port in (n.rpartition(":") for n in nodes)
    ]


def _truth(value: Any) -> bool:
    return str(value).lower() in ("true", "on", "yes", "1")


def _resolved(value: Any, name: str, variables: Mapping[str, str]) -> str | None:
    """A value with its placeholder resolved. Spring would send the text of one that it cannot resolve."""
    if value is None:
        return None
    match = re.fullmatch(r"\$\{(\w+)\}", str(value))
    if match and match[1] not in variables:
        raise SpringConfigError(f"{name}: the variable {match[1]} is not known here")
    return variables[match[1]] if match else str(value)
