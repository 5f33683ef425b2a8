# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layer: what of EC2 is answered otherwise than MiniStack would."""

from __future__ import annotations

import html
import re

from sandbox.aws.ec2 import filters, rules, wire
from sandbox.aws.neighbours import Neighbours
from sandbox.protocol import ApiError, Request, Response
from sandbox.wire import Handler, HttpRequest

REFERENCES = {  # operation: the parameter that has to name something, and who says whether it does
    "AssociateRouteTable": ("SubnetId", "DescribeSubnets"),
    "CreateRouteTable": ("VpcId", "DescribeVpcs"),
    "CreateSecurityGroup": ("VpcId", "DescribeVpcs"),
    "CreateSubnet": ("VpcId", "DescribeVpcs"),
}
DELETIONS = {"DeleteSecurityGroup": "GroupId", "DeleteSubnet": "SubnetId"}
RULE_OPERATIONS = {
    "AuthorizeSecurityGroupEgress": rules.authorize,
    "AuthorizeSecurityGroupIngress": rules.authorize,
    "RevokeSecurityGroupEgress": rules.revoke,
    "RevokeSecurityGroupIngress": rules.revoke,
    "UpdateSecurityGroupRuleDescriptionsEgress": rules.describe_again,
    "UpdateSecurityGroupRuleDescriptionsIngress": rules.describe_again,
}
TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


class Ec2Layer:
    """Stands before MiniStack's EC2."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours

    async def __call__(self, request: HttpRequest, forward: Handler) -> Response:
        try:
            return await self._answer(wire.decode(request.body), request, forward)
        except ApiError as error:
            return wire.refusal(error)

    async def _answer(self, decoded: Request, request: HttpRequest, forward: Handler) -> Response:
        operation, parameters = decoded.operation, decoded.parameters
        if parameters.get("DryRun"):
            raise ApiError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        if operation in RULE_OPERATIONS:
            return await RULE_OPERATIONS[operation](decoded, request, forward)
        if operation in filters.LISTINGS:
            return await filters.describe(operation, parameters, request, forward)
        await self._check(decoded, request, forward)
        if operation == "CreateSecurityGroup":
            return await forward(_escaped(decoded, request))
        return await forward(request)

    async def _check(self, decoded: Request, request: HttpRequest, forward: Handler) -> None:
        """Refuse a reference to nothing, and the deletion of what something else refers to."""
        if decoded.operation in REFERENCES:
            name, describe = REFERENCES[decoded.operation]
            if name in decoded.parameters:
                await wire.ask(request, forward, describe, {f"{name}.1": decoded.parameters[name]})
        resource = decoded.parameters.get(DELETIONS.get(decoded.operation, ""))
        if resource and await self._is_used(resource, request, forward):
            raise ApiError("DependencyViolation", f"resource {resource} has a dependent object")

    async def _is_used(self, resource: str, request: HttpRequest, forward: Handler) -> bool:
        groups = await wire.ask(request, forward, "DescribeSecurityGroups", {})
        for group in groups.iterfind("securityGroupInfo/item"):
            peers = {element.text for element in group.iterfind(".//groups/item/groupId")}
            if resource in peers and group.findtext("groupId") != resource:
                return True
        return resource in await self._used_by_elasticache(request)

    async def _used_by_elasticache(self, request: HttpRequest) -> set[str]:
        """The security groups of the cache clusters, and the subnets of their subnet groups."""
        region = request.credential.region if request.credential else None
        answer = await self._neighbours.call("elasticache", "describe_cache_clusters", region=region)
        clusters = answer["CacheClusters"]
        used = {group["SecurityGroupId"] for cluster in clusters for group in cluster.get("SecurityGroups", [])}
        for name in {cluster["CacheSubnetGroupName"] for cluster in clusters if "CacheSubnetGroupName" in cluster}:
            answer = await self._neighbours.call(
                "elasticache", "describe_cache_subnet_groups", region=region, CacheSubnetGroupName=name
            )
            used |= {subnet["SubnetIdentifier"] for subnet in answer["CacheSubnetGroups"][0]["Subnets"]}
        return used


def _escaped(decoded: Request, request: HttpRequest) -> HttpRequest:
    """MiniStack writes a group's name and description into XML as they came."""
    texts = {
        "GroupName": decoded.parameters.get("GroupName", ""),
        "GroupDescription": decoded.parameters.get("Description", ""),
    }
    for name, text in texts.items():
        if not TEXT.fullmatch(text):
            raise ApiError("InvalidParameterValue", f"Invalid {name} '{text}'")
    return wire.with_fields(request, {name: html.escape(text, quote=False) for name, text in texts.items()})
