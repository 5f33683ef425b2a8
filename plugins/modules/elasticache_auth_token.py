#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_auth_token
version_added: 0.1.0
short_description: Keep the AUTH token of a replication group in Secrets Manager
description:
  - Creates a secret with a random token when there is none. Of a secret that exists it leaves the token as it is, and
    keeps the tags as declared.
  - Takes the next token through the versions of a rotation, by the staging labels of Secrets Manager. What the cache
    and its clients do meanwhile is up to the caller; the role's entry point C(rotate_token) is one.
  - No token is returned; whoever needs it reads the secret, for instance with the lookup
    P(amazon.aws.secretsmanager_secret#lookup).
  - M(community.aws.secretsmanager_secret) would do, but it removes a resource policy and a rotation that somebody else
    put on the secret, and needs the value as an option.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
options:
  name:
    description:
      - Name of the secret.
    type: str
    required: true
  description:
    description:
      - Text that says what the secret is for. Used at creation.
    type: str
  kms_key_id:
    description:
      - KMS key that the secret is encrypted with. Left out, Secrets Manager uses its own. Used at creation.
    type: str
  auth_token:
    description:
      - The token, for a secret that is created and for O(state=pending). Left out, a random one is generated.
    type: str
  length:
    description:
      - Number of letters and digits of the token; ElastiCache takes 16 to 128.
    type: int
    default: 64
  state:
    description:
      - V(present) creates a secret, or restores one that is scheduled for deletion, with its token. Tags are changed
        by it alone.
      - V(pending) adds another token with the stage C(AWSPENDING). One that is pending stays, and O(auth_token) must
        not be another one. Of two runs that begin at the same time, the second fails.
      - V(current) makes the pending token C(AWSCURRENT), and the one that was, C(AWSPREVIOUS).
      - V(settled) ends the rotation, the token is C(AWSPENDING) no more. A pending token that is not the current one
        is refused.
      - V(absent) schedules the secret for deletion.
      - A secret that Secrets Manager itself rotates can be V(present) and V(absent) only.
    type: str
    choices: [present, pending, current, settled, absent]
    default: present
  recovery_window_in_days:
    description:
      - Days that a deleted secret can be restored, 7 to 30.
    type: int
    default: 30
notes:
  - "IAM actions: secretsmanager:DescribeSecret, secretsmanager:CreateSecret, secretsmanager:TagResource,
    secretsmanager:UntagResource, secretsmanager:RestoreSecret, secretsmanager:DeleteSecret; for a rotation
    secretsmanager:PutSecretValue, secretsmanager:UpdateSecretVersionStage and, with O(auth_token),
    secretsmanager:GetSecretValue; with O(kms_key_id) also kms:GenerateDataKey and kms:Decrypt."
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group
  - plugin: amazon.aws.secretsmanager_secret
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Have a token
  accessweaver.elasticache.elasticache_auth_token:
    name: elasticache/accessweaver-prod-redis/auth-token
    tags:
      Project: accessweaver

- name: Change its tags, and nothing else
  accessweaver.elasticache.elasticache_auth_token:
    name: elasticache/accessweaver-prod-redis/auth-token
    tags:
      Project: accessweaver
      Environment: prod

- name: Have another token wait for the cache to accept it
  accessweaver.elasticache.elasticache_auth_token:
    name: elasticache/accessweaver-prod-redis/auth-token
    state: pending

- name: Give it to everybody who reads the secret, once the cache accepts it
  accessweaver.elasticache.elasticache_auth_token:
    name: elasticache/accessweaver-prod-redis/auth-token
    state: current

- name: End the rotation, once the cache refuses the previous token
  accessweaver.elasticache.elasticache_auth_token:
    name: elasticache/accessweaver-prod-redis/auth-token
    state: settled

- name: Give it back; it can be restored for a week
  accessweaver.elasticache.elasticache_auth_token:
    name: elasticache/accessweaver-prod-redis/auth-token
    state: absent
    recovery_window_in_days: 7
"""

RETURN = r"""
secret:
  description: The secret, without its value; empty when it is absent.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the secret.
      returned: when the secret exists
      type: str
      sample: arn:aws:secretsmanager:eu-west-1:123456789012:secret:elasticache/accessweaver-prod-redis/auth-token-AbCdEf
    name:
      description: Name of the secret.
      returned: when the secret exists
      type: str
      sample: elasticache/accessweaver-prod-redis/auth-token
    deleted:
      description: Whether it is scheduled for deletion.
      returned: when the secret exists
      type: bool
      sample: false
    kms_key_id:
      description: The KMS key; null for Secrets Manager's own.
      returned: when the secret exists
      type: str
      sample: null
    rotation_enabled:
      description: Whether Secrets Manager itself rotates it.
      returned: when the secret exists
      type: bool
      sample: false
    tags:
      description: Tags of the secret.
      returned: when the secret exists
      type: dict
      sample: {Project: accessweaver}
    version_stages:
      description:
        - Which version has which stage. One that is pending, current or not, belongs to a rotation that has not ended.
      returned: when the secret exists
      type: dict
      sample: {AWSCURRENT: 6d0c5b8e-8a5f-5d7e-9d5c-0e6b1c7a2f43, AWSPREVIOUS: 0f8c1d52-7d6b-4e0e-8f55-1b1d6b0f7a10}
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [create_secret]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.entry import run_module
from ..module_utils._secretsmanager import auth_token

ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"required": True},
    "description": {},
    "kms_key_id": {"no_log": False},
    "auth_token": {"no_log": True},
    "length": {"type": "int", "default": 64},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "state": {"choices": ["present", "pending", "current", "settled", "absent"], "default": "present"},
    "recovery_window_in_days": {"type": "int", "default": 30},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_module(module, "secretsmanager", auth_token.ensure)


if __name__ == "__main__":
    main()
