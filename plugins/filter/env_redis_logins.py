# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: env_redis_logins
version_added: 0.1.0
short_description: Where a program with an environment file logs in to Redis
description:
  - Reads the text that P(accessweaver.elasticache.env_file#filter) has written, and returns every endpoint that its
    variables lead to; those that Spring Boot binds, and C(REDIS_*) for other programs.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The whole text of the environment file.
    type: str
    required: true
  dialect:
    description: The program that reads the file, as in P(accessweaver.elasticache.env_file#filter).
    type: str
    choices: [docker, compose, systemd]
    default: docker
  boot_version:
    description: Spring Boot version of the application, as a line (V(3.5)) or in full (V(3.5.16)).
    type: str
    default: "3.5"
seealso:
  - module: accessweaver.elasticache.redis_login
"""

EXAMPLES = r"""
- name: Log in with the environment file of this host
  accessweaver.elasticache.redis_login:
    endpoints: "{{ file.content | b64decode | accessweaver.elasticache.env_redis_logins(dialect='systemd') }}"
  no_log: true
"""

RETURN = r"""
_value:
  description:
    - Endpoints, for the option O(accessweaver.elasticache.redis_login#module:endpoints), with user and password.
  type: list
  elements: dict
  sample:
    - host: master.orders-dev.abc123.euw1.cache.amazonaws.com
      port: 6379
      tls: true
      username: null
      password: the-token-of-the-deployment
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_file import environment_logins


def env_redis_logins(text: str, dialect: str = "docker", boot_version: str = "3.5") -> list[dict[str, Any]]:
    try:
        return [login.endpoint() for login in environment_logins(text, dialect, boot_version)]
    except SpringConfigError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.env_redis_logins: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"env_redis_logins": env_redis_logins}
