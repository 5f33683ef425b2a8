# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a replication group is treated on the sandbox: what is refused, credentials, stages, the window, interruptions,
failures and the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from integration.modules.groups import (
    AUTH,
    CLUSTER,
    CLUSTER_OF_ONE,
    FAILS_OVER,
    MASKED,
    NEXT_TOKEN,
    PLAIN_TLS,
    PROTECTED,
    REPLICATED,
    SAVED,
    SECRET,
    SINGLE,
    THREE,
    TOKEN,
    UNSET,
    USERS,
    VALKEY,
    WITH_REPLICA,
    Life,
    declare,
    delivered,
    modify,
    uneven,
    untagged,
)
from integration.modules.habit import four_times

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group,
    replication_group_calls,
)
from sandbox.dataplane import Endpoint
from sandbox.dataplane.testing import RedisCli

REFUSED = {
    "encryption at rest": (SINGLE, {"at_rest_encryption_enabled": True}, "life has False"),
    "KMS key": (SINGLE, {"kms_key_id": "1111-2222"}, "life has None"),
    "subnet group": (SINGLE, {"cache_subnet_group_name": "another"}, "life has life"),
    "port": (SINGLE, {"port": 7000}, "life has 6379"),
    "network type": (SINGLE, {"network_type": "dual_stack"}, "life has ipv4"),
    "data tiering": (SINGLE, {"data_tiering_enabled": True}, "life has False"),
    "global datastore": (SINGLE, {"global_replication_group_id": "virxk-global"}, "life has None"),
    "an older version": (
        {**SINGLE, "auto_minor_version_upgrade": False},
        {"engine_version": "7.0"},
        "cannot be lowered: life has 7.1.0",
    ),
    "an older valkey": (VALKEY, {"engine_version": "7.2"}, "cannot be lowered: life has 8.0.1"),
    "valkey 8 back to redis": (VALKEY, {"engine": "redis", "engine_version": "7.1"}, "cannot be lowered"),
    "an unknown version": (SINGLE, {"engine_version": "7.9"}, "redis has no such version here"),
    "a version of another family": (
        {**SINGLE, "cache_parameter_group_name": "own-redis7"},
        {"engine": "valkey", "engine_version": "8.0"},
        "own-redis7: does not fit valkey 8.0, which needs one of family valkey8: it is redis7",
    ),
    "a parameter group of another family": (SINGLE, {"cache_parameter_group_name": "own-valkey8"}, "does not fit"),
    "an unknown parameter group": (SINGLE, {"cache_parameter_group_name": "x"}, "it is no such parameter group"),
    "an unknown node type": (SINGLE, {"cache_node_type": "cache.t3.smal"}, "Use one of cache.t3.small"),
    "node type and version at the window": (
        SINGLE,
        {"cache_node_type": "cache.t3.small", "engine": "valkey", "engine_version": "8.0", "apply": "window"},
        "cannot wait for the window together with the engine version",
    ),
    "shards without cluster mode": (SINGLE, {"num_node_groups": 2}, "needs cluster mode: life has 1"),
    "a stage that is not approved": (
        SINGLE,
        {"transit_encryption_enabled": True},
        r"\(off to preferred\) is not approved.\n   Remedy: Make sure that the clients can be changed to TLS",
    ),
    "TLS of an old version": (
        {**SINGLE, "engine_version": "6.2"},
        {"transit_encryption_enabled": True, "advance": True},
        "cannot be changed below engine version 7",
    ),
    "TLS lowered with a token": (
        SECRET,
        {"transit_encryption_mode": "preferred", "advance": True},
        "cannot be lowered while clients authenticate",
    ),
    "TLS lowered with users": (
        USERS,
        {"transit_encryption_enabled": False, "advance": True},
        "cannot be lowered while clients authenticate",
    ),
    "a token over plain text": (SINGLE, {"auth_token": TOKEN}, "auth_token: needs encryption in transit, which is off"),
    "users over plain text": (SINGLE, {"user_group_ids": ["first-users"]}, "needs encryption in transit"),
    "the primary named to go": (
        THREE,
        {"num_cache_clusters": 2, "replicas_to_remove": ["life-001"]},
        "Name 1 of life-002, life-003",
    ),
    "too many replicas named to go": (
        THREE,
        {"num_cache_clusters": 2, "replicas_to_remove": ["life-002", "life-003"]},
        "does not leave 1 replicas in shard 0001",
    ),
    "cluster mode without failover": (
        {**SINGLE, "engine_version": "7.0"},
        {"cluster_mode": "compatible", "advance": True},
        "needs automatic failover",
    ),
    "failover without a replica": (SINGLE, {"automatic_failover_enabled": True}, "needs a replica at least"),
    "the last replica, which failover needs": (
        FAILS_OVER,
        {"num_cache_clusters": 1, "cache_node_type": "cache.t3.small"},
        "automatic_failover_enabled = True: needs a replica at least",
    ),
    "Multi-AZ without failover": (WITH_REPLICA, {"multi_az_enabled": True}, "needs automatic failover"),
    "a token of the wrong form": (SECRET, {"auth_token": "a @", "auth_token_update_strategy": "rotate"}, "wrong form"),
    "windows that overlap": (
        {**SINGLE, "preferred_maintenance_window": "sun:05:00-sun:06:00"},
        {"snapshot_window": "05:30-06:30"},
        "preferred_maintenance_window = sun:05:00-sun:06:00: overlaps the snapshot window",
    ),
    "backups kept for too long": (
        SAVED,
        {"snapshot_retention_limit": 36},
        "out of range.\n   Remedy: Give 0 to 35 days",
    ),
    "an alias of a key": (SINGLE, {"kms_key_id": "alias/redis"}, "is an alias, with which"),
    "an unknown replica named to go": (
        THREE,
        {"num_cache_clusters": 2, "replicas_to_remove": ["life-003", "life-009"]},
        "replicas_to_remove = life-009: is no node of life",
    ),
    "cluster mode with a parameter group that does not allow it": (
        {**FAILS_OVER, "cache_parameter_group_name": "own-redis7"},
        {"cluster_mode": "compatible", "advance": True},
        "own-redis7: does not allow cluster mode",
    ),
    "cluster mode of an old version": (
        {**SINGLE, "engine_version": "6.2"},
        {"cluster_mode": "enabled", "advance": True},
        "cannot be changed below engine version 7",
    ),
}
REFUSED_OF_CLUSTERS: dict[str, tuple[dict[str, Any], str]] = {
    "failover off": ({"automatic_failover_enabled": False}, "cannot be off with cluster mode"),
    "Multi-AZ of a shard without replica": ({"multi_az_enabled": True}, "needs a replica at least"),
    "fewer shards of smaller nodes": (
        {"num_node_groups": 1, "cache_node_type": "cache.t3.micro"},
        "cannot be judged: the nodes become smaller, too",
    ),
    "cluster mode left": ({"cluster_mode": "disabled"}, "cannot be left once it is enabled"),
    "nodes counted": ({"num_cache_clusters": 5}, "does not count the nodes of a group with cluster mode: life has 3"),
    "unknown shards named to go": (
        {"num_node_groups": 1, "node_groups_to_remove": ["0007"], "shrink_memory_percent": 0},
        "Name 1 of 0001, 0002",
    ),
    "too many shards named to go": (
        {"num_node_groups": 1, "node_groups_to_remove": ["0001", "0002"], "shrink_memory_percent": 0},
        "does not lead to 1 shards",
    ),
    "more shards while they are uneven": (
        {"num_node_groups": 3, "replicas_per_node_group": 1},
        "cannot grow while the shards differ in replicas",
    ),
}


@pytest.mark.parametrize(("base", "change", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_with_nothing_called(life, base, change, words):
    life.create(**base)
    refused(life, change, words)


def test_refused_of_a_cluster_with_nothing_called(life):
    life.create(**{**uneven(1, 0), "cache_node_type": "cache.t3.small"})
    for change, words in REFUSED_OF_CLUSTERS.values():
        refused(life, change, words)


def refused(life: Life, change: Mapping[str, Any], words: str) -> None:
    """Whatever else is declared: nothing is begun, in check mode neither."""
    since = life.count
    for check_mode in (True, False):
        with pytest.raises(AnsibleAWSError, match=words):
            life.ensure(check_mode, **{"replication_group_description": "New", **change})
    assert life.changes(since) == []


def metric(life: Life, name: str, **values: float) -> None:
    """Put a value for some nodes."""
    for node, value in values.items():
        dimensions = {"CacheClusterId": f"life-{node.strip('n').replace('_', '-')}", "CacheNodeId": "0001"}
        listed = [{"Name": dimension, "Value": text} for dimension, text in dimensions.items()]
        life.clients("cloudwatch").put_metric_data(
            Namespace="AWS/ElastiCache", MetricData=[{"MetricName": name, "Dimensions": listed, "Value": value}]
        )


def test_shards_go_when_their_data_fits_into_the_others(life):
    life.create(**CLUSTER)
    metric(life, "DatabaseMemoryUsagePercentage", n0001_001=50, n0002_001=40.4)
    refused(life, {"num_node_groups": 1}, "would fill the shards that stay to 90 %, over the limit of 75 %")
    case = {"num_node_groups": 1, "shrink_memory_percent": 91}
    done = four_times(life.running, replication_group.ensure, life.clients, declare(**case))
    assert done["operations"] == ["modify_replication_group_shard_configuration"]


def test_a_count_that_auto_scaling_keeps_within_bounds_is_no_difference(life):
    life.create(**{**CLUSTER_OF_ONE, "cache_node_type": "cache.m6g.large"})
    life.clients("application-autoscaling").register_scalable_target(
        ServiceNamespace="elasticache",
        ResourceId="replication-group/life",
        ScalableDimension="elasticache:replication-group:NodeGroups",
        MinCapacity=1,
        MaxCapacity=2,
    )
    assert not life.ensure(num_node_groups=5)["changed"]
    assert life.ensure(True, num_node_groups=5, replicas_per_node_group=1)["operations"] == ["increase_replica_count"]


def test_who_may_not_ask_for_auto_scaling_is_told_the_permission(life):
    life.create(**CLUSTER_OF_ONE)
    denied = "User is not authorized to perform: application-autoscaling:DescribeScalableTargets"
    fault = {"service": "application-autoscaling", "code": "AccessDeniedException", "status": 400, "message": denied}
    life.running.control("faults", "POST", [{**fault, "operation": "*", "count": 1}])
    with pytest.raises(AnsibleAWSError, match=r"describe scalable targets.*application-autoscaling:Describe"):
        life.ensure(num_node_groups=2)


REFUSED_LOGIN = "NOAUTH Authentication required."


@dataclass(frozen=True)
class Wire:
    """What clients get from the group, told by redis-cli."""

    life: Life

    def __call__(self, token: str | None = None, *, tls: bool = True) -> str:
        found = self.life.described()["NodeGroups"][0]["PrimaryEndpoint"]
        cli = RedisCli(self.life.running.settings.ca_file)
        return cli(Endpoint(found["Address"], found["Port"]), "ping", tls=tls, token=token).splitlines()[0]


@pytest.fixture
def ping(life) -> Wire:
    return Wire(life)


def test_the_first_token_ends_anonymous_access(life, ping):
    life.create(**PLAIN_TLS)
    assert ping() == "PONG"
    life.ensure(auth_token=TOKEN)
    assert (ping(TOKEN), ping()) == ("PONG", REFUSED_LOGIN)


def test_a_first_token_that_was_only_rotated_in_is_set_by_the_next_run(life, ping):
    life.create(**PLAIN_TLS)
    fault = {"service": "elasticache", "operation": "ModifyReplicationGroup", "skip": 1, "count": 1}
    life.running.control("faults", "POST", [{**fault, "code": "InvalidParameterValue", "message": "x", "status": 400}])
    with pytest.raises(AnsibleAWSError):
        life.ensure(auth_token=TOKEN)
    assert (ping(TOKEN), ping()) == ("PONG", "PONG")
    since = life.count
    four_times(life.running, replication_group.ensure, life.clients, declare(auth_token=TOKEN))
    assert life.changes(since) == [modify(AuthToken=MASKED, AuthTokenUpdateStrategy="SET"), untagged(UNSET)]
    assert (ping(TOKEN), ping()) == ("PONG", REFUSED_LOGIN)


def test_a_token_is_rotated_while_both_are_accepted_and_then_set(life, ping):
    life.create(**SECRET)
    since = life.count
    assert life.ensure(True, auth_token=NEXT_TOKEN, auth_token_update_strategy="rotate")["changed"]
    life.ensure(auth_token=NEXT_TOKEN, auth_token_update_strategy="rotate")
    assert (ping(TOKEN), ping(NEXT_TOKEN)) == ("PONG", "PONG")
    life.ensure(auth_token=NEXT_TOKEN, auth_token_update_strategy="set")
    assert (ping(NEXT_TOKEN), ping(TOKEN)) == ("PONG", REFUSED_LOGIN)
    strategies = [parameters["AuthTokenUpdateStrategy"] for _, parameters in life.changes(since)]
    assert strategies == ["ROTATE", "SET"]


def test_users_take_over_from_a_token_and_give_back_to_one(life, ping):
    life.create(**SECRET)
    life.ensure(user_group_ids=["first-users"])
    assert (ping(NEXT_TOKEN), ping(TOKEN)) == ("PONG", REFUSED_LOGIN)
    life.ensure(auth_token=TOKEN)
    assert (ping(TOKEN), ping(NEXT_TOKEN), ping()) == ("PONG", REFUSED_LOGIN, REFUSED_LOGIN)


def test_a_goal_is_reached_stage_by_stage_each_of_them_approved(life, ping):
    goal = {"transit_encryption_enabled": True, "transit_encryption_mode": "required"}
    life.create(**SINGLE)
    spoken = [speaks(ping)]
    for question in ("plain text goes on working", "those that do not are cut off"):
        refused(life, goal, question)
        life.ensure(**goal, advance=True)
        spoken.append(speaks(ping))
    assert spoken == [{"plain"}, {"plain", "TLS"}, {"TLS"}]
    assert not life.ensure(**goal, advance=True)["changed"]


def test_cluster_mode_is_enabled_stage_by_stage_and_not_left(life):
    goal = {"cluster_mode": "enabled"}
    life.create(**FAILS_OVER)
    refused(life, goal, r"\(disabled to compatible\) is not approved")
    life.ensure(**goal, advance=True)
    refused(life, goal, r"\(compatible to enabled\) is not approved")
    refused(life, {"num_cache_clusters": 3}, "cannot be changed while cluster mode is compatible: life has 2")
    life.ensure(**goal, advance=True)
    assert (life.state()["cluster_mode"], life.described()["ClusterEnabled"]) == ("enabled", True)
    assert not life.ensure(**goal, advance=True)["changed"]
    refused(life, {"cluster_mode": "disabled", "advance": True}, "cannot be left once it is enabled")


def test_cluster_mode_goes_back_from_compatible(life):
    life.create(**FAILS_OVER)
    before = life.state()
    life.ensure(cluster_mode="compatible", advance=True)
    refused(life, {"cluster_mode": "disabled"}, "no client depends on the configuration endpoint")
    since = life.count
    four_times(life.running, replication_group.ensure, life.clients, declare(cluster_mode="disabled", advance=True))
    assert life.changes(since) == [modify(ClusterMode="disabled")]
    assert life.state() == before


def speaks(ping: Wire) -> set[str]:
    return {name for name, tls in (("plain", False), ("TLS", True)) if ping(tls=tls) == "PONG"}


OWN_GROUPS = {"cache_parameter_group_name": "own-redis7"}
AT_THE_WINDOW = {
    "node type": (
        SINGLE,
        {"cache_node_type": "cache.t3.small"},
        {"CacheNodeType": "cache.t3.small"},
        {"node_type": "cache.t3.small"},
    ),
    "version": (
        {**SINGLE, "engine_version": "7.0"},
        {"engine_version": "7.1"},
        {"EngineVersion": "7.1.0"},
        {"engine": ("redis", "7.1.0")},
    ),
    "engine with a parameter group": (
        {**SINGLE, **OWN_GROUPS},
        {"engine": "valkey", "engine_version": "8.0", "cache_parameter_group_name": "own-valkey8"},
        {"EngineVersion": "8.0.1"},
        {"engine": ("valkey", "8.0.1"), "parameters": "own-valkey8"},
    ),
}


@pytest.mark.parametrize(("base", "change", "pending", "seen"), AT_THE_WINDOW.values(), ids=AT_THE_WINDOW)
def test_what_waits_for_the_window_is_shown_and_no_difference(life, base, change, pending, seen):
    life.create(**base)
    before, declared = life.state(), declare(**change, apply="window")
    done = four_times(life.running, replication_group.ensure, life.clients, declared)
    assert life.state() == {**before, "pending": pending}
    again = life.ensure(**change, apply="window")
    for result in (done, again):
        assert "life has not changed yet, and waits for its window" in result["warnings"][0]
    life.running.control("maintenance", "POST", {"replication_group": "life"})
    after = life.ensure(**change, apply="window")
    assert (after["changed"], "warnings" in after) == (False, False)
    assert life.state() == {**before, **seen}


def test_what_waits_for_the_window_can_be_done_now_or_taken_back(life):
    life.create(**SINGLE)
    small = {"cache_node_type": "cache.t3.small"}
    life.ensure(**small, apply="window")
    assert life.ensure(cache_node_type="cache.t3.micro", apply="window")["changed"]
    life.ensure(**small, apply="window")
    since = life.count
    four_times(life.running, replication_group.ensure, life.clients, declare(**small))
    assert life.changes(since) == [modify(CacheNodeType="cache.t3.small")]
    assert (life.state()["node_type"], life.state()["pending"]) == ("cache.t3.small", {})


def test_nothing_is_carried_along_before_the_window_without_being_asked(life):
    life.create(**SINGLE)
    life.ensure(cache_node_type="cache.t3.small", apply="window")
    logs = {"log_delivery_configurations": [delivered("/slow")]}
    for apply, remedy in (("window", "Set apply to now"), ("now", "Declare cache_node_type too")):
        refused(
            life, {**logs, "apply": apply}, f"cannot hold: something .* done at once, and cache_node_type.*\n.*{remedy}"
        )
    refused(life, {"engine": "valkey", "engine_version": "8.0"}, "while cache_node_type waits for the window")
    for apply in ("window", "now"):
        life.ensure(replication_group_description=f"For the {apply}", apply=apply)
        assert life.state()["node_type"] == "cache.t3.micro"


def test_what_waits_for_the_window_is_taken_back_when_the_present_state_is_declared(life):
    life.create(**SINGLE)
    life.ensure(cache_node_type="cache.t3.small", apply="window")
    four_times(life.running, replication_group.ensure, life.clients, declare(cache_node_type="cache.t3.micro"))
    assert (life.state()["node_type"], life.state()["pending"]) == ("cache.t3.micro", {})


def test_a_version_that_was_upgraded_by_itself_is_no_difference(life):
    life.create(**SINGLE)
    since = life.count
    result = life.ensure(**{**SINGLE, "engine_version": "7.0"})
    assert (result["changed"], life.changes(since)) == (False, [])
    assert "life runs 7.1.0, to which it was upgraded from 7.0" in result["warnings"][0]


def test_deletion_leaves_a_snapshot_and_nothing_else(life):
    life.create(**WITH_REPLICA)
    done = four_times(life.running, replication_group.ensure, life.clients, declare(state="absent"))
    (snapshot,) = life.client.describe_snapshots()["Snapshots"]
    assert snapshot["SnapshotName"] == done["final_snapshot_identifier"]
    assert snapshot["SnapshotStatus"] == "available"
    assert not life.exists()
    assert life.running.control("status")["nodes"] == []


def test_the_same_deployment_can_be_destroyed_twice(life):
    for suffix in ("once", "twice"):
        life.create(**SINGLE)
        life.ensure(state="absent", final_snapshot_identifier=f"life-{suffix}")
    names = [snapshot["SnapshotName"] for snapshot in life.client.describe_snapshots()["Snapshots"]]
    assert names == ["life-once", "life-twice"]


def test_a_final_snapshot_that_cannot_be_taken_keeps_the_group(life):
    life.create(**SINGLE)
    life.client.create_snapshot(ReplicationGroupId="life", SnapshotName="taken")
    life.ensure()  # settles
    gone = {"state": "absent", "final_snapshot_identifier": "taken"}
    refused(life, gone, "final_snapshot_identifier = taken: is the name of a snapshot that exists")
    assert life.exists()


def test_a_protected_group_stays_until_it_is_not_any_more(life):
    life.create(**PROTECTED)
    gone = {"state": "absent", "skip_final_snapshot": True}
    refused(life, {**gone, "force_delete": "life"}, "deletion_protection = True: is set on life")
    life.ensure(deletion_protection=False)
    life.ensure(**gone)
    assert not life.exists()


def test_a_group_with_clients_stays_unless_it_is_named(life):
    life.create(**SINGLE)
    metric(life, "CurrConnections", n001=25)
    gone = {"state": "absent", "skip_final_snapshot": True}
    refused(life, gone, "had 25 connections to life-001 in the last 24 hours.\n   Remedy: .* set force_delete to life")
    life.ensure(**gone, force_delete="Life")
    assert not life.exists()


def fail_next_creation(life: Life, reason: str) -> None:
    life.running.control("create-failure", "POST", {"replication_group": "life", "reason": reason})


def test_a_creation_that_failed_is_explained_each_time(life):
    fail_next_creation(life, "Insufficient capacity for cache.t3.micro in eu-west-1a")
    words = "Insufficient capacity .* in eu-west-1a.* that are not named: eu-west-1b, eu-west-1c"
    with pytest.raises(AnsibleAWSError, match=words):
        life.create(**SINGLE)
    refused(life, SINGLE, words)


def test_a_creation_that_failed_is_repeated_when_that_is_wanted(life):
    fail_next_creation(life, "no capacity")
    with pytest.raises(AnsibleAWSError, match="no capacity"):
        life.create(**SINGLE)
    declared = declare(**SINGLE, cache_subnet_group_name="life", on_create_failed="delete")
    done = four_times(life.running, replication_group.ensure, life.clients, declared)
    assert done["operations"] == ["delete_replication_group", "create_replication_group"]
    assert life.described()["Status"] == "available"


EVERYTHING = {
    **REPLICATED,
    "replication_group_description": "New",
    "cache_node_type": "cache.t3.small",
    "auth_token": TOKEN,
    "tags": {"Team": "y"},
}
STEPS = [
    "increase_replica_count",
    *["modify_replication_group"] * 2,
    "add_tags_to_resource",
    *["modify_replication_group"] * 2,
    "remove_tags_from_resource",
    "add_tags_to_resource",
]


class Interrupted(Exception):
    """The run was killed."""


@pytest.mark.parametrize("done", range(1, len(STEPS)))
def test_the_next_run_finishes_what_was_interrupted_after_any_step(life, ping, monkeypatch, done):
    life.create(**PLAIN_TLS)
    assert life.ensure(True, **EVERYTHING)["operations"] == STEPS
    made = count()

    def make(*arguments: Any) -> None:
        if next(made) == done:
            raise Interrupted
        replication_group_calls.make(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(replication_group, "make", make)
        with pytest.raises(Interrupted):
            life.ensure(**EVERYTHING)
    life.ensure(**EVERYTHING)
    assert not life.ensure(**EVERYTHING)["changed"]
    seen = {
        "description": "New",
        "node_type": "cache.t3.small",
        "failover": "enabled",
        "multi_az": "enabled",
        "nodes": {"0001": ["001", "002"]},
        "auth": True,
        "tags": {"Team": "y"},
        "pending": {},
    }
    assert {**life.state(), **seen} == life.state()
    assert (ping(TOKEN), ping()) == ("PONG", REFUSED_LOGIN)


def test_failover_moves_no_desired_state(life):
    options = {**REPLICATED, "snapshot_retention_limit": 1}
    life.create(**options)
    life.client.test_failover(ReplicationGroupId="life", NodeGroupId="0001")
    assert not life.ensure(**options)["changed"]
    primaries = [
        node["CacheClusterId"]
        for node in life.described()["NodeGroups"][0]["NodeGroupMembers"]
        if node["CurrentRole"] == "primary"
    ]
    assert primaries == ["life-002"]


@pytest.mark.extended
def test_through_ansible(life, ansible):
    options = {**SINGLE, **AUTH, "name": "life", "cache_subnet_group_name": "life"}
    predicted = ansible("elasticache_replication_group", check=True, **options)
    done = ansible("elasticache_replication_group", **options)
    again = ansible("elasticache_replication_group", **options)
    assert [result["changed"] for result in (predicted, done, again)] == [True, True, False], done
    assert predicted["operations"] == done["operations"] == ["create_replication_group"]
    assert TOKEN not in str([predicted, done, again])
    assert ansible("elasticache_replication_group", name="life", state="absent")["changed"]
    assert not life.exists()
