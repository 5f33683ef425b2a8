# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_outputs
version_added: 0.1.0
short_description: What a Redis deployment tells others
description:
  - Joins a replication group, its topology, cost and alarms to the outputs of a deployment, the fact
    C(elasticache_redis_outputs) of the role.
  - The AUTH token is not part of them.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description:
      - A replication group as returned by M(accessweaver.elasticache.elasticache_replication_group).
    type: dict
    required: true
  topology:
    description: The topology, of P(accessweaver.elasticache.redis_topology#filter).
    type: dict
    required: true
  cost:
    description: The cost, of P(accessweaver.elasticache.elasticache_cost#filter).
    type: dict
    required: true
  alarm_arns:
    description: ARNs of the alarms.
    type: list
    elements: str
    default: []
  auth_token_secret_arn:
    description: ARN of the secret with the AUTH token, when Secrets Manager keeps it.
    type: str
  ca_file:
    description: CA file for the commands of C(debugging_information), when the system's does not do.
    type: str
"""

EXAMPLES = r"""
- name: Publish the outputs
  ansible.builtin.set_fact:
    elasticache_redis_outputs: >-
      {{ cache.replication_group
         | accessweaver.elasticache.redis_outputs(topology=topology, cost=cost, alarm_arns=alarms.alarm_arns) }}
"""

RETURN = r"""
_value:
  description: The outputs. What a topology does not have, or AWS does not know yet, is null.
  type: dict
  contains:
    primary_endpoint:
      description: Host name for writes, without cluster mode.
      type: str
    reader_endpoint:
      description: Host name for reads, when there are replicas and no cluster mode.
      type: str
    configuration_endpoint:
      description: Host name for clients of a cluster.
      type: str
    port:
      description: Port of every endpoint.
      type: int
    connection:
      description: All endpoints in one shape, see M(accessweaver.elasticache.elasticache_replication_group).
      type: dict
    auth_token_enabled:
      description: Whether clients need the AUTH token.
      type: bool
    auth_token_secret_arn:
      description: ARN of the secret that holds it.
      type: str
    spring_redis_config:
      description: Configuration of Spring Boot 3.5, with the token as C(${REDIS_AUTH_TOKEN}).
      type: dict
    docker_environment_variables:
      description: The same as environment variables, without the token.
      type: dict
    cloudwatch_alarms_arns:
      description: ARNs of the alarms.
      type: list
      elements: str
    estimated_monthly_cost:
      description: The cost, see P(accessweaver.elasticache.elasticache_cost#filter).
      type: dict
    debugging_information:
      description: Commands that look into the deployment, by purpose.
      type: dict
    health_check_endpoints:
      description: Every address that answers C(PING).
      type: list
      elements: dict
    arn:
      description: ARN of the replication group.
      type: str
    member_clusters:
      description: Identifiers of the nodes.
      type: list
      elements: str
    region:
      description: AWS region.
      type: str
    replication_group_id:
      description: Identifier of the replication group.
      type: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.outputs import outputs


def redis_outputs(
    group: Mapping[str, Any],
    topology: Mapping[str, Any],
    cost: Mapping[str, Any],
    alarm_arns: Sequence[str] = (),
    auth_token_secret_arn: str | None = None,
    ca_file: str | None = None,
) -> dict[str, Any]:
    if not isinstance(group, Mapping):
        raise AnsibleFilterError("accessweaver.elasticache.redis_outputs: the input is not a replication group")
    return outputs(group, topology, cost, alarm_arns, auth_token_secret_arn, ca_file)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_outputs": redis_outputs}
