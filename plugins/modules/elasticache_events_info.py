#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_events_info
version_added: 0.1.0
short_description: Read the events of an ElastiCache replication group and its members
description:
  - Returns what ElastiCache recorded of a replication group, its members and its former members, in one list, oldest
    first.
  - ElastiCache keeps events for 14 days, also those of a group that was deleted.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes.info_module
  - accessweaver.elasticache.attributes.action_group_aws
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
options:
  replication_group_id:
    description:
      - Identifier of the group. It need not exist any more.
    type: str
    required: true
    aliases: [name]
  duration:
    description:
      - Minutes to look back, from O(end_time) if it is set, else from now; up to 20160, which is 14 days.
      - Left out, and without O(start_time), ElastiCache looks back an hour.
    type: int
  start_time:
    description:
      - When to begin, as a time in ISO 8601. One without an offset is local time of the host that runs the module.
    type: str
  end_time:
    description:
      - When to end, written like O(start_time). Left out, it is now.
    type: str
  message_pattern:
    description:
      - Regular expression of Python that is searched for in the messages; case does not matter.
    type: str
notes:
  - "IAM actions: elasticache:DescribeEvents, elasticache:DescribeReplicationGroups."
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
  - module: accessweaver.elasticache.elasticache_failover
"""

EXAMPLES = r"""
- name: Read what happened in the last hour
  accessweaver.elasticache.elasticache_events_info:
    name: accessweaver-prod-redis

- name: Look for failovers in the last 14 days
  accessweaver.elasticache.elasticache_events_info:
    name: accessweaver-prod-redis
    duration: 20160
    message_pattern: failover from primary node

- name: Read the events of one night
  accessweaver.elasticache.elasticache_events_info:
    name: accessweaver-prod-redis
    start_time: "2026-11-22T22:00:00Z"
    end_time: "2026-11-23T06:00:00Z"
"""

RETURN = r"""
events:
  description: The events, oldest first; empty when there is none.
  returned: success
  type: list
  elements: dict
  contains:
    date:
      description: When it was recorded.
      type: str
      sample: "2026-11-23T03:12:44.117000+00:00"
    message:
      description: What happened.
      type: str
      sample: Failover from primary node accessweaver-prod-redis-0001-001 to replica node
        accessweaver-prod-redis-0001-002 completed
    source_identifier:
      description: The group or the member that it happened to.
      type: str
      sample: accessweaver-prod-redis-0001-002
    source_type:
      description: What that is, V(replication-group) or V(cache-cluster).
      type: str
      sample: cache-cluster
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache import events

ARGUMENTS: dict[str, dict[str, Any]] = {
    "replication_group_id": {"required": True, "aliases": ["name"]},
    "duration": {"type": "int"},
    "start_time": {},
    "end_time": {},
    "message_pattern": {},
}
EXCLUSIVE = [("duration", "start_time")]


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, mutually_exclusive=EXCLUSIVE, supports_check_mode=True)
    run_module(module, "elasticache", events.inform)


if __name__ == "__main__":
    main()
