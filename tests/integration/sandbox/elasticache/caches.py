# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of this folder say again and again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import network
from sandbox.testing import RunningSandbox

SUBNETS = list(network.PRIVATE_SUBNETS)
APP_GROUP, OTHER_APP_GROUP = network.APP_SECURITY_GROUPS
TOKEN = "A-valid-token-of-ElastiCache"
NEXT_TOKEN = "Another-token-of-ElastiCache"
ARN = "arn:aws:elasticache:eu-west-1:000000000000"
TOPIC = f"arn:aws:sns:eu-west-1:000000000000:{network.ALERT_TOPIC}"
VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
STATE = "InvalidReplicationGroupState"

DEV = {"CacheNodeType": "cache.t3.micro", "NumCacheClusters": 1}
STAGING = {
    "CacheNodeType": "cache.t3.small",
    "NumCacheClusters": 2,
    "AutomaticFailoverEnabled": True,
    "MultiAZEnabled": True,
}
PROD = {
    "CacheNodeType": "cache.r6g.large",
    "NumNodeGroups": 3,
    "ReplicasPerNodeGroup": 2,
    "AutomaticFailoverEnabled": True,
    "MultiAZEnabled": True,
}
SECURE = {"TransitEncryptionEnabled": True, "AtRestEncryptionEnabled": True, "AuthToken": TOKEN}


def table(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Parameters of a test, one case a row, its name first."""
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


def request(group_id: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The request that creates a group; None takes a member away."""
    base = {
        "ReplicationGroupId": group_id,
        "ReplicationGroupDescription": "a test",
        "CacheSubnetGroupName": "private",
    }
    merged = {name: value for part in (base, *parts, more) for name, value in part.items()}
    return {name: value for name, value in merged.items() if value is not None}


def group(ec: Any, group_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ec.describe_replication_groups(ReplicationGroupId=group_id)["ReplicationGroups"][0]
    return found


def cluster(ec: Any, cluster_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ec.describe_cache_clusters(CacheClusterId=cluster_id, ShowCacheNodeInfo=True)
    return found["CacheClusters"][0]


def settled(ec: Any, group_id: str, timeout: float = 40) -> dict[str, Any]:
    """The group, once it is in no transition any more; for a moment after a call AWS still says available."""
    time.sleep(0.05)
    wait_for(lambda: group(ec, group_id)["Status"] in ("available", "create-failed"), timeout)
    return group(ec, group_id)


def wait_for(condition: Callable[[], bool], timeout: float = 10) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def gone(ec: Any, group_id: str) -> None:
    """Wait with botocore's own waiter until the group is deleted."""
    waiter = ec.get_waiter("replication_group_deleted")
    waiter.wait(ReplicationGroupId=group_id, WaiterConfig={"Delay": 1, "MaxAttempts": 20})


def error_of(call: Callable[..., Any], **parameters: Any) -> tuple[str, str, int]:
    """Code, message and HTTP status of a call that has to be refused."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    response = refused.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def redis_cli(
    cloud: RunningSandbox,
    endpoint: dict[str, Any],
    *command: str,
    token: str | None = TOKEN,
    tls: bool = True,
    user: str | None = None,
) -> str:
    """What redis-cli prints; the token, or the password of a user, travels in its environment."""
    security = ["--tls", "--cacert", str(cloud.settings.ca_file)] if tls else []
    security += ["--user", user] if user else []
    address = ["-h", endpoint["Address"], "-p", str(endpoint["Port"])]
    done = subprocess.run(
        ["redis-cli", "--no-auth-warning", *security, *address, *command],
        env={**os.environ, **({"REDISCLI_AUTH": token} if token else {})},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return (done.stdout + done.stderr).strip()
