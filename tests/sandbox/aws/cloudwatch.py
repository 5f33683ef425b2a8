# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of CloudWatch, over MiniStack's."""

from __future__ import annotations

from sandbox.aws import alarms, live_metrics
from sandbox.protocol import Parameters


def check(operation: str, parameters: Parameters) -> Parameters:
    """The parameters to hand on; raises ApiError."""
    return alarms.check(operation, live_metrics.check(operation, parameters))


def amend(operation: str, parameters: Parameters, answer: Parameters) -> Parameters:
    """The answer to give."""
    return alarms.amend(operation, parameters, live_metrics.amend(operation, parameters, answer))
