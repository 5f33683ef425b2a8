# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the ElastiCache API, told apart by the code that says "there is no such thing"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class AnsibleElastiCacheError(AnsibleAWSError):
    """A request that ElastiCache refused, or that would only be refused and is not sent."""


class ElastiCacheErrorHandler(AWSErrorHandler):
    """The code is not the shape's name: botocore's model of each operation lists both."""

    _CUSTOM_EXCEPTION = AnsibleElastiCacheError
    _MISSING = (
        "CacheClusterNotFound",
        "CacheParameterGroupNotFound",
        "CacheSubnetGroupNotFoundFault",
        "ReplicationGroupNotFoundFault",
        "ServiceUpdateNotFoundFault",
        "SnapshotNotFoundFault",
    )

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(list(cls._MISSING))


def require(parameters: Mapping[str, Any], names: Iterable[str], purpose: str) -> None:
    """Raise when options that only I(purpose) needs are missing."""
    missing = [name for name in names if parameters.get(name) is None]
    if missing:
        raise AnsibleElastiCacheError(message=f"To {purpose}, set {', '.join(missing)}.")
