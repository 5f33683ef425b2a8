# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries of Redis Functions as scripts, for engines that have no functions."""

from __future__ import annotations

import re

REGISTRATION = re.compile(r"""\bredis\.register_function[\s({]+(?:function_name\s*=\s*)?(['"])(\w+)\1""")
SHEBANG = re.compile(r"#!lua\b.*\n")
# Stands before the library, which registers its functions here instead of at the server.
REGISTER = """\
local registered = {}
local redis = setmetatable({register_function = function(name, callback)
  if type(name) == 'table' then
    name, callback = name.function_name, name.callback
  end
  registered[name] = callback
end}, {__index = redis})
"""
CALL = "return registered['{}'](KEYS, ARGV)\n"


class LibraryError(Exception):
    """The code is no library that scripts can be made of."""


def scripts(code: str) -> dict[str, str]:
    """Return a script for each function of a library, which takes the same keys and arguments.

    Raises LibraryError for code that is no library in Lua, or registers no function under a literal name.
    """
    shebang = SHEBANG.match(code)
    if not shebang:
        raise LibraryError("the code does not begin with #!lua name=<library>")
    library = code[shebang.end() :]
    names = [name for _quote, name in REGISTRATION.findall(library)]
    if not names:
        raise LibraryError("the code registers no function under a literal name: redis.register_function('name', ...)")
    return {name: f"{REGISTER}{library.rstrip()}\n{CALL.format(name)}" for name in names}
