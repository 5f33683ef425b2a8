# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that change a cache over the wire share with no one else: they alone know Ansible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .connect import REDIS_IMPORT_ERROR, CacheError

Logic = Callable[[Mapping[str, Any], bool], dict[str, Any]]


def run_module(module: AnsibleModule, logic: Logic) -> None:
    """Exit with the result that I(logic) has for the parameters and check mode."""
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("redis"), exception=REDIS_IMPORT_ERROR)
    try:
        result = logic(module.params, module.check_mode)
    except CacheError as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(**result)
