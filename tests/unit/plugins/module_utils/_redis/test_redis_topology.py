# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes of a cluster say of themselves, in the form of each version."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot
from redis.exceptions import ResponseError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.connect import Access, Node
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.probes import (
    discovery,
    key_for,
    refusals,
    roles,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.topology import (
    SLOTS,
    Shard,
    from_cluster_shards,
    from_cluster_slots,
    gaps,
    shard_of_group,
    spoken,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.verify import declared_replicas

ASKED = Node("configuration.example", 6379)
A, B, C = (Node(f"{letter}.example", 6379) for letter in "abc")


def member(node: Node, **more: Any) -> list[Any]:
    named = {"id": "x", "port": node.port, "ip": "10.0.0.1", "endpoint": node.host, **more}
    return [item for pair in named.items() for item in pair]


def shard(slots: list[int], *members: list[Any]) -> list[Any]:
    return ["slots", slots, "nodes", list(members)]


SHARDS = {
    "primaries and replicas": (
        [shard([0, 5, 9, 16383], member(A), member(B)), shard([6, 8], member(C))],
        [Shard((A, B), ((0, 5), (9, 16383))), Shard((C,), ((6, 8),))],
    ),
    "the port of TLS": (
        [shard([0, 16383], member(A, port=1, **{"tls-port": 6379}))],
        [Shard((A,), ((0, 16383),))],
    ),
    "a node without a name": (
        [shard([0, 16383], member(A, endpoint=None), member(B, endpoint="?"), member(C, endpoint=""))],
        [Shard((ASKED, ASKED, ASKED), ((0, 16383),))],
    ),
    "a shard without slots": ([shard([], member(A))], [Shard((A,))]),
}


@pytest.mark.parametrize(("answer", "shards"), SHARDS.values(), ids=SHARDS)
def test_cluster_shards(answer, shards):
    assert from_cluster_shards(answer, ASKED, tls=True) == shards


def test_without_tls_the_other_port_counts():
    answer = [shard([0, 16383], member(A, port=1, **{"tls-port": 2}))]
    assert from_cluster_shards(answer, ASKED, tls=False)[0].nodes == (Node(A.host, 1),)


def test_cluster_slots_has_an_entry_for_each_range():
    answer = [
        [9, 16383, [A.host, 6379, "id"], [B.host, 6379, "id"]],
        [6, 8, [C.host, 6379, "id"]],
        [0, 5, [A.host, 6379, "id"], ["", 6379, "id"]],
    ]
    shards = from_cluster_slots(answer, ASKED)
    assert [item.slots for item in shards] == [((0, 5), (9, 16383)), ((6, 8),)]
    assert {item.nodes[0] for item in shards} == {A, C}


class OldServer:
    """Answers as Redis 6.2 does."""

    def execute_command(self, *words: str) -> Any:
        if words == ("CLUSTER", "SHARDS"):
            raise ResponseError("Unknown subcommand or wrong number of arguments for 'SHARDS'. Try CLUSTER HELP.")
        return [[0, 16383, [A.host, 6379, "id"]]]


class StandaloneServer:
    def execute_command(self, *words: str) -> Any:
        raise ResponseError("This instance has cluster support disabled")


def test_versions_without_cluster_shards_are_asked_for_slots():
    shards, check = discovery(ASKED, OldServer(), tls=True)
    assert check.ok
    assert shards == [Shard((A,), ((0, 16383),))]


def test_a_server_that_is_no_cluster_is_a_failed_check():
    shards, check = discovery(ASKED, StandaloneServer(), tls=True)
    assert (shards, check.ok, check.detail) == ([], False, "This instance has cluster support disabled")


GAPS = {
    "none": ([(0, 5460), (5461, 10922), (10923, 16383)], []),
    "at the start": ([(1, 16383)], [(0, 0)]),
    "in between": ([(0, 9), (20, 16383)], [(10, 19)]),
    "at the end": ([(0, 16382)], [(16383, 16383)]),
    "everything": ([], [(0, 16383)]),
    "none, with an overlap": ([(0, 16383), (5, 6)], []),
}


@pytest.mark.parametrize(("ranges", "missing"), GAPS.values(), ids=GAPS)
def test_slots_that_nobody_serves(ranges, missing):
    assert gaps([Shard((A,), (slots,)) for slots in ranges]) == missing


ranges_of_slots = st.lists(
    st.tuples(st.integers(0, SLOTS - 1), st.integers(0, 500)).map(lambda it: (it[0], min(it[0] + it[1], SLOTS - 1)))
)


@given(ranges_of_slots)
def test_served_and_missing_slots_make_up_all(ranges):
    served = {slot for first, last in ranges for slot in range(first, last + 1)}
    missing = {slot for first, last in gaps([Shard((A,), tuple(ranges))]) for slot in range(first, last + 1)}
    assert served | missing == set(range(SLOTS))
    assert not served & missing


@given(st.integers(0, 63))
def test_the_key_that_is_written_is_one_of_the_shard(part):
    first = part * 256
    assert first <= key_slot(key_for(Shard((A,), ((first, first + 255),))).encode()) <= first + 255


def test_nodes_of_a_group_without_cluster_mode():
    writer = {"host": A.host, "port": 6379}
    nodes = [{"id": "x", "host": B.host, "port": 6379}, {"id": "y", "host": C.host, "port": 6379}]
    assert shard_of_group({"writer": writer, "nodes": nodes}).nodes == (B, C)
    assert shard_of_group({"writer": writer, "nodes": None}).nodes == (A,)


MASTER = {"role": "master", "connected_slaves": 1}
REPLICA = {"role": "slave", "master_link_status": "up"}
ROLES = {
    "as declared": ({A: MASTER, B: REPLICA}, 1, []),
    "nothing declared": ({A: MASTER, B: REPLICA}, None, []),
    "two primaries": ({A: MASTER, B: MASTER}, 1, ["primary"]),
    "no primary": ({A: REPLICA, B: REPLICA}, 1, ["primary"]),
    "a replica too few": ({A: {**MASTER, "connected_slaves": 0}, B: REPLICA}, 1, ["replicas"]),
    "a link that is down": ({A: MASTER, B: {**REPLICA, "master_link_status": "down"}}, 1, ["replica_link"]),
}


@pytest.mark.parametrize(("infos", "replicas", "failed"), ROLES.values(), ids=ROLES)
def test_roles_of_a_shard(infos, replicas, failed):
    checks = list(roles(Shard((A, B)), infos, replicas))
    assert [check.check for check in checks if not check.ok] == failed


REPLICAS = {
    "a single node": ("single", None, None, 9, 0),
    "said": ("cluster", 3, 2, 9, 2),
    "by the number of nodes": ("replica", None, None, 3, 2),
    "by the number of nodes and shards": ("cluster", 3, None, 9, 2),
    "not said": ("cluster", 3, None, None, None),
}


@pytest.mark.parametrize(("mode", "shards", "replicas", "nodes", "expected"), REPLICAS.values(), ids=REPLICAS)
def test_how_many_replicas_a_shard_has_to_have(mode, shards, replicas, nodes, expected):
    parameters = {
        "connection": {"mode": mode},
        "num_node_groups": shards,
        "replicas_per_node_group": replicas,
        "node_count": nodes,
    }
    assert declared_replicas(parameters) == expected


def test_ranges_are_spoken_as_redis_writes_them():
    assert spoken([(0, 5), (7, 7)]) == "0-5, 7-7"


def test_a_token_is_in_no_text():
    assert "secret" not in repr(Access(token="secret"))


def test_without_token_and_tls_nothing_has_to_be_refused():
    assert list(refusals(A, Access(tls=False))) == []
