# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions as scripts."""

from __future__ import annotations

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.function_scripts import LibraryError, scripts

REGISTERED = {
    "by position": "redis.register_function('greet', greet)",
    "by name": "redis.register_function{function_name = 'greet', callback = greet, flags = {'no-writes'}}",
    "by name in parentheses": 'redis.register_function( { function_name="greet", callback=greet } )',
    "over lines": "redis.register_function(\n  'greet',\n  greet\n)",
}


@pytest.mark.parametrize("registration", REGISTERED.values(), ids=REGISTERED)
def test_each_function_gets_a_script(registration):
    script = scripts(f"#!lua name=greeting\nlocal function greet() return 1 end\n{registration}")["greet"]
    assert "#!lua" not in script
    assert script.endswith("return registered['greet'](KEYS, ARGV)\n")
    assert registration in script


NO_LIBRARY = {
    "a script": ("return 1", "does not begin with #!lua"),
    "another language": ("#!js name=x\n", "does not begin with #!lua"),
    "no function": ("#!lua name=x\nlocal a = 1", "registers no function under a literal name"),
    "names that are computed": ("#!lua name=x\nredis.register_function(name, f)", "under a literal name"),
}


@pytest.mark.parametrize(("code", "message"), NO_LIBRARY.values(), ids=NO_LIBRARY)
def test_what_is_no_library(code, message):
    with pytest.raises(LibraryError, match=message):
        scripts(code)
