# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outputs of a deployment: the seed's names, null for what a topology does not have, the token nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.outputs import outputs

SECRET = "arn:aws:secretsmanager:eu-west-1:1:secret:elasticache/demo/auth-token-AbCdEf"
TOPOLOGY = {"replication_group_id": "demo", "region": "eu-west-1"}
COST = {"monthly": 13.14, "currency": "USD"}


def end(name: str) -> dict[str, Any]:
    return {"host": f"{name}.example", "port": 6379}


NONE: dict[str, Any] = {"writer": None, "reader": None, "configuration": None, "nodes": [], "username": None}
COMMON = {**NONE, "port": 6379, "tls": True, "auth": True}
CONNECTIONS = {
    "single": {**COMMON, "mode": "single", "writer": end("primary")},
    "replica": {**COMMON, "mode": "replica", "writer": end("primary"), "reader": end("reader")},
    "cluster": {
        **COMMON,
        "mode": "cluster",
        "configuration": end("config"),
        "nodes": [{"id": "demo-0001-001", "shard": "0001", **end("node")}],
    },
}
ENDPOINTS = {
    "single": ("primary.example", None, None),
    "replica": ("primary.example", "reader.example", None),
    "cluster": (None, None, "config.example"),
}


def of(connection: dict[str, Any] | None, **group: Any) -> dict[str, Any]:
    described = {"connection": connection, "auth_token_enabled": True, "arn": "arn", **group}
    return outputs(described, TOPOLOGY, COST, ["alarm-b", "alarm-a"], SECRET)


@pytest.mark.parametrize("mode", CONNECTIONS)
def test_endpoints_of_each_topology(mode):
    found = of(CONNECTIONS[mode])
    assert (found["primary_endpoint"], found["reader_endpoint"], found["configuration_endpoint"]) == ENDPOINTS[mode]
    assert found["port"] == 6379


@pytest.mark.parametrize("mode", CONNECTIONS)
def test_configurations_name_the_variable_of_the_token(mode):
    found = of(CONNECTIONS[mode])
    assert found["spring_redis_config"]["spring"]["data"]["redis"]["password"] == "${REDIS_AUTH_TOKEN}"
    assert not any("PASSWORD" in name or "TOKEN" in name for name in found["docker_environment_variables"])


def test_a_health_check_for_every_address():
    names = {mode: [check["name"] for check in of(CONNECTIONS[mode])["health_check_endpoints"]] for mode in CONNECTIONS}
    assert names == {
        "single": ["writer"],
        "replica": ["writer", "reader"],
        "cluster": ["configuration", "demo-0001-001"],
    }


def test_commands_read_the_token_into_the_environment_and_speak_tls():
    commands = of(CONNECTIONS["cluster"])["debugging_information"]
    assert commands["connect"].startswith(f'REDISCLI_AUTH="$(aws secretsmanager get-secret-value --secret-id {SECRET}')
    assert commands["connect"].endswith("redis-cli --tls -h config.example -p 6379 -c")
    assert commands["slow_log"].endswith("slowlog get 10")
    assert " -a " not in " ".join(commands.values())


def test_without_a_secret_the_commands_leave_the_token_to_the_user():
    commands = outputs({"connection": CONNECTIONS["single"]}, TOPOLOGY, COST, [], None)["debugging_information"]
    assert commands["ping"] == "redis-cli --tls -h primary.example -p 6379 ping"


def test_what_is_not_known_yet_is_null():
    found = of(None, arn=None)
    assert [found[name] for name in ("primary_endpoint", "port", "spring_redis_config", "arn")] == [None] * 4
    assert set(found["debugging_information"]) == {"describe", "events"}


def test_alarms_cost_and_names_are_passed_on():
    found = of(CONNECTIONS["single"], member_clusters=["demo-001"])
    assert found["cloudwatch_alarms_arns"] == ["alarm-a", "alarm-b"]
    assert found["estimated_monthly_cost"] == COST
    assert found["member_clusters"] == ["demo-001"]
    assert found["auth_token_secret_arn"] == SECRET
