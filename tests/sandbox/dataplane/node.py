# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cache node: a ``redis-server`` process and the connection over which the data plane administers it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from sandbox.proc import resident_bytes

from . import restrictions
from .config import ADMIN_SOCKET, ADMIN_USER, CLUSTER_FILE, Ports, Secrets, redis_conf
from .files import write_private
from .process import spawn
from .specs import Endpoint, GroupSpec, NodeProcess
from .waiting import PATIENCE, until

Word = str | int | bytes
OnCrash = Callable[["Node"], Awaitable[None]]


class Node:
    """
    A cache node, started and stopped any number of times under one address.

    Attributes:
        ports: Where it listens, since its start.

    Args:
        node_id: Its cache cluster id.
        address: Its address, which it keeps for life.
        directory: Its working directory, which exists and holds its certificate.
        secret: The data plane's passwords and command names.
        on_crash: Called when the process ends by itself.
    """

    ports: Ports

    def __init__(self, node_id: str, address: str, directory: Path, secret: Secrets, on_crash: OnCrash) -> None:
        self.id = node_id
        self.address = address
        self.directory = directory
        self._secret = secret
        self._on_crash = on_crash
        self._process: asyncio.subprocess.Process | None = None
        self._client: Redis | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def internal(self) -> Endpoint:
        """Where other nodes reach it."""
        return Endpoint(self.address, self.ports.tls)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def process(self) -> NodeProcess | None:
        """The running process; None when there is none."""
        if self._process is None or not self.running:
            return None
        return NodeProcess(self.id, self._process.pid, self.address, resident_bytes(self._process.pid))

    @property
    def data(self) -> Path:
        """The file from which it loads its data when it starts, if it exists."""
        return self.directory / "dump.rdb"

    async def start(self, spec: GroupSpec, primary: str | None = None) -> None:
        """
        Start the process and wait until it answers.

        Args:
            spec: Its replication group.
            primary: Address of the node to replicate, with cluster mode disabled.

        Raises:
            RuntimeError: Redis ended at once; quotes what it said.
        """
        self.ports = Ports.of(spec.port, spec.tls)
        following = Endpoint(primary, self.ports.tls) if primary else None
        conf = self.directory / "redis.conf"
        write_private(conf, redis_conf(spec, self.address, self.directory, self._secret, following).encode())
        self._process = await spawn(("redis-server", str(conf)), self.directory)
        self._connect(self._process.pid)
        await until(f"{self.id} at {self.address} answers", self._answers)
        self._watcher = asyncio.create_task(self._watch(self._process))

    async def kill(self) -> None:
        """End the process at once, whatever it holds in memory."""
        process, self._process = self._process, None
        await self._disconnect()
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def save_and_end(self) -> None:
        """End the process in order: everything it has acknowledged is in its data file."""
        process, self._process = self._process, None
        with contextlib.suppress(RedisConnectionError):
            await self.run("SHUTDOWN", "SAVE")
        if process is not None:
            await process.wait()

    def forget_data(self) -> None:
        """Start empty the next time."""
        self.data.unlink(missing_ok=True)

    def forget_cluster(self) -> None:
        """Start as a member of no cluster the next time."""
        (self.directory / CLUSTER_FILE).unlink(missing_ok=True)

    async def dump(self, target: Path) -> None:
        """Copy all data to a file, in RDB format."""
        before = (await self.info("persistence"))["rdb_saves"]

        async def saved() -> bool:
            now = await self.info("persistence")
            return now["rdb_saves"] > before and not now["rdb_bgsave_in_progress"]

        await self.run("BGSAVE", "SCHEDULE")
        await until(f"{self.id} has saved its data", saved)
        if (status := (await self.info("persistence"))["rdb_last_bgsave_status"]) != "ok":
            raise RuntimeError(f"{self.id} could not save its data: {status}")
        shutil.move(self.data, target)
        target.chmod(0o600)

    async def send_keys(self, target: Node, keys: Iterable[Sequence[bytes]]) -> None:
        """Move keys to another primary; each list is one indivisible step."""
        place = (target.address, target.internal.port, "", 0, int(PATIENCE * 1000))
        login = ("AUTH2", ADMIN_USER, self._secret.admin)
        await self.run_all([("MIGRATE", *place, *login, "KEYS", *names) for names in keys])

    async def listen(self, ports: Ports) -> None:
        """Listen on other ports; connections that exist stay."""
        await self.configure(ports.directives)
        self.ports = ports

    async def run(self, command: str, *arguments: Word) -> Any:
        """
        A command as the data plane's user; answers are bytes, INFO's a dict.

        Raises:
            redis.exceptions.RedisError: The node refuses it or cannot be reached.
        """
        return await self._connected.execute_command(restrictions.alias(command, self._secret.alias), *arguments)

    async def run_all(self, commands: Iterable[Sequence[Word]]) -> list[Any]:
        """Commands in one round trip; the first error is raised."""
        async with self._connected.pipeline(transaction=False) as pipeline:
            for command, *arguments in commands:
                pipeline.execute_command(restrictions.alias(str(command), self._secret.alias), *arguments)
            return await pipeline.execute()

    async def info(self, section: str = "default") -> dict[str, Any]:
        """A section of INFO, or all that it tells by default."""
        return dict(await self.run("INFO", section))

    async def clients(self) -> list[dict[str, Any]]:
        """Its connections."""
        return list(await self._connected.client_list())

    async def configure(self, directives: dict[str, str]) -> None:
        """Change configuration directives of the running process, all or none."""
        await self.run("CONFIG", "SET", *(word for pair in directives.items() for word in pair))

    async def linked(self) -> bool:
        """Whether it is a replica that has all its primary's data and follows it."""
        return bool((await self.info("replication")).get("master_link_status") == "up")

    async def replicated(self) -> int:
        """How much of its primary's data stream it has received, in bytes."""
        return int((await self.info("replication"))["slave_repl_offset"])

    async def is_primary(self) -> bool:
        """Whether it takes itself for a primary."""
        return bool((await self.info("replication"))["role"] == "master")

    @property
    def _connected(self) -> Redis:
        if self._client is None:
            raise RuntimeError(f"{self.id} is not running")
        return self._client

    def _connect(self, pid: int) -> None:
        # By way of the process, which works in its directory: a socket's path is limited to 107 bytes.
        self._client = Redis(
            unix_socket_path=f"/proc/{pid}/cwd/{ADMIN_SOCKET}",
            username=ADMIN_USER,
            password=self._secret.admin,
            single_connection_client=True,
            socket_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 1),
        )

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        if self._process is process:
            await self._on_crash(self)

    async def _answers(self) -> bool:
        if not self.running:
            raise RuntimeError(f"redis-server of {self.id} at {self.internal} ended: {await self._last_words()}")
        return not (await self.info("persistence"))["loading"]

    async def _last_words(self) -> str:
        said = await self._process.stderr.read() if self._process and self._process.stderr else b""
        log = self.directory / "redis.log"
        lines = [*said.decode(errors="replace").splitlines(), *(log.read_text().splitlines() if log.exists() else [])]
        return " | ".join(lines[-5:])
