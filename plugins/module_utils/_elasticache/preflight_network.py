# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the network fit for caches: private subnets of one VPC, with zones and addresses enough, and security groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils import ec2

from .._aws.entry import Clients
from .._problems import Problem
from . import api
from .preflight_findings import Findings, missing

DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")

Described = Mapping[str, Any]


def subnets(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    client = clients("ec2")
    found = ec2.describe_subnets(client, Filters=_filter("subnet-id", parameters["subnet_ids"]))
    networks = sorted({subnet["VpcId"] for subnet in found})
    tables = ec2.describe_route_tables(client, Filters=_filter("vpc-id", networks)) if networks else []
    wanted = (parameters["node_count"] or 0) - _members(clients, parameters)
    problems = [*subnet_problems(found, tables, parameters), *capacity_problems(found, parameters, wanted)]
    facts = {
        "availability_zones": sorted({subnet["AvailabilityZone"] for subnet in found}),
        "subnets": [summary(subnet, route_table(subnet, tables)) for subnet in found],
    }
    return Findings(problems, facts)


def subnet_group(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    """Judge the subnets of a group that is there already."""
    name = parameters["cache_subnet_group_name"]
    found = api.describe_cache_subnet_groups(clients("elasticache"), CacheSubnetGroupName=name)
    if not found:
        return Findings([missing("cache_subnet_group_name", name)])
    ids = [subnet["SubnetIdentifier"] for subnet in found[0]["Subnets"]]
    return subnets(clients, {**parameters, "subnet_ids": ids})


def security_groups(clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    wanted = parameters["security_group_ids"]
    found = ec2.describe_security_groups(clients("ec2"), Filters=_filter("group-id", wanted))
    by_id = {group["GroupId"]: group for group in found}
    return Findings(list(_placed("security_group_ids", wanted, by_id, parameters["vpc_id"])))


def _filter(name: str, values: Sequence[str]) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": list(values)}]


def subnet_problems(
    found: Sequence[Described], tables: Sequence[Described], parameters: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield a problem for each subnet that is missing, in another VPC, or public."""
    wanted = parameters["subnet_ids"]
    by_id = {subnet["SubnetId"]: subnet for subnet in found}
    first = next((by_id[name] for name in wanted if name in by_id), {})
    yield from _placed("subnet_ids", wanted, by_id, parameters["vpc_id"] or first.get("VpcId"))
    for name in wanted:
        fault = exposure(by_id[name], route_table(by_id[name], tables)) if name in by_id else None
        if fault:
            remedy = "name a private subnet: one whose route table has no route to an internet gateway"
            yield Problem("subnet_ids", name, fault, remedy)


def _placed(option: str, wanted: Sequence[str], by_id: Mapping[str, Described], vpc: str | None) -> Iterator[Problem]:
    """Yield a problem for each id that does not exist, or not in the VPC."""
    place = f" of {vpc}" if vpc else ""
    for name in wanted:
        if name not in by_id:
            yield Problem(option, name, "there is no such one in this region and account", f"name one{place}")
        elif vpc and by_id[name].get("VpcId") != vpc:
            yield Problem(option, name, f"it is in {by_id[name].get('VpcId')}, not in {vpc}", f"name one{place}")


def route_table(subnet: Described, tables: Sequence[Described]) -> Described | None:
    """Return the table that routes for the subnet: the one associated with it, else the main one of its VPC."""
    associations = [(table, link) for table in tables for link in table.get("Associations", ())]
    own = (table for table, link in associations if link.get("SubnetId") == subnet["SubnetId"])
    main = (table for table, link in associations if link.get("Main") and table["VpcId"] == subnet["VpcId"])
    return next(own, next(main, None))


def internet_route(table: Described) -> tuple[str, str] | None:
    """Return destination and gateway of the route that makes subnets public, if there is one: any that leads to an
    internet gateway, wherever to. Half of the internet is public, too."""
    for route in table.get("Routes", ()):
        gateway = route.get("GatewayId") or ""
        if gateway.startswith("igw-"):
            return next((route[name] for name in DESTINATIONS if route.get(name)), "something"), gateway
    return None


def exposure(subnet: Described, table: Described | None) -> str | None:
    """Say why a subnet is public, or cannot be proven private."""
    if table is None:
        return "its route table cannot be read, so nothing proves it private"
    route = internet_route(table)
    if not route:
        return None
    addressed = ", and it gives public addresses to what starts in it" if subnet.get("MapPublicIpOnLaunch") else ""
    return f"it is public: its route table {table['RouteTableId']} sends {route[0]} to {route[1]}{addressed}"


def capacity_problems(
    found: Sequence[Described], parameters: Mapping[str, Any], nodes_to_come: int
) -> Iterator[Problem]:
    """Yield what is too little: zones for Multi-AZ, free addresses."""
    zones = sorted({subnet["AvailabilityZone"] for subnet in found})
    if parameters["multi_az_enabled"] and len(zones) == 1:
        remedy = "name subnets of 2 zones or more, or set multi_az_enabled to false"
        yield Problem("multi_az_enabled", True, f"all subnets are in {zones[0]}", remedy)
    free = sum(subnet["AvailableIpAddressCount"] for subnet in found)
    if found and free < nodes_to_come:
        fault = f"{free} addresses are free, and {nodes_to_come} nodes are to come"
        yield Problem("subnet_ids", ", ".join(parameters["subnet_ids"]), fault, "name more or larger subnets")


def _members(clients: Clients, parameters: Mapping[str, Any]) -> int:
    """The nodes that are there already and have their addresses."""
    name = parameters["replication_group_id"]
    groups = api.describe_replication_groups(clients("elasticache"), ReplicationGroupId=name) if name else []
    return sum(len(group.get("MemberClusters", ())) for group in groups)


def summary(subnet: Described, table: Described | None) -> dict[str, Any]:
    return {
        "subnet_id": subnet["SubnetId"],
        "vpc_id": subnet["VpcId"],
        "availability_zone": subnet["AvailabilityZone"],
        "available_ip_address_count": subnet["AvailableIpAddressCount"],
        "map_public_ip_on_launch": bool(subnet.get("MapPublicIpOnLaunch")),
        "route_table_id": table["RouteTableId"] if table else None,
        "public": bool(table and internet_route(table)),
    }
