# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, the daemon's life, the call log, injected faults, and reset."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox import supervisor
from sandbox.aws import network
from sandbox.proc import started
from sandbox.settings import PID_FILE, Settings
from sandbox.testing import RunningSandbox, free_port, reserved_network, running_sandbox

TESTS = Path(__file__).parents[2]
TOKEN = "correct-horse-battery-staple"
GROUP: dict[str, Any] = {
    "ReplicationGroupId": "house",
    "ReplicationGroupDescription": "House",
    "Engine": "redis",
    "CacheNodeType": "cache.t3.micro",
    "NumCacheClusters": 1,
    "CacheSubnetGroupName": "house",
    "SecurityGroupIds": [network.APP_SECURITY_GROUPS[0]],
    "TransitEncryptionEnabled": True,
    "AuthToken": TOKEN,
}


def create_deployment(sandbox: RunningSandbox, **changes: Any) -> dict[str, Any]:
    """One available node; returns the description of its replication group."""
    client = sandbox.client("elasticache")
    client.create_cache_subnet_group(
        CacheSubnetGroupName="house", CacheSubnetGroupDescription="House", SubnetIds=list(network.PRIVATE_SUBNETS)
    )
    client.create_replication_group(**{**GROUP, **changes})
    groups: list[dict[str, Any]] = []

    def created() -> bool:
        groups[:] = client.describe_replication_groups(ReplicationGroupId="house")["ReplicationGroups"]
        return groups[0]["Status"] != "creating"

    assert eventually(created)
    return groups[0]


def node_pids(sandbox: RunningSandbox) -> list[int]:
    return [node["pid"] for node in sandbox.control("status")["nodes"]]


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return met


class Shell:
    """The command line with a state directory, a port and a network of its own."""

    def __init__(self, state_dir: Path, network_: str) -> None:
        self.state_dir = state_dir
        self.start = ["up", "--port", str(free_port()), "--network", network_, "--time-scale", "0"]

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sandbox", *arguments, "--state-dir", str(self.state_dir)],
            env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def daemon(self) -> supervisor.Daemon:
        daemon = supervisor.running(self.state_dir)
        assert daemon
        return daemon


@pytest.fixture(name="shell")
def fixture_shell(tmp_path: Path) -> Iterator[Shell]:
    with reserved_network() as prefix:
        shell = Shell(tmp_path / "state", prefix)
        yield shell
        shell("down")


class TestCommands:
    def test_up_env_status_reset_down(self, shell: Shell) -> None:
        foreign = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_PROFILE": "nobody", "AWS_ACCESS_KEY_ID": "foreign"}
        assert shell(*shell.start, **foreign).returncode == 0  # the caller's AWS settings do not reach the daemon
        assert shell.state_dir.stat().st_mode & 0o777 == 0o700
        daemon = shell.daemon
        exports = shell("env").stdout.splitlines()
        assert f"export AWS_ENDPOINT_URL={daemon.settings.endpoint_url}" in exports
        assert f"export SANDBOX_CA_FILE={shell.state_dir / 'ca.pem'}" in exports
        assert daemon.settings.endpoint_url in shell("status").stdout
        assert shell("reset").returncode == 0
        assert shell("down").returncode == 0
        assert not daemon.alive

    def test_a_second_up_is_harmless(self, shell: Shell) -> None:
        shell(*shell.start)
        daemon = shell.daemon
        again = shell(*shell.start)
        assert (again.returncode, shell.daemon) == (0, daemon)
        assert "already running" in again.stdout

    def test_other_settings_need_a_down_first(self, shell: Shell) -> None:
        shell(*shell.start)
        again = shell(*shell.start, "--time-scale", "1")
        assert again.returncode == 1
        assert "down" in again.stderr

    def test_a_busy_port_is_named(self, shell: Shell) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            port = str(other.getsockname()[1])
            failed = shell("up", "--port", port)
        assert failed.returncode == 1
        assert f"Port {port}" in failed.stderr
        assert "--port" in failed.stderr

    def test_a_missing_redis_names_the_package(self, shell: Shell) -> None:
        failed = shell(*shell.start, PATH="/nonexistent")
        assert failed.returncode == 1
        assert "apt install redis-server" in failed.stderr

    def test_a_failed_start_shows_the_end_of_the_log(self, shell: Shell) -> None:
        shell.state_dir.mkdir()
        with (shell.state_dir / PID_FILE).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            failed = shell(*shell.start)
        assert failed.returncode == 1
        assert "Another sandbox uses" in failed.stderr
        assert supervisor.running(shell.state_dir) is None

    def test_nodes_are_on_the_loopback_only(self, shell: Shell) -> None:
        failed = shell("up", "--network", "10.66")
        assert failed.returncode != 0
        assert "127.1 to 127.254" in failed.stderr

    @pytest.mark.parametrize("command", ["status", "env", "reset"])
    def test_commands_that_need_a_sandbox_say_so(self, shell: Shell, command: str) -> None:
        failed = shell(command)
        assert failed.returncode == 1
        assert "up" in failed.stderr

    def test_down_without_a_sandbox_is_harmless(self, shell: Shell) -> None:
        assert shell("down").returncode == 0


class TestEnd:
    """Whatever ends the daemon, no process of it stays."""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
    def test_nodes_end_with_the_daemon(self, tmp_path: Path, number: signal.Signals) -> None:
        with running_sandbox(tmp_path) as sandbox:
            create_deployment(sandbox)
            pids = node_pids(sandbox)
            assert pids
            os.kill(sandbox.daemon.pid, number)
            assert eventually(lambda: not sandbox.daemon.alive)
            assert eventually(lambda: not any(started(pid) for pid in pids))

    def test_a_killed_sandbox_starts_again(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as sandbox:
            create_deployment(sandbox)
            os.kill(sandbox.daemon.pid, signal.SIGKILL)
            assert eventually(lambda: not sandbox.daemon.alive)
            ca = sandbox.settings.ca_file.read_bytes()
            again = RunningSandbox(supervisor.start(sandbox.settings))
            try:
                assert create_deployment(again)["Status"] == "available"
                assert sandbox.settings.ca_file.read_bytes() == ca
            finally:
                supervisor.stop(again.daemon)

    def test_another_process_with_the_same_id_is_left_alone(self, tmp_path: Path) -> None:
        settings = Settings(state_dir=tmp_path)
        with supervisor.registered(settings):
            record = settings.pid_file.read_text()
            assert supervisor.running(tmp_path)
            settings.pid_file.write_text(record.replace('"started": ', '"started": 1'))
            assert supervisor.running(tmp_path) is None


class TestReset:
    def test_the_account_is_as_at_the_start(self, sandbox: RunningSandbox) -> None:
        create_deployment(sandbox)
        pids = node_pids(sandbox)
        sandbox.client("ec2").delete_security_group(GroupId=network.APP_SECURITY_GROUPS[1])
        sandbox.reset()
        assert not any(started(pid) for pid in pids)
        assert sandbox.client("elasticache").describe_replication_groups()["ReplicationGroups"] == []
        groups = sandbox.client("ec2").describe_security_groups(GroupIds=list(network.APP_SECURITY_GROUPS))
        assert len(groups["SecurityGroups"]) == 2
        topics = sandbox.client("sns").list_topics()["Topics"]
        assert [topic["TopicArn"] for topic in topics] == ["arn:aws:sns:eu-west-1:000000000000:platform-alerts"]


class TestDeployment:
    """The services together: a node of a seeded network that answers over TLS."""

    def test_answers_with_the_token_over_tls(self, fresh_sandbox: RunningSandbox) -> None:
        group = create_deployment(fresh_sandbox)
        endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
        ca = str(fresh_sandbox.settings.ca_file)
        address = {"host": endpoint["Address"], "port": endpoint["Port"]}
        with redis.Redis(**address, password=TOKEN, ssl=True, ssl_ca_certs=ca) as client:
            assert client.ping()

    def test_status_shows_it(self, fresh_sandbox: RunningSandbox) -> None:
        create_deployment(fresh_sandbox)
        status = fresh_sandbox.control("status")
        assert status["deployments"]["house"]["status"] == "available"
        assert [node["node_id"] for node in status["nodes"]] == ["house-001"]
        assert status["memory"]["nodes"] > 0

    @pytest.mark.parametrize(
        ("operation", "request_"),
        [
            pytest.param("delete_security_group", {"GroupId": network.APP_SECURITY_GROUPS[0]}, id="security group"),
            pytest.param("delete_subnet", {"SubnetId": network.PRIVATE_SUBNETS[0]}, id="subnet"),
        ],
    )
    def test_its_network_cannot_be_deleted(
        self, fresh_sandbox: RunningSandbox, operation: str, request_: dict[str, str]
    ) -> None:
        create_deployment(fresh_sandbox)
        with pytest.raises(ClientError, match="DependencyViolation"):
            getattr(fresh_sandbox.client("ec2"), operation)(**request_)

    def test_a_creation_fails_on_request(self, fresh_sandbox: RunningSandbox) -> None:
        failure = {"replication_group": "house", "reason": "Insufficient capacity"}
        fresh_sandbox.control("create-failure", method="POST", body=failure)
        assert create_deployment(fresh_sandbox)["Status"] == "create-failed"


class TestCalls:
    def test_are_recorded_in_order_by_boto3_names(self, fresh_sandbox: RunningSandbox) -> None:
        filters = [{"Name": "vpc-id", "Values": [network.VPC]}]
        fresh_sandbox.client("ec2").describe_subnets(Filters=filters)
        fresh_sandbox.client("cloudwatch").describe_alarms(AlarmNamePrefix="x")
        fresh_sandbox.client("sns").list_topics()
        assert fresh_sandbox.calls() == [
            ("DescribeSubnets", {"Filters": filters}),
            ("DescribeAlarms", {"AlarmNamePrefix": "x"}),
            ("ListTopics", {}),
        ]

    def test_calls_within_the_sandbox_are_not(self, fresh_sandbox: RunningSandbox) -> None:
        create_deployment(fresh_sandbox)
        assert fresh_sandbox.calls("ec2") == []

    def test_secrets_are_masked(self, fresh_sandbox: RunningSandbox) -> None:
        create_deployment(fresh_sandbox)
        fresh_sandbox.client("secretsmanager").create_secret(Name="auth", SecretString="correct-horse")
        fresh_sandbox.client("ssm").put_parameter(Name="auth", Value="correct-horse", Type="SecureString")
        assert "correct-horse" not in str(fresh_sandbox.calls())
        assert "correct-horse" not in fresh_sandbox.settings.log_file.read_text()

    def test_tags_are_not(self, fresh_sandbox: RunningSandbox) -> None:
        tags = [{"Key": "Project", "Value": "shop"}]
        fresh_sandbox.client("sns").create_topic(Name="other", Tags=tags)
        assert fresh_sandbox.calls("sns") == [("CreateTopic", {"Name": "other", "Tags": tags})]


class TestFaults:
    @pytest.fixture(name="inject")
    def fixture_inject(self, fresh_sandbox: RunningSandbox) -> Any:
        return lambda **fault: fresh_sandbox.control("faults", method="POST", body=[fault])

    @staticmethod
    def describe(sandbox: RunningSandbox, attempts: int = 1) -> list[Any]:
        client = sandbox.client("elasticache", config=Config(retries={"total_max_attempts": attempts}))
        return list(client.describe_cache_subnet_groups()["CacheSubnetGroups"])

    def test_an_error_the_given_number_of_times(self, fresh_sandbox: RunningSandbox, inject: Any) -> None:
        inject(service="elasticache", operation="Describe*", code="Throttling", message="Rate exceeded", count=2)
        for _ in range(2):
            with pytest.raises(ClientError, match="Rate exceeded"):
                self.describe(fresh_sandbox)
        assert self.describe(fresh_sandbox) == []

    def test_only_the_named_operation(self, fresh_sandbox: RunningSandbox, inject: Any) -> None:
        inject(operation="DeleteVpc", code="Throttling")
        assert self.describe(fresh_sandbox) == []
        assert [fault["operation"] for fault in fresh_sandbox.control("faults")] == ["DeleteVpc"]

    def test_skipped_calls_pass(self, fresh_sandbox: RunningSandbox, inject: Any) -> None:
        inject(code="InternalFailure", status=500, skip=1)
        assert self.describe(fresh_sandbox) == []
        with pytest.raises(ClientError, match="InternalFailure"):
            self.describe(fresh_sandbox)

    def test_clients_retry_through(self, fresh_sandbox: RunningSandbox, inject: Any) -> None:
        inject(code="ServiceUnavailable", status=503, count=2)
        assert self.describe(fresh_sandbox, attempts=3) == []
        assert [call["status"] for call in fresh_sandbox.control("calls")] == [503, 503, 200]

    @pytest.mark.parametrize(("moment", "created"), [("before", False), ("after", True)])
    def test_a_lost_connection(self, fresh_sandbox: RunningSandbox, inject: Any, moment: str, created: bool) -> None:
        client = fresh_sandbox.client("sns", config=Config(retries={"total_max_attempts": 1}))
        inject(service="sns", operation="CreateTopic", drop=moment)
        with pytest.raises(ConnectionClosedError):
            client.create_topic(Name="lost")
        assert any(topic["TopicArn"].endswith(":lost") for topic in client.list_topics()["Topics"]) is created

    @pytest.mark.parametrize(
        ("service", "operation"), [("ec2", "describe_vpcs"), ("sns", "list_topics"), ("kms", "list_keys")]
    )
    def test_in_every_protocol(self, fresh_sandbox: RunningSandbox, inject: Any, service: str, operation: str) -> None:
        inject(service=service, code="AccessDenied", status=403)
        client = fresh_sandbox.client(service)
        with pytest.raises(ClientError) as refusal:
            getattr(client, operation)()
        assert refusal.value.response["Error"]["Code"] == "AccessDenied"

    def test_a_falsified_answer(self, fresh_sandbox: RunningSandbox, inject: Any) -> None:
        inject(service="sns", replace={"platform-alerts": "something-else"})
        (topic,) = fresh_sandbox.client("sns").list_topics()["Topics"]
        assert topic["TopicArn"].endswith(":something-else")
