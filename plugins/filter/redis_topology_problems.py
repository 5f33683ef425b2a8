# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_topology_problems
version_added: 0.1.0
short_description: Everything that is wrong with the options of a Redis deployment
description:
  - Returns every rule that the options break, at once. An empty list means that
    P(accessweaver.elasticache.redis_topology#filter) returns a topology.
  - No call is made to AWS, so what only the account can tell (route tables, security groups of another VPC, parameter
    names of the family) is not judged here.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The options of the deployment, as P(accessweaver.elasticache.redis_topology#filter) takes them.
    type: dict
    required: true
seealso:
  - plugin: accessweaver.elasticache.redis_topology
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Refuse options that cannot be deployed, all problems in one message
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems }}"
  vars:
    problems: "{{ options | accessweaver.elasticache.redis_topology_problems }}"
    options:
      project_name: accessweaver
      environment: prod
      region: eu-west-1
      vpc_id: vpc-0a1b2c3d4e5f60718
      private_subnet_ids: [subnet-0a1b2c3d4e5f60718, subnet-0a1b2c3d4e5f60719]
      allowed_security_groups: [sg-0a1b2c3d4e5f60718]
"""

RETURN = r"""
_value:
  description: The problems, none if the options are fine.
  type: list
  elements: dict
  contains:
    option:
      description: The option that is wrong, with the key inside it where there is one.
      type: str
      sample: snapshot_retention_limit
    value:
      description: What it was. Null where nothing was given, and where the value may be secret.
      type: raw
      sample: 40
    problem:
      description: What is wrong with it.
      type: str
      sample: is out of range
    remedy:
      description: What to do about it.
      type: str
      sample: Give 0 to 35 (days, where 0 takes no automatic snapshot)
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology_rules import examine

NAME = "accessweaver.elasticache.redis_topology_problems"


def redis_topology_problems(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(options, Mapping):
        raise AnsibleFilterError(f"{NAME}: the input must be a mapping of options, not {type(options).__name__}")
    return [problem.as_dict() for problem in examine(options)[1]]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_topology_problems": redis_topology_problems}
