#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_service_update_info
version_added: 0.1.0
short_description: Read the service updates of ElastiCache and how far replication groups are with them
description:
  - Returns the service updates that AWS has published for a region, and for each replication group that they concern
    how far it is, down to its nodes.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes.info_module
  - accessweaver.elasticache.attributes.action_group_aws
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
options:
  replication_group_ids:
    description:
      - Replication groups whose update actions are returned. Left out, those of all.
    type: list
    elements: str
    aliases: [names]
  service_update_name:
    description:
      - Return only this service update.
    type: str
  service_update_status:
    description:
      - Return only service updates of these statuses.
      - An empty list means all of them.
    type: list
    elements: str
    choices: [available, cancelled, expired]
    default: [available]
  severity:
    description:
      - Return only service updates of these severities. Left out, of all.
    type: list
    elements: str
    choices: [critical, important, medium, low]
  apply_by:
    description:
      - Return only what AWS recommends to apply by this day or earlier, written as V(2026-11-30), in UTC. To be
        compliant, a group has to be updated by then.
    type: str
  update_action_status:
    description:
      - Return only update actions of these statuses. Left out, of all.
    type: list
    elements: str
    choices:
      - not-applied
      - waiting-to-start
      - in-progress
      - stopping
      - stopped
      - complete
      - scheduling
      - scheduled
      - not-applicable
notes:
  - "IAM actions: elasticache:DescribeServiceUpdates, elasticache:DescribeUpdateActions."
seealso:
  - module: accessweaver.elasticache.elasticache_service_update
"""

EXAMPLES = r"""
- name: Read what is to be done
  accessweaver.elasticache.elasticache_service_update_info:
    update_action_status: [not-applied, stopped]
  register: pending

- name: Read what endangers compliance of one cache this month
  accessweaver.elasticache.elasticache_service_update_info:
    replication_group_ids: [accessweaver-prod-redis]
    severity: [critical, important]
    update_action_status: [not-applied, stopped]
    apply_by: "2026-11-30"
"""

RETURN = r"""
service_updates:
  description: The service updates, as DescribeServiceUpdates has them.
  returned: success
  type: list
  elements: dict
  sample:
    - service_update_name: elasticache-redis-6-2-6-update-20230109
      service_update_severity: important
      service_update_status: available
      service_update_recommended_apply_by_date: "2026-11-30T23:59:59+00:00"
      engine: redis
update_actions:
  description:
    - How far each replication group is with these updates, as DescribeUpdateActions has it, with the status of each
      node. What is to be applied first comes first.
  returned: success
  type: list
  elements: dict
  sample:
    - replication_group_id: accessweaver-prod-redis
      service_update_name: elasticache-redis-6-2-6-update-20230109
      service_update_severity: important
      update_action_status: not-applied
      nodes_updated: 0/9
      sla_met: "no"
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache import service_update

ACTION_STATUSES = [
    "not-applied",
    "waiting-to-start",
    "in-progress",
    "stopping",
    "stopped",
    "complete",
    "scheduling",
    "scheduled",
    "not-applicable",
]
ARGUMENTS: dict[str, dict[str, Any]] = {
    "replication_group_ids": {"type": "list", "elements": "str", "aliases": ["names"]},
    "service_update_name": {},
    "service_update_status": {
        "type": "list",
        "elements": "str",
        "choices": ["available", "cancelled", "expired"],
        "default": ["available"],
    },
    "severity": {"type": "list", "elements": "str", "choices": ["critical", "important", "medium", "low"]},
    "apply_by": {},
    "update_action_status": {"type": "list", "elements": "str", "choices": ACTION_STATUSES},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_module(module, "elasticache", service_update.inform)


if __name__ == "__main__":
    main()
