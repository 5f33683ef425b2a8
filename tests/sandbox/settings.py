# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

PID_FILE = "sandbox.pid"


@dataclass(frozen=True)
class Settings:
    """
    One sandbox.

    Attributes:
        port: TCP port of the API endpoint on 127.0.0.1.
        network: First two octets of every node and endpoint address; a loopback network (127.x).
        state_dir: CA certificate, pid file, log and working directories of the Redis processes; made with mode 0700.
        time_scale: Seconds of the sandbox per second of AWS; at 0 a transition ends as soon as the data plane is ready.
        region: The region whose account is seeded with a network; every other region exists and is empty.
        account_id: The account that owns everything.
        enforce_iam: Whether calls are authorised by the IAM policies of the caller (the root user may do everything).
    """

    port: int = 4566
    network: str = "127.66"
    state_dir: Path = field(default_factory=lambda: Path(".sandbox").resolve())
    time_scale: float = 0.002
    region: str = "eu-west-1"
    account_id: str = "000000000000"
    enforce_iam: bool = False

    @property
    def endpoint_url(self) -> str:
        """The value of ``AWS_ENDPOINT_URL``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path:
        """The certificate that clients of the Redis nodes have to trust."""
        return self.state_dir / "ca.pem"

    @property
    def pid_file(self) -> Path:
        """Names the running daemon: pid and start time."""
        return self.state_dir / PID_FILE

    @property
    def log_file(self) -> Path:
        """Standard output and error of the daemon."""
        return self.state_dir / "sandbox.log"
