# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages to the subscribers of a channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .connect import Access, Node, asking
from .primaries import find_primaries
from .verify import access_of


def publish(parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Publish a message; see the module for the options. In a cluster any primary passes it to all other nodes."""
    access = access_of(parameters)
    node = find_primaries(parameters["connection"], access)[0]
    receivers = None if check_mode else send(node, access, parameters["channel"], parameters["payload"])
    return {"changed": True, "node": str(node), "receivers": receivers}


def send(node: Node, access: Access, channel: str, message: str) -> int:
    """Publish through the node; return how many of its own subscribers received the message."""
    with asking(node, access, f"publish to {channel}") as client:
        return client.publish(channel, message)
