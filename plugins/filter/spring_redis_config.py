# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: spring_redis_config
version_added: 0.1.0
short_description: Spring Boot configuration that uses a Redis deployment
description:
  - Returns the tree of an C(application.yml) that connects an application of the given Spring Boot version, in each
    of the three topologies and with the keys that this version has.
  - A key that does not exist in the version, a duration without its unit and a value that the application would
    refuse are errors.
  - The password is never part of the result; O(secrets) says where the application finds it.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.spring
options:
  secrets:
    description:
      - Where the application finds the password.
      - V(configtree) imports a directory with one file per property; a missing directory stops the application at its
        start.
      - V(file) imports a YAML file; a missing file stops the application too.
      - V(env) refers to an environment variable. When it is not set the application starts, and Redis refuses its
        first command.
    type: str
    choices: [configtree, file, env]
    default: configtree
  secret_source:
    description:
      - The directory, file or variable of O(secrets).
      - By default V(/run/secrets/) with O(secrets=configtree), V(/run/secrets/redis.yml) with O(secrets=file) and
        V(REDIS_AUTH_TOKEN) with O(secrets=env).
    type: str
seealso:
  - plugin: accessweaver.elasticache.redis_environment_variables
    plugin_type: filter
  - plugin: accessweaver.elasticache.spring_redis_secrets
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the configuration of an application
  ansible.builtin.copy:
    dest: /etc/orders/application.yml
    content: "{{ config | to_nice_yaml(indent=2, sort_keys=false) }}"
    mode: "0640"
  vars:
    connection: "{{ hostvars['orders-prod'].elasticache_redis_outputs.connection }}"
    config: >-
      {{ connection | accessweaver.elasticache.spring_redis_config(boot_version='3.5', client_name='orders-prod',
         secret_source='/etc/orders/secrets/', cache={'time_to_live': '5m', 'key_prefix': 'orders:'}) }}
"""

RETURN = r"""
_value:
  description: The tree of C(application.yml).
  type: dict
  sample:
    spring:
      config:
        import: configtree:/etc/orders/secrets/
      data:
        redis:
          host: master.orders-dev.abc123.euw1.cache.amazonaws.com
          port: 6379
          client-name: orders-dev
          timeout: 2s
          connect-timeout: 1s
          ssl:
            enabled: true
          lettuce:
            shutdown-timeout: 200ms
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import (
    SpringConfigError,
    SpringOptions,
    redis_config,
)


def spring_redis_config(connection: Mapping[str, Any], boot_version: str = "3.5", **options: Any) -> dict[str, Any]:
    try:
        return redis_config(connection, boot_version, SpringOptions.of(options))
    except SpringConfigError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.spring_redis_config: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spring_redis_config": spring_redis_config}
