# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Pytest fixtures: a sandbox with its own port, addresses and state directory, so that it runs beside any other.

A folder of tests gets them by importing them into its conftest.py.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest

from sandbox import supervisor
from sandbox.__main__ import exports
from sandbox.settings import Settings
from sandbox.supervisor import Daemon


@contextmanager
def reserved_network() -> Iterator[str]:
    """A loopback network that no other test sandbox uses now; a bound address in it is the reservation."""
    octets = list(range(67, 255))
    random.SystemRandom().shuffle(octets)
    for octet in octets:
        with socket.socket() as reservation:
            try:
                reservation.bind((f"127.{octet}.255.254", 1024))
            except OSError:
                continue
            yield f"127.{octet}"
            return
    raise RuntimeError("Every loopback network from 127.67 to 127.254 is in use by a test sandbox.")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago, below those that Linux gives to outgoing connections."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


@dataclass(frozen=True)
class RunningSandbox:
    """What a test needs of a sandbox."""

    daemon: Daemon

    @property
    def settings(self) -> Settings:
        return self.daemon.settings

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment for a child process, for example ansible-playbook."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**inherited, **exports(self.settings)}

    def client(self, service: Any, key: str = "sandbox", secret: str = "sandbox", **options: Any) -> Any:
        """A boto3 client; the account's root user by default."""
        options = {"region_name": self.settings.region, "endpoint_url": self.settings.endpoint_url, **options}
        return boto3.session.Session(key, secret).client(service, **options)

    def control(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """Ask a control endpoint, for example ``control("calls?since=3")``."""
        return supervisor.request(self.daemon, path, method, body)

    def reset(self) -> None:
        """As freshly started."""
        self.control("reset", method="POST")

    def calls(self, *services: str, since: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """Operation and parameters of the calls so far, of the named services or of all."""
        log = self.control(f"calls?since={since}")
        return [(call["operation"], call["parameters"]) for call in log if not services or call["service"] in services]


@contextmanager
def running_sandbox(state_dir: Path, **overrides: Any) -> Iterator[RunningSandbox]:
    """A sandbox for the duration of a block."""
    with reserved_network() as network:
        settings = Settings(port=free_port(), network=network, state_dir=state_dir, time_scale=0)
        daemon = supervisor.start(replace(settings, **overrides))
        try:
            yield RunningSandbox(daemon)
        finally:
            supervisor.stop(daemon)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One sandbox for the whole session (of each xdist worker). Tests name their own resources or reset it."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def fresh_sandbox(sandbox: RunningSandbox) -> RunningSandbox:
    """The session's sandbox, emptied."""
    sandbox.reset()
    return sandbox


@pytest.fixture(scope="session")
def aws(sandbox: RunningSandbox) -> Callable[..., Any]:
    """``aws("ec2")``: a boto3 client of the session's sandbox."""
    return sandbox.client
