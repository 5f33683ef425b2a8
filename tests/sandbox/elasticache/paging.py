# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list: MaxRecords and an opaque Marker."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from sandbox.elasticache.errors import invalid_value
from sandbox.protocol import Parameters


def page(member: str, items: Sequence[Any], p: Parameters, *, least: int = 20, most: int = 100) -> Parameters:
    """
    One page of an answer, without a marker if it is the last.

    Args:
        member: The member of the answer that holds the items.
        items: All of them, in a stable order.
        p: The request, with MaxRecords and Marker.
        least: The smallest MaxRecords.
        most: The largest MaxRecords, and its default.
    """
    size = p.get("MaxRecords", most)
    if not least <= size <= most:
        raise invalid_value(f"Invalid value {size} for MaxRecords: it must be between {least} and {most}.")
    start = _offset(p["Marker"], member) if p.get("Marker") else 0
    marker = _marker(start + size, member) if start + size < len(items) else None
    return {member: items[start : start + size], "Marker": marker}


def _marker(offset: int, member: str) -> str:
    return base64.urlsafe_b64encode(f"{member}:{offset}".encode()).decode()


def _offset(marker: str, member: str) -> int:
    try:
        origin, _, offset = base64.urlsafe_b64decode(marker).decode().partition(":")
        if origin == member:
            return int(offset)
    except (binascii.Error, ValueError):
        pass
    raise invalid_value(f"The marker {marker} is invalid.")
