# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader behind the progress of long waits."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.accessweaver.elasticache.plugins.action import elasticache_replication_group as action


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(action, "PAUSE", 0.01)


def test_every_line_is_said_once_in_order_and_the_file_is_gone():
    said: list[str] = []
    with action.reading_aloud(said.append) as path:
        for number in range(3):
            with path.open("a") as stream:
                stream.write(f"creating {number}\n")
    assert said == ["creating 0", "creating 1", "creating 2"]
    assert not path.exists()


def test_a_module_that_dies_ends_the_reading():
    with pytest.raises(RuntimeError), action.reading_aloud(lambda news: None) as path:
        raise RuntimeError
    assert not path.exists()


SHARES = {
    "on the controller": ("local", None, 0, True),
    "on another machine": ("ssh", None, 0, False),
    "as another user": ("local", "sudo", 0, False),
    "in the background": ("local", None, 60, False),
}


@pytest.mark.parametrize(("transport", "become", "asynchronous", "shares"), SHARES.values(), ids=SHARES)
def test_news_is_read_only_where_the_module_can_write_it(transport, become, asynchronous, shares):
    connection = SimpleNamespace(transport=transport, become=become)
    assert action.shares_files(connection, SimpleNamespace(async_val=asynchronous)) == shares
