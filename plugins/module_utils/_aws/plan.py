# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is about to do, as data.

Check mode, C(--diff), idempotence and unit tests all read the plan; nothing else in the collection knows about check
mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """One API call: a method name of the boto3 client and the exact request it gets.

    I(effect) is what has to be read back, by the resource's own names, before the next call is made.
    """

    operation: str
    request: Mapping[str, Any] = field(repr=False)  # may carry an AUTH token
    effect: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Plan:
    """The ordered calls that lead from C(before) to C(after), both in the vocabulary of the module's options."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    steps: tuple[Step, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def diff(self) -> dict[str, Any]:
        return {"before": dict(self.before), "after": dict(self.after)}

    @property
    def operations(self) -> list[str]:
        return [step.operation for step in self.steps]
