# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import yaml
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import resolve
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology import topology

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts"
DEPLOYMENT = {
    "project_name": "accessweaver",
    "region": "eu-west-1",
    "vpc_id": "vpc-0a1b2c3d4e5f60718",
    "private_subnet_ids": ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
    "allowed_security_groups": ["sg-0a1b2c3d4e5f60718"],
}


def topology_of(environment: str, **options: Any) -> dict[str, Any]:
    return topology(resolve({**DEPLOYMENT, "environment": environment, **options})[0])


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (
            "dev",
            {
                "cache_node_type": "cache.t3.micro",
                "cluster_mode_enabled": False,
                "num_cache_clusters": 1,
                "num_node_groups": None,
                "replicas_per_node_group": None,
                "node_count": 1,
                "automatic_failover_enabled": False,
                "multi_az_enabled": False,
                "snapshot_retention_limit": 1,
                "monthly_budget": None,
                "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": "300"},
            },
        ),
        (
            "staging",
            {
                "cache_node_type": "cache.t3.small",
                "cluster_mode_enabled": False,
                "num_cache_clusters": 2,
                "num_node_groups": None,
                "replicas_per_node_group": None,
                "node_count": 2,
                "automatic_failover_enabled": True,
                "multi_az_enabled": True,
                "snapshot_retention_limit": 5,
                "monthly_budget": None,
                "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": "300"},
            },
        ),
        (
            "prod",
            {
                "cache_node_type": "cache.r6g.large",
                "cluster_mode_enabled": True,
                "num_cache_clusters": None,
                "num_node_groups": 3,
                "replicas_per_node_group": 2,
                "node_count": 9,
                "automatic_failover_enabled": True,
                "multi_az_enabled": True,
                "snapshot_retention_limit": 7,
                "monthly_budget": 300.0,
                "parameters": {
                    "cluster-enabled": "yes",
                    "maxmemory-policy": "allkeys-lru",
                    "notify-keyspace-events": "Ex",
                    "timeout": "300",
                },
            },
        ),
    ],
)
def test_presets(environment: str, expected: dict[str, Any]) -> None:
    resolved = topology_of(environment)
    assert {key: resolved[key] for key in expected} == expected


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_encryption_and_auth_are_everywhere(environment: str) -> None:
    resolved = topology_of(environment)
    assert resolved["transit_encryption_enabled"]
    assert resolved["transit_encryption_mode"] == "required"
    assert resolved["at_rest_encryption_enabled"]
    assert resolved["auth_token_enabled"]


def test_names_follow_from_project_and_environment() -> None:
    resolved = topology_of("prod")
    assert {key: value for key, value in resolved.items() if key.endswith(("_name", "n_group_id"))} == {
        "project_name": "accessweaver",
        "replication_group_id": "accessweaver-prod-redis",
        "subnet_group_name": "accessweaver-prod-redis-subnets",
        "security_group_name": "elasticache-accessweaver-prod-redis",
        "parameter_group_name": "accessweaver-prod-redis-redis7-cluster",
        "auth_token_secret_name": "elasticache/accessweaver-prod-redis/auth-token",
        "slow_log_group_name": "/aws/vendedlogs/elasticache/accessweaver-prod-redis/slow-log",
        "engine_log_group_name": "/aws/vendedlogs/elasticache/accessweaver-prod-redis/engine-log",
        "budget_name": "accessweaver-prod-redis-eu-west-1-monthly",
    }


def test_names_follow_from_the_replication_group_where_that_is_named() -> None:
    resolved = topology_of("prod", replication_group_id="Sessions")
    assert resolved["replication_group_id"] == "sessions"
    assert resolved["subnet_group_name"] == "sessions-subnets"
    assert resolved["tags"]["Name"] == "sessions"


def test_tags() -> None:
    assert topology_of("prod", additional_tags={"CostCenter": "Engineering"})["tags"] == {
        "Project": "accessweaver",
        "Environment": "prod",
        "Service": "accessweaver-redis",
        "ManagedBy": "Ansible",
        "Name": "accessweaver-prod-redis",
        "CostCenter": "Engineering",
    }


EXISTING = {
    "subnet group": (
        {"existing_subnet_group_name": "Cache-Subnets"},
        {"subnet_group_name": "cache-subnets", "subnet_ids": []},
        {"subnet_group"},
    ),
    "security groups": (
        {"existing_security_group_ids": ["sg-0a1b2c3d4e5f60719"]},
        {
            "existing_security_group_ids": ["sg-0a1b2c3d4e5f60719"],
            "security_group_name": None,
            "security_group_rules": [],
        },
        {"security_group"},
    ),
    "parameter group": (
        {"existing_parameter_group_name": "default.redis7.cluster.on"},
        {"parameter_group_name": "default.redis7.cluster.on", "parameters": {}},
        {"parameter_group"},
    ),
    "secret": (
        {"existing_auth_token_secret_name": "legacy/Token"},
        {"auth_token_secret_name": "legacy/Token"},
        {"auth_token_secret"},
    ),
    "what others look after": (
        {"unmanaged": ["alarms", "budget", "slow_log", "engine_log"], "enable_slow_log": True},
        {"alarms": [], "slow_log_enabled": False, "log_delivery_configurations": []},
        {"alarms", "budget", "slow_log", "engine_log"},
    ),
    "all tags": ({"tags": {"Owner": "x"}, "additional_tags": {"CostCenter": "y"}}, {"tags": {"Owner": "x"}}, set()),
    "a description": (
        {"replication_group_description": "Café <sessions>"},
        {
            "replication_group_description": "Café <sessions>",
            "security_group_description": "Redis deployment accessweaver-prod-redis",
        },
        set(),
    ),
}


@pytest.mark.parametrize(("options", "expected", "unmanaged"), EXISTING.values(), ids=EXISTING)
def test_what_exists_is_used_as_it_is(options: dict[str, Any], expected: dict[str, Any], unmanaged: set[str]) -> None:
    resolved = topology_of("prod", **options)
    assert {key: resolved[key] for key in expected} == expected
    assert {part for part, managed in resolved["managed"].items() if not managed} == unmanaged


def test_the_parameter_groups_of_another_engine_version_or_cluster_mode_are_former_ones() -> None:
    resolved = topology_of("dev")
    former = resolved["former_parameter_group_names"]
    assert resolved["parameter_group_name"] not in former
    families = ("redis5", "redis6", "redis7", "valkey7", "valkey8", "valkey9")
    names = {f"accessweaver-dev-redis-{family}{mode}" for family in families for mode in ("", "-cluster")}
    assert {resolved["parameter_group_name"], *former} == names


@pytest.mark.parametrize(
    "options",
    [{"existing_parameter_group_name": "default.redis7"}, {"project_name": None}],
    ids=["a group that is used as it is", "no name to go by"],
)
def test_where_the_role_makes_no_parameter_group_there_is_no_former_one(options: dict[str, Any]) -> None:
    settings = resolve({**DEPLOYMENT, "environment": "dev", **options})[0]
    assert topology(settings)["former_parameter_group_names"] == []


@pytest.mark.parametrize(
    ("options", "version", "parameter_group"),
    [
        ({}, "7.1", "accessweaver-dev-redis-redis7"),
        ({"engine_version": "6.2"}, "6.2", "accessweaver-dev-redis-redis6"),
        ({"engine": "valkey"}, "8.2", "accessweaver-dev-redis-valkey8"),
    ],
)
def test_engines(options: dict[str, Any], version: str, parameter_group: str) -> None:
    resolved = topology_of("dev", **options)
    assert (resolved["engine_version"], resolved["parameter_group_name"]) == (version, parameter_group)


MODES = {
    "a version that has them": ({}, ("disabled", "required")),
    "with cluster mode": ({"cluster_mode": True}, ("enabled", "required")),
    "the first version that has them": ({"engine_version": "7.0"}, ("disabled", "required")),
    "a version before": ({"engine_version": "6.2"}, (None, None)),
    "a version before, with cluster mode": ({"engine_version": "5.0.6", "cluster_mode": True}, (None, None)),
    "no version": ({"engine_version": "latest"}, ("disabled", "required")),
}


@pytest.mark.parametrize(("options", "expected"), MODES.values(), ids=MODES)
def test_modes_are_named_where_the_engine_has_them(options: dict[str, Any], expected: tuple[str | None, ...]) -> None:
    resolved = topology_of("dev", **options)
    assert (resolved["cluster_mode"], resolved["transit_encryption_mode"]) == expected


def test_the_node_type_brings_its_facts() -> None:
    resolved = topology_of("dev", node_type_override="cache.r6gd.xlarge")
    facts = ("cache_node_type", "vcpu", "maxmemory_bytes", "maxclients", "data_tiering_enabled")
    assert [resolved[fact] for fact in facts] == ["cache.r6gd.xlarge", 4, 28261849702, 65000, True]


def test_the_token_is_not_in_the_topology() -> None:
    token = "a-token-that-nobody-sees"
    assert token not in str(topology_of("prod", auth_token=token))


def test_windows_are_written_as_elasticache_stores_them() -> None:
    resolved = topology_of("dev", maintenance_window="Tue:22:00-TUE:23:00")
    assert resolved["preferred_maintenance_window"] == "tue:22:00-tue:23:00"


# What the API calls by the same name. The rest of a topology belongs to other resources, or is for people.
REQUEST = (
    "replication_group_id",
    "replication_group_description",
    "engine",
    "engine_version",
    "auto_minor_version_upgrade",
    "cache_node_type",
    "data_tiering_enabled",
    "num_cache_clusters",
    "num_node_groups",
    "replicas_per_node_group",
    "automatic_failover_enabled",
    "multi_az_enabled",
    "port",
    "transit_encryption_enabled",
    "transit_encryption_mode",
    "cluster_mode",
    "at_rest_encryption_enabled",
    "kms_key_id",
    "preferred_maintenance_window",
    "snapshot_window",
    "snapshot_retention_limit",
    "notification_topic_arn",
    "log_delivery_configurations",
)


def to_request(shape: Any, value: Any) -> Any:
    """Names of the API from snake case; KeyError for a name that the API does not have."""
    if shape.type_name == "structure":
        members = {xform_name(name): (name, member) for name, member in shape.members.items()}
        given = {key: item for key, item in value.items() if item is not None}
        return {members[key][0]: to_request(members[key][1], item) for key, item in given.items()}
    return [to_request(shape.member, item) for item in value] if shape.type_name == "list" else value


def faults(service: str, operation: str, arguments: dict[str, Any]) -> str:
    """What botocore has against the request, empty if nothing."""
    model = ServiceModel(Loader().load_service_model(service, "service-2"))
    shape: Any = model.operation_model(operation).input_shape
    return ParamValidator().validate(to_request(shape, arguments), shape).generate_report()


LOGS: dict[str, tuple[dict[str, Any], dict[str, bool]]] = {
    "nothing said of the engine log": ({}, {"slow-log": False}),
    "both": ({"enable_slow_log": True, "enable_engine_log": True}, {"slow-log": True, "engine-log": True}),
    "the engine log ended": ({"enable_engine_log": False}, {"slow-log": False, "engine-log": False}),
    "left to others": ({"enable_engine_log": True, "unmanaged": ["engine_log"]}, {"slow-log": False}),
}


@pytest.mark.parametrize(("options", "enabled"), LOGS.values(), ids=LOGS)
def test_logs_go_to_groups_of_their_own(options: dict[str, Any], enabled: dict[str, bool]) -> None:
    resolved = topology_of("dev", **options)
    deliveries = {log["log_type"]: log for log in resolved["log_delivery_configurations"]}
    assert {log_type: log["enabled"] for log_type, log in deliveries.items()} == enabled
    for part, log_type in (("slow_log", "slow-log"), ("engine_log", "engine-log")):
        assert resolved[f"{part}_enabled"] is enabled.get(log_type, False)
        if resolved[f"{part}_enabled"]:
            details = deliveries[log_type]["destination_details"]["cloud_watch_logs_details"]
            assert details["log_group"] == resolved[f"{part}_group_name"]


@pytest.mark.parametrize("slow_log", [True, False])
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_api_takes_the_topology(environment: str, slow_log: bool) -> None:
    resolved = topology_of(environment, enable_slow_log=slow_log, enable_engine_log=slow_log)
    request = {key: resolved[key] for key in REQUEST}
    assert faults("elasticache", "CreateReplicationGroup", request) == ""


@pytest.mark.parametrize(
    ("module", "option", "value"),
    [
        ("accessweaver.elasticache.plugins.modules.elasticache_alarms", "alarms", "alarms"),
        ("accessweaver.elasticache.plugins.modules.budgets_budget", "notifications", "budget_notifications"),
        ("amazon.aws.plugins.modules.ec2_security_group", "rules", "security_group_rules"),
    ],
)
def test_the_modules_take_what_the_topology_has_for_them(module: str, option: str, value: str) -> None:
    documentation = import_module(f"ansible_collections.{module}").DOCUMENTATION
    options = yaml.safe_load(documentation)["options"][option]["suboptions"]
    declared = topology_of("prod", sns_topic_arn=TOPIC, budget_emails=["ops@example.com"])[value]
    required = {name for name, suboption in options.items() if suboption.get("required")}
    assert declared
    assert all(required <= set(item) <= set(options) for item in declared)


SCALING = {"node_groups": {"min_capacity": "3", "max_capacity": 6}}
# autoscaling, what scales by it, what shall not
SCALINGS: dict[str, tuple[dict[str, Any] | None, list[tuple[str, int, int]] | None, list[str]]] = {
    "left out": (None, None, []),
    "nothing": ({}, [], ["node_groups", "replicas"]),
    "shards": (SCALING, [("node_groups", 3, 6)], ["replicas"]),
    "shards, and no replicas": ({**SCALING, "replicas": None}, [("node_groups", 3, 6)], ["replicas"]),
}


@pytest.mark.parametrize(("declared", "targets", "ended"), SCALINGS.values(), ids=SCALINGS)
def test_what_scales_by_itself(
    declared: dict[str, Any] | None, targets: list[tuple[str, int, int]] | None, ended: list[str]
) -> None:
    result = topology_of("prod", autoscaling=declared)
    names = ("scalable_dimension", "min_capacity", "max_capacity")
    found = result["scalable_targets"]
    assert (None if found is None else [tuple(target[name] for name in names) for target in found]) == targets
    assert result["unscaled_dimensions"] == ended


def test_only_the_clients_are_admitted_and_only_to_the_port() -> None:
    assert topology_of("dev", port=6380)["security_group_rules"] == [
        {"proto": "tcp", "from_port": 6380, "to_port": 6380, "group_id": ["sg-0a1b2c3d4e5f60718"]}
    ]


def test_the_budget_tells_the_topic_and_the_addresses() -> None:
    resolved = topology_of("prod", sns_topic_arn=TOPIC, budget_emails=["ops@example.com"], budget_threshold_percent=90)
    assert resolved["alarm_actions"] == [TOPIC]
    assert resolved["budget_cost_filter_tags"] == {"Name": "accessweaver-prod-redis"}
    assert resolved["budget_cost_filters"] == {"Region": ["eu-west-1"]}
    assert resolved["budget_notifications"] == [
        {
            "notification_type": "ACTUAL",
            "comparison_operator": "GREATER_THAN",
            "threshold": 90.0,
            "threshold_type": "PERCENTAGE",
            "subscribers": [
                {"subscription_type": "SNS", "address": TOPIC},
                {"subscription_type": "EMAIL", "address": "ops@example.com"},
            ],
        }
    ]


def test_without_anybody_to_tell_there_is_no_notification() -> None:
    resolved = topology_of("prod")
    assert (resolved["budget_notifications"], resolved["alarm_actions"]) == ([], [])
