# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network fit for caches: what route tables prove, and what is too little."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.preflight_network import (
    capacity_problems,
    route_table,
    subnet_problems,
    summary,
)

INTERNET = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}
PARAMETERS = {"subnet_ids": ["subnet-a", "subnet-b"], "vpc_id": "vpc-1", "multi_az_enabled": True, "node_count": 2}


def subnet(letter: str, vpc: str = "vpc-1", zone: str | None = None, **more: Any) -> dict[str, Any]:
    name, place = f"subnet-{letter}", f"eu-west-1{zone or letter}"
    return {"SubnetId": name, "VpcId": vpc, "AvailabilityZone": place, "AvailableIpAddressCount": 9, **more}


def table(name: str, *routes: dict[str, str], main: bool = False, of: tuple[str, ...] = ()) -> dict[str, Any]:
    links = [{"Main": False, "SubnetId": subnet_id} for subnet_id in of]
    main_link = [{"Main": True}] if main else []
    return {"RouteTableId": name, "VpcId": "vpc-1", "Routes": [LOCAL, *routes], "Associations": [*links, *main_link]}


MAIN = table("rtb-main", main=True)
FOUND = [subnet("a"), subnet("b")]

TABLES_OF_A = {
    "its own": ([MAIN, table("rtb-own", of=("subnet-b", "subnet-a"))], "rtb-own"),
    "the main one of its VPC": ([table("rtb-other", of=("subnet-b",)), MAIN], "rtb-main"),
    "not the main one of another VPC": ([{**table("rtb-x", main=True), "VpcId": "vpc-2"}], None),
}


@pytest.mark.parametrize(("tables", "name"), TABLES_OF_A.values(), ids=TABLES_OF_A)
def test_which_table_routes_for_a_subnet(tables, name):
    found = route_table(subnet("a"), tables)
    assert (found["RouteTableId"] if found else None) == name


PRIVATE = {
    "no way out": [MAIN],
    "through a NAT gateway": [
        table("rtb-1", {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}, main=True)
    ],
    "out only, by IPv6": [
        table("rtb-1", {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}, main=True)
    ],
    "a public main table, but its own": [
        table("rtb-main", INTERNET, main=True),
        table("rtb-own", of=("subnet-a", "subnet-b")),
    ],
}

IPV6 = {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"}
FAULTY = {
    "public by the main table": (
        FOUND[:1],
        [table("rtb-main", INTERNET, main=True)],
        ["subnet-a: it is public: its route table rtb-main sends 0.0.0.0/0 to igw-1"],
    ),
    "public by IPv6, of its own": (
        FOUND[:1],
        [MAIN, table("rtb-own", IPV6, of=("subnet-a",))],
        ["subnet-a: it is public: its route table rtb-own sends ::/0 to igw-1"],
    ),
    **{
        f"public for {destination}": (
            FOUND[:1],
            [table("rtb-1", {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}, route, main=True)],
            [f"subnet-a: it is public: its route table rtb-1 sends {destination} to igw-1"],
        )
        for destination, route in (
            ("0.0.0.0/1", {"DestinationCidrBlock": "0.0.0.0/1", "GatewayId": "igw-1"}),
            ("203.0.113.0/24", {"DestinationCidrBlock": "203.0.113.0/24", "GatewayId": "igw-1"}),
            ("2000::/3", {"DestinationIpv6CidrBlock": "2000::/3", "GatewayId": "igw-1"}),
            ("pl-1", {"DestinationPrefixListId": "pl-1", "GatewayId": "igw-1"}),
        )
    },
    "public, and giving public addresses": (
        [subnet("a", MapPublicIpOnLaunch=True)],
        [table("rtb-main", INTERNET, main=True)],
        ["subnet-a: .*igw-1, and it gives public addresses to what starts in it"],
    ),
    "not provable": (FOUND[:1], [], ["subnet-a: its route table cannot be read, so nothing proves it private"]),
    "missing": (FOUND[1:], [MAIN], ["subnet-a: there is no such one in this region and account"]),
    "of another VPC": (
        [subnet("a", vpc="vpc-2")],
        [{**MAIN, "VpcId": "vpc-2"}],
        ["subnet-a: it is in vpc-2, not in vpc-1"],
    ),
    "all of it": (
        [subnet("a", vpc="vpc-2"), subnet("b")],
        [{**MAIN, "VpcId": "vpc-2"}, table("rtb-b", INTERNET, main=True)],
        ["subnet-a: it is in vpc-2", "subnet-b: it is public: its route table rtb-b"],
    ),
}


@pytest.mark.parametrize("tables", PRIVATE.values(), ids=PRIVATE)
def test_a_private_subnet_is_no_problem(tables):
    assert list(subnet_problems(FOUND, tables, PARAMETERS)) == []


@pytest.mark.parametrize(("found", "tables", "texts"), FAULTY.values(), ids=FAULTY)
def test_every_faulty_subnet_is_named(found, tables, texts):
    wanted = sorted({text.split(":")[0] for text in texts})
    problems = list(subnet_problems(found, tables, {**PARAMETERS, "subnet_ids": wanted}))
    assert len(problems) == len(texts)
    for problem, text in zip(problems, texts, strict=True):
        assert re.match(text, f"{problem.value}: {problem.problem}")


def test_without_a_vpc_the_subnets_have_to_be_of_one():
    found = [subnet("a"), subnet("b", vpc="vpc-2")]
    tables = [MAIN, {**MAIN, "VpcId": "vpc-2"}]
    (problem,) = subnet_problems(found, tables, {**PARAMETERS, "vpc_id": None})
    assert (problem.value, problem.problem) == ("subnet-b", "it is in vpc-2, not in vpc-1")


ENOUGH = {
    "two zones": (FOUND, {}, 2),
    "one zone, no Multi-AZ": ([subnet("a"), subnet("b", zone="a")], {"multi_az_enabled": False}, 2),
    "the last address": (FOUND, {}, 18),
    "no nodes to come": ([subnet("a", AvailableIpAddressCount=0), subnet("b", AvailableIpAddressCount=0)], {}, 0),
    "nothing found, which is said elsewhere": ([], {}, 9),
}


@pytest.mark.parametrize(("found", "change", "nodes"), ENOUGH.values(), ids=ENOUGH)
def test_what_suffices_is_no_problem(found, change, nodes):
    assert list(capacity_problems(found, {**PARAMETERS, **change}, nodes)) == []


def test_one_zone_is_too_little_for_multi_az():
    (problem,) = capacity_problems([subnet("a"), subnet("b", zone="a")], PARAMETERS, 2)
    assert (problem.option, problem.problem) == ("multi_az_enabled", "all subnets are in eu-west-1a")
    assert problem.remedy == "name subnets of 2 zones or more, or set multi_az_enabled to false"


def test_too_few_addresses_are_counted_over_all_subnets():
    (problem,) = capacity_problems(FOUND, PARAMETERS, 19)
    assert (problem.option, problem.problem) == ("subnet_ids", "18 addresses are free, and 19 nodes are to come")


def test_the_summary_notes_public_addresses_and_routes():
    noted = summary(subnet("a", MapPublicIpOnLaunch=True), table("rtb-1", INTERNET))
    assert (noted["map_public_ip_on_launch"], noted["public"], noted["route_table_id"]) == (True, True, "rtb-1")
