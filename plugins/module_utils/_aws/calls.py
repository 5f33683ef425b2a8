# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way to make a planned call: errors outside, retries inside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .plan import Step


def call(
    client: Any, step: Step, handler: type[AWSErrorHandler], retry_codes: Collection[str] = ()
) -> Mapping[str, Any]:
    """Make the call that I(step) describes; an error is the I(handler)'s own and names the operation.

    Throttling is retried, and so are the error codes in I(retry_codes).
    """

    @handler.common_error_handler(f"call {step.operation}")
    @AWSRetry.jittered_backoff(catch_extra_error_codes=list(retry_codes))
    def made() -> Mapping[str, Any]:
        return getattr(client, step.operation)(**step.request)

    return made()
