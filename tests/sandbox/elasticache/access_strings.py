# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an access string (Redis documentation, "ACL rules"), without those that set passwords. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

CATEGORIES = (
    *(
        "admin",
        "all",
        "bitmap",
        "blocking",
        "connection",
        "dangerous",
        "fast",
        "geo",
        "hash",
        "hyperloglog",
        "keyspace",
    ),
    *("list", "pubsub", "read", "scripting", "set", "slow", "sortedset", "stream", "string", "transaction", "write"),
)
WORDS = (
    *("on", "off", "reset", "clearselectors", "sanitize-payload", "skip-sanitize-payload"),
    *("allkeys", "resetkeys", "allchannels", "resetchannels", "allcommands", "nocommands"),
)
_RULE = re.compile(
    rf"{'|'.join(WORDS)}|(~|&|%(R|W|RW)~)\S+|[+-]@({'|'.join(CATEGORIES)})|[+-][a-z][\w-]*(\|[\w-]+)?", re.IGNORECASE
)


def unknown(words: Iterable[str]) -> list[str]:
    """The words that are no rule. Whether Redis has a command of that name, only Redis can tell."""
    return [word for word in words if not _RULE.fullmatch(word.removeprefix("(").removesuffix(")"))]
