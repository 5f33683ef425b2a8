# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls that change a replication group, in the order in which they are safe.

Room is made before it is needed and given up last: shards and replicas are added first, so that failover can be
switched on
and data moved; then settings, node type, engine, credentials and stages; replicas and shards go at the end, when
failover has
been switched off and bigger nodes are there. ElastiCache takes one change at a time, so every call waits for the one
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .._aws.fields import Change
from .._aws.plan import Step
from .replication_group_difference import Difference
from .replication_group_stages import next_stages

ENGINE = ("engine", "engine_version")
PARAMETER_GROUP = "cache_parameter_group_name"


def add_shards(difference: Difference) -> Iterator[Step]:
    count = difference.some("num_node_groups").get("num_node_groups", 0)
    if count > difference.existing["num_node_groups"]:
        resharding = difference.declared["resharding_configuration"]
        yield difference.call(
            "modify_replication_group_shard_configuration",
            node_group_count=count,
            resharding_configuration=resharding,
        )


def add_replicas(difference: Difference) -> Iterator[Step]:
    yield from _replicas(difference, "increase_replica_count", lambda have, want: have < want)


def change_settings(difference: Difference) -> Iterator[Step]:
    """Everything that takes effect at once, in one call; applied immediately it would carry out what is pending too."""
    values = difference.values(Change.IN_PLACE)
    if values:
        yield difference.call("modify_replication_group", **values, **_snapshotting(difference), **_timing(difference))


def _snapshotting(difference: Difference) -> dict[str, Any]:
    """Without cluster mode ElastiCache has to be told whom to back up when backups are switched on; a replica spares
    the primary."""
    switched_on = difference.some("snapshot_retention_limit") and not difference.existing["snapshot_retention_limit"]
    if not switched_on or difference.observed.group.get("ClusterEnabled"):
        return {}
    return {"snapshotting_cluster_id": difference.observed.group["MemberClusters"][-1]}


def deliver_logs(difference: Difference) -> Iterator[Step]:
    logs = difference.some("log_delivery_configurations")
    if logs:
        yield difference.call("modify_replication_group", **logs)


def change_node_type(difference: Difference) -> Iterator[Step]:
    node_type = difference.some("cache_node_type")
    if node_type:
        yield difference.call("modify_replication_group", **node_type, **_timing(difference))


def change_engine(difference: Difference) -> Iterator[Step]:
    """A parameter group belongs to a family, so a new one travels with the engine that needs it."""
    values = difference.some(*ENGINE, PARAMETER_GROUP)
    if "engine" in values:  # its version goes with it, also where the numbers happen to agree
        values = {"engine_version": difference.declared["engine_version"], **values}
    if values and PARAMETER_GROUP not in _stage_company(difference):
        yield difference.call("modify_replication_group", **values, **_timing(difference))


def _timing(difference: Difference) -> dict[str, bool]:
    return {"apply_immediately": difference.declared["apply"] == "now"}


def change_credentials(difference: Difference) -> Iterator[Step]:
    """AUTH and user groups exclude each other: one is given up in the request that brings the other."""
    yield from _to_user_groups(difference)
    yield from _to_token(difference)


def _to_user_groups(difference: Difference) -> Iterator[Step]:
    wanted = difference.some("user_group_ids").get("user_group_ids")
    if wanted is None:
        return
    present = difference.existing["user_group_ids"] or []
    to_add, to_remove = sorted(set(wanted) - set(present)), sorted(set(present) - set(wanted))
    ends_auth = {"auth_token_update_strategy": "DELETE"} if difference.observed.group.get("AuthTokenEnabled") else {}
    yield difference.call(
        "modify_replication_group",
        user_group_ids_to_add=to_add or None,
        user_group_ids_to_remove=to_remove or None,
        **(ends_auth if to_add else {}),
    )


def _to_token(difference: Difference) -> Iterator[Step]:
    """The first token is rotated in and set at once: between the two the group would serve clients without any."""
    token = difference.declared["auth_token"]
    if not token:
        return
    users = bool(difference.existing["user_group_ids"])
    for strategy in token_strategies(difference):
        yield difference.call(
            "modify_replication_group",
            auth_token=token,
            auth_token_update_strategy=strategy,
            remove_user_groups=True if users and strategy == "ROTATE" else None,
        )


def token_strategies(difference: Difference) -> tuple[str, ...]:
    if not difference.observed.group.get("AuthTokenEnabled"):
        return ("ROTATE", "SET")
    asked = difference.declared["auth_token_update_strategy"]
    return (asked.upper(),) if asked else ()


def advance_stages(difference: Difference) -> Iterator[Step]:
    for staged, stage in next_stages(difference):
        company = _stage_company(difference) if staged.fields == ("cluster_mode",) else {}
        yield difference.call("modify_replication_group", **staged.options(stage), **company)


def _stage_company(difference: Difference) -> dict[str, Any]:
    """A parameter group with cluster-enabled may, and has to, accompany cluster mode when that becomes compatible."""
    moving = any(
        staged.fields == ("cluster_mode",) and stage == "compatible" for staged, stage in next_stages(difference)
    )
    return difference.some(PARAMETER_GROUP) if moving else {}


def remove_replicas(difference: Difference) -> Iterator[Step]:
    yield from _replicas(difference, "decrease_replica_count", lambda have, want: have > want)


def remove_shards(difference: Difference) -> Iterator[Step]:
    count = difference.some("num_node_groups").get("num_node_groups")
    if count is not None and count < difference.existing["num_node_groups"]:
        yield difference.call(
            "modify_replication_group_shard_configuration",
            node_group_count=count,
            node_groups_to_remove=leaving_shards(difference),
        )


def leaving_shards(difference: Difference) -> list[str]:
    """The shards that are named, else those with the highest numbers."""
    named = difference.declared["node_groups_to_remove"]
    return named or sorted(difference.replicas)[difference.declared["num_node_groups"] :]


def _replicas(difference: Difference, operation: str, concerns: Callable[[int, int], bool]) -> Iterator[Step]:
    """One count for all shards where all are concerned, a count for each shard that is where not."""
    wanted = difference.wanted_replicas
    if wanted is None:
        return
    concerned = [shard for shard, have in difference.replicas.items() if concerns(have, wanted)]
    if concerned:
        yield difference.call(operation, **_counts(difference, operation, wanted, concerned))


def _counts(difference: Difference, operation: str, wanted: int, concerned: list[str]) -> Mapping[str, Any]:
    named = difference.declared["replicas_to_remove"]
    if operation == "decrease_replica_count" and named:
        return {"replicas_to_remove": named}
    if len(concerned) == len(difference.replicas):
        return {"new_replica_count": wanted}
    shards = [{"node_group_id": shard, "new_replica_count": wanted} for shard in concerned]
    return {"replica_configuration": shards}


PHASES: tuple[Callable[[Difference], Iterator[Step]], ...] = (
    add_shards,
    add_replicas,
    change_settings,
    deliver_logs,
    change_node_type,
    change_engine,
    change_credentials,
    advance_stages,
    remove_replicas,
    remove_shards,
)
