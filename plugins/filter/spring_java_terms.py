# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: spring_java_terms
version_added: 0.1.0
short_description: What Java sources for Redis say differently in each Spring Boot line
description:
  - Returns the packages, classes and abilities of a Spring Boot version that templates of Java sources need.
  - A package or type that Java would refuse is an error, and all of them are named at once.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description:
      - Spring Boot version of the application, as a line (V(3.5)) or in full (V(3.5.16)).
      - Known are the lines V(2.7), V(3.0) to V(3.5), V(4.0) and V(4.1).
    type: str
    required: true
  package:
    description: Package of the sources.
    type: str
    required: true
  cache_types:
    description: Type of the values in a cache, as Java's full name with parameters, by name of the cache.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Say where the customizers of a line are
  ansible.builtin.debug:
    msg: "{{ ('4.1' | accessweaver.elasticache.spring_java_terms(package='com.example.orders.redis')).boot_redis }}"
"""

RETURN = r"""
_value:
  description: What the templates of the role say.
  type: dict
  sample:
    line: "3.5"
    package: com.example.orders.redis
    cache_types: {}
    boot_redis: org.springframework.boot.autoconfigure.data.redis
    boot_cache: org.springframework.boot.autoconfigure.cache
    jackson: com.fasterxml.jackson
    json_serializer: Jackson2JsonRedisSerializer
    serializer_takes_mapper: true
    customizes_client_options: true
    tcp_user_timeout: true
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_java import java_terms


def spring_java_terms(boot_version: str, package: str, cache_types: Mapping[str, str] | None = None) -> dict[str, Any]:
    try:
        return java_terms(boot_version, package, cache_types or {})
    except SpringConfigError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.spring_java_terms: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spring_java_terms": spring_java_terms}
