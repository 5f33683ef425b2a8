#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_replication_group_info
version_added: 0.1.0
short_description: Read ElastiCache replication groups
description:
  - Returns one replication group or all of a region, in the words of the options of
    M(accessweaver.elasticache.elasticache_replication_group), with endpoints, members, tags and what is pending.
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
  replication_group_id:
    description:
      - Identifier of the group. Left out, all groups are returned.
    type: str
    aliases: [name]
notes:
  - "IAM actions: elasticache:DescribeReplicationGroups, elasticache:DescribeCacheClusters,
    elasticache:ListTagsForResource."
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
"""

EXAMPLES = r"""
- name: Read the production cache
  accessweaver.elasticache.elasticache_replication_group_info:
    name: accessweaver-prod-redis
  register: cache

- name: Show how to reach it
  ansible.builtin.debug:
    var: cache.replication_groups[0].connection

- name: Read every replication group of the region
  accessweaver.elasticache.elasticache_replication_group_info:
"""

RETURN = r"""
replication_groups:
  description:
    - The groups, each as RV(accessweaver.elasticache.elasticache_replication_group#module:replication_group)
      describes it, with all of its keys. An option that AWS does not tell is null.
    - Empty when there is none.
  returned: success
  type: list
  elements: dict
  sample: [{replication_group_id: accessweaver-prod-redis, status: available}]
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache.replication_group_state import inform


def main() -> None:
    arguments = {"replication_group_id": {"aliases": ["name"]}}
    run_module(AnsibleAWSModule(argument_spec=arguments, supports_check_mode=True), "elasticache", inform)


if __name__ == "__main__":
    main()
