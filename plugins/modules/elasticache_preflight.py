#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_preflight
version_added: 0.1.0
short_description: Ask AWS, before anything is created, whether an ElastiCache deployment can be
description:
  - Checks everything about a deployment that only AWS can tell, before the first write. Nothing is written.
  - Subnets exist, are of the VPC and private, which their route tables prove, and have availability zones and free
    addresses enough. Security groups exist and are of the VPC. Engine, version and parameters exist, and the values are
    allowed. The topic is one that ElastiCache publishes to. The KMS key can be used. The replication group, if it is
    there, is not in a failed state and can change to the node type.
  - The info modules of amazon.aws show these resources one kind at a time. Here they are judged in one process, and
    every problem of the run is in one message, with its remedy.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes.info_module
  - accessweaver.elasticache.attributes.action_group_aws
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
options:
  vpc_id:
    description:
      - The VPC that subnets and security groups have to be of.
      - Left out, the subnets have to be of one VPC, and the security groups only to exist.
    type: str
  subnet_ids:
    description:
      - The subnets that the nodes are to be placed in.
    type: list
    elements: str
    aliases: [subnets]
  security_group_ids:
    description:
      - The security groups that are to be admitted to the cache.
    type: list
    elements: str
    aliases: [security_groups]
  cache_subnet_group_name:
    description:
      - A subnet group that is to be used as it is; its subnets are judged as O(subnet_ids) are.
    type: str
  cache_parameter_group_name:
    description:
      - A parameter group that is to be used as it is. It has to be of the family of O(engine) and O(engine_version).
    type: str
  former_cache_parameter_group_names:
    description:
      - Names of parameter groups that an earlier declaration of the deployment may have left behind. Those that exist
        are returned.
    type: list
    elements: str
  engine:
    description:
      - Engine of the cache, V(redis) or V(valkey).
    type: str
  engine_version:
    description:
      - Version of O(engine), such as V(7.1). Trailing parts may be left out.
    type: str
  cache_node_type:
    description:
      - Node type, which an existing O(replication_group_id) of another one has to be able to change to.
    type: str
  node_count:
    description:
      - Number of nodes of the deployment; the subnets need free addresses for those that are not there yet.
    type: int
  multi_az_enabled:
    description:
      - Whether the nodes are to be spread over availability zones; the subnets have to be in two at least.
    type: bool
  parameters:
    description:
      - Values of engine parameters by name, as M(accessweaver.elasticache.elasticache_parameter_group) takes them.
      - They need O(engine) and O(engine_version), which say what is allowed.
    type: dict
  notification_topic_arn:
    description:
      - ARN of the SNS topic that ElastiCache is to publish its events to.
      - ElastiCache publishes only to topics of its own region and account, and not to encrypted ones.
    type: str
  kms_key_id:
    description:
      - ID, ARN or alias of the KMS key that is to encrypt the data at rest.
    type: str
  replication_group_id:
    description:
      - The replication group of the deployment, which need not be there yet.
    type: str
    aliases: [name]
  problems:
    description:
      - Problems that the caller found before; they come first in the message and in the result.
      - One fault is told once. What they say of an option, such as V(custom_parameters.timeout), or of what it follows
        from in the role's options, is not said again.
    type: list
    elements: dict
    suboptions: &problem
      option:
        description: The option concerned.
        type: str
        required: true
      value:
        description: Its value, null where it must not be shown.
        type: raw
      problem:
        description: What is wrong with it.
        type: str
        required: true
      remedy:
        description: What to do.
        type: str
        required: true
  more_problems:
    description:
      - Problems that the caller found after O(problems), such as those that
        M(accessweaver.elasticache.elasticache_replication_group) fails with in check mode. They come last.
    type: list
    elements: dict
    suboptions: *problem
  fail:
    description:
      - Whether the task fails when there is any problem. Otherwise they are only returned.
    type: bool
    default: true
seealso:
  - module: accessweaver.elasticache.elasticache_parameter_group
  - module: accessweaver.elasticache.elasticache_replication_group
  - module: amazon.aws.ec2_vpc_subnet_info
notes:
  - What is not set is not checked, and needs no permission.
  - O(subnet_ids) needs C(ec2:DescribeSubnets), C(ec2:DescribeRouteTables) and C(elasticache:DescribeReplicationGroups).
  - O(cache_subnet_group_name) needs C(elasticache:DescribeCacheSubnetGroups), C(ec2:DescribeSubnets),
    C(ec2:DescribeRouteTables) and C(elasticache:DescribeReplicationGroups).
  - O(cache_parameter_group_name) needs C(elasticache:DescribeCacheParameterGroups) and
    C(elasticache:DescribeCacheEngineVersions).
  - O(former_cache_parameter_group_names) needs C(elasticache:DescribeCacheParameterGroups) on all parameter groups.
  - O(security_group_ids) needs C(ec2:DescribeSecurityGroups).
  - O(engine) needs C(elasticache:DescribeCacheEngineVersions) and C(elasticache:DescribeEngineDefaultParameters).
  - O(replication_group_id) needs C(elasticache:DescribeReplicationGroups), C(elasticache:DescribeCacheClusters),
    C(elasticache:DescribeEvents), C(elasticache:ListTagsForResource) and
    C(elasticache:ListAllowedNodeTypeModifications).
  - O(notification_topic_arn) needs C(sns:GetTopicAttributes) and C(sts:GetCallerIdentity).
  - O(kms_key_id) needs C(kms:DescribeKey).
"""

EXAMPLES = r"""
- name: Make sure that the production cache can be created as declared
  accessweaver.elasticache.elasticache_preflight:
    vpc_id: vpc-0acce550000000001
    subnet_ids:
      - subnet-0acce5500000000a1
      - subnet-0acce5500000000a2
      - subnet-0acce5500000000a3
    security_group_ids:
      - sg-0acce5500000000c1
    engine: redis
    engine_version: "7.1"
    parameters:
      maxmemory-policy: allkeys-lru
      timeout: 300
    node_count: 4
    multi_az_enabled: true
    notification_topic_arn: arn:aws:sns:eu-west-1:123456789012:alerts
    replication_group_id: accessweaver-prod-redis

- name: Find the parameter groups that a change of the engine has left behind
  accessweaver.elasticache.elasticache_preflight:
    former_cache_parameter_group_names:
      - accessweaver-prod-redis-redis6-cluster
      - accessweaver-prod-redis-redis7-cluster
  register: preflight

- name: List the problems of a subnet, and go on
  accessweaver.elasticache.elasticache_preflight:
    subnet_ids: [subnet-0acce5500000000b1]
    multi_az_enabled: true
    fail: false
  register: preflight

- name: Show them
  ansible.builtin.debug:
    var: preflight.problems
"""

RETURN = r"""
problems:
  description: Everything that stands in the way, in the order of the message. Empty when the deployment can be.
  returned: always
  type: list
  elements: dict
  contains:
    option:
      description: The option concerned.
      type: str
      sample: subnet_ids
    value:
      description: Its value, or the item of it.
      type: raw
      sample: subnet-0aaa1111bbbb2222c
    problem:
      description: What is wrong with it.
      type: str
      sample: "it is public: its route table rtb-0123456789abcdef0 sends 0.0.0.0/0 to igw-0123456789abcdef0"
    remedy:
      description: What to do.
      type: str
      sample: "name a private subnet: one whose route table has no route to an internet gateway"
cache_parameter_group_family:
  description: The parameter group family of O(engine) and O(engine_version); null when there is none.
  returned: success
  type: str
  sample: redis7
auth_token_enabled:
  description: Whether O(replication_group_id) exists and its clients need an AUTH token.
  returned: success
  type: bool
  sample: true
kms_key_arn:
  description: ARN of the key that O(kms_key_id) names; null when there is none.
  returned: success
  type: str
  sample: arn:aws:kms:eu-west-1:123456789012:key/0acce550-0000-4000-8000-000000000001
former_cache_parameter_groups:
  description: Those of O(former_cache_parameter_group_names) that exist, sorted.
  returned: success
  type: list
  elements: str
  sample: [accessweaver-prod-redis-redis6-cluster]
availability_zones:
  description: The availability zones of O(subnet_ids), sorted.
  returned: success
  type: list
  elements: str
  sample: [eu-west-1a, eu-west-1b]
subnets:
  description: Those of O(subnet_ids) that exist.
  returned: success
  type: list
  elements: dict
  contains:
    subnet_id:
      description: ID of the subnet.
      type: str
      sample: subnet-0aaa1111bbbb2222c
    vpc_id:
      description: ID of its VPC.
      type: str
      sample: vpc-0123456789abcdef0
    availability_zone:
      description: Its availability zone.
      type: str
      sample: eu-west-1a
    available_ip_address_count:
      description: Number of its free addresses.
      type: int
      sample: 251
    map_public_ip_on_launch:
      description: Whether it gives public addresses to what starts in it.
      type: bool
      sample: false
    route_table_id:
      description: The route table that routes for it, its own or the main one of the VPC.
      type: str
      sample: rtb-0123456789abcdef0
    public:
      description: Whether that route table has a route to an internet gateway, whatever its destination.
      type: bool
      sample: false
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_with_clients
from ..module_utils._elasticache import preflight

PROBLEM = {
    "option": {"required": True},
    "value": {"type": "raw"},
    "problem": {"required": True},
    "remedy": {"required": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "vpc_id": {},
    "subnet_ids": {"type": "list", "elements": "str", "aliases": ["subnets"]},
    "security_group_ids": {"type": "list", "elements": "str", "aliases": ["security_groups"]},
    "cache_subnet_group_name": {},
    "cache_parameter_group_name": {},
    "former_cache_parameter_group_names": {"type": "list", "elements": "str"},
    "engine": {},
    "engine_version": {},
    "cache_node_type": {},
    "node_count": {"type": "int"},
    "multi_az_enabled": {"type": "bool"},
    "parameters": {"type": "dict"},
    "notification_topic_arn": {},
    "kms_key_id": {},
    "replication_group_id": {"aliases": ["name"]},
    "problems": {"type": "list", "elements": "dict", "options": PROBLEM},
    "more_problems": {"type": "list", "elements": "dict", "options": PROBLEM},
    "fail": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        mutually_exclusive=[("subnet_ids", "cache_subnet_group_name")],
        required_together=[("engine", "engine_version")],
        required_by={"parameters": ["engine"]},
        supports_check_mode=True,
    )
    run_with_clients(module, preflight.check)


if __name__ == "__main__":
    main()
