#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_autoscaling
version_added: 0.1.0
short_description: Let an ElastiCache replication group scale by itself
description:
  - Manages Application Auto Scaling for one replication group, that is its scalable targets, their target tracking
    policies and their scheduled actions.
  - A group can scale its shards and the replicas of its shards, with cluster mode enabled, engine version 6.0 of Redis
    OSS or 7.2 of Valkey or later, and node types of the sizes large, xlarge and 2xlarge of the families C7gn, C8gn, M5,
    M6g, M7g, M8g, R5, R6g, R6gd, R7g and R8g. It cannot be of a Global Datastore.
  - Everything that would be refused is found before anything is called, and told in one message.
  - As soon as a target is registered or changed, ElastiCache brings a count that is out of its bounds to the nearest
    bound. The result says so beforehand in check mode, RV(scalable_targets[].expected_capacity).
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
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
  scalable_targets:
    description:
      - What scales. Needed with O(state=present).
    type: list
    elements: dict
    aliases: [targets]
    suboptions:
      scalable_dimension:
        description:
          - V(node_groups) are the shards, 1 to 250; V(replicas) are those of each shard, 1 to 5.
        type: str
        required: true
        choices: [node_groups, replicas]
        aliases: [dimension]
      min_capacity:
        description:
          - As few of them as there may be.
        type: int
        required: true
      max_capacity:
        description:
          - As many of them as there may be.
        type: int
        required: true
      policies:
        description:
          - Policies that keep a metric at a value.
          - Left out, those that exist are left alone. An empty list removes them, unless O(purge=false).
        type: list
        elements: dict
        suboptions:
          policy_name:
            description:
              - Name of the policy.
            type: str
            required: true
            aliases: [name]
          predefined_metric_type:
            description:
              - The metric. Only C(ElastiCacheReplicaEngineCPUUtilization) is for V(replicas), the others are for
                V(node_groups).
              - C(ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage) is not for the family R6gd.
              - A target may have one policy for each metric.
            type: str
            required: true
            aliases: [metric]
            choices:
              - ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage
              - ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage
              - ElastiCachePrimaryEngineCPUUtilization
              - ElastiCacheReplicaEngineCPUUtilization
          target_value:
            description:
              - The value in percent, 35 to 70.
            type: float
            required: true
          scale_out_cooldown:
            description:
              - Seconds after growing before it may grow again. Left out, it stays as it is; ElastiCache begins with
                600.
            type: int
          scale_in_cooldown:
            description:
              - Seconds after shrinking before it may shrink again. Left out, it stays as it is; ElastiCache begins with
                900.
            type: int
          disable_scale_in:
            description:
              - Whether the policy never shrinks. Left out, it stays as it is, V(false) at first.
            type: bool
      scheduled_actions:
        description:
          - Changes of the bounds at certain times.
          - Left out, those that exist are left alone. An empty list removes them, unless O(purge=false).
        type: list
        elements: dict
        suboptions:
          scheduled_action_name:
            description:
              - Name of the action.
            type: str
            required: true
            aliases: [name]
          schedule:
            description:
              - When, as V(at(2026-11-30T07:00:00\)), V(rate(1 day\)) or V(cron(0 7 ? * MON-FRI *\)).
            type: str
            required: true
          timezone:
            description:
              - Time zone of the schedule, for example V(Europe/Paris). Left out, it stays as it is, UTC at first.
            type: str
          start_time:
            description:
              - When the schedule begins, as a time in ISO 8601; in UTC without an offset. Left out, it stays as it is.
            type: str
          end_time:
            description:
              - When the schedule ends, written like O(scalable_targets[].scheduled_actions[].start_time).
            type: str
          min_capacity:
            description:
              - The lower bound from then on. One of the two is needed.
            type: int
          max_capacity:
            description:
              - The upper bound from then on.
            type: int
  scalable_dimensions:
    description:
      - What stops scaling with O(state=absent). Left out, everything does.
    type: list
    elements: str
    choices: [node_groups, replicas]
  purge:
    description:
      - Whether targets, policies and scheduled actions of the group that are not declared are removed.
    type: bool
    default: true
  state:
    description:
      - V(absent) removes the auto scaling of the group. Its shards and replicas stay as they are.
    type: str
    choices: [present, absent]
    default: present
notes:
  - A scheduled action that has run has changed the bounds of its target. They are left so until the next one.
  - Application Auto Scaling uses the service-linked role
    C(AWSServiceRoleForApplicationAutoScaling_ElastiCacheRG), which it makes with the first target.
  - "IAM actions: application-autoscaling:DeleteScalingPolicy, application-autoscaling:DeleteScheduledAction,
    application-autoscaling:DeregisterScalableTarget, application-autoscaling:DescribeScalableTargets,
    application-autoscaling:DescribeScalingPolicies, application-autoscaling:DescribeScheduledActions,
    application-autoscaling:PutScalingPolicy, application-autoscaling:PutScheduledAction,
    application-autoscaling:RegisterScalableTarget, elasticache:DescribeCacheClusters,
    elasticache:DescribeReplicationGroups, elasticache:ListTagsForResource, and on behalf of the caller
    cloudwatch:DeleteAlarms, cloudwatch:DescribeAlarms, cloudwatch:PutMetricAlarm,
    elasticache:DecreaseReplicaCount, elasticache:IncreaseReplicaCount,
    elasticache:ModifyReplicationGroupShardConfiguration, iam:CreateServiceLinkedRole."
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
"""

EXAMPLES = r"""
- name: Scale shards by CPU, and replicas on working days
  accessweaver.elasticache.elasticache_autoscaling:
    name: accessweaver-prod-redis
    scalable_targets:
      - dimension: node_groups
        min_capacity: 2
        max_capacity: 6
        policies:
          - name: cpu
            metric: ElastiCachePrimaryEngineCPUUtilization
            target_value: 60
      - dimension: replicas
        min_capacity: 1
        max_capacity: 3
        scheduled_actions:
          - name: working-day
            schedule: cron(0 7 ? * MON-FRI *)
            timezone: Europe/Paris
            min_capacity: 2
          - name: evening
            schedule: cron(0 19 ? * MON-FRI *)
            timezone: Europe/Paris
            min_capacity: 1

- name: Let the shards grow further, and stop scaling replicas
  accessweaver.elasticache.elasticache_autoscaling:
    name: accessweaver-prod-redis
    scalable_targets:
      - dimension: node_groups
        min_capacity: 2
        max_capacity: 10

- name: Stop scaling
  accessweaver.elasticache.elasticache_autoscaling:
    name: accessweaver-prod-redis
    state: absent
"""

RETURN = r"""
scalable_targets:
  description: The targets as they are after the task; as they would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    scalable_dimension:
      description: What scales, V(node_groups) or V(replicas).
      type: str
      sample: node_groups
    min_capacity:
      description: The lower bound.
      type: int
      sample: 3
    max_capacity:
      description: The upper bound.
      type: int
      sample: 6
    capacity:
      description: As many as there are now; null when there is no such replication group.
      type: int
      sample: 2
    expected_capacity:
      description: As many as there will be as soon as the count is within its bounds.
      type: int
      sample: 3
    policies:
      description: The policies, by name, with the names of the options.
      type: list
      elements: dict
      sample:
        - policy_name: cpu
          predefined_metric_type: ElastiCachePrimaryEngineCPUUtilization
          target_value: 60.0
          scale_out_cooldown: 600
          scale_in_cooldown: 900
          disable_scale_in: false
    scheduled_actions:
      description: The scheduled actions, by name, with the names of the options.
      type: list
      elements: dict
      sample:
        - scheduled_action_name: working-day
          schedule: cron(0 7 ? * MON-FRI *)
          timezone: Europe/Paris
          start_time: null
          end_time: null
          min_capacity: 2
          max_capacity: null
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [register_scalable_target, put_scaling_policy]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._autoscaling import targets
from ..module_utils._autoscaling.arguments import SCALING
from ..module_utils._autoscaling.dimensions import DIMENSIONS
from ..module_utils._aws.entry import run_with_clients

TARGET: dict[str, dict[str, Any]] = {
    "scalable_dimension": {"required": True, "choices": sorted(DIMENSIONS), "aliases": ["dimension"]},
    **SCALING,
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "replication_group_id": {"required": True, "aliases": ["name"]},
    "scalable_targets": {"type": "list", "elements": "dict", "options": TARGET, "aliases": ["targets"]},
    "scalable_dimensions": {"type": "list", "elements": "str", "choices": sorted(DIMENSIONS)},
    "purge": {"type": "bool", "default": True},
    "state": {"choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    run_with_clients(AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True), targets.ensure)


if __name__ == "__main__":
    main()
