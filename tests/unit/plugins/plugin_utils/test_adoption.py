# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists as options: the role's own work comes back as it was declared, that of others is used as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.filter.redis_role_variables import redis_role_variables
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.adoption import Found, adopt, options_of
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import resolve
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology import topology
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology_rules import examine

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts"
IDENTITY = {"project_name": "accessweaver", "environment": "staging", "region": "eu-west-1"}
DEPLOYMENT: dict[str, Any] = {
    **IDENTITY,
    "vpc_id": "vpc-0a1b2c3d4e5f60718",
    "private_subnet_ids": ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
    "allowed_security_groups": ["sg-0a1b2c3d4e5f60718"],
    "monthly_budget": 90.0,
    "budget_emails": ["ops@example.com"],
    "enable_slow_log": True,
    "sns_topic_arn": TOPIC,
}
UNSEEN = {"final_snapshot_identifier", "budget_enforce"}  # how the role goes about it; nothing of it is in AWS


def topology_of(**options: Any) -> dict[str, Any]:
    found, problems = examine({**DEPLOYMENT, **options})
    assert problems == []
    return topology(found)


def made(own: dict[str, Any]) -> Found:
    """What AWS has, as the modules read it, when the role has made a topology."""
    clustered, name = own["cluster_mode_enabled"], own["replication_group_id"]
    as_declared = (
        "replication_group_id",
        "replication_group_description",
        "engine",
        "cache_node_type",
        "automatic_failover_enabled",
        "multi_az_enabled",
        "port",
        "transit_encryption_enabled",
        "transit_encryption_mode",
        "at_rest_encryption_enabled",
        "kms_key_id",
        "preferred_maintenance_window",
        "snapshot_window",
        "snapshot_retention_limit",
        "auto_minor_version_upgrade",
        "notification_topic_arn",
        "data_tiering_enabled",
        "tags",
    )
    nodes = [f"{name}-{number:03}" for number in range(1, own["node_count"] + 1)]
    group = {
        **{field: own[field] for field in as_declared},
        "engine_version": own["engine_version"]
        if own["engine_version"].count(".") > 1
        else own["engine_version"] + ".0",
        "cluster_enabled": clustered,
        "cluster_mode": "enabled" if clustered else "disabled",
        "num_cache_clusters": own["node_count"],
        "num_node_groups": own["num_node_groups"] or 1,
        "replicas_per_node_group": own["replicas_per_node_group"] if clustered else own["num_cache_clusters"] - 1,
        "cache_parameter_group_name": own["parameter_group_name"],
        "log_delivery_configurations": [
            {**log, "status": "active"} for log in own["log_delivery_configurations"] if log["enabled"]
        ],
        "auth_token_enabled": True,
        "member_clusters": nodes,
        "pending_modified_values": {},
        "status": "available",
    }
    about, port = own["replication_group_description"], own["port"]
    rule = {
        "ip_protocol": "tcp",
        "from_port": port,
        "to_port": port,
        "ip_ranges": [],
        "user_id_group_pairs": [{"group_id": user} for user in own["security_group_rules"][0]["group_id"]],
    }
    return Found(
        replication_group=group,
        subnet_group={
            "cache_subnet_group_name": own["subnet_group_name"],
            "cache_subnet_group_description": about,
            "vpc_id": own["vpc_id"],
            "subnet_ids": own["subnet_ids"],
            "tags": own["tags"],
        },
        parameter_group={"description": about, "parameters": own["parameters"], "tags": own["tags"]},
        security_groups=[
            {
                "group_id": "sg-0123456789abcdef0",
                "group_name": own["security_group_name"],
                "description": own["security_group_description"],
                "ip_permissions": [rule],
                "ip_permissions_egress": [],
                "tags": own["tags"],
            }
        ],
        log_groups=[
            {
                "log_group_name": own[f"{log}_group_name"],
                "retention_in_days": own[f"{log}_retention_days"],
                "tags": own["tags"],
            }
            for log in ("slow_log", "engine_log")
        ],
        alarms=[
            {
                "alarm_name": f"{name}/{node}/{alarm['name']}",
                "threshold": alarm["threshold"],
                "alarm_actions": own["alarm_actions"],
                "metrics": [{"expression": alarm.get("expression")}],
            }
            for node in nodes
            for alarm in own["alarms"]
        ],
        budget={
            "limit_amount": str(own["monthly_budget"]),
            "cost_filters": own["budget_cost_filters"],
            "cost_filter_tags": {key: [value] for key, value in own["budget_cost_filter_tags"].items()},
            "notifications": own["budget_notifications"],
            "tags": own["tags"],
        },
        auth_token_secret={"name": own["auth_token_secret_name"], "tags": own["tags"]},
    )


def adopted(found: Found, **identity: Any) -> dict[str, Any]:
    parts, _notes, problems = adopt(found, {**IDENTITY, **identity})
    assert problems == []
    return {**IDENTITY, **identity, **options_of(parts)}


FEATURES = st.fixed_dictionaries(
    {"environment": st.sampled_from(["dev", "staging", "prod"])},
    optional={
        "replication_group_id": st.sampled_from(["sessions", "tf-permissions-001"]),
        "replication_group_description": st.sampled_from(["Sessions", "Made by hand: see wiki"]),
        "engine": st.sampled_from(["redis", "valkey"]),
        "node_type_override": st.sampled_from(["cache.t4g.small", "cache.r6g.xlarge", "cache.r6gd.xlarge"]),
        "port": st.integers(1, 65535),
        "at_rest_encryption_enabled": st.booleans(),
        "snapshot_retention_limit": st.integers(0, 35),
        "auto_minor_version_upgrade": st.booleans(),
        "maintenance_window": st.just("tue:22:00-wed:01:00"),
        "custom_parameters": st.just({"timeout": "60"}),
        "additional_tags": st.dictionaries(st.sampled_from(["Owner", "CostCenter"]), st.sampled_from(["a", "b c"])),
        "tags": st.dictionaries(st.sampled_from(["Owner", "Terraform"]), st.sampled_from(["a", "true"])),
        "sns_topic_arn": st.sampled_from([None, TOPIC]),
        "enable_slow_log": st.booleans(),
        "slow_log_retention_days": st.sampled_from([1, 30]),
        "enable_engine_log": st.sampled_from([None, True]),
        "engine_log_retention_days": st.sampled_from([1, 30]),
        "alarm_cpu_percent": st.floats(1, 100),
        "alarm_connections_percent": st.integers(1, 1000).map(lambda tenths: tenths / 10),
        "alarm_hit_rate_percent": st.floats(0, 100),
        "alarm_hit_rate_minimum_requests": st.integers(1, 10**6),
        "monthly_budget": st.floats(1, 10**6),
        "budget_threshold_percent": st.floats(1, 200),
    },
)


@given(FEATURES)
@settings(deadline=None, max_examples=150)
def test_what_the_role_made_is_declared_as_it_was(options):
    if "tags" in options:
        name = resolve({**DEPLOYMENT, **options})[0]
        options["tags"] = {**options["tags"], "Name": topology(name)["replication_group_id"]}
    if options["environment"] == "dev":
        options["snapshot_retention_limit"] = 2
    own = topology_of(**options)
    again = topology_of_adopted(adopted(made(own), environment=options["environment"]))
    different = {key: (own[key], again[key]) for key in own.keys() - UNSEEN if own[key] != again[key]}
    for log in ("slow_log", "engine_log"):
        if not own[f"{log}_enabled"]:
            different.pop(f"{log}_retention_days", None)
    assert different == {}


def topology_of_adopted(options: dict[str, Any]) -> dict[str, Any]:
    found, problems = examine(options)
    assert problems == []
    return topology(found)


OWN = made(topology_of())
GROUP = OWN.replication_group
OTHERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "tags without the collection's": (
        {"replication_group": {**GROUP, "tags": {"team": "identity", "aws:cloudformation:stack-name": "x"}}},
        {"tags": {"team": "identity"}},
    ),
    "a subnet group of another name": (
        {"subnet_group": {**OWN.subnet_group, "cache_subnet_group_name": "tf-subnets"}},
        {"existing_subnet_group_name": "tf-subnets"},
    ),
    "a subnet group with other tags": (
        {"subnet_group": {**OWN.subnet_group, "tags": {}}},
        {"existing_subnet_group_name": "accessweaver-staging-redis-subnets"},
    ),
    "a security group that admits a network": (
        {
            "security_groups": [
                {
                    **OWN.security_groups[0],
                    "ip_permissions": [
                        {**OWN.security_groups[0]["ip_permissions"][0], "ip_ranges": [{"cidr_ip": "10.0.0.0/8"}]}
                    ],
                }
            ]
        },
        {"existing_security_group_ids": ["sg-0123456789abcdef0"]},
    ),
    "two security groups": (
        {"security_groups": [OWN.security_groups[0], {**OWN.security_groups[0], "group_id": "sg-0123456789abcdef1"}]},
        {"existing_security_group_ids": ["sg-0123456789abcdef0", "sg-0123456789abcdef1"]},
    ),
    "a default parameter group": (
        {"replication_group": {**GROUP, "cache_parameter_group_name": "default.redis7"}, "parameter_group": {}},
        {"existing_parameter_group_name": "default.redis7"},
    ),
    "parameters without what the role sets": (
        {"parameter_group": {**OWN.parameter_group, "parameters": {"timeout": "300"}}},
        {"existing_parameter_group_name": "accessweaver-staging-redis-redis7"},
    ),
    "a secret of another name": (
        {"auth_token_secret": {"name": "legacy/token", "tags": {}}},
        {"existing_auth_token_secret_name": "legacy/token"},
    ),
    "a token of the inventory": (
        {"auth_token_secret": {}, "auth_token_given": True},
        {"existing_auth_token_secret_name": None},
    ),
    "a slow log that goes elsewhere": (
        {
            "replication_group": {
                **GROUP,
                "log_delivery_configurations": [{**GROUP["log_delivery_configurations"][0], "log_format": "text"}],
            }
        },
        {"unmanaged": ["slow_log"]},
    ),
    "an engine log that goes elsewhere": (
        {
            "replication_group": {
                **GROUP,
                "log_delivery_configurations": [
                    *GROUP["log_delivery_configurations"],
                    {**GROUP["log_delivery_configurations"][0], "log_type": "engine-log"},
                ],
            }
        },
        {"unmanaged": ["engine_log"]},
    ),
    "no alarms and no budget of the role": ({"alarms": [], "budget": {}}, {"unmanaged": ["alarms", "budget"]}),
    "alarms with other actions": (
        {"alarms": [{**alarm, "alarm_actions": []} for alarm in OWN.alarms]},
        {"unmanaged": ["alarms"]},
    ),
}


@pytest.mark.parametrize(("difference", "expected"), OTHERS.values(), ids=OTHERS)
def test_what_others_made_is_used_as_it_is(difference, expected):
    options = adopted(replace(OWN, **difference))
    assert {name: options.get(name) for name in expected} == expected


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "without TLS": (
        {"transit_encryption_enabled": False, "transit_encryption_mode": None},
        "transit_encryption_enabled",
    ),
    "without a token": ({"auth_token_enabled": False}, "auth_token_enabled"),
    "RBAC": ({"auth_token_enabled": False, "user_group_ids": ["admins"]}, "user_group_ids"),
    "a Global Datastore": ({"global_replication_group_id": "ldgnf-x"}, "global_replication_group_id"),
    "on its way to cluster mode": ({"cluster_mode": "compatible"}, "cluster_mode"),
    "shards that are not alike": (
        {"cluster_enabled": True, "num_node_groups": 2, "replicas_per_node_group": None, "cluster_mode": "enabled"},
        "replicas_per_node_group",
    ),
    "waiting for its window": ({"pending_modified_values": {"engine_version": "7.1"}}, "replication_group_id"),
    "an engine that cannot be deployed": ({"engine_version": "7.4.0"}, "engine_version"),
    "a window of less than an hour": ({"snapshot_window": "03:00-03:30"}, "snapshot_window"),
    "a template for a description": (
        {"replication_group_description": "{{ lookup('pipe', 'id') }}"},
        "replication_group_description",
    ),
}


@pytest.mark.parametrize(("difference", "option"), REFUSED.values(), ids=REFUSED)
def test_what_the_role_cannot_keep_is_a_problem(difference, option):
    problems = adopt(replace(OWN, replication_group={**GROUP, **difference}), IDENTITY)[2]
    assert [problem.option for problem in problems] == [option]


def test_a_token_that_nobody_has_is_a_problem():
    (problem,) = adopt(replace(OWN, auth_token_secret={}), IDENTITY)[2]
    assert problem.option == "existing_auth_token_secret_name"


def test_the_notes_say_what_the_role_leaves_alone():
    group = {**GROUP, "network_type": "dual_stack"}
    notes = adopt(replace(OWN, replication_group=group), IDENTITY)[1]
    assert [note.split()[0] for note in notes] == ["network_type"]


def test_the_filter_gives_role_variables_and_what_they_could_be_instead():
    group = {**OWN.subnet_group, "cache_subnet_group_name": "tf-subnets"}
    found = {**vars(OWN), "subnet_group": group, "security_groups": [{**OWN.security_groups[0], "tags": {}}]}
    parts = redis_role_variables(found.pop("replication_group"), IDENTITY, **found)["parts"]
    (subnets,) = [part for part in parts if "elasticache_redis_vpc_id" in part["variables"]]
    assert subnets["variables"]["elasticache_redis_existing_subnet_group_name"] == "tf-subnets"
    (clients,) = [part for part in parts if part["title"] == "Clients"]
    assert clients["instead"] == {"elasticache_redis_allowed_security_groups": ["sg-0a1b2c3d4e5f60718"]}


def test_the_filter_takes_a_replication_group_only():
    nothing: Any = []
    with pytest.raises(AnsibleFilterError, match=r"redis_role_variables: the input is not a replication group"):
        redis_role_variables(nothing, IDENTITY, {})
