# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module that connects to a cache; the documentation fragments C(redis) and C(redis.connection)
describe them."""

from __future__ import annotations

from typing import Any

ENDPOINT = {"host": {"required": True}, "port": {"type": "int", "required": True}}
CONNECTION = {
    "mode": {"required": True, "choices": ["single", "replica", "cluster"]},
    "port": {"type": "int"},
    "tls": {"type": "bool", "default": True},
    "plain_text": {"type": "bool", "default": False},
    "auth": {"type": "bool", "default": True},
    "username": {},
    "writer": {"type": "dict", "options": ENDPOINT},
    "reader": {"type": "dict", "options": ENDPOINT},
    "configuration": {"type": "dict", "options": ENDPOINT},
    "nodes": {"type": "list", "elements": "dict", "options": {"id": {}, "shard": {}, **ENDPOINT}},
}
NEEDED = [("mode", "single", ["writer"]), ("mode", "replica", ["writer"]), ("mode", "cluster", ["configuration"])]
CONNECTION_ARGUMENTS: dict[str, dict[str, Any]] = {
    "connection": {"type": "dict", "options": CONNECTION, "required_if": NEEDED},
    "username": {},
    "ca_file": {"type": "path"},
    "timeout": {"type": "float", "default": 5},
}
REDIS_ARGUMENTS: dict[str, dict[str, Any]] = {**CONNECTION_ARGUMENTS, "auth_token": {"no_log": True}}
