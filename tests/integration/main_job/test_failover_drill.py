# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failover drill on a deployment that the main job has made."""

from __future__ import annotations

import json

import pytest


def test_the_drill_measures_and_proves(provisioned, boto):
    since = len(provisioned.sandbox.calls())
    checked = provisioned.run("playbooks/failover_drill.yml", "--limit", "staging", "--check")
    assert checked.code == 0, checked.output
    assert provisioned.calls(since) == []
    old = primary(boto)
    run = provisioned.run("playbooks/failover_drill.yml", "--limit", "staging", elasticache_redis_failover_limit=30)
    assert run.code == 0, run.output
    assert provisioned.calls(since) == ["TestFailover"]
    assert primary(boto) != old
    told = dict(run.results("staging"))
    assert "The longest time without a write was" in json.dumps(
        told["failover_drill | Say how long writes stood still"]
    )
    assert "verify | Prove the deployment over the wire" in told


@pytest.mark.extended
def test_a_drill_that_takes_too_long_fails_and_says_so(provisioned):
    run = provisioned.run("playbooks/failover_drill.yml", "--limit", "staging", elasticache_redis_failover_limit=0.001)
    assert run.code != 0
    assert "more than the 0.001 s of elasticache_redis_failover_limit" in " ".join(run.output.split())


@pytest.mark.extended
def test_a_deployment_without_replicas_is_refused(provisioned):
    since = len(provisioned.sandbox.calls())
    run = provisioned.run("playbooks/failover_drill.yml", "--limit", "dev")
    assert run.code != 0
    assert "has no replica that could take over" in run.output
    assert provisioned.calls(since) == []


def primary(boto):
    (group,) = boto("elasticache").describe_replication_groups(ReplicationGroupId="accessweaver-staging-redis")[
        "ReplicationGroups"
    ]
    members = group["NodeGroups"][0]["NodeGroupMembers"]
    return next(member["CacheClusterId"] for member in members if member["CurrentRole"] == "primary")
