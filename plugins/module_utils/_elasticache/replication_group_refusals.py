# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ElastiCache would refuse, or do at a price that nobody asked for: found before the first call, all of it at
once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .._aws.fields import Change
from .._problems import Problem
from . import api
from .problems import choices
from .replication_group_difference import Difference
from .replication_group_phases import leaving_shards
from .replication_group_stages import CLUSTER_MODE, STAGED, TRANSIT_ENCRYPTION

MIGRATION = (
    "Create a new replication group with another id (snapshot_name restores the data of this one), "
    "move the clients to it, then delete this one"
)
ROLLBACK = ("valkey", (7, 2), "redis", (7, 1))  # the one way back that AWS offers
OLDEST_WITH_TLS_CHANGES = (7,)
Version = tuple[int, ...]


def immutable(difference: Difference) -> Iterator[Problem]:
    for name in difference.values(Change.IMMUTABLE):
        yield _cannot(difference, name, "cannot be changed in place", MIGRATION)


def downgrade(difference: Difference) -> Iterator[Problem]:
    """A version only goes up, within an engine and from redis to valkey; valkey 7.2 may go back to redis 7.1."""
    if not difference.some("engine", "engine_version"):
        return
    now, then = (
        _engine(difference.existing),
        _engine({**difference.existing, **difference.some("engine", "engine_version")}),
    )
    if (*now, *then) == ROLLBACK:
        return
    depth = min(len(now[1]), len(then[1]))
    if then[1][:depth] < now[1][:depth]:
        yield _cannot(difference, "engine_version", "cannot be lowered", MIGRATION)
    elif (now[0], then[0]) == ("valkey", "redis"):
        yield _cannot(difference, "engine", "cannot be changed back", MIGRATION)


def _engine(options: Mapping[str, Any]) -> tuple[str, Version]:
    version = tuple(int(part) for part in str(options["engine_version"] or "0").split(".") if part.isdigit())
    return str(options["engine"]), version


def one_at_the_window(difference: Difference) -> Iterator[Problem]:
    """ElastiCache keeps one of the two for the window, and refuses the other meanwhile."""
    both = difference.some("cache_node_type") and difference.some("engine", "engine_version")
    if both and difference.declared["apply"] == "window":
        remedy = "Set apply to now, or declare the other one when this one is done"
        yield _cannot(
            difference, "cache_node_type", "cannot wait for the window together with the engine version", remedy
        )


def node_type(difference: Difference) -> Iterator[Problem]:
    wanted = difference.some("cache_node_type").get("cache_node_type")
    if wanted is None:
        return
    allowed = api.list_allowed_node_type_modifications(difference.client, ReplicationGroupId=difference.name)
    if wanted not in allowed:
        remedy = f"Use one of {choices(wanted, allowed)}"
        yield _cannot(difference, "cache_node_type", "is no node type that this group can change to", remedy)


def unapproved_stage(difference: Difference) -> Iterator[Problem]:
    for staged in STAGED:
        following = staged.following(difference)
        if following and not difference.declared["advance"]:
            now = staged.now(difference)
            remedy = f"Make sure that {staged.before[now, following]}; then run it with advance set to true"
            fault = f"changes in stages, and the next one ({now} to {following}) is not approved"
            yield Problem(staged.name, staged.goal(difference), fault, remedy)


def impossible_stage(difference: Difference) -> Iterator[Problem]:
    group = difference.observed.group
    if CLUSTER_MODE.goal(difference) and CLUSTER_MODE.now(difference) == "enabled":
        yield _cannot(difference, "cluster_mode", "cannot be left once it is enabled", MIGRATION)
    if TRANSIT_ENCRYPTION.goal(difference) and _engine(difference.existing)[1] < OLDEST_WITH_TLS_CHANGES:
        yield _cannot(difference, "transit_encryption_enabled", "cannot be changed below engine version 7", MIGRATION)
    now, goal = TRANSIT_ENCRYPTION.now(difference), TRANSIT_ENCRYPTION.goal(difference)
    if now == "required" and goal and (group.get("AuthTokenEnabled") or difference.existing["user_group_ids"]):
        remedy = "Keep it required; clients that authenticate must not send their password in the clear"
        yield _cannot(difference, "transit_encryption_mode", "cannot be lowered while clients authenticate", remedy)


def token_without_tls(difference: Difference) -> Iterator[Problem]:
    new = difference.declared["auth_token"] and not difference.observed.group.get("AuthTokenEnabled")
    if new and TRANSIT_ENCRYPTION.now(difference) != "required":
        remedy = "Bring encryption in transit to required first"
        yield Problem("auth_token", None, "needs encryption in transit", remedy)


def wrong_shards(difference: Difference) -> Iterator[Problem]:
    """The shards that are named to go have to be there, and as many as are too many."""
    count = difference.some("num_node_groups").get("num_node_groups")
    if count is None or count >= difference.existing["num_node_groups"]:
        return
    leaving, shards = leaving_shards(difference), sorted(difference.replicas)
    if len(leaving) != len(shards) - count or not set(leaving) <= set(shards):
        remedy = f"Name {len(shards) - count} of {', '.join(shards)}"
        yield Problem("node_groups_to_remove", ", ".join(leaving), f"does not lead to {count} shards", remedy)


def _cannot(difference: Difference, name: str, fault: str, remedy: str) -> Problem:
    now, then = difference.existing[name], difference.declared[name]
    return Problem(name, then, f"{fault}: {difference.name} has {now}", remedy)


RULES: tuple[Callable[[Difference], Iterator[Problem]], ...] = (
    immutable,
    downgrade,
    one_at_the_window,
    impossible_stage,
    unapproved_stage,
    token_without_tls,
    wrong_shards,
    node_type,
)


def problems(difference: Difference) -> list[Problem]:
    """Return every reason not to begin."""
    return [problem for rule in RULES for problem in rule(difference)]
