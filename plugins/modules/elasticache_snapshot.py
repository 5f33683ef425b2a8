#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_snapshot
version_added: 0.1.0
short_description: Take, copy, export and delete snapshots of ElastiCache
description:
  - Takes a snapshot of a replication group or of one cache cluster, copies one, with another KMS key if need be,
    exports one to S3, deletes one.
  - A snapshot of the name that exists already is left as it is, but for its tags. One that was taken of something
    else, or is encrypted with another key, fails, in check mode too; a snapshot is never changed.
  - A replication group that is being changed cannot be snapshotted; that is waited for first.
  - What an interrupted run began is taken up by the next one.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
  - accessweaver.elasticache.wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
options:
  snapshot_name:
    description:
      - Name of the snapshot, or of the exported objects. ElastiCache stores it in lower case.
    type: str
    required: true
    aliases: [name]
  replication_group_id:
    description:
      - Replication group to take the snapshot of.
    type: str
  cache_cluster_id:
    description:
      - Cache cluster to take the snapshot of, for instance a replica that has less to do than the primary.
      - With cluster mode enabled only the whole group can be snapshotted, by O(replication_group_id).
    type: str
  source_snapshot_name:
    description:
      - Snapshot to copy or to export. An automatic one is copied to keep it beyond its retention.
      - A copy does not tell what it was copied from; one of the name that exists already is taken for it.
    type: str
  target_bucket:
    description:
      - S3 bucket of the same region that O(source_snapshot_name) is exported to, as one RDB file for each shard.
      - ElastiCache must be granted access to the bucket; see "Exporting a backup" in its user guide. The files are not
        encrypted by the KMS key of the snapshot.
    type: str
  kms_key_id:
    description:
      - Id or ARN of the KMS key that a new snapshot is encrypted with. Left out, that of its source.
    type: str
  state:
    description:
      - Whether the snapshot is there.
      - Objects of an export are removed with M(amazon.aws.s3_object).
    type: str
    choices: [present, absent]
    default: present
notes:
  - At most 20 manual snapshots of a node can be taken in 24 hours.
  - "IAM actions: elasticache:DescribeSnapshots, elasticache:DescribeReplicationGroups,
    elasticache:DescribeCacheClusters, elasticache:DescribeEvents, elasticache:ListTagsForResource,
    elasticache:CreateSnapshot, elasticache:CopySnapshot, elasticache:DeleteSnapshot, elasticache:AddTagsToResource,
    elasticache:RemoveTagsFromResource; for an export s3:ListBucket, and those that ElastiCache's documentation lists."
seealso:
  - module: accessweaver.elasticache.elasticache_snapshot_info
  - module: accessweaver.elasticache.elasticache_snapshot_prune
  - module: accessweaver.elasticache.elasticache_replication_group
"""

EXAMPLES = r"""
- name: Take a snapshot before a release
  accessweaver.elasticache.elasticache_snapshot:
    name: accessweaver-prod-redis-release-42
    replication_group_id: accessweaver-prod-redis
    tags:
      Release: "42"

- name: Mark it as one that may go
  accessweaver.elasticache.elasticache_snapshot:
    name: accessweaver-prod-redis-release-42
    tags:
      Superseded: "true"
    purge_tags: false

- name: Look for the newest automatic snapshot
  accessweaver.elasticache.elasticache_snapshot_info:
    replication_group_id: accessweaver-prod-redis
    snapshot_source: automated
  register: daily

- name: Keep it for longer, encrypted with a key of one's own
  accessweaver.elasticache.elasticache_snapshot:
    name: accessweaver-prod-redis-2026-11
    source_snapshot_name: "{{ daily.snapshots[0].snapshot_name }}"
    kms_key_id: "{{ backup_key_arn }}"

- name: Export a snapshot
  accessweaver.elasticache.elasticache_snapshot:
    name: accessweaver-prod-redis-export
    source_snapshot_name: accessweaver-prod-redis-release-42
    target_bucket: accessweaver-redis-exports
  register: exported

- name: Start a replication group from the export
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-analysis-redis
    engine: redis
    cache_node_type: cache.r6g.large
    num_node_groups: 2
    replicas_per_node_group: 0
    automatic_failover_enabled: true
    cache_parameter_group_name: default.redis7.cluster.on
    cache_subnet_group_name: accessweaver-prod-redis
    snapshot_arns: "{{ exported.snapshot_arns }}"

- name: Delete a snapshot
  accessweaver.elasticache.elasticache_snapshot:
    name: accessweaver-prod-redis-release-42
    state: absent
"""

RETURN = r"""
snapshot:
  description:
    - The snapshot as it is after the task; as it would be in check mode; empty when it is absent.
    - For an export the exported one.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the snapshot.
      returned: when the snapshot exists
      type: str
      sample: arn:aws:elasticache:eu-west-1:123456789012:snapshot:accessweaver-prod-redis-release-42
    snapshot_name:
      description: Name of the snapshot.
      returned: when the snapshot exists
      type: str
      sample: accessweaver-prod-redis-release-42
    snapshot_status:
      description: Status of the snapshot.
      returned: when the snapshot exists
      type: str
      sample: available
    snapshot_source:
      description: V(manual) or V(automated).
      returned: when the snapshot exists
      type: str
      sample: manual
    snapshot_create_time:
      description: When its last shard was done; null before that.
      returned: when the snapshot exists
      type: str
      sample: "2026-11-23T03:04:12.345000+00:00"
    replication_group_id:
      description: The replication group it was taken of.
      returned: when ElastiCache tells it
      type: str
      sample: accessweaver-prod-redis
    kms_key_id:
      description: The KMS key it is encrypted with.
      returned: when it is encrypted with a customer's key
      type: str
      sample: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    num_node_groups:
      description: Number of shards.
      returned: when ElastiCache tells it
      type: int
      sample: 3
    node_snapshots:
      description: Size, time and configuration of each shard, as DescribeSnapshots reports them, in snake case.
      returned: when the snapshot exists
      type: list
      elements: dict
      sample: [{node_group_id: "0001", cache_size: 5 MB}]
    tags:
      description: Tags of the snapshot.
      returned: when the snapshot exists
      type: dict
      sample: {Release: "42"}
snapshot_arns:
  description:
    - ARNs of the exported objects, as
      O(accessweaver.elasticache.elasticache_replication_group#module:snapshot_arns) takes them.
    - In check mode those that are there already.
  returned: when O(target_bucket) is set
  type: list
  elements: str
  sample: ["arn:aws:s3:::accessweaver-redis-exports/accessweaver-prod-redis-2026-11-0001.rdb"]
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [create_snapshot]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_with_clients
from ..module_utils._elasticache import snapshot

ARGUMENTS: dict[str, dict[str, Any]] = {
    "snapshot_name": {"required": True, "aliases": ["name"]},
    "replication_group_id": {},
    "cache_cluster_id": {},
    "source_snapshot_name": {},
    "target_bucket": {},
    "kms_key_id": {"no_log": False},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
    "progress_path": {"type": "path"},
}
EXCLUSIVE = [
    ("replication_group_id", "cache_cluster_id", "source_snapshot_name"),
    ("target_bucket", "kms_key_id"),
    ("target_bucket", "tags"),
]


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True, mutually_exclusive=EXCLUSIVE)
    run_with_clients(module, snapshot.ensure)


if __name__ == "__main__":
    main()
