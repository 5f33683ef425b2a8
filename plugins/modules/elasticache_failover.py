#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_failover
version_added: 0.1.0
short_description: Fail over shards of an ElastiCache replication group, and measure how long writes stand still
description:
  - Lets ElastiCache fail over one shard after the other with its operation C(TestFailover), and waits for the real end
    of each; a replica has become primary, the old primary is back as a replica, and all members are available.
  - With O(connection), a client writes to the shard before, during and after its failover. What it saw is in the
    result, how long no write was acknowledged, how many failed, and how many acknowledged ones the new primary does not
    have.
  - Everything that stands in the way is found before the first failover and told in one message. ElastiCache fails over
    up to 15 shards of an account and region in 24 hours, those with a replica, and with automatic failover enabled.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
  - accessweaver.elasticache.redis
  - accessweaver.elasticache.redis.token
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
attributes:
  idempotent:
    support: none
    details:
      - Every run fails over again.
requirements:
  - redis >= 5.0 (the Python package), with O(connection)
options:
  replication_group_id:
    description:
      - Identifier of the group.
    type: str
    required: true
    aliases: [name]
  node_group_ids:
    description:
      - Shards to fail over, in this order. A group with cluster mode disabled has one, V("0001").
      - Left out, all of them.
    type: list
    elements: str
    aliases: [shards]
  connection:
    description:
      - Left out, nothing is measured.
      - With cluster mode enabled it has to name the nodes with their shards, as the endpoint of a cluster leads to any
        of them.
  timeout:
    description:
      - A lost node may not answer at all; the longer this is, the later the writer turns to another one.
    default: 1
  wait_timeout:
    description:
      - Seconds that the whole task may take. When they are over the task fails, and ElastiCache goes on.
    type: int
    default: 3600
  progress_path:
    description:
      - File that gets a line for each look at a failover.
      - Set by the action plugin, which shows those lines, when the module runs on the controller.
    type: path
notes:
  - The module has to reach AWS and, with O(connection), the nodes.
  - The writer uses one key C(accessweaver:verify:*) of each shard, which it deletes in the end and which expires in any
    case, and the commands C(GET), C(SET) and C(DEL).
  - In check mode nothing is failed over or written.
  - This tests one way to fail. A zone that is lost, for example, is another one. AWS may block the operation during
    events of its own.
  - "IAM actions: elasticache:TestFailover, elasticache:DescribeCacheClusters, elasticache:DescribeEvents,
    elasticache:DescribeReplicationGroups, elasticache:ListTagsForResource."
seealso:
  - module: accessweaver.elasticache.elasticache_events_info
  - module: accessweaver.elasticache.elasticache_replication_group
  - module: accessweaver.elasticache.redis_verify
"""

EXAMPLES = r"""
- name: Show which shards would be failed over
  accessweaver.elasticache.elasticache_failover:
    name: accessweaver-prod-redis
  check_mode: true
  register: plan

- name: Fail over the primary of a group with cluster mode disabled
  accessweaver.elasticache.elasticache_failover:
    name: accessweaver-staging-redis

- name: Fail over one shard, and measure
  accessweaver.elasticache.elasticache_failover:
    name: accessweaver-prod-redis
    node_group_ids: ["0002"]
    connection: "{{ elasticache_redis_outputs.connection }}"
    auth_token: "{{ redis_auth_token }}"
  register: drill

- name: Require that writes were back within ten seconds
  ansible.builtin.assert:
    that: drill.failovers[0].writes.longest_gap_seconds < 10
"""

RETURN = r"""
failovers:
  description: The failovers, in order; in check mode those that would be.
  returned: when a failover was tried
  type: list
  elements: dict
  contains:
    node_group_id:
      description: The shard.
      type: str
      sample: "0002"
    members:
      description: Its nodes.
      type: list
      elements: str
      sample: [accessweaver-prod-redis-0002-001, accessweaver-prod-redis-0002-002]
    old_primary:
      description:
        - The node that was primary. In check mode it is null with cluster mode enabled, as ElastiCache does not tell.
      type: str
      sample: accessweaver-prod-redis-0002-001
    new_primary:
      description: The node that became primary; null in check mode.
      type: str
      sample: accessweaver-prod-redis-0002-002
    seconds:
      description: Seconds from the call until everything was available again; null in check mode.
      type: float
      sample: 412.7
    writes:
      description: What the writer saw; null without O(connection) and in check mode.
      type: dict
      contains:
        acknowledged:
          description: Writes that the cache acknowledged.
          type: int
          sample: 4021
        failed:
          description: Writes that failed.
          type: int
          sample: 11
        lost:
          description: Acknowledged writes that the new primary did not have, since replication is asynchronous.
          type: int
          sample: 0
        unavailable_seconds:
          description:
            - Seconds without an acknowledged write, from the last before a failed one to the first after it, all such
              times together.
          type: float
          sample: 6.214
        longest_gap_seconds:
          description: The longest time between two acknowledged writes.
          type: float
          sample: 5.102
        errors:
          description: What the failed writes were told, each once.
          type: list
          elements: str
          sample: [Connection closed by server.]
    events:
      description: The events that ElastiCache recorded of the group and its members meanwhile, oldest first.
      type: list
      elements: dict
      sample:
        - date: "2026-11-23T03:12:44.117000+00:00"
          message: Test Failover API called for node group 0002
          source_identifier: accessweaver-prod-redis
          source_type: replication-group
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [test_failover]
"""

from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache import failover
from ..module_utils._redis.arguments import REDIS_ARGUMENTS
from ..module_utils._redis.connect import REDIS_IMPORT_ERROR

ARGUMENTS: dict[str, dict[str, Any]] = {
    "replication_group_id": {"required": True, "aliases": ["name"]},
    "node_group_ids": {"type": "list", "elements": "str", "aliases": ["shards"]},
    **REDIS_ARGUMENTS,
    "timeout": {"type": "float", "default": 1},
    "wait_timeout": {"type": "int", "default": 3600},
    "progress_path": {"type": "path"},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    if module.params["connection"] and REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("redis"), exception=REDIS_IMPORT_ERROR)
    run_module(module, "elasticache", failover.ensure)


if __name__ == "__main__":
    main()
