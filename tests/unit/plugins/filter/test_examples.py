# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of every filter: they are evaluated, and give what the comments below them say."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.plugin_docs import read_docstring
from ansible.parsing.utils.yaml import from_yaml
from ansible.template import Templar, trust_as_template

ROOT = Path(__file__).resolve().parents[4]
FILTERS = {path.stem: read_docstring(str(path)) for path in sorted((ROOT / "plugins/filter").glob("[!_]*.py"))}
COMMENT = re.compile(r"^ +# (?:-> )?(.+)$", re.MULTILINE)

CONNECTION: dict[str, Any] = {
    "mode": "replica",
    "port": 6379,
    "tls": True,
    "auth": True,
    "username": None,
    "writer": {"host": "master.orders-prod.abc123.euw1.cache.amazonaws.com", "port": 6379},
    "reader": {"host": "replica.orders-prod.abc123.euw1.cache.amazonaws.com", "port": 6379},
    "configuration": None,
    "nodes": [],
}
APPLICATION = """
spring:
  config:
    import: configtree:/run/secrets/
  data:
    redis: {host: master.orders, port: 6379, ssl: {enabled: true}}
"""
OUTPUTS = {
    "connection": CONNECTION,
    "docker_environment_variables": {"REDIS_HOST": CONNECTION["writer"]["host"], "REDIS_PORT": "6379"},
    "spring_redis_config": {"spring": {"data": {"redis": {"host": CONNECTION["writer"]["host"], "port": 6379}}}},
    "auth_token_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-prod/redis/auth-token-AbCdEf",
}

GROUP = {
    "replication_group_id": "orders-prod-redis",
    "replication_group_description": "Cache of the orders",
    "engine": "redis",
    "engine_version": "7.1.0",
    "cache_node_type": "cache.r6g.large",
    "cluster_enabled": False,
    "cluster_mode": "disabled",
    "num_cache_clusters": 2,
    "num_node_groups": 1,
    "replicas_per_node_group": 1,
    "automatic_failover_enabled": True,
    "multi_az_enabled": True,
    "cache_parameter_group_name": "default.redis7",
    "port": 6379,
    "transit_encryption_enabled": True,
    "transit_encryption_mode": "required",
    "at_rest_encryption_enabled": True,
    "kms_key_id": None,
    "preferred_maintenance_window": "sun:05:00-sun:06:00",
    "snapshot_window": "03:00-05:00",
    "snapshot_retention_limit": 5,
    "auto_minor_version_upgrade": True,
    "notification_topic_arn": None,
    "data_tiering_enabled": False,
    "log_delivery_configurations": [],
    "auth_token_enabled": True,
    "member_clusters": ["orders-prod-redis-001", "orders-prod-redis-002"],
    "pending_modified_values": {},
    "status": "available",
    "arn": "arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:orders-prod-redis",
    "connection": CONNECTION,
    "tags": {},
}
SUBNET_GROUP = {
    "cache_subnet_group_name": "orders-private",
    "cache_subnet_group_description": "Private subnets",
    "vpc_id": "vpc-0a1b2c3d4e5f60718",
    "subnet_ids": ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
    "tags": {},
}
# What the examples presume; instead of lookups in Secrets Manager and files of the user's, what they would find.
PRESUMED = {
    "hostvars": {"orders-prod": {"elasticache_redis_outputs": OUTPUTS}},
    "inventory_hostname": "orders-prod",
    "ansible_play_hosts_all": ["orders-prod"],
    "token": "0123456789-abcdef",
    "secrets": {"spring.data.redis.password": "0123456789-abcdef"},
    "text": APPLICATION,
    "file": {"content": b64encode(b'REDIS_HOST="master.orders"\nSPRING_DATA_REDIS_HOST="master.orders"\n').decode()},
    "cache": {"replication_group": GROUP},
    "topology": {"replication_group_id": "orders-prod-redis", "region": "eu-west-1"},
    "found": {"replication_groups": [GROUP]},
    "subnets": {"subnet_group": SUBNET_GROUP},
    "identity": {"project_name": "orders", "environment": "prod", "region": "eu-west-1"},
    "cost": {"monthly": 1504.53, "currency": "USD"},
    "alarms": {"alarm_arns": []},
}


def template(text: Any, variables: dict[str, Any]) -> Any:
    loader = DataLoader()
    loader.set_basedir(str(ROOT / "roles/elasticache_redis"))
    return Templar(loader=loader, variables=variables).template(text)


def evaluated(task: dict[str, Any]) -> list[dict[str, Any]]:
    """The arguments of a task, for each item of its loop."""
    own = {name: value for name, value in task.get("vars", {}).items() if "lookup(" not in str(value)}
    variables = {**PRESUMED, **own}
    (action,) = (name for name in task if "." in name)
    items = template(task["loop"], variables) if "loop" in task else [None]
    return [template(task[action], {**variables, "item": item}) for item in items]


@pytest.mark.parametrize("name", FILTERS)
def test_the_examples_can_be_evaluated(name: str) -> None:
    for task in from_yaml(trust_as_template(FILTERS[name]["plainexamples"])):
        results = evaluated(task)
        assert results
        assert all(value not in (None, "") for result in results for value in result.values())


def said() -> list[Any]:
    """Each example with a comment that says what it gives."""
    texts = [(name, text) for name, found in FILTERS.items() for text in found["plainexamples"].split("\n\n")]
    told = [(text, COMMENT.findall(text), name) for name, text in texts]
    return [pytest.param(text, *comments, id=f"{name}: {comments[0]}") for text, comments, name in told if comments]


@pytest.mark.parametrize(("text", "comment"), said())
def test_the_examples_give_what_they_say(text: str, comment: str) -> None:
    (task,) = from_yaml(trust_as_template(text))
    (result,) = evaluated(task)
    assert str(result["msg"]).replace("'", "") == comment
