# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Redis libraries. What the libraries themselves make of them is tested in tests/clients."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import (
    LIBRARIES,
    ClientSettingsError,
    client_settings,
)

WRITER = {"host": "master.orders", "port": 6379}
READER = {"host": "replica.orders", "port": 6379}
CONFIGURATION = {"host": "clustercfg.orders", "port": 6379}
COMMON = {"tls": True, "auth": True, "username": None, "port": 6379}
SINGLE = {**COMMON, "mode": "single", "writer": WRITER, "reader": None, "configuration": None}
REPLICA = {**SINGLE, "mode": "replica", "reader": READER}
CLUSTER = {**COMMON, "mode": "cluster", "writer": None, "reader": None, "configuration": CONFIGURATION}
PY = "socket_timeout=2.0&socket_connect_timeout=1.0"
GO = "dial_timeout=1000ms&read_timeout=2000ms&write_timeout=2000ms"
MILLIS = {"connectionTimeoutMillis": 1000, "socketTimeoutMillis": 2000}
NODE_OPTIONS = {"tls": {}, "connectTimeout": 1000, "commandTimeout": 2000}
REDISSON = {"password": "${REDIS_AUTH_TOKEN}", "timeout": 2000, "connectTimeout": 1000}
PRIMARY_ONLY = {"readMode": "MASTER", "subscriptionMode": "MASTER"}

TOPOLOGIES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "redis-py, one node": (SINGLE, "redis-py", {"mode": "single", "url": f"rediss://master.orders:6379?{PY}"}),
    "redis-py, replicas": (
        REPLICA,
        "redis-py",
        {
            "mode": "replica",
            "url": f"rediss://master.orders:6379?{PY}",
            "reader_url": f"rediss://replica.orders:6379?{PY}",
        },
    ),
    "redis-py, cluster": (CLUSTER, "redis-py", {"mode": "cluster", "url": f"rediss://clustercfg.orders:6379?{PY}"}),
    "ioredis, one node": (SINGLE, "ioredis", {"mode": "single", "node": WRITER, "options": NODE_OPTIONS}),
    "ioredis, replicas": (
        REPLICA,
        "ioredis",
        {"mode": "replica", "node": WRITER, "reader": READER, "options": NODE_OPTIONS},
    ),
    "ioredis, cluster": (CLUSTER, "ioredis", {"mode": "cluster", "node": CONFIGURATION, "options": NODE_OPTIONS}),
    "go-redis, replicas": (
        REPLICA,
        "go-redis",
        {
            "mode": "replica",
            "url": f"rediss://master.orders:6379?{GO}",
            "reader_url": f"rediss://replica.orders:6379?{GO}",
        },
    ),
    "go-redis, cluster": (CLUSTER, "go-redis", {"mode": "cluster", "url": f"rediss://clustercfg.orders:6379?{GO}"}),
    "jedis, replicas": (
        REPLICA,
        "jedis",
        {"mode": "replica", "url": "rediss://master.orders:6379", "reader_url": "rediss://replica.orders:6379"}
        | MILLIS,
    ),
    "jedis, cluster": (CLUSTER, "jedis", {"mode": "cluster", "url": "rediss://clustercfg.orders:6379"} | MILLIS),
    "redisson, one node": (
        SINGLE,
        "redisson",
        {"singleServerConfig": {"address": "rediss://master.orders:6379", **REDISSON}},
    ),
    "redisson, replicas": (
        REPLICA,
        "redisson",
        {
            "masterSlaveServersConfig": {
                "masterAddress": "rediss://master.orders:6379",
                "slaveAddresses": ["rediss://replica.orders:6379"],
                **PRIMARY_ONLY,
                **REDISSON,
            }
        },
    ),
    "redisson, cluster": (
        CLUSTER,
        "redisson",
        {
            "clusterServersConfig": {
                "nodeAddresses": ["rediss://clustercfg.orders:6379"],
                **PRIMARY_ONLY,
                **REDISSON,
            }
        },
    ),
}
every_library = pytest.mark.parametrize("library", LIBRARIES)


@pytest.mark.parametrize(("connection", "library", "settings"), TOPOLOGIES.values(), ids=TOPOLOGIES)
def test_topologies(connection: dict[str, Any], library: str, settings: dict[str, Any]) -> None:
    assert client_settings(connection, library) == settings


OPTIONS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "redis-py": (
        "redis-py",
        {"ca_file": "/etc/ca 1.pem"},
        {"url": "rediss://app@master.orders:6379?socket_timeout=60.0&socket_connect_timeout=0.5"
                "&client_name=orders%261&ssl_ca_certs=%2Fetc%2Fca%201.pem"},
    ),
    "ioredis": (
        "ioredis",
        {"ca_file": "/etc/ca.pem"},
        {
            "ca_file": "/etc/ca.pem",
            "options": {
                "username": "app",
                "tls": {},
                "connectTimeout": 500,
                "commandTimeout": 60000,
                "connectionName": "orders&1",
            },
        },
    ),
    "go-redis": (
        "go-redis",
        {"ca_file": "/etc/ca.pem"},
        {
            "url": "rediss://app@master.orders:6379?dial_timeout=500ms&read_timeout=60000ms&write_timeout=60000ms"
                   "&client_name=orders%261",
            "ca_file": "/etc/ca.pem",
        },
    ),
    "jedis": (
        "jedis",
        {},
        {
            "url": "rediss://app@master.orders:6379",
            "connectionTimeoutMillis": 500,
            "socketTimeoutMillis": 60000,
            "clientName": "orders&1",
        },
    ),
    "redisson": (
        "redisson",
        {},
        {
            "singleServerConfig": {
                "address": "rediss://master.orders:6379",
                "username": "app",
                "password": "${REDIS_AUTH_TOKEN}",
                "clientName": "orders&1",
                "timeout": 60000,
                "connectTimeout": 500,
            }
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("library", "own", "settings"), OPTIONS.values(), ids=OPTIONS)
def test_options(library: str, own: dict[str, Any], settings: dict[str, Any]) -> None:
    user = {**SINGLE, "username": "app"}
    found = client_settings(user, library, client_name="orders&1", timeout="1m", connect_timeout="500ms", **own)
    assert settings.items() <= found.items()


@every_library
def test_without_tls_and_without_token(library: str) -> None:
    text = str(client_settings({**SINGLE, "tls": False, "auth": False}, library))
    assert "rediss" not in text.replace("rediss" if library == "redisson" else "", "")
    assert not re.search("tls|password|TOKEN", text)


def _password(settings: dict[str, Any]) -> str | None:
    """The password by the rules of RFC 3986, or as it is where no URL carries it."""
    if "url" in settings:
        url = urlsplit(settings["url"])
        # All of it is within the URL's user info, and nothing in it separates parts.
        assert re.fullmatch(r"rediss://[A-Za-z0-9._~%-]*(:[A-Za-z0-9._~%-]*)?@[a-z.]+:6379(\?.*)?", settings["url"])
        return unquote(url.password or "")
    section = settings.get("options") or next(iter(settings.values()))
    return section["password"]


@every_library
@given(token=st.text(alphabet=st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), min_size=1))
def test_any_token_arrives_as_it_is(library: str, token: str) -> None:
    if library == "redisson" and "${" in token:
        with pytest.raises(ClientSettingsError, match="placeholder"):
            client_settings(SINGLE, library, token)
    else:
        assert _password(client_settings(SINGLE, library, token)) == token


@given(name=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_go_redis_finds_only_parameters_that_it_knows(name: str) -> None:
    """It refuses a URL with any other, and takes durations as Go writes them."""
    if "${" in name:
        return
    settings = client_settings(CLUSTER, "go-redis", "0123456789-abcdef", client_name=name)
    query = dict(parse_qsl(urlsplit(settings["url"]).query, strict_parsing=True))
    assert query.pop("client_name") == name
    assert set(query) == {"dial_timeout", "read_timeout", "write_timeout"}
    assert all(re.fullmatch("[1-9][0-9]*ms", duration) for duration in query.values())


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "library": ({"library": "predis"}, "library 'predis' is unknown, use one of redis-py, ioredis, go-redis"),
    "mode": ({"connection": {**SINGLE, "mode": "x"}}, "connection.mode 'x' is unknown"),
    "endpoint": ({"connection": {**SINGLE, "writer": None}}, "connection.writer is missing"),
    "user name": ({"connection": {**SINGLE, "username": "a:b"}}, "connection.username 'a:b' is not valid"),
    "client name": ({"client_name": "a b"}, "client_name 'a b' is not valid"),
    "no unit": ({"timeout": "2"}, "timeout '2' is not valid, give whole milliseconds"),
    "no number": ({"timeout": 2}, "timeout 2 is not valid"),
    "nothing": ({"timeout": "0s"}, "timeout '0s' is not valid"),
    "parts of a millisecond": ({"connect_timeout": "1500us"}, "connect_timeout '1500us' is not valid"),
    "relative CA file": ({"ca_file": "ca.pem"}, "ca_file 'ca.pem' is not valid, give an absolute path"),
    "CA file without TLS": ({"ca_file": "/ca.pem", "connection": {**SINGLE, "tls": False}}, "ca_file is for TLS"),
    "CA file for a JVM": ({"library": "jedis", "ca_file": "/ca.pem"}, "ca_file cannot be given to jedis"),
    "no token": ({"auth_token": ""}, "the AUTH token is empty"),
    "token with a line break": ({"auth_token": "hunter2\n"}, "the AUTH token contains a line break"),
    "half a character": ({"auth_token": "hunter2\ud83d"}, "the AUTH token contains a line break, NUL or half"),
    "placeholder": ({"library": "redisson", "auth_token": "hunter2${A}"}, "the AUTH token contains '${'"),
    "all at once": ({"timeout": "x", "auth_token": ""}, "the AUTH token is empty.*; timeout 'x' is not valid"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(options: dict[str, Any], message: str) -> None:
    pattern = message if ".*" in message else re.escape(message)
    with pytest.raises(ClientSettingsError, match=pattern) as error:
        client_settings(**{"connection": SINGLE, "library": "redis-py", **options})
    assert "hunter2" not in str(error.value)
