# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a client sends, the sandbox carries it out or refuses it; it never breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from integration.sandbox.elasticache.caches import ARN, DEV, SUBNETS, TOKEN, request, settled
from integration.sandbox.elasticache.shapes import TEXT, values

from sandbox.elasticache.service import OPERATIONS
from sandbox.protocol import service_model
from sandbox.testing import RunningSandbox

KINDS = ("cluster", "parametergroup", "replicationgroup", "snapshot", "subnetgroup", "user", "usergroup", "teapot")


def some(*known: Any) -> st.SearchStrategy[Any]:
    """Mostly what means something."""
    return st.sampled_from(known) | TEXT


KNOWN = {
    "ApplyImmediately": st.just(True),
    "AuthToken": some(TOKEN),
    "CacheClusterId": some("flat-001", "sharded-0001-001"),
    "CacheNodeType": some("cache.t3.micro", "cache.t3.small"),
    "CacheParameterGroupFamily": some("redis7"),
    "CacheParameterGroupName": some("mine", "default.redis7"),
    "CacheSubnetGroupName": some("private"),
    "EngineVersion": some("7.0", "7.1"),
    "NodeGroupId": some("0001", "0002"),
    "ParameterName": some("timeout", "maxmemory-policy"),
    "ParameterValue": some("0", "300", "allkeys-lru"),
    "ReplicationGroupId": some("flat", "sharded"),
    "ResourceName": st.sampled_from([f"{ARN}:{kind}:flat" for kind in KINDS]) | TEXT,
    "ServiceUpdateName": some("sandbox-redis-security-1"),
    "SubnetIds": some(*SUBNETS),
    "UserGroupId": some("team"),
    "UserId": some("default", "someone"),
    "integer": st.sampled_from([-1, 0, 1, 2, 3, 20, 36, 100, 2**31 - 1]),
}


@pytest.fixture(scope="module")
def client(cloud: RunningSandbox, ec: Any) -> Iterator[Any]:
    """Without retries, and with two groups and a parameter group to act on."""
    sharded = {"CacheNodeType": "cache.t3.micro", "NumNodeGroups": 1, "ClusterMode": "enabled"}
    ec.create_cache_parameter_group(CacheParameterGroupName="mine", CacheParameterGroupFamily="redis7", Description="d")
    ec.create_replication_group(**request("flat", DEV))
    ec.create_replication_group(**request("sharded", sharded, AutomaticFailoverEnabled=True))
    settled(ec, "flat")
    settled(ec, "sharded")
    yield cloud.client("elasticache", config=Config(retries={"total_max_attempts": 1}))
    assert "Traceback" not in cloud.settings.log_file.read_text()


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - {"DeleteReplicationGroup"}))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_request_is_answered(client: Any, operation: str, data: st.DataObject) -> None:
    shape = service_model("elasticache").operation_model(operation).input_shape
    parameters = data.draw(values(shape, KNOWN))
    assert status_of(getattr(client, xform_name(operation)), parameters) < 500


def status_of(call: Callable[..., Any], parameters: dict[str, Any]) -> int:
    """HTTP status of an answer that botocore can read."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        answer = error.response
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])
