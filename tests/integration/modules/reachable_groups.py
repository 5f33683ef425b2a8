# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups that clients can reach, made by boto3 for the tests of modules that need one."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.replication_group_state import (
    observe,
    resource,
)
from sandbox.aws.network import PRIVATE_SUBNETS
from sandbox.dataplane.testing import TOKEN

SECURE = {"TransitEncryptionEnabled": True, "AtRestEncryptionEnabled": True, "AuthToken": TOKEN}
FAILOVER = {"AutomaticFailoverEnabled": True, "MultiAZEnabled": True}
REPLICATED = {**SECURE, **FAILOVER, "CacheNodeType": "cache.t3.small", "NumCacheClusters": 2}
SINGLE = {**SECURE, "CacheNodeType": "cache.t3.micro", "NumCacheClusters": 1}


def clustered(shards: int, replicas: int, node_type: str = "cache.r6g.large") -> dict[str, Any]:
    counts = {"NumNodeGroups": shards, "ReplicasPerNodeGroup": replicas}
    return {**SECURE, **FAILOVER, "CacheNodeType": node_type, **counts}


def create(client: Any, **groups: dict[str, Any]) -> None:
    """Create groups by id and wait until all are available."""
    client.create_cache_subnet_group(
        CacheSubnetGroupName="private", CacheSubnetGroupDescription="a test", SubnetIds=list(PRIVATE_SUBNETS)
    )
    for name, request in groups.items():
        client.create_replication_group(
            ReplicationGroupId=name, ReplicationGroupDescription="a test", CacheSubnetGroupName="private", **request
        )
    for name in groups:
        available(client, name)


def available(client: Any, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (group := describe(client, name))["Status"] != "available":
        assert time.monotonic() < deadline, group["Status"]
        time.sleep(0.1)
    return group


def describe(client: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return found


def connection(client: Any, name: str) -> dict[str, Any]:
    """How the group is reached, as its module returns it."""
    observed = observe(client, name)
    assert observed
    found: dict[str, Any] = resource(observed)["connection"]
    return found
