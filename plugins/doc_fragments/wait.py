# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module that waits for AWS."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Wait until what was asked for is there, or gone. Where that takes several calls, each waits for the one before
        it in any case.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds that the whole task may wait. When they are over the task fails, AWS goes on, and the next run takes
        it up.
    type: int
    default: 3600
  progress_path:
    description:
      - File that gets a line for each look at a resource that is waited for.
      - Set by the action plugin of the module, which shows those lines, when the module runs on the controller.
    type: path
"""
