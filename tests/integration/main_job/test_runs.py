# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs after the first: nothing to do, a changed variable, mistakes."""

from __future__ import annotations

from typing import Any

import pytest


def seen(job) -> int:
    return len(job.sandbox.calls())


def test_the_second_run_changes_nothing(provisioned):
    before = seen(provisioned)
    run = provisioned.run("site.yml", "--diff")
    assert run.code == 0, run.output
    assert run.changed == dict.fromkeys(["dev", "staging", "prod", "app-staging", "app-prod"], 0)
    assert provisioned.calls(since=before) == []


def test_a_changed_variable_is_shown_exactly_and_changes_nothing_in_check_mode(provisioned, boto):
    before = seen(provisioned)
    run = provisioned.run("site.yml", "--check", "--diff", elasticache_redis_snapshot_retention_limit=9)
    assert run.code == 0, run.output
    assert run.changed == {"dev": 1, "staging": 1, "prod": 1, "app-staging": 0, "app-prod": 0}
    diffs = {task: result["diff"] for task, result in run.results("staging") if result.get("changed")}
    assert diffs == {
        "replication_group | Run it as declared": {
            "before": {"snapshot_retention_limit": 5},
            "after": {"snapshot_retention_limit": 9},
        }
    }
    assert provisioned.calls(since=before) == []


MISTAKES = {
    "elasticache_redis_environment": "production",
    "elasticache_redis_auth_token": "too short @",
    "elasticache_redis_maintenance_window": "sun:05:00-sun:05:30",
    "elasticache_redis_node_type_override": "cache.r6g.larg",
    "elasticache_redis_private_subnet_ids": ["subnet-0acce5500000000a1", "subnet-0acce5500000000b1"],
    "elasticache_redis_allowed_security_groups": ["sg-0acce5500000000d1"],
    "elasticache_redis_custom_parameters": {"maxmemory-polcy": "allkeys-lru", "timeout": "7"},
    "elasticache_redis_additional_tags": {"Owner": ["a", "list"]},
    "elasticache_redis_replication_group_id": "the-same-for-all",
}
COMPLAINTS = {
    "the environment": "production",
    "the token's alphabet": "auth_token",
    "the window": "maintenance_window",
    "the node type": "cache.r6g.larg",
    "the public subnet": "subnet-0acce5500000000b1",
    "the other VPC's security group": "sg-0acce5500000000d1",
    "the parameter's name": "maxmemory-polcy",
    "the parameter's value": "timeout",
    "the tag": "Owner",
    "the same deployment twice": "is declared by staging and by",
}


@pytest.fixture(scope="module")
def refused(job):
    before = seen(job)
    run = job.run("site.yml", "--limit", "elasticache_redis", **MISTAKES)
    return run, job.calls(since=before)


def test_mistakes_are_refused_before_the_first_write(refused):
    run, calls = refused
    assert run.code != 0
    assert calls == []


@pytest.mark.parametrize("complaint", COMPLAINTS.values(), ids=COMPLAINTS)
def test_all_mistakes_are_told_in_one_message(refused, complaint):
    (message,) = [result["msg"] for _, result in refused[0].results("staging") if result.get("failed")]
    assert complaint in message


def test_the_refused_token_is_nowhere(refused):
    assert MISTAKES["elasticache_redis_auth_token"] not in refused[0].output


def test_what_cannot_be_changed_is_refused_before_anything_else_is_changed(provisioned):
    before = seen(provisioned)
    run = provisioned.run("playbooks/provision.yml", "--limit", "dev", elasticache_redis_port=6380)
    (message,) = [result["msg"] for _, result in run.results("dev") if result.get("failed")]
    assert "port = 6380: cannot be changed in place: accessweaver-dev-redis has 6379" in message
    assert provisioned.calls(since=before) == []


TOGETHER: dict[str, tuple[dict[str, Any], str]] = {
    "a window that is too short": (
        {"elasticache_redis_maintenance_window": "sun:05:00-sun:05:30"},
        "maintenance_window = sun:05:00-sun:05:30: has the wrong length",
    ),
    "what cannot be changed": ({"elasticache_redis_port": 6380}, "port = 6380: cannot be changed in place"),
    "a secret that is not there": (
        {"elasticache_redis_existing_auth_token_secret_name": "nowhere"},
        "existing_auth_token_secret_name = nowhere: there is no such secret in eu-west-1",
    ),
}


def test_what_rules_secret_and_replication_group_say_is_one_message(provisioned):
    before = seen(provisioned)
    wrong = {name: value for options, _ in TOGETHER.values() for name, value in options.items()}
    run = provisioned.run("playbooks/provision.yml", "--limit", "dev", **wrong)
    (message,) = [result["msg"] for _, result in run.results("dev") if result.get("failed")]
    assert message.startswith("Cannot begin (nothing was created or changed): 3 problems.")
    assert [complaint for _, complaint in TOGETHER.values() if complaint not in message] == []
    assert provisioned.calls(since=before) == []


NAMED = {
    "replicas": (
        "staging",
        {
            "elasticache_redis_automatic_failover_enabled": False,
            "elasticache_redis_multi_az_enabled": False,
            "elasticache_redis_replicas_per_node_group": 0,
            "elasticache_redis_replicas_to_remove": ["nobody"],
        },
        "replicas_to_remove = nobody: does not leave 0 replicas in shard 0001",
    ),
    "shards": (
        "prod",
        {"elasticache_redis_node_groups_to_remove": ["0009"], "elasticache_redis_num_node_groups": 2},
        "node_groups_to_remove = 0009: does not lead to 2 shards",
    ),
}


@pytest.mark.parametrize(("host", "options", "complaint"), NAMED.values(), ids=NAMED)
def test_what_goes_can_be_named(provisioned, host, options, complaint):
    """A name that is none says that it has been read."""
    before = seen(provisioned)
    run = provisioned.run("playbooks/provision.yml", "--limit", host, **options)
    (message,) = [result["msg"] for _, result in run.results(host) if result.get("failed")]
    assert complaint in message
    assert provisioned.calls(since=before) == []


QUESTIONS = {
    "for the secret": ("secretsmanager", "DescribeSecret", 0),
    "for the replication group": ("elasticache", "DescribeReplicationGroups", 2),  # after addresses and status
}


@pytest.mark.parametrize(("service", "operation", "skip"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_may_not_be_asked_ends_the_run(provisioned, service, operation, skip):
    before = seen(provisioned)
    fault = {"service": service, "operation": operation, "skip": skip, "code": "AccessDeniedException"}
    provisioned.sandbox.control("faults", "POST", [{**fault, "message": "Not for you"}])
    run = provisioned.run("playbooks/provision.yml", "--limit", "dev")
    (message,) = [result["msg"] for _, result in run.results("dev") if result.get("failed")]
    assert "Not for you" in message
    assert message.endswith("Nothing was created or changed.")
    assert provisioned.calls(since=before) == []


def test_a_deployment_in_use_is_not_removed_and_keeps_its_watchers(provisioned, boto):
    node = [{"Name": "CacheClusterId", "Value": "accessweaver-dev-redis-001"}, {"Name": "CacheNodeId", "Value": "0001"}]
    clients = {"MetricName": "CurrConnections", "Dimensions": node, "Value": 25}
    boto("cloudwatch").put_metric_data(Namespace="AWS/ElastiCache", MetricData=[clients])
    before = seen(provisioned)
    run = provisioned.run("playbooks/destroy.yml", "--limit", "dev")
    (message,) = [result["msg"] for _, result in run.results("dev") if result.get("failed")]
    assert "had 25 connections to accessweaver-dev-redis-001" in message
    assert provisioned.calls(since=before) == []


def test_over_budget_is_refused_when_the_budget_is_enforced(job):
    before = seen(job)
    run = job.run("playbooks/provision.yml", "--limit", "prod", elasticache_redis_budget_enforce=True)
    (message,) = [result["msg"] for _, result in run.results("prod") if result.get("failed")]
    assert "$1,504.53" in message
    assert "$300.00" in message
    assert job.calls(since=before) == []
