# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decisions of the data plane: slots, parameters, ports and configuration. No process is started."""

from __future__ import annotations

import csv
import hashlib
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane import Endpoint, GroupSpec, Shard, TlsMode, parameters, slots
from sandbox.dataplane.addresses import GROUPS, Network
from sandbox.dataplane.config import Ports, Secrets, redis_conf
from sandbox.dataplane.slots import SLOT_COUNT, Slots
from sandbox.dataplane.testing import TOKEN, clustered, replicated

MIB = 2**20
PARAMETER_CATALOGUE = Path(parameters.__file__).parents[1] / "elasticache" / "data" / "parameters.csv"
TLS_MODES: list[TlsMode] = ["off", "preferred", "required"]


@st.composite
def divisions(draw: st.DrawFn) -> dict[str, Slots]:
    """All slots over one to eight shards, some of which may have none."""
    bounds = sorted(draw(st.lists(st.integers(0, SLOT_COUNT), max_size=7)))
    pairs = pairwise([0, *bounds, SLOT_COUNT])
    return {f"{number:04}": frozenset(range(*pair)) for number, pair in enumerate(pairs, start=1)}


@given(st.frozensets(st.integers(0, SLOT_COUNT - 1)))
def test_slots_are_read_as_they_are_written(some: Slots) -> None:
    assert slots.parse(slots.render(some)) == some


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("7", 1), ("0-5460", 5461), ("0-99,200-299", 200), ("0-16383", SLOT_COUNT)],
)
def test_slot_notation(text: str, count: int) -> None:
    assert len(slots.parse(text)) == count
    assert slots.render(slots.parse(text)) == text


@given(st.integers(1, 90))
def test_new_shards_get_contiguous_even_ranges(shards: int) -> None:
    spread = slots.even(str(number) for number in range(shards))
    sizes = [len(held) for held in spread.values()]
    assert max(sizes) - min(sizes) <= 1
    assert sorted(slot for held in spread.values() for slot in held) == list(range(SLOT_COUNT))
    assert all(len(slots.ranges(held)) == 1 for held in spread.values())


@given(divisions(), st.integers(1, 8))
def test_levelling_moves_no_more_than_it_must(current: dict[str, Slots], shards: int) -> None:
    names = [f"{number:04}" for number in range(1, shards + 1)]
    wanted = slots.levelled(current, names)
    sizes = {name: len(held) for name, held in wanted.items()}
    assert max(sizes.values()) - min(sizes.values()) <= 1
    assert sorted(slot for held in wanted.values() for slot in held) == list(range(SLOT_COUNT))
    moved = sum(len(move.slots) for move in slots.moves(current, wanted))
    assert moved == sum(max(0, len(held) - sizes.get(name, 0)) for name, held in current.items())


@given(divisions(), divisions())
def test_moves_lead_from_any_division_to_any_other(current: dict[str, Slots], wanted: dict[str, Slots]) -> None:
    state = {name: set(current.get(name, ())) for name in {**current, **wanted}}
    for move in slots.moves(current, wanted):
        assert state[move.source].issuperset(move.slots)
        state[move.source].difference_update(move.slots)
        state[move.target].update(move.slots)
    assert state == {name: set(wanted.get(name, ())) for name in state}


@given(st.integers(1150, 65535), st.sampled_from(TLS_MODES))
def test_the_ports_of_a_node_are_valid_and_differ(port: int, mode: TlsMode) -> None:
    ports = Ports.of(port, mode)
    behind = [number for number in (ports.tls, ports.plain) if number not in (0, port)]
    used = [port, ports.bus, *behind]
    assert len(set(used)) == len(used)
    assert all(0 < number <= 65535 for number in used)


@pytest.mark.parametrize(
    ("given_parameters", "directive", "value"),
    [
        pytest.param({"timeout": "300"}, "timeout", "300", id="same name"),
        pytest.param({"hash-max-ziplist-value": "32"}, "hash-max-listpack-value", "32", id="name of redis6.x"),
        pytest.param({}, "maxmemory", str(1000 * MIB), id="nothing reserved"),
        pytest.param({"reserved-memory-percent": "25"}, "maxmemory", str(750 * MIB), id="a quarter reserved"),
        pytest.param({"reserved-memory": str(100 * MIB)}, "maxmemory", str(900 * MIB), id="bytes reserved"),
        pytest.param(
            {"client-output-buffer-limit-pubsub-soft-seconds": "90"},
            "client-output-buffer-limit",
            "normal 0 0 0 pubsub 33554432 8388608 90 replica 268435456 67108864 60",
            id="one of nine buffer limits",
        ),
    ],
)
def test_parameters_become_directives(given_parameters: dict[str, str], directive: str, value: str) -> None:
    assert parameters.directives(given_parameters, 1000 * MIB)[directive] == value


def test_parameters_without_effect_become_no_directive() -> None:
    baseline = parameters.directives({}, 0)
    assert parameters.directives(dict.fromkeys(parameters.NO_EFFECT, "1"), 0) == baseline


def test_every_parameter_of_the_api_is_decided_about() -> None:
    with PARAMETER_CATALOGUE.open() as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert len(names) > 70
    assert parameters.unknown(names) == []


def conf(spec: GroupSpec, primary: Endpoint | None = None) -> dict[str, list[str]]:
    """The directives of a node's configuration, each with its values."""
    text = redis_conf(spec, "127.0.0.9", Path("/state"), Secrets(), primary)
    found: dict[str, list[str]] = {}
    for name, *words in map(shlex.split, text.splitlines()):
        found.setdefault(name, []).append(" ".join(words))
    return found


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(replicated("g", 1), {"port": ["0"], "tls-port": ["6379"]}, id="TLS required"),
        pytest.param(replicated("g", 1, tls="off"), {"port": ["6379"], "tls-port": ["26379"]}, id="TLS off"),
        pytest.param(replicated("g", 1, tls="preferred"), {"port": ["7379"], "tls-port": ["26379"]}, id="either"),
        pytest.param(clustered("g", 1, 1), {"cluster-enabled": ["yes"], "cluster-port": ["16379"]}, id="cluster"),
        pytest.param(
            replicated("g", 1, parameters={"notify-keyspace-events": ""}),
            {"notify-keyspace-events": [""]},
            id="empty value",
        ),
    ],
)
def test_configuration_of_a_node(spec: GroupSpec, expected: dict[str, list[str]]) -> None:
    found = conf(spec)
    assert {name: found.get(name) for name in expected} == expected


def test_a_replica_follows_its_primary_from_the_start() -> None:
    assert conf(replicated("g", 2), Endpoint("127.0.0.8", 6379))["replicaof"] == ["127.0.0.8 6379"]
    assert "replicaof" not in conf(replicated("g", 2))


def test_tokens_are_written_as_hashes() -> None:
    (user, *_) = [line for line in conf(replicated("g", 1))["user"] if line.startswith("default ")]
    assert f"#{hashlib.sha256(TOKEN.encode()).hexdigest()}" in user
    assert TOKEN not in user
    assert "nopass" not in user


def test_a_description_of_a_group_shows_no_token() -> None:
    assert TOKEN not in repr(replicated("g", 1))


def test_promotion_changes_the_order_and_nothing_else() -> None:
    shard = Shard("0001", ("a", "b", "c"), "0-9")
    assert shard.with_primary("c") == Shard("0001", ("c", "a", "b"), "0-9")


def test_addresses_are_given_out_again() -> None:
    network = Network("127.5")
    blocks = [network.block(str(number)) for number in GROUPS]
    assert len({block.prefix for block in blocks}) == len(GROUPS)
    with pytest.raises(RuntimeError, match="254 replication groups"):
        network.block("one too many")
    network.release("7")
    block = network.block("another")
    assert block.prefix == blocks[6].prefix
    assert [block.node(name) for name in ("a", "b", "a")] == [f"{block.prefix}.{host}" for host in (11, 12, 11)]
    block.release("a")
    assert block.node("c") == f"{block.prefix}.11"
