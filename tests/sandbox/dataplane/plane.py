# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane: every replication group of the sandbox."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from .addresses import Network
from .config import Secrets
from .group import Group
from .process import kill_leftovers
from .readings import Reading
from .specs import ClusterMode, GroupEndpoints, GroupSpec, NodeProcess, Role, Shard, TlsMode, User
from .tls import Authority
from .waiting import together

MINIMUM_REDIS = (7, 0)


class Settings(Protocol):
    """The part of the sandbox's settings that matters here."""

    @property
    def network(self) -> str: ...

    @property
    def state_dir(self) -> Path: ...


class DataPlane:
    """
    Runs the Redis processes behind the ElastiCache API.

    Operations on one group wait for each other; groups do not. An unknown group, shard or node is a KeyError, an
    operation that the group does not allow a ValueError, a group that does not get ready in time a TimeoutError.
    """

    def __init__(self, settings: Settings) -> None:
        self._state_dir = settings.state_dir
        self._directory = settings.state_dir / "redis"
        self._network = Network(settings.network)
        self._secret = Secrets()
        self._groups: dict[str, Group] = {}

    async def start(self) -> None:
        """
        Clear away what a killed sandbox left in the state directory and get ready for groups.

        Raises:
            RuntimeError: There is no redis-server, or none that is new enough.
        """
        await _require_redis()
        self._state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        await kill_leftovers(self._directory)
        shutil.rmtree(self._directory, ignore_errors=True)
        self._authority = Authority(self._state_dir)

    async def stop(self) -> None:
        """Delete every group."""
        await together(self.delete_group(group_id) for group_id in list(self._groups))

    async def create_group(self, spec: GroupSpec) -> GroupEndpoints:
        """Start a group; returns when it answers at every endpoint. What a failed start left is removed."""
        if spec.id in self._groups:
            raise ValueError(f"replication group {spec.id} exists")
        group = Group(spec, self._network.block(spec.id), self._directory / spec.id, self._authority, self._secret)
        self._groups[spec.id] = group
        async with group.lock:
            try:
                await group.create()
            except BaseException:
                await self._remove(group)
                raise
        return group.endpoints.now

    async def delete_group(self, group_id: str) -> None:
        """End a group and forget its data."""
        async with self._changing(group_id) as group:
            await self._remove(group)

    def endpoints(self, group_id: str) -> GroupEndpoints:
        """The endpoints of a group."""
        return self._group(group_id).endpoints.now

    def roles(self, group_id: str) -> Mapping[str, Role]:
        """The role of each node of a group at this moment."""
        return self._group(group_id).spec.roles

    def spec(self, group_id: str) -> GroupSpec:
        """A group as it is at this moment."""
        return self._group(group_id).spec

    def processes(self) -> list[NodeProcess]:
        """Every running redis-server."""
        return [process for group in self._groups.values() for process in group.processes]

    def moved(self, group_id: str) -> float:
        """How much of the last resharding of a group is done, from 0 to 1."""
        return self._group(group_id).moved

    async def readings(self, group_id: str) -> Mapping[str, Reading]:
        """What each running node of a group tells of itself, by node id."""
        return await self._group(group_id).readings()

    async def set_auth(self, group_id: str, tokens: Sequence[str], *, anonymous: bool | None = None) -> None:
        """
        Accept exactly these tokens.

        Args:
            group_id: The replication group.
            tokens: After ROTATE the old and the new token, after SET the new one; none for anonymous access.
            anonymous: Serve clients without a token too, as after the ROTATE that sets a group's first token. Redis
                then takes the token with a user name (``AUTH default TOKEN``, which ``HELLO`` sends), not alone.
        """
        async with self._changing(group_id) as group:
            await group.set_auth(tokens, anonymous)

    async def set_users(self, group_id: str, users: Sequence[User]) -> None:
        """
        Admit exactly these users of role-based access control, in place of tokens.

        Raises:
            redis.exceptions.ResponseError: Redis does not know a command or category of an access string.
        """
        async with self._changing(group_id) as group:
            await group.set_users(users)

    async def set_cluster_mode(self, group_id: str, mode: ClusterMode) -> None:
        """Serve plain clients, clients of a cluster, or both; the nodes are away for a moment, their data stays."""
        async with self._changing(group_id) as group:
            await group.set_cluster_mode(mode)

    async def set_parameters(self, group_id: str, parameters: Mapping[str, str]) -> None:
        """Put the parameters of a group, all of them, into effect."""
        async with self._changing(group_id) as group:
            await group.set_parameters(parameters)

    async def set_tls(self, group_id: str, mode: TlsMode) -> None:
        """Let clients speak plain text, either, or only TLS."""
        async with self._changing(group_id) as group:
            await group.set_tls(mode)

    async def add_nodes(self, group_id: str, shard_id: str, node_ids: Sequence[str]) -> None:
        """Add replicas to a shard."""
        async with self._changing(group_id) as group:
            await group.add_nodes(shard_id, node_ids)

    async def remove_node(self, group_id: str, node_id: str) -> None:
        """Remove a replica."""
        async with self._changing(group_id) as group:
            await group.remove_node(node_id)

    async def add_shard(self, group_id: str, shard: Shard) -> None:
        """Add a shard with the slots it names, or with an equal share."""
        async with self._changing(group_id) as group:
            await group.add_shard(shard)

    async def remove_shard(self, group_id: str, shard_id: str) -> None:
        """Remove a shard; the others share its slots."""
        async with self._changing(group_id) as group:
            await group.remove_shard(shard_id)

    async def rebalance(self, group_id: str, slots: Mapping[str, str]) -> None:
        """Move slots until each shard has those named for it."""
        async with self._changing(group_id) as group:
            await group.rebalance(slots)

    async def failover(self, group_id: str, shard_id: str) -> str:
        """Kill the primary of a shard; returns the id of the new one when the lost node is back as a replica."""
        async with self._changing(group_id) as group:
            return await group.failover(shard_id)

    async def promote(self, group_id: str, node_id: str) -> None:
        """Make a replica the primary of its shard; the primary stays as a replica."""
        async with self._changing(group_id) as group:
            await group.promote(node_id)

    async def replace_node_type(self, group_id: str, maxmemory: int, maxclients: int) -> None:
        """Restart the nodes of a group one after the other with the limits of another node type."""
        async with self._changing(group_id) as group:
            await group.replace_node_type(maxmemory, maxclients)

    async def snapshot(self, group_id: str, directory: Path) -> Mapping[str, Path]:
        """Write the data of a group to an existing directory; returns the RDB file of each shard."""
        async with self._changing(group_id) as group:
            return await group.snapshot(directory)

    def _group(self, group_id: str) -> Group:
        if group_id not in self._groups:
            raise KeyError(f"replication group {group_id} does not exist")
        return self._groups[group_id]

    @asynccontextmanager
    async def _changing(self, group_id: str) -> AsyncIterator[Group]:
        group = self._group(group_id)
        async with group.lock:
            if self._groups.get(group_id) is not group:
                raise KeyError(f"replication group {group_id} was deleted meanwhile")
            yield group

    async def _remove(self, group: Group) -> None:
        await group.close()
        self._groups.pop(group.spec.id, None)
        self._network.release(group.spec.id)


async def _require_redis() -> None:
    remedy = "install Redis 7 with TLS, for example: apt-get install redis-server"
    if not shutil.which("redis-server"):
        raise RuntimeError(f"redis-server is not on the PATH: {remedy}")
    process = await asyncio.create_subprocess_exec("redis-server", "--version", stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    found = re.search(rb"v=(\d+)\.(\d+)", output)
    if not found or tuple(map(int, found.groups())) < MINIMUM_REDIS:
        raise RuntimeError(
            f"redis-server is older than {'.'.join(map(str, MINIMUM_REDIS))} ({output.decode().strip()}): {remedy}"
        )
