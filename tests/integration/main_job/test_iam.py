# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The policies of docs/iam: each is enough for its playbook, and holds nothing that its playbook does not need.

The playbooks run as users of a sandbox that enforces IAM. What AWS checks beyond the calls of the collection is listed
by hand in ``UNSEEN``; whatever else a policy allows has to be called.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from integration.main_job.job import ROOT, Job, Run

from sandbox.aws import iam
from sandbox.protocol import Request
from sandbox.testing import RunningSandbox, running_sandbox

ACCOUNT, REGION, PROJECT = "000000000000", "eu-west-1", "accessweaver"
POLICIES = {path.stem: path.read_text() for path in Path(ROOT, "docs/iam").glob("*.json")}
MANAGED_POLICY_LIMIT = 6144  # characters, spaces left out (IAM and AWS STS quotas)
PLACEHOLDERS = {
    "REGION": REGION,
    "ACCOUNT_ID": ACCOUNT,
    "PROJECT": PROJECT,
}

# Service Authorization Reference: ElastiCache acts on behalf of the caller, who must be allowed to do the same.
NETWORK_INTERFACES = {
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
}
ON_FAILURE = {"elasticache:DescribeEvents"}  # explains why a replication group did not become available
# Other numbers of shards: Application Auto Scaling, which is asked first, is not in the sandbox.
SHARDS = {
    "application-autoscaling:DescribeScalableTargets",
    "cloudwatch:GetMetricData",
    "elasticache:ModifyReplicationGroupShardConfiguration",
}
# ElastiCache User Guide, "Log delivery": what the slow log needs
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
UNSEEN: Mapping[str, set[str]] = {
    "provision": {
        *NETWORK_INTERFACES,
        *ON_FAILURE,
        *SHARDS,
        *LOG_DELIVERY,
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "iam:CreateServiceLinkedRole",  # the first replication group of an account
        "kms:CreateGrant",  # encryption at rest with a key of the customer
        "kms:Decrypt",  # Secrets Manager with such a key
        "kms:GenerateDataKey",
    },
    "read": set(),
    "configure_app": {"kms:Decrypt"},
    "destroy": {
        *NETWORK_INTERFACES,
        *ON_FAILURE,
        "logs:DeleteLogDelivery",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
    },
}
ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}

DECLARED: Mapping[str, Any] = {
    "elasticache_redis_budget_emails": ["platform@example.com"],
    "elasticache_redis_monthly_budget": 60,
}
# Whatever can differ, so that there are changes of every kind to make, and to make undone.
CHANGED: Mapping[str, Any] = {
    "elasticache_redis_additional_tags": {"Owner": "Platform"},
    "elasticache_redis_alarm_connections_percent": 0,
    "elasticache_redis_allowed_security_groups": ["sg-0acce5500000000c1"],
    "elasticache_redis_budget_emails": ["finance@example.com"],
    "elasticache_redis_custom_parameters": {"activedefrag": "yes", "timeout": "100"},
    "elasticache_redis_monthly_budget": 70,
    "elasticache_redis_node_type_override": "cache.t3.medium",
    "elasticache_redis_private_subnet_ids": ["subnet-0acce5500000000a1", "subnet-0acce5500000000a2"],
    "elasticache_redis_replicas_per_node_group": 2,
    "elasticache_redis_slow_log_retention_days": 30,
    "elasticache_redis_snapshot_retention_limit": 9,
}


@dataclass(frozen=True)
class Stage:
    """A playbook, as it is run by a user who has certain policies."""

    name: str
    playbook: str
    policies: tuple[str, ...]
    variables: Mapping[str, Any]


STAGES = (
    Stage("create", "site.yml", ("provision",), {}),
    Stage("change everything", "playbooks/provision.yml", ("provision",), CHANGED),
    Stage("change it back", "playbooks/provision.yml", ("provision",), {}),
    Stage("show", "playbooks/show.yml", ("read",), {}),
    Stage("configure applications", "playbooks/configure_apps.yml", ("read", "configure_app"), {}),
    Stage("destroy", "playbooks/destroy.yml", ("destroy",), {}),
)


@dataclass(frozen=True)
class Account:
    """A sandbox in which only the policies of docs/iam allow anything."""

    sandbox: RunningSandbox

    @cached_property
    def key_arn(self) -> str:
        return str(self.sandbox.client("kms").create_key()["KeyMetadata"]["Arn"])

    def user(self, policies: tuple[str, ...]) -> dict[str, str]:
        """How a new user with the policies reaches AWS."""
        client, name = self.sandbox.client("iam"), "-".join([*policies, str(len(self.sandbox.calls("iam")))])
        client.create_user(UserName=name)
        for policy in policies:
            made = client.create_policy(PolicyName=f"{name}-{policy}", PolicyDocument=filled(policy))
            client.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
        pair = client.create_access_key(UserName=name)["AccessKey"]
        keys = {"access_key": pair["AccessKeyId"], "secret_key": pair["SecretAccessKey"]}
        return {"endpoint_url": self.sandbox.settings.endpoint_url, **keys}

    def run(self, stage: Stage) -> tuple[Run, set[str]]:
        """Run a stage; return also the actions that it called. Nobody else calls anything meanwhile."""
        user = self.user(stage.policies)
        place = {"elasticache_redis_aws": user, "elasticache_redis_kms_key_id": self.key_arn}
        before = len(self.sandbox.calls())
        arguments = (stage.playbook, "--limit", "staging,app-staging")
        run = Job(self.sandbox).run(*arguments, **{**DECLARED, **place, **stage.variables})
        calls = self.sandbox.control(f"calls?since={before}")
        assert {call["key"] for call in calls} == {user["access_key"]}
        return run, {action for call in calls for action in actions_of(call)} - ALWAYS_ALLOWED

    def delete_token(self) -> None:
        """Give the next run of provisioning a secret to restore."""
        self.sandbox.client("secretsmanager").delete_secret(SecretId=f"elasticache/{PROJECT}-staging-redis/auth-token")


def filled(policy: str) -> str:
    """The text of a policy as a reader fills it in."""
    text = POLICIES[policy]
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text


def allowed(policy: str, resource: str | None = None) -> set[str]:
    """Every action that a policy names, or those of the statements on one resource."""
    statements = [
        statement
        for statement in json.loads(POLICIES[policy])["Statement"]
        if resource in (None, statement["Resource"])
    ]
    listed = [statement["Action"] for statement in statements]
    return {action for actions in listed for action in ([actions] if isinstance(actions, str) else actions)}


def actions_of(call: Mapping[str, Any]) -> Iterator[str]:
    """The IAM actions of a call in the sandbox's log."""
    service = {"cloudwatch": "monitoring"}.get(call["service"], call["service"])
    request = Request(call["operation"], call["parameters"])
    if service in iam.OWN:
        yield from (check.action for check in iam.OWN[service](request, iam.Place(REGION, ACCOUNT)))
    else:
        yield f"{call['service']}:{call['operation']}"
    parameter, action = iam.TAGGING.get(service, ("", ""))
    if call["operation"].startswith(iam.CREATING) and call["parameters"].get(parameter):
        yield action


@pytest.fixture(name="account")
def fixture_account(tmp_path: Path) -> Iterator[Account]:
    with running_sandbox(tmp_path, enforce_iam=True) as sandbox:
        yield Account(sandbox)


def test_each_policy_allows_what_its_playbook_needs_and_no_more(account):
    """The life of a deployment, each stage by another user."""
    called: dict[str, set[str]] = {policy: set() for policy in POLICIES}
    for stage in STAGES:
        run, actions = account.run(stage)
        assert run.code == 0, f"{stage.name}: {run.output}"
        *others, policy = stage.policies
        called[policy] |= actions.difference(*map(allowed, others))
        if stage.name == "change everything":
            account.delete_token()
    needed = {policy: actions | UNSEEN[policy] for policy, actions in called.items()}
    assert {policy: allowed(policy) for policy in POLICIES} == needed


def test_who_may_only_read_is_told_what_provisioning_needs(account):
    run, _ = account.run(Stage("create", "playbooks/provision.yml", ("read",), {}))
    assert run.code != 0
    (message,) = [result["msg"] for _, result in run.results("staging") if result.get("failed")]
    assert "ec2:DescribeSubnets" in message
    assert "elasticache:DescribeCacheEngineVersions" in message
    assert "nothing was created or changed" in message
    elasticache = account.sandbox.client("elasticache")
    assert elasticache.describe_cache_subnet_groups()["CacheSubnetGroups"] == []


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_fits_into_a_managed_policy(policy):
    assert len(json.dumps(json.loads(filled(policy)), separators=(",", ":"))) < MANAGED_POLICY_LIMIT


@pytest.mark.parametrize("policy", POLICIES)
def test_what_changes_something_is_limited_to_resources(policy):
    """Log delivery apart, for which AWS knows no resources."""
    reading = ("Describe", "Get", "List")
    writing = {action for action in allowed(policy, "*") if not action.partition(":")[2].startswith(reading)}
    assert writing <= LOG_DELIVERY
