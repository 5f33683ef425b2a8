# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane of the sandbox: a real Redis process for every cache node."""

from __future__ import annotations

from .plane import DataPlane
from .readings import Reading
from .specs import ClusterMode, Endpoint, GroupEndpoints, GroupSpec, NodeProcess, Role, Shard, TlsMode, User

__all__ = [
    "ClusterMode",
    "DataPlane",
    "Endpoint",
    "GroupEndpoints",
    "GroupSpec",
    "NodeProcess",
    "Reading",
    "Role",
    "Shard",
    "TlsMode",
    "User",
]
