# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion between options and API structures by botocore's own service model.

Ansible's C(snake_dict_to_camel_dict) gets ten member names of the ElastiCache model wrong (C(multi_az_enabled) among
them);
the model knows them all, and tells a typing error before the call is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

try:
    import botocore
    from botocore import xform_name
    from botocore.exceptions import ParamValidationError
    from botocore.validate import ParamValidator
except ImportError:
    pass  # AnsibleAWSModule reports it.

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from .._problems import Problem
from .plan import Step
from .refusals import refuse


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


def require_known(client: Any, operations: Iterable[str], options: Mapping[str, Any], purpose: str) -> None:
    """Raise AnsibleAWSError when botocore's model of none of the I(operations) has what one of I(options) declares.

    C(step) would drop it, and what was declared would be waited for in vain.
    """
    inputs = [_members(_input_shape(client, operation)) for operation in operations]
    remedy = "install newer versions of boto3 and botocore, or leave it out"
    fault = f"needs a newer botocore: installed is {botocore.__version__}"
    paths = [path for name, value in options.items() if value is not None for path in _unknown(inputs, name, value)]
    refuse([Problem(path, None, fault, remedy) for path in paths], purpose)


def _unknown(inputs: Iterable[Mapping[str, tuple[str, Any]]], name: str, value: Any) -> list[str]:
    """Return the paths of what no input has of the option I(name): the option itself, or members of its value."""
    shapes = [members[name][1] for members in inputs if name in members]
    return sorted(set.intersection(*(set(_dropped(shape, value, name)) for shape in shapes))) if shapes else [name]


def _dropped(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Yield the paths of what C(to_api) would drop of I(value)."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = _members(shape)
        for key, item in value.items():
            if key not in members and item is not None:
                yield f"{path}.{key}"
            elif item is not None:
                yield from _dropped(members[key][1], item, f"{path}.{key}")
    elif shape.type_name == "list" and isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _dropped(shape.member, item, f"{path}[{number}]")


def _input_shape(client: Any, operation: str) -> Any:
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape


def _members(shape: Any) -> dict[str, tuple[str, Any]]:
    """Return name and shape of every member of a structure, by the name in snake case."""
    return {xform_name(name): (name, member) for name, member in shape.members.items()}


def to_api(shape: Any, value: Any) -> Any:
    """Rename the keys of I(value) to the member names of the botocore I(shape), recursively; a mapping of tags
    becomes their list."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = _members(shape)
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
