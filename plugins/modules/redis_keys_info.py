#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_keys_info
version_added: 0.1.0
short_description: Count the keys of a Redis cache
description:
  - Asks the primary of every shard how many keys it holds, in all its databases.
  - Runs where the cache is reached from, an application host for example. It does not talk to AWS.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes.info_module
  - accessweaver.elasticache.redis
  - accessweaver.elasticache.redis.token
requirements:
  - redis >= 5.0 (the Python package)
options:
  connection:
    required: true
notes:
  - A user of O(username) needs C(INFO), and in a cluster C(CLUSTER SHARDS), before engine version 7.0
    C(CLUSTER SLOTS).
seealso:
  - module: accessweaver.elasticache.redis_verify
"""

EXAMPLES = r"""
- name: Count the keys
  accessweaver.elasticache.redis_keys_info:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
  register: held

- name: Show them
  ansible.builtin.debug:
    msg: "{{ held.total }} keys, of which {{ held.expiring }} will expire"
"""

RETURN = r"""
total:
  description: Number of keys.
  returned: success
  type: int
  sample: 10000
expiring:
  description: How many of them have a time to live.
  returned: success
  type: int
  sample: 2500
primaries:
  description: The same for each primary.
  returned: success
  type: list
  elements: dict
  contains:
    node:
      description: The node.
      type: str
      sample: accessweaver-prod-redis-0001-001.accessweaver-prod-redis.abc123.euw1.cache.amazonaws.com:6379
    role:
      description: Its role as Redis calls it.
      type: str
      sample: master
    total:
      description: Number of keys.
      type: int
      sample: 3312
    expiring:
      description: How many of them have a time to live.
      type: int
      sample: 840
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._redis.arguments import REDIS_ARGUMENTS
from ..module_utils._redis.connect import REDIS_IMPORT_ERROR, CacheError
from ..module_utils._redis.keys import inform

ARGUMENTS: dict[str, dict[str, Any]] = {
    **REDIS_ARGUMENTS,
    "connection": {**REDIS_ARGUMENTS["connection"], "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("redis"), exception=REDIS_IMPORT_ERROR)
    try:
        result = inform(module.params)
    except CacheError as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
