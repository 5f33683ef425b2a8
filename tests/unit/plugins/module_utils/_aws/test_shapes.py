# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the installed botocore does not know: told, where they would be dropped."""

from __future__ import annotations

import copy
from typing import Any

import botocore
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from botocore.model import ServiceModel

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws.shapes import require_known

OPERATIONS = ("create_replication_group", "modify_replication_group")
LOG = {"log_type": "slow-log", "enabled": True}


@pytest.fixture
def client(stubbed, monkeypatch):
    """A client of a botocore that knows neither of durability nor of formats of logs."""
    client, _stubber = stubbed("elasticache")
    description = copy.deepcopy(client.meta.service_model._service_description)
    shapes = description["shapes"]
    for operation in ("CreateReplicationGroup", "ModifyReplicationGroup"):
        del shapes[f"{operation}Message"]["members"]["Durability"]
    del shapes["LogDeliveryConfigurationRequest"]["members"]["LogFormat"]
    monkeypatch.setattr(client.meta, "_service_model", ServiceModel(description, "elasticache"))
    return client


KNOWN: dict[str, dict[str, Any]] = {
    "nothing": {},
    "left out": {"durability": None, "log_delivery_configurations": [{**LOG, "log_format": None}]},
    "a member of both": {"cache_node_type": "cache.t3.micro"},
    "a member of the first alone": {"snapshot_arns": ["a"], "node_group_configuration": [{"slots": "0-1"}]},
    "a member of the second alone": {"notification_topic_status": "active"},
    "a member of a member": {"log_delivery_configurations": [LOG]},
}
UNKNOWN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an option": ({"durability": "sync"}, ["durability"]),
    "one that is false": ({"durability": False}, ["durability"]),
    "a member of an option": (
        {"log_delivery_configurations": [LOG, {**LOG, "log_format": "json"}]},
        ["log_delivery_configurations[1].log_format"],
    ),
    "several": (
        {"durability": "sync", "node_group_configuration": [{"colour": "red"}]},
        ["durability", "node_group_configuration[0].colour"],
    ),
}


@pytest.mark.parametrize("options", KNOWN.values(), ids=KNOWN)
def test_known(client, options):
    require_known(client, OPERATIONS, options, "create it")


@pytest.mark.parametrize(("options", "paths"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown(client, options, paths):
    message = rf"(?s)Cannot create it.*{paths[0].split('[')[0]}.*: needs a newer botocore: installed is "
    with pytest.raises(AnsibleAWSError, match=message + botocore.__version__) as refused:
        require_known(client, OPERATIONS, options, "create it")
    assert [problem["option"] for problem in refused.value.kwargs["problems"]] == paths
    assert "red" not in str(refused.value)
