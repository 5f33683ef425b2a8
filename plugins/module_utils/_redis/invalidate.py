# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete the keys of a tenant, a user or a resource on every primary, and tell the applications."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._problems import Problem, report
from .connect import Access, CacheError, Node, asking
from .patterns import IDS, PLACEHOLDER, Pattern, glob, matcher, patterns
from .primaries import find_primaries
from .publish import send
from .verify import access_of

MESSAGE = {"tenant": "tenantId", "user": "userId", "resource": "resource"}


@dataclass(frozen=True)
class Search:
    """What to look for, in steps of C(count) keys with C(pause) seconds between; more than C(max_keys) are too many."""

    glob: str
    matches: re.Pattern[bytes]
    count: int
    pause: float
    max_keys: int


def invalidate(parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Delete what belongs to the ids of I(parameters) and publish that; see the module for the options.

    Nothing is deleted before all keys were found. Raises CacheError for options that do not fit, for too many keys, and
    for nodes that do not answer.
    """
    access, ids = access_of(parameters), {name: parameters[name] for name in IDS}
    if problems := list(mistakes(parameters)):
        raise CacheError(report(problems, "invalidate"))
    search = search_of(parameters, patterns(parameters["keys"], ids))
    primaries = find_primaries(parameters["connection"], access)
    found = find_all(primaries, access, search)
    receivers = None
    if not check_mode:
        for node, keys in found.items():
            unlink(node, access, keys, search)
        receivers = tell(primaries[0], access, parameters["channel"], ids)
    return result(found, receivers)


def mistakes(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    yield from (
        Problem(name, "", "is empty, and an id never is", "Give the id, or leave the option out")
        for name in IDS
        if parameters[name] == ""
    )
    for template in parameters["keys"]:
        if "tenant" not in PLACEHOLDER.findall(template):
            yield Problem("keys", template, "would match keys of every tenant", "Put <tenant> into it")
    given = {name for name in IDS if parameters[name] is not None}
    if not any(given <= set(PLACEHOLDER.findall(template)) for template in parameters["keys"]):
        places = " and ".join(f"<{name}>" for name in IDS if name in given)
        yield Problem("keys", parameters["keys"], f"has no key with {places}", "Add one, or leave an id out")
    for name in ("count", "max_keys"):
        if parameters[name] < 1:
            yield Problem(name, parameters[name], "is less than 1", "Give at least 1")
    if parameters["pause"] < 0:
        yield Problem("pause", parameters["pause"], "is less than 0", "Give at least 0")


def search_of(parameters: Mapping[str, Any], wanted: Sequence[Pattern]) -> Search:
    options = {name: parameters[name] for name in ("count", "pause", "max_keys")}
    return Search(glob(wanted), matcher(wanted), **options)


def find_all(primaries: Sequence[Node], access: Access, search: Search) -> dict[Node, list[bytes]]:
    """Return the keys by primary. Raises CacheError when they are too many."""
    found: dict[Node, dict[bytes, None]] = {}
    for node in primaries:
        found[node] = {}  # in order and each once, which SCAN does not promise
        for key in find(node, access, search):
            found[node][key] = None
            if sum(map(len, found.values())) > search.max_keys:
                raise CacheError(
                    f"There are more than max_keys ({search.max_keys}) keys to delete; none was deleted. "
                    "Remedy: narrow it down to a user, or raise max_keys."
                )
    return {node: list(keys) for node, keys in found.items()}


def find(node: Node, access: Access, search: Search) -> Iterator[bytes]:
    """Yield the keys of a primary."""
    cursor = None
    with asking(node, access, "look for keys", text=False) as client:
        while cursor != 0:
            if cursor is not None:
                time.sleep(search.pause)
            cursor, keys = client.scan(cursor or 0, match=search.glob, count=search.count)
            yield from filter(search.matches.fullmatch, keys)


def unlink(node: Node, access: Access, keys: Sequence[bytes], search: Search) -> None:
    """Delete the keys in batches, one command each: several in one have to be of one slot."""
    with asking(node, access, "delete keys", text=False) as client:
        for first in range(0, len(keys), search.count):
            if first:
                time.sleep(search.pause)
            with client.pipeline(transaction=False) as batch:
                for key in keys[first : first + search.count]:
                    batch.unlink(key)
                batch.execute()


def tell(node: Node, access: Access, channel: str, ids: Mapping[str, str | None]) -> int | None:
    """Publish which ids were invalidated; return the receivers at the node, or C(None) without a channel."""
    kind = "tenant-permissions" if ids["user"] is None else "user-permissions"
    message = {"type": kind, **{MESSAGE[name]: value for name, value in ids.items() if value is not None}}
    return send(node, access, channel, json.dumps(message)) if channel else None


def result(found: Mapping[Node, Sequence[bytes]], receivers: int | None) -> dict[str, Any]:
    before = {str(node): len(keys) for node, keys in found.items()}
    return {
        "changed": any(before.values()),
        "keys": sum(before.values()),
        "primaries": [{"node": node, "keys": keys} for node, keys in before.items()],
        "diff": {"before": {"keys": before}, "after": {"keys": dict.fromkeys(before, 0)}},
        "receivers": receivers,
    }
