# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment files by dialect. What real readers make of them is tested in tests/spring."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import (
    DIALECTS,
    EnvFileError,
    Scalar,
    environment_text,
    render,
)

TOKENS = st.text(
    alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!&#$^<>-", min_size=16, max_size=128
)
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.mark.parametrize(
    ("value", "docker", "compose", "systemd"),
    [
        pytest.param("plain-1", "plain-1", "'plain-1'", '"plain-1"', id="plain"),
        pytest.param("a$HOME", "a$HOME", "'a$HOME'", r'"a\$HOME"', id="dollar"),
        pytest.param("a #b", "a #b", "'a #b'", '"a #b"', id="comment sign"),
        pytest.param(' "a" ', ' "a" ', "' \"a\" '", r'" \"a\" "', id="double quotes and outer spaces"),
        pytest.param(r"a\nb", r"a\nb", r"'a\nb'", r'"a\\nb"', id="backslash"),
        pytest.param("`id`", "`id`", "'`id`'", r'"\`id\`"', id="backtick"),
        pytest.param("", "", "''", '""', id="empty"),
    ],
)
def test_written_the_way_its_reader_understands(value: str, docker: str, compose: str, systemd: str) -> None:
    written = {dialect: render({"A": value}, dialect) for dialect in DIALECTS}
    assert written == {"docker": f"A={docker}\n", "compose": f"A={compose}\n", "systemd": f"A={systemd}\n"}


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (6379, "6379"), ("2s", "2s")])
def test_scalars(value: Scalar, text: str) -> None:
    assert environment_text(value) == text


def test_keeps_the_order() -> None:
    assert render({"B": 1, "A": 2}) == "B=1\nA=2\n"


@every_dialect
@pytest.mark.parametrize("character", ["\n", "\r", "\0"], ids=["line feed", "carriage return", "nul"])
def test_refuses_what_no_line_can_carry(dialect: str, character: str) -> None:
    with pytest.raises(EnvFileError, match=rf"the value of TOKEN contains .* dialect {dialect}") as error:
        render({"PORT": 6379, "TOKEN": f"hunter2{character}"}, dialect)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("value", ["hunter2'", "hunter2\\"], ids=["single quote", "backslash at the end"])
def test_refuses_what_compose_has_no_way_to_quote(value: str) -> None:
    with pytest.raises(EnvFileError, match=r"the value of TOKEN contains .* dialect compose cannot carry") as error:
        render({"TOKEN": value}, "compose")
    assert "hunter2" not in str(error.value)


@every_dialect
@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "A=B", "export A", "A\n"])
def test_refuses_names(dialect: str, name: str) -> None:
    with pytest.raises(EnvFileError, match="is no variable name"):
        render({name: "x"}, dialect)


@pytest.mark.parametrize("value", [None, ["a"], {"a": "b"}, 1.5])
def test_refuses_what_is_no_scalar(value: object) -> None:
    with pytest.raises(EnvFileError, match="the value of A is a"):
        render({"A": value})  # type: ignore[dict-item]


def test_names_every_problem() -> None:
    with pytest.raises(EnvFileError, match=r"the value of A .*; '1B' is no variable name"):
        render({"A": "\n", "1B": "x", "C": "x"})


def test_unknown_dialect() -> None:
    with pytest.raises(EnvFileError, match="dialect 'podman' is unknown, use one of docker, compose, systemd"):
        render({}, "podman")


@given(token=TOKENS)
def test_every_token_of_elasticache_fits_every_dialect(token: str) -> None:
    for dialect in DIALECTS:
        assert render({"TOKEN": token}, dialect).count("\n") == 1


@every_dialect
@given(value=st.text(max_size=60))
def test_one_line_or_refused(dialect: str, value: str) -> None:
    if DIALECTS[dialect].refused.search(value):
        with pytest.raises(EnvFileError):
            render({"A": value}, dialect)
    else:
        text = render({"A": value}, dialect)
        assert text.startswith("A=")
        assert text.index("\n") == len(text) - 1
