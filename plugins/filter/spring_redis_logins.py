# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: spring_redis_logins
version_added: 0.1.0
short_description: Where an application with a Spring Boot configuration logs in to Redis
description:
  - Reads the text as Spring does, all of its documents and what it imports, and returns every endpoint that the
    application connects to, with user and password.
  - Settings elsewhere in the text that would lead the application away from the last document, such as
    C(spring.data.redis.url), are an error.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The whole text of the configuration.
    type: str
    required: true
  boot_version:
    description: Spring Boot version of the application, as a line (V(3.5)) or in full (V(3.5.16)).
    type: str
    default: "3.5"
  imports:
    description:
      - What it imports, by location as C(spring.config.import) has it; the text of a file, or the properties of a
        configuration tree. Other imports are not followed.
    type: dict
    default: {}
  variables:
    description: Environment variables that the configuration refers to.
    type: dict
    default: {}
seealso:
  - module: accessweaver.elasticache.redis_login
"""

EXAMPLES = r"""
- name: Log in with the configuration that is about to be written
  accessweaver.elasticache.redis_login:
    endpoints: "{{ text | accessweaver.elasticache.spring_redis_logins(imports=imports) }}"
  vars:
    imports:
      configtree:/run/secrets/: "{{ secrets }}"
    text: "{{ lookup('ansible.builtin.file', 'application.yml') }}"
    secrets:
      spring.data.redis.password: "{{ lookup('amazon.aws.secretsmanager_secret', 'orders-prod/redis/auth-token') }}"
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

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_file import spring_logins


def spring_redis_logins(
    text: str,
    boot_version: str = "3.5",
    imports: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    try:
        return [login.endpoint() for login in spring_logins(text, boot_version, imports, variables)]
    except SpringConfigError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.spring_redis_logins: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spring_redis_logins": spring_redis_logins}
