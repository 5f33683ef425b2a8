# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deployment tells others: how to reach it, how to configure an application for it, what it costs, how to look
into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import (
    SpringOptions,
    redis_config,
    redis_environment,
)

SPRING_BOOT = "3.5"
DAY = 24 * 60  # minutes, the unit of DescribeEvents


def outputs(
    group: Mapping[str, Any],
    topology: Mapping[str, Any],
    cost: Mapping[str, Any],
    alarm_arns: Sequence[str],
    auth_token_secret_arn: str | None = None,
    ca_file: str | None = None,
) -> dict[str, Any]:
    """The outputs of a deployment; what a topology does not have, or AWS does not know yet, is null. The token is not
    in them."""
    connection = group.get("connection") or {}
    return {
        **_endpoints(connection),
        "arn": group.get("arn"),
        "auth_token_enabled": bool(group.get("auth_token_enabled")),
        "auth_token_secret_arn": auth_token_secret_arn,
        "cloudwatch_alarms_arns": sorted(alarm_arns),
        "connection": dict(connection),
        "debugging_information": _commands(connection, topology, auth_token_secret_arn, ca_file),
        "estimated_monthly_cost": dict(cost),
        "health_check_endpoints": _health_checks(connection),
        "member_clusters": list(group.get("member_clusters") or ()),
        "region": topology["region"],
        "replication_group_id": topology["replication_group_id"],
        **_configuration(connection),
    }


def _endpoints(connection: Mapping[str, Any]) -> dict[str, Any]:
    names = {"primary_endpoint": "writer", "reader_endpoint": "reader", "configuration_endpoint": "configuration"}
    found = {output: (connection.get(name) or {}).get("host") for output, name in names.items()}
    return {**found, "port": connection.get("port")}


def _configuration(connection: Mapping[str, Any]) -> dict[str, Any]:
    """Both carry the name of the variable with the token and not the token."""
    if not connection.get("port"):
        return {"spring_redis_config": None, "docker_environment_variables": None}
    secret = SpringOptions.of({"secrets": "env"})
    return {
        "spring_redis_config": redis_config(connection, SPRING_BOOT, secret),
        "docker_environment_variables": redis_environment(connection, SPRING_BOOT, secret),
    }


def _health_checks(connection: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every address at which a C(PING) over TLS with the token answers C(PONG)."""
    named = [(name, connection.get(name)) for name in ("writer", "reader", "configuration")]
    nodes = [(node["id"], node) for node in connection.get("nodes") or ()]
    return [
        {"name": name, "host": end["host"], "port": end["port"], "tls": connection.get("tls")}
        for name, end in [*named, *nodes]
        if end
    ]


def _commands(
    connection: Mapping[str, Any], topology: Mapping[str, Any], secret_arn: str | None, ca_file: str | None
) -> dict[str, str]:
    """Commands for the person on call. The token is read into the environment of one command, never onto its command
    line."""
    group, region = topology["replication_group_id"], topology["region"]
    events = f"--source-type replication-group --source-identifier {group} --duration {DAY}"
    commands = {
        "describe": f"aws elasticache describe-replication-groups --replication-group-id {group} --region {region}",
        "events": f"aws elasticache describe-events {events} --region {region}",
    }
    entry = connection.get("writer") or connection.get("configuration")
    if not entry:
        return commands
    tls = " --tls" if connection.get("tls") else ""
    certificate = f" --cacert {ca_file}" if tls and ca_file else ""
    to_entry = f"{_token(secret_arn, region)}redis-cli{tls}{certificate} -h {entry['host']} -p {entry['port']}"
    questions = {
        "connect": " -c" if connection.get("mode") == "cluster" else "",
        "ping": " ping",
        "statistics": " info stats",
    }
    questions |= {"memory": " info memory", "clients": " client list", "slow_log": " slowlog get 10"}
    return {**commands, **{name: f"{to_entry}{question}" for name, question in questions.items()}}


def _token(secret_arn: str | None, region: str) -> str:
    if not secret_arn:
        return ""
    read = f"aws secretsmanager get-secret-value --secret-id {secret_arn} --region {region}"
    return f'REDISCLI_AUTH="$({read} --query SecretString --output text)" '
