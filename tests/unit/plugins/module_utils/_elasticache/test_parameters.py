# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of engine parameters: written as ElastiCache does, and judged by what it lists for the family."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.parameters import (
    by_name,
    find_problems,
    needs_reboot,
    normalise,
)


def parameter(name: str, data_type: str, allowed: str | None, **more: Any) -> dict[str, Any]:
    limits = {"AllowedValues": allowed} if allowed else {}
    return {"ParameterName": name, "DataType": data_type, "IsModifiable": True, **limits, **more}


KNOWN = by_name(
    [
        parameter("activedefrag", "string", "yes,no", ParameterValue="no"),
        parameter("cluster-enabled", "string", "yes,no", IsModifiable=False, ChangeType="requires-reboot"),
        parameter("databases", "integer", "1-1200000", ChangeType="requires-reboot"),
        parameter("list-max-ziplist-size", "integer", "-5,-4,-3,-2,-1,1-"),
        parameter("maxclients", "integer", "1-65000", ParameterValue="65000", IsModifiable=False),
        parameter("maxmemory-policy", "string", "volatile-lru,allkeys-lru,noeviction", ChangeType="immediate"),
        parameter("notify-keyspace-events", "string", None),
        parameter("rename-commands", "string", "FLUSHALL,KEYS"),
        parameter("slowlog-log-slower-than", "integer", "-"),
        parameter("timeout", "integer", "0,20-"),
        parameter("tracking-ratio", "float", "0.5-2"),
        parameter("tracking-table-max-keys", "integer", "1-100000000", MinimumEngineVersion="6.2.4"),
    ]
)

ADMITTED = {
    "a listed word": ("maxmemory-policy", "allkeys-lru"),
    "yes": ("activedefrag", "yes"),
    "the single number beside an open range": ("timeout", "0"),
    "the foot of an open range": ("timeout", "20"),
    "far up an open range": ("timeout", "86400"),
    "a negative number of a list": ("list-max-ziplist-size", "-2"),
    "any number": ("slowlog-log-slower-than", "-1"),
    "both ends of a range": ("databases", "1200000"),
    "a fraction": ("tracking-ratio", "0.75"),
    "letters": ("notify-keyspace-events", "KEA"),
    "nothing": ("notify-keyspace-events", ""),
    "pairs of names": ("rename-commands", "FLUSHALL restricted"),
    "not modifiable in a group that is used": ("cluster-enabled", "yes"),
}

REFUSED = {
    "unknown": ("maxmemory-polcy", "x", "the family has no such parameter", "use one of maxmemory-policy"),
    "unlike any": (
        "zzz",
        "1",
        "the family has no such parameter",
        "use one of activedefrag, cluster-enabled, databases",
    ),
    "not modifiable": ("maxclients", "9", "ElastiCache does not let it be changed", "leave it out; it is 65000"),
    "another word": (
        "maxmemory-policy",
        "lru",
        "the parameter does not take this value",
        "use volatile-lru, allkeys-lru, noeviction",
    ),
    "between": ("timeout", "7", "the parameter does not take this value", "use 0, 20 or more"),
    "above": ("databases", "1200001", "the parameter does not take this value", "use 1-1200000"),
    "not listed": (
        "list-max-ziplist-size",
        "-6",
        "the parameter does not take this value",
        "use -5, -4, -3, -2, -1, 1 or",
    ),
    "words for a number": ("timeout", "5m", "it is not of type integer", "use 0, 20 or more"),
    "a fraction for an integer": ("slowlog-log-slower-than", "1.5", "it is not of type integer", "use a number"),
    "a fraction too high": ("tracking-ratio", "2.25", "the parameter does not take this value", "use 0.5-2"),
    "wrong letters": (
        "notify-keyspace-events",
        "Q",
        "it has other letters than the parameter knows",
        "use letters of KEg",
    ),
    "a list": ("timeout", ["1"], "it is a list", "give a text, a number or a boolean"),
    "too new": (
        "tracking-table-max-keys",
        "5",
        "version 6.0 does not have it yet",
        "use version 6.2.4 or newer, or leave it out",
    ),
}


@pytest.mark.parametrize(("name", "value"), ADMITTED.values(), ids=ADMITTED)
def test_what_elasticache_lists_is_admitted(name, value):
    assert find_problems(KNOWN, {name: value}, "7.1") == []


@pytest.mark.parametrize(("name", "value", "problem", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_it_does_not_list_is_refused_with_what_is_allowed(name, value, problem, remedy):
    (found,) = find_problems(KNOWN, {name: value}, "6.0")
    assert (found.option, found.value, found.problem) == (f"parameters.{name}", value, problem)
    assert found.remedy.startswith(remedy)


def test_every_problem_is_found_at_once():
    declared = {name: value for name, value, *_ignored in REFUSED.values() if name != "timeout"} | {"timeout": "7"}
    assert {problem.option for problem in find_problems(KNOWN, declared, "6.0")} == {
        f"parameters.{name}" for name in declared
    }


def test_a_version_that_is_not_declared_or_not_older_forbids_nothing():
    assert [find_problems(KNOWN, {"tracking-table-max-keys": "5"}, version) for version in (None, "6.2", "6.x")] == [
        []
    ] * 3


SPELLINGS = {
    "true": (True, "yes"),
    "false": (False, "no"),
    "integer": (300, "300"),
    "whole float": (300.0, "300"),
    "fraction": (0.5, "0.5"),
    "text": ("allkeys-lru", "allkeys-lru"),
    "empty text": ("", ""),
}


@pytest.mark.parametrize(("value", "text"), SPELLINGS.values(), ids=SPELLINGS)
def test_values_are_written_as_elasticache_writes_them(value, text):
    assert normalise({"name": value}) == {"name": text}


def test_null_is_not_declared():
    assert normalise({"timeout": None, "databases": 4}) == {"databases": "4"}


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)))
def test_normalising_twice_changes_nothing(parameters):
    once = normalise(parameters)
    assert normalise(once) == once


@given(low=st.integers(-50, 50), width=st.integers(0, 50), value=st.integers(-120, 120))
def test_a_range_admits_exactly_what_lies_in_it(low, width, value):
    known = by_name([parameter("x", "integer", f"{low}-{low + width}")])
    assert (find_problems(known, {"x": str(value)}) == []) == (low <= value <= low + width)


def test_parameters_that_need_a_reboot_are_named():
    assert needs_reboot(KNOWN, ["timeout", "maxmemory-policy", "databases", "reserved-memory"]) == ["databases"]
