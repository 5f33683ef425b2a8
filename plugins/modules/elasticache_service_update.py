#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_service_update
version_added: 0.1.0
short_description: Apply or stop service updates of an ElastiCache replication group
description:
  - Applies the service updates that AWS offers for a replication group, one after the other, and waits until every node
    has them; or stops the application.
  - An update replaces the nodes of a shard one by one. The primary is the last, and its replica takes over, which
    interrupts writes for some seconds. A shard without replicas is interrupted while its node is replaced.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
  - accessweaver.elasticache.wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
options:
  replication_group_id:
    description:
      - Identifier of the group.
    type: str
    required: true
    aliases: [name]
  service_update_names:
    description:
      - The updates. Left out, all that are available for the group.
      - One that is not available for the group is refused.
    type: list
    elements: str
  severity:
    description:
      - Of these updates, take only those of these severities. Left out, of all.
    type: list
    elements: str
    choices: [critical, important, medium, low]
  state:
    description:
      - V(applied) applies what is not applied, scheduled or stopped. What an earlier run began is waited for.
      - V(stopped) stops what waits to start or is in progress. A node that is being updated is finished; those that are
        done stay updated.
    type: str
    choices: [applied, stopped]
    default: applied
notes:
  - "IAM actions: elasticache:BatchApplyUpdateAction, elasticache:BatchStopUpdateAction,
    elasticache:DescribeCacheClusters, elasticache:DescribeEvents, elasticache:DescribeReplicationGroups,
    elasticache:DescribeUpdateActions, elasticache:ListTagsForResource."
seealso:
  - module: accessweaver.elasticache.elasticache_service_update_info
  - module: accessweaver.elasticache.elasticache_failover
"""

EXAMPLES = r"""
- name: Show what would be applied
  accessweaver.elasticache.elasticache_service_update:
    name: accessweaver-prod-redis
  check_mode: true

- name: Apply everything that is critical or important
  accessweaver.elasticache.elasticache_service_update:
    name: accessweaver-prod-redis
    severity: [critical, important]

- name: Read what is to be done on the staging cache
  accessweaver.elasticache.elasticache_service_update_info:
    replication_group_ids: [accessweaver-staging-redis]
    update_action_status: [not-applied, stopped]
  register: pending

- name: Begin the most urgent update and do not wait for it
  accessweaver.elasticache.elasticache_service_update:
    name: accessweaver-staging-redis
    service_update_names: ["{{ pending.update_actions[0].service_update_name }}"]
    wait: false

- name: Stop what is under way
  accessweaver.elasticache.elasticache_service_update:
    name: accessweaver-prod-redis
    state: stopped
"""

RETURN = r"""
update_actions:
  description:
    - The update actions of the group that were selected, as they are after the task; as they would be in check mode.
  returned: success
  type: list
  elements: dict
  sample:
    - replication_group_id: accessweaver-prod-redis
      service_update_name: elasticache-redis-6-2-6-update-20230109
      service_update_severity: important
      update_action_status: complete
      nodes_updated: 9/9
      sla_met: "yes"
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [batch_apply_update_action]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache import service_update

ARGUMENTS: dict[str, dict[str, Any]] = {
    "replication_group_id": {"required": True, "aliases": ["name"]},
    "service_update_names": {"type": "list", "elements": "str"},
    "severity": {"type": "list", "elements": "str", "choices": ["critical", "important", "medium", "low"]},
    "state": {"choices": ["applied", "stopped"], "default": "applied"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
    "progress_path": {"type": "path"},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_module(module, "elasticache", service_update.ensure)


if __name__ == "__main__":
    main()
