# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins of an application, tried with nothing but Python's standard library.

An application host has Python for Ansible's sake, and seldom redis-py. Source: Redis serialization protocol
specification, "Sending commands to a Redis server".
"""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .checks import remedy_for, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LONGEST_ANSWER = 4096


class LoginError(Exception):
    """An endpoint that does not let the application in. Never carries a password."""


class Refusal(Exception):
    """An error that the server answers."""


def log_in(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Log in at every endpoint; see the module for the options. Raises LoginError with all that failed."""
    if not parameters["endpoints"]:
        raise LoginError("there is no endpoint to log in at, give one or more")
    attempts = {name_of(endpoint): attempt(endpoint, parameters) for endpoint in parameters["endpoints"]}
    if failures := [f"{name}: {problem}" for name, problem in attempts.items() if problem]:
        raise LoginError("\n".join(failures))
    return {"changed": False, "endpoints": list(attempts)}


def name_of(endpoint: Mapping[str, Any]) -> str:
    return f"{endpoint['host']}:{endpoint['port']}"


def attempt(endpoint: Mapping[str, Any], parameters: Mapping[str, Any]) -> str | None:
    """What is wrong with the login at an endpoint, and what to do."""
    try:
        with connected(endpoint, parameters) as stream:
            for command in commands(endpoint):
                ask(stream, command)
    except (OSError, Refusal) as error:
        return f"{spoken(error)}. Remedy: {remedy_for(error)}."
    return None


def commands(endpoint: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """What Lettuce sends first, too."""
    if endpoint["password"]:
        user = [endpoint["username"]] if endpoint["username"] else []
        yield ["AUTH", *user, endpoint["password"]]
    yield ["PING"]


@contextmanager
def connected(endpoint: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[Any]:
    host, timeout = endpoint["host"], parameters["timeout"]
    with socket.create_connection((host, endpoint["port"]), timeout) as plain:
        if not endpoint["tls"]:
            yield plain.makefile("rwb")
            return
        context = ssl.create_default_context(cafile=parameters["ca_file"])
        with context.wrap_socket(plain, server_hostname=host) as encrypted:
            yield encrypted.makefile("rwb")


def ask(stream: Any, command: Sequence[str]) -> str:
    """Send a command whose answer is a single line, and return that. Raises Refusal for an error."""
    stream.write(encoded(command))
    stream.flush()
    answer = stream.readline(LONGEST_ANSWER).decode(errors="replace").strip()
    if not answer.startswith("+"):
        raise Refusal(answer.lstrip("-") or "connection closed")
    return str(answer)


def encoded(command: Sequence[str]) -> bytes:
    words = [word.encode() for word in command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
