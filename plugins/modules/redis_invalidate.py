#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_invalidate
version_added: 0.1.0
short_description: Delete what a Redis cache holds of a tenant, a user or a resource
description:
  - Finds the keys of a tenant, or of a user or a resource of it, on every primary, deletes them, and publishes what was
    invalidated, so that applications drop what they keep themselves.
  - Looks for the keys and deletes them in small steps, which other commands get in between. Nothing is deleted before
    everything was found, and nothing at all when it is more than O(max_keys).
  - Ids stand in keys with every character but letters, digits and C(-._~) as C(%XX) (RFC 3986). So the keys of another
    tenant never match, whatever characters an id holds.
  - With keys of the library C(accessweaver1), a fill that was under way cannot bring back what was deleted.
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
  tenant:
    description:
      - Id of the tenant, as it is, not escaped.
    type: str
    required: true
  user:
    description:
      - Id of a user of the tenant. Left out, all its users.
    type: str
  resource:
    description:
      - A resource. Left out, all of them.
    type: str
  keys:
    description:
      - What the keys look like, with C(<tenant>), C(<user>) and C(<resource>) where an id stands. Everything else is
        taken literally.
      - A key without a place for an id that is given is left alone. An id that is not given may be any.
      - The default is what the library C(accessweaver1) keeps of permissions.
    type: list
    elements: str
    default:
      - aw:{<tenant>}:permissions
      - aw:{<tenant>}:permissions:<user>
      - aw:{<tenant>}:permissions:<user>:<resource>
  channel:
    description:
      - Channel to publish to, once all keys are deleted. It is published to when there were none, too, because
        applications may keep what the cache does not hold any more. Empty, nothing is published.
      - "The message is a JSON object: C(type) is V(user-permissions) or V(tenant-permissions); C(tenantId), C(userId)
        and C(resource) are the ids that were given."
    type: str
    default: aw:cache-invalidation
  count:
    description:
      - Keys that a node looks at in one step, and that are deleted in one.
    type: int
    default: 500
  pause:
    description:
      - Seconds between two steps.
    type: float
    default: 0.001
  max_keys:
    description:
      - Fail, and delete nothing, when there are more keys.
    type: int
    default: 100000
notes:
  - In check mode the keys are counted; nothing is deleted or published.
  - A user of O(username) needs C(SCAN), C(INFO), C(UNLINK) on the keys and C(PUBLISH) on the channel, and in a cluster
    C(CLUSTER SHARDS), before engine version 7.0 C(CLUSTER SLOTS).
seealso:
  - module: accessweaver.elasticache.redis_function
  - module: accessweaver.elasticache.redis_publish
"""

EXAMPLES = r"""
- name: Count what the cache holds of a tenant
  accessweaver.elasticache.redis_invalidate:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    tenant: acme
  check_mode: true
  register: held

- name: Invalidate the permissions of a user
  accessweaver.elasticache.redis_invalidate:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    tenant: acme
    user: jane.doe@example.com

- name: Invalidate keys of an application's own, and tell nobody
  accessweaver.elasticache.redis_invalidate:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    tenant: acme
    keys:
      - orders:{<tenant>}:cart:<user>
    channel: ""
"""

RETURN = r"""
keys:
  description: Number of keys that were deleted; in check mode, that would be.
  returned: success
  type: int
  sample: 42
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
    keys:
      description: Number of keys.
      type: int
      sample: 42
receivers:
  description:
    - How many subscribers the message reached at the node that it was published to. In a cluster, those at other nodes
      receive it too and are not counted. Null when nothing was published.
  returned: success
  type: int
  sample: 2
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._redis.arguments import REDIS_ARGUMENTS
from ..module_utils._redis.entry import run_module
from ..module_utils._redis.invalidate import invalidate

PERMISSIONS = [
    "aw:{<tenant>}:permissions",
    "aw:{<tenant>}:permissions:<user>",
    "aw:{<tenant>}:permissions:<user>:<resource>",
]
ARGUMENTS: dict[str, dict[str, Any]] = {
    **REDIS_ARGUMENTS,
    "connection": {**REDIS_ARGUMENTS["connection"], "required": True},
    "tenant": {"required": True},
    "user": {},
    "resource": {},
    "keys": {"type": "list", "elements": "str", "default": PERMISSIONS, "no_log": False},
    "channel": {"default": "aw:cache-invalidation"},
    "count": {"type": "int", "default": 500},
    "pause": {"type": "float", "default": 0.001},
    "max_keys": {"type": "int", "default": 100000, "no_log": False},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True), invalidate)


if __name__ == "__main__":
    main()
