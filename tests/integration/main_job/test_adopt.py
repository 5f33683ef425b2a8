# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups that the role did not make: adopted, kept as they are, and removed without what they share."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.main_job.job import Job, Run

from sandbox.aws.network import APP_SECURITY_GROUPS, PRIVATE_SUBNETS, VPC
from sandbox.testing import running_sandbox

pytestmark = pytest.mark.extended

TAGS = [{"Key": "Terraform", "Value": "true"}, {"Key": "team", "Value": "identity"}]
TOKEN = "A-token-that-Terraform-has-known"
SECRET = "legacy/redis/password"
# Names, versions and windows as a module of Terraform's registry and its users would choose them.
COMMON: dict[str, Any] = {
    "ReplicationGroupDescription": "Sessions, made by Terraform",
    "Engine": "redis",
    "CacheSubnetGroupName": "tf-cache-subnets",
    "TransitEncryptionEnabled": True,
    "AtRestEncryptionEnabled": True,
    "PreferredMaintenanceWindow": "tue:02:00-tue:03:30",
    "SnapshotWindow": "00:00-01:00",
    "Tags": TAGS,
}
GROUPS: dict[str, dict[str, Any]] = {
    "sessions": {
        "ReplicationGroupId": "tf-sessions-001",
        "EngineVersion": "6.2",
        "CacheNodeType": "cache.t4g.medium",
        "NumCacheClusters": 3,
        "AutomaticFailoverEnabled": True,
        "MultiAZEnabled": True,
        "CacheParameterGroupName": "tf-redis6",
        "SnapshotRetentionLimit": 0,
        "AutoMinorVersionUpgrade": False,
        "Port": 6380,
        "AuthToken": TOKEN,
        "LogDeliveryConfigurations": [
            {
                "LogType": "slow-log",
                "DestinationType": "cloudwatch-logs",
                "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/redis/slow"}},
                "LogFormat": "text",
            }
        ],
    },
    "permissions": {
        "ReplicationGroupId": "tf-permissions",
        "EngineVersion": "7.1",
        "CacheNodeType": "cache.m6g.large",
        "NumNodeGroups": 2,
        "ReplicasPerNodeGroup": 1,
        "AutomaticFailoverEnabled": True,
        "CacheParameterGroupName": "default.redis7.cluster.on",
        "SnapshotRetentionLimit": 3,
        "AuthToken": TOKEN,
    },
}
OPEN: dict[str, Any] = {
    "ReplicationGroupId": "tf-open",
    "ReplicationGroupDescription": "No TLS, no token",
    "Engine": "redis",
    "CacheNodeType": "cache.t4g.micro",
    "NumCacheClusters": 1,
    "CacheSubnetGroupName": "tf-cache-subnets",
}
HOSTS = {**{host: group["ReplicationGroupId"] for host, group in GROUPS.items()}, "open": OPEN["ReplicationGroupId"]}


@dataclass(frozen=True)
class Story:
    """A sandbox with replication groups of somebody else, and an inventory that names them."""

    job: Job
    inventory: Path

    def run(self, playbook: str, hosts: str, *arguments: str, **variables: Any) -> tuple[Run, list[str]]:
        """How a playbook ended, and the operations that changed something."""
        seen, inventory = len(self.job.sandbox.calls()), str(self.inventory / "hosts.yml")
        place = ("-i", inventory, "--limit", hosts)
        run = self.job.run(f"playbooks/{playbook}.yml", *place, *arguments, **variables)
        return run, self.job.calls(since=seen)

    def file(self, host: str) -> Path:
        return self.inventory / "host_vars" / f"{host}.yml"


ADOPTED = ",".join(GROUPS)


def make(client: Any, network: str) -> None:
    """What Terraform's module makes."""
    elasticache = client("elasticache")
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="tf-cache-subnets",
        CacheSubnetGroupDescription="Managed by Terraform",
        SubnetIds=PRIVATE_SUBNETS[:2],
        Tags=TAGS,
    )
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="tf-redis6", CacheParameterGroupFamily="redis6.x", Description="Managed by Terraform"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="tf-redis6",
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "volatile-ttl"}],
    )
    client("logs").create_log_group(logGroupName="/redis/slow")
    client("secretsmanager").create_secret(Name=SECRET, SecretString=TOKEN)
    for group in GROUPS.values():
        elasticache.create_replication_group(**COMMON, **group, SecurityGroupIds=[network])
    elasticache.create_replication_group(**OPEN)
    waiter = elasticache.get_waiter("replication_group_available")
    for group in (*GROUPS.values(), OPEN):
        waiter.wait(ReplicationGroupId=group["ReplicationGroupId"], WaiterConfig={"Delay": 1})


def security_group(ec2: Any) -> str:
    name = {"GroupName": "tf-cache", "Description": "Managed by Terraform", "VpcId": VPC}
    group = str(ec2.create_security_group(**name)["GroupId"])
    sources = {"UserIdGroupPairs": [{"GroupId": APP_SECURITY_GROUPS[0]}], "IpRanges": [{"CidrIp": "10.20.0.0/16"}]}
    rule = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6380, **sources}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running_sandbox(tmp_path_factory.mktemp("adopt")) as running:
        make(running.client, security_group(running.client("ec2")))
        inventory = tmp_path_factory.mktemp("inventory")
        names = {
            host: {
                "elasticache_redis_replication_group_id": group,
                "elasticache_redis_environment": "prod",
            }
            for host, group in HOSTS.items()
        }
        (inventory / "hosts.yml").write_text(yaml.safe_dump({"elasticache_redis": {"hosts": names}}))
        yield Story(Job(running), inventory)


def test_they_are_written_once_and_only_read(story):
    for arguments, changed in ((("--check",), True), ((), True), ((), False)):
        run, calls = story.run("adopt", ADOPTED, *arguments, elasticache_redis_existing_auth_token_secret_name=SECRET)
        assert (run.code, calls) == (0, []), run.output
        assert {host: run.changed[host] > 0 for host in GROUPS} == dict.fromkeys(GROUPS, changed)
        assert story.file("permissions").exists() == (arguments == ())
        assert TOKEN not in run.output
    for host in GROUPS:
        assert stat.S_IMODE(story.file(host).stat().st_mode) == 0o644
        assert TOKEN not in story.file(host).read_text()


def test_the_file_says_what_is_used_as_it_is(story):
    variables = yaml.safe_load(story.file("sessions").read_text())
    assert {name.removeprefix("elasticache_redis_"): value for name, value in variables.items()}.items() >= {
        "engine_version": "6.2",
        "replicas_per_node_group": 2,
        "existing_subnet_group_name": "tf-cache-subnets",
        "existing_parameter_group_name": "tf-redis6",
        "existing_auth_token_secret_name": SECRET,
        "unmanaged": ["slow_log", "alarms", "budget"],
    }.items()
    assert "maxmemory-policy: volatile-ttl" in story.file("sessions").read_text()


@pytest.mark.parametrize("arguments", [("--check", "--diff"), ()], ids=["check", "run"])
def test_the_next_run_changes_nothing(story, arguments):
    run, calls = story.run("provision", ADOPTED, *arguments)
    assert (run.code, calls) == (0, []), run.output
    assert run.changed == dict.fromkeys(GROUPS, 0)


def test_refused_is_what_the_role_cannot_keep_and_a_file_with_other_content(story):
    other = story.file("sessions").read_text() + "# A remark\n"
    story.file("sessions").write_text(other)
    run, calls = story.run("adopt", "sessions,open")
    messages = {
        host: next(result["msg"] for _, result in run.results(host) if result.get("failed"))
        for host in ("open", "sessions")
    }
    assert "transit_encryption_enabled" in messages["open"]
    assert "auth_token_enabled" in messages["open"]
    assert "elasticache_redis_adopt_overwrite" in messages["sessions"]
    assert (calls, story.file("open").exists(), story.file("sessions").read_text()) == ([], False, other)


def test_what_the_role_did_not_make_stays_when_it_goes(story):
    run, calls = story.run("destroy", "sessions", elasticache_redis_final_snapshot=False)
    assert (run.code, calls) == (0, ["DeleteReplicationGroup"]), run.output


def test_what_the_role_made_is_declared_as_its_own(provisioned, tmp_path):
    file, seen = tmp_path / "prod.yml", len(provisioned.sandbox.calls())
    run = provisioned.run(
        "playbooks/adopt.yml",
        "--limit",
        "prod",
        elasticache_redis_replication_group_id="accessweaver-prod-redis",
        elasticache_redis_adopt_file=str(file),
    )
    assert (run.code, provisioned.calls(since=seen)) == (0, []), run.output
    variables = yaml.safe_load(file.read_text())
    used = {name: value for name, value in variables.items() if "existing" in name and value is not None}
    assert (used, variables["elasticache_redis_unmanaged"]) == ({}, [])
    assert variables["elasticache_redis_monthly_budget"] == 300
    assert variables["elasticache_redis_alarm_connections_percent"] == 80
