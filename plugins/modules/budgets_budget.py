#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: budgets_budget
version_added: 0.1.0
short_description: Manage cost budgets of AWS Budgets
description:
  - Creates, changes and deletes cost budgets with their notifications, subscribers and tags.
  - The budget, each notification and each subscriber are changed in place by operations of their own, so that changing
    one recipient does not reset the spend that AWS has calculated for the budget.
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
  budget_name:
    description:
      - Name of the budget, unique in the account, up to 100 characters. It cannot be changed.
    type: str
    required: true
    aliases: [name]
  account_id:
    description:
      - The 12 digits of the account that the budget belongs to.
      - Left out, it is the account of the credentials.
    type: str
  limit_amount:
    description:
      - How much may be spent in each O(time_unit). Needed to create a budget.
      - Compared as a number; V(300) is V(300.0).
      - A budget that plans or adjusts its limit by itself gets this fixed limit instead.
    type: str
  limit_unit:
    description:
      - Currency of O(limit_amount). Left out at creation, it is V(USD).
    type: str
  time_unit:
    description:
      - How long the limit lasts. Left out at creation, it is V(MONTHLY).
    type: str
    choices: [ANNUALLY, DAILY, MONTHLY, QUARTERLY]
  cost_filter_tags:
    description:
      - Count only the costs of resources with these tags, as a dictionary of tag keys, each with a value or a list of
        them. A resource has to have one of the values of each key.
      - AWS only knows the costs by tag from the day on which the key was activated as a cost allocation tag, in the
        management account or a stand-alone account. Until then such a budget shows no spend.
      - Left out, this part of the filter stays as it is. An empty dictionary removes it.
    type: dict
  cost_filters:
    description:
      - Count only costs with these properties, as a dictionary of the names that the API has for them, such as
        V(Service), each with a value or a list of them, such as V(Amazon ElastiCache).
      - Left out, this part of the filter stays as it is. An empty dictionary removes it.
      - Setting it or O(cost_filter_tags) on a budget that has a filter expression replaces that expression.
    type: dict
  cost_types:
    description:
      - Which kinds of costs count, and how. What is left out stays as it is; at creation it has the default of AWS,
        which is V(true) for everything to include and V(false) for everything to use.
    type: dict
    suboptions:
      include_credit:
        description: Count credits.
        type: bool
      include_discount:
        description: Count discounts.
        type: bool
      include_other_subscription:
        description: Count subscriptions other than reservations.
        type: bool
      include_recurring:
        description: Count recurring fees, such as those of reserved nodes.
        type: bool
      include_refund:
        description: Count refunds.
        type: bool
      include_subscription:
        description: Count subscriptions.
        type: bool
      include_support:
        description: Count fees for support.
        type: bool
      include_tax:
        description: Count taxes.
        type: bool
      include_upfront:
        description: Count fees that are paid upfront, such as those of reserved nodes.
        type: bool
      use_amortized:
        description: Spread upfront and recurring fees over the time that they pay for.
        type: bool
      use_blended:
        description: Use the rates that are averaged over an organization.
        type: bool
  notifications:
    description:
      - When to tell whom, ten at most. Left out, notifications stay as they are.
      - AWS knows a notification by its type, operator, threshold and kind of threshold. When one of these changes, a
        notification that is no longer declared is changed into the new one.
    type: list
    elements: dict
    suboptions:
      notification_type:
        description:
          - What is compared with the threshold, what was spent or what AWS expects to be spent.
          - A forecast needs about five weeks of costs before it is made.
        type: str
        choices: [ACTUAL, FORECASTED]
        required: true
      comparison_operator:
        description:
          - How it is compared.
        type: str
        choices: [EQUAL_TO, GREATER_THAN, LESS_THAN]
        default: GREATER_THAN
      threshold:
        description:
          - The threshold, a percentage of O(limit_amount) or an amount.
        type: float
        required: true
      threshold_type:
        description:
          - What O(notifications[].threshold) is.
        type: str
        choices: [ABSOLUTE_VALUE, PERCENTAGE]
        default: PERCENTAGE
      subscribers:
        description:
          - Who is told; one to ten e-mail addresses and at most one SNS topic. Subscribers that are not in the list are
            removed.
        type: list
        elements: dict
        required: true
        suboptions:
          subscription_type:
            description:
              - What O(notifications[].subscribers[].address) is.
            type: str
            choices: [EMAIL, SNS]
            required: true
          address:
            description:
              - E-mail address, or ARN of an SNS topic whose policy lets C(budgets.amazonaws.com) publish.
            type: str
            required: true
  purge_notifications:
    description:
      - Whether notifications that are not in O(notifications) are removed.
    type: bool
    default: true
  state:
    description:
      - Whether the budget is there.
    type: str
    choices: [present, absent]
    default: present
notes:
  - AWS Budgets has one endpoint for all regions, which boto3 chooses whatever the region is.
seealso:
  - module: accessweaver.elasticache.elasticache_alarms
"""

EXAMPLES = r"""
- name: Tell the team when 80 % of 300 dollars a month are spent on the production cache
  accessweaver.elasticache.budgets_budget:
    name: accessweaver-prod-redis
    limit_amount: 300
    cost_filter_tags:
      Service: accessweaver-redis
      Environment: prod
    notifications:
      - notification_type: ACTUAL
        threshold: 80
        subscribers:
          - subscription_type: EMAIL
            address: platform@example.com
          - subscription_type: SNS
            address: arn:aws:sns:eu-west-1:123456789012:alerts
    tags:
      Project: accessweaver
      Environment: prod

- name: Raise the limit, and leave everything else as it is
  accessweaver.elasticache.budgets_budget:
    name: accessweaver-prod-redis
    limit_amount: 450

- name: Add a notification, and keep those that are there
  accessweaver.elasticache.budgets_budget:
    name: accessweaver-prod-redis
    purge_notifications: false
    notifications:
      - notification_type: FORECASTED
        threshold: 100
        subscribers:
          - subscription_type: EMAIL
            address: finance@example.com

- name: Remove the budget with its notifications
  accessweaver.elasticache.budgets_budget:
    name: accessweaver-prod-redis
    state: absent
"""

RETURN = r"""
budget:
  description: The budget as it is after the task; as it would be in check mode; empty when it is absent.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the budget.
      returned: when the budget exists
      type: str
      sample: arn:aws:budgets::123456789012:budget/accessweaver-prod-redis
    auto_adjust_data:
      description: How the budget adjusts its limit by itself.
      returned: when it does
      type: dict
      sample: {auto_adjust_type: FORECAST}
    budget_name:
      description: Name of the budget.
      returned: when the budget exists
      type: str
      sample: accessweaver-prod-redis
    budget_type:
      description: What the budget counts, always C(COST).
      returned: when the budget exists
      type: str
      sample: COST
    calculated_spend:
      description: What AWS has counted and forecasted for the current period.
      returned: when the budget exists
      type: dict
      sample: {actual_spend: {amount: "211.40", unit: USD}, forecasted_spend: {amount: "287.12", unit: USD}}
    cost_filter_tags:
      description: The values of the tags that are counted, by key.
      returned: when the budget exists
      type: dict
      sample: {Service: [accessweaver-redis]}
    cost_filters:
      description: The other filters.
      returned: when the budget exists
      type: dict
      sample: {}
    cost_types:
      description: The kinds of costs that are counted, and how.
      returned: when the budget exists and has no filter expression
      type: dict
      sample: {include_credit: true, use_blended: false}
    limit_amount:
      description: The limit; null when the budget plans or adjusts it by itself.
      returned: when the budget exists
      type: str
      sample: "300.0"
    limit_unit:
      description: Currency of the limit.
      returned: when the budget exists
      type: str
      sample: USD
    notifications:
      description: The notifications with their subscribers, in a stable order.
      returned: when the budget exists
      type: list
      elements: dict
      sample:
        - notification_type: ACTUAL
          comparison_operator: GREATER_THAN
          threshold: 80.0
          threshold_type: PERCENTAGE
          subscribers: [{subscription_type: EMAIL, address: platform@example.com}]
    tags:
      description: Tags of the budget.
      returned: when the budget exists
      type: dict
      sample: {Project: accessweaver}
    time_period:
      description: From when to when the budget holds.
      returned: when the budget exists
      type: dict
      sample: {start: "2026-01-01T00:00:00+00:00", end: "2087-06-15T00:00:00+00:00"}
    time_unit:
      description: How long the limit lasts.
      returned: when the budget exists
      type: str
      sample: MONTHLY
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [update_budget, update_subscriber]
problems:
  description: Everything that is wrong with the declaration, in the order of the message.
  returned: failure, when the declaration was refused
  type: list
  elements: dict
  contains:
    option:
      description: The option concerned.
      type: str
      sample: limit_amount
    value:
      description: Its value, or the item of it; null where it says nothing.
      type: raw
      sample: "-300"
    problem:
      description: What is wrong with it.
      type: str
      sample: is no amount
    remedy:
      description: What to do.
      type: str
      sample: use a number above 0, such as 300 or 299.50, without sign and currency
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_with_clients
from ..module_utils._budgets import budget
from ..module_utils._budgets.filters import COST_TYPES

SUBSCRIBER: dict[str, dict[str, Any]] = {
    "subscription_type": {"choices": ["EMAIL", "SNS"], "required": True},
    "address": {"required": True},
}
NOTIFICATION: dict[str, dict[str, Any]] = {
    "notification_type": {"choices": ["ACTUAL", "FORECASTED"], "required": True},
    "comparison_operator": {"choices": ["EQUAL_TO", "GREATER_THAN", "LESS_THAN"], "default": "GREATER_THAN"},
    "threshold": {"type": "float", "required": True},
    "threshold_type": {"choices": ["ABSOLUTE_VALUE", "PERCENTAGE"], "default": "PERCENTAGE"},
    "subscribers": {"type": "list", "elements": "dict", "required": True, "options": SUBSCRIBER},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "budget_name": {"required": True, "aliases": ["name"]},
    "account_id": {},
    "limit_amount": {},
    "limit_unit": {},
    "time_unit": {"choices": ["ANNUALLY", "DAILY", "MONTHLY", "QUARTERLY"]},
    "cost_filter_tags": {"type": "dict"},
    "cost_filters": {"type": "dict"},
    "cost_types": {"type": "dict", "options": {name: {"type": "bool"} for name in COST_TYPES}},
    "notifications": {"type": "list", "elements": "dict", "options": NOTIFICATION},
    "purge_notifications": {"type": "bool", "default": True},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_with_clients(module, budget.ensure)


if __name__ == "__main__":
    main()
