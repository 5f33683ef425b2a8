#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_snapshot_info
version_added: 0.1.0
short_description: Read snapshots of ElastiCache
description:
  - Returns snapshots, newest first, with their tags and the configuration of their shards.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.info_module
  - accessweaver.elasticache.attributes.action_group_aws
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
options:
  snapshot_name:
    description:
      - Name of the snapshot. Left out, all that the other options let through are returned.
    type: str
    aliases: [name]
  replication_group_id:
    description:
      - Only snapshots of this replication group, which need not exist any more.
    type: str
  cache_cluster_id:
    description:
      - Only snapshots of this cache cluster.
    type: str
  snapshot_source:
    description:
      - Only those that ElastiCache takes daily (V(automated)), or the others (V(manual)), final snapshots and copies
        among them.
    type: str
    choices: [automated, manual]
notes:
  - "IAM actions: elasticache:DescribeSnapshots, elasticache:ListTagsForResource."
seealso:
  - module: accessweaver.elasticache.elasticache_snapshot
"""

EXAMPLES = r"""
- name: Read the snapshots of the production cache
  accessweaver.elasticache.elasticache_snapshot_info:
    replication_group_id: accessweaver-prod-redis
  register: found

- name: Show the newest
  ansible.builtin.debug:
    msg: "{{ found.snapshots | map(attribute='snapshot_name') | first | default('none') }}"

- name: Read one snapshot
  accessweaver.elasticache.elasticache_snapshot_info:
    name: accessweaver-prod-redis-2026-11

- name: Read every snapshot that nobody deletes but us
  accessweaver.elasticache.elasticache_snapshot_info:
    snapshot_source: manual
"""

RETURN = r"""
snapshots:
  description:
    - The snapshots, each as RV(accessweaver.elasticache.elasticache_snapshot#module:snapshot) describes it.
    - Newest first, those that are not done yet before all others. Empty when there is none.
  returned: success
  type: list
  elements: dict
  sample: [{snapshot_name: accessweaver-prod-redis-release-42, snapshot_status: available}]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache.snapshot_state import inform

ARGUMENTS: dict[str, dict[str, Any]] = {
    "snapshot_name": {"aliases": ["name"]},
    "replication_group_id": {},
    "cache_cluster_id": {},
    "snapshot_source": {"choices": ["automated", "manual"]},
}


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True), "elasticache", inform)


if __name__ == "__main__":
    main()
