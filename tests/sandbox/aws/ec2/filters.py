# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Filters and pages of EC2's Describe operations.

MiniStack ignores the filters that it does not know, and all paging. Here both are applied to its unfiltered answer: a
filter is a path in the answer's XML, by the tables of the EC2 API reference; a name that is in no table is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from xml.etree import ElementTree

from sandbox.aws.ec2 import rules, wire
from sandbox.protocol import ApiError, Parameters, Response
from sandbox.wire import Handler, HttpRequest


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def _direct(names: str) -> dict[str, str]:
    """Filters named like the element they look at: ``vpc-id`` at ``vpcId``."""
    return {name: _camel(name) for name in names.split()}


def _nested(prefix: str, element: str, names: str) -> dict[str, str]:
    """Filters of the items of a list: ``route.gateway-id`` at ``routeSet/item/gatewayId``."""
    return {f"{prefix}.{name}": f"{element}/item/{_camel(name)}" for name in names.split()}


def _permission(prefix: str, element: str) -> dict[str, str]:
    paths = {
        "cidr": "ipRanges/item/cidrIp",
        "from-port": "fromPort",
        "group-id": "groups/item/groupId",
        "ipv6-cidr": "ipv6Ranges/item/cidrIpv6",
        "protocol": "ipProtocol",
        "to-port": "toPort",
        "user-id": "groups/item/userId",
    }
    return {f"{prefix}.{name}": f"{element}/item/{path}" for name, path in paths.items()}


@dataclass(frozen=True)
class Listing:
    """Where an operation's items are, what names them, and the filters on them."""

    items: str
    ids: str
    paths: Mapping[str, str]
    repair: Callable[[ElementTree.Element], None] = lambda _: None


LISTINGS = {
    "DescribeAvailabilityZones": Listing(
        "availabilityZoneInfo", "ZoneNames", _direct("zone-name zone-id region-name group-name zone-type opt-in-status")
    ),
    "DescribeInternetGateways": Listing(
        "internetGatewaySet",
        "InternetGatewayIds",
        {
            **_direct("internet-gateway-id owner-id"),
            **_nested("attachment", "attachmentSet", "state vpc-id"),
        },
    ),
    "DescribeNatGateways": Listing("natGatewaySet", "NatGatewayIds", _direct("nat-gateway-id state subnet-id vpc-id")),
    "DescribeRouteTables": Listing(
        "routeTableSet",
        "RouteTableIds",
        {
            **_direct("owner-id route-table-id vpc-id"),
            **_nested(
                "association", "associationSet", "gateway-id main route-table-association-id route-table-id subnet-id"
            ),
            **_nested(
                "route",
                "routeSet",
                "destination-cidr-block destination-ipv6-cidr-block gateway-id instance-id nat-gateway-id origin state"
                " transit-gateway-id vpc-peering-connection-id",
            ),
        },
    ),
    "DescribeSecurityGroupRules": Listing(
        "securityGroupRuleSet", "SecurityGroupRuleIds", _direct("group-id security-group-rule-id")
    ),
    "DescribeSecurityGroups": Listing(
        "securityGroupInfo",
        "GroupIds",
        {
            **_direct("group-id group-name owner-id vpc-id"),
            "description": "groupDescription",
            **_permission("ip-permission", "ipPermissions"),
            **_permission("egress.ip-permission", "ipPermissionsEgress"),
        },
        repair=rules.joined,
    ),
    "DescribeSubnets": Listing(
        "subnetSet",
        "SubnetIds",
        {
            **_direct("availability-zone availability-zone-id available-ip-address-count cidr-block default-for-az"),
            **_direct("map-public-ip-on-launch owner-id state subnet-arn subnet-id vpc-id"),
            **dict.fromkeys(("cidr", "cidrBlock"), "cidrBlock"),
            **{name: name for name in ("availabilityZone", "defaultForAz")},
        },
    ),
    "DescribeVpcs": Listing(
        "vpcSet",
        "VpcIds",
        {
            **_direct("dhcp-options-id is-default owner-id state vpc-id"),
            "cidr": "cidrBlock",
            **_nested("cidr-block-association", "cidrBlockAssociationSet", "association-id cidr-block"),
        },
    ),
}


async def describe(operation: str, parameters: Parameters, request: HttpRequest, forward: Handler) -> Response:
    """Answer a Describe operation with exactly the items that its filters and page ask for."""
    listing = LISTINGS[operation]
    _check_page(listing, parameters)
    paths = {each["Name"]: _path(listing, each["Name"]) for each in parameters.get("Filters", [])}
    response = await forward(wire.without(request, "Filter.", "MaxResults", "NextToken"))
    if response.status >= 400:
        return response
    root = wire.parse(response)
    listing.repair(root)
    found = root.find(listing.items)
    assert found is not None, f"{operation} answers without {listing.items}"
    wanted = [item for item in found if _matches(item, parameters.get("Filters", []), paths)]
    page, token = _page(wanted, parameters)
    found[:] = page
    if token:
        ElementTree.SubElement(root, "nextToken").text = token
    return wire.answer(root)


def _path(listing: Listing, name: str) -> str:
    if name.startswith("tag:") or name == "tag-key":
        return name
    if name not in listing.paths:
        raise ApiError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return listing.paths[name]


def _matches(item: ElementTree.Element, filters: Iterable[Parameters], paths: Mapping[str, str]) -> bool:
    return all(
        any(fnmatchcase(value, wanted) for value in _values(item, paths[each["Name"]]) for wanted in each["Values"])
        for each in filters
    )


def _values(item: ElementTree.Element, path: str) -> list[str]:
    if path == "tag-key":
        return [tag.findtext("key", "") for tag in item.iterfind("tagSet/item")]
    if path.startswith("tag:"):
        key = path.removeprefix("tag:")
        return [tag.findtext("value", "") for tag in item.iterfind("tagSet/item") if tag.findtext("key") == key]
    return [element.text or "" for element in item.iterfind(path)]


def _check_page(listing: Listing, parameters: Parameters) -> None:
    if "MaxResults" in parameters and listing.ids in parameters:
        message = f"The parameter {listing.ids} cannot be used with the parameter MaxResults"
        raise ApiError("InvalidParameterCombination", message)


def _page(items: list[ElementTree.Element], parameters: Parameters) -> tuple[list[ElementTree.Element], str | None]:
    token = parameters.get("NextToken", "0")
    if not token.isdigit():
        raise ApiError("InvalidNextToken", "The provided next token is invalid.")
    start, size = int(token), parameters.get("MaxResults", len(items))
    following = start + size
    return items[start:following], str(following) if following < len(items) else None
