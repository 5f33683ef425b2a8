# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and patterns: no id, whatever it holds, reaches what belongs to another."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from redis.crc import key_slot

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.patterns import (
    ESCAPED_ID,
    escape,
    escape_glob,
    glob,
    matcher,
    patterns,
)
from ansible_collections.accessweaver.elasticache.plugins.modules.redis_invalidate import PERMISSIONS

HOSTILE = st.text(
    st.one_of(st.sampled_from("*?[]^-\\{}:%<>~ ab"), st.characters(exclude_categories=["Cs"])), min_size=1
)

ESCAPED = {
    "nothing to escape": ("Az09-._~", "Az09-._~"),
    "what separates": ("a:b", "a%3Ab"),
    "hash tag": ("{a}", "%7Ba%7D"),
    "pattern": ("*?[a]", "%2A%3F%5Ba%5D"),
    "an escape": ("a%3Ab", "a%253Ab"),
    "other letters": ("é", "%C3%A9"),
    "a blank is no plus": (" +", "%20%2B"),
}


@pytest.mark.parametrize(("identifier", "escaped"), ESCAPED.values(), ids=ESCAPED)
def test_ids_in_keys(identifier, escaped):
    assert escape(identifier) == escaped


@given(HOSTILE, HOSTILE)
def test_ids_stay_apart(one, other):
    assume(one != other)
    assert escape(one) != escape(other)
    assert re.fullmatch(ESCAPED_ID, escape(one))


@given(HOSTILE, st.lists(HOSTILE, max_size=3))
def test_all_keys_of_a_tenant_are_in_the_slot_of_its_id(tenant, ids):
    key = ":".join(["aw:{" + escape(tenant) + "}", *map(escape, ids)])
    assert key_slot(key.encode()) == key_slot(escape(tenant).encode())


def key(tenant: str, *ids: str) -> bytes:
    return ":".join(["aw:{" + escape(tenant) + "}:permissions", *map(escape, ids)]).encode()


@given(tenant=HOSTILE, other=HOSTILE, user=HOSTILE, resource=HOSTILE)
def test_the_keys_of_a_tenant_match_and_those_of_another_do_not(tenant, other, user, resource):
    assume(tenant != other)
    matches = matcher(patterns(PERMISSIONS, {"tenant": tenant})).fullmatch
    assert all(matches(key(tenant, *ids)) for ids in ([], [user], [user, resource]))
    assert not any(matches(key(other, *ids)) for ids in ([], [user], [user, resource], [tenant]))


@given(tenant=HOSTILE, user=HOSTILE, other=HOSTILE, resource=HOSTILE)
def test_the_keys_of_a_user_match_and_those_of_another_do_not(tenant, user, other, resource):
    assume(user != other)
    matches = matcher(patterns(PERMISSIONS, {"tenant": tenant, "user": user})).fullmatch
    assert all(matches(key(tenant, *ids)) for ids in ([user], [user, resource]))
    assert not any(matches(key(tenant, *ids)) for ids in ([], [other], [other, user]))


SELECTED = {
    "a tenant": ({"tenant": "t"}, ["aw:{t}:permissions", "aw:{t}:permissions:u", "aw:{t}:permissions:u:r"]),
    "a user": ({"tenant": "t", "user": "u"}, ["aw:{t}:permissions:u", "aw:{t}:permissions:u:r"]),
    "a resource": ({"tenant": "t", "user": None, "resource": "r"}, ["aw:{t}:permissions:u:r"]),
    "a user's resource": ({"tenant": "t", "user": "u", "resource": "r"}, ["aw:{t}:permissions:u:r"]),
}
KEYS = ["aw:{t}:permissions", "aw:{t}:permissions:u", "aw:{t}:permissions:u:r", "aw:{t}:permissions:u:r:x"]


@pytest.mark.parametrize(("ids", "keys"), SELECTED.values(), ids=SELECTED)
def test_what_each_selection_matches(ids, keys):
    matches = matcher(patterns(PERMISSIONS, ids))
    assert [name for name in KEYS if matches.fullmatch(name.encode())] == keys


GLOBS = {
    "several keys by what they begin with": (PERMISSIONS, {"tenant": "*"}, "aw:{%2A}:permissions*"),
    "one key with any user": (PERMISSIONS, {"tenant": "t", "resource": "r"}, "aw:{t}:permissions:*:r"),
    "one key": (PERMISSIONS, {"tenant": "t", "user": "u", "resource": "r"}, "aw:{t}:permissions:u:r"),
    "literals of the template": (["a*[b]?:<tenant>"], {"tenant": "t"}, r"a\*\[b\]\?:t"),
    "nothing in common": (["a:<tenant>", "b:<tenant>"], {"tenant": "t"}, "*"),
}


@pytest.mark.parametrize(("templates", "ids", "expected"), GLOBS.values(), ids=GLOBS)
def test_what_redis_is_asked_for(templates, ids, expected):
    assert glob(patterns(templates, ids)) == expected


@given(HOSTILE)
def test_an_escaped_literal_has_no_special_character_left(literal):
    assert not re.search(r"(?<!\\)(?:\\\\)*[*?\[]", escape_glob(literal))
    assert re.sub(r"\\(.)", r"\1", escape_glob(literal), flags=re.DOTALL) == literal


def test_an_id_that_looks_like_a_place_is_none():
    (only,) = patterns(["<tenant>:<user>"], {"tenant": "<user>", "user": "u"})
    assert only.literals == ("%3Cuser%3E:u",)
