# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writer: what it makes of nodes that refuse, fail and forget, and the arithmetic of gaps."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import MovedError, ReadOnlyError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis import writer as module
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.connect import Access, Node
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.writer import (
    Attempt,
    Gap,
    Writer,
    gaps,
    measured,
    writing,
)

FIRST, SECOND = Node("first", 1), Node("second", 1)
LOST = LostConnection("lost")


def fail_with(error: Exception | None) -> None:
    if error:
        raise error


class FakeNode:
    """Keeps keys; fails every command while it has an error, and refuses writes while it has a refusal."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.error: Exception | None = None
        self.refusal: Exception | None = None

    def get(self, key):
        fail_with(self.error)
        return self.keys.get(key)

    def set(self, key, value, ex):
        fail_with(self.error or self.refusal)
        self.keys[key] = str(value)

    def delete(self, key):
        self.keys.pop(key, None)


@pytest.fixture
def nodes(monkeypatch):
    known = {FIRST: FakeNode(), SECOND: FakeNode()}

    @contextmanager
    def connected(node, access):
        yield known[node]

    monkeypatch.setattr(module, "connected", connected)
    monkeypatch.setattr(module, "PAUSE", 0.001)
    return known


def until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def let_write(writer, more=3):
    enough = writer.acknowledged + more
    until(lambda: writer.acknowledged >= enough)


def test_the_key_counts_and_is_gone_in_the_end(nodes):
    with writing([FIRST], "key", Access()) as writer:
        let_write(writer)
        assert int(nodes[FIRST].keys["key"]) >= 3
    assert nodes[FIRST].keys == {}
    assert measured(writer)["failed"] == 0


@pytest.mark.parametrize("refusal", [MovedError("1 second:1"), ReadOnlyError("replica")], ids=["cluster", "endpoint"])
def test_a_node_that_refuses_writes_leads_to_the_next(nodes, refusal):
    nodes[FIRST].refusal = refusal
    with writing([FIRST, SECOND], "key", Access()) as writer:
        let_write(writer)
        assert "key" in nodes[SECOND].keys
    assert measured(writer)["failed"] == 1


def test_writes_go_on_after_an_outage_that_is_counted(nodes):
    with writing([FIRST], "key", Access()) as writer:
        let_write(writer)
        nodes[FIRST].error = LOST
        until(lambda: writer.error is LOST)
        time.sleep(0.05)
        nodes[FIRST].error = None
        let_write(writer)
    result = measured(writer)
    assert result["failed"] >= 1
    assert 0.05 <= result["unavailable_seconds"] == result["longest_gap_seconds"] < 4
    assert (result["errors"], result["lost"]) == (["lost"], 0)


@pytest.mark.parametrize("behind", [0, 2, None], ids=["has all", "lacks two", "has none"])
def test_what_the_new_primary_lacks_is_lost(nodes, behind):
    nodes[SECOND].refusal = ReadOnlyError("replica")
    with writing([FIRST, SECOND], "key", Access()) as writer:
        let_write(writer)
        nodes[FIRST].error = LOST
        until(lambda: writer.error is not None)
        acknowledged = writer.acknowledged
        if behind is not None:
            nodes[SECOND].keys["key"] = str(acknowledged - behind)
        nodes[SECOND].refusal = None
        let_write(writer)
    assert measured(writer)["lost"] == (acknowledged if behind is None else behind)


def attempts(text):
    """Attempts a second apart: a dot is acknowledged, an x fails."""
    return [Attempt(float(second), LOST if mark == "x" else None) for second, mark in enumerate(text)]


TIMELINES = {
    "nothing": ("", []),
    "one write": (".", []),
    "all well": ("...", [Gap(1, 0), Gap(1, 0)]),
    "one failure": (".x.", [Gap(2, 1)]),
    "two outages": (".xx..x.", [Gap(3, 2), Gap(1, 0), Gap(2, 1)]),
    "failures before the first": ("xx..", [Gap(1, 0)]),
    "failures after the last": (".xx", []),
}


@pytest.mark.parametrize(("text", "found"), TIMELINES.values(), ids=TIMELINES)
def test_gaps_lie_between_acknowledged_writes(text, found):
    assert list(gaps(attempts(text))) == found


@given(st.text(".x"))
def test_gaps_add_up_and_count_every_failure_between(text):
    found, inner = list(gaps(attempts(text))), text.strip("x")
    assert sum(gap.seconds for gap in found) == max(0, len(inner) - 1)
    assert sum(gap.failed for gap in found) == inner.count("x")
    result = measured(Writer([FIRST], "key", Access(), attempts=attempts(text)))
    assert (result["acknowledged"], result["failed"]) == (text.count("."), text.count("x"))
    assert result["unavailable_seconds"] <= sum(gap.seconds for gap in found)
    assert (result["unavailable_seconds"] > 0) == ("x" in inner)
