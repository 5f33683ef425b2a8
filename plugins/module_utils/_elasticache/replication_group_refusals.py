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
from .engine_versions import find_family
from .problems import choices
from .replication_group_difference import ONE_AT_A_TIME, Difference
from .replication_group_phases import ENGINE, PARAMETER_GROUP, steps
from .replication_group_stages import CLUSTER_MODE, STAGED, TRANSIT_ENCRYPTION
from .replication_group_state import waiting

MIGRATION = (
    "Create a new replication group with another id (snapshot_name restores the data of this one), "
    "move the clients to it, then delete this one"
)
ROLLBACK = ("valkey", (7, 2)), ("redis", (7, 1))  # the one way back that AWS offers
OLDEST_WITH_STAGES = (7,)
# A group refuses these while its cluster mode is compatible ("Modifying cluster mode").
SHAPE = ("num_cache_clusters", "num_node_groups", "replicas_per_node_group", "cache_node_type", *ENGINE)
Version = tuple[int, ...]


def immutable(difference: Difference) -> Iterator[Problem]:
    for name in difference.values(Change.IMMUTABLE):
        yield _cannot(difference, name, "cannot be changed in place", MIGRATION)


def downgrade(difference: Difference) -> Iterator[Problem]:
    """A version only goes up, within an engine and from redis to valkey; valkey 7.2 may go back to redis 7.1."""
    if not difference.some(*ENGINE):
        return
    now = _engine(difference.existing)
    then = _engine({**difference.existing, **difference.some(*ENGINE)})
    if (_minor(now), _minor(then)) == ROLLBACK:
        return
    depth = min(len(now[1]), len(then[1]))
    if then[1][:depth] < now[1][:depth]:
        yield _cannot(difference, "engine_version", "cannot be lowered", MIGRATION)
    elif (now[0], then[0]) == ("valkey", "redis"):
        yield _cannot(difference, "engine", "cannot be changed back", MIGRATION)


def _engine(options: Mapping[str, Any]) -> tuple[str, Version]:
    version = tuple(int(part) for part in str(options["engine_version"] or "0").split(".") if part.isdigit())
    return str(options["engine"]), version


def _minor(engine: tuple[str, Version]) -> tuple[str, Version]:
    return engine[0], engine[1][:2]


def another_family(difference: Difference) -> Iterator[Problem]:
    """Engine and parameter group have to fit each other. A default group is exchanged by AWS; one that is still to be
    made is of the family that is declared."""
    if not difference.some(*ENGINE, PARAMETER_GROUP):
        return
    engine, version, name = (difference.then(option) for option in (*ENGINE, PARAMETER_GROUP))
    offered = api.describe_cache_engine_versions(difference.client)
    family, unknown = find_family(offered, engine, ".".join(version.split(".")[:2]))
    yield from unknown
    if name.startswith("default.") and PARAMETER_GROUP not in difference.changed:
        return
    groups = api.describe_cache_parameter_groups(difference.client, CacheParameterGroupName=name)
    planned = difference.declared["cache_parameter_group_family"] or "no such parameter group"
    actual = groups[0]["CacheParameterGroupFamily"] if groups else planned
    if family and actual != family:
        fault = f"does not fit {engine} {version}, which needs one of family {family}: it is {actual}"
        yield Problem(PARAMETER_GROUP, name, fault, f"Declare a parameter group of family {family} with the version")


def both_at_the_window(difference: Difference) -> Iterator[Problem]:
    if difference.at_window and len(_one_at_a_time(difference)) > 1:
        remedy = "Set apply to now, or declare the other one when this one is done"
        fault = "cannot wait for the window together with the engine version"
        yield _cannot(difference, "cache_node_type", fault, remedy)


def behind_another(difference: Difference) -> Iterator[Problem]:
    """What waits for the window from an earlier run blocks its counterpart."""
    changed, waits = _one_at_a_time(difference), set(waiting(difference.observed)) & set(ONE_AT_A_TIME)
    if waits and changed and changed[0] not in waits:
        blocking = " and ".join(sorted(waits))
        remedy = f"Wait for the window, or run it first with {blocking} as it is pending and apply set to now"
        yield _cannot(difference, changed[0], f"cannot be changed while {blocking} waits for the window", remedy)


def _one_at_a_time(difference: Difference) -> list[str]:
    changed = {*difference.changed, *(["engine_version"] if "engine" in difference.changed else [])}
    return [name for name in ONE_AT_A_TIME if name in changed]


def carried_along(difference: Difference) -> Iterator[Problem]:
    """A modification that is carried out at once carries out what waits for the window (ModifyReplicationGroup)."""
    if not difference.kept or _one_at_a_time(difference):
        return
    kept, apply = " and ".join(difference.kept), difference.declared["apply"]
    modifications = (call.request for call in steps(difference) if call.operation == "modify_replication_group")
    if any(request["ApplyImmediately"] for request in modifications):
        remedy = {
            "now": f"Declare {kept} too: as it waits, to have it done now, or as it is, to take it back",
            "window": "Set apply to now, or declare the rest after the window",
        }
        fault = f"cannot hold: something that is declared is done at once, and {kept}, which waits, with it"
        yield Problem("apply", apply, fault, remedy[apply])


def node_type(difference: Difference) -> Iterator[Problem]:
    """The present type is not among those to change to, but a change that is pending can be taken back."""
    wanted = difference.some("cache_node_type").get("cache_node_type")
    if wanted in (None, difference.observed.group["CacheNodeType"]):
        return
    allowed = api.list_allowed_node_type_modifications(difference.client, ReplicationGroupId=difference.name)
    if wanted not in allowed:
        remedy = f"Use one of {choices(str(wanted), allowed)}"
        yield _cannot(difference, "cache_node_type", "is no node type that this group can change to", remedy)


def unapproved_stage(difference: Difference) -> Iterator[Problem]:
    for staged in STAGED:
        now, following = staged.now(difference), staged.following(difference)
        if following and not difference.declared["advance"] and (now, following) in staged.before:
            remedy = f"Make sure that {staged.before[now, following]}; then run it with advance set to true"
            fault = f"changes in stages, and the next one ({now} to {following}) is not approved"
            yield Problem(staged.name, staged.goal(difference), fault, remedy)


def impossible_transit_encryption(difference: Difference) -> Iterator[Problem]:
    goal = TRANSIT_ENCRYPTION.goal(difference)
    if not goal:
        return
    if _engine(difference.existing)[1] < OLDEST_WITH_STAGES:
        remedy = "Upgrade the engine first, in a run of its own"
        yield Problem(TRANSIT_ENCRYPTION.name, goal, "cannot be changed below engine version 7", remedy)
    authenticated = difference.observed.group.get("AuthTokenEnabled") or difference.existing["user_group_ids"]
    if authenticated and TRANSIT_ENCRYPTION.lowered(difference):
        remedy = "Keep it required; clients that authenticate must not send their password in the clear"
        yield Problem(TRANSIT_ENCRYPTION.name, goal, "cannot be lowered while clients authenticate", remedy)


def impossible_cluster_mode(difference: Difference) -> Iterator[Problem]:
    now, following = CLUSTER_MODE.now(difference), CLUSTER_MODE.following(difference)
    if following and now == "enabled":
        yield _cannot(difference, "cluster_mode", "cannot be left once it is enabled", MIGRATION)
    if (now, following) == ("disabled", "compatible"):
        if _engine(difference.existing)[1] < OLDEST_WITH_STAGES:
            remedy = "Upgrade the engine first, in a run of its own"
            yield _cannot(difference, "cluster_mode", "cannot be changed below engine version 7", remedy)
        if not difference.then("automatic_failover_enabled"):
            remedy = "Declare a replica at least, and automatic_failover_enabled"
            yield _cannot(difference, "cluster_mode", "needs automatic failover", remedy)
        yield from _not_for_clusters(difference)
    blocked = difference.some(*SHAPE) if now == "compatible" else {}
    for name in blocked:
        remedy = "Bring cluster_mode to enabled, or back to disabled, first"
        yield _cannot(difference, name, "cannot be changed while cluster mode is compatible", remedy)


def _not_for_clusters(difference: Difference) -> Iterator[Problem]:
    """A default group is exchanged by AWS, one of the user's has to have the parameter already."""
    name = difference.then(PARAMETER_GROUP)
    if name.startswith("default."):
        return
    found = api.describe_cache_parameters(difference.client, CacheParameterGroupName=name)
    values = {parameter["ParameterName"]: parameter.get("ParameterValue") for parameter in found}
    if values.get("cluster-enabled") != "yes":
        remedy = "Declare a parameter group of the same family in which cluster-enabled is yes"
        yield Problem(PARAMETER_GROUP, name, "does not allow cluster mode", remedy)


def credentials_without_tls(difference: Difference) -> Iterator[Problem]:
    stage, remedy = TRANSIT_ENCRYPTION.now(difference), "Bring encryption in transit to required first"
    new = difference.declared["auth_token"] and not difference.observed.group.get("AuthTokenEnabled")
    if new and stage != "required":
        yield Problem("auth_token", None, f"needs encryption in transit, which is {stage}", remedy)
    if difference.some("user_group_ids").get("user_group_ids") and stage == "off":
        yield _cannot(difference, "user_group_ids", "needs encryption in transit", remedy)


def wrong_counts(difference: Difference) -> Iterator[Problem]:
    """Nodes are counted without cluster mode, shards with it."""
    if difference.clustered and "num_cache_clusters" in difference.changed:
        remedy = "Declare num_node_groups and replicas_per_node_group"
        yield _cannot(difference, "num_cache_clusters", "does not count the nodes of a group with cluster mode", remedy)
    if not difference.clustered and "num_node_groups" in difference.changed:
        yield _cannot(difference, "num_node_groups", "needs cluster mode", "Bring cluster_mode to enabled first")


def uneven_growth(difference: Difference) -> Iterator[Problem]:
    """AWS gives a new shard as many replicas as the others have, which is no number when they differ."""
    more = difference.some("num_node_groups").get("num_node_groups", 0) > difference.existing["num_node_groups"]
    if more and difference.wanted_replicas is not None and len(set(difference.staying.values())) > 1:
        remedy = "Declare replicas_per_node_group without it, and it when that is done"
        yield _cannot(difference, "num_node_groups", "cannot grow while the shards differ in replicas", remedy)


def wrong_shards(difference: Difference) -> Iterator[Problem]:
    """The shards that are named to go have to be there, and as many as are too many."""
    leaving, shards = difference.leaving, sorted(difference.shards)
    if not leaving:
        return
    count = difference.declared["num_node_groups"]
    if len(set(leaving)) != len(shards) - count or not set(leaving) <= set(shards):
        remedy = f"Name {len(shards) - count} of {', '.join(shards)}"
        yield Problem("node_groups_to_remove", ", ".join(leaving), f"does not lead to {count} shards", remedy)


def wrong_replicas(difference: Difference) -> Iterator[Problem]:
    """The replicas that are named to go have to be replicas, and of each shard as many as are too many."""
    wanted, named = difference.wanted_replicas, difference.declared["replicas_to_remove"]
    surplus = {shard: has - wanted for shard, has in difference.staying.items() if wanted is not None and has > wanted}
    if not named or not surplus:
        return
    if unknown := sorted(set(named) - {node for nodes in difference.shards.values() for node in nodes}):
        yield Problem("replicas_to_remove", ", ".join(unknown), f"is no node of {difference.name}", "Leave it out")
    for shard in difference.staying:
        replicas = sorted(set(difference.shards[shard]) - set(difference.primaries))
        going = [node for node in named if node in replicas]
        if len(going) != surplus.get(shard, 0):
            remedy = f"Name {surplus.get(shard, 0)} of {', '.join(replicas)}"
            fault = f"does not leave {wanted} replicas in shard {shard}"
            yield Problem("replicas_to_remove", ", ".join(named), fault, remedy)


def _cannot(difference: Difference, name: str, fault: str, remedy: str) -> Problem:
    now, then = difference.existing[name], difference.declared[name]
    return Problem(name, then, f"{fault}: {difference.name} has {now}", remedy)


RULES: tuple[Callable[[Difference], Iterator[Problem]], ...] = (
    immutable,
    downgrade,
    another_family,
    both_at_the_window,
    behind_another,
    carried_along,
    impossible_transit_encryption,
    impossible_cluster_mode,
    unapproved_stage,
    credentials_without_tls,
    wrong_counts,
    uneven_growth,
    wrong_shards,
    wrong_replicas,
    node_type,
)


def problems(difference: Difference) -> list[Problem]:
    """Return every reason not to begin."""
    return [problem for rule in RULES for problem in rule(difference)]
