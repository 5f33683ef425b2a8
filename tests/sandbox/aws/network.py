# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The account that a fresh sandbox holds, with ids that an inventory can name.

Everything is created through the API; only the random part of the ids that MiniStack hands out is fixed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from sandbox.aws.neighbours import Neighbours

PREFIX = "0acce55"


def resource_id(kind: str, name: str) -> str:
    """An id of AWS's form: kind, dash, 17 hexadecimal digits."""
    return f"{kind}-{PREFIX}{name:0>10}"


VPC = resource_id("vpc", "1")
OTHER_VPC = resource_id("vpc", "2")
PRIVATE_SUBNETS = tuple(resource_id("subnet", f"a{number}") for number in (1, 2, 3))
PUBLIC_SUBNET = resource_id("subnet", "b1")
APP_SECURITY_GROUPS = (resource_id("sg", "c1"), resource_id("sg", "c2"))
OTHER_SECURITY_GROUP = resource_id("sg", "d1")
ALERT_TOPIC = "platform-alerts"


@dataclass(frozen=True)
class Creation:
    """One create call: the digits its ids get, and its request."""

    name: str
    operation: str
    request: dict[str, Any]


@dataclass(frozen=True)
class _FixedDigits:
    """Stands in for MiniStack's random module while one resource is created."""

    digits: str

    def choices(self, population: Sequence[str], *, k: int) -> list[str]:
        return list(self.digits[-k:])


@contextmanager
def _ids(name: str) -> Iterator[None]:
    from ministack.services import ec2

    with patch.object(ec2, "random", _FixedDigits(resource_id("", name)[1:])):
        yield


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def _subnet(name: str, tag: str, zone: str, third: int) -> Creation:
    request = {
        "VpcId": VPC,
        "CidrBlock": f"10.66.{third}.0/24",
        "AvailabilityZone": zone,
        "TagSpecifications": _named("subnet", tag),
    }
    return Creation(name, "create_subnet", request)


def _security_group(name: str, tag: str, vpc: str) -> Creation:
    request = {
        "GroupName": tag,
        "Description": f"Application servers: {tag}",
        "VpcId": vpc,
        "TagSpecifications": _named("security-group", tag),
    }
    return Creation(name, "create_security_group", request)


def _vpc(name: str, tag: str, cidr: str) -> Creation:
    return Creation(name, "create_vpc", {"CidrBlock": cidr, "TagSpecifications": _named("vpc", tag)})


def _route_table(name: str, tag: str) -> Creation:
    return Creation(name, "create_route_table", {"VpcId": VPC, "TagSpecifications": _named("route-table", tag)})


def creations(region: str) -> tuple[Creation, ...]:
    """The network, in the order of its dependencies."""
    zones = enumerate("abc", 1)
    private = [_subnet(f"a{number}", f"private-{zone}", f"{region}{zone}", number) for number, zone in zones]
    private_table, public_table = resource_id("rtb", "a0"), resource_id("rtb", "b0")
    gateway = resource_id("igw", "1")
    return (
        _vpc("1", "platform", "10.66.0.0/16"),
        _vpc("2", "other", "10.67.0.0/16"),
        *private,
        _subnet("b1", "public-a", f"{region}a", 100),
        Creation("1", "create_internet_gateway", {"TagSpecifications": _named("internet-gateway", "platform")}),
        Creation("1", "attach_internet_gateway", {"InternetGatewayId": gateway, "VpcId": VPC}),
        _route_table("a0", "private"),
        _route_table("b0", "public"),
        Creation(
            "b0",
            "create_route",
            {"RouteTableId": public_table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway},
        ),
        *(
            Creation(subnet[-2:], "associate_route_table", {"RouteTableId": private_table, "SubnetId": subnet})
            for subnet in PRIVATE_SUBNETS
        ),
        Creation("b1", "associate_route_table", {"RouteTableId": public_table, "SubnetId": PUBLIC_SUBNET}),
        _security_group("c1", "app-api", VPC),
        _security_group("c2", "app-worker", VPC),
        _security_group("d1", "app-elsewhere", OTHER_VPC),
    )


async def seed(neighbours: Neighbours, region: str) -> None:
    """Create the network and the alert topic in an empty account."""
    for creation in creations(region):
        with _ids(creation.name):
            await neighbours.call("ec2", creation.operation, **creation.request)
    await neighbours.call("ec2", "modify_subnet_attribute", SubnetId=PUBLIC_SUBNET, MapPublicIpOnLaunch={"Value": True})
    await neighbours.call("sns", "create_topic", Name=ALERT_TOPIC)
