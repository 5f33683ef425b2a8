# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls that change a replication group, in the order in which they are safe.

Room is made before it is needed and given up last: shards and replicas are added first, so that failover can be
switched on and data moved; then settings, node type, engine, and what may need the new engine: logs and credentials.
Shards and replicas go when failover has been switched off and bigger nodes are there. A stage comes last, for a group
whose cluster mode is C(compatible) refuses everything else. ElastiCache takes one change at a time, so every call
waits for the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .._aws.fields import Change
from .._aws.plan import Step
from .replication_group_difference import Difference
from .replication_group_fields import UNSET_TOKEN, replicas_of
from .replication_group_stages import CLUSTER_MODE, next_stages
from .tags import plan_tags

ENGINE = ("engine", "engine_version")
PARAMETER_GROUP = "cache_parameter_group_name"
NEED_REPLICAS = ("automatic_failover_enabled", "multi_az_enabled")


def add_shards(difference: Difference) -> Iterator[Step]:
    wanted = difference.some("num_node_groups").get("num_node_groups", 0)
    if wanted > difference.existing["num_node_groups"]:
        yield difference.call(
            "modify_replication_group_shard_configuration",
            {"num_node_groups": wanted},
            node_group_count=wanted,
            resharding_configuration=difference.declared["resharding_configuration"],
        )


def add_replicas(difference: Difference) -> Iterator[Step]:
    wanted = difference.wanted_replicas
    short = [shard for shard, has in difference.staying.items() if wanted is not None and has < wanted]
    if short:
        counts = _counts(wanted, short, difference.shards)
        yield difference.call("increase_replica_count", {"replicas": dict.fromkeys(short, wanted)}, **counts)


def _counts(wanted: int | None, concerned: Sequence[str], shards: Mapping[str, Any]) -> dict[str, Any]:
    """One count for all I(shards) where all are I(concerned), a count for each shard that is where not."""
    if len(concerned) == len(shards):
        return {"new_replica_count": wanted}
    return {"replica_configuration": [{"node_group_id": shard, "new_replica_count": wanted} for shard in concerned]}


def change_settings(difference: Difference) -> Iterator[Step]:
    """Everything that takes effect at once, in one call; applied immediately it would carry out what waits, too."""
    late = _too_early(difference)
    values = {name: value for name, value in difference.values(Change.IN_PLACE).items() if name not in late}
    if values:
        yield _set(difference, values, **_snapshotting(difference))


def _set(difference: Difference, values: Mapping[str, Any], **company: Any) -> Step:
    timing = {"apply_immediately": not difference.kept}
    return difference.call("modify_replication_group", values, **values, **company, **timing)


def _too_early(difference: Difference) -> dict[str, bool]:
    """Failover and Multi-AZ need a replica in every shard. One without that is about to go gets none."""
    bare = any(replicas_of(difference.observed)[shard] == 0 for shard in difference.leaving)
    return {name: value for name, value in difference.some(*NEED_REPLICAS).items() if value and bare}


def switch_on_failover(difference: Difference) -> Iterator[Step]:
    """What had to wait until a shard without replicas was gone."""
    values = _too_early(difference)
    if values:
        yield _set(difference, values)


def _snapshotting(difference: Difference) -> dict[str, Any]:
    """Without cluster mode ElastiCache has to be told whom to back up when backups are switched on. A replica spares
    the primary, unless it may be one that goes."""
    switched_on = difference.some("snapshot_retention_limit") and not difference.existing["snapshot_retention_limit"]
    if not switched_on or difference.clustered:
        return {}
    ((shard, nodes),) = difference.shards.items()
    wanted = difference.wanted_replicas
    shrinks = wanted is not None and wanted < difference.staying[shard]
    fit = [node for node in nodes if (node in difference.primaries) == shrinks]
    return {"snapshotting_cluster_id": (fit or nodes)[-1]}


def change_node_type(difference: Difference) -> Iterator[Step]:
    node_type = difference.some("cache_node_type")
    if node_type:
        yield difference.call("modify_replication_group", node_type, **node_type, **_timing(difference))


def change_engine(difference: Difference) -> Iterator[Step]:
    """A parameter group belongs to a family, so a new one travels with the engine that needs it."""
    values = difference.some(*ENGINE)
    if "engine" in values:  # its version goes with it, also where the numbers happen to agree
        values = {"engine_version": difference.declared["engine_version"], **values}
    if values:
        values |= _parameter_group(difference)
        yield difference.call("modify_replication_group", values, **values, **_timing(difference))


def change_parameters(difference: Difference) -> Iterator[Step]:
    """By itself, another parameter group does not interrupt anything, and AWS would not tell that it waits."""
    values = _parameter_group(difference)
    if values and not difference.some(*ENGINE):
        yield difference.call("modify_replication_group", values, **values)


def _parameter_group(difference: Difference) -> dict[str, Any]:
    """A parameter group with cluster-enabled may, and has to, accompany cluster mode when that becomes compatible."""
    return {} if CLUSTER_MODE.following(difference) == "compatible" else difference.some(PARAMETER_GROUP)


def _timing(difference: Difference) -> dict[str, bool]:
    return {"apply_immediately": not difference.at_window}


def deliver_logs(difference: Difference) -> Iterator[Step]:
    logs = difference.some("log_delivery_configurations")
    if logs:
        yield difference.call("modify_replication_group", logs, **logs)


def change_credentials(difference: Difference) -> Iterator[Step]:
    """AUTH and user groups exclude each other: one is given up in the request that brings the other."""
    yield from _to_user_groups(difference)
    yield from _to_token(difference)


def _to_user_groups(difference: Difference) -> Iterator[Step]:
    wanted = difference.some("user_group_ids").get("user_group_ids")
    if wanted is None:
        return
    lowered, present = {group.lower() for group in wanted}, set(difference.existing["user_group_ids"] or ())
    to_add, to_remove = sorted(lowered - present), sorted(present - lowered)
    ends_auth = {"auth_token_update_strategy": "DELETE"} if difference.observed.group.get("AuthTokenEnabled") else {}
    yield difference.call(
        "modify_replication_group",
        {"user_group_ids": wanted},
        user_group_ids_to_add=to_add or None,
        user_group_ids_to_remove=to_remove or None,
        **(ends_auth if to_add else {}),
    )


def _to_token(difference: Difference) -> Iterator[Step]:
    """The first token is rotated in and set at once, since between the two the group serves clients without any. A
    tag keeps that in mind, for AWS does not tell it to the run after one that was interrupted there."""
    strategies = token_strategies(difference)
    first = strategies == FIRST_TOKEN
    if first:
        yield from _mark(difference, {UNSET_TOKEN: "true"})
    for strategy in strategies:
        yield difference.call(
            "modify_replication_group",
            auth_token=difference.declared["auth_token"],
            auth_token_update_strategy=strategy,
            remove_user_groups=True if difference.existing["user_group_ids"] and strategy == "ROTATE" else None,
        )
    if first or (UNSET_TOKEN in difference.observed.known_tags and "SET" in strategies):
        yield from _mark(difference, {})


def _mark(difference: Difference, wanted: Mapping[str, str]) -> list[Step]:
    """Return the calls that set or remove the tag, whatever the other tags are."""
    present = {} if wanted else {UNSET_TOKEN: "true"}
    return plan_tags(difference.observed.group["ARN"], present, {"tags": wanted})[1]


FIRST_TOKEN = ("ROTATE", "SET")


def token_strategies(difference: Difference) -> tuple[str, ...]:
    """Return how the token that is declared comes in; nothing when it is there, as far as anybody can tell."""
    if not difference.declared["auth_token"]:
        return ()
    asked = (difference.declared["auth_token_update_strategy"] or "").upper()
    if not difference.observed.group.get("AuthTokenEnabled"):
        return FIRST_TOKEN
    if UNSET_TOKEN in difference.observed.known_tags:
        return FIRST_TOKEN if asked == "ROTATE" else ("SET",)
    return (asked,) if asked else ()


def remove_shards(difference: Difference) -> Iterator[Step]:
    if difference.leaving:
        yield difference.call(
            "modify_replication_group_shard_configuration",
            difference.some("num_node_groups"),
            node_group_count=difference.declared["num_node_groups"],
            node_groups_to_remove=difference.leaving,
        )


def remove_replicas(difference: Difference) -> Iterator[Step]:
    wanted, named = difference.wanted_replicas, difference.declared["replicas_to_remove"]
    excessive = [shard for shard, has in difference.staying.items() if wanted is not None and has > wanted]
    if excessive:
        which = {"replicas_to_remove": named} if named else _counts(wanted, excessive, difference.staying)
        yield difference.call("decrease_replica_count", {"replicas": dict.fromkeys(excessive, wanted)}, **which)


def advance_stages(difference: Difference) -> Iterator[Step]:
    for staged, stage in next_stages(difference):
        company = difference.some(PARAMETER_GROUP) if (staged, stage) == (CLUSTER_MODE, "compatible") else {}
        options = {**staged.options(stage), **company}
        yield difference.call("modify_replication_group", options, **options)


Phase = Callable[[Difference], Iterator[Step]]
PHASES: tuple[Phase, ...] = (
    add_shards,
    add_replicas,
    change_settings,
    change_node_type,
    change_engine,
    change_parameters,
    deliver_logs,
    change_credentials,
    remove_shards,
    switch_on_failover,
    remove_replicas,
    advance_stages,
)
DISTURBING = (change_node_type, change_engine)


def steps(difference: Difference) -> list[Step]:
    """Return the calls of all phases. What waits for the window is asked for last, since a call that is carried out
    at once carries out what waits, too."""
    last = DISTURBING if difference.at_window else ()
    first = [phase for phase in PHASES if phase not in last]
    return [call for phase in (*first, *last) for call in phase(difference)]
