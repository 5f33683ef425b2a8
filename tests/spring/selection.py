# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(make test) takes of these tests; C(make test-spring) takes all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

extended = pytest.mark.extended


def one_or_all(usual: str, values: Iterable[str]) -> list[Any]:
    """Parameters: the usual value always, the others in the extended tests."""
    return [value if value == usual else pytest.param(value, marks=extended) for value in values]
