# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failing over shards on purpose, one after the other, and what a writer sees of it.

Source of the events, their order and the limit: API reference of TestFailover.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from .._aws.progress import reporter
from .._aws.shapes import from_api, step
from .._aws.waiting import Deadline, Observation
from .._problems import Problem
from .._redis.checks import remedy_for
from .._redis.checks import spoken as spoken_error
from .._redis.connect import Node
from .._redis.probes import key_for
from .._redis.topology import Shard
from .._redis.verify import access_of
from .._redis.writer import Writer, measured, writing
from . import api, events
from .common import AnsibleElastiCacheError
from .problems import choices, refuse
from .replication_group_fields import Observed
from .replication_group_state import observe
from .replication_group_wait import judge, wait_until_available

OPERATION = "test_failover"
MOST_PER_DAY = 15
DAY = 24 * 60  # minutes
CALLED = "Test Failover API called for node group"
COMPLETED = re.compile(r"Failover from primary node (?P<old>\S+) to replica node (?P<new>\S+) completed")
RECOVERED = "Finished recovery for cache nodes"
SAMPLE = 20  # writes that have to be acknowledged before a failover, and again after it

NodeGroup = Mapping[str, Any]  # of DescribeReplicationGroups


@dataclass(frozen=True)
class Progress:
    """How far a failover is, by its events."""

    old: str | None = None
    new: str | None = None
    recovered: bool = False

    def missing(self) -> Iterator[str]:
        if self.new is None:
            yield "a new primary"
        if not self.recovered:
            yield "recovery of the old primary"


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Fail over the shards that I(parameters) name; see the module for the options."""
    name = parameters["replication_group_id"].lower()
    deadline = Deadline(parameters["wait_timeout"], reporter(parameters.get("progress_path")))
    observed = find(client, name, check_mode, deadline)
    node_groups = chosen(observed, parameters["node_group_ids"])
    refuse(problems(client, observed, parameters, node_groups), f"fail over {name}")
    failovers = [expected(node_group) for node_group in node_groups]
    if not check_mode:
        failovers = fail_over_all(client, observed, parameters, node_groups, deadline)
    return {
        "changed": True,
        "diff": difference(node_groups, failovers),
        "operations": [OPERATION] * len(node_groups),
        "failovers": failovers,
    }


def find(client: Any, name: str, check_mode: bool, deadline: Deadline) -> Observed:
    """Return the group, available unless in check mode."""
    observed = observe(client, name)
    if observed is None:
        raise AnsibleElastiCacheError(message=f"There is no replication group {name}. Correct replication_group_id.")
    return observed if check_mode else wait_until_available(client, name, deadline)


def chosen(observed: Observed, names: Sequence[str] | None) -> list[NodeGroup]:
    """Return the shards that are named, in their order, or all."""
    shards = {shard["NodeGroupId"]: shard for shard in observed.group.get("NodeGroups", ())}
    return [shards[name] for name in dict.fromkeys(shards if names is None else names) if name in shards]


# -- what stands in the way -------------------------------------------------------------------------------------------


def problems(
    client: Any, observed: Observed, parameters: Mapping[str, Any], node_groups: Sequence[NodeGroup]
) -> Iterator[Problem]:
    """Yield every reason for which ElastiCache, or the writer, would fail."""
    known = [shard["NodeGroupId"] for shard in observed.group.get("NodeGroups", ())]
    for name in set(parameters["node_group_ids"] or ()) - set(known):
        yield Problem("node_group_ids", name, "is no shard of the group", f"use {choices(name, known)}")
    status = observed.group.get("AutomaticFailover")
    if status != "enabled":
        remedy = "set automatic_failover_enabled on the replication group; it needs a replica"
        yield Problem("replication_group_id", None, f"automatic failover is {status}", remedy)
    for shard in node_groups:
        if len(members(shard)) < 2:
            remedy = "add a replica, or leave the shard out"
            yield Problem("node_group_ids", shard["NodeGroupId"], "has no replica that could take over", remedy)
    yield from unmeasurable(parameters["connection"], node_groups)
    yield from too_many(client, len(node_groups))


def too_many(client: Any, wanted: int) -> Iterator[Problem]:
    """ElastiCache counts the calls for all groups of the account and region."""
    recorded = api.describe_events(client, SourceType="replication-group", Duration=DAY)
    recent = sum(1 for event in recorded if event["Message"].startswith(CALLED))
    if recent + wanted > MOST_PER_DAY:
        fault = (
            f"{wanted} more failovers are too many: {recent} were tested in the last 24 hours, {MOST_PER_DAY} may be"
        )
        yield Problem("node_group_ids", None, fault, "name fewer shards, or wait")


def unmeasurable(connection: Mapping[str, Any] | None, node_groups: Sequence[NodeGroup]) -> Iterator[Problem]:
    for shard in node_groups if connection else ():
        if not places(connection or {}, shard["NodeGroupId"]):
            fault = f"names no node of shard {shard['NodeGroupId']}"
            yield Problem("connection.nodes", None, fault, "give the nodes with their shards, or no connection")


def places(connection: Mapping[str, Any], shard: str) -> list[Node]:
    """Where to write to a shard: at the endpoint that follows its primary, or in a cluster at all of its nodes."""
    if connection["mode"] != "cluster":
        return [Node.of(connection["writer"])]
    return [Node.of(node) for node in connection["nodes"] or () if node["shard"] == shard]


# -- failing over -----------------------------------------------------------------------------------------------------


def fail_over_all(
    client: Any,
    observed: Observed,
    parameters: Mapping[str, Any],
    node_groups: Sequence[NodeGroup],
    deadline: Deadline,
) -> list[dict[str, Any]]:
    """Fail over one shard after the other; an error carries the results of those that are done."""
    done: list[dict[str, Any]] = []
    try:
        for shard in node_groups:
            with measuring(parameters, shard, deadline) as writer:
                done.append(fail_over(client, observed, shard, writer, deadline))
    except AnsibleAWSError as error:
        error.kwargs["failovers"] = done
        raise
    return done


@contextmanager
def measuring(parameters: Mapping[str, Any], shard: NodeGroup, deadline: Deadline) -> Iterator[Writer | None]:
    """Yield a writer to the shard that has proven that it can write, or none without a connection."""
    if not parameters["connection"]:
        yield None
        return
    nodes = places(parameters["connection"], shard["NodeGroupId"])
    key = key_for(Shard(tuple(nodes), slots(shard)))
    with writing(nodes, key, access_of(parameters)) as writer:
        let_write(writer, f"writes to shard {shard['NodeGroupId']} before its failover", deadline)
        yield writer


def let_write(writer: Writer, goal: str, deadline: Deadline) -> None:
    """Wait until another C(SAMPLE) of writes was acknowledged. A writer that never could is not waited for."""
    enough = writer.acknowledged + SAMPLE

    def look() -> Observation:
        if not writer.error:
            return Observation("under way", done=writer.acknowledged >= enough)
        trouble = f"{spoken_error(writer.error)}; {remedy_for(writer.error)}"
        hopeless = not writer.acknowledged and len(writer.attempts) > 2 * len(writer.nodes)
        return Observation(trouble, failure=trouble if hopeless else None)

    deadline.wait(goal, look)


def slots(shard: NodeGroup) -> tuple[tuple[int, int], ...]:
    """The ranges of C(0-4095,8192-12287); none with cluster mode disabled."""
    ranges = (text.partition("-") for text in shard.get("Slots", "").split(",") if text.strip())
    return tuple((int(first), int(last or first)) for first, _ignored, last in ranges)


def fail_over(
    client: Any, observed: Observed, shard: NodeGroup, writer: Writer | None, deadline: Deadline
) -> dict[str, Any]:
    """Fail over I(shard), and return what came of it once everything is as good as before."""
    name, node_group = observed.group["ReplicationGroupId"], shard["NodeGroupId"]
    read = reader(client, observed.group, deadline)
    before, started = read(), time.monotonic()
    api.apply(client, step(client, OPERATION, {"replication_group_id": name, "node_group_id": node_group}))
    happened: list[events.Event] = []

    def look() -> Observation:
        happened[:] = [event for event in read() if event not in before]
        return look_at(client, name, shard, happened)

    deadline.wait(f"the failover of shard {node_group} of {name}", look)
    progress, seconds = progress_of(happened, members(shard)), time.monotonic() - started
    if writer:
        let_write(writer, f"writes to shard {node_group} after its failover", deadline)
    return {
        **expected(shard),
        "old_primary": progress.old,
        "new_primary": progress.new,
        "seconds": round(seconds, 1),
        "writes": measured(writer) if writer else None,
        "events": [from_api(event) for event in happened],
    }


def reader(client: Any, group: Mapping[str, Any], deadline: Deadline) -> Callable[[], list[events.Event]]:
    """Return a function that reads the events of as long as the task may take and an hour before."""
    minutes = 60 + int(deadline.seconds // 60)
    return lambda: events.read(client, group, Duration=min(minutes, 14 * DAY))


def look_at(client: Any, name: str, shard: NodeGroup, happened: Sequence[events.Event]) -> Observation:
    """A failover is over when its events say so, the new primary has its role, and everything is available."""
    observed = observe(client, name)
    if observed is None:
        return Observation("gone", failure=f"{name} was deleted meanwhile")
    progress = progress_of(happened, members(shard))
    missing = list(progress.missing())
    if progress.new and role_of(observed, progress.new) not in ("primary", None):
        missing.append(f"the role of {progress.new}")
    seen = judge(client, observed, missing)
    waiting = "" if seen.done else f"; not there yet: {', '.join(missing) or 'all members available'}"
    return Observation(f"{observed.group['Status']}{waiting}", seen.done, seen.failure)


def progress_of(happened: Sequence[events.Event], nodes: Sequence[str]) -> Progress:
    """Read the progress of a shard of I(nodes) from the events since its failover was asked for."""
    found = (COMPLETED.search(event["Message"]) for event in happened)
    completed = next((match for match in found if match and match["old"] in nodes), None)
    if completed is None:
        return Progress()
    old = completed["old"]
    recovered = any(event["SourceIdentifier"] == old and event["Message"].startswith(RECOVERED) for event in happened)
    return Progress(old, completed["new"], recovered)


# -- what is told -----------------------------------------------------------------------------------------------------


def members(shard: NodeGroup) -> list[str]:
    return [member["CacheClusterId"] for member in shard.get("NodeGroupMembers", ())]


def role_of(observed: Observed, node: str) -> str | None:
    """The role of a node as the API tells it, which it does with cluster mode disabled only."""
    roles = {
        member["CacheClusterId"]: member.get("CurrentRole")
        for shard in observed.group.get("NodeGroups", ())
        for member in shard.get("NodeGroupMembers", ())
    }
    return roles.get(node)


def expected(shard: NodeGroup) -> dict[str, Any]:
    """What is known of the failover of a shard before it happens."""
    nodes = shard.get("NodeGroupMembers", ())
    primary = next((node["CacheClusterId"] for node in nodes if node.get("CurrentRole") == "primary"), None)
    return {
        "node_group_id": shard["NodeGroupId"],
        "members": members(shard),
        "old_primary": primary,
        "new_primary": None,
        "seconds": None,
        "writes": None,
        "events": [],
    }


def difference(node_groups: Sequence[NodeGroup], failovers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The primaries by shard; where nobody knows one, who can be it."""
    pairs = list(zip(node_groups, failovers, strict=True))
    return {
        "before": {shard["NodeGroupId"]: done["old_primary"] or f"one of {spoken(shard)}" for shard, done in pairs},
        "after": {shard["NodeGroupId"]: done["new_primary"] or f"another of {spoken(shard)}" for shard, done in pairs},
    }


def spoken(shard: NodeGroup) -> str:
    return ", ".join(members(shard))
