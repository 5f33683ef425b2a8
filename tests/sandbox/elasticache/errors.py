# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors that nearly every operation knows; the others are named where they are raised."""

from __future__ import annotations

from functools import partial

from sandbox.protocol import ApiError

invalid_value = partial(ApiError, "InvalidParameterValue")
invalid_combination = partial(ApiError, "InvalidParameterCombination")
invalid_state = partial(ApiError, "InvalidReplicationGroupState")
