# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of engine parameters: how ElastiCache writes them, and which it takes.

What a family knows comes from DescribeEngineDefaultParameters: names, data types, allowed values, the engine version
from which on a parameter exists, whether it can be changed and whether that needs a reboot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._problems import Problem
from .engine_versions import precedes
from .problems import choices

Known = Mapping[str, Mapping[str, Any]]  # Parameter structures of the API, by name

# These can be set only while no cache uses the group. For some families DescribeEngineDefaultParameters calls them not
# modifiable, although a new group takes them (AWS CLI Reference, examples of describe-engine-default-parameters and
# describe-cache-parameters for redis5.0).
_SET_BEFORE_USE = ("activerehashing", "cluster-enabled", "databases")

# The allowed values of rename-commands are the commands, its value is pairs of them and their new names.
_FREE_TEXT = ("rename-commands",)

# The API lists no allowed values for it; these are the letters of the Redis documentation, "Keyspace notifications".
_PATTERNS = {"notify-keyspace-events": ("[KEg$lshzxeAtdmn]*", "letters of KEg$lshzxeAtdmn")}

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"({_NUMBER})?-({_NUMBER})?")


def by_name(parameters: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {parameter["ParameterName"]: parameter for parameter in parameters}


def normalise(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Write I(parameters) as ElastiCache does: C(yes) and C(no), plain numbers; what is C(None) is not declared."""
    return {str(name): _text(value) for name, value in parameters.items() if value is not None}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else value


def find_problems(known: Known, declared: Mapping[str, Any], engine_version: str | None = None) -> list[Problem]:
    """Return everything that ElastiCache would refuse of I(declared), which are normalised values by name.

    Without I(engine_version) nothing is said of parameters that only newer versions of the family have.
    """
    return [
        Problem(f"parameters.{name}", value, *fault)
        for name, value in declared.items()
        for fault in _faults(known, name, value, engine_version)
    ]


def _faults(known: Known, name: str, value: Any, engine_version: str | None) -> Iterator[tuple[str, str]]:
    """Yield problem and remedy."""
    if name not in known:
        yield "the family has no such parameter", f"use one of {choices(name, known)}"
        return
    specification = known[name]
    if not specification.get("IsModifiable", True) and name not in _SET_BEFORE_USE:
        yield "ElastiCache does not let it be changed", f"leave it out; it is {default(specification)}"
        return
    minimum = specification.get("MinimumEngineVersion") or ""
    if engine_version and precedes(engine_version, minimum):
        yield f"version {engine_version} does not have it yet", f"use version {minimum} or newer, or leave it out"
    yield from _value_faults(specification, value)


def _value_faults(specification: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str]]:
    name = specification["ParameterName"]
    allowed = specification.get("AllowedValues")
    if not isinstance(value, str):
        yield f"it is a {type(value).__name__}", "give a text, a number or a boolean"
    elif name in _PATTERNS:
        pattern, words = _PATTERNS[name]
        if not re.fullmatch(pattern, value):
            yield "it has other letters than the parameter knows", f"use {words}"
    elif not _has_type(value, specification.get("DataType")):
        yield f"it is not of type {specification['DataType']}", f"use {_spoken(allowed)}"
    elif allowed and name not in _FREE_TEXT and not _admits(allowed, value):
        yield "the parameter does not take this value", f"use {_spoken(allowed)}"


def _has_type(value: str, data_type: str | None) -> bool:
    pattern = {"integer": r"-?\d+", "float": _NUMBER}.get(data_type or "")
    return pattern is None or re.fullmatch(pattern, value) is not None


def _admits(allowed: str, value: str) -> bool:
    return any(value == item or _within(item, value) for item in allowed.split(","))


def _within(item: str, value: str) -> bool:
    """Whether I(value) is in a range such as C(1-100), C(20-) (and more) or C(-) (any number)."""
    bounds = _RANGE.fullmatch(item)
    if not bounds or re.fullmatch(_NUMBER, item) or not re.fullmatch(_NUMBER, value):
        return False
    low, high = (float(bound) if bound else None for bound in bounds.groups())
    return (low is None or low <= float(value)) and (high is None or float(value) <= high)


def _spoken(allowed: str | None) -> str:
    """Allowed values in words: C(0,20-) is "0, 20 or more"."""
    if not allowed or allowed == "-":
        return "a number"
    open_ended = re.compile(rf"({_NUMBER})-")
    items = [open_ended.sub(r"\1 or more", item) if open_ended.fullmatch(item) else item for item in allowed.split(",")]
    return ", ".join(items)


def default(specification: Mapping[str, Any]) -> str:
    """The value of a parameter that nobody set; the API leaves out an empty one."""
    return specification.get("ParameterValue") or ""


def needs_reboot(known: Known, names: Iterable[str]) -> list[str]:
    """Return those of I(names) whose new value a node takes only when it is rebooted."""
    return sorted(name for name in names if known.get(name, {}).get("ChangeType") == "requires-reboot")
