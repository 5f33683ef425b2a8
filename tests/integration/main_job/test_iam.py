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
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from integration.main_job.job import ROOT, Job, Run, create_key

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
TOKEN = {"kms:Decrypt"}  # Secrets Manager with a key of the customer
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
        *TOKEN,
        *LOG_DELIVERY,
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "iam:CreateServiceLinkedRole",  # the first replication group, and the first that scales, of an account
        "kms:CreateGrant",  # encryption at rest with a key of the customer
        "kms:GenerateDataKey",
    },
    "read": set(),
    "adopt": set(),
    "configure_app": TOKEN,
    "load_functions": TOKEN,
    "backup": {*ON_FAILURE, *TOKEN},
    "restore_drill": {*NETWORK_INTERFACES, *ON_FAILURE, *TOKEN, "kms:CreateGrant"},
    "prune_snapshots": set(),
    "failover_drill": {*NETWORK_INTERFACES, *TOKEN},
    "rotate_token": {*ON_FAILURE, *TOKEN, "kms:GenerateDataKey"},
    "restore": set(),
    "destroy": {
        *NETWORK_INTERFACES,
        *ON_FAILURE,
        "logs:DeleteLogDelivery",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
    },
}
ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}


def scaling(name: str) -> dict[str, Any]:
    """Auto scaling of shards, with a policy and a scheduled action of a name."""
    cpu = {"predefined_metric_type": "ElastiCachePrimaryEngineCPUUtilization", "target_value": 60}
    action = {"schedule": "cron(0 7 ? * * *)", "min_capacity": 1}
    return {
        "min_capacity": 1,
        "max_capacity": 2,
        "policies": [{"policy_name": name, **cpu}],
        "scheduled_actions": [{"scheduled_action_name": name, **action}],
    }


DECLARED: Mapping[str, Any] = {
    "elasticache_redis_budget_emails": ["platform@example.com"],
    "elasticache_redis_cluster_mode": True,
    "elasticache_redis_monthly_budget": 60,
    "elasticache_redis_node_type_override": "cache.r6g.large",
}
# Whatever can differ, so that there are changes of every kind to make, and to make undone.
CHANGED: Mapping[str, Any] = {
    "elasticache_redis_additional_tags": {"Owner": "Platform"},
    "elasticache_redis_alarm_connections_percent": 0,
    "elasticache_redis_allowed_security_groups": ["sg-0acce5500000000c1"],
    "elasticache_redis_autoscaling": {"node_groups": scaling("second")},
    "elasticache_redis_budget_emails": ["finance@example.com"],
    "elasticache_redis_custom_parameters": {"activedefrag": "yes", "timeout": "100"},
    "elasticache_redis_monthly_budget": 70,
    "elasticache_redis_node_type_override": "cache.r6g.xlarge",
    "elasticache_redis_private_subnet_ids": ["subnet-0acce5500000000a1", "subnet-0acce5500000000a2"],
    "elasticache_redis_replicas_per_node_group": 2,
    "elasticache_redis_slow_log_retention_days": 30,
    "elasticache_redis_snapshot_retention_limit": 9,
}


UNPROVEN = {"elasticache_redis_verify": False}  # the proof over the wire calls nothing else of AWS
LOG_GROUP = f"/aws/vendedlogs/elasticache/{PROJECT}-staging-redis/slow-log"
SNAPSHOT, LAST = f"{PROJECT}-weekly", f"{PROJECT}-last"


@dataclass(frozen=True)
class Stage:
    """
    A playbook, as it is run by a user who has certain policies.

    Attributes:
        policies: The last is the playbook's own; those before are what it builds on.
        shards: What somebody else lets the deployment scale to beforehand; none leaves its scaling alone.
        upgraded: Whether the engine has been changed before, by a run that was interrupted.
        decrypts: Whether somebody else takes the key away from the log group beforehand.
    """

    name: str
    playbook: str
    policies: tuple[str, ...]
    variables: Mapping[str, Any] = field(default_factory=dict)
    shards: int | None = None
    upgraded: bool = False
    decrypts: bool = False


STAGES = (
    Stage(
        "create",
        "site.yml",
        ("provision",),
        {**UNPROVEN, "elasticache_redis_autoscaling": {"node_groups": scaling("first")}},
    ),
    Stage("change everything", "playbooks/provision.yml", ("provision",), {**UNPROVEN, **CHANGED}, upgraded=True),
    Stage(
        "change it back",
        "playbooks/provision.yml",
        ("provision",),
        # Fewer shards and smaller nodes in one run are refused.
        {
            **UNPROVEN,
            "elasticache_redis_autoscaling": {},
            "elasticache_redis_node_type_override": CHANGED["elasticache_redis_node_type_override"],
        },
        shards=2,
        decrypts=True,
    ),
    Stage("show", "playbooks/show.yml", ("read",)),
    Stage(
        "adopt",
        "playbooks/adopt.yml",
        ("read", "adopt"),
        {
            "elasticache_redis_adopt_file": "{{ sandbox_dir }}/adopted.yml",
            "elasticache_redis_replication_group_id": f"{PROJECT}-staging-redis",
        },
    ),
    Stage("configure applications", "playbooks/configure_apps.yml", ("read", "configure_app")),
    Stage("load functions", "playbooks/load_functions.yml", ("read", "load_functions")),
    Stage("rotate the token", "playbooks/rotate_token.yml", ("rotate_token",)),
    Stage("drill the failover", "playbooks/failover_drill.yml", ("read", "failover_drill"), UNPROVEN),
    Stage("back up", "playbooks/backup.yml", ("read", "backup"), {"elasticache_redis_backup_name": SNAPSHOT}),
    Stage("drill the restore", "playbooks/restore_drill.yml", ("read", "restore_drill")),
    Stage(
        "prune snapshots",
        "playbooks/prune_snapshots.yml",
        ("prune_snapshots",),
        {"elasticache_redis_prune_keep_last": 0, "elasticache_redis_prune_max_age_days": 0},
    ),
    Stage(
        "destroy",
        "playbooks/destroy.yml",
        ("destroy",),
        {"elasticache_redis_final_snapshot_identifier": LAST},
        shards=1,
    ),
    Stage(
        "restore",
        "playbooks/restore.yml",
        ("provision", "restore"),
        {**UNPROVEN, "elasticache_redis_snapshot_name": LAST},
    ),
)

Needed = tuple[str, str | None]  # an action, and the resource as far as the call tells


@dataclass(frozen=True)
class Account:
    """A sandbox in which only the policies of docs/iam allow anything."""

    sandbox: RunningSandbox

    @cached_property
    def key_arn(self) -> str:
        return create_key(self.sandbox)

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

    def run(self, stage: Stage) -> tuple[Run, set[Needed]]:
        """Run a stage; return also what it had to be allowed. Nobody else calls anything meanwhile."""
        if stage.shards:
            self.scale(stage.shards)
        if stage.upgraded:
            self.leave_parameter_group()
        if stage.decrypts:
            self.sandbox.client("logs").disassociate_kms_key(logGroupName=LOG_GROUP)
        user = self.user(stage.policies)
        place = {"elasticache_redis_aws": user, "elasticache_redis_kms_key_id": self.key_arn}
        before = len(self.sandbox.calls())
        arguments = (stage.playbook, "--limit", "staging,app-staging")
        run = Job(self.sandbox).run(*arguments, **{**DECLARED, **place, **stage.variables})
        calls = self.sandbox.control(f"calls?since={before}")
        assert {call["key"] for call in calls} == {user["access_key"]}
        return run, {needed for call in calls for needed in needed_by(call) if needed[0] not in ALWAYS_ALLOWED}

    def scale(self, shards: int) -> None:
        self.sandbox.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="elasticache",
            ResourceId=f"replication-group/{PROJECT}-staging-redis",
            ScalableDimension="elasticache:replication-group:NodeGroups",
            MinCapacity=shards,
            MaxCapacity=shards,
        )

    def leave_parameter_group(self) -> None:
        self.sandbox.client("elasticache").create_cache_parameter_group(
            CacheParameterGroupName=f"{PROJECT}-staging-redis-redis6-cluster",
            CacheParameterGroupFamily="redis6.x",
            Description="left behind",
        )


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
    return {action for statement in statements for action in listed(statement["Action"])}


@cache
def grants(policy: str) -> frozenset[tuple[str, str]]:
    """Every action that a filled policy allows, with each resource pattern that it allows it on."""
    return frozenset(
        (action, resource)
        for statement in json.loads(filled(policy))["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    )


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def granting(policies: tuple[str, ...], needed: Needed) -> str:
    """The first of the policies that allows what was needed: what one builds on need not be in its own."""
    action, resource = needed
    found = [
        policy
        for policy in policies
        for allowed_action, pattern in grants(policy)
        if allowed_action == action and (resource is None or fnmatchcase(resource, pattern))
    ]
    assert found, f"{action} on {resource} is in none of {', '.join(policies)}"
    return found[0]


def needed_by(call: Mapping[str, Any]) -> Iterator[Needed]:
    """What a call in the sandbox's log had to be allowed."""
    service = {"cloudwatch": "monitoring"}.get(call["service"], call["service"])
    request = Request(call["operation"], call["parameters"])
    checks = iam.OWN[service](request, iam.Place(REGION, ACCOUNT)) if service in iam.OWN else ()
    own: list[Needed] = [(check.action, check.resource) for check in checks]
    operation: Needed = (f"{call['service']}:{call['operation']}", None)
    yield from own or [operation]
    parameter, action = iam.TAGGING.get(service, ("", ""))
    if call["operation"].startswith(iam.CREATING) and call["parameters"].get(parameter):
        yield action, own[0][1] if own else None


@pytest.fixture(name="account")
def fixture_account(tmp_path: Path) -> Iterator[Account]:
    with running_sandbox(tmp_path, enforce_iam=True) as sandbox:
        yield Account(sandbox)


@pytest.mark.extended
def test_each_policy_allows_what_its_playbook_needs_and_no_more(account):
    """The life of a deployment, each stage by another user."""
    called: dict[str, set[str]] = {policy: set() for policy in POLICIES}
    for stage in STAGES:
        run, needs = account.run(stage)
        assert run.code == 0, f"{stage.name}: {run.output}"
        for needed in needs:
            called[granting(stage.policies, needed)].add(needed[0])
    assert {policy: allowed(policy) for policy in POLICIES} == {
        policy: actions | UNSEEN[policy] for policy, actions in called.items()
    }


def test_who_may_only_read_is_told_what_provisioning_needs(account):
    run, _ = account.run(Stage("create", "playbooks/provision.yml", ("read",)))
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
