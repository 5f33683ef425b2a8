# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that ElastiCache raised by itself: they are not ours to lower."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.fields import Field


def without_upgraded(
    declared: Mapping[str, Any], existing: Mapping[str, Any], changed: Mapping[str, Field]
) -> dict[str, Field]:
    """Leave out a version that differs because C(auto_minor_version_upgrade) raised it within its major version."""
    automatic = declared["auto_minor_version_upgrade"]
    if automatic is None:
        automatic = existing["auto_minor_version_upgrade"]
    raised = automatic and "engine" not in changed and _is_later_minor(existing, declared)
    return {name: field for name, field in changed.items() if not (raised and name == "engine_version")}


def _is_later_minor(existing: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
    now, wanted = (_minor(options["engine_version"]) for options in (existing, declared))
    return now[:1] == wanted[:1] and now > wanted


def _minor(version: str | None) -> list[int]:
    return [int(part) for part in (version or "0").split(".")[:2] if part.isdigit()]
