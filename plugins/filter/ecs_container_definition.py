# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ecs_container_definition
version_added: 0.1.0
short_description: Environment variables as part of a container definition of ECS
description:
  - Returns C(environment) and C(secrets) of a container definition. A secret is only named; ECS reads it when it starts
    the container, as the task execution role, which needs C(secretsmanager:GetSecretValue) for it.
  - What ECS would refuse is an error that names the variable, never the value.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: Values by variable name; strings, integers and booleans. None of them is secret.
    type: dict
    required: true
  secrets:
    description:
      - ARN of a secret in Secrets Manager by variable name, to which C(:json-key:version-stage:version-id) may be
        added, or ARN of a parameter in Systems Manager.
    type: dict
    default: {}
seealso:
  - plugin: accessweaver.elasticache.redis_environment_variables
    plugin_type: filter
  - plugin: accessweaver.elasticache.kubernetes_manifest
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the environment of a container
  ansible.builtin.copy:
    dest: deploy/redis-ecs.json
    content: "{{ variables | accessweaver.elasticache.ecs_container_definition(secrets=secrets) }}"
    mode: "0644"
  vars:
    variables: "{{ hostvars['orders-prod'].elasticache_redis_outputs.docker_environment_variables }}"
    secrets:
      REDIS_AUTH_TOKEN: "{{ hostvars['orders-prod'].elasticache_redis_outputs.auth_token_secret_arn }}"
"""

RETURN = r"""
_value:
  description: The part of the container definition, as JSON.
  type: str
  sample: |
    {
      "environment": [
        {
          "name": "REDIS_HOST",
          "value": "master.orders-dev.abc123.euw1.cache.amazonaws.com"
        }
      ],
      "secrets": [
        {
          "name": "REDIS_AUTH_TOKEN",
          "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-dev-AbCdEf"
        }
      ]
    }
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils import manifests
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import Scalar


def ecs_container_definition(variables: Mapping[str, Scalar], secrets: Mapping[str, str] | None = None) -> str:
    try:
        return manifests.ecs_container_definition(variables, secrets or {})
    except manifests.ManifestError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.ecs_container_definition: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"ecs_container_definition": ecs_container_definition}
