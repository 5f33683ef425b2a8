# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of an application, reached over SSH as a user that may use sudo; the application runs as yet another user."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from sandbox.testing import free_port

APP = Path(__file__).with_name("app.py")
DEPLOYER, APP_USER = "accessweaver-deployer", "nobody"
SUDOERS = Path("/etc/sudoers.d") / DEPLOYER

# Says that it was called, waits as long as it is told to, and starts the application as its user.
RESTART = """\
echo restart >> {directory}/restarts
while [ -e {directory}/hold ]; do sleep 0.1; done
[ -e {directory}/lost ] && rm {directory}/lost && exit 1
[ -e {directory}/pid ] && kill $(cat {directory}/pid) && sleep 0.3
setpriv --reuid {user} --regid {group} --clear-groups \
    {python} {directory}/app.py {directory}/etc {directory}/ca.pem {port} > {directory}/log 2>&1 < /dev/null &
echo $! > {directory}/pid
"""


@dataclass(frozen=True)
class AppHost:
    """The host, as a test sees it."""

    directory: Path
    ssh_port: int
    http_port: int

    @property
    def etc(self) -> Path:
        return self.directory / "etc"

    def inventory(self) -> Path:
        """A host over SSH, and a second one after it, in batches of one."""
        shared = {
            "elasticache_redis_deployment": "dev",
            "elasticache_redis_app_owner": APP_USER,
            "elasticache_redis_app_group": _group(),
            "elasticache_redis_app_batch": 1,
        }
        over_ssh = {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": self.ssh_port,
            "ansible_user": DEPLOYER,
            "ansible_ssh_private_key_file": str(self.directory / "key"),
            "ansible_ssh_common_args": f"-F none -o UserKnownHostsFile={self.directory}/known_hosts",
            "ansible_python_interpreter": _python(),
            "ansible_become": True,
            "elasticache_redis_app_config_dir": str(self.etc),
            "elasticache_redis_app_restart_command": ["sh", str(self.directory / "restart.sh")],
            "elasticache_redis_app_health_url": f"http://127.0.0.1:{self.http_port}/",
            "elasticache_redis_app_health_retries": 8,
            "elasticache_redis_app_health_delay": 1,
        }
        second = {"elasticache_redis_app_config_dir": str(self.directory / "second")}
        hosts = {"app-ssh": {**shared, **over_ssh}, "app-second": {**shared, **second}}
        path = self.directory / "hosts.yml"
        path.write_text(yaml.safe_dump({"app_servers": {"hosts": hosts}}, sort_keys=False))  # batches go by this order
        return path

    def answer(self) -> str:
        """What the application says over HTTP."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/", timeout=5) as response:
            return str(response.read().decode())

    def restarts(self) -> int:
        return len((self.directory / "restarts").read_text().splitlines())

    def files(self, folder: str = "etc") -> dict[str, tuple[str, str, bytes]]:
        """Owner, mode and content of all files; backups by their time are not among them."""
        paths = sorted((self.directory / folder).rglob("*"))
        return {
            str(path.relative_to(self.directory / folder)): (
                path.owner(),
                f"{stat.S_IMODE(path.stat().st_mode):04o}",
                path.read_bytes() if path.is_file() else b"",
            )
            for path in paths
            if not path.name.endswith("~")
        }


@contextmanager
def app_host(ca_file: Path) -> Iterator[AppHost]:
    """Needs root, since it makes a user; and then there is no excuse for a missing program."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a user to log in as")
    missing = [name for name in ("sudo", "setpriv", "ssh-keygen") if not shutil.which(name)]
    missing += [] if Path("/usr/sbin/sshd").exists() else ["sshd"]
    assert not missing, f"{', '.join(missing)} is needed, run .ci/setup"
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        host = AppHost(Path(name), free_port(), free_port())
        _equip(host, ca_file)
        with _user(), _sshd(host):
            try:
                yield host
            finally:
                _kill(host.directory / "pid")


def _equip(host: AppHost, ca_file: Path) -> None:
    directory = host.directory
    shutil.copy(APP, directory)
    shutil.copy(ca_file, directory / "ca.pem")
    (directory / "restart.sh").write_text(
        RESTART.format(directory=directory, user=APP_USER, group=_group(), python=_python(), port=host.http_port)
    )


@contextmanager
def _user() -> Iterator[None]:
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", DEPLOYER], check=False, capture_output=True)
    subprocess.run(["usermod", "--password", "*", DEPLOYER], check=True)
    SUDOERS.write_text(f"{DEPLOYER} ALL=(ALL) NOPASSWD: ALL\n")
    try:
        yield
    finally:
        SUDOERS.unlink()
        subprocess.run(["userdel", "--remove", "--force", DEPLOYER], check=False, capture_output=True)


@contextmanager
def _sshd(host: AppHost) -> Iterator[None]:
    directory = host.directory
    for name in ("key", "host_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)], check=True)
    public = (directory / "host_key.pub").read_text()
    (directory / "known_hosts").write_text(f"[127.0.0.1]:{host.ssh_port} {public}")
    Path("/run/sshd").mkdir(exist_ok=True)  # where sshd confines what has no privileges
    options = {
        "ListenAddress": f"127.0.0.1:{host.ssh_port}",
        "HostKey": directory / "host_key",
        "AuthorizedKeysFile": directory / "key.pub",
        "AllowUsers": DEPLOYER,
        "PasswordAuthentication": "no",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "Subsystem": "sftp internal-sftp",
    }
    config = directory / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    with (directory / "sshd.log").open("w") as log:
        daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)], stderr=log)
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait()


def _kill(pid_file: Path) -> None:
    if pid_file.exists():
        subprocess.run(["kill", pid_file.read_text().strip()], check=False, capture_output=True)


def _group() -> str:
    return "nogroup" if "nogroup:" in Path("/etc/group").read_text() else APP_USER


def _python() -> str:
    """The system's, which has no redis-py; every host that Ansible manages has one."""
    system = Path("/usr/bin/python3")
    return str(system if system.exists() else Path(sys.executable).resolve())


def wait_until(condition: Any, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in {seconds} seconds: {what}"
        time.sleep(0.1)
