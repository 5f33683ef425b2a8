# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache subnet groups, checked against the neighbours' EC2."""

from __future__ import annotations

from sandbox.elasticache import lookups, tags
from sandbox.elasticache.errors import invalid_value
from sandbox.elasticache.names import identifier
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.resources import ReplicationGroup, SubnetGroup
from sandbox.protocol import ApiError, Parameters

MOST_GROUPS = 300
MOST_SUBNETS = 20


def find(region: Region, name: str) -> SubnetGroup:
    group = region.store.subnet_groups.get(name.lower())
    if not group:
        raise ApiError("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {name} does not exist.")
    return group


def users_of(region: Region, group: SubnetGroup) -> list[ReplicationGroup]:
    return [rg for rg in region.store.replication_groups.values() if rg.subnet_group == group.name]


async def create(region: Region, p: Parameters) -> Parameters:
    name = identifier(p["CacheSubnetGroupName"], "CacheSubnetGroupName", 255)
    if name == "default":
        raise invalid_value("The cache subnet group name default is reserved.")
    if name in region.store.subnet_groups:
        raise ApiError("CacheSubnetGroupAlreadyExists", f"Cache subnet group {name} already exists.")
    if len(region.store.subnet_groups) >= MOST_GROUPS:
        raise ApiError("CacheSubnetGroupQuotaExceeded", f"The quota of {MOST_GROUPS} cache subnet groups is exceeded.")
    new_tags = tags.parse(p.get("Tags"))
    vpc_id, zones = await _locate(region, p["SubnetIds"])
    group = SubnetGroup(name, p["CacheSubnetGroupDescription"], vpc_id, zones)
    region.store.subnet_groups[name] = group
    region.store.tags[_arn(region, group)] = new_tags
    return {"CacheSubnetGroup": _view(region, group)}


async def describe(region: Region, p: Parameters) -> Parameters:
    if name := p.get("CacheSubnetGroupName"):
        groups = [find(region, name)]
    else:
        groups = [group for _, group in sorted(region.store.subnet_groups.items())]
    return page("CacheSubnetGroups", [_view(region, group) for group in groups], p)


async def modify(region: Region, p: Parameters) -> Parameters:
    group = find(region, p["CacheSubnetGroupName"])
    if "SubnetIds" in p:
        vpc_id, zones = await _locate(region, p["SubnetIds"])
        _check_replacement(region, group, vpc_id, zones)
        group.zones = zones
    group.description = p.get("CacheSubnetGroupDescription", group.description)
    return {"CacheSubnetGroup": _view(region, group)}


async def delete(region: Region, p: Parameters) -> Parameters:
    group = find(region, p["CacheSubnetGroupName"])
    if users_of(region, group):
        message = f"Cache subnet group {group.name} is currently in use by a cache cluster."
        raise ApiError("CacheSubnetGroupInUse", message)
    del region.store.subnet_groups[group.name]
    region.store.tags.pop(_arn(region, group), None)
    return {}


async def _locate(region: Region, subnet_ids: list[str]) -> tuple[str, dict[str, str]]:
    """VPC of the subnets, and the zone of each."""
    if len(subnet_ids) > MOST_SUBNETS:
        raise ApiError("CacheSubnetQuotaExceededFault", f"A cache subnet group has at most {MOST_SUBNETS} subnets.")
    if not subnet_ids:
        raise invalid_value("The parameter SubnetIds must be provided and must not be blank.")
    found = await lookups.subnets(region, subnet_ids)
    if missing := sorted(set(subnet_ids) - {subnet["SubnetId"] for subnet in found}):
        raise ApiError("InvalidSubnet", f"Some input subnets in :[{', '.join(missing)}] are invalid.")
    if len({subnet["VpcId"] for subnet in found}) > 1:
        raise ApiError("InvalidSubnet", "The subnets of a cache subnet group must be in one VPC.")
    return found[0]["VpcId"], {subnet["SubnetId"]: subnet["AvailabilityZone"] for subnet in found}


def _check_replacement(region: Region, group: SubnetGroup, vpc_id: str, zones: dict[str, str]) -> None:
    if vpc_id != group.vpc_id:
        message = f"The subnets are in {vpc_id}, the subnet group {group.name} is in {group.vpc_id}."
        raise ApiError("InvalidSubnet", message)
    occupied = {node.zone for rg in users_of(region, group) for node in rg.nodes}
    if lost := sorted(subnet for subnet, zone in group.zones.items() if zone in occupied - set(zones.values())):
        raise ApiError("SubnetInUse", f"The subnet ID: {', '.join(lost)} is in use.")


def _arn(region: Region, group: SubnetGroup) -> str:
    return region.arn("subnetgroup", group.name)


def _view(region: Region, group: SubnetGroup) -> Parameters:
    return {
        "CacheSubnetGroupName": group.name,
        "CacheSubnetGroupDescription": group.description,
        "VpcId": group.vpc_id,
        "Subnets": [
            {
                "SubnetIdentifier": subnet,
                "SubnetAvailabilityZone": {"Name": zone},
                "SupportedNetworkTypes": ["ipv4"],
            }
            for subnet, zone in group.zones.items()
        ],
        "ARN": _arn(region, group),
        "SupportedNetworkTypes": ["ipv4"],
    }


OPERATIONS: dict[str, Operation] = {
    "CreateCacheSubnetGroup": create,
    "DeleteCacheSubnetGroup": delete,
    "DescribeCacheSubnetGroups": describe,
    "ModifyCacheSubnetGroup": modify,
}
