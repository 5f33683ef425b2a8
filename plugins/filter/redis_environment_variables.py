# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_environment_variables
version_added: 0.1.0
short_description: Environment variables that use a Redis deployment
description:
  - Returns what P(accessweaver.elasticache.spring_redis_config#filter) returns as the variables that Spring Boot
    binds to the same properties, and beside them C(REDIS_*) for programs that are not Spring.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.spring
options:
  auth_token:
    description:
      - The AUTH token. Left out, no variable carries a password.
      - Environment variables are visible to whoever may inspect the container or the process; a file of its own is
        safer.
    type: str
seealso:
  - plugin: accessweaver.elasticache.env_file
    plugin_type: filter
  - plugin: accessweaver.elasticache.spring_redis_config
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Start a container that uses the deployment
  community.docker.docker_container:
    name: orders
    image: registry.example.com/orders:1.4.0
    env: "{{ connection | accessweaver.elasticache.redis_environment_variables(boot_version='3.5', auth_token=token) }}"
  vars:
    connection: "{{ hostvars['orders-prod'].elasticache_redis_outputs.connection }}"
    token: "{{ lookup('amazon.aws.secretsmanager_secret', 'orders-prod/redis/auth-token') }}"
  no_log: true
"""

RETURN = r"""
_value:
  description: The variables, all of them strings.
  type: dict
  sample:
    SPRING_DATA_REDIS_HOST: master.orders-dev.abc123.euw1.cache.amazonaws.com
    SPRING_DATA_REDIS_PORT: "6379"
    SPRING_DATA_REDIS_TIMEOUT: 2s
    SPRING_DATA_REDIS_CONNECTTIMEOUT: 1s
    SPRING_DATA_REDIS_SSL_ENABLED: "true"
    SPRING_DATA_REDIS_LETTUCE_SHUTDOWNTIMEOUT: 200ms
    REDIS_MODE: single
    REDIS_HOST: master.orders-dev.abc123.euw1.cache.amazonaws.com
    REDIS_PORT: "6379"
    REDIS_TLS: "true"
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import (
    SpringConfigError,
    SpringOptions,
    redis_environment,
)


def redis_environment_variables(
    connection: Mapping[str, Any], boot_version: str = "3.5", auth_token: str | None = None, **options: Any
) -> dict[str, str]:
    try:
        return redis_environment(connection, boot_version, SpringOptions.of(options), auth_token)
    except SpringConfigError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.redis_environment_variables: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_environment_variables": redis_environment_variables}
