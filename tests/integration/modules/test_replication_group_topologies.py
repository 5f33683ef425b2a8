# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any sequence of topologies: the group becomes what is declared, the second run finds nothing to do, nothing is left
over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from integration.modules.groups import NAME, SILENT, Life, delivered, prepared

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from sandbox.aws.network import APP_SECURITY_GROUPS
from sandbox.testing import RunningSandbox

Topology = Mapping[str, Any]

EVERYTHING = {"engine": "redis", "engine_version": "7.1", "cache_subnet_group_name": NAME, "shrink_memory_percent": 0}
COMMON = {
    "cache_node_type": st.sampled_from(["cache.t3.micro", "cache.t3.small"]),
    "snapshot_retention_limit": st.integers(0, 2),
    "tags": st.dictionaries(st.sampled_from(["Owner", "Team"]), st.sampled_from(["x", "y"])),
    "deletion_protection": st.booleans(),
    "replication_group_description": st.sampled_from(["one", "another"]),
    "preferred_maintenance_window": st.sampled_from(["sun:05:00-sun:06:00", "mon:23:30-tue:01:00"]),
    "snapshot_window": st.sampled_from(["02:00-03:00", "03:00-05:00"]),
    "security_group_ids": st.lists(st.sampled_from(APP_SECURITY_GROUPS), min_size=1, unique=True),
    "log_delivery_configurations": st.sampled_from([[SILENT], [delivered("/slow")], [delivered("/other", "text")]]),
}


@st.composite
def replicated(draw: st.DrawFn) -> Topology:
    """Cluster mode disabled; failover needs a replica, and Multi-AZ needs failover."""
    nodes = draw(st.integers(1, 4))
    failover = nodes > 1 and draw(st.booleans())
    return {
        **EVERYTHING,
        **draw(st.fixed_dictionaries(COMMON)),
        "num_cache_clusters": nodes,
        "automatic_failover_enabled": failover,
        "multi_az_enabled": failover and draw(st.booleans()),
        "cache_parameter_group_name": draw(st.sampled_from(["default.redis7", "own-redis7"])),
    }


@st.composite
def clustered(draw: st.DrawFn) -> Topology:
    """Cluster mode enabled."""
    replicas = draw(st.integers(0, 1))
    return {
        **EVERYTHING,
        **draw(st.fixed_dictionaries(COMMON)),
        "num_node_groups": draw(st.integers(1, 3)),
        "replicas_per_node_group": replicas,
        "automatic_failover_enabled": True,
        "multi_az_enabled": replicas > 0 and draw(st.booleans()),
        "cache_parameter_group_name": draw(st.sampled_from(["default.redis7.cluster.on", "own-cluster"])),
    }


@pytest.fixture(autouse=True, scope="module")
def short_pauses():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "FIRST_PAUSE", 0.05)
        yield


def bounded(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@bounded(11)
@given(topologies=st.lists(replicated(), min_size=2, max_size=4))
def test_replicated(sandbox, topologies):
    live_through(sandbox, topologies)


@bounded(4)
@given(topologies=st.lists(clustered(), min_size=2, max_size=3))
def test_clustered(sandbox, topologies):
    live_through(sandbox, topologies)


def live_through(sandbox: RunningSandbox, topologies: list[Topology]) -> None:
    sandbox.reset()
    life = prepared(sandbox)
    known: set[str] = set()
    for topology in topologies:
        life.ensure(**topology)
        known |= judge(life, topology, known)
    life.ensure(deletion_protection=False)
    life.ensure(state="absent", skip_final_snapshot=True)
    assert (life.members(), sandbox.control("status")["nodes"], tagged(life, known)) == ([], [], set())


def judge(life: Life, topology: Topology, known: set[str]) -> set[str]:
    """The group is as declared and stays so; of the nodes that it has and had, only those that it has are there."""
    since = life.count
    assert not life.ensure(True, **topology)["changed"]
    assert not life.ensure(**topology)["changed"]
    assert life.changes(since) == []
    assert {**topology, **counted(life)} == topology
    members = {member["CacheClusterId"]: member["ARN"] for member in life.members()}
    assert {process["node_id"] for process in life.running.control("status")["nodes"]} == members.keys()
    assert tagged(life, known | set(members.values())) == set(members.values())
    assert all(life.tags(arn) == life.tags() for arn in members.values())
    return set(members.values())


def counted(life: Life) -> dict[str, int]:
    """The nodes as boto3 sees them, in the words of the options."""
    group = life.described()
    replicas = {len(shard["NodeGroupMembers"]) - 1 for shard in group["NodeGroups"]}
    if not group["ClusterEnabled"]:
        return {"num_cache_clusters": len(group["MemberClusters"])}
    (each,) = replicas
    return {"num_node_groups": len(group["NodeGroups"]), "replicas_per_node_group": each}


def tagged(life: Life, arns: set[str]) -> set[str]:
    """Those of the nodes that can be asked for their tags."""
    return {arn for arn in arns if has_tags(life, arn)}


def has_tags(life: Life, arn: str) -> bool:
    try:
        life.tags(arn)
    except life.client.exceptions.CacheClusterNotFoundFault:
        return False
    return True
