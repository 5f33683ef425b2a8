# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How auto scaling is declared, to the module C(elasticache_autoscaling) and in the options of a deployment."""

from __future__ import annotations

from typing import Any

from .dimensions import DIMENSIONS

METRICS = sorted(metric for dimension in DIMENSIONS.values() for metric in dimension.metrics)
POLICY: dict[str, dict[str, Any]] = {
    "policy_name": {"required": True, "aliases": ["name"]},
    "predefined_metric_type": {"required": True, "choices": METRICS, "aliases": ["metric"]},
    "target_value": {"type": "float", "required": True},
    "scale_out_cooldown": {"type": "int"},
    "scale_in_cooldown": {"type": "int"},
    "disable_scale_in": {"type": "bool"},
}
SCHEDULED_ACTION: dict[str, dict[str, Any]] = {
    "scheduled_action_name": {"required": True, "aliases": ["name"]},
    "schedule": {"required": True},
    "timezone": {},
    "start_time": {},
    "end_time": {},
    "min_capacity": {"type": "int"},
    "max_capacity": {"type": "int"},
}
# All of a target but what it scales.
SCALING: dict[str, dict[str, Any]] = {
    "min_capacity": {"type": "int", "required": True},
    "max_capacity": {"type": "int", "required": True},
    "policies": {"type": "list", "elements": "dict", "options": POLICY},
    "scheduled_actions": {"type": "list", "elements": "dict", "options": SCHEDULED_ACTION},
}
