#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_function
version_added: 0.1.0
short_description: Load and delete libraries of Redis Functions
description:
  - Sees to it that every primary of a cache has a library with exactly this code, or does not have it. Replicas get it
    from their primary.
  - The library is loaded only where it is missing or its code differs. A primary that a cluster gained later lacks it
    until ElastiCache has copied it or the module has run again.
  - An engine before version 7.0 has no functions and is refused;
    P(accessweaver.elasticache.redis_function_scripts#filter) makes scripts of the same code.
  - Runs where the cache is reached from, an application host for example. It does not talk to AWS.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.redis
  - accessweaver.elasticache.redis.token
requirements:
  - redis >= 5.0 (the Python package)
options:
  connection:
    required: true
  name:
    description:
      - Name of the library.
    type: str
    required: true
  state:
    description:
      - V(present) loads the library where its code differs, V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  code:
    description:
      - The code of the library, which begins with C(#!lua name=) and O(name). Needed with O(state=present).
    type: str
notes:
  - A user of O(username) needs C(FUNCTION LIST), C(FUNCTION LOAD), C(FUNCTION DELETE) and C(INFO), and in a cluster
    C(CLUSTER SHARDS).
  - Check mode does not compile the code.
seealso:
  - plugin: accessweaver.elasticache.redis_function_scripts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Load the access patterns
  accessweaver.elasticache.redis_function:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    name: accessweaver1
    code: "{{ lookup('ansible.builtin.file', 'accessweaver1.lua') }}"

- name: Load a library of one's own on every primary
  accessweaver.elasticache.redis_function:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    name: greeting
    code: |
      #!lua name=greeting
      redis.register_function('greet', function(keys, args) return 'Hello ' .. args[1] end)

- name: Change it on every primary that has other code, and show the difference
  accessweaver.elasticache.redis_function:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    name: greeting
    code: |
      #!lua name=greeting
      redis.register_function('greet', function(keys, args) return 'Good morning ' .. args[1] end)
  diff: true

- name: Delete a library that no application calls any more
  accessweaver.elasticache.redis_function:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    name: greeting
    state: absent
"""

RETURN = r"""
primaries:
  description: Every primary, and whether its library had to be changed.
  returned: success
  type: list
  elements: dict
  contains:
    node:
      description: The node.
      type: str
      sample: accessweaver-prod-redis-0001-001.accessweaver-prod-redis.abc123.euw1.cache.amazonaws.com:6379
    engine_version:
      description: Version of its engine.
      type: str
      sample: 7.1.0
    changed:
      description: Whether the library was loaded or deleted there; in check mode, whether it would be.
      type: bool
      sample: true
operations:
  description: The commands that were run, one for each changed primary; in check mode, that would be.
  returned: success
  type: list
  elements: str
  sample: [FUNCTION LOAD, FUNCTION LOAD, FUNCTION LOAD]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._redis.arguments import REDIS_ARGUMENTS
from ..module_utils._redis.entry import run_module
from ..module_utils._redis.functions import ensure

ARGUMENTS: dict[str, dict[str, Any]] = {
    **REDIS_ARGUMENTS,
    "connection": {**REDIS_ARGUMENTS["connection"], "required": True},
    "name": {"required": True},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "code": {},
}


def main() -> None:
    required_if = [("state", "present", ["code"])]
    run_module(AnsibleModule(argument_spec=ARGUMENTS, required_if=required_if, supports_check_mode=True), ensure)


if __name__ == "__main__":
    main()
