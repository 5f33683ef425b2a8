# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tests are divided among workers (``--dist loadgroup``)."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    The tests of a file go to one worker, since they share fixtures and some tell a story.

    All that need the sandbox that the main job has filled go to one as well: filling it takes half a minute.
    """
    for item in items:
        shared = "job" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("main job" if shared else str(item.path)))
