#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_alarms
version_added: 0.1.0
short_description: Manage the CloudWatch alarms of an ElastiCache deployment
description:
  - Makes the CloudWatch metric alarms of one replication group exactly those that are declared, in one call of the
    module. It reads all of them once, writes only those that differ and deletes those that are no longer declared, such
    as the alarms of a node that was removed.
  - Alarms are named C(<replication_group_id>/<node>/<alarm>), or C(<replication_group_id>/<alarm>) when they watch the
    whole group. The slash cannot occur in an identifier of ElastiCache, so no other alarm is ever touched.
  - M(amazon.aws.cloudwatch_metric_alarm) manages one alarm in each call, does not know which alarms are stale, does not
    read the metrics of an expression and so reports a change in every run, and has no tags.
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
  replication_group_id:
    description:
      - Identifier of the replication group. It need not exist, so that the alarms of a deleted group can be removed.
    type: str
    required: true
  nodes:
    description:
      - Identifiers of the cache clusters to watch, as C(member_clusters) of the replication group has them.
      - Needed when an alarm has O(alarms[].scope=node). With an empty list there are no such alarms, and those that
        exist are removed.
    type: list
    elements: str
  alarms:
    description:
      - All alarms of the deployment. Needed with O(state=present).
      - An alarm is declared whole. What is left out of it has the default of CloudWatch.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the alarm within its node or group, of letters, digits, dots, underscores and hyphens.
        type: str
        required: true
      scope:
        description:
          - V(node) makes one alarm for each of O(nodes), on the metrics of that node.
          - V(group) makes one alarm on the metrics that ElastiCache aggregates over the replication group. Not every
            metric is; list them with C(aws cloudwatch list-metrics) first.
        type: str
        choices: [node, group]
        default: node
      alarm_description:
        description:
          - Text of the alarm, up to 1024 characters.
        type: str
        aliases: [description]
      namespace:
        description:
          - Namespace of the metrics.
        type: str
        default: AWS/ElastiCache
      metric_name:
        description:
          - The metric to watch. Either this or O(alarms[].expression) is needed.
        type: str
      statistic:
        description:
          - Statistic of the metric. Either this or O(alarms[].extended_statistic) is needed with
            O(alarms[].metric_name).
        type: str
        choices: [Average, Maximum, Minimum, SampleCount, Sum]
      extended_statistic:
        description:
          - Percentile or trimmed statistic of the metric, such as V(p99) or V(tm95).
        type: str
      expression:
        description:
          - Metric math over O(alarms[].metrics), to watch instead of a single metric.
        type: str
      metrics:
        description:
          - The metrics of O(alarms[].expression) by the name that they have in it, ten at most.
          - Each is a dictionary with C(metric_name) and C(statistic); the statistic may be a percentile here too.
        type: dict
      period:
        description:
          - Seconds over which the statistic is taken; 10, 20, 30 or a multiple of 60. ElastiCache sends its metrics
            every 60 seconds.
        type: int
        default: 60
      evaluation_periods:
        description:
          - Number of the latest periods that are looked at.
        type: int
        required: true
      datapoints_to_alarm:
        description:
          - How many of the periods have to be over the threshold. Left out, it is all of them.
        type: int
      comparison_operator:
        description:
          - How the value is compared with O(alarms[].threshold).
        type: str
        required: true
        choices:
          - GreaterThanOrEqualToThreshold
          - GreaterThanThreshold
          - LessThanOrEqualToThreshold
          - LessThanThreshold
      threshold:
        description:
          - The value to compare with, in the unit of the metric. The unit itself cannot be set, because an alarm with a
            unit that the metric is not published in never has data.
        type: float
        required: true
      treat_missing_data:
        description:
          - What a period without data counts as.
          - V(notBreaching) fits metrics that a healthy node may rightly not send, such as C(ReplicationLag), which
            primaries do not have.
        type: str
        choices: [breaching, ignore, missing, notBreaching]
        default: missing
  alarm_actions:
    description:
      - ARNs of up to five actions, such as an SNS topic, of every alarm when it goes into the state C(ALARM).
      - Left out, the actions of existing alarms stay as they are. An empty list removes them.
    type: list
    elements: str
  ok_actions:
    description:
      - As O(alarm_actions), for the state C(OK).
    type: list
    elements: str
  insufficient_data_actions:
    description:
      - As O(alarm_actions), for the state C(INSUFFICIENT_DATA).
    type: list
    elements: str
  actions_enabled:
    description:
      - Whether the alarms carry out their actions. V(false) silences the deployment, for example during maintenance.
      - Left out, existing alarms stay as they are and new ones are enabled.
    type: bool
  state:
    description:
      - With V(absent), every alarm of the deployment is removed.
    type: str
    choices: [present, absent]
    default: present
notes:
  - An unchanged deployment costs one C(DescribeAlarms) for each hundred alarms. If O(tags) are given, one
    C(ListTagsForResource) for each alarm comes to that, a few at a time, for CloudWatch has no call that lists the tags
    of several alarms. Leave O(tags) out where that is too much; then tags are neither read nor changed, and new alarms
    have none.
  - CloudWatch takes few C(PutMetricAlarm) calls a second. Calls that it throttles are repeated, so that the first run
    for many nodes may take a minute.
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
  - module: amazon.aws.cloudwatch_metric_alarm
"""

EXAMPLES = r"""
- name: Read which nodes the production cache has
  accessweaver.elasticache.elasticache_replication_group_info:
    name: accessweaver-prod-redis
  register: cache

- name: Watch every node
  accessweaver.elasticache.elasticache_alarms:
    replication_group_id: accessweaver-prod-redis
    nodes: "{{ cache.replication_groups[0].member_clusters }}"
    alarm_actions: [arn:aws:sns:eu-west-1:123456789012:alerts]
    ok_actions: [arn:aws:sns:eu-west-1:123456789012:alerts]
    tags:
      Project: accessweaver
      Environment: prod
    alarms:
      - name: cpu
        description: The processors of the node are busy
        metric_name: CPUUtilization
        statistic: Average
        comparison_operator: GreaterThanThreshold
        threshold: 75
        evaluation_periods: 5
      - name: hit-rate
        description: Too many requests miss the cache
        expression: IF(hits + misses > 100, 100 * hits / (hits + misses), 100)
        metrics:
          hits: {metric_name: CacheHits, statistic: Sum}
          misses: {metric_name: CacheMisses, statistic: Sum}
        comparison_operator: LessThanThreshold
        threshold: 80
        period: 300
        evaluation_periods: 3
        treat_missing_data: notBreaching

- name: Raise a threshold, leave actions and tags as they are, and remove the other alarms
  accessweaver.elasticache.elasticache_alarms:
    replication_group_id: accessweaver-prod-redis
    nodes: "{{ cache.replication_groups[0].member_clusters }}"
    alarms:
      - name: cpu
        metric_name: CPUUtilization
        statistic: Average
        comparison_operator: GreaterThanThreshold
        threshold: 85
        evaluation_periods: 5

- name: Remove all alarms of the deployment
  accessweaver.elasticache.elasticache_alarms:
    replication_group_id: accessweaver-prod-redis
    state: absent
"""

RETURN = r"""
alarms:
  description:
    - The alarms as CloudWatch describes them after the task, sorted by name; as they would be in check mode; empty when
      they are absent.
  returned: success
  type: list
  elements: dict
  contains:
    alarm_name:
      description: Name of the alarm.
      returned: always
      type: str
      sample: cache/cache-0001-001/cpu
    alarm_arn:
      description: ARN of the alarm.
      returned: when the alarm exists
      type: str
      sample: arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cache/cache-0001-001/cpu
    state_value:
      description: State of the alarm.
      returned: when the alarm exists
      type: str
      sample: OK
    state_reason:
      description: Why the alarm is in that state.
      returned: when the alarm exists
      type: str
      sample: "Threshold Crossed: no datapoints were received for 3 periods"
    metric_name:
      description: The metric that is watched.
      returned: when the alarm watches a single metric
      type: str
      sample: CPUUtilization
    dimensions:
      description: The dimensions of the metric that is watched.
      returned: when the alarm watches a single metric
      type: list
      elements: dict
      sample: [{name: CacheClusterId, value: cache-0001-001}, {name: CacheNodeId, value: "0001"}]
    metrics:
      description: The expression that is watched and the metrics in it.
      returned: when the alarm watches an expression
      type: list
      elements: dict
      sample: [{id: expression, expression: 100 * hits / (hits + misses), return_data: true}]
    threshold:
      description: The value that is compared with.
      returned: always
      type: float
      sample: 75.0
    alarm_actions:
      description: ARNs of the actions for the state C(ALARM).
      returned: when there are any
      type: list
      elements: str
      sample: [arn:aws:sns:eu-west-1:123456789012:alerts]
alarm_arns:
  description: ARNs of the alarms, in the order of RV(alarms). An alarm that check mode would create has none yet.
  returned: success
  type: list
  elements: str
  sample: [arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cache/cache-0001-001/cpu]
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [put_metric_alarm, delete_alarms]
problems:
  description: Everything that is wrong with the declaration, in the order of the message.
  returned: failure, when the declaration was refused
  type: list
  elements: dict
  contains:
    option:
      description: The option concerned.
      type: str
      sample: alarms.cpu.period
    value:
      description: Its value, or the item of it; null where it says nothing.
      type: raw
      sample: 45
    problem:
      description: What is wrong with it.
      type: str
      sample: is no period of CloudWatch
    remedy:
      description: What to do.
      type: str
      sample: use 10, 20, 30 or a multiple of 60 seconds
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._cloudwatch import alarms

DEFINITION: dict[str, dict[str, Any]] = {
    "name": {"required": True},
    "scope": {"choices": ["node", "group"], "default": "node"},
    "alarm_description": {"aliases": ["description"]},
    "namespace": {"default": "AWS/ElastiCache"},
    "metric_name": {},
    "statistic": {"choices": ["Average", "Maximum", "Minimum", "SampleCount", "Sum"]},
    "extended_statistic": {},
    "expression": {},
    "metrics": {"type": "dict"},
    "period": {"type": "int", "default": 60},
    "evaluation_periods": {"type": "int", "required": True},
    "datapoints_to_alarm": {"type": "int"},
    "comparison_operator": {
        "required": True,
        "choices": [
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "LessThanOrEqualToThreshold",
            "LessThanThreshold",
        ],
    },
    "threshold": {"type": "float", "required": True},
    "treat_missing_data": {"choices": ["breaching", "ignore", "missing", "notBreaching"], "default": "missing"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "replication_group_id": {"required": True},
    "nodes": {"type": "list", "elements": "str"},
    "alarms": {"type": "list", "elements": "dict", "options": DEFINITION},
    "alarm_actions": {"type": "list", "elements": "str"},
    "ok_actions": {"type": "list", "elements": "str"},
    "insufficient_data_actions": {"type": "list", "elements": "str"},
    "actions_enabled": {"type": "bool"},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_module(module, "cloudwatch", alarms.ensure)


if __name__ == "__main__":
    main()
