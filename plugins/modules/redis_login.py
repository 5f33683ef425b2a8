#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_login
version_added: 0.1.0
short_description: Log in to Redis as an application does
description:
  - Connects to every endpoint, over TLS that is verified, logs in and sends C(PING). All that fails is in one message,
    with what to do.
  - Needs nothing but Python on the host, so that it runs on any application host.
  - M(accessweaver.elasticache.redis_verify) proves much more, and needs redis-py.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes.info_module
options:
  endpoints:
    description:
      - Where to log in, and as whom; P(accessweaver.elasticache.spring_redis_logins#filter) reads them from a
        configuration. An empty list is refused, for it proves nothing.
    type: list
    elements: dict
    required: true
    suboptions:
      host:
        description: Name or address.
        type: str
        required: true
      port:
        description: Port.
        type: int
        default: 6379
      tls:
        description: Whether to speak TLS, which verifies the certificate and the name in it.
        type: bool
        default: true
      username:
        description: User that the password belongs to. Left out, the default one.
        type: str
      password:
        description: The password or AUTH token. Left out, there is no login before the C(PING).
        type: str
  ca_file:
    description: File of CA certificates to verify with. Left out, those of the system, to which ElastiCache's belong.
    type: path
  timeout:
    description: Seconds that a connection, and each answer, may take.
    type: float
    default: 5
seealso:
  - module: accessweaver.elasticache.redis_verify
"""

EXAMPLES = r"""
- name: Log in with what is about to be written
  accessweaver.elasticache.redis_login:
    endpoints:
      - host: "{{ redis_host }}"
        password: "{{ redis_auth_token }}"
"""

RETURN = r"""
endpoints:
  description: Where the login succeeded.
  returned: success
  type: list
  elements: str
  sample: ["master.orders-prod.abc123.euw1.cache.amazonaws.com:6379"]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._redis.login import LoginError, log_in

ENDPOINT: dict[str, dict[str, Any]] = {
    "host": {"required": True},
    "port": {"type": "int", "default": 6379},
    "tls": {"type": "bool", "default": True},
    "username": {},
    "password": {"no_log": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "endpoints": {"type": "list", "elements": "dict", "required": True, "options": ENDPOINT},
    "ca_file": {"type": "path"},
    "timeout": {"type": "float", "default": 5},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        result = log_in(module.params)
    except LoginError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
