#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_auth_token_info
version_added: 0.1.0
short_description: Tell which AUTH tokens a Redis cache accepts
description:
  - Logs in at every endpoint and node with each token, and without any. ElastiCache accepts two tokens while one is
    rotated, and tells nobody which.
  - Fails when a node does not answer, and when nodes do not agree, as they may while a change is under way.
  - Runs where the cache is reached from, an application host for example. It does not talk to AWS.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes.info_module
  - accessweaver.elasticache.redis
requirements:
  - redis >= 5.0 (the Python package)
options:
  connection:
    required: true
  auth_tokens:
    description:
      - The tokens to try, a mapping of any name to token. Those that are empty are left out.
    type: dict
    required: true
notes:
  - Each login that is denied is counted by the CloudWatch metric C(AuthenticationFailures).
seealso:
  - module: accessweaver.elasticache.redis_verify
  - module: accessweaver.elasticache.elasticache_auth_token
"""

EXAMPLES = r"""
- name: Ask which tokens are valid
  accessweaver.elasticache.redis_auth_token_info:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_tokens:
      old: "{{ old_auth_token }}"
      new: "{{ new_auth_token }}"
  register: tokens

- name: Require that the old one has ended
  ansible.builtin.assert:
    that: tokens.accepted.new and not tokens.accepted.old
"""

RETURN = r"""
accepted:
  description: Whether each token is accepted, by its name; the tokens themselves are in no result.
  returned: success
  type: dict
  sample: {old: false, new: true}
anonymous:
  description: Whether clients without a token are served.
  returned: success
  type: bool
  sample: false
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._redis.arguments import CONNECTION_ARGUMENTS
from ..module_utils._redis.auth_tokens import inform
from ..module_utils._redis.connect import REDIS_IMPORT_ERROR, CacheError

ARGUMENTS: dict[str, dict[str, Any]] = {
    **CONNECTION_ARGUMENTS,
    "connection": {**CONNECTION_ARGUMENTS["connection"], "required": True},
    "auth_tokens": {"type": "dict", "required": True, "no_log": True},
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
