# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do of a rotation of an AUTH token, told by Secrets Manager and by the cache; no run remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rotation:
    """How far a rotation is: C(accepted) says of the tokens C(old) and C(new) whether the cache takes them, C(stages)
    which version of the secret has which stage; it is C(None) for a token that Secrets Manager does not keep."""

    accepted: Mapping[str, bool]
    stages: Mapping[str, str] | None

    @property
    def pending(self) -> bool:
        return self.stages is not None and "AWSPENDING" in self.stages

    @property
    def promoted(self) -> bool:
        return self.stages is not None and self.stages.get("AWSPENDING") == self.stages["AWSCURRENT"]

    @property
    def rotated(self) -> bool:
        return bool(self.accepted.get("new"))

    @property
    def ended(self) -> bool:
        """Only the new token is valid."""
        return self.rotated and not self.accepted.get("old")


# Whether each step is left, in their order.
STEPS = {
    "pend": lambda rotation: rotation.stages is not None and not rotation.pending,
    "rotate": lambda rotation: not rotation.rotated,
    "promote": lambda rotation: rotation.stages is not None and not rotation.promoted,
    "configure": lambda rotation: not rotation.ended,
    "set": lambda rotation: not rotation.ended,
    "settle": lambda rotation: rotation.stages is not None,
}


def steps(rotation: Rotation) -> list[str]:
    return [step for step, is_left in STEPS.items() if is_left(rotation)]
