#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_subnet_group
version_added: 0.1.0
short_description: Manage the subnets that ElastiCache nodes are placed in
description:
  - Creates, changes and deletes ElastiCache cache subnet groups, with tags.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
options:
  cache_subnet_group_name:
    description:
      - Name of the group, up to 255 letters, digits and hyphens. ElastiCache stores it in lower case.
    type: str
    required: true
    aliases: [name]
  cache_subnet_group_description:
    description:
      - Text that says what the group is for.
      - Left out at creation, it is the name of the group.
    type: str
    aliases: [description]
  subnet_ids:
    description:
      - The subnets of the group, all of one VPC. Their order means nothing.
      - Needed to create a group.
    type: list
    elements: str
    aliases: [subnets]
  state:
    description:
      - Whether the group is there.
      - A group that a cache still uses cannot be deleted; ElastiCache refuses it.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
"""

EXAMPLES = r"""
- name: Place caches in three private subnets
  accessweaver.elasticache.elasticache_subnet_group:
    name: accessweaver-private
    description: Private subnets of the caches
    subnet_ids:
      - subnet-0acce5500000000a1
      - subnet-0acce5500000000a2
      - subnet-0acce5500000000a3
    tags:
      Project: accessweaver
      Environment: prod

- name: Leave one availability zone, and everything else as it is
  accessweaver.elasticache.elasticache_subnet_group:
    name: accessweaver-private
    subnet_ids:
      - subnet-0acce5500000000a1
      - subnet-0acce5500000000a2

- name: Remove the group
  accessweaver.elasticache.elasticache_subnet_group:
    name: accessweaver-private
    state: absent
"""

RETURN = r"""
subnet_group:
  description: The group as it is after the task; as it would be in check mode; empty when it is absent.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the group.
      returned: when the group exists
      type: str
      sample: arn:aws:elasticache:eu-west-1:123456789012:subnetgroup:accessweaver-prod-redis
    cache_subnet_group_name:
      description: Name of the group.
      returned: when the group exists
      type: str
      sample: accessweaver-prod-redis
    cache_subnet_group_description:
      description: Description of the group.
      returned: when the group exists
      type: str
      sample: Private subnets of the production caches
    subnet_ids:
      description: Identifiers of the subnets, sorted.
      returned: when the group exists
      type: list
      elements: str
      sample: [subnet-0aaa1111bbbb2222c, subnet-0bbb1111bbbb2222c]
    subnets:
      description: The subnets with their availability zones, as ElastiCache reports them.
      returned: when the group exists
      type: list
      elements: dict
      sample: [{subnet_identifier: subnet-0aaa1111bbbb2222c, subnet_availability_zone: {name: eu-west-1a}}]
    tags:
      description: Tags of the group.
      returned: when the group exists
      type: dict
      sample: {Project: accessweaver}
    vpc_id:
      description: The VPC of the subnets.
      returned: when the group exists
      type: str
      sample: vpc-0123456789abcdef0
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [create_cache_subnet_group]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache import subnet_group

ARGUMENTS: dict[str, dict[str, Any]] = {
    "cache_subnet_group_name": {"required": True, "aliases": ["name"]},
    "cache_subnet_group_description": {"aliases": ["description"]},
    "subnet_ids": {"type": "list", "elements": "str", "aliases": ["subnets"]},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_module(module, "elasticache", subnet_group.ensure)


if __name__ == "__main__":
    main()
