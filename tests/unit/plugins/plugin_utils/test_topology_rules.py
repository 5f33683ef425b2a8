# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule, by one deployment that is fine and one thing that is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.pricing import cost
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import OPTIONS
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology import topology
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology_rules import examine, usable

SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"]
GROUP = "sg-0a1b2c3d4e5f60718"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
DEPLOYMENT: dict[str, Any] = {
    "project_name": "accessweaver",
    "environment": "prod",
    "region": "eu-west-1",
    "vpc_id": "vpc-0a1b2c3d4e5f60718",
    "private_subnet_ids": SUBNETS,
    "allowed_security_groups": [GROUP],
}


def scaling(dimension: str = "node_groups", least: int = 3, most: int = 6, **items: Any) -> dict[str, Any]:
    return {"autoscaling": {dimension: {"min_capacity": least, "max_capacity": most, **items}}}


CPU = {"policy_name": "cpu", "predefined_metric_type": "ElastiCachePrimaryEngineCPUUtilization", "target_value": 60}
NIGHT = {"scheduled_action_name": "night", "schedule": "cron(0 22 ? * * *)", "min_capacity": 1}


def problems(**changes: Any) -> list[Problem]:
    return examine({**DEPLOYMENT, **changes})[1]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"environment": "dev"}, id="dev"),
        pytest.param({"environment": "dev", "private_subnet_ids": SUBNETS[:1]}, id="one-node-in-one-subnet"),
        pytest.param({"environment": "staging"}, id="staging"),
        pytest.param({"environment": "prod"}, id="prod"),
        pytest.param({"auth_token": "Abcdefgh!&#$^<>-0123"}, id="token-of-every-kind-of-character"),
        pytest.param({"auth_token": "x" * 128}, id="longest-token"),
        pytest.param({"sns_topic_arn": TOPIC, "kms_key_id": KEY}, id="topic-and-key"),
        pytest.param({"kms_key_id": "alias/redis"}, id="key-by-alias"),
        pytest.param({"engine": "valkey", "engine_version": "8.1"}, id="valkey"),
        pytest.param({"engine": "valkey", "engine_version": "9.7"}, id="valkey-newer-than-the-table"),
        pytest.param({"region": "ap-future-1"}, id="region-newer-than-the-table"),
        pytest.param({"num_node_groups": 30}, id="as-many-nodes-as-the-quota"),
        pytest.param({"num_node_groups": 31, "node_quota": 100}, id="more-nodes-with-a-raised-quota"),
        pytest.param({"replicas_per_node_group": 0, "multi_az_enabled": False}, id="shards-without-replicas"),
        pytest.param({"custom_parameters": {"notify-keyspace-events": ""}}, id="no-keyspace-events"),
        pytest.param({"custom_parameters": {"notify-keyspace-events": "Etdmn"}}, id="new-keyspace-events"),
        pytest.param({"custom_parameters": {"timeout": 19, "lfu-log-facto": 1}}, id="what-the-api-judges"),
        pytest.param({"additional_tags": {"Équipe": "Données + cache"}}, id="tags-in-french"),
        pytest.param({"snapshot_retention_limit": 0}, id="no-snapshots"),
        pytest.param({"maintenance_window": "sun:23:30-mon:02:30"}, id="maintenance-over-the-end-of-the-week"),
        pytest.param({"node_type_override": "cache.r6gd.xlarge"}, id="data-tiering"),
        pytest.param(scaling(policies=[CPU], scheduled_actions=[NIGHT]), id="shards-that-scale"),
        pytest.param(scaling("replicas", 1, 3), id="replicas-that-scale"),
        pytest.param({"environment": "dev", "autoscaling": {}}, id="nothing-scales"),
        pytest.param({"private_subnet_ids": [], "existing_subnet_group_name": "default"}, id="existing-subnet-group"),
        pytest.param(
            {"allowed_security_groups": [], "existing_security_group_ids": [GROUP]}, id="existing-security-group"
        ),
        pytest.param({"existing_parameter_group_name": "default.redis7.cluster.on"}, id="existing-parameter-group"),
        pytest.param({"replication_group_description": "Café: <sessions> " + "x" * 238}, id="description"),
        pytest.param({"existing_auth_token_secret_name": "legacy/redis+token@prod"}, id="existing-secret"),
        pytest.param({"tags": {}, "unmanaged": ["alarms", "budget", "slow_log"]}, id="nothing-around-it"),
        pytest.param({"tags": {"Name": "accessweaver-prod-redis"}}, id="the-tag-that-the-budget-counts"),
    ],
)
def test_a_deployment_without_problems(changes: dict[str, Any]) -> None:
    assert problems(**changes) == []


BROKEN = [
    ("project_name", {"project_name": None}, "is missing"),
    ("project_name", {"project_name": "access weaver", "replication_group_id": "redis"}, "wrong form"),
    ("environment", {"environment": None}, "is missing"),
    ("region", {"region": None}, "is missing"),
    ("vpc_id", {"vpc_id": None}, "is missing"),
    ("private_subnet_ids", {"private_subnet_ids": []}, "is missing"),
    ("allowed_security_groups", {"allowed_security_groups": []}, "is missing"),
    ("environment", {"environment": "production"}, "Did you mean prod? Known are dev, staging, prod"),
    ("environment", {"environment": "Prod"}, "Did you mean prod?"),
    ("replication_group_id", {"replication_group_id": "1st"}, "a letter first"),
    ("replication_group_id", {"replication_group_id": "a--b"}, "single hyphens"),
    ("replication_group_id", {"replication_group_id": "a-"}, "no hyphen last"),
    ("replication_group_id", {"project_name": "a" * 31}, "at most 40"),
    ("region", {"region": "Ireland"}, "wrong form"),
    ("region", {"region": ["eu-west-1"]}, "is not a string"),
    ("vpc_id", {"vpc_id": "vpc-123"}, "wrong form"),
    ("private_subnet_ids", {"private_subnet_ids": [*SUBNETS, "sub-0a1b2c3d"]}, "wrong form"),
    ("private_subnet_ids", {"private_subnet_ids": [*SUBNETS, SUBNETS[0]]}, "more than once"),
    ("private_subnet_ids", {"private_subnet_ids": SUBNETS[:1]}, "cannot be Multi-AZ"),
    ("private_subnet_ids", {"private_subnet_ids": [f"subnet-{n:08x}" for n in range(21)]}, "takes 20"),
    ("allowed_security_groups", {"allowed_security_groups": ["default"]}, "wrong form"),
    ("allowed_security_groups", {"allowed_security_groups": [GROUP, GROUP]}, "more than once"),
    ("sns_topic_arn", {"sns_topic_arn": "alerts"}, "wrong form"),
    ("sns_topic_arn", {"sns_topic_arn": TOPIC + ".fifo"}, "standard topic"),
    ("sns_topic_arn", {"sns_topic_arn": TOPIC.replace("eu-west-1", "us-east-1")}, "another region"),
    ("kms_key_id", {"kms_key_id": "my key"}, "wrong form"),
    ("kms_key_id", {"kms_key_id": KEY.replace("eu-west-1", "us-east-1")}, "another region"),
    ("kms_key_id", {"kms_key_id": KEY, "at_rest_encryption_enabled": False}, "needs encryption at rest"),
    ("auth_token", {"auth_token": "too-short"}, "16 to 128"),
    ("auth_token", {"auth_token": "x" * 129}, "16 to 128"),
    ("auth_token", {"auth_token": "slashes/are/not/allowed"}, "16 to 128"),
    ("auth_token", {"auth_token": "mot-de-passe-à-accent"}, "16 to 128"),
    ("auth_token", {"auth_token": "x" * 20 + "\n"}, "16 to 128"),
    ("transit_encryption_enabled", {"transit_encryption_enabled": False}, "AUTH token"),
    ("transit_encryption_mode", {"transit_encryption_mode": "off"}, "required, preferred"),
    ("transit_encryption_mode", {"transit_encryption_mode": "preferred"}, "AUTH token"),
    ("node_type_override", {"node_type_override": "cache.r6g.larg"}, "Did you mean cache.r6g.large"),
    ("node_type_override", {"node_type_override": "db.m5.large"}, "is no node type"),
    ("node_type_override", {"node_type_override": "cache.m3.large"}, "no longer offered"),
    (
        "node_type_override",
        {"node_type_override": "cache.c7gn.large", "region": "eu-west-3"},
        "not offered in eu-west-3",
    ),
    ("node_type_override", {"node_type_override": "cache.r6gd.xlarge", "engine_version": "6.0"}, "data tiering"),
    ("presets.bare.node_type", {"environment": "bare", "presets": {"bare": {}}}, "is missing"),
    (
        "environment",
        {"environment": "a b", "presets": {"a b": {"node_type": "cache.t3.micro"}}, "replication_group_id": "ab"},
        "wrong form",
    ),
    ("engine", {"engine": "memcached"}, "redis, valkey"),
    ("engine_version", {"engine_version": "7.2"}, "5.0.6, 6.0, 6.2, 7.0, 7.1"),
    ("engine_version", {"engine_version": "latest"}, "no version of redis"),
    ("engine_version", {"engine": "valkey", "engine_version": "7.0"}, "no version of valkey"),
    ("enable_engine_log", {"enable_engine_log": True, "engine_version": "6.0"}, "6.2 or later"),
    ("engine_log_retention_days", {"engine_log_retention_days": 2}, "1, 3, 5, 7, 14"),
    ("enable_slow_log", {"enable_slow_log": True, "engine_version": "5.0.6"}, "6.0 or later"),
    ("num_node_groups", {"num_node_groups": 0}, "1 to 500"),
    ("num_node_groups", {"environment": "dev", "num_node_groups": 2}, "cluster_mode: true"),
    ("replicas_per_node_group", {"replicas_per_node_group": 6}, "0 to 5"),
    ("node_quota", {"num_node_groups": 31}, "93 nodes"),
    ("automatic_failover_enabled", {"environment": "dev", "automatic_failover_enabled": True}, "needs a replica"),
    (
        "automatic_failover_enabled",
        {"automatic_failover_enabled": False, "multi_az_enabled": False},
        "cannot be off in cluster mode",
    ),
    ("multi_az_enabled", {"replicas_per_node_group": 0}, "needs a replica"),
    ("multi_az_enabled", {"environment": "staging", "automatic_failover_enabled": False}, "needs automatic failover"),
    ("autoscaling", {"autoscaling": [3, 6]}, "not a mapping of node_groups and replicas"),
    ("autoscaling", {"autoscaling": {"shards": {}}}, "Supported parameters include: node_groups, replicas"),
    ("autoscaling", {"autoscaling": {"node_groups": {"min_capacity": 3}}}, "missing required arguments: max_capacity"),
    ("autoscaling", scaling(policies=[{**CPU, "predefined_metric_type": "CPU"}]), "must be one of: ElastiCache"),
    ("autoscaling", {**scaling(), "node_type_override": "cache.t4g.small"}, "groups of cache.t4g.small cannot scale"),
    ("autoscaling", {**scaling(), "engine_version": "5.0.6"}, "upgrade the engine to 6.0 or later"),
    (
        "autoscaling",
        {**scaling(least=1), "environment": "staging", "node_type_override": "cache.m6g.large"},
        "only groups with cluster mode enabled can scale",
    ),
    ("autoscaling.replicas.max_capacity", scaling("replicas", 1, 6), "use 1 to 5"),
    ("autoscaling.node_groups.policies.cpu.target_value", scaling(policies=[{**CPU, "target_value": 80}]), "35 to 70"),
    ("num_node_groups", scaling(least=4), "out of the bounds of autoscaling, 4 to 6"),
    ("replicas_per_node_group", scaling("replicas", 1, 1), "out of the bounds of autoscaling, 1 to 1"),
    ("node_quota", scaling(most=31), "less than the 93 nodes it may scale to"),
    ("node_quota", scaling(scheduled_actions=[{**NIGHT, "max_capacity": 31}]), "less than the 93 nodes"),
    ("port", {"port": 65536}, "1 to 65535"),
    ("snapshot_retention_limit", {"snapshot_retention_limit": 36}, "0 to 35"),
    ("final_snapshot_identifier", {"final_snapshot_identifier": "last-"}, "wrong form"),
    ("maintenance_window", {"maintenance_window": "sunday 5 o'clock"}, "sun:05:00-sun:06:00"),
    ("maintenance_window", {"maintenance_window": "sun:06:00-sun:06:30"}, "at least 60 minutes"),
    ("maintenance_window", {"maintenance_window": "sun:06:00-tue:06:00"}, "at most 24 hours"),
    ("maintenance_window", {"maintenance_window": "sun:04:00-sun:05:00"}, "overlaps"),
    ("maintenance_window", {"maintenance_window": "sun:23:30-mon:01:00", "snapshot_window": "00:30-02:00"}, "overlaps"),
    ("snapshot_window", {"snapshot_window": "3am"}, "03:00-04:00"),
    ("snapshot_window", {"snapshot_window": "03:00-03:59"}, "at least 60 minutes"),
    ("custom_parameters.maxclients", {"custom_parameters": {"maxclients": 10}}, "node type"),
    ("custom_parameters.maxmemory", {"custom_parameters": {"maxmemory": "1gb"}}, "reserved-memory-percent"),
    ("custom_parameters.cluster-enabled", {"custom_parameters": {"cluster-enabled": True}}, "cluster_mode"),
    ("custom_parameters.notify-keyspace-events", {"custom_parameters": {"notify-keyspace-events": "x"}}, "K or E"),
    (
        "custom_parameters.reserved-memory",
        {"custom_parameters": {"reserved-memory": "1", "reserved-memory-percent": "25"}},
        "one of them",
    ),
    (
        "custom_parameters.maxmemory-policy",
        {"node_type_override": "cache.r6gd.xlarge", "custom_parameters": {"maxmemory-policy": "allkeys-lfu"}},
        "data tiering",
    ),
    ("existing_subnet_group_name", {"existing_subnet_group_name": "my subnets"}, "cache subnet group"),
    ("replication_group_description", {"replication_group_description": "x" * 256}, "at most 255"),
    ("replication_group_description", {"replication_group_description": "two\nlines"}, "a line"),
    ("existing_parameter_group_name", {"existing_parameter_group_name": "-"}, "cache parameter group"),
    ("existing_security_group_ids", {"existing_security_group_ids": ["default"]}, "wrong form"),
    ("existing_security_group_ids", {"existing_security_group_ids": [GROUP, GROUP]}, "more than once"),
    ("existing_auth_token_secret_name", {"existing_auth_token_secret_name": "a secret"}, "name of a secret"),
    ("unmanaged", {"unmanaged": ["alarms", "tags"]}, "alarms, budget, slow_log, engine_log"),
    ("tags.aws:owner", {"tags": {"Name": "accessweaver-prod-redis", "aws:owner": "x"}}, "reserved"),
    ("tags", {"tags": {"Owner": "x"}}, "nothing to count"),
    ("tags", {"tags": {"Name": "accessweaver-prod-redis", **{f"t{n}": "x" for n in range(50)}}}, "takes 50"),
    ("additional_tags.Count", {"additional_tags": {"Count": 3}}, "Quote"),
    ("additional_tags.aws:owner", {"additional_tags": {"aws:owner": "x"}}, "reserved"),
    ("additional_tags.Service", {"additional_tags": {"Service": "x"}}, "belongs to the collection"),
    ("additional_tags.Mail", {"additional_tags": {"Mail": "a;b"}}, "characters"),
    ("additional_tags.", {"additional_tags": {"": "x"}}, "no key"),
    ("additional_tags." + "k" * 129, {"additional_tags": {"k" * 129: "x"}}, "1 to 128"),
    ("additional_tags.Long", {"additional_tags": {"Long": "x" * 257}}, "up to 256"),
    ("additional_tags", {"additional_tags": {f"k{n}": "x" for n in range(46)}}, "takes 50"),
    ("monthly_budget", {"monthly_budget": 0}, "above 0"),
    ("monthly_budget", {"monthly_budget": 1e9 + 1}, "at most 1,000,000,000"),
    ("budget_emails", {"budget_emails": ["ops"]}, "ops@example.com"),
    ("budget_emails", {"budget_emails": [f"ops{n}@example.com" for n in range(11)]}, "10 at most"),
    ("budget_threshold_percent", {"budget_threshold_percent": 0}, "0.1 to"),
    ("alarm_memory_percent", {"alarm_memory_percent": 101}, "0 to 100"),
    ("alarm_replication_lag_seconds", {"alarm_replication_lag_seconds": -1}, "0 to"),
    ("slow_log_retention_days", {"slow_log_retention_days": 2}, "1, 3, 5, 7, 14"),
    ("port", {"port": "redis"}, "a whole number"),
    ("num_shards", {"num_shards": 3}, "is no option"),
]


@pytest.mark.parametrize(
    ("option", "changes", "text"), BROKEN, ids=[f"{row[0]}-{row[2]}"[:70].replace(" ", "-") for row in BROKEN]
)
def test_one_broken_rule_is_one_problem(option: str, changes: dict[str, Any], text: str) -> None:
    found = problems(**changes)
    assert [problem.option for problem in found] == [option]
    assert text in str(found[0])


@pytest.mark.parametrize(
    ("option", "low", "high"),
    [
        ("num_node_groups", 1, 500),
        ("replicas_per_node_group", 0, 5),
        ("node_quota", 1, 500),
        ("port", 1, 65535),
        ("snapshot_retention_limit", 0, 35),
        ("alarm_cpu_percent", 0, 100),
        ("alarm_memory_percent", 0, 100),
        ("alarm_hit_rate_percent", 0, 100),
        ("alarm_hit_rate_minimum_requests", 0, 10**9),
        ("alarm_connections_percent", 0, 100),
        ("alarm_replication_lag_seconds", 0, 10**6),
        ("alarm_evictions_per_minute", 0, 10**9),
        ("alarm_cpu_credits", 0, 10**6),
        ("budget_threshold_percent", 0.1, 10**6),
    ],
)
def test_ranges_end_where_they_should(option: str, low: float, high: float) -> None:
    def out_of_range(value: float) -> bool:
        found = problems(**{option: value})
        return any(problem.option == option and problem.problem == "is out of range" for problem in found)

    assert [out_of_range(value) for value in (low - 1, low, high, high + 1)] == [True, False, False, True]


def test_all_problems_come_at_once() -> None:
    found = problems(
        environment="live",
        auth_token="short",
        vpc_id="vpc",
        node_type_override="cache.huge",
        maintenance_window="now",
        snapshot_retention_limit=99,
        custom_parameters={"maxmemory": 1, "maxclients": 1},
        additional_tags={"aws:x": "y"},
        monthly_budget=-1,
    )
    assert {problem.option for problem in found} == {
        "environment",
        "auth_token",
        "vpc_id",
        "node_type_override",
        "maintenance_window",
        "snapshot_retention_limit",
        "custom_parameters.maxmemory",
        "custom_parameters.maxclients",
        "additional_tags.aws:x",
        "monthly_budget",
    }


def test_an_unknown_environment_is_not_judged_by_the_shape_of_another() -> None:
    found = problems(environment="live", multi_az_enabled=True, num_node_groups=3)
    assert [problem.option for problem in found] == ["environment"]


def test_a_node_type_that_the_region_lacks_has_a_way_out() -> None:
    [problem] = problems(node_type_override="cache.r6gd.xlarge", region="eu-west-2")
    assert "cache.r6g.xlarge" in problem.remedy


@pytest.mark.parametrize("token", ["short", "spaces are not allowed", ["a", "list"], 42, True], ids=str)
def test_no_problem_shows_the_token(token: Any) -> None:
    found = problems(auth_token=token)
    assert [(problem.option, problem.value) for problem in found] == [("auth_token", None)]
    assert str(token) not in "".join(map(str, found))


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        pytest.param({}, {"replication_group_id": "accessweaver-prod-redis", "node_count": 9}, id="nothing-wrong"),
        pytest.param(
            {"num_node_groups": 0, "port": 6380}, {"node_count": 9, "port": 6380}, id="wrong-option-falls-to-the-preset"
        ),
        pytest.param(
            {"environment": "live"},
            {"replication_group_id": None, "cache_node_type": None, "alarms": []},
            id="no-preset",
        ),
        pytest.param({"monthly_budget": -1}, {"monthly_budget": 300.0}, id="money"),
        pytest.param(
            {"presets": {"prod": {"monthly_budget": -1}}}, {"monthly_budget": 300.0}, id="value-of-the-users-preset"
        ),
        pytest.param({"vpc_id": "vpc"}, {"vpc_id": None, "node_count": 9}, id="identity"),
    ],
)
def test_what_can_be_used_of_options_with_problems(changes: dict[str, Any], kept: dict[str, Any]) -> None:
    result = topology(usable({**DEPLOYMENT, **changes}))
    assert {key: result[key] for key in kept} == kept


# Anything that YAML can hold, and for each option also values that come near to fine.
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3),
    max_leaves=5,
)
plausible = st.sampled_from(
    [
        *DEPLOYMENT.values(),
        *("dev", "staging", "Prod", "perf", "cache.t3.micro", "cache.r6gd.xlarge", "cache.m3.large", "7.0", "valkey"),
        *("mon:01:00-mon:02:00", "22:30-00:30", "preferred", TOPIC, KEY, "0", 0, 1, 2, 5, 90, 3.5, True, False),
        {"timeout": 0},
        [{"name": "timeout", "value": 60}],
        {"perf": {"node_type": "cache.t3.small"}},
        {"Owner": "me"},
        *(scaling(most=most)["autoscaling"] for most in (2, 6)),
    ]
)
changes_of_any_kind = st.dictionaries(
    st.sampled_from([*sorted(OPTIONS), "presets", "x"]), plausible | anything, max_size=5
)


@given(changes_of_any_kind)
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_has_no_problem_is_a_topology(changes: dict[str, Any]) -> None:
    options = {**DEPLOYMENT, **changes}
    before = repr(options)
    resolved, found = examine(options)
    result = topology(usable(options))
    assert cost(result, "eu-west-1", "on-demand")["complete"] in (True, False)
    assert repr(options) == before
    if not found:
        assert result == topology(resolved)
        assert json.loads(json.dumps(result)) == result
        assert (result["num_cache_clusters"] is None) != (result["num_node_groups"] is None)


@given(st.dictionaries(st.text(max_size=12) | st.sampled_from(sorted(OPTIONS)), anything, max_size=8))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_options_make_it_fail(options: dict[str, Any]) -> None:
    assert examine(options)[1]
