# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox that enforces IAM: a policy is proven by what its user can do and cannot."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import network
from sandbox.testing import RunningSandbox, running_sandbox

ACCOUNT = "000000000000"
ELASTICACHE = f"arn:aws:elasticache:eu-west-1:{ACCOUNT}"
EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"
SHOP = [{"Key": "Project", "Value": "shop"}]
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
Call = tuple[str, str, dict[str, Any]]


def allow(*actions: str, resource: str | list[str] = "*", **condition: str) -> dict[str, Any]:
    tests = {"StringEquals": {key.replace("__", ":").replace("_", "/"): value for key, value in condition.items()}}
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return {**statement, **({"Condition": tests} if condition else {})}


def subnet_group(name: str, **more: Any) -> Call:
    request = {"CacheSubnetGroupDescription": "x", "SubnetIds": list(network.PRIVATE_SUBNETS)}
    return "elasticache", "create_cache_subnet_group", {"CacheSubnetGroupName": name, **request, **more}


def replication_group(**more: Any) -> Call:
    request = {"ReplicationGroupDescription": "x", "Engine": "redis", "NumCacheClusters": 1}
    node = {"CacheNodeType": "cache.t3.micro"}
    return "elasticache", "create_replication_group", {"ReplicationGroupId": "shop-1", **request, **node, **more}


def budget(name: str) -> Call:
    definition = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    limit = {"BudgetLimit": {"Amount": "300", "Unit": "USD"}}
    return "budgets", "create_budget", {"AccountId": ACCOUNT, "Budget": {**definition, **limit}}


def security_group(**more: Any) -> Call:
    return (
        "ec2",
        "create_security_group",
        {"GroupName": str(uuid.uuid4()), "Description": "x", "VpcId": network.VPC, **more},
    )


@pytest.fixture(scope="module", name="enforcing")
def fixture_enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("iam"), enforce_iam=True) as sandbox:
        yield sandbox


@pytest.fixture(name="user_with")
def fixture_user_with(enforcing: RunningSandbox) -> Callable[..., Callable[[Call], str | None]]:
    """Make a user with a policy; returns what calls as that user and gives the code of the error, if any."""

    def make(*statements: dict[str, Any]) -> Callable[[Call], str | None]:
        iam, name = enforcing.client("iam"), f"user-{uuid.uuid4()}"
        iam.create_user(UserName=name)
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
        pair = iam.create_access_key(UserName=name)["AccessKey"]

        def call(call: Call) -> str | None:
            service, operation, request = call
            client = enforcing.client(service, key=pair["AccessKeyId"], secret=pair["SecretAccessKey"])
            try:
                getattr(client, operation)(**request)
            except ClientError as error:
                return str(error.response["Error"]["Code"])
            return None

        return call

    return make


@pytest.mark.parametrize(
    ("statement", "allowed", "denied"),
    [
        pytest.param(
            allow("elasticache:DescribeReplicationGroups"),
            ("elasticache", "describe_replication_groups", {}),
            ("elasticache", "describe_cache_clusters", {}),
            id="action",
        ),
        pytest.param(
            allow("elasticache:Create*", resource=f"{ELASTICACHE}:subnetgroup:shop-*"),
            subnet_group("shop-a"),
            subnet_group("else-a"),
            id="resource of ElastiCache",
        ),
        pytest.param(
            allow("ec2:DeleteSecurityGroup", resource=f"{EC2}:security-group/{network.APP_SECURITY_GROUPS[0]}"),
            ("ec2", "delete_security_group", {"GroupId": network.APP_SECURITY_GROUPS[0]}),
            ("ec2", "delete_security_group", {"GroupId": network.APP_SECURITY_GROUPS[1]}),
            id="resource of EC2",
        ),
        pytest.param(
            allow("ec2:CreateSecurityGroup", resource=[f"{EC2}:security-group/*", f"{EC2}:vpc/{network.VPC}"]),
            security_group(),
            security_group(VpcId=network.OTHER_VPC),
            id="two resources of one call",
        ),
        pytest.param(
            allow("budgets:ModifyBudget", resource=f"arn:aws:budgets::{ACCOUNT}:budget/shop-*"),
            budget("shop-monthly"),
            budget("else-monthly"),
            id="the action of Budgets is not its operation",
        ),
        pytest.param(
            allow(
                "elasticache:CreateCacheSubnetGroup", "elasticache:AddTagsToResource", aws__RequestTag_Project="shop"
            ),
            subnet_group("tagged-a", Tags=SHOP),
            subnet_group("tagged-b", Tags=[{"Key": "Project", "Value": "else"}]),
            id="requested tag",
        ),
        pytest.param(
            allow("elasticache:CreateCacheSubnetGroup"),
            subnet_group("plain"),
            subnet_group("with-tags", Tags=SHOP),
            id="ElastiCache: a tag at creation needs the tagging action",
        ),
        pytest.param(
            allow("ec2:CreateSecurityGroup"),
            security_group(),
            security_group(TagSpecifications=[{"ResourceType": "security-group", "Tags": SHOP}]),
            id="EC2: a tag at creation needs the tagging action",
        ),
        pytest.param(
            allow("secretsmanager:CreateSecret"),
            ("secretsmanager", "create_secret", {"Name": "plain", "SecretString": "x"}),
            ("secretsmanager", "create_secret", {"Name": "with-tags", "SecretString": "x", "Tags": SHOP}),
            id="Secrets Manager: a tag at creation needs the tagging action",
        ),
        pytest.param(
            allow("logs:CreateLogGroup", resource=f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/shop/*"),
            ("logs", "create_log_group", {"logGroupName": "/shop/redis"}),
            ("logs", "create_log_group", {"logGroupName": "/else/redis"}),
            id="resource of Logs",
        ),
    ],
)
def test_a_policy_allows_this_and_not_that(
    user_with: Callable[..., Callable[[Call], str | None]], statement: dict[str, Any], allowed: Call, denied: Call
) -> None:
    call = user_with(statement)
    assert call(allowed) is None
    assert call(denied) in DENIED


def test_the_tag_of_a_resource_decides(enforcing: RunningSandbox, user_with: Any) -> None:
    call = user_with(allow("elasticache:DeleteCacheSubnetGroup", aws__ResourceTag_Project="shop"))
    root = enforcing.client("elasticache")
    for name, tags in {"mine": SHOP, "theirs": []}.items():
        root.create_cache_subnet_group(**subnet_group(name, Tags=tags)[2])
    assert call(("elasticache", "delete_cache_subnet_group", {"CacheSubnetGroupName": "theirs"})) in DENIED
    assert call(("elasticache", "delete_cache_subnet_group", {"CacheSubnetGroupName": "mine"})) is None


def register(namespace: str, resource: str, dimension: str) -> Call:
    place = {"ServiceNamespace": namespace, "ResourceId": resource, "ScalableDimension": dimension}
    return "application-autoscaling", "register_scalable_target", {**place, "MinCapacity": 1, "MaxCapacity": 2}


def delete(**more: str) -> Call:
    return "elasticache", "delete_replication_group", {"ReplicationGroupId": "none", **more}


# Whoever is allowed reaches the service, which finds nothing.
REACHED = {"ValidationException", "ReplicationGroupNotFoundFault"}


@pytest.mark.parametrize(
    ("statement", "allowed", "denied"),
    [
        pytest.param(
            allow(
                "application-autoscaling:RegisterScalableTarget",
                resource=f"arn:aws:application-autoscaling:eu-west-1:{ACCOUNT}:scalable-target/*",
                **{"application-autoscaling:service-namespace": "elasticache"},
            ),
            register("elasticache", "replication-group/none", "elasticache:replication-group:Replicas"),
            register("ecs", "service/none/none", "ecs:service:DesiredCount"),
            id="Application Auto Scaling of one service",
        ),
        pytest.param(
            allow("elasticache:DeleteReplicationGroup"),
            delete(),
            delete(FinalSnapshotIdentifier="last"),
            id="a last snapshot needs the permission to take one",
        ),
    ],
)
def test_a_policy_lets_this_pass_and_not_that(
    user_with: Callable[..., Callable[[Call], str | None]], statement: dict[str, Any], allowed: Call, denied: Call
) -> None:
    call = user_with(statement)
    assert call(allowed) in REACHED
    assert call(denied) in DENIED


def test_an_explicit_deny_wins(user_with: Any) -> None:
    call = user_with(allow("elasticache:*"), {**allow("elasticache:Create*"), "Effect": "Deny"})
    assert call(replication_group()) in DENIED
    assert call(("elasticache", "describe_replication_groups", {})) is None


def test_a_denied_call_changes_nothing(enforcing: RunningSandbox, user_with: Any) -> None:
    assert user_with(allow("sns:*"))(replication_group()) in DENIED
    assert enforcing.client("elasticache").describe_replication_groups()["ReplicationGroups"] == []


@pytest.mark.parametrize("service", ["elasticache", "ec2", "cloudwatch", "kms"])
def test_a_wrong_secret_is_no_credential(enforcing: RunningSandbox, service: str) -> None:
    iam, name = enforcing.client("iam"), f"user-{uuid.uuid4()}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    operations = {"elasticache": "describe_events", "ec2": "describe_vpcs", "cloudwatch": "describe_alarms"}
    with pytest.raises(ClientError) as refusal:
        getattr(enforcing.client(service, key=key, secret="wrong"), operations.get(service, "list_keys"))()
    assert refusal.value.response["Error"]["Code"] in {
        "AuthFailure",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
    }


def test_without_enforcement_everyone_may(sandbox: RunningSandbox) -> None:
    assert sandbox.client("sns", key="anyone", secret="anything").list_topics()["Topics"]
