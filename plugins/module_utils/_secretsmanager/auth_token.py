# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
An AUTH token in Secrets Manager, and the versions that a rotation takes it through.

The rotation keeps to the staging labels of Secrets Manager ("Rotation by Lambda function" in its guide): the next
token waits as C(AWSPENDING), becomes C(AWSCURRENT), which makes the last one C(AWSPREVIOUS), and keeps C(AWSPENDING)
until the rotation has ended. So the labels say how far a rotation has come.
"""

from __future__ import annotations

import secrets
import string
import uuid
from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from .._aws.calls import call
from .._aws.converge import converge
from .._aws.plan import Plan, Step
from .._aws.shapes import step
from .._aws.tags import TagCalls

# ElastiCache takes some punctuation too, but these need no quoting in any file, shell or URL.
ALPHABET = string.ascii_letters + string.digits
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
TAGS = TagCalls(arn="SecretId")


class SecretErrorHandler(AWSErrorHandler):
    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("ResourceNotFoundException")


@SecretErrorHandler.list_error_handler("describe a secret")
@AWSRetry.jittered_backoff()
def describe_secret(client: Any, name: str) -> dict[str, Any] | None:
    return client.describe_secret(SecretId=name)


@SecretErrorHandler.common_error_handler("read a secret")
@AWSRetry.jittered_backoff()
def get_secret_value(client: Any, name: str, stage: str) -> str:
    return client.get_secret_value(SecretId=name, VersionStage=stage)["SecretString"]


def ensure(client: Any, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Bring the secret to the state that I(parameters) declare; see the module for the options."""
    existing = read(client, parameters["name"])
    plan = PLANNERS[parameters["state"]](client, parameters, existing)
    result, secret = converge(
        plan,
        existing,
        check_mode,
        lambda plan: apply(client, plan),
        lambda: read(client, parameters["name"]),
    )
    return {**result, "secret": secret}


def apply(client: Any, plan: Plan) -> None:
    try:
        for planned in plan.steps:
            call(client, planned, SecretErrorHandler)
    except AnsibleAWSError as error:
        if not isinstance(error.exception, is_boto3_error_code("ResourceExistsException", e=error.exception)):
            raise
        problem = "A rotation that began with the same token put another one there first"
        remedy = f"Wait until it has ended; if it was given up, give its version the stage {PENDING} again"
        raise AnsibleAWSError(message=f"{problem}. {remedy}.", exception=error.exception) from error


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
        "rotation_enabled": bool(found.get("RotationEnabled")),
        "tags": boto3_tag_list_to_ansible_dict(found.get("Tags", [])),
        "version_stages": {
            stage: version for version, stages in found.get("VersionIdsToStages", {}).items() for stage in stages
        },
    }


def plan_present(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    """Of a secret that exists only the tags are changed: value, policy and rotation belong to whoever changed them."""
    if not existing:
        arguments = {**declared, "secret_string": declared["auth_token"] or generate(declared["length"])}
        create = step(client, "create_secret", {**arguments, "tags": declared["tags"] or None})
        return Plan({}, {"name": declared["name"], "tags": declared["tags"] or {}, "deleted": False}, (create,))
    identity = {"secret_id": existing["name"]}
    restore = [step(client, "restore_secret", identity)] if existing["deleted"] else []
    tags, tag_steps = TAGS.plan(existing["name"], existing["tags"], declared)
    before = {"deleted": existing["deleted"], "tags": existing["tags"]}
    return Plan(before, {"deleted": False, "tags": tags}, (*restore, *tag_steps))


def plan_absent(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing or existing["deleted"]:
        return Plan({}, {})
    request = {"secret_id": existing["name"], "recovery_window_in_days": declared["recovery_window_in_days"]}
    return Plan({"deleted": False}, {"deleted": True}, (step(client, "delete_secret", request),))


def plan_pending(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    """A token that is pending stays, whatever run has put it there: ElastiCache accepts no third one."""
    stages = stages_of(declared, existing)
    require_new(client, declared, PENDING if PENDING in stages else CURRENT)
    if PENDING in stages:
        return Plan({}, {})
    request = {
        "secret_id": existing["name"],
        "client_request_token": following(stages[CURRENT]),
        "secret_string": declared["auth_token"] or generate(declared["length"]),
        "version_stages": [PENDING],
    }
    after = {**stages, PENDING: request["client_request_token"]}
    return changed_stages(stages, after, step(client, "put_secret_value", request))


def plan_current(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    stages = stages_of(declared, existing)
    if stages.get(PENDING, stages[CURRENT]) == stages[CURRENT]:
        return Plan({}, {})
    move = {"move_to_version_id": stages[PENDING], "remove_from_version_id": stages[CURRENT]}
    request = {"secret_id": existing["name"], "version_stage": CURRENT, **move}
    after = {**stages, CURRENT: stages[PENDING], "AWSPREVIOUS": stages[CURRENT]}
    return changed_stages(stages, after, step(client, "update_secret_version_stage", request))


def plan_settled(client: Any, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    stages = stages_of(declared, existing)
    if PENDING not in stages:
        return Plan({}, {})
    if stages[PENDING] != stages[CURRENT]:
        message = f"The token that is pending in {existing['name']} is not the current one. End its rotation first."
        raise AnsibleAWSError(message=message)
    request = {"secret_id": existing["name"], "version_stage": PENDING, "remove_from_version_id": stages[PENDING]}
    after = {stage: version for stage, version in stages.items() if stage != PENDING}
    return changed_stages(stages, after, step(client, "update_secret_version_stage", request))


def changed_stages(before: Mapping[str, str], after: Mapping[str, str], planned: Step) -> Plan:
    return Plan({"version_stages": dict(before)}, {"version_stages": dict(after)}, (planned,))


PLANNERS = {
    "present": plan_present,
    "pending": plan_pending,
    "current": plan_current,
    "settled": plan_settled,
    "absent": plan_absent,
}


def stages_of(declared: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, str]:
    """Return the versions by their stages; raise AnsibleAWSError when the secret is not there to be rotated."""
    if not existing or existing["deleted"] or CURRENT not in existing["version_stages"]:
        message = f"There is no token in {declared['name']} to rotate. Use state present first."
        raise AnsibleAWSError(message=message)
    if existing["rotation_enabled"]:
        remedy = "Cancel its rotation there, or leave it to Secrets Manager"
        raise AnsibleAWSError(message=f"Secrets Manager itself rotates {declared['name']}. {remedy}.")
    return dict(existing["version_stages"])


def require_new(client: Any, declared: Mapping[str, Any], stage: str) -> None:
    """A token that is given has to be the pending one, or, while there is none, another one than the current."""
    if not declared["auth_token"]:
        return
    same = get_secret_value(client, declared["name"], stage) == declared["auth_token"]
    if stage == PENDING and not same:
        message = f"Another token than this is pending in {declared['name']}. Leave auth_token out to go on with it."
        raise AnsibleAWSError(message=message)
    if stage == CURRENT and same:
        raise AnsibleAWSError(message=f"This token is the current one of {declared['name']}. Give another one.")


def following(version: str) -> str:
    """Return the id of the version after I(version), the same for everybody: of two rotations that begin at the same
    time, Secrets Manager refuses the second."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, version))


def generate(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ignored in range(length))
