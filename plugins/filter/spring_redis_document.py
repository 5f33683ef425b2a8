# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: spring_redis_document
version_added: 0.1.0
short_description: Text of a Spring Boot configuration with the settings of Redis as a document of its own
description:
  - Returns the text with the given settings between markers, where such settings are already, or at its end. Everything
    else stays as it is, with its comments.
  - Spring reads the documents of a file in order, so the last one has the last word.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The text that the file has, empty for a new one.
    type: str
    required: true
  document:
    description: The settings, a YAML document that begins with C(---).
    type: str
    required: true
seealso:
  - plugin: accessweaver.elasticache.spring_redis_config
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what application.yml would become
  ansible.builtin.debug:
    msg: "{{ text | accessweaver.elasticache.spring_redis_document('---\\n' ~ (config | to_nice_yaml)) }}"
  vars:
    text: "{{ lookup('ansible.builtin.file', 'application.yml') }}"
    config: "{{ hostvars['orders-prod'].elasticache_redis_outputs.spring_redis_config }}"
"""

RETURN = r"""
_value:
  description: The new text.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_file import joined


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spring_redis_document": joined}
