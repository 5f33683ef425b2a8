# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other services, as the collection and Ansible's own modules use them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws import network
from sandbox.testing import RunningSandbox

ACCOUNT = "000000000000"
ROOT = Path(__file__).parents[3]
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:platform-alerts"
UNCHECKED = Config(parameter_validation=False)  # let the server refuse, not the client
BUDGET: dict[str, Any] = {
    "BudgetName": "shop",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "300", "Unit": "USD"},
    "CostFilters": {"TagKeyValue": ["user:Project$shop"]},
}
NOTIFICATION = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 80.0,
    "ThresholdType": "PERCENTAGE",
}


def code_of(client: Any, operation: str, request: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as refusal:
        getattr(client, operation)(**request)
    return str(refusal.value.response["Error"]["Code"])


def limited(amount: str) -> dict[str, Any]:
    return {"AccountId": ACCOUNT, "Budget": {**BUDGET, "BudgetLimit": {"Amount": amount, "Unit": "USD"}}}


def subscribed(*subscribers: tuple[str, str]) -> dict[str, Any]:
    people = [{"SubscriptionType": kind, "Address": address} for kind, address in subscribers]
    notified = [{"Notification": NOTIFICATION, "Subscribers": people}]
    return {"AccountId": ACCOUNT, "Budget": BUDGET, "NotificationsWithSubscribers": notified}


class TestBudgets:
    def test_comes_back_as_aws_keeps_it(self, fresh_sandbox: RunningSandbox) -> None:
        client = fresh_sandbox.client("budgets")
        client.create_budget(**subscribed(("SNS", TOPIC), ("EMAIL", "ops@example.com")))
        found = client.describe_budget(AccountId=ACCOUNT, BudgetName="shop")["Budget"]
        assert found["BudgetLimit"] == {"Amount": "300.0", "Unit": "USD"}
        assert found["CostFilters"] == BUDGET["CostFilters"]
        assert found["CostTypes"]["IncludeTax"] is True
        assert found["CostTypes"]["UseBlended"] is False

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            pytest.param(limited("-1"), "ValidationException", id="negative limit"),
            pytest.param(limited("0"), "InvalidParameterException", id="no limit"),
            pytest.param({**limited("1"), "AccountId": "111111111111"}, "AccessDeniedException", id="another account"),
            pytest.param(
                {"AccountId": ACCOUNT, "Budget": {**BUDGET, "CostFilters": {"TagKeyValue": ["Project=shop"]}}},
                "InvalidParameterException",
                id="tag filter without prefix",
            ),
            pytest.param(
                {"AccountId": ACCOUNT, "Budget": {**BUDGET, "Metrics": ["UnblendedCost"]}},
                "InvalidParameterException",
                id="old and new filters",
            ),
            pytest.param(
                subscribed(("SNS", TOPIC), ("SNS", f"{TOPIC}-2")), "CreationLimitExceededException", id="two topics"
            ),
            pytest.param(subscribed(("EMAIL", "nobody")), "InvalidParameterException", id="no e-mail address"),
        ],
    )
    def test_refused(self, sandbox: RunningSandbox, request_: dict[str, Any], code: str) -> None:
        client = sandbox.client("budgets", config=UNCHECKED)
        assert code_of(client, "create_budget", request_) == code


@pytest.mark.parametrize(
    ("service", "operation", "request_", "code"),
    [
        ("ssm", "put_parameter", {"Name": "a", "Value": "b", "Type": "Bogus"}, "ValidationException"),
        ("logs", "create_log_group", {"logGroupName": "a b"}, "InvalidParameterException"),
        ("logs", "put_retention_policy", {"logGroupName": "a"}, "InvalidParameterException"),
        ("secretsmanager", "create_secret", {"Name": "n" * 513}, "ValidationException"),
        ("kms", "list_keys", {"Limit": 1001}, "ValidationException"),
        ("kms", "list_keys", {"Colour": "red"}, "ValidationException"),
        ("sns", "list_topics", {"Colour": "red"}, "InvalidParameter"),
    ],
    ids=["enumeration", "pattern", "required", "length", "range", "unknown member", "unknown member of a form"],
)
def test_a_request_has_to_fit_the_model(
    sandbox: RunningSandbox, service: str, operation: str, request_: dict[str, Any], code: str
) -> None:
    client = sandbox.client(service, config=UNCHECKED)
    client.meta.events.register("before-call", sending(request_))
    assert code_of(client, operation, {}) == code


def sending(request: dict[str, Any]) -> Callable[..., None]:
    """A hook that sends what botocore would refuse to serialise."""

    def fill(params: dict[str, Any], **_: Any) -> None:
        form = params["body"]
        params["body"] = {**form, **request} if isinstance(form, dict) else json.dumps(request).encode()

    return fill


def test_a_secret_survives_its_rotation(sandbox: RunningSandbox) -> None:
    client = sandbox.client("secretsmanager")
    client.create_secret(Name="rotated", SecretString="first")
    client.put_secret_value(SecretId="rotated", SecretString="second")
    assert client.get_secret_value(SecretId="rotated")["SecretString"] == "second"
    assert client.get_secret_value(SecretId="rotated", VersionStage="AWSPREVIOUS")["SecretString"] == "first"


def test_ciphertext_comes_back(sandbox: RunningSandbox) -> None:
    client = sandbox.client("kms")
    key = client.create_key()["KeyMetadata"]["KeyId"]
    blob = client.encrypt(KeyId=key, Plaintext=b"\x00 bytes \xff")["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"\x00 bytes \xff"


KEY_OF_LOGS = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0b1d6c5e-5b0e-4a7e-9d6a-2f6f4c1f7b55"


class TestKeysOfLogGroups:
    def test_comes_and_goes(self, fresh_sandbox: RunningSandbox) -> None:
        admitted = {"Effect": "Allow", "Principal": {"Service": "logs.eu-west-1.amazonaws.com"}, "Action": "kms:*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [admitted]})
        key = fresh_sandbox.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
        logs = fresh_sandbox.client("logs")
        logs.create_log_group(logGroupName="/shop/slow")
        logs.associate_kms_key(logGroupName="/shop/slow", kmsKeyId=key)
        assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == key
        logs.disassociate_kms_key(logGroupName="/shop/slow")
        assert "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0]
        request = {"logGroupName": "/else", "kmsKeyId": key}
        assert code_of(logs, "associate_kms_key", request) == "ResourceNotFoundException"

    @pytest.mark.parametrize("operation", ["create_log_group", "associate_kms_key"])
    @pytest.mark.parametrize("key", ["alias/shop", KEY_OF_LOGS], ids=["no ARN", "no such key"])
    def test_refused(self, fresh_sandbox: RunningSandbox, operation: str, key: str) -> None:
        request = {"logGroupName": "/shop/slow", "kmsKeyId": key}
        assert code_of(fresh_sandbox.client("logs"), operation, request) == "InvalidParameterException"

    def test_its_policy_has_to_admit_logs(self, fresh_sandbox: RunningSandbox) -> None:
        key = fresh_sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
        request = {"logGroupName": "/shop/slow", "kmsKeyId": key}
        assert code_of(fresh_sandbox.client("logs"), "create_log_group", request) == "AccessDeniedException"


TASKS: dict[str, dict[str, Any]] = {
    "amazon.aws.ec2_security_group": {
        "name": "shop-redis",
        "description": "Redis of the shop",
        "vpc_id": network.VPC,
        "rules": [{"proto": "tcp", "ports": [6379], "group_id": [*network.APP_SECURITY_GROUPS], "rule_desc": "Apps"}],
        "rules_egress": [],
        "purge_rules": True,
        "purge_rules_egress": True,
        "tags": {"Project": "shop & co"},
    },
    "amazon.aws.cloudwatchlogs_log_group": {
        "log_group_name": "/shop/slow",
        "retention": 7,
        "tags": {"Project": "shop"},
    },
    "community.aws.secretsmanager_secret": {"name": "shop/redis", "secret": "hunter2", "tags": {"Project": "shop"}},
    "amazon.aws.kms_key": {"alias": "shop", "description": "Shop", "enable_key_rotation": True},
    "community.aws.ssm_parameter": {"name": "/shop/redis", "value": "hunter2", "string_type": "SecureString"},
    "amazon.aws.cloudwatch_metric_alarm": {
        "name": "shop-cpu",
        "namespace": "AWS/ElastiCache",
        "metric_name": "EngineCPUUtilization",
        "dimensions": {"CacheClusterId": "shop-001"},
        "statistic": "Average",
        "comparison": "GreaterThanThreshold",
        "threshold": 75,
        "period": 300,
        "evaluation_periods": 3,
        "alarm_actions": [TOPIC],
        "state": "present",
    },
}
NARROWED: dict[str, dict[str, Any]] = {
    "amazon.aws.ec2_security_group": {
        "rules": [{"proto": "tcp", "ports": [6379], "group_id": network.APP_SECURITY_GROUPS[0], "rule_desc": "Apps"}]
    },
    "amazon.aws.cloudwatch_metric_alarm": {"threshold": 80},
}
READS = [
    {
        "amazon.aws.ec2_security_group_info": {"filters": {"group-id": [network.APP_SECURITY_GROUPS[0]]}},
        "register": "groups",
        "failed_when": "groups.security_groups | length != 1",
    },
    {
        "amazon.aws.ec2_vpc_subnet_info": {"filters": {"vpc-id": network.VPC, "map-public-ip-on-launch": "true"}},
        "register": "subnets",
        "failed_when": f"subnets.subnets | map(attribute='subnet_id') != ['{network.PUBLIC_SUBNET}']",
    },
    {
        "amazon.aws.ec2_vpc_route_table_info": {"filters": {"association.subnet-id": network.PUBLIC_SUBNET}},
        "register": "tables",
        "failed_when": "tables.route_tables[0].routes | selectattr('gateway_id', 'match', 'igw-') | length != 1",
    },
    {
        "ansible.builtin.assert": {
            "that": "lookup('amazon.aws.secretsmanager_secret', 'shop/redis', region='eu-west-1') == 'hunter2'"
        }
    },
]


class TestAnsible:
    """Ansible's own modules do what they do on AWS, once."""

    @pytest.fixture(name="play")
    def fixture_play(self, sandbox: RunningSandbox, tmp_path: Path) -> Any:
        def play(tasks: list[dict[str, Any]], *options: str) -> list[bool]:
            """Run the tasks; returns whether each reports a change."""
            playbook = tmp_path / "play.json"
            playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
            settings = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
            python = {"ANSIBLE_PYTHON_INTERPRETER": sys.executable, "HOME": str(tmp_path)}
            command = str(Path(sys.executable).with_name("ansible-playbook"))
            run = subprocess.run(
                [command, "-i", "localhost,", "-c", "local", *options, str(playbook)],
                env={**sandbox.environment, **settings, **python},
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, run.stdout + run.stderr
            report = json.loads(run.stdout[run.stdout.index("{") :])
            return [task["hosts"]["localhost"]["changed"] for task in report["plays"][0]["tasks"]]

        return play

    def test_modules(self, play: Any) -> None:
        created = [{name: options} for name, options in TASKS.items()]
        narrowed = [{name: {**TASKS[name], **changes}} for name, changes in NARROWED.items()]
        for tasks in (created, narrowed):
            assert play(tasks) == [True] * len(tasks)
            assert play(tasks) == [False] * len(tasks)
        assert play(READS) == [False] * len(READS)

    def test_topic(self, play: Any) -> None:
        topic = [{"community.aws.sns_topic": {"name": "shop-alerts", "tags": {"Project": "shop"}}}]
        assert play(topic) == [True]  # the module itself fails in check mode as long as there is no topic
        assert play(topic, "--check") == [False]
        assert play(topic) == [False]
