#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_publish
version_added: 0.1.0
short_description: Publish a message to a channel of Redis
description:
  - Sends a message to the subscribers of a channel. Whoever is not connected at that moment does not receive it.
  - In a cluster it reaches the subscribers at every node.
  - Runs where the cache is reached from, an application host for example. It does not talk to AWS.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.redis
  - accessweaver.elasticache.redis.token
attributes:
  diff_mode:
    support: none
    details:
      - A message is no state.
  idempotent:
    support: none
    details:
      - Each run publishes the message.
requirements:
  - redis >= 5.0 (the Python package)
options:
  connection:
    required: true
  channel:
    description:
      - Name of the channel.
    type: str
    required: true
  payload:
    description:
      - The message. A mapping or a list becomes JSON.
    type: jsonarg
    required: true
notes:
  - In check mode nothing is published.
  - A user of O(username) needs C(INFO) and C(PUBLISH) on the channel, and in a cluster C(CLUSTER SHARDS), before engine
    version 7.0 C(CLUSTER SLOTS).
seealso:
  - module: accessweaver.elasticache.redis_invalidate
"""

EXAMPLES = r"""
- name: Tell the applications to load their feature flags again
  accessweaver.elasticache.redis_publish:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    channel: acme:feature-flags
    payload:
      changed: [dark-mode]
"""

RETURN = r"""
node:
  description: The primary that the message was published to.
  returned: success
  type: str
  sample: accessweaver-prod-redis-0001-001.accessweaver-prod-redis.abc123.euw1.cache.amazonaws.com:6379
receivers:
  description:
    - How many subscribers it reached at that node. In a cluster, those at other nodes receive it too and are not
      counted. Null in check mode.
  returned: success
  type: int
  sample: 2
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._redis.arguments import REDIS_ARGUMENTS
from ..module_utils._redis.entry import run_module
from ..module_utils._redis.publish import publish

ARGUMENTS: dict[str, dict[str, Any]] = {
    **REDIS_ARGUMENTS,
    "connection": {**REDIS_ARGUMENTS["connection"], "required": True},
    "channel": {"required": True},
    "payload": {"type": "jsonarg", "required": True},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True), publish)


if __name__ == "__main__":
    main()
