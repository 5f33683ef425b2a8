# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The ElastiCache service of the sandbox: replication groups with everything that belongs to them, in memory.

What it does not do is refused by name, never ignored: stand-alone and Memcached clusters, serverless
caches, global datastores, reserved nodes, migrations; changes of ClusterMode and PrimaryClusterId of an existing group;
engine version 4.0.10. Of a user group the nodes know the default user only. Every engine version runs on the machine's
own redis-server.
"""

from __future__ import annotations

from sandbox.elasticache.service import ElastiCacheService

__all__ = ["ElastiCacheService"]
