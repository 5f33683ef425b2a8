# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access patterns on what the main job made."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("state", "operation"), [("present", "FUNCTION LOAD"), ("absent", "FUNCTION DELETE")])
def test_the_library_on_every_primary(provisioned, state, operation):
    playbook = ("playbooks/load_functions.yml", "--limit", "prod")
    first, again = (provisioned.run(*playbook, elasticache_redis_functions_state=state) for _run in range(2))
    assert (first.code, again.code) == (0, 0), first.output + again.output
    assert (first.changed, again.changed) == ({"prod": 1}, {"prod": 0})
    loaded = dict(first.results("prod"))["functions | Load the library on every primary"]
    assert loaded["operations"] == [operation] * 3
