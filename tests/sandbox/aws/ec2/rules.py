# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Rules of security groups, by the rules of the EC2 API reference.

MiniStack keeps a permission as it was sent, takes duplicates, and revokes nothing when the sent permission differs in
form from the kept one. Here each permission is taken apart into single rules (protocol, ports, one peer), which are
compared and handed on one by one, so that each has an id of its own; revocations are handed on by id.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from sandbox.aws.ec2 import wire
from sandbox.protocol import ApiError, Parameters, Request, Response
from sandbox.wire import Handler, HttpRequest

MOST_RULES = 60  # per direction; the default quota
PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
PEERS = {  # kind of peer: list and member of a permission, wire name of the list, element of a described rule
    "cidr": ("IpRanges", "CidrIp", "cidrIpv4"),
    "cidr6": ("Ipv6Ranges", "CidrIpv6", "cidrIpv6"),
    "group": ("UserIdGroupPairs", "GroupId", "referencedGroupInfo/groupId"),
}
WIRE_LISTS = {"UserIdGroupPairs": "Groups"}


@dataclass(frozen=True)
class Rule:
    """One rule. Its description and id do not distinguish it from another."""

    protocol: str
    from_port: int | None
    to_port: int | None
    kind: str
    peer: str
    description: str = field(default="", compare=False)
    id: str = field(default="", compare=False)

    def __str__(self) -> str:
        ports = f"from port: {self.from_port}, to port: {self.to_port}, " if self.from_port is not None else ""
        protocol = "ALL" if self.protocol == "-1" else self.protocol.upper()
        return f"peer: {self.peer}, {protocol}, {ports}ALLOW"

    def fields(self, index: int) -> dict[str, str]:
        """The rule as the permission of a request."""
        base = f"IpPermissions.{index}"
        listed, member, _ = PEERS[self.kind]
        peer = f"{base}.{WIRE_LISTS.get(listed, listed)}.1"
        fields = {
            f"{base}.IpProtocol": self.protocol,
            f"{base}.FromPort": self.from_port,
            f"{base}.ToPort": self.to_port,
            f"{peer}.{member}": self.peer,
            f"{peer}.Description": self.description or None,
        }
        return {name: str(value) for name, value in fields.items() if value is not None}


async def authorize(decoded: Request, request: HttpRequest, forward: Handler) -> Response:
    """Add rules: all of the request, or none."""
    rules = list(requested(decoded.parameters))
    for group in {rule.peer for rule in rules if rule.kind == "group"}:
        await _check_peer_group(decoded.parameters["GroupId"], group, request, forward)
    existing = await _existing(decoded, request, forward)
    for number, rule in enumerate(rules):
        if rule in existing or rule in rules[:number]:
            raise ApiError("InvalidPermission.Duplicate", f'the specified rule "{rule}" already exists')
    if len(existing) + len(rules) > MOST_RULES:
        message = "You've reached the limit on the number of rules you can add to a security group."
        raise ApiError("RulesPerSecurityGroupLimitExceeded", message)
    fields = {name: value for index, rule in enumerate(rules, 1) for name, value in rule.fields(index).items()}
    return await forward(wire.with_fields(wire.without(request, "IpPermissions."), fields))


async def revoke(decoded: Request, request: HttpRequest, forward: Handler) -> Response:
    """Remove rules: all of the request, or none."""
    if "SecurityGroupRuleIds" in decoded.parameters:
        return await forward(request)
    found = _find(requested(decoded.parameters), await _existing(decoded, request, forward))
    ids = {f"SecurityGroupRuleId.{index}": rule.id for index, rule in enumerate(found.values(), 1)}
    return await forward(wire.with_fields(wire.without(request, "IpPermissions."), ids))


async def describe_again(decoded: Request, request: HttpRequest, forward: Handler) -> Response:
    """Change the descriptions of rules."""
    found = _find(requested(decoded.parameters), await _existing(decoded, request, forward))
    fields = {"GroupId": decoded.parameters["GroupId"]}
    for index, (rule, kept) in enumerate(found.items(), 1):
        fields[f"SecurityGroupRule.{index}.SecurityGroupRuleId"] = kept.id
        fields[f"SecurityGroupRule.{index}.SecurityGroupRule.Description"] = rule.description
    await wire.ask(request, forward, "ModifySecurityGroupRules", fields)
    return wire.succeeded(decoded.operation)


def requested(parameters: Parameters) -> Iterator[Rule]:
    """The single rules of a request."""
    permissions = parameters.get("IpPermissions") or [_flat_permission(parameters)]
    for permission in permissions:
        if "PrefixListIds" in permission:
            raise ApiError("InvalidParameterValue", "The sandbox does not implement prefix lists in security groups")
        protocol = PROTOCOLS.get(permission["IpProtocol"].lower(), permission["IpProtocol"].lower())
        ports = _ports(protocol, permission)
        for kind, (listed, member, _) in PEERS.items():
            for peer in permission.get(listed, []):
                yield Rule(protocol, *ports, kind, _peer(kind, peer[member]), peer.get("Description", ""))


def _flat_permission(parameters: Parameters) -> Parameters:
    """The older form of a request: one rule, its parts beside the group id."""
    if not {"IpProtocol", "CidrIp"} <= parameters.keys():
        raise ApiError("MissingParameter", "The request must contain the parameter IpPermissions")
    permission: Parameters = {"IpRanges": [{"CidrIp": parameters["CidrIp"]}]}
    return permission | {name: parameters[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in parameters}


def _ports(protocol: str, permission: Parameters) -> tuple[int | None, int | None]:
    if protocol == "-1":
        return None, None
    low, high = permission.get("FromPort"), permission.get("ToPort")
    if protocol in ("tcp", "udp"):
        if low is None or high is None:
            message = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."
            raise ApiError("InvalidParameterValue", message)
        if not 0 <= low <= high <= 65535:
            raise ApiError("InvalidParameterValue", f"Invalid value '{low}-{high}' for portRange.")
    return low, high


def _peer(kind: str, peer: str) -> str:
    if kind == "group":
        return peer
    try:
        network = ipaddress.ip_network(peer, strict=False)
    except ValueError as error:
        raise ApiError("InvalidParameterValue", f"CIDR block {peer} is malformed") from error
    return str(network)


async def _existing(decoded: Request, request: HttpRequest, forward: Handler) -> list[Rule]:
    """The rules that the group has in the direction of the request."""
    group = decoded.parameters["GroupId"]
    await wire.ask(request, forward, "DescribeSecurityGroups", {"GroupId.1": group})
    fields = {"Filter.1.Name": "group-id", "Filter.1.Value.1": group}
    root = await wire.ask(request, forward, "DescribeSecurityGroupRules", fields)
    egress = "true" if "Egress" in decoded.operation else "false"
    items = root.iterfind("securityGroupRuleSet/item")
    return [_described(item) for item in items if item.findtext("isEgress") == egress]


def _described(item: ElementTree.Element) -> Rule:
    kind, peer = next((kind, text) for kind, (_, _, path) in PEERS.items() if (text := item.findtext(path)))
    protocol = item.findtext("ipProtocol", "")
    low, high = (None if protocol == "-1" else int(item.findtext(name, "-1")) for name in ("fromPort", "toPort"))
    return Rule(protocol, low, high, kind, peer, id=item.findtext("securityGroupRuleId", ""))


def _find(rules: Iterable[Rule], existing: list[Rule]) -> dict[Rule, Rule]:
    """The group's own rule for each requested one."""
    kept = {rule: rule for rule in existing}
    wanted = list(rules)
    if any(rule not in kept for rule in wanted):
        message = "The specified rule does not exist in this security group."
        raise ApiError("InvalidPermission.NotFound", message)
    return {rule: kept[rule] for rule in wanted}


async def _check_peer_group(group: str, peer: str, request: HttpRequest, forward: Handler) -> None:
    root = await wire.ask(request, forward, "DescribeSecurityGroups", {"GroupId.1": group, "GroupId.2": peer})
    if len({item.findtext("vpcId") for item in root.iterfind("securityGroupInfo/item")}) > 1:
        raise ApiError("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")


def joined(root: ElementTree.Element) -> None:
    """Put described rules of the same protocol and ports into one permission, as AWS describes them."""
    for group in root.iterfind("securityGroupInfo/item"):
        for permissions in (group.find("ipPermissions"), group.find("ipPermissionsEgress")):
            if permissions is not None:
                _join(permissions)


def _join(permissions: ElementTree.Element) -> None:
    first: dict[tuple[str | None, ...], ElementTree.Element] = {}
    for item in list(permissions):
        key = tuple(item.findtext(name) for name in ("ipProtocol", "fromPort", "toPort"))
        if (kept := first.setdefault(key, item)) is not item:
            permissions.remove(item)
            for name in ("ipRanges", "ipv6Ranges", "groups"):
                kept.find(name).extend(item.find(name))  # type: ignore[union-attr,arg-type]
