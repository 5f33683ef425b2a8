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
from dataclasses import dataclass, field
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

BEGIN, END = "# BEGIN Redis, managed by Ansible", "# END Redis, managed by Ansible"
BLOCK = re.compile(rf"^{BEGIN}\r?$.*?^{END}\r?$\n?", re.MULTILINE | re.DOTALL)  # an editor may have made it CRLF

# Each changes where an application connects or as whom, unless the document with the last word sets it too.
DECIDING = ("url", "host", "cluster.nodes", "masterreplica.nodes", "sentinel.master", "username")


@dataclass(frozen=True)
class Login:
    """Where an application logs in and as whom; I(names) are the settings that say so."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None = field(repr=False)
    names: Mapping[str, str] = field(compare=False)

    def endpoint(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("host", "port", "tls", "username", "password")}


class _Loader(yaml.SafeLoader):
    """As strict as Spring, which does not start with a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    mark = key.start_mark
                    raise yaml.constructor.ConstructorError(None, None, "a key that is there already", mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def joined(text: str, block: str) -> str:
    """The text of a file with I(block) between our markers, in its place or at the end. The rest stays as it is."""
    ours = f"{BEGIN}\n{block.strip()}\n{END}\n"
    if BLOCK.search(text):
        return BLOCK.sub(lambda match: ours, text, count=1)
    return f"{text}\n{ours}" if text and not text.endswith("\n") else f"{text}{ours}"


def without(text: str) -> str:
    """The text of a file without our markers and what is between them."""
    return BLOCK.sub("", text)


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
    return _logins(redis, {name: f"{prefix}.{name}" for name in redis}, variables or {})


def environment_logins(text: str, dialect: str, boot_version: object) -> list[Login]:
    """Where a program with the variables of an environment file logs in, one of Spring Boot and any other."""
    return variables_logins(read(text, dialect), boot_version)


def variables_logins(variables: Mapping[str, str], boot_version: object) -> list[Login]:
    """The same for variables, wherever they come from."""
    prefix = redis_prefix(boot_line(boot_version))
    spring: dict[str, Any] = {
        name: variables.get(environment_name(f"{prefix}.{name}")) for name in (*DECIDING, *_CONNECTION)
    }
    for name in _LISTS:
        first = f"{environment_name(f'{prefix}.{name}')}_"
        spring[name] = [value for variable, value in variables.items() if variable.startswith(first)] or spring[name]
    neutral = {name: variables.get(variable) for name, variable in _NEUTRAL.items()}
    names = {name: environment_name(f"{prefix}.{name}") for name in (*DECIDING, *_CONNECTION)}
    return unique([*_logins(spring, names, variables), *_logins(neutral, _NEUTRAL, variables)])


def unique(found: Iterable[Login]) -> list[Login]:
    return list(dict.fromkeys(found))


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
        trees = [tree for tree in yaml.load_all(text, _Loader) if tree is not None]
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


def _logins(redis: Values, names: Mapping[str, str], variables: Mapping[str, str]) -> list[Login]:
    """What the settings I(redis) say; I(names) is what they are called where they are."""
    if elsewhere := [names[name] for name in ("url", "sentinel.master") if redis.get(name)]:
        raise SpringConfigError(f"{' and '.join(elsewhere)} lead elsewhere, take them out")
    by, nodes = _nodes(redis)
    if not nodes:
        raise SpringConfigError(f"{names['host']} is missing, so the application would try localhost")
    secure = next((name for name in ("ssl.bundle", "ssl.enabled", "ssl") if redis.get(name) is not None), "ssl")
    tls = any(_truth(redis.get(name)) for name in ("ssl", "ssl.enabled")) or bool(redis.get("ssl.bundle"))
    user, password = (_resolved(redis.get(name), names[name], variables) for name in ("username", "password"))
    told = {"host": names[by], "tls": names[secure], "username": names["username"]}
    return [Login(*_place(node, names[by]), tls, user, password, told) for node in nodes]


def _nodes(redis: Values) -> tuple[str, list[str]]:
    """Where an application connects, and the setting that says so."""
    for name in _LISTS:
        if nodes := listed(redis.get(name)):
            return name, nodes
    return "host", [f"{redis['host']}:{redis.get('port') or 6379}"] if redis.get("host") else []


def _place(node: str, name: str) -> tuple[str, int]:
    host, _colon, port = node.rpartition(":")
    if not host or not port.isdigit():
        raise SpringConfigError(f"{name} is {node!r}, give a host and a port")
    return host, int(port)


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
