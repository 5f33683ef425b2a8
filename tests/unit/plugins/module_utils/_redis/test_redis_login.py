# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins of an application; those that succeed are tried in the integration tests."""

from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.login import LoginError, log_in


def test_no_endpoint_proves_nothing() -> None:
    with pytest.raises(LoginError, match="there is no endpoint to log in at"):
        log_in({"endpoints": [], "ca_file": None, "timeout": 1})
