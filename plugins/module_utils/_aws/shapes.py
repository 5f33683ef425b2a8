# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion between options and API structures by botocore's own service model.

Ansible's C(snake_dict_to_camel_dict) gets ten member names of the ElastiCache model wrong (C(multi_az_enabled) among
them);
the model knows them all, and tells a typing error before the call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

try:
    from botocore import xform_name
    from botocore.exceptions import ParamValidationError
    from botocore.validate import ParamValidator
except ImportError:
    pass  # AnsibleAWSModule reports it.

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from .plan import Step


def step(client: Any, operation: str, arguments: Mapping[str, Any]) -> Step:
    """Return the call of I(operation) with those I(arguments) that its input knows and that are not C(None).

    Options of the module that are no member of the input (C(state), C(wait)) are dropped.

    Raises AnsibleAWSError when a value does not have the type that the service model wants.
    """
    shape = _input_shape(client, operation)
    request = to_api(shape, arguments)
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        problem = ParamValidationError(report=report.generate_report())
        raise AnsibleAWSError(message=f"Cannot build the request {operation}", exception=problem)
    return Step(operation, request)


def _input_shape(client: Any, operation: str) -> Any:
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape


def to_api(shape: Any, value: Any) -> Any:
    """Rename the keys of I(value) to the member names of the botocore I(shape), recursively; a mapping of tags
    becomes their list."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = {xform_name(name): (name, member) for name, member in shape.members.items()}
        given = {key: item for key, item in value.items() if key in members and item is not None}
        return {members[key][0]: to_api(members[key][1], item) for key, item in given.items()}
    if shape.type_name == "list" and isinstance(value, Mapping):
        return ansible_dict_to_boto3_tag_list(value)
    if shape.type_name == "list" and isinstance(value, (list, tuple)):
        return [to_api(shape.member, item) for item in value]
    return value


def from_api(value: Any) -> Any:
    """Rename the keys of an answer to botocore's snake case, recursively; timestamps become ISO 8601 text."""
    if isinstance(value, Mapping):
        return {xform_name(key): from_api(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [from_api(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
