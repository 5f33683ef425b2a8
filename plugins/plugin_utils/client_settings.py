# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Redis libraries of several languages need to know to use a deployment, in each one's own words.

Sources: RFC 3986, sections 2.1 and 3.2.1 (what a URL carries, and how); redis-py, C(from_url); ioredis, C(RedisOptions)
and C(ClusterOptions); go-redis, C(ParseURL) and C(ParseClusterURL); Jedis, C(DefaultJedisClientConfig); Redisson
reference guide, "Configuration", with its "Variable syntax".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import ENDPOINTS
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_rules import DURATION, NANOSECONDS

Settings = dict[str, Any]

VISIBLE = re.compile("[!-~]+")
TOKEN_VARIABLE = "REDIS_AUTH_TOKEN"


class ClientSettingsError(ValueError):
    """Settings that a library would misunderstand. Never carries a token."""


@dataclass(frozen=True)
class Client:
    """A connection of a deployment, and how an application uses it. Timeouts are in milliseconds."""

    connection: Mapping[str, Any]
    auth_token: str | None
    client_name: str | None
    timeout: int
    connect_timeout: int
    ca_file: str | None

    @property
    def mode(self) -> str:
        return self.connection["mode"]

    @property
    def endpoint(self) -> Mapping[str, Any]:
        return self.connection[ENDPOINTS[self.mode][0]]

    @property
    def reader(self) -> Mapping[str, Any] | None:
        return self.connection["reader"] if self.mode == "replica" else None

    def address(self, endpoint: Mapping[str, Any]) -> str:
        """A URL that says nothing but where the server is, and whether it speaks TLS."""
        return f"{'rediss' if self.connection['tls'] else 'redis'}://{endpoint['host']}:{endpoint['port']}"

    def urls(self, **query: object) -> Settings:
        """C(url), and C(reader_url) beside a primary with replicas. What is None is left out."""
        text = urlencode({name: value for name, value in query.items() if value is not None}, quote_via=quote, safe="")
        ends = {"url": self.endpoint, "reader_url": self.reader}
        return {name: self._url(end) + (text and f"?{text}") for name, end in ends.items() if end}

    def _url(self, endpoint: Mapping[str, Any]) -> str:
        user = quote(self.connection.get("username") or "", safe="")
        password = "" if self.auth_token is None else ":" + quote(self.auth_token, safe="")
        return self.address(endpoint).replace("://", f"://{user}{password}@" if user or password else "://")


def client_settings(
    connection: Mapping[str, Any],
    library: str,
    auth_token: str | None = None,
    client_name: str | None = None,
    timeout: str = "2s",
    connect_timeout: str = "1s",
    ca_file: str | None = None,
) -> Settings:
    """The settings of a library; the password is there only when I(auth_token) is given.

    Raises ClientSettingsError with every problem found.
    """
    found = [
        *_connection_problems(connection),
        *_library_problems(library, ca_file),
        *_trust_problems(connection, ca_file),
        *_text_problems(connection.get("username"), client_name),
        *_token_problems(library, auth_token),
        *_duration_problems(timeout=timeout, connect_timeout=connect_timeout),
    ]
    if found:
        raise ClientSettingsError("; ".join(found))
    times = _milliseconds(timeout), _milliseconds(connect_timeout)
    return LIBRARIES[library].settings(Client(connection, auth_token, client_name, *times, ca_file))


def _redis_py(client: Client) -> Settings:
    urls = client.urls(
        socket_timeout=client.timeout / 1000,
        socket_connect_timeout=client.connect_timeout / 1000,
        client_name=client.client_name,
        ssl_ca_certs=client.ca_file,
    )
    return {"mode": client.mode, **urls}


def _go_redis(client: Client) -> Settings:
    urls = client.urls(
        dial_timeout=f"{client.connect_timeout}ms",
        read_timeout=f"{client.timeout}ms",
        write_timeout=f"{client.timeout}ms",
        client_name=client.client_name,
    )
    return _given({"mode": client.mode, **urls, "ca_file": client.ca_file})


def _jedis(client: Client) -> Settings:
    settings = {
        "mode": client.mode,
        **client.urls(),
        "connectionTimeoutMillis": client.connect_timeout,
        "socketTimeoutMillis": client.timeout,
        "clientName": client.client_name,
    }
    return _given(settings)


def _ioredis(client: Client) -> Settings:
    options: Settings = {
        "username": client.connection.get("username"),
        "password": client.auth_token,
        "tls": {} if client.connection["tls"] else None,
        "connectTimeout": client.connect_timeout,
        "commandTimeout": client.timeout,
        "connectionName": client.client_name,
    }
    settings = {
        "mode": client.mode,
        "node": _place(client.endpoint),
        "reader": _place(client.reader) if client.reader else None,
        "options": _given(options),
        "ca_file": client.ca_file,
    }
    return _given(settings)


def _redisson(client: Client) -> Settings:
    # Redisson reads variables of the environment itself, so the file works without the token in it too.
    variable = f"${{{TOKEN_VARIABLE}}}" if client.connection["auth"] else None
    common = {
        "username": client.connection.get("username"),
        "password": variable if client.auth_token is None else client.auth_token,
        "clientName": client.client_name,
        "timeout": client.timeout,
        "connectTimeout": client.connect_timeout,
    }
    section, addresses = _redisson_servers(client)
    return {section: _given(addresses | common)}


def _redisson_servers(client: Client) -> tuple[str, Settings]:
    address = client.address(client.endpoint)
    if client.mode == "cluster":
        # Left to itself it reads from replicas, which lag behind.
        return "clusterServersConfig", {"nodeAddresses": [address], "readMode": "MASTER", "subscriptionMode": "MASTER"}
    if client.reader is None:
        return "singleServerConfig", {"address": address}
    servers = {"masterAddress": address, "slaveAddresses": [client.address(client.reader)]}
    return "masterSlaveServersConfig", {**servers, "readMode": "MASTER", "subscriptionMode": "MASTER"}


@dataclass(frozen=True)
class Library:
    """How one library is configured."""

    settings: Callable[[Client], Settings]
    trusts_ca_file: bool
    resolves_placeholders: bool = False


LIBRARIES: Mapping[str, Library] = {
    "redis-py": Library(_redis_py, trusts_ca_file=True),
    "ioredis": Library(_ioredis, trusts_ca_file=True),
    "go-redis": Library(_go_redis, trusts_ca_file=True),
    "jedis": Library(_jedis, trusts_ca_file=False),
    "redisson": Library(_redisson, trusts_ca_file=False, resolves_placeholders=True),
}


def _connection_problems(connection: Mapping[str, Any]) -> Iterator[str]:
    mode = connection.get("mode")
    if mode not in ENDPOINTS:
        yield f"connection.mode {mode!r} is unknown, use one of {', '.join(ENDPOINTS)}"
        return
    for name in ENDPOINTS[mode]:
        if not (connection.get(name) or {}).get("host"):
            yield f"connection.{name} is missing, a deployment of mode {mode} has it once it is available"


def _library_problems(library: str, ca_file: str | None) -> Iterator[str]:
    if library not in LIBRARIES:
        yield f"library {library!r} is unknown, use one of {', '.join(LIBRARIES)}"
    elif ca_file is not None and not LIBRARIES[library].trusts_ca_file:
        yield f"ca_file cannot be given to {library}, import the certificate into the trust store of its JVM"
    elif ca_file is not None and not ca_file.startswith("/"):
        yield f"ca_file {ca_file!r} is not valid, give an absolute path on the host of the application"


def _trust_problems(connection: Mapping[str, Any], ca_file: str | None) -> Iterator[str]:
    if ca_file is not None and not connection.get("tls"):
        yield "ca_file is for TLS, which the deployment does not have, leave it out"


def _text_problems(username: str | None, client_name: str | None) -> Iterator[str]:
    if username is not None and (not VISIBLE.fullmatch(username) or ":" in username or "${" in username):
        yield f"connection.username {username!r} is not valid, use printable ASCII without spaces, colons and '${{'"
    if client_name is not None and (not VISIBLE.fullmatch(client_name) or "${" in client_name):
        yield f"client_name {client_name!r} is not valid, CLIENT SETNAME takes printable ASCII without spaces"


def _token_problems(library: str, token: str | None) -> Iterator[str]:
    if token is None:
        return
    if not token:
        yield "the AUTH token is empty, leave it out or give the token of the deployment"
    if re.search(r"[\0\r\n\ud800-\udfff]", token):
        yield "the AUTH token contains a line break, NUL or half a character, which ElastiCache does not accept"
    if library in LIBRARIES and LIBRARIES[library].resolves_placeholders and "${" in token:
        yield f"the AUTH token contains '${{', which {library} would resolve as a placeholder, leave the token out"


def _duration_problems(**durations: object) -> Iterator[str]:
    for name, value in durations.items():
        if not _milliseconds(value):
            yield f"{name} {value!r} is not valid, give whole milliseconds or more with their unit, such as 500ms or 2s"


def _milliseconds(duration: object) -> int:
    """0 for what is no duration, or no whole number of milliseconds."""
    match = DURATION.fullmatch(duration) if isinstance(duration, str) else None
    milliseconds, rest = divmod(int(match[1]) * NANOSECONDS[match[2]], NANOSECONDS["ms"]) if match else (0, 0)
    return 0 if rest else milliseconds


def _place(endpoint: Mapping[str, Any]) -> Settings:
    return {"host": endpoint["host"], "port": endpoint["port"]}


def _given(settings: Settings) -> Settings:
    return {name: value for name, value in settings.items() if value is not None}
