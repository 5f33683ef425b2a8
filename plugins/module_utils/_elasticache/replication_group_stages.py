# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that ElastiCache allows only in stages: encryption in transit, and cluster mode.

Sources: ElastiCache documentation, "Enabling in-transit encryption on a node-based cluster" and "Modifying cluster
mode".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .replication_group_difference import Difference

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Staged:
    """A state that moves by one stage at a time, with what has to be made sure before each."""

    name: str
    stages: tuple[str, ...]
    fields: tuple[str, ...]
    state: Callable[[Options], str]
    options: Callable[[str], dict[str, Any]]
    before: Mapping[tuple[str, str], str]  # (stage now, next stage) -> what to make sure

    def goal(self, difference: Difference) -> str | None:
        """Return the stage that is declared; C(None) when it is the present one."""
        if not difference.some(*self.fields):
            return None
        declared = {name: difference.declared[name] for name in self.fields if difference.declared[name] is not None}
        goal = self.state({**self.options(self.now(difference)), **declared})
        return goal if goal != self.now(difference) else None

    def now(self, difference: Difference) -> str:
        return self.state(difference.existing)

    def lowered(self, difference: Difference) -> bool:
        """Whether the goal is behind the present stage."""
        goal = self.goal(difference)
        return goal is not None and self.stages.index(goal) < self.stages.index(self.now(difference))

    def following(self, difference: Difference) -> str | None:
        """Return the next stage on the way to the goal; C(None) when there is nothing to do."""
        goal = self.goal(difference)
        if goal is None:
            return None
        here, there = self.stages.index(self.now(difference)), self.stages.index(goal)
        return self.stages[here + (1 if there > here else -1)]


def transit_state(options: Options) -> str:
    if not options.get("transit_encryption_enabled"):
        return "off"
    return options.get("transit_encryption_mode") or "required"


def transit_options(stage: str) -> dict[str, Any]:
    mode = None if stage == "off" else stage
    return {"transit_encryption_enabled": stage != "off", "transit_encryption_mode": mode}


TRANSIT_ENCRYPTION = Staged(
    name="encryption in transit",
    stages=("off", "preferred", "required"),
    fields=("transit_encryption_enabled", "transit_encryption_mode"),
    state=transit_state,
    options=transit_options,
    before={
        ("off", "preferred"): "the clients can be changed to TLS afterwards; plain text goes on working",
        ("preferred", "required"): "every client speaks TLS; those that do not are cut off",
        ("required", "preferred"): "clients may fall back to plain text, and AUTH is off",
        ("preferred", "off"): "no client speaks TLS any more",
    },
)
CLUSTER_MODE = Staged(
    name="cluster mode",
    stages=("disabled", "compatible", "enabled"),
    fields=("cluster_mode",),
    state=lambda options: options.get("cluster_mode") or "disabled",
    options=lambda stage: {"cluster_mode": stage},
    before={
        ("disabled", "compatible"): "all keys are in database 0, and the parameter group has cluster-enabled",
        ("compatible", "enabled"): "every client speaks the cluster protocol; there is no way back from enabled",
        ("compatible", "disabled"): "no client depends on the configuration endpoint",
    },
)
STAGED = (TRANSIT_ENCRYPTION, CLUSTER_MODE)


def next_stages(difference: Difference) -> Iterator[tuple[Staged, str]]:
    """Yield what has to move, and to which stage."""
    for staged in STAGED:
        following = staged.following(difference)
        if following:
            yield staged, following
