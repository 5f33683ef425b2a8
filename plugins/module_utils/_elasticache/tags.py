# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, which ElastiCache sets and removes by operations of their own on every kind of resource."""

from __future__ import annotations

from .._aws.tags import TagCalls

plan_tags = TagCalls("add_tags_to_resource", "remove_tags_from_resource", arn="ResourceName").plan
