# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of this folder share one sandbox."""

from __future__ import annotations

from sandbox.testing import aws, fresh_sandbox, sandbox

__all__ = ["aws", "fresh_sandbox", "sandbox"]
