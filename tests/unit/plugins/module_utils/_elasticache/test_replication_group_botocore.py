# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group with an option that the installed botocore does not know."""

from __future__ import annotations

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from botocore.model import ServiceModel

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws.shapes import require_known
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import replication_group
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_replication_group import ARGUMENTS


def declare(**options):
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    return {**defaults, "replication_group_id": "demo", "cache_node_type": "cache.t3.micro", **options}


@pytest.fixture
def client(stubbed, monkeypatch):
    """A client of a botocore that does not know of durability, to which nobody may make a call."""
    client, _stubber = stubbed("elasticache")
    known = client.meta.service_model._service_description
    shapes = dict(known["shapes"])
    for name in ("CreateReplicationGroupMessage", "ModifyReplicationGroupMessage"):
        members = {key: member for key, member in shapes[name]["members"].items() if key != "Durability"}
        shapes[name] = {**shapes[name], "members": members}
    monkeypatch.setattr(client.meta, "_service_model", ServiceModel({**known, "shapes": shapes}, "elasticache"))
    return client


@pytest.mark.parametrize("check_mode", [True, False])
def test_it_is_told_before_any_call(client, check_mode):
    with pytest.raises(AnsibleAWSError, match="durability: needs a newer botocore: installed is") as refused:
        replication_group.ensure(lambda service: client, declare(durability="sync"), check_mode)
    assert [problem["option"] for problem in refused.value.kwargs["problems"]] == ["durability"]


def test_a_group_that_is_to_go_needs_no_newer_botocore():
    assert replication_group.sendable(declare(durability="sync", state="absent")) == {}


def test_the_installed_botocore_knows_every_option(stubbed):
    client, _stubber = stubbed("elasticache")
    options = replication_group.sendable(dict.fromkeys(ARGUMENTS, "x") | {"state": "present"})
    require_known(client, replication_group.SENT_WITH, options, "manage it")
