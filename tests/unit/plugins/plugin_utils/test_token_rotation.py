# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a rotation goes on, wherever it was interrupted."""

from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.token_rotation import Rotation, steps

BEFORE = {"AWSCURRENT": "a"}
PENDING = {"AWSCURRENT": "a", "AWSPENDING": "b"}
PROMOTED = {"AWSCURRENT": "b", "AWSPENDING": "b", "AWSPREVIOUS": "a"}
OLD, BOTH, NEW = {"old": True, "new": False}, {"old": True, "new": True}, {"old": False, "new": True}

CASES = {
    "not begun": (BEFORE, {"old": True}, ["pend", "rotate", "promote", "configure", "set", "settle"]),
    "a token is pending": (PENDING, OLD, ["rotate", "promote", "configure", "set", "settle"]),
    "both are valid": (PENDING, BOTH, ["promote", "configure", "set", "settle"]),
    "the new one is current": (PROMOTED, BOTH, ["configure", "set", "settle"]),
    "the old one has ended": (PROMOTED, NEW, ["settle"]),
    "somebody ended the old one before its time": (PENDING, NEW, ["promote", "settle"]),
    "restored, the secret more recent than the cache": (PROMOTED, OLD, ["rotate", "configure", "set", "settle"]),
    "given: not begun": (None, OLD, ["rotate", "configure", "set"]),
    "given: both are valid": (None, BOTH, ["configure", "set"]),
    "given: the old one has ended": (None, NEW, []),
}


@pytest.mark.parametrize(("stages", "accepted", "left"), CASES.values(), ids=CASES)
def test_what_is_left(stages, accepted, left):
    assert steps(Rotation(accepted, stages)) == left
