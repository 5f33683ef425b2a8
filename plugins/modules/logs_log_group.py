#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: logs_log_group
version_added: 0.1.0
short_description: Manage log groups of CloudWatch Logs
description:
  - Creates, changes and deletes log groups, with their retention, KMS key and tags. Logs are deleted with their log
    group, and when they are older than its retention; nothing else that this module does touches them.
  - M(amazon.aws.cloudwatchlogs_log_group) sets the retention of an existing log group in check mode too, does not show
    it in its diff, leaves the KMS key of an existing log group as it is, and deletes the log group, with its logs, for
    a retention that it does not know, such as 1096 days.
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
  log_group_name:
    description:
      - Name of the log group, up to 512 letters, digits, and C(.), C(-), C(_), C(/) and C(#).
    type: str
    required: true
    aliases: [name]
  retention_in_days:
    description:
      - Days that log events are kept. With V(0) they never expire, as in a new log group.
      - Left out, the retention of an existing log group stays as it is.
    type: int
    choices:
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
  kms_key_id:
    description:
      - ARN of the symmetric KMS key that new log events are encrypted with. The id of a key, or an alias, is looked up.
      - An empty text takes the key away; then CloudWatch Logs encrypts with a key of its own.
      - Left out, the key of an existing log group stays as it is.
      - What is there stays encrypted with the key that it was encrypted with, so that key has to be kept as long.
    type: str
  log_group_class:
    description:
      - Class of the log group. Left out at creation, it is V(STANDARD).
      - It is fixed at creation, so another one than that of an existing log group is refused.
    type: str
    choices: [STANDARD, INFREQUENT_ACCESS]
  state:
    description:
      - Whether the log group is there. V(absent) deletes it with all its logs.
    type: str
    choices: [present, absent]
    default: present
notes:
  - "IAM actions: logs:DescribeLogGroups, logs:ListTagsForResource, logs:CreateLogGroup, logs:DeleteLogGroup,
    logs:PutRetentionPolicy, logs:DeleteRetentionPolicy, logs:AssociateKmsKey, logs:DisassociateKmsKey,
    logs:TagResource, logs:UntagResource; kms:DescribeKey with an id or alias as O(kms_key_id)."
  - The policy of the key has to let CloudWatch Logs use it.
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
  - module: amazon.aws.cloudwatchlogs_log_group
"""

EXAMPLES = r"""
- name: Keep the slow log of the production cache for three years
  accessweaver.elasticache.logs_log_group:
    name: /aws/vendedlogs/elasticache/accessweaver-prod-redis/slow-log
    retention_in_days: 1096
    tags:
      Project: accessweaver
      Environment: prod

- name: Keep it forever, and everything else as it is
  accessweaver.elasticache.logs_log_group:
    name: /aws/vendedlogs/elasticache/accessweaver-prod-redis/slow-log
    retention_in_days: 0

- name: Remove the log group with all its logs
  accessweaver.elasticache.logs_log_group:
    name: /aws/vendedlogs/elasticache/accessweaver-prod-redis/slow-log
    state: absent
"""

RETURN = r"""
log_group:
  description: The log group as it is after the task; as it would be in check mode; empty when it is absent.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the log group, as policies and the operations for tags take it, without C(:*).
      returned: when the log group exists
      type: str
      sample: arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/elasticache/accessweaver-prod-redis/slow-log
    creation_time:
      description: When it was created, in milliseconds since 1970.
      returned: when the log group exists
      type: int
      sample: 1795478400000
    kms_key_id:
      description: ARN of the KMS key; empty without one.
      returned: always, unless the log group is absent
      type: str
      sample: arn:aws:kms:eu-west-1:123456789012:key/0b1d6c5e-5b0e-4a7e-9d6a-2f6f4c1f7b55
    log_group_class:
      description: Class of the log group.
      returned: always, unless the log group is absent
      type: str
      sample: STANDARD
    log_group_name:
      description: Name of the log group.
      returned: always, unless the log group is absent
      type: str
      sample: /aws/vendedlogs/elasticache/accessweaver-prod-redis/slow-log
    metric_filter_count:
      description: Number of metric filters.
      returned: when the log group exists
      type: int
      sample: 0
    retention_in_days:
      description: Days that log events are kept; 0 when they never expire.
      returned: always, unless the log group is absent
      type: int
      sample: 1096
    stored_bytes:
      description: Size of the logs that are stored.
      returned: when the log group exists
      type: int
      sample: 0
    tags:
      description: Tags of the log group.
      returned: always, unless the log group is absent
      type: dict
      sample: {Project: accessweaver}
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [create_log_group, put_retention_policy]
problems:
  description: What stands in the way.
  returned: failure, when O(kms_key_id) or O(log_group_class) was refused
  type: list
  elements: dict
  contains:
    option:
      description: The option concerned.
      type: str
      sample: log_group_class
    value:
      description: Its value.
      type: raw
      sample: INFREQUENT_ACCESS
    problem:
      description: What is wrong with it.
      type: str
      sample: /demo/slow-log is of the class STANDARD, which is fixed at creation
    remedy:
      description: What to do.
      type: str
      sample: declare STANDARD, or a log group of another name and have the logs delivered there
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_with_clients
from ..module_utils._logs import log_group
from ..module_utils._logs.retention import FOREVER, RETENTION_DAYS

ARGUMENTS: dict[str, dict[str, Any]] = {
    "log_group_name": {"required": True, "aliases": ["name"]},
    "retention_in_days": {"type": "int", "choices": [FOREVER, *RETENTION_DAYS]},
    "kms_key_id": {"no_log": False},
    "log_group_class": {"choices": ["STANDARD", "INFREQUENT_ACCESS"]},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_with_clients(module, log_group.ensure)


if __name__ == "__main__":
    main()
