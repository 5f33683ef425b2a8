# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_function_scripts
version_added: 0.1.0
short_description: Scripts that do what the functions of a Redis library do
description:
  - Engines before version 7.0 have no functions. This makes of a library, which is written once, a script for each of
    its functions. C(EVAL) and C(EVALSHA) run it with the keys and arguments that C(FCALL) would have.
  - Flags of functions have no meaning for scripts and are left out.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The code of a library in Lua, which registers its functions under literal names.
    type: str
    required: true
seealso:
  - module: accessweaver.elasticache.redis_function
"""

EXAMPLES = r"""
- name: Give an application the scripts
  ansible.builtin.copy:
    dest: "/etc/orders/redis/{{ item.key }}.lua"
    content: "{{ item.value }}"
    mode: "0644"
  loop: "{{ lookup('ansible.builtin.file', 'accessweaver1.lua')
            | accessweaver.elasticache.redis_function_scripts | dict2items }}"
  loop_control:
    label: "{{ item.key }}"
"""

RETURN = r"""
_value:
  description: The scripts, by name of the function.
  type: dict
  sample:
    greet: the text of a script
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.function_scripts import LibraryError, scripts


def redis_function_scripts(code: str) -> dict[str, str]:
    try:
        return scripts(code)
    except LibraryError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.redis_function_scripts: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_function_scripts": redis_function_scripts}
