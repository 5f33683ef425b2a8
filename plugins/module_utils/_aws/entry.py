# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that knows AnsibleModule: what every module file of this collection ends with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Clients = Callable[[str], Any]  # name of a service -> its boto3 client
Logic = Callable[[Any, Mapping[str, Any], bool], Mapping[str, Any]]


def run_module(module: AnsibleAWSModule, service: str, logic: Logic) -> None:
    """Run I(logic) with a client of I(service), the module's parameters and its check mode, and end the module."""
    run_with_clients(module, lambda clients, parameters, check_mode: logic(clients(service), parameters, check_mode))


def run_with_clients(module: AnsibleAWSModule, logic: Logic) -> None:
    """Like C(run_module), for a I(logic) that talks to several services: it gets C(Clients) in place of one client."""
    try:
        result = logic(module.client, module.params, module.check_mode)
    except AnsibleAWSError as error:
        _fail(module, error)
    module.exit_json(**result)


def _fail(module: AnsibleAWSModule, error: AnsibleAWSError) -> None:
    if error.exception:
        module.fail_json_aws(error.exception, msg=error.message, **error.kwargs)
    module.fail_json(msg=error.message, **error.kwargs)
