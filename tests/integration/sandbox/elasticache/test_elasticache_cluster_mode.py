# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cluster mode disabled, compatible, enabled: the data stays, and clients of both protocols work in between."""

from __future__ import annotations

from typing import Any

import pytest
from integration.sandbox.elasticache.caches import (
    COMBINATION,
    DEV,
    SECURE,
    STAGING,
    TOKEN,
    cluster,
    error_of,
    group,
    redis_cli,
    request,
    settled,
    table,
)
from redis import Redis
from redis.cluster import RedisCluster

from sandbox.testing import RunningSandbox

KEYS = {f"key-{number}": str(number) for number in range(10_000)}


@pytest.fixture(scope="module")
def unready(cloud: RunningSandbox, ec: Any) -> None:
    """Groups of which none may change its cluster mode as it likes."""
    own = {"CacheParameterGroupFamily": "redis7", "Description": "own"}
    ec.create_cache_parameter_group(CacheParameterGroupName="own", **own)
    ec.create_replication_group(**request("several-databases", STAGING))
    ec.create_replication_group(**request("own-parameters", STAGING, CacheParameterGroupName="own"))
    ec.create_replication_group(**request("old-engine", STAGING, EngineVersion="6.2"))
    ec.create_replication_group(**request("no-failover", DEV))
    endpoint = settled(ec, "several-databases")["NodeGroups"][0]["PrimaryEndpoint"]
    redis_cli(cloud, endpoint, "-n", "1", "SET", "elsewhere", "1", token=None, tls=False)
    for name in ("own-parameters", "old-engine", "no-failover"):
        settled(ec, name)


COMPATIBLE = {"ClusterMode": "compatible"}
REFUSED = [
    ("at once", "own-parameters", {"ClusterMode": "enabled"}, "from disabled to enabled"),
    ("as it is", "own-parameters", {"ClusterMode": "disabled"}, "No modifications were requested"),
    ("before engine 7.0", "old-engine", COMPATIBLE, "from engine version 7.0"),
    ("without failover", "no-failover", COMPATIBLE, "Automatic failover"),
    ("keys in another database", "several-databases", COMPATIBLE, "keys in [1]"),
    ("own parameters", "own-parameters", COMPATIBLE, "cluster-enabled=yes, unlike own"),
    (
        "parameters without cluster mode",
        "own-parameters",
        {**COMPATIBLE, "CacheParameterGroupName": "default.redis7"},
        "cluster-enabled=yes, unlike default.redis7",
    ),
    (
        "parameters of another family",
        "own-parameters",
        {**COMPATIBLE, "CacheParameterGroupName": "default.valkey8.cluster.on"},
        "family redis7",
    ),
    ("in company", "own-parameters", {**COMPATIBLE, "SnapshotRetentionLimit": 1}, "SnapshotRetentionLimit"),
    ("with a new engine", "own-parameters", {**COMPATIBLE, "Engine": "valkey"}, "Engine"),
]


@pytest.mark.usefixtures("unready")
@pytest.mark.parametrize(("target", "change", "text"), table(REFUSED))
def test_cluster_mode_refused(ec: Any, target: str, change: dict[str, Any], text: str) -> None:
    before = group(ec, target)
    code, message, _ = error_of(ec.modify_replication_group, ReplicationGroupId=target, ApplyImmediately=True, **change)
    assert (code, text in message) == (COMBINATION, True), message
    assert group(ec, target) == before


BLOCKED: list[tuple[str, dict[str, Any]]] = [  # while the mode is compatible
    ("modify_replication_group", {"CacheNodeType": "cache.t3.medium"}),
    ("modify_replication_group", {"Engine": "valkey", "EngineVersion": "8.0"}),
    ("modify_replication_group", {"AutomaticFailoverEnabled": False, "MultiAZEnabled": False}),
    ("modify_replication_group", {"PrimaryClusterId": "moving-002"}),
    ("increase_replica_count", {"NewReplicaCount": 2}),
    ("modify_replication_group_shard_configuration", {"NodeGroupCount": 2}),
]


class Moving:
    """The group ``moving``, and clients of both protocols."""

    def __init__(self, cloud: RunningSandbox, ec: Any) -> None:
        self.cloud, self.ec = cloud, ec
        self._options: dict[str, Any] = {
            "password": TOKEN,
            "ssl": True,
            "ssl_ca_certs": str(cloud.settings.ca_file),
            "decode_responses": True,
        }

    @property
    def now(self) -> dict[str, Any]:
        return group(self.ec, "moving")

    @property
    def shard(self) -> dict[str, Any]:
        return dict(self.now["NodeGroups"][0])

    def step(self, mode: str) -> dict[str, Any]:
        change = {"ReplicationGroupId": "moving", "ClusterMode": mode, "ApplyImmediately": True}
        answer = self.ec.modify_replication_group(**change)["ReplicationGroup"]
        assert answer["PendingModifiedValues"] == {"ClusterMode": mode}
        return settled(self.ec, "moving")

    def plain(self, endpoint: str = "PrimaryEndpoint") -> Redis:
        place = self.shard[endpoint]
        return Redis(host=place["Address"], port=place["Port"], **self._options)

    def clustered(self) -> RedisCluster:
        place = self.now["ConfigurationEndpoint"]
        return RedisCluster(host=place["Address"], port=place["Port"], **self._options)

    def holds(self, client: Redis | RedisCluster) -> bool:
        """Whether all data is there; key by key, since a cluster refuses commands on keys of several slots."""
        with client.pipeline(transaction=False) as pipeline:
            for key in KEYS:
                pipeline.get(key)
            return list(pipeline.execute()) == list(KEYS.values())


def test_a_group_enters_cluster_mode_with_its_data(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    before = throwaway("moving", STAGING, SECURE, SnapshotRetentionLimit=1)
    moving = Moving(cloud, ec)
    moving.plain().mset(KEYS)
    plain_endpoints = ("PrimaryEndpoint", "ReaderEndpoint")

    found = moving.step("compatible")
    assert (found["ClusterMode"], found["ClusterEnabled"], "SnapshottingClusterId" in found) == (
        "compatible",
        True,
        False,
    )
    assert {name: moving.shard[name] for name in plain_endpoints} == {
        name: before["NodeGroups"][0][name] for name in plain_endpoints
    }
    assert cluster(ec, "moving-001")["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7.cluster.on"
    assert moving.holds(moving.plain())
    assert moving.holds(moving.plain("ReaderEndpoint"))
    assert moving.holds(moving.clustered())
    assert moving.plain().set("from-plain", "1")
    assert moving.clustered().get("from-plain") == "1"
    for operation, arguments in BLOCKED:
        call = getattr(ec, operation)
        assert error_of(call, ReplicationGroupId="moving", ApplyImmediately=True, **arguments)[0] == COMBINATION

    found = moving.step("disabled")
    assert ("ConfigurationEndpoint" in found, found["SnapshottingClusterId"]) == (False, "moving-002")
    assert cluster(ec, "moving-001")["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"
    assert "cluster support disabled" in redis_cli(cloud, moving.shard["PrimaryEndpoint"], "CLUSTER", "INFO")
    assert moving.holds(moving.plain("ReaderEndpoint"))

    moving.step("compatible")
    found = moving.step("enabled")
    assert (found["ClusterMode"], found["ClusterEnabled"]) == ("enabled", True)
    assert not {"PrimaryEndpoint", "ReaderEndpoint"} & moving.shard.keys()
    assert "Connection refused" in redis_cli(cloud, before["NodeGroups"][0]["PrimaryEndpoint"], "PING")
    assert moving.holds(moving.clustered())
    for mode in ("compatible", "disabled"):
        refused = error_of(ec.modify_replication_group, ReplicationGroupId="moving", ClusterMode=mode)
        assert refused[:2] == (
            COMBINATION,
            f"The cluster mode cannot be changed from enabled to {mode}: enabled leads to nothing else.",
        )

    ec.modify_replication_group_shard_configuration(
        ReplicationGroupId="moving", NodeGroupCount=2, ApplyImmediately=True
    )
    assert [shard["Slots"] for shard in settled(ec, "moving")["NodeGroups"]] == ["0-8191", "8192-16383"]
    assert moving.holds(moving.clustered())
