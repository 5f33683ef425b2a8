#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_verify
version_added: 0.1.0
short_description: Prove over the wire that a Redis cache is what was declared
description:
  - Connects to every endpoint and node of a cache as applications do, and as they must not be able to.
  - Every endpoint answers over TLS that is verified against a CA, with the token. It denies a client without token and
    one with a wrong token, and gives no answer without TLS, unless O(connection.plain_text) says that it does.
  - Every shard has one primary, the declared replicas, and their links up. The writer endpoint leads to a primary, the
    reader endpoint to a replica. In a cluster every slot is served, and every node sees the cluster as healthy. Every
    primary takes, returns and deletes a value, under a key of its own that expires in any case.
  - All that fails is in one message, with what was expected, what came, and what to do.
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
  num_node_groups:
    description:
      - Number of shards that a cluster has to have.
    type: int
  replicas_per_node_group:
    description:
      - Number of replicas that each shard has to have.
    type: int
  node_count:
    description:
      - Number of nodes in all, another way to say O(replicas_per_node_group).
    type: int
notes:
  - In check mode no value is written; everything else is the same.
  - Commands that ElastiCache restricts are not used. The user of O(username) needs C(PING), C(INFO), C(SET), C(GET) and
    C(DEL) on keys C(accessweaver:verify:*), and in a cluster C(CLUSTER SHARDS), before engine version 7.0
    C(CLUSTER SLOTS), and C(CLUSTER INFO).
  - Each run makes one failed login at each endpoint and node, which the CloudWatch metric C(AuthenticationFailures)
    counts.
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
"""

EXAMPLES = r"""
- name: Prove that the cache is what was declared
  accessweaver.elasticache.redis_verify:
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
    num_node_groups: 2
    replicas_per_node_group: 1

- name: Try a primary with one replica by its endpoints, until it is ready
  accessweaver.elasticache.redis_verify:
    connection:
      mode: replica
      writer: {host: "{{ redis_host }}", port: 6379}
      reader: {host: "{{ redis_reader_host }}", port: 6379}
    auth_token: "{{ redis_auth_token }}"
    replicas_per_node_group: 1
  register: proof
  until: proof is success
  retries: 5
  delay: 10
"""

RETURN = r"""
checks:
  description: Everything that was tried, in order.
  returned: when the cache was tried
  type: list
  elements: dict
  contains:
    check:
      description:
        - What was tried; V(login), V(anonymous_refused), V(wrong_token_refused), V(plain_text_refused),
          V(plain_text_served), V(role), V(primary), V(replicas), V(replica_link), V(writer), V(reader), V(discovery),
          V(slots), V(shards), V(cluster_state) or V(write).
      type: str
      sample: login
    node:
      description: Where, a host with its port or the shard as a whole.
      type: str
      sample: master.demo.abc123.euw1.cache.amazonaws.com:6379
    ok:
      description: Whether it came out as expected.
      type: bool
      sample: true
    expected:
      description: What was expected.
      type: str
      sample: PONG over verified TLS
    detail:
      description: What came.
      type: str
      sample: PONG
    remedy:
      description: What to do; null when it is ok.
      type: str
      sample: give the token that is in effect, and the user it belongs to
latency:
  description: How long a PING took on an open connection to each node that answers, in milliseconds.
  returned: when the cache was tried
  type: list
  elements: dict
  contains:
    node:
      description: The node.
      type: str
      sample: master.demo.abc123.euw1.cache.amazonaws.com:6379
    min_ms:
      description: The shortest of ten.
      type: float
      sample: 0.31
    median_ms:
      description: The median of ten.
      type: float
      sample: 0.35
    max_ms:
      description: The longest of ten.
      type: float
      sample: 0.9
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._redis.arguments import REDIS_ARGUMENTS
from ..module_utils._redis.connect import REDIS_IMPORT_ERROR
from ..module_utils._redis.verify import VerificationFailed, verify

ARGUMENTS: dict[str, dict[str, Any]] = {
    **REDIS_ARGUMENTS,
    "connection": {**REDIS_ARGUMENTS["connection"], "required": True},
    "num_node_groups": {"type": "int"},
    "replicas_per_node_group": {"type": "int"},
    "node_count": {"type": "int"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("redis"), exception=REDIS_IMPORT_ERROR)
    try:
        result = verify(module.params, module.check_mode)
    except VerificationFailed as failure:
        module.fail_json(msg=str(failure), **failure.result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
