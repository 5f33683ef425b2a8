# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_role_variables
version_added: 0.1.0
short_description: The role variables that declare a replication group as it is
description:
  - Turns what was read of a replication group, whoever made it, into variables of the role
    P(accessweaver.elasticache.elasticache_redis#role), with which the role changes nothing.
  - What is as the role would make it is declared as the role's. Anything else is used as it is, or left to others.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: A replication group as returned by M(accessweaver.elasticache.elasticache_replication_group_info).
    type: dict
    required: true
  options:
    description:
      - Options of the deployment, as P(accessweaver.elasticache.redis_topology#filter) takes them, of which
        C(project_name), C(environment), C(region), C(presets) and C(existing_auth_token_secret_name) are used; a
        replication group does not tell them.
    type: dict
    required: true
  subnet_group:
    description: Its subnet group, as returned by M(accessweaver.elasticache.elasticache_subnet_group).
    type: dict
    required: true
  parameter_group:
    description:
      - Its parameter group, as returned by M(accessweaver.elasticache.elasticache_parameter_group). Empty for a default
        group.
    type: dict
    default: {}
  security_groups:
    description: Its security groups, as returned by M(amazon.aws.ec2_security_group_info).
    type: list
    elements: dict
    default: []
  log_groups:
    description: Log groups, as returned by M(amazon.aws.cloudwatchlogs_log_group_info).
    type: list
    elements: dict
    default: []
  alarms:
    description:
      - Alarms whose names begin with that of the replication group and a slash, as returned by
        M(amazon.aws.cloudwatch_metric_alarm_info).
    type: list
    elements: dict
    default: []
  budget:
    description:
      - The budget of the name that the role gives it, as returned by M(accessweaver.elasticache.budgets_budget).
    type: dict
    default: {}
  auth_token_secret:
    description: The secret with the AUTH token, as returned by M(accessweaver.elasticache.elasticache_auth_token).
    type: dict
    default: {}
  auth_token_given:
    description: Whether the AUTH token is a variable of the inventory, so that no secret is needed.
    type: bool
    default: false
seealso:
  - plugin: accessweaver.elasticache.redis_topology
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what a replication group is as role variables
  ansible.builtin.debug:
    msg: "{{ adopted.parts | map(attribute='variables') | combine }}"
  vars:
    adopted: >-
      {{ found.replication_groups[0]
         | accessweaver.elasticache.redis_role_variables(options=identity, subnet_group=subnets.subnet_group) }}
"""

RETURN = r"""
_value:
  description: The variables, and what is to be said of them.
  type: dict
  contains:
    parts:
      description:
        - The variables by what they are for, in the order of a file. Null overrides what a group of the inventory sets.
        - C(instead) has those that could replace some of them, to have the role make and keep its own.
      type: list
      elements: dict
      sample:
        - title: Subnets
          variables: {elasticache_redis_existing_subnet_group_name: cache-subnets}
          instead: {}
    notes:
      description: What the role leaves as it is, or could not do itself.
      type: list
      elements: str
    problems:
      description: Why the role cannot keep the group as it is, each with C(option), C(value), C(problem), C(remedy).
      type: list
      elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.adoption import Found, Part, adopt

PREFIX = "elasticache_redis_"


def redis_role_variables(
    replication_group: Mapping[str, Any],
    options: Mapping[str, Any],
    subnet_group: Mapping[str, Any],
    parameter_group: Mapping[str, Any] | None = None,
    security_groups: Sequence[Mapping[str, Any]] = (),
    log_groups: Sequence[Mapping[str, Any]] = (),
    alarms: Sequence[Mapping[str, Any]] = (),
    budget: Mapping[str, Any] | None = None,
    auth_token_secret: Mapping[str, Any] | None = None,
    auth_token_given: bool = False,
) -> dict[str, Any]:
    if not isinstance(replication_group, Mapping):
        raise AnsibleFilterError("accessweaver.elasticache.redis_role_variables: the input is not a replication group")
    found = Found(
        replication_group,
        subnet_group,
        parameter_group or {},
        security_groups,
        log_groups,
        alarms,
        budget or {},
        auth_token_secret or {},
        auth_token_given,
    )
    parts, notes, problems = adopt(found, options)
    return {
        "parts": [_variables(part) for part in parts],
        "notes": notes,
        "problems": [problem.as_dict() for problem in problems],
    }


def _variables(part: Part) -> dict[str, Any]:
    return {
        "title": part.title,
        "variables": {f"{PREFIX}{name}": value for name, value in part.options.items()},
        "instead": {f"{PREFIX}{name}": value for name, value in (part.instead or {}).items()},
    }


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_role_variables": redis_role_variables}
