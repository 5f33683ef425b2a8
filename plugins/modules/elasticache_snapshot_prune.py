#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_snapshot_prune
version_added: 0.1.0
short_description: Delete old manual snapshots of ElastiCache
description:
  - Nobody deletes manual snapshots, copies and the final snapshots of deleted groups, and each of them is paid for.
  - A snapshot is deleted when it is neither one of the newest O(keep_last) of its replication group nor younger than
    O(max_age_days). Snapshots of groups that do not exist any more have limits of their own, O(orphans).
  - Automatic snapshots are never touched; ElastiCache deletes them itself. Nor is one that is not C(available), and
    neither counts among the newest.
  - Returns every snapshot with the reason why it goes or stays. Check mode is the dry run.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
options:
  keep_last:
    description:
      - How many of the newest snapshots of each replication group stay in any case.
      - Left out while O(max_age_days) is set, it is V(1), so that age alone never takes the last one; V(0) would.
    type: int
  max_age_days:
    description:
      - Days for which the other ones stay. Left out while O(keep_last) is set, none.
    type: float
  orphans:
    description:
      - Limits for the snapshots of replication groups that do not exist any more. Left out, those stay.
    type: dict
    suboptions:
      keep_last:
        description: As O(keep_last).
        type: int
      max_age_days:
        description: As O(max_age_days).
        type: float
  replication_group_id:
    description:
      - Only snapshots of this replication group. Left out, those of the region.
    type: str
  name_pattern:
    description:
      - Only snapshots whose name is like this, with V(*) and V(?) as in file names. Others do not count among the
        newest.
    type: str
notes:
  - "IAM actions: elasticache:DescribeSnapshots, elasticache:DescribeReplicationGroups,
    elasticache:DescribeCacheClusters, elasticache:DeleteSnapshot."
seealso:
  - module: accessweaver.elasticache.elasticache_snapshot
"""

EXAMPLES = r"""
- name: Show what would go of those that were taken by hand, and of groups that are long gone
  accessweaver.elasticache.elasticache_snapshot_prune:
    keep_last: 2
    name_pattern: "*-backup-*"
    orphans:
      max_age_days: 365
      keep_last: 0
  check_mode: true
  register: plan

- name: Keep the last seven snapshots of each group, and all of the last 30 days
  accessweaver.elasticache.elasticache_snapshot_prune:
    keep_last: 7
    max_age_days: 30

- name: Keep only the last snapshot of one group
  accessweaver.elasticache.elasticache_snapshot_prune:
    replication_group_id: accessweaver-staging-redis
    keep_last: 1
"""

RETURN = r"""
pruned:
  description: The snapshots that were deleted, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains: &snapshot
    snapshot_name:
      description: Name of the snapshot.
      type: str
      sample: accessweaver-prod-redis-backup-20260901-030000
    group:
      description: The replication group, or the cache cluster, that it was taken of.
      type: str
      sample: accessweaver-prod-redis
    age_days:
      description: Its age in days.
      type: float
      sample: 83.2
    reason:
      description: Why it goes, or stays.
      type: str
      sample: it is 83.2 days old, and not one of the newest 7 of accessweaver-prod-redis, which exists
kept:
  description: The manual snapshots that stay.
  returned: success
  type: list
  elements: dict
  contains: *snapshot
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [delete_snapshot]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache.snapshot_prune import LIMITS, prune

LIMIT_OPTIONS: dict[str, dict[str, Any]] = {"keep_last": {"type": "int"}, "max_age_days": {"type": "float"}}
ARGUMENTS: dict[str, dict[str, Any]] = {
    **LIMIT_OPTIONS,
    "orphans": {"type": "dict", "options": LIMIT_OPTIONS, "required_one_of": [LIMITS]},
    "replication_group_id": {},
    "name_pattern": {},
}


def main() -> None:
    needed = [(*LIMITS, "orphans")]
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True, required_one_of=needed)
    run_module(module, "elasticache", prune)


if __name__ == "__main__":
    main()
