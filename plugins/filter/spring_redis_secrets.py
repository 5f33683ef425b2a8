# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: spring_redis_secrets
version_added: 0.1.0
short_description: The Spring Boot properties that must stay secret
description:
  - Returns the properties that P(accessweaver.elasticache.spring_redis_config#filter) leaves out of
    C(application.yml), by name. Each is one file of a configuration tree, or all of them are one imported YAML file.
  - A token that the application would read differently from what it is, is an error. The message never contains it.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The AUTH token.
    type: str
    required: true
  boot_version:
    description: Spring Boot version of the application, as a line (V(3.5)) or in full (V(3.5.16)).
    type: str
    default: "3.5"
  secrets:
    description: Where the application finds the password, as in P(accessweaver.elasticache.spring_redis_config#filter).
    type: str
    choices: [configtree, file, env]
    default: configtree
seealso:
  - plugin: accessweaver.elasticache.spring_redis_config
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the configuration tree of an application
  ansible.builtin.copy:
    dest: "/etc/orders/secrets/{{ item.key }}"
    content: "{{ item.value }}"
    owner: orders
    mode: "0400"
  loop: "{{ token | accessweaver.elasticache.spring_redis_secrets(boot_version='3.5') | dict2items }}"
  vars:
    token: "{{ lookup('amazon.aws.secretsmanager_secret', 'orders-prod/redis/auth-token') }}"
  no_log: true
  diff: false
"""

RETURN = r"""
_value:
  description: Secret values by property.
  type: dict
  sample:
    spring.data.redis.password: the-token-of-the-deployment
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError, redis_secrets


def spring_redis_secrets(auth_token: str, boot_version: str = "3.5", secrets: str = "configtree") -> dict[str, str]:
    try:
        return redis_secrets(auth_token, boot_version, secrets)
    except SpringConfigError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.spring_redis_secrets: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spring_redis_secrets": spring_redis_secrets}
