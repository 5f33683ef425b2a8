# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After the main job: what was declared is there, as boto3 and redis-cli see it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

DEPLOYMENTS = ("dev", "staging", "prod")
TOPIC = "arn:aws:sns:eu-west-1:000000000000:platform-alerts"
EXPECTED: dict[str, dict[str, Any]] = {
    "dev": {
        "shape": (1, 1),
        "type": "cache.t3.micro",
        "windows": ("mon:05:00-mon:06:00", "03:00-04:00", 1),
        "failover": ("disabled", "disabled"),
        "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": "300"},
        "endpoints": ["PrimaryEndpoint", "ReaderEndpoint"],
    },
    "staging": {
        "shape": (1, 2),
        "type": "cache.t3.small",
        "windows": ("wed:05:00-wed:06:00", "03:00-04:00", 5),
        "failover": ("enabled", "enabled"),
        "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": "300"},
        "endpoints": ["PrimaryEndpoint", "ReaderEndpoint"],
    },
    "prod": {
        "shape": (3, 9),
        "type": "cache.r6g.large",
        "windows": ("sun:05:00-sun:06:00", "03:00-05:00", 7),
        "failover": ("enabled", "enabled"),
        "parameters": {
            "maxmemory-policy": "allkeys-lru",
            "timeout": "300",
            "notify-keyspace-events": "Ex",
            "cluster-enabled": "yes",
        },
        "endpoints": ["ConfigurationEndpoint"],
    },
}


def name(deployment: str) -> str:
    return f"accessweaver-{deployment}-redis"


@pytest.fixture(params=DEPLOYMENTS)
def deployment(request, provisioned) -> str:
    return str(request.param)


@pytest.fixture
def group(deployment, boto) -> dict[str, Any]:
    return boto("elasticache").describe_replication_groups(ReplicationGroupId=name(deployment))["ReplicationGroups"][0]


@pytest.fixture
def members(group, boto) -> list[dict[str, Any]]:
    found = boto("elasticache").describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
    return [cluster for cluster in found if cluster["ReplicationGroupId"] == group["ReplicationGroupId"]]


@pytest.fixture
def token(deployment, boto) -> str:
    secret = f"elasticache/{name(deployment)}/auth-token"
    return str(boto("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])


def endpoints(group: dict[str, Any]) -> dict[str, dict[str, Any]]:
    shard = {} if group["ClusterEnabled"] else group["NodeGroups"][0]
    places = {
        key: {**shard, **group}.get(key) for key in ("PrimaryEndpoint", "ReaderEndpoint", "ConfigurationEndpoint")
    }
    return {key: end for key, end in places.items() if end}


def redis_cli(job, end: dict[str, Any], *command: str, token: str | None = None, tls: bool = True) -> str:
    """What redis-cli prints; the token travels in the environment."""
    secret = {"REDISCLI_AUTH": token} if token else {}
    options = ["--tls", "--cacert", str(job.sandbox.settings.state_dir / "ca.pem")] if tls else []
    line = ["redis-cli", *options, "-h", end["Address"], "-p", str(end["Port"]), *command]
    ended = subprocess.run(line, env={**os.environ, **secret}, capture_output=True, text=True, check=False, timeout=20)
    return ended.stdout + ended.stderr


def test_topology(deployment, group, members):
    expected = EXPECTED[deployment]
    assert (len(group["NodeGroups"]), len(group["MemberClusters"])) == expected["shape"]
    assert {member["CacheNodeType"] for member in members} == {expected["type"]}
    assert {member["EngineVersion"].rpartition(".")[0] for member in members} == {"7.1"}
    assert (group["AutomaticFailover"], group["MultiAZ"]) == expected["failover"]
    assert group["Status"] == "available"
    if expected["shape"] != (1, 1):
        assert len({member["PreferredAvailabilityZone"] for member in members}) > 1


def test_encryption_and_token(group):
    assert group["TransitEncryptionEnabled"]
    assert group["TransitEncryptionMode"] == "required"
    assert group["AtRestEncryptionEnabled"]
    assert group["AuthTokenEnabled"]


def test_windows_and_retention(deployment, group, members):
    maintenance = {member["PreferredMaintenanceWindow"] for member in members}
    assert (*maintenance, group["SnapshotWindow"], group["SnapshotRetentionLimit"]) == EXPECTED[deployment]["windows"]


def test_parameters(deployment, members, boto):
    (parameter_group,) = {member["CacheParameterGroup"]["CacheParameterGroupName"] for member in members}
    pages = boto("elasticache").get_paginator("describe_cache_parameters")
    found = pages.paginate(CacheParameterGroupName=parameter_group, Source="user").build_full_result()["Parameters"]
    assert {item["ParameterName"]: item["ParameterValue"] for item in found} == EXPECTED[deployment]["parameters"]


def test_only_the_allowed_security_groups_get_in(members, boto):
    (security_group,) = {entry["SecurityGroupId"] for member in members for entry in member["SecurityGroups"]}
    (found,) = boto("ec2").describe_security_groups(GroupIds=[security_group])["SecurityGroups"]
    (rule,) = found["IpPermissions"]
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 6379, 6379)
    assert not rule["IpRanges"]
    assert {pair["GroupId"] for pair in rule["UserIdGroupPairs"]} == {"sg-0acce5500000000c1", "sg-0acce5500000000c2"}
    assert found["IpPermissionsEgress"] == []


def test_private_subnets_of_a_group_of_its_own(members, boto):
    (subnet_group,) = {member["CacheSubnetGroupName"] for member in members}
    found = boto("elasticache").describe_cache_subnet_groups(CacheSubnetGroupName=subnet_group)["CacheSubnetGroups"]
    subnets = {subnet["SubnetIdentifier"] for subnet in found[0]["Subnets"]}
    assert subnets == {f"subnet-0acce5500000000a{number}" for number in (1, 2, 3)}


def tagged(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def tags_in_elasticache(group: dict[str, Any], members: list[dict[str, Any]], boto: Any) -> dict[str, dict[str, str]]:
    """The tags of the replication group, of its nodes and of the groups that they are in, by ARN."""
    subnet_group, parameter_group = members[0]["CacheSubnetGroupName"], members[0]["CacheParameterGroup"]
    base = group["ARN"].partition(":replicationgroup:")[0]
    arns = [
        group["ARN"],
        *(member["ARN"] for member in members),
        f"{base}:subnetgroup:{subnet_group}",
        f"{base}:parametergroup:{parameter_group['CacheParameterGroupName']}",
    ]
    client = boto("elasticache")
    return {arn: tagged(client.list_tags_for_resource(ResourceName=arn)["TagList"]) for arn in arns}


def tags_around(deployment: str, members: list[dict[str, Any]], boto: Any) -> dict[str, dict[str, str]]:
    """The tags of what other services hold for the deployment; only prod has a budget."""
    security_group = members[0]["SecurityGroups"][0]["SecurityGroupId"]
    (group,) = boto("ec2").describe_security_groups(GroupIds=[security_group])["SecurityGroups"]
    secret = boto("secretsmanager").describe_secret(SecretId=f"elasticache/{name(deployment)}/auth-token")
    logs = f"arn:aws:logs:eu-west-1:000000000000:log-group:/aws/vendedlogs/elasticache/{name(deployment)}/slow-log"
    alarm = boto("cloudwatch").describe_alarms(AlarmNamePrefix=f"{name(deployment)}/")["MetricAlarms"][0]["AlarmArn"]
    found = {
        "security group": tagged(group["Tags"]),
        "secret": tagged(secret["Tags"]),
        "log group": boto("logs").list_tags_for_resource(resourceArn=logs)["tags"],
        "alarm": tagged(boto("cloudwatch").list_tags_for_resource(ResourceARN=alarm)["Tags"]),
    }
    if deployment == "prod":
        budget = f"arn:aws:budgets::000000000000:budget/{name(deployment)}-eu-west-1-monthly"
        found["budget"] = tagged(boto("budgets").list_tags_for_resource(ResourceARN=budget)["ResourceTags"])
    return found


def test_tags_on_everything(deployment, group, members, boto):
    expected = {"Project": "accessweaver", "Environment": deployment, "Name": name(deployment)}
    for what, tags in {**tags_in_elasticache(group, members, boto), **tags_around(deployment, members, boto)}.items():
        assert expected.items() <= tags.items(), what


def test_slow_log_is_delivered(deployment, group, boto):
    (log,) = group["LogDeliveryConfigurations"]
    log_group = log["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"]
    assert (log["LogType"], log["Status"]) == ("slow-log", "active")
    assert boto("logs").describe_log_groups(logGroupNamePrefix=log_group)["logGroups"][0]["retentionInDays"] == 14


def test_every_node_has_its_alarms(deployment, group, boto):
    pages = boto("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{name(deployment)}/")
    alarms = pages.build_full_result()["MetricAlarms"]
    per_node: dict[str, set[str]] = {}
    for alarm in alarms:
        _, node, kind = alarm["AlarmName"].split("/")
        per_node.setdefault(node, set()).add(kind)
        assert alarm["AlarmActions"] == [TOPIC]
    assert set(per_node) == set(group["MemberClusters"])
    assert {"cpu", "memory", "hit-rate", "connections"} <= set.intersection(*per_node.values())
    thresholds = {
        alarm["AlarmName"].split("/")[2]: (alarm["ComparisonOperator"], alarm["Threshold"]) for alarm in alarms
    }
    assert thresholds["cpu"] == ("GreaterThanThreshold", 75)
    assert thresholds["memory"] == ("GreaterThanThreshold", 80)
    assert thresholds["hit-rate"] == ("LessThanThreshold", 80)


def test_prod_has_a_budget_of_300_dollars_that_tells_at_80_percent(provisioned, boto):
    budgets = boto("budgets").describe_budgets(AccountId="000000000000")["Budgets"]
    (budget,) = [found for found in budgets if found["BudgetName"].startswith(name("prod"))]
    assert float(budget["BudgetLimit"]["Amount"]) == 300
    assert budget["BudgetName"] == f"{name('prod')}-eu-west-1-monthly"
    assert budget["CostFilters"] == {"Region": ["eu-west-1"], "TagKeyValue": [f"user:Name${name('prod')}"]}
    request = {"AccountId": "000000000000", "BudgetName": budget["BudgetName"]}
    (notification,) = boto("budgets").describe_notifications_for_budget(**request)["Notifications"]
    assert (notification["NotificationType"], notification["Threshold"]) == ("ACTUAL", 80)


def test_every_endpoint_answers_the_token_over_tls_and_nobody_else(deployment, group, token, provisioned):
    found = endpoints(group)
    assert list(found) == EXPECTED[deployment]["endpoints"]
    for end in found.values():
        assert redis_cli(provisioned, end, "ping", token=token) == "PONG\n"
        assert "NOAUTH" in redis_cli(provisioned, end, "ping")
        assert "WRONGPASS" in redis_cli(provisioned, end, "ping", token="not-the-token-of-this-deployment")
        assert "PONG" not in redis_cli(provisioned, end, "ping", token=token, tls=False)


def test_prod_is_a_healthy_cluster(provisioned, boto):
    group = boto("elasticache").describe_replication_groups(ReplicationGroupId=name("prod"))["ReplicationGroups"][0]
    secret = boto("secretsmanager").get_secret_value(SecretId=f"elasticache/{name('prod')}/auth-token")["SecretString"]
    info = redis_cli(provisioned, group["ConfigurationEndpoint"], "cluster", "info", token=secret)
    nodes = redis_cli(provisioned, group["ConfigurationEndpoint"], "cluster", "nodes", token=secret)
    assert "cluster_state:ok" in info
    assert "cluster_slots_ok:16384" in info
    assert (nodes.count("master"), nodes.count("slave")) == (3, 6)


def test_applications_have_their_files_and_nobody_else_reads_the_token(provisioned, boto):
    for deployment in ("staging", "prod"):
        directory = Path(provisioned.sandbox.settings.state_dir, "apps", f"app-{deployment}")
        modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in directory.rglob("*") if path.is_file()}
        assert modes == {"application.yml": "0o640", "redis.env": "0o600", "spring.data.redis.password": "0o400"}
        secret = f"elasticache/{name(deployment)}/auth-token"
        token = boto("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        assert (directory / "secrets/spring.data.redis.password").read_text() == token
        assert token not in (directory / "application.yml").read_text()
        assert f"SPRING_DATA_REDIS_PASSWORD={token}\n" in (directory / "redis.env").read_text()
