# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the value of a property must look like, and which properties must agree with each other.

Sources: Spring Boot reference, "Converting Durations"; Lettuce reference, "ReadFrom Settings"; ElastiCache
documentation, "Lettuce client configuration" (the connect timeout stays below the command timeout).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import (
    REDIS_KEYS,
    SESSION_KEYS,
    Kind,
    boot_keys,
    find_key,
    redis_prefix,
    session_prefix,
)

DURATION = re.compile(r"(\d+)(ns|us|ms|s|m|h|d)")
NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86400 * 10**9}
READ_FROM = re.compile(
    "upstream|master|upstream-preferred|master-preferred|replica|replica-preferred|lowest-latency|nearest|any|any-replica"
    "|subnet:.+|regex:.+"
)
APPLICATION_NAME = re.compile(r"[a-z][a-z0-9]*")


@dataclass(frozen=True)
class Rule:
    """What a kind of property accepts, and what to write instead."""

    accepts: Callable[[Any], bool]
    advice: str


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _matches(pattern: str | re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _all_match(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Sequence) and bool(value) and all(map(_matches(pattern), value))


RULES: Mapping[Kind, Rule] = {
    "boolean": Rule(lambda value: isinstance(value, bool), "give true or false"),
    "client_name": Rule(_matches("[!-~]+"), "CLIENT SETNAME takes printable ASCII without spaces"),
    # Without a unit Spring reads milliseconds where people mean seconds.
    "duration": Rule(_matches(DURATION), "give a whole number with its unit, such as 500ms, 2s, 5m, 1h or 1d"),
    "endpoints": Rule(_all_match(r"[^\s:]+:\d+"), "give a list of host:port"),
    "flush_mode": Rule(_matches("on-save|immediate"), "use on-save or immediate"),
    "integer": Rule(lambda value: isinstance(value, int) and not isinstance(value, bool), "give an integer"),
    "list": Rule(_all_match(".+"), "give a list of names"),
    "location": Rule(_matches("(configtree|file):/.*"), "give a configtree: or file: location"),
    "read_from": Rule(
        _matches(READ_FROM),
        "use upstream, replica-preferred, replica, any, lowest-latency or another ReadFrom of Lettuce",
    ),
    "no_action": Rule(
        lambda value: value == "none", "give none, any other action calls CONFIG, which ElastiCache refuses"
    ),
    "repository_type": Rule(_matches("default|indexed"), "use default or indexed"),
    "save_mode": Rule(
        _matches("on-set-attribute|on-get-attribute|always"), "use on-set-attribute, on-get-attribute or always"
    ),
    "string": Rule(_is_text, "give a text"),
    "user": Rule(
        _matches(r"(?!.*\$\{)[!-~]{1,120}"), "give a user name of 1 to 120 printable ASCII characters, none a space"
    ),
}


def problems(values: Mapping[str, Any], line: str) -> Iterator[str]:
    """Everything that is wrong with the properties of an application of a Spring Boot line, one sentence each."""
    for name, value in values.items():
        key = find_key(line, name)
        if key is None:
            yield _unknown(name, line)
        elif not RULES[key.kind].accepts(value):
            yield f"{name}: {value!r} is not valid, {RULES[key.kind].advice}"
        elif key.name.endswith("*") and not APPLICATION_NAME.fullmatch(name.removeprefix(key.name[:-1])):
            yield f"{name}: the last part takes lower-case letters and digits, a variable's name carries nothing else"
    yield from _timeout_problems(values, redis_prefix(line))
    yield from _pool_problems(values, redis_prefix(line))
    yield from _session_problems(values, line)


def _unknown(name: str, line: str) -> str:
    keys = {f"{redis_prefix(line)}.{key.name}": key for key in REDIS_KEYS}
    keys |= {f"{session_prefix(line)}.{key.name}": key for key in SESSION_KEYS}
    for full_name, key in keys.items():
        if name == full_name:
            return f"{name}: Spring Boot {line} does not have it, only {key.since} to {key.until} do"
    section = f"{name.rpartition('.')[0]}."
    known = [other for other in boot_keys(line) if other.startswith(section)]
    return f"{name}: no such property, there are {', '.join(known)}"


def _timeout_problems(values: Mapping[str, Any], prefix: str) -> Iterator[str]:
    connect, command = (_nanoseconds(values.get(f"{prefix}.{name}")) for name in ("connect-timeout", "timeout"))
    if connect is not None and command is not None and connect >= command:
        yield f"{prefix}.connect-timeout: must be shorter than {prefix}.timeout, or commands end before they connect"


def _pool_problems(values: Mapping[str, Any], prefix: str) -> Iterator[str]:
    pool = f"{prefix}.lettuce.pool"
    if values.get(f"{pool}.min-idle") and f"{pool}.time-between-eviction-runs" not in values:
        yield f"{pool}.min-idle: has no effect without {pool}.time-between-eviction-runs, give both"


def _session_problems(values: Mapping[str, Any], line: str) -> Iterator[str]:
    """The default repository leaves expiry to Redis and has nothing to clean up. 2.7 has only the other one."""
    prefix = session_prefix(line)
    has_choice = f"{prefix}.repository-type" in boot_keys(line)
    if has_choice and f"{prefix}.cleanup-cron" in values and values.get(f"{prefix}.repository-type") != "indexed":
        yield (
            f"{prefix}.cleanup-cron: an application does not start with it unless {prefix}.repository-type is indexed, "
            "give both or neither"
        )


def _nanoseconds(value: object) -> int | None:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) * NANOSECONDS[match[2]] if match else None
