# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name and shows what it waits for, while it waits."""

from __future__ import annotations

from ansible_collections.accessweaver.elasticache.plugins.action.elasticache_replication_group import ActionModule

__all__ = ["ActionModule"]
