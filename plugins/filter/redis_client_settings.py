# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_client_settings
version_added: 0.1.0
short_description: Settings of a Redis library that use a deployment
description:
  - Returns what the library of an application takes, in its own words; with replicas also the endpoint for reads.
    Reads go to the primary unless the application chooses otherwise.
  - A value that the library would read differently from what it is, is an error. The message never contains the token.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description:
      - How the deployment is reached, C(elasticache_redis_outputs.connection) of the role
        C(elasticache_redis).
    type: dict
    required: true
  library:
    description:
      - V(redis-py), URLs for C(Redis.from_url) and C(RedisCluster.from_url).
      - V(ioredis), for C(new Redis) and C(new Cluster).
      - V(go-redis), URLs for C(ParseURL) and C(ParseClusterURL).
      - V(jedis), URLs for C(DefaultJedisClientConfig.builder), and its setters by name.
      - V(redisson), what C(Config.fromYAML) reads.
    type: str
    choices: [redis-py, ioredis, go-redis, jedis, redisson]
    required: true
  auth_token:
    description:
      - The AUTH token, percent-encoded where a URL carries it.
      - Left out, there is no password, and the application adds it. For V(redisson) it is then
        C(${REDIS_AUTH_TOKEN}), which the library reads from its environment.
    type: str
  client_name:
    description: Name under which the application's connections appear in C(CLIENT LIST).
    type: str
  timeout:
    description: How long a command may take, a whole number with its unit.
    type: str
    default: 2s
  connect_timeout:
    description: How long a connection may take to come up, a whole number with its unit.
    type: str
    default: 1s
  ca_file:
    description:
      - PEM file on the host of the application with the authority of the certificates, where the system's do not do.
      - V(jedis) and V(redisson) take authorities from the trust store of their JVM; for them the option is an error.
        So it is for a deployment without TLS.
    type: path
seealso:
  - plugin: accessweaver.elasticache.redis_environment_variables
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the settings of a Python application
  ansible.builtin.copy:
    dest: /etc/orders/redis-py.json
    content: >-
      {{ connection | accessweaver.elasticache.redis_client_settings('redis-py', auth_token=token) | to_nice_json }}
    owner: orders
    mode: "0600"
  vars:
    connection: "{{ hostvars['orders-prod'].elasticache_redis_outputs.connection }}"
    token: "{{ lookup('amazon.aws.secretsmanager_secret', 'orders-prod/redis/auth-token') }}"
  no_log: true
  diff: false

- name: Show how go-redis would connect
  ansible.builtin.debug:
    msg: "{{ connection | accessweaver.elasticache.redis_client_settings('go-redis', timeout='5s') }}"
  vars:
    connection: "{{ hostvars['orders-prod'].elasticache_redis_outputs.connection }}"
"""

RETURN = r"""
_value:
  description:
    - The settings. Besides those of V(redisson), which are its own file, they tell C(mode), which is V(single),
      V(replica) or V(cluster).
  type: dict
  sample:
    mode: replica
    url: "rediss://master.orders-dev.abc123.euw1.cache.amazonaws.com:6379?socket_timeout=2.0&socket_connect_timeout=1.0"
    reader_url: "rediss://replica.orders-dev.abc123.euw1.cache.amazonaws.com:6379?socket_timeout=2.0&socket_connect_timeout=1.0"
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import (
    ClientSettingsError,
    client_settings,
)


def redis_client_settings(
    connection: Mapping[str, Any], library: str, auth_token: str | None = None, **options: Any
) -> dict[str, Any]:
    try:
        return client_settings(connection, library, auth_token, **options)
    except (ClientSettingsError, TypeError) as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.redis_client_settings: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_client_settings": redis_client_settings}
