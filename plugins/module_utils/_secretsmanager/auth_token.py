# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AUTH token that is generated once and then belongs to Secrets Manager: this code writes it and never reads it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from .._aws.calls import call
from .._aws.converge import converge
from .._aws.plan import Plan
from .._aws.shapes import step

# ElastiCache takes some punctuation too, but these need no quoting in any file, shell or URL.
ALPHABET = string.ascii_letters + string.digits


class SecretErrorHandler(AWSErrorHandler):
    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("ResourceNotFoundException")


@SecretErrorHandler.list_error_handler("describe a secret")
@AWSRetry.jittered_backoff()
def describe_secret(client: Any, name: str) -> dict[str, Any] | None:
    return client.describe_secret(SecretId=name)


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Make sure that a secret with a token is there, or that it is scheduled for deletion."""
    existing = read(client, parameters["name"])
    plan = PLANNERS[parameters["state"]](client, parameters, existing)
    result, secret = converge(
        plan,
        existing,
        check_mode,
        lambda plan: [call(client, step, SecretErrorHandler) for step in plan.steps],
        lambda: read(client, parameters["name"]),
    )
    return {**result, "secret": secret}


def read(client: Any, name: str) -> dict[str, Any]:
    """Return what the secret is called and how it is kept, C({}) when there is none; the value is not read."""
    found = describe_secret(client, name)
    if not found:
        return {}
    return {
        "arn": found["ARN"],
        "name": found["Name"],
        "kms_key_id": found.get("KmsKeyId"),
        "deleted": "DeletedDate" in found,
        "tags": boto3_tag_list_to_ansible_dict(found.get("Tags", [])),
    }


def plan_present(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    """A secret that exists is left as it is: value, policy and rotation belong to whoever changed them."""
    if not existing:
        arguments = {**declared, "secret_string": generate(declared["length"])}
        create = step(client, "create_secret", arguments)
        return Plan({}, {"name": declared["name"], "tags": declared["tags"] or {}, "deleted": False}, (create,))
    if existing["deleted"]:
        restore = step(client, "restore_secret", {"secret_id": existing["name"]})
        return Plan({"deleted": True}, {"deleted": False}, (restore,))
    return Plan({}, {})


def plan_absent(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing or existing["deleted"]:
        return Plan({}, {})
    request = {"secret_id": existing["name"], "recovery_window_in_days": declared["recovery_window_in_days"]}
    return Plan({"deleted": False}, {"deleted": True}, (step(client, "delete_secret", request),))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def generate(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ignored in range(length))
