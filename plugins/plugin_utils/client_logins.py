# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the settings of a Redis library make a program log in, read from what client_settings has rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_file import Login

_ADDRESSES = ("address", "masterAddress", "slaveAddresses", "nodeAddresses")


def client_logins(library: str, settings: Mapping[str, Any], auth_token: str | None) -> list[Login]:
    """Every login. A program that finds no password in its settings has I(auth_token) in its environment."""
    return list(_READERS.get(library, _of_urls)(settings, auth_token))


def _of_urls(settings: Mapping[str, Any], token: str | None) -> Iterator[Login]:
    for name in ("url", "reader_url"):
        if name in settings:
            url = urlsplit(settings[name])
            user, password = (part and unquote(part) for part in (url.username, url.password))
            yield _login(name, settings[name], user, password or token)


def _of_ioredis(settings: Mapping[str, Any], token: str | None) -> Iterator[Login]:
    options = settings["options"]
    scheme = "redis" if options.get("tls") is None else "rediss"
    for name in ("node", "reader"):
        if place := settings.get(name):
            address = f"{scheme}://{place['host']}:{place['port']}"
            yield _login(name, address, options.get("username"), options.get("password") or token)


def _of_redisson(settings: Mapping[str, Any], token: str | None) -> Iterator[Login]:
    for section, servers in settings.items():
        password = servers.get("password")
        for name in _ADDRESSES:
            for address in [servers[name]] if isinstance(servers.get(name), str) else servers.get(name) or ():
                known = token if password is None or password.startswith("${") else password
                yield _login(f"{section}.{name}", address, servers.get("username"), known)


def _login(name: str, address: str, username: str | None, password: str | None) -> Login:
    url = urlsplit(address)
    names = {"host": name, "tls": name, "username": name}
    return Login(url.hostname or "", url.port or 6379, url.scheme == "rediss", username or None, password, names)


_READERS = {"ioredis": _of_ioredis, "redisson": _of_redisson}
