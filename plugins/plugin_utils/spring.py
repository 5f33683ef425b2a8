# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Spring Boot application needs to know to use a deployment.

One flat mapping of properties is decided per connection, Spring Boot line and options; the YAML tree and the
environment variables are two spellings of it. Sources: Spring Boot reference, "Common Application Properties" and
"Externalized Configuration"; ElastiCache documentation, "Lettuce client configuration".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import Scalar, environment_text
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import (
    LINES,
    NAMESPACE,
    boot_keys,
    redis_prefix,
    session_prefix,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_rules import problems

Properties = dict[str, Scalar | list[str]]

ENDPOINTS = {"single": ("writer",), "replica": ("writer", "reader"), "cluster": ("configuration",)}
MAPPINGS = {"pool", "cache", "session", "ttl", "key_patterns"}


class SpringConfigError(ValueError):
    """A configuration that an application would refuse, or worse, ignore. Never carries a token."""


@dataclass(frozen=True)
class SpringOptions:
    """What may be chosen about an application's use of Redis; endpoints, TLS and user come from the deployment."""

    secrets: str = "configtree"
    secret_source: str | None = None
    client_name: str | None = None
    timeout: str = "2s"
    connect_timeout: str = "1s"
    shutdown_timeout: str = "200ms"
    max_redirects: int = 5
    refresh_period: str = "60s"
    read_from: str | None = None
    pool: Mapping[str, Any] = field(default_factory=dict)
    cache: Mapping[str, Any] = field(default_factory=dict)
    session: Mapping[str, Any] = field(default_factory=dict)
    ttl: Mapping[str, str] = field(default_factory=dict)
    key_patterns: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> SpringOptions:
        """Options as a user gives them; C(None) means the default."""
        known = [option.name for option in fields(cls)]
        if unknown := sorted(set(options) - set(known)):
            raise SpringConfigError(f"unknown option {', '.join(unknown)}, use {', '.join(known)}")
        given = {name: value for name, value in options.items() if value is not None}
        if wrong := sorted(name for name in MAPPINGS & set(given) if not isinstance(given[name], Mapping)):
            raise SpringConfigError(f"option {', '.join(wrong)} must be a mapping")
        return cls(**given)


@dataclass(frozen=True)
class SecretStyle:
    """Where the application finds the password: the property that leads there, and what a source may look like."""

    property: str
    value: str
    default: str
    source: re.Pattern[str]
    expected: str
    resolves_placeholders: bool = True


SECRET_STYLES: Mapping[str, SecretStyle] = {
    "configtree": SecretStyle(
        property="spring.config.import",
        value="configtree:{}",
        default="/run/secrets/",
        source=re.compile("/(.*/)?"),
        expected="an absolute directory that ends in a slash",
        resolves_placeholders=False,
    ),
    "file": SecretStyle(
        property="spring.config.import",
        value="file:{}",
        default="/run/secrets/redis.yml",
        source=re.compile(r"/.*\.ya?ml"),
        expected="an absolute path that ends in .yml",
    ),
    "env": SecretStyle(
        property="{prefix}.password",
        value="${{{}}}",
        default="REDIS_AUTH_TOKEN",
        source=re.compile("[A-Z_][A-Z0-9_]*"),
        expected="the name of a variable in upper case",
    ),
}


def redis_config(connection: Mapping[str, Any], boot_version: str, options: SpringOptions) -> dict[str, Any]:
    """The tree of C(application.yml) that connects an application of a Spring Boot line. The password is never in it.

    Raises SpringConfigError with every problem found.
    """
    line = boot_line(boot_version)
    _refuse(_connection_problems(connection))
    values = _secret(connection, line, options) | _properties(connection, line, options)
    _refuse([*_secret_problems(options), *problems(values, line)])
    return _tree(values)


def redis_environment(
    connection: Mapping[str, Any], boot_version: str, options: SpringOptions, auth_token: str | None = None
) -> dict[str, str]:
    """The same configuration as environment variables, and beside it C(REDIS_*) for programs that are not Spring.

    The password is there only when I(auth_token) is given. Raises SpringConfigError with every problem found.
    """
    line = boot_line(boot_version)
    _refuse(_connection_problems(connection))
    values = _properties(connection, line, options)
    _refuse(problems(values, line))
    if auth_token is not None:
        values |= redis_secrets(auth_token, boot_version, "env")
    return _spring_environment(values) | _neutral_environment(connection, auth_token)


def redis_secrets(auth_token: str, boot_version: str, style: str) -> dict[str, str]:
    """The properties that belong in files only their owner can read, by name.

    Raises SpringConfigError, which never quotes the token.
    """
    if not auth_token:
        raise SpringConfigError("the AUTH token is empty, give the token that the deployment was created with")
    if re.search(r"[\0\r\n]", auth_token):
        raise SpringConfigError("the AUTH token contains a line break or NUL, which ElastiCache does not accept")
    if _secret_style(style).resolves_placeholders and "${" in auth_token:
        raise SpringConfigError(
            "the AUTH token contains '${', which Spring would resolve as a placeholder, use secrets: configtree"
        )
    return {f"{redis_prefix(boot_line(boot_version))}.password": auth_token}


def boot_line(boot_version: object) -> str:
    """The line of a Spring Boot version: C(3.5) for C(3.5), C(3.5.16) or the number 3.5.

    Raises SpringConfigError for a line that is not in the table.
    """
    line = ".".join(str(boot_version).split(".")[:2])
    if line not in LINES:
        raise SpringConfigError(
            f"boot_version {str(boot_version)!r} is of no known Spring Boot line, use one of {', '.join(LINES)}"
        )
    return line


def _properties(connection: Mapping[str, Any], line: str, options: SpringOptions) -> Properties:
    redis = {
        **_endpoints(connection, line, options),
        "username": connection.get("username"),
        "client-name": options.client_name,
        "timeout": options.timeout,
        "connect-timeout": options.connect_timeout,
        _tls_key(line): bool(connection["tls"]),
        "lettuce.shutdown-timeout": options.shutdown_timeout,
        **_section("lettuce.pool", options.pool),
    }
    values = {f"{redis_prefix(line)}.{name}": value for name, value in redis.items()}
    values |= _cache(options) | _session(options, line) | _application(connection, options)
    return {name: value for name, value in values.items() if value is not None}


def _endpoints(connection: Mapping[str, Any], line: str, options: SpringOptions) -> dict[str, Any]:
    """The keys that choose the topology. One host is never enough for a cluster: it would answer MOVED."""
    if connection["mode"] == "cluster":
        return _cluster(connection, line, options)
    if _reads_from_replicas(connection, options) and _has(line, "masterreplica.nodes"):
        nodes = [_address(connection["writer"]), _address(connection["reader"])]
        return {"masterreplica.nodes": nodes, "lettuce.read-from": options.read_from}
    return {"host": connection["writer"]["host"], "port": connection["writer"]["port"]}


def _cluster(connection: Mapping[str, Any], line: str, options: SpringOptions) -> dict[str, Any]:
    return {
        "cluster.nodes": [_address(connection["configuration"])],
        "cluster.max-redirects": options.max_redirects,
        "lettuce.read-from": options.read_from,
        # Later lines have every adaptive trigger on and no key to say so.
        "lettuce.cluster.refresh.adaptive": True if _has(line, "lettuce.cluster.refresh.adaptive") else None,
        "lettuce.cluster.refresh.dynamic-refresh-sources": True,
        "lettuce.cluster.refresh.period": options.refresh_period,
    }


def _cache(options: SpringOptions) -> dict[str, Any]:
    if not options.cache:
        return {}
    names = {"spring.cache.type": "redis", "spring.cache.cache-names": options.cache.get("cache_names")}
    rest = {name: value for name, value in options.cache.items() if name != "cache_names"}
    return names | _section("spring.cache.redis", rest)


def _session(options: SpringOptions, line: str) -> dict[str, Any]:
    """The action that Spring Session would take is CONFIG SET, which ElastiCache refuses."""
    if not options.session:
        return {}
    rest = {name: value for name, value in options.session.items() if name != "timeout"}
    return {
        "spring.session.store-type": "redis" if "spring.session.store-type" in boot_keys(line) else None,
        "spring.session.timeout": options.session.get("timeout"),
        **_section(session_prefix(line), {"configure_action": "none", **rest}),
    }


def _application(connection: Mapping[str, Any], options: SpringOptions) -> dict[str, Any]:
    values = _section(f"{NAMESPACE}.key-patterns", options.key_patterns) | _section(f"{NAMESPACE}.ttl", options.ttl)
    if connection["mode"] == "replica":
        reader = {**connection["reader"], "read_from": options.read_from}
        values |= _section(f"{NAMESPACE}.reader", reader)
    return {f"{NAMESPACE}.enabled": True, **values} if values else {}


def _section(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name.replace('_', '-')}": value for name, value in values.items()}


def _reads_from_replicas(connection: Mapping[str, Any], options: SpringOptions) -> bool:
    return connection["mode"] == "replica" and options.read_from is not None


def _has(line: str, redis_key: str) -> bool:
    return f"{redis_prefix(line)}.{redis_key}" in boot_keys(line)


def _tls_key(line: str) -> str:
    return "ssl.enabled" if _has(line, "ssl.enabled") else "ssl"


def _address(endpoint: Mapping[str, Any]) -> str:
    return f"{endpoint['host']}:{endpoint['port']}"


def _secret_style(name: str) -> SecretStyle:
    if name not in SECRET_STYLES:
        raise SpringConfigError(f"secrets {name!r} is unknown, use one of {', '.join(SECRET_STYLES)}")
    return SECRET_STYLES[name]


def _secret(connection: Mapping[str, Any], line: str, options: SpringOptions) -> Properties:
    style = _secret_style(options.secrets)
    if not connection["auth"]:
        return {}
    return {
        style.property.format(prefix=redis_prefix(line)): style.value.format(options.secret_source or style.default)
    }


def _secret_problems(options: SpringOptions) -> Iterator[str]:
    style = _secret_style(options.secrets)
    if options.secret_source and not style.source.fullmatch(options.secret_source):
        yield f"secret_source {options.secret_source!r} does not fit secrets: {options.secrets}, give {style.expected}"


def _connection_problems(connection: Mapping[str, Any]) -> Iterator[str]:
    mode = connection.get("mode")
    if mode not in ENDPOINTS:
        yield f"connection.mode {mode!r} is unknown, use one of {', '.join(ENDPOINTS)}"
        return
    for name in ENDPOINTS[mode]:
        if not (connection.get(name) or {}).get("host"):
            yield f"connection.{name} is missing, a deployment of mode {mode} has it once it is available"


def _refuse(found: Iterable[str]) -> None:
    if sentences := list(found):
        raise SpringConfigError("; ".join(sentences))


def _tree(values: Properties) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *parents, leaf = name.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return tree


def environment_name(property_name: str) -> str:
    """Spring's canonical variable for a property: dots become underscores, dashes go, all upper case."""
    return property_name.replace(".", "_").replace("-", "").upper()


def _spring_environment(values: Properties) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name, value in values.items():
        items = {f"_{index}": item for index, item in enumerate(value)} if isinstance(value, list) else {"": value}
        variables |= {environment_name(name) + suffix: environment_text(item) for suffix, item in items.items()}
    return variables


def _neutral_environment(connection: Mapping[str, Any], auth_token: str | None) -> dict[str, str]:
    endpoint, *reader = (connection[name] for name in ENDPOINTS[connection["mode"]])
    variables = {
        "REDIS_MODE": connection["mode"],
        "REDIS_HOST": endpoint["host"],
        "REDIS_PORT": endpoint["port"],
        "REDIS_READER_HOST": reader[0]["host"] if reader else None,
        "REDIS_READER_PORT": reader[0]["port"] if reader else None,
        "REDIS_TLS": bool(connection["tls"]),
        "REDIS_USERNAME": connection.get("username"),
        "REDIS_AUTH_TOKEN": auth_token,
    }
    return {name: environment_text(value) for name, value in variables.items() if value is not None}
