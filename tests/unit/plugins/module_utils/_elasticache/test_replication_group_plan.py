# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planned for a replication group: calls, their order, and every reason not to begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from botocore.stub import ANY

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    autoscaled,
    replication_group,
    replication_group_difference,
    replication_group_warnings,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group_deletion as deletion,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group_phases as phases,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group_refusals as refusals,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group_shrink as shrink,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group_stages as stages,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group_state as state,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.replication_group_fields import (
    FIELDS,
    PROTECTION,
    UNSET_TOKEN,
    Observed,
)
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_replication_group import ARGUMENTS

Difference = replication_group_difference.Difference
RULES = refusals.RULES
OPTIONS = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
TOKEN = "a-token-of-sixteen-characters"


def observed(*replicas: int, cluster: bool = False, tags: Mapping[str, str] | None = None, **members: Any) -> Observed:
    """A group with so many replicas in each shard; C(member) is merged into each member, the rest into the group."""
    shards = {
        f"{shard:04}": [f"rg-{shard:04}-{node:03}" for node in range(1, count + 2)]
        for shard, count in enumerate(replicas or (1,), 1)
    }
    group: dict[str, Any] = {
        "ReplicationGroupId": "rg",
        "ARN": "arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:rg",
        "Status": "available",
        "Engine": "redis",
        "CacheNodeType": "cache.t3.small",
        "ClusterEnabled": cluster,
        "ClusterMode": "enabled" if cluster else "disabled",
        "AutomaticFailover": "disabled",
        "SnapshotRetentionLimit": 0,
        "MemberClusters": [node for nodes in shards.values() for node in nodes],
        "NodeGroups": [{"NodeGroupId": shard, "NodeGroupMembers": roles(shards[shard], cluster)} for shard in shards],
    }
    member = {"EngineVersion": "7.1.0", "CacheParameterGroup": {"CacheParameterGroupName": "default.redis7"}}
    member = {**member, **members.pop("member", {})}
    clusters = [{"CacheClusterId": name, **member} for name in group["MemberClusters"]]
    return Observed({**group, **members}, clusters, tags or {})


def roles(nodes: list[str], cluster: bool) -> list[dict[str, str]]:
    """The first is the primary; with cluster mode enabled AWS does not tell."""
    told = [{} if cluster else {"CurrentRole": "replica" if number else "primary"} for number in range(len(nodes))]
    return [{"CacheClusterId": node, **role} for node, role in zip(nodes, told, strict=True)]


@pytest.fixture
def client(stubbed):
    return stubbed("elasticache")


@pytest.fixture
def differ(client):
    """``differ(observed, **options)``: what is declared and not so."""

    def make(found: Observed, **options: Any) -> Difference:
        declared = {**OPTIONS, "replication_group_id": "rg", **options}
        existing = state.expected(found) if declared["apply"] == "window" else state.current(found)
        return Difference(client[0], declared, existing, state.unlike(declared, found, declared["apply"]), found)

    return make


def brief(difference: Difference) -> list[str]:
    """The calls in one line each: what is asked for, and ``later`` for what may wait for the window."""
    lines = []
    for call in phases.steps(difference):
        request = dict(call.request)
        request.pop("ReplicationGroupId", None)
        later = request.pop("ApplyImmediately", True) is False
        lines.append(" ".join([call.operation, *map(_member, request.items()), *(["later"] if later else [])]))
    return lines


def _member(item: tuple[str, Any]) -> str:
    return f"{item[0]}={item[1]}"


MODIFY = "modify_replication_group"
SHARDS = "modify_replication_group_shard_configuration"
LOG: dict[str, Any] = {"log_type": "slow-log", "enabled": False}
LOGGED: dict[str, Any] = {"LogDeliveryConfigurations": [{"LogType": "slow-log", "DestinationType": "cloudwatch-logs"}]}
NO_LOG = f"{MODIFY} LogDeliveryConfigurations=[{{'LogType': 'slow-log', 'Enabled': False}}]"
SECURE: dict[str, Any] = {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "required"}
ARN = "ResourceName=arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:rg"
MARKED = f"add_tags_to_resource {ARN} Tags=[{{'Key': '{UNSET_TOKEN}', 'Value': 'true'}}]"
UNMARKED = f"remove_tags_from_resource {ARN} TagKeys=['{UNSET_TOKEN}']"
ROTATE, SET = (f"{MODIFY} AuthToken={TOKEN} AuthTokenUpdateStrategy={strategy}" for strategy in ("ROTATE", "SET"))

PLANS = {
    "everything at once, in the order of the phases": (
        observed(0, **SECURE, **LOGGED, cluster=True),
        {
            "num_node_groups": 2,
            "replicas_per_node_group": 1,
            "automatic_failover_enabled": True,
            "cache_node_type": "cache.t3.medium",
            "engine": "valkey",
            "engine_version": "8.0",
            "log_delivery_configurations": [LOG],
            "auth_token": TOKEN,
        },
        [
            f"{SHARDS} NodeGroupCount=2",
            "increase_replica_count NewReplicaCount=1",
            f"{MODIFY} AutomaticFailoverEnabled=True",
            f"{MODIFY} CacheNodeType=cache.t3.medium",
            f"{MODIFY} EngineVersion=8.0 Engine=valkey",
            NO_LOG,
            MARKED,
            ROTATE,
            SET,
            UNMARKED,
        ],
    ),
    "giving up comes after settings, shards before replicas": (
        observed(2, 2, cluster=True, MultiAZ="enabled"),
        {"num_node_groups": 1, "replicas_per_node_group": 0, "multi_az_enabled": False},
        [
            f"{MODIFY} MultiAZEnabled=False",
            f"{SHARDS} NodeGroupCount=1 NodeGroupsToRemove=['0002']",
            "decrease_replica_count NewReplicaCount=0",
        ],
    ),
    "what waits for the window is asked for last": (
        observed(2, **LOGGED),
        {
            "apply": "window",
            "replication_group_description": "New",
            "cache_node_type": "cache.t3.medium",
            "log_delivery_configurations": [LOG],
            "num_cache_clusters": 2,
        },
        [
            f"{MODIFY} ReplicationGroupDescription=New",
            NO_LOG,
            "decrease_replica_count NewReplicaCount=1",
            f"{MODIFY} CacheNodeType=cache.t3.medium later",
        ],
    ),
    "a parameter group waits with its engine only": (
        observed(),
        {"apply": "window", "engine": "valkey", "engine_version": "8.0", "cache_parameter_group_name": "own"},
        [f"{MODIFY} EngineVersion=8.0 Engine=valkey CacheParameterGroupName=own later"],
    ),
    "nobody knows that engine and parameter group wait with the version": (
        observed(member={"PendingModifiedValues": {"EngineVersion": "8.0.1"}}),
        {"apply": "window", "engine": "valkey", "engine_version": "8.0", "cache_parameter_group_name": "own"},
        [],
    ),
    "another version than the one that waits": (
        observed(member={"PendingModifiedValues": {"EngineVersion": "8.0.1"}}),
        {"apply": "window", "engine": "valkey", "engine_version": "8.1"},
        [f"{MODIFY} EngineVersion=8.1 Engine=valkey later"],
    ),
    "what waits is done now": (
        observed(member={"PendingModifiedValues": {"CacheNodeType": "cache.t3.medium"}}),
        {"cache_node_type": "cache.t3.medium"},
        [f"{MODIFY} CacheNodeType=cache.t3.medium"],
    ),
    "what waits is taken back": (
        observed(member={"PendingModifiedValues": {"CacheNodeType": "cache.t3.medium"}}),
        {"apply": "window", "cache_node_type": "cache.t3.small"},
        [f"{MODIFY} CacheNodeType=cache.t3.small later"],
    ),
    "failover that waits is none to be asked for again": (
        observed(1, PendingModifiedValues={"AutomaticFailoverStatus": "enabled"}),
        {"apply": "window", "automatic_failover_enabled": True},
        [],
    ),
    "backups of a replica, wherever failover has put it": (
        observed(1, NodeGroups=[{"NodeGroupId": "0001", "NodeGroupMembers": roles(["rg-002", "rg-001"], False)}]),
        {"snapshot_retention_limit": 1},
        [f"{MODIFY} SnapshotRetentionLimit=1 SnapshottingClusterId=rg-001"],
    ),
    "backups of the primary when replicas go": (
        observed(2),
        {"snapshot_retention_limit": 1, "num_cache_clusters": 2},
        [
            f"{MODIFY} SnapshotRetentionLimit=1 SnapshottingClusterId=rg-0001-001",
            "decrease_replica_count NewReplicaCount=1",
        ],
    ),
    "no replicas for a shard that goes": (
        observed(0, 0, 0, cluster=True),
        {"num_node_groups": 2, "node_groups_to_remove": ["0002"], "replicas_per_node_group": 1},
        [
            "increase_replica_count ReplicaConfiguration=["
            "{'NodeGroupId': '0001', 'NewReplicaCount': 1}, {'NodeGroupId': '0003', 'NewReplicaCount': 1}]",
            f"{SHARDS} NodeGroupCount=2 NodeGroupsToRemove=['0002']",
        ],
    ),
    "named replicas": (
        observed(2, 1, cluster=True),
        {"replicas_per_node_group": 1, "replicas_to_remove": ["rg-0001-002"]},
        ["decrease_replica_count ReplicasToRemove=['rg-0001-002']"],
    ),
    "names of what is gone do not matter": (
        observed(1, 1, cluster=True),
        {"replicas_per_node_group": 1, "replicas_to_remove": ["rg-0001-003"], "node_groups_to_remove": ["0007"]},
        [],
    ),
    "a token that was rotated in and not set": (
        observed(AuthTokenEnabled=True, tags={UNSET_TOKEN: "true"}, **SECURE),
        {"auth_token": TOKEN},
        [SET, UNMARKED],
    ),
    "a token in place of a lost one that was rotated in and not set": (
        observed(AuthTokenEnabled=True, tags={UNSET_TOKEN: "true"}, **SECURE),
        {"auth_token": TOKEN, "auth_token_update_strategy": "rotate"},
        [MARKED, ROTATE, SET, UNMARKED],
    ),
    "a first token that was announced only": (
        observed(tags={UNSET_TOKEN: "true"}, **SECURE),
        {"auth_token": TOKEN},
        [MARKED, ROTATE, SET, UNMARKED],
    ),
    "a token that is there, as far as anybody can tell": (
        observed(AuthTokenEnabled=True, **SECURE),
        {"auth_token": TOKEN},
        [],
    ),
    "users in upper case": (observed(UserGroupIds=["users"], **SECURE), {"user_group_ids": ["Users"]}, []),
    "cluster mode takes its parameter group along, the engine goes before": (
        observed(AutomaticFailover="enabled", member={"EngineVersion": "7.0.7"}),
        {
            "cluster_mode": "compatible",
            "advance": True,
            "cache_parameter_group_name": "clustered",
            "engine_version": "7.1",
        },
        [f"{MODIFY} EngineVersion=7.1", f"{MODIFY} ClusterMode=compatible CacheParameterGroupName=clustered"],
    ),
}


@pytest.mark.parametrize(("found", "options", "calls"), PLANS.values(), ids=PLANS)
def test_plan(differ, found, options, calls):
    assert brief(differ(found, **options)) == calls


OFF: dict[str, Any] = {"TransitEncryptionEnabled": False}
PREFERRED: dict[str, Any] = {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}
REQUIRED: dict[str, Any] = {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "required"}
UNTOLD: dict[str, Any] = {"TransitEncryptionEnabled": True}  # before there were modes, TLS was required
WITH_TLS: dict[str, Any] = {"transit_encryption_enabled": True}
STAGES = {
    "off, on wanted": (OFF, WITH_TLS, "preferred"),
    "off, required wanted": (OFF, {**WITH_TLS, "transit_encryption_mode": "required"}, "preferred"),
    "preferred, on wanted": (PREFERRED, WITH_TLS, None),
    "preferred, required wanted": (PREFERRED, {"transit_encryption_mode": "required"}, "required"),
    "preferred, off wanted": (PREFERRED, {"transit_encryption_enabled": False}, "off"),
    "required, off wanted": (REQUIRED, {"transit_encryption_enabled": False}, "preferred"),
    "required, preferred wanted": (REQUIRED, {"transit_encryption_mode": "preferred"}, "preferred"),
    "required, required wanted": (UNTOLD, {**WITH_TLS, "transit_encryption_mode": "required"}, None),
    "cluster mode disabled, enabled wanted": ({}, {"cluster_mode": "enabled"}, "compatible"),
    "cluster mode compatible, enabled wanted": (
        {"ClusterMode": "compatible"},
        {"cluster_mode": "enabled"},
        "enabled",
    ),
    "cluster mode compatible, disabled wanted": (
        {"ClusterMode": "compatible"},
        {"cluster_mode": "disabled"},
        "disabled",
    ),
    "cluster mode of a service that does not tell it": (
        {"ClusterMode": None},
        {"cluster_mode": "disabled"},
        None,
    ),
}


@pytest.mark.parametrize(("members", "options", "stage"), STAGES.values(), ids=STAGES)
def test_the_next_stage(differ, members, options, stage):
    following = [next_stage for _moving, next_stage in stages.next_stages(differ(observed(**members), **options))]
    assert following == ([stage] if stage else [])


VALKEY: dict[str, Any] = {"Engine": "valkey"}
COMPATIBLE: dict[str, Any] = {"ClusterMode": "compatible", "AutomaticFailover": "enabled"}
WAITS: dict[str, Any] = {"PendingModifiedValues": {"CacheNodeType": "cache.t3.medium"}}
UPGRADES: dict[str, Any] = {"PendingModifiedValues": {"EngineVersion": "7.2.0"}}
# what there is, what is declared, the options that are refused
REFUSALS: dict[str, tuple[Observed, dict[str, Any], list[str]]] = {
    "an older version": (observed(), {"engine_version": "7.0"}, ["engine_version"]),
    "back to redis": (
        observed(**VALKEY, member={"EngineVersion": "8.0.1"}),
        {"engine": "redis", "engine_version": "8.0"},
        ["engine"],
    ),
    "back from valkey 7.2 to redis 7.1": (
        observed(**VALKEY, member={"EngineVersion": "7.2.6"}),
        {"engine": "redis", "engine_version": "7.1"},
        [],
    ),
    "back from valkey 7.2 to redis 7.0": (
        observed(**VALKEY, member={"EngineVersion": "7.2.6"}),
        {"engine": "redis", "engine_version": "7.0"},
        ["engine_version"],
    ),
    "two at the window": (
        observed(),
        {"apply": "window", "cache_node_type": "cache.t3.medium", "engine_version": "7.2"},
        ["cache_node_type"],
    ),
    "two, now": (observed(), {"cache_node_type": "cache.t3.medium", "engine_version": "7.2"}, []),
    "a version behind a node type": (observed(member=WAITS), {"engine_version": "7.2"}, ["engine_version"]),
    "a version after a node type that waited": (
        observed(member=WAITS),
        {"engine_version": "7.2", "cache_node_type": "cache.t3.medium"},
        [],
    ),
    "a node type behind a version": (
        observed(member=UPGRADES),
        {"cache_node_type": "cache.t3.medium", "engine_version": "7.2"},
        ["cache_node_type"],
    ),
    "another node type than the one that waits": (observed(member=WAITS), {"cache_node_type": "cache.t3.large"}, []),
    "carried along": (
        observed(member=WAITS, **LOGGED),
        {"apply": "window", "log_delivery_configurations": [LOG]},
        ["apply"],
    ),
    "carried along, now": (observed(member=WAITS, **LOGGED), {"log_delivery_configurations": [LOG]}, ["apply"]),
    "done now with what it would carry along": (
        observed(member=WAITS, **LOGGED),
        {"log_delivery_configurations": [LOG], "cache_node_type": "cache.t3.medium"},
        [],
    ),
    "beside what waits": (
        observed(member=WAITS),
        {"apply": "window", "replication_group_description": "New", "num_cache_clusters": 3},
        [],
    ),
    "a stage not approved": (
        observed(**PREFERRED),
        {"transit_encryption_mode": "required"},
        ["encryption in transit"],
    ),
    "two stages not approved": (
        observed(**PREFERRED, AutomaticFailover="enabled"),
        {"transit_encryption_mode": "required", "cluster_mode": "enabled"},
        ["encryption in transit", "cluster mode"],
    ),
    "a stage approved": (observed(**PREFERRED), {"transit_encryption_mode": "required", "advance": True}, []),
    "TLS of version 6": (
        observed(member={"EngineVersion": "6.2.6"}),
        {**WITH_TLS, "advance": True},
        ["encryption in transit"],
    ),
    "TLS lowered with a token": (
        observed(**REQUIRED, AuthTokenEnabled=True),
        {"transit_encryption_mode": "preferred", "advance": True},
        ["encryption in transit"],
    ),
    "TLS switched off with users": (
        observed(**PREFERRED, UserGroupIds=["users"]),
        {"transit_encryption_enabled": False, "advance": True},
        ["encryption in transit"],
    ),
    "TLS raised with users": (
        observed(**PREFERRED, UserGroupIds=["users"]),
        {"transit_encryption_mode": "required", "advance": True},
        [],
    ),
    "cluster mode of version 6": (
        observed(member={"EngineVersion": "6.2.6"}, AutomaticFailover="enabled"),
        {"cluster_mode": "enabled", "advance": True},
        ["cluster_mode"],
    ),
    "cluster mode without failover": (observed(), {"cluster_mode": "enabled", "advance": True}, ["cluster_mode"]),
    "cluster mode with failover in the same run": (
        observed(),
        {"cluster_mode": "enabled", "advance": True, "automatic_failover_enabled": True},
        [],
    ),
    "cluster mode left": (observed(cluster=True), {"cluster_mode": "compatible", "advance": True}, ["cluster_mode"]),
    "cluster mode half way": (
        observed(**COMPATIBLE),
        {"num_cache_clusters": 3, "cache_node_type": "cache.t3.medium", "replication_group_description": "New"},
        ["num_cache_clusters", "cache_node_type"],
    ),
    "a token over plain text": (observed(**OFF), {"auth_token": TOKEN}, ["auth_token"]),
    "a token while plain text is served": (observed(**PREFERRED), {"auth_token": TOKEN}, ["auth_token"]),
    "a token over TLS": (observed(**REQUIRED), {"auth_token": TOKEN}, []),
    "users over plain text": (observed(**OFF), {"user_group_ids": ["users"]}, ["user_group_ids"]),
    "nodes of a cluster": (observed(1, 1, cluster=True), {"num_cache_clusters": 3}, ["num_cache_clusters"]),
    "nodes of a cluster, as many as there are": (observed(1, 1, cluster=True), {"num_cache_clusters": 4}, []),
    "shards without cluster mode": (observed(), {"num_node_groups": 2}, ["num_node_groups"]),
    "more shards, uneven": (
        observed(1, 0, cluster=True),
        {"num_node_groups": 3, "replicas_per_node_group": 1},
        ["num_node_groups"],
    ),
    "more shards, uneven and left so": (observed(1, 0, cluster=True), {"num_node_groups": 3}, []),
    "unknown shards": (
        observed(1, 1, cluster=True),
        {"num_node_groups": 1, "node_groups_to_remove": ["0003"]},
        ["node_groups_to_remove"],
    ),
    "a shard named twice": (
        observed(1, 1, 1, cluster=True),
        {"num_node_groups": 1, "node_groups_to_remove": ["0003", "0003"]},
        ["node_groups_to_remove"],
    ),
    "the primary": (
        observed(2),
        {"num_cache_clusters": 2, "replicas_to_remove": ["rg-0001-001"]},
        ["replicas_to_remove"],
    ),
    "too few replicas named": (
        observed(2, 2, cluster=True),
        {"replicas_per_node_group": 1, "replicas_to_remove": ["rg-0001-003"]},
        ["replicas_to_remove"],
    ),
    "replicas of a shard that goes need no name": (
        observed(2, 2, cluster=True),
        {"num_node_groups": 1, "replicas_per_node_group": 1, "replicas_to_remove": ["rg-0001-003"]},
        [],
    ),
}
ASKING = (refusals.another_family, refusals.node_type)  # rules that ask ElastiCache


@pytest.mark.parametrize(("found", "options", "refused"), REFUSALS.values(), ids=REFUSALS)
def test_refusal(differ, found, options, refused):
    difference = differ(found, **options)
    problems = [problem for rule in RULES if rule not in ASKING for problem in rule(difference)]
    assert [problem.option for problem in problems] == refused
    assert all(problem.remedy for problem in problems)


def test_every_immutable_field_is_refused(differ):
    found = observed()
    fixed = {field.name: "another" for field in FIELDS if field.change.name == "IMMUTABLE"}
    problems = [problem for rule in RULES for problem in rule(differ(found, **fixed))]
    assert {problem.option for problem in problems} == set(fixed)
    assert all("Create a new replication group" in problem.remedy for problem in problems)


OFFERED = [("redis", "6.2", "redis6.x"), ("redis", "7.1", "redis7"), ("valkey", "8.0", "valkey8")]
FAMILIES = {
    "a default group, exchanged by AWS": ({"engine": "valkey", "engine_version": "8.0"}, "default.redis7", None, None),
    "a group of the new family": (
        {"engine": "valkey", "engine_version": "8.0", "cache_parameter_group_name": "own"},
        "default.redis7",
        "valkey8",
        None,
    ),
    "the old group": ({"engine": "valkey", "engine_version": "8.0"}, "own", "redis7", "cache_parameter_group_name"),
    "a wrong group": ({"cache_parameter_group_name": "own"}, "default.redis7", "valkey8", "cache_parameter_group_name"),
    "an unknown version": ({"engine_version": "7.5"}, "default.redis7", None, "engine_version"),
}


@pytest.mark.parametrize(("options", "present", "family", "refused"), FAMILIES.values(), ids=FAMILIES)
def test_engine_and_parameter_group_fit_each_other(client, differ, options, present, family, refused):
    names = ("Engine", "EngineVersion", "CacheParameterGroupFamily")
    versions = [dict(zip(names, version, strict=True)) for version in OFFERED]
    client[1].add_response("describe_cache_engine_versions", {"CacheEngineVersions": versions}, {})
    if family:
        answer = {"CacheParameterGroups": [{"CacheParameterGroupName": "own", "CacheParameterGroupFamily": family}]}
        client[1].add_response("describe_cache_parameter_groups", answer, {"CacheParameterGroupName": "own"})
    found = observed(member={"CacheParameterGroup": {"CacheParameterGroupName": present}})
    problems = list(refusals.another_family(differ(found, **options)))
    assert [problem.option for problem in problems] == ([refused] if refused else [])


PLANNED = {
    "it is of the family that is needed": ("valkey8", None, []),
    "it is of another family": ("redis7", None, ["cache_parameter_group_name"]),
    "nobody says of which family it is": (None, None, ["cache_parameter_group_name"]),
    "it exists already, of another family than is said": ("valkey8", "redis7", ["cache_parameter_group_name"]),
}


@pytest.mark.parametrize(("planned", "present", "refused"), PLANNED.values(), ids=PLANNED)
def test_the_parameter_group_may_be_made_after_the_question(client, differ, planned, present, refused):
    offered = {"Engine": "valkey", "EngineVersion": "8.0", "CacheParameterGroupFamily": "valkey8"}
    client[1].add_response("describe_cache_engine_versions", {"CacheEngineVersions": [offered]}, {})
    found = [{"CacheParameterGroupName": "own", "CacheParameterGroupFamily": present}] if present else []
    request = {"CacheParameterGroupName": "own"}
    client[1].add_response("describe_cache_parameter_groups", {"CacheParameterGroups": found}, request)
    wanted = {"engine": "valkey", "engine_version": "8.0", "cache_parameter_group_name": "own"}
    difference = differ(observed(), **wanted, cache_parameter_group_family=planned)
    assert [problem.option for problem in refusals.another_family(difference)] == refused


def nobody(service: str) -> Any:
    raise AssertionError(f"{service} is asked without need")


@pytest.fixture
def cloudwatch(stubbed):
    return stubbed("cloudwatch")


def answer_metrics(cloudwatch, *values: float | None) -> None:
    """A value for each node in turn; None is a node without data."""
    results = [
        {"Id": f"node{number}", "Values": [] if value is None else [value]} for number, value in enumerate(values)
    ]
    request = {"MetricDataQueries": ANY, "StartTime": ANY, "EndTime": ANY}
    cloudwatch[1].add_response("get_metric_data", {"MetricDataResults": results}, request)


# usage of rg-0001-001, rg-0001-002, rg-0002-001, rg-0002-002 in percent, limit, what the problem says
FULLNESS: dict[str, tuple[tuple[float | None, ...], int, str | None]] = {
    "fits": ((30, 29, 40, 40), 75, None),
    "exactly": ((35, 35, 40, 40), 75, None),
    "the fullest node of each shard counts": ((10, 36, 40, 5), 75, "fill the shards that stay to 76 %"),
    "a lower limit": ((30, 30, 40, 40), 60, "over the limit of 60 %"),
    "a node without data": ((30, None, 40, 40), 75, None),
    "a shard without data": ((30, 30, None, None), 75, "CloudWatch has no DatabaseMemoryUsagePercentage"),
    "no data": ((None, None, None, None), 75, "CloudWatch has no DatabaseMemoryUsagePercentage"),
}


@pytest.mark.parametrize(("usage", "limit", "words"), FULLNESS.values(), ids=FULLNESS)
def test_data_has_to_fit_into_the_shards_that_stay(differ, cloudwatch, usage, limit, words):
    answer_metrics(cloudwatch, *usage)
    difference = differ(observed(1, 1, cluster=True), num_node_groups=1, shrink_memory_percent=limit)
    problems = [
        str(problem) for problem in shrink.shrink_problems({"cloudwatch": cloudwatch[0]}.__getitem__, difference)
    ]
    assert len(problems) == (words is not None)
    assert all(words in problem for problem in problems)


@pytest.mark.parametrize(
    ("count", "limit"),
    [pytest.param(1, 0, id="no limit"), pytest.param(3, 75, id="growth"), pytest.param(2, 75, id="no difference")],
)
def test_cloudwatch_is_not_asked_without_need(differ, count, limit):
    difference = differ(observed(1, 1, cluster=True), num_node_groups=count, shrink_memory_percent=limit)
    assert list(shrink.shrink_problems(nobody, difference)) == []


SHARD_TARGET, REPLICA_TARGET = "elasticache:replication-group:NodeGroups", "elasticache:replication-group:Replicas"
# dimension, bounds; what is left of a difference in shards (there are 2) and replicas (there is 1)
TARGETS = {
    "none": (None, (), {"num_node_groups", "replicas_per_node_group"}),
    "shards within": (SHARD_TARGET, (2, 4), {"replicas_per_node_group"}),
    "shards below": (SHARD_TARGET, (3, 4), {"num_node_groups", "replicas_per_node_group"}),
    "shards above": (SHARD_TARGET, (1, 1), {"num_node_groups", "replicas_per_node_group"}),
    "replicas within": (REPLICA_TARGET, (1, 1), {"num_node_groups"}),
}


@pytest.fixture
def autoscaling(stubbed):
    return stubbed("application-autoscaling")


def answer_targets(autoscaling, dimension: str | None, *bounds: int) -> None:
    target = {
        "ServiceNamespace": "elasticache",
        "ResourceId": "replication-group/rg",
        "ScalableDimension": dimension,
        **dict(zip(("MinCapacity", "MaxCapacity"), bounds, strict=True)),
        "RoleARN": "arn:aws:iam::123456789012:role/scaling",
        "CreationTime": 0,
    }
    request = {"ServiceNamespace": "elasticache", "ResourceIds": ["replication-group/rg"]}
    answer = {"ScalableTargets": [target] if dimension else []}
    autoscaling[1].add_response("describe_scalable_targets", answer, request)


@pytest.mark.parametrize(("dimension", "bounds", "left"), TARGETS.values(), ids=TARGETS)
def test_a_count_within_the_bounds_of_auto_scaling_is_no_difference(differ, autoscaling, dimension, bounds, left):
    answer_targets(autoscaling, dimension, *(bounds or (0, 0)))
    difference = differ(observed(1, 1, cluster=True), num_node_groups=5, replicas_per_node_group=3)
    clients = {"application-autoscaling": autoscaling[0]}.__getitem__
    assert (
        autoscaled.without_autoscaled(clients, difference.observed, difference.existing, difference.changed).keys()
        == left
    )


def test_an_imposed_count_is_a_difference_within_the_bounds_too(differ, autoscaling):
    answer_targets(autoscaling, SHARD_TARGET, 2, 4)
    difference = differ(observed(1, 1, cluster=True), num_node_groups=5, replicas_per_node_group=3)
    clients = {"application-autoscaling": autoscaling[0]}.__getitem__
    facts = (difference.observed, difference.existing, difference.changed)
    assert autoscaled.without_autoscaled(clients, *facts, ["node_groups"]).keys() == difference.changed.keys()


NOT_SCALED = {
    "another field": (observed(1, 1, cluster=True), {"cache_node_type": "cache.t3.medium"}, []),
    "no cluster mode": (observed(1), {"replicas_per_node_group": 2}, []),
    "imposed": (observed(1, 1, cluster=True), {"num_node_groups": 5}, ["node_groups"]),
}


@pytest.mark.parametrize(("found", "options", "imposed"), NOT_SCALED.values(), ids=NOT_SCALED)
def test_auto_scaling_is_not_asked_without_need(differ, found, options, imposed):
    difference = differ(found, **options)
    left = autoscaled.without_autoscaled(nobody, found, difference.existing, difference.changed, imposed)
    assert left.keys() == options.keys()


def test_who_may_not_ask_for_auto_scaling_is_told_so(differ, autoscaling):
    autoscaling[1].add_client_error("describe_scalable_targets", "AccessDeniedException", "not authorized")
    difference = differ(observed(1, 1, cluster=True), num_node_groups=5)
    with pytest.raises(AnsibleAWSError, match="Failed to describe scalable targets") as error:
        autoscaled.without_autoscaled(
            {"application-autoscaling": autoscaling[0]}.__getitem__,
            difference.observed,
            difference.existing,
            difference.changed,
        )
    assert "not authorized" in str(error.value.exception)


PROTECTED = {PROTECTION: "true"}
# tags that are there, options, tags that shall be there
TAGS = {
    "nothing declared": ({"a": "1", **PROTECTED}, {}, {"a": "1", **PROTECTED}),
    "protected": ({"a": "1"}, {"deletion_protection": True}, {"a": "1", **PROTECTED}),
    "not protected": ({"a": "1", **PROTECTED}, {"deletion_protection": False}, {"a": "1"}),
    "other tags": ({"a": "1", **PROTECTED}, {"tags": {"b": "2"}}, {"b": "2", **PROTECTED}),
    "more tags": ({"a": "1"}, {"tags": {"b": "2"}, "purge_tags": False}, {"a": "1", "b": "2"}),
    "no tags, not protected": ({"a": "1", **PROTECTED}, {"tags": {}, "deletion_protection": False}, {}),
    "more tags, not protected": (
        {"a": "1", **PROTECTED},
        {"tags": {"b": "2"}, "purge_tags": False, "deletion_protection": False},
        {"a": "1", "b": "2"},
    ),
}


@pytest.mark.parametrize(("present", "options", "wanted"), TAGS.values(), ids=TAGS)
def test_the_tag_of_the_protection_follows_its_own_option(present, options, wanted):
    assert replication_group.wanted_tags({**OPTIONS, **options}, present) == wanted


GONE = {"replication_group_id": "rg", "state": "absent"}
DELETIONS: dict[str, tuple[Observed, dict[str, Any], tuple[float | None, ...], list[str]]] = {
    "idle": (observed(1), {}, (2, 4), []),
    "without data": (observed(1), {}, (None, None), []),
    "in use": (observed(1), {}, (2, 5), ["state"]),
    "in use, and named": (observed(1), {"force_delete": "RG"}, (), []),
    "in use, and another one named": (observed(1), {"force_delete": "other"}, (2, 5), ["state"]),
    "protected": (observed(1, tags=PROTECTED), {"force_delete": "rg"}, (), ["deletion_protection"]),
    "protected and in use": (observed(1, tags=PROTECTED), {}, (9, 9), ["deletion_protection", "state"]),
    "never lived": (observed(1, Status="create-failed"), {}, (), []),
}


@pytest.mark.parametrize(("found", "options", "connections", "refused"), DELETIONS.values(), ids=DELETIONS)
def test_deletion(cloudwatch, found, options, connections, refused):
    if connections:
        answer_metrics(cloudwatch, *connections)
    clients = {"cloudwatch": cloudwatch[0]}.__getitem__
    problems = deletion.deletion_problems(clients, {**OPTIONS, **GONE, **options}, found)
    assert [problem.option for problem in problems] == refused


@pytest.mark.parametrize(
    ("status", "refused"), [("available", ["final_snapshot_identifier"]), ("creating", []), (None, [])]
)
def test_a_final_snapshot_needs_a_name_that_is_free(stubbed, status, refused):
    client, stubber = stubbed("elasticache")
    answer = {"Snapshots": [{"SnapshotName": "last", "SnapshotStatus": status}] if status else []}
    stubber.add_response("describe_snapshots", answer, {"SnapshotName": "last"})
    options = {**OPTIONS, **GONE, "final_snapshot_identifier": "last", "force_delete": "rg"}
    problems = deletion.deletion_problems({"elasticache": client}.__getitem__, options, observed(1))
    assert [problem.option for problem in problems] == refused


FAILED_LOG = {"log_type": "slow-log", "status": "error", "message": "no such group"}
WARNINGS = {
    "nothing": ({"pending_modified_values": {}}, []),
    "a node type that waits": (
        {"pending_modified_values": {"cache_node_type": "x"}},
        ["rg has not changed yet, and waits for its window sun:05:00-sun:06:00: cache_node_type."],
    ),
    "what is under way does not wait": ({"pending_modified_values": {"auth_token_status": "SETTING"}}, []),
    "a log that fails": (
        {"log_delivery_configurations": [FAILED_LOG]},
        ["The slow-log is not delivered: no such group"],
    ),
    "a first token that is not set": (
        {"auth_token_optional": True},
        ["rg serves clients without a token: its first one is not set yet. Run it again with auth_token."],
    ),
    "parameters that need a reboot": (
        {"parameter_apply_status": "pending-reboot", "cache_parameter_group_name": "own"},
        ["Nodes of rg run with older values of own, and take the new ones when they are rebooted."],
    ),
    "a version that AWS raised": (
        {"engine_version": "7.2.4"},
        ["rg runs 7.2.4, to which it was upgraded from 7.1 by auto_minor_version_upgrade."],
    ),
    "the declared version": ({"engine_version": "7.1.0"}, []),
}


@pytest.mark.parametrize(("group", "words"), WARNINGS.values(), ids=WARNINGS)
def test_warnings(group, words):
    common = {
        "replication_group_id": "rg",
        "status": "available",
        "preferred_maintenance_window": "sun:05:00-sun:06:00",
    }
    assert (
        replication_group_warnings.warnings({**common, **group}, {"engine_version": "7.1"}).get("warnings", []) == words
    )
