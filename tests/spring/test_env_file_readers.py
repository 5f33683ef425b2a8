# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment files read back by the programs they are written for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import DIALECTS, EnvFileError, render
from spring.env_file_readers import READERS, Reader
from spring.selection import extended

pytestmark = extended

TOKENS = st.text(
    alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!&#$^<>-", min_size=16, max_size=128
)
HOSTILE = {
    "every special character of a token": "!&#$^<>-0123456789",
    "begins like a comment": "#0123456789abcdef",
    "holds a comment": "0123456789 #abcdef",
    "looks like a variable": "$HOME${HOME}$$HOME",
    "looks like a command": "`id`$(id)",
    "double quotes": '"0123"456"',
    "spaces outside": "  0123456789  ",
    "backslashes": r"a\nb\\c\$d\"e",
    "equals signs": "a=b==c=",
    "percent signs": "%h %% %B",
    "not ASCII": "clé-鍵-🔑",
    "tab": "a\tb",
    "empty": "",
}
few_examples = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(name="dialect", params=DIALECTS, scope="module")
def fixture_dialect(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(name="read", scope="module")
def fixture_read(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with READERS[dialect](tmp_path_factory.mktemp(dialect)) as read:
        yield read


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_value(dialect: str, read: Reader, value: str) -> None:
    assert read(render({"A": value}, dialect)) == {"A": value}


@few_examples
@given(tokens=st.lists(TOKENS, min_size=1, max_size=8))
def test_every_token_of_elasticache(dialect: str, read: Reader, tokens: list[str]) -> None:
    variables = {f"TOKEN_{index}": token for index, token in enumerate(tokens)}
    assert read(render(variables, dialect)) == variables


@few_examples
@given(value=st.text(max_size=40))
def test_any_text_is_carried_or_refused(dialect: str, read: Reader, value: str) -> None:
    try:
        text = render({"A": value}, dialect)
    except EnvFileError:
        assert DIALECTS[dialect].refused.search(value)
        return
    assert read(text) == {"A": value}
