# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_deployment_conflicts
version_added: 0.1.0
short_description: Find inventory hosts that declare the same Redis deployment
description:
  - Compares the deployment of one host with those of the other hosts of the play, as the role
    P(accessweaver.elasticache.elasticache_redis#role) has resolved them. Two that have the same region and replication
    group would undo each other's work.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The variables of all hosts, C(hostvars).
    type: dict
    required: true
  host:
    description: The host to look at.
    type: str
    required: true
  hosts:
    description: The hosts to compare it with.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the conflicts of this host
  ansible.builtin.debug:
    msg: "{{ hostvars | accessweaver.elasticache.redis_deployment_conflicts(inventory_hostname,
      ansible_play_hosts_all) }}"
"""

RETURN = r"""
_value:
  description: The problems found, each with C(option), C(value), C(problem) and C(remedy).
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.deployments import conflicts


def redis_deployment_conflicts(
    hostvars: Mapping[str, Mapping[str, Any]], host: str, hosts: Sequence[str]
) -> list[dict[str, Any]]:
    if not isinstance(hostvars, Mapping):
        raise AnsibleFilterError("accessweaver.elasticache.redis_deployment_conflicts: the input is not hostvars")
    return [problem.as_dict() for problem in conflicts(hostvars, host, hosts)]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_deployment_conflicts": redis_deployment_conflicts}
