# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code of docs/patterns.md, as a reader would copy it."""

from __future__ import annotations

import re
from types import ModuleType

from integration.patterns.caches import ROOT, SOURCE

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.function_scripts import scripts

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    found = BLOCK.findall((ROOT / "docs/patterns.md").read_text())
    return [code for name, code in found if name == language]


def document() -> ModuleType:
    """Run all Python of the document in one module."""
    module = ModuleType("patterns")
    vars(module)["SCRIPTS"] = scripts(SOURCE)
    for code in blocks("python"):
        exec(compile(code, "docs/patterns.md", "exec"), vars(module))
    return module
