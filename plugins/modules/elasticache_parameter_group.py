#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_parameter_group
version_added: 0.1.0
short_description: Manage the engine parameters that ElastiCache nodes run with
description:
  - Creates, changes and deletes ElastiCache cache parameter groups, with tags.
  - Names and values of parameters are checked against those that ElastiCache itself lists for the family, before
    anything is created or changed, in check mode too. All that is wrong is told at once, with what is allowed.
  - ElastiCache cannot change the family of a group. Asking for another one is refused; the message says how to migrate.
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
  cache_parameter_group_name:
    description:
      - Name of the group, up to 255 letters, digits and hyphens, beginning with a letter. ElastiCache stores it in
        lower case.
      - Groups whose name begins with V(default.) are ElastiCache's own and cannot be managed.
    type: str
    required: true
    aliases: [name]
  description:
    description:
      - Text that says what the group is for.
      - ElastiCache takes it at creation only, so it is not compared afterwards. Left out, it is the name of the group.
    type: str
  cache_parameter_group_family:
    description:
      - Family of the group, such as V(redis7) or V(valkey8).
      - To create a group, set this, or O(engine) and O(engine_version).
    type: str
    aliases: [family]
  engine:
    description:
      - With O(engine_version), another way to name the family; ElastiCache is asked which one belongs to them.
    type: str
    choices: [redis, valkey]
  engine_version:
    description:
      - Version of O(engine), such as V(7.1). Trailing parts may be left out.
      - Parameters that this version does not have yet are refused.
    type: str
  parameters:
    description:
      - Values of engine parameters by name. Text, numbers and booleans are written as ElastiCache does; a boolean
        becomes V(yes) or V(no). One that is null counts as not declared.
      - Left out, all values stay as they are.
    type: dict
  purge_parameters:
    description:
      - Whether parameters that were set before and are not in O(parameters) return to their defaults.
    type: bool
    default: true
  state:
    description:
      - Whether the group is there.
      - A group that a cache still uses cannot be deleted; ElastiCache refuses it.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
  - module: accessweaver.elasticache.elasticache_preflight
notes:
  - Needs C(elasticache:DescribeCacheParameterGroups), C(elasticache:DescribeCacheParameters),
    C(elasticache:DescribeEngineDefaultParameters), C(elasticache:DescribeCacheEngineVersions),
    C(elasticache:ListTagsForResource), and to change something C(elasticache:CreateCacheParameterGroup),
    C(elasticache:ModifyCacheParameterGroup), C(elasticache:ResetCacheParameterGroup),
    C(elasticache:DeleteCacheParameterGroup), C(elasticache:AddTagsToResource), C(elasticache:RemoveTagsFromResource).
"""

EXAMPLES = r"""
- name: Evict any key when memory is full, and publish expiries
  accessweaver.elasticache.elasticache_parameter_group:
    name: accessweaver-prod-redis7
    description: Parameters of the production caches
    engine: redis
    engine_version: "7.1"
    parameters:
      cluster-enabled: true
      maxmemory-policy: allkeys-lru
      notify-keyspace-events: Ex
      timeout: 300
    tags:
      Project: accessweaver
      Environment: prod

- name: Change one value; notify-keyspace-events, not declared any more, returns to its default
  accessweaver.elasticache.elasticache_parameter_group:
    name: accessweaver-prod-redis7
    parameters:
      cluster-enabled: true
      maxmemory-policy: allkeys-lru
      timeout: 600

- name: Set one value and leave all others alone
  accessweaver.elasticache.elasticache_parameter_group:
    name: accessweaver-prod-redis7
    parameters:
      slowlog-log-slower-than: 5000
    purge_parameters: false

- name: Remove the group
  accessweaver.elasticache.elasticache_parameter_group:
    name: accessweaver-prod-redis7
    state: absent
"""

RETURN = r"""
parameter_group:
  description: The group as it is after the task; as it would be in check mode; empty when it is absent.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the group.
      returned: when the group exists
      type: str
      sample: arn:aws:elasticache:eu-west-1:123456789012:parametergroup:accessweaver-prod-redis7
    cache_parameter_group_name:
      description: Name of the group.
      returned: when the group exists
      type: str
      sample: accessweaver-prod-redis7
    cache_parameter_group_family:
      description: Family of the group.
      returned: when the group exists
      type: str
      sample: redis7
    description:
      description: Description of the group.
      returned: when the group exists
      type: str
      sample: Parameters of the production caches
    is_global:
      description: Whether a global datastore uses the group.
      returned: when the group exists
      type: bool
      sample: false
    parameters:
      description: The values that users set, by name; all other parameters have the defaults of the family.
      returned: when the group exists
      type: dict
      sample: {maxmemory-policy: allkeys-lru, timeout: "300"}
    tags:
      description: Tags of the group.
      returned: when the group exists
      type: dict
      sample: {Project: accessweaver}
pending_reboot:
  description:
    - Parameters of an existing group that were changed and that running nodes take only when they are rebooted.
  returned: success
  type: list
  elements: str
  sample: [databases]
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [create_cache_parameter_group, modify_cache_parameter_group]
problems:
  description: What stands in the way, when names, values or the family were refused.
  returned: failure
  type: list
  elements: dict
  contains:
    option:
      description: The option concerned.
      type: str
      sample: parameters.timeout
    value:
      description: Its value.
      type: str
      sample: "7"
    problem:
      description: What is wrong with it.
      type: str
      sample: the parameter does not take this value
    remedy:
      description: What to do.
      type: str
      sample: use 0, 20 or more
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._elasticache import parameter_group

ARGUMENTS: dict[str, dict[str, Any]] = {
    "cache_parameter_group_name": {"required": True, "aliases": ["name"]},
    "description": {},
    "cache_parameter_group_family": {"aliases": ["family"]},
    "engine": {"choices": ["redis", "valkey"]},
    "engine_version": {},
    "parameters": {"type": "dict"},
    "purge_parameters": {"type": "bool", "default": True},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        mutually_exclusive=[("cache_parameter_group_family", "engine")],
        required_together=[("engine", "engine_version")],
        supports_check_mode=True,
    )
    run_module(module, "elasticache", parameter_group.ensure)


if __name__ == "__main__":
    main()
