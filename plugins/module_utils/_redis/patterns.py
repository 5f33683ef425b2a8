# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that belong to a tenant, a user or a resource, as patterns that match nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import quote

IDS = ("tenant", "user", "resource")
PLACEHOLDER = re.compile(f"<({'|'.join(IDS)})>")
ESCAPED_ID = r"[A-Za-z0-9._~%-]+"
SPECIAL = re.compile(r"([\\*?\[\]^-])")


def escape(identifier: str) -> str:
    """Return an id as it stands in a key: every character but letters, digits and C(-._~) as C(%XX) (RFC 3986).

    So no id contains what separates the parts of a key, a brace of a hash tag, or a character of a pattern.
    """
    return quote(identifier, safe="")


def escape_glob(literal: str) -> str:
    """Return the pattern of Redis that matches the literal only."""
    return SPECIAL.sub(r"\\\1", literal)


@dataclass(frozen=True)
class Pattern:
    """A key in which any one id stands between each literal and the next."""

    literals: tuple[str, ...]

    @property
    def expression(self) -> str:
        return ESCAPED_ID.join(map(re.escape, self.literals))


def patterns(templates: Iterable[str], ids: Mapping[str, str | None]) -> list[Pattern]:
    """Return a pattern for each template that has a place for every id that is given."""
    given = {name: escape(value) for name, value in ids.items() if value is not None}
    return [pattern(template, given) for template in templates if given.keys() <= set(PLACEHOLDER.findall(template))]


def pattern(template: str, given: Mapping[str, str]) -> Pattern:
    """Put the ids that are given, escaped, into the template."""
    literals = [""]
    for number, part in enumerate(PLACEHOLDER.split(template)):
        if number % 2 and part not in given:
            literals.append("")
        else:
            literals[-1] += given[part] if number % 2 else part
    return Pattern(tuple(literals))


def glob(wanted: Sequence[Pattern]) -> str:
    """Return one pattern of Redis for all of them; it may match more, so that C(matcher) has the last word."""
    if len(wanted) == 1:
        return "*".join(map(escape_glob, wanted[0].literals))
    heads = zip(*(each.literals[0] for each in wanted), strict=False)
    common = (characters[0] for characters in takewhile(lambda characters: len(set(characters)) == 1, heads))
    return escape_glob("".join(common)) + "*"


def matcher(wanted: Iterable[Pattern]) -> re.Pattern[bytes]:
    """Return the regular expression that keys have to match as a whole; they are bytes, in UTF-8 if one of ours."""
    return re.compile("|".join(f"(?:{each.expression})" for each in wanted).encode())
