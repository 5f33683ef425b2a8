# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: the seeded network, filters, pages and security group rules, as AWS answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import network
from sandbox.testing import RunningSandbox

APP, WORKER = network.APP_SECURITY_GROUPS


@pytest.fixture(name="ec2")
def fixture_ec2(sandbox: RunningSandbox) -> Any:
    return sandbox.client("ec2")


@pytest.fixture(name="group")
def fixture_group(ec2: Any) -> Iterator[str]:
    """A security group of the test's own."""
    name = f"redis-{uuid.uuid4()}"
    group = ec2.create_security_group(GroupName=name, Description="Redis & its friends", VpcId=network.VPC)["GroupId"]
    yield group
    ec2.delete_security_group(GroupId=group)


def where(**filters: str) -> list[dict[str, Any]]:
    return [{"Name": name.replace("__", ".").replace("_", "-"), "Values": [value]} for name, value in filters.items()]


def redis_from(*groups: str, description: str = "") -> list[dict[str, Any]]:
    peers = [{"GroupId": group, **({"Description": description} if description else {})} for group in groups]
    return [{"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "UserIdGroupPairs": peers}]


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as refusal:
        call(**parameters)
    return str(refusal.value.response["Error"]["Code"])


def ingress(ec2: Any, group: str) -> list[dict[str, Any]]:
    return list(ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"])


def peers(ec2: Any, group: str) -> dict[str, str]:
    pairs = [pair for permission in ingress(ec2, group) for pair in permission["UserIdGroupPairs"]]
    return {pair["GroupId"]: pair.get("Description", "") for pair in pairs}


class TestNetwork:
    def test_three_private_subnets_in_three_zones(self, ec2: Any) -> None:
        subnets = ec2.describe_subnets(SubnetIds=list(network.PRIVATE_SUBNETS))["Subnets"]
        assert {(subnet["VpcId"], subnet["MapPublicIpOnLaunch"]) for subnet in subnets} == {(network.VPC, False)}
        assert {subnet["AvailabilityZone"] for subnet in subnets} == {"eu-west-1a", "eu-west-1b", "eu-west-1c"}

    @pytest.mark.parametrize(
        ("subnet", "public"), [*((subnet, False) for subnet in network.PRIVATE_SUBNETS), (network.PUBLIC_SUBNET, True)]
    )
    def test_only_the_public_subnet_reaches_an_internet_gateway(self, ec2: Any, subnet: str, public: bool) -> None:
        (table,) = ec2.describe_route_tables(Filters=where(association__subnet_id=subnet))["RouteTables"]
        gateways = [route["GatewayId"] for route in table["Routes"]]
        assert any(gateway.startswith("igw-") for gateway in gateways) is public

    def test_one_security_group_is_elsewhere(self, ec2: Any) -> None:
        groups = ec2.describe_security_groups(GroupIds=[APP, WORKER, network.OTHER_SECURITY_GROUP])["SecurityGroups"]
        assert {group["GroupId"]: group["VpcId"] for group in groups} == {
            APP: network.VPC,
            WORKER: network.VPC,
            network.OTHER_SECURITY_GROUP: network.OTHER_VPC,
        }


class TestFilters:
    @pytest.mark.parametrize(
        ("operation", "key", "filters", "expected"),
        [
            pytest.param("security_groups", "GroupId", where(group_id=APP), {APP}, id="group-id"),
            pytest.param(
                "security_groups", "GroupId", where(description="*app-w*"), {WORKER}, id="description, wildcard"
            ),
            pytest.param("security_groups", "GroupId", where(group_id=APP, vpc_id=network.OTHER_VPC), set(), id="and"),
            pytest.param(
                "subnets",
                "SubnetId",
                where(vpc_id=network.VPC, map_public_ip_on_launch="true"),
                {network.PUBLIC_SUBNET},
                id="map-public-ip-on-launch",
            ),
            pytest.param(
                "subnets",
                "SubnetId",
                [{"Name": "tag:Name", "Values": ["private-a", "public-a"]}],
                {network.PRIVATE_SUBNETS[0], network.PUBLIC_SUBNET},
                id="tag, or",
            ),
            pytest.param(
                "route_tables",
                "RouteTableId",
                [{"Name": "route.gateway-id", "Values": ["igw-*"]}],
                {network.resource_id("rtb", "b0")},
                id="route.gateway-id",
            ),
            pytest.param(
                "vpcs", "VpcId", where(is_default="false", cidr="10.67.0.0/16"), {network.OTHER_VPC}, id="cidr"
            ),
            pytest.param(
                "internet_gateways",
                "InternetGatewayId",
                where(attachment__vpc_id=network.VPC),
                {network.resource_id("igw", "1")},
                id="attachment.vpc-id",
            ),
        ],
    )
    def test_selects(self, ec2: Any, operation: str, key: str, filters: list[Any], expected: set[str]) -> None:
        answer = getattr(ec2, f"describe_{operation}")(Filters=filters)
        (found,) = [items for items in answer.values() if isinstance(items, list)]
        assert {item[key] for item in found} == expected

    @pytest.mark.parametrize("operation", ["security_groups", "subnets", "route_tables", "vpcs", "internet_gateways"])
    def test_an_unknown_filter_is_refused(self, ec2: Any, operation: str) -> None:
        assert code_of(getattr(ec2, f"describe_{operation}"), Filters=where(colour="red")) == "InvalidParameterValue"

    def test_rules_of_a_group_are_found_by_its_peer(self, ec2: Any, group: str) -> None:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=redis_from(APP))
        for peer, expected in ((APP, True), (WORKER, False)):
            filters = [{"Name": "ip-permission.group-id", "Values": [peer]}]
            found = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
            assert (group in [each["GroupId"] for each in found]) is expected


class TestPages:
    def test_every_item_once(self, ec2: Any) -> None:
        pages = list(ec2.get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 5}))
        ids = [subnet["SubnetId"] for page in pages for subnet in page["Subnets"]]
        assert len(pages) > 1
        assert sorted(ids) == sorted(subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"])

    def test_ids_are_not_paged(self, ec2: Any) -> None:
        ids = list(network.PRIVATE_SUBNETS)
        assert code_of(ec2.describe_subnets, MaxResults=5, SubnetIds=ids) == "InvalidParameterCombination"


class TestRules:
    def test_peers_of_one_port_are_one_permission(self, ec2: Any, group: str) -> None:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=redis_from(APP))
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=redis_from(WORKER, description="a < b & c"))
        assert len(ingress(ec2, group)) == 1
        assert peers(ec2, group) == {APP: "", WORKER: "a < b & c"}

    def test_a_duplicate_is_refused_and_nothing_is_added(self, ec2: Any, group: str) -> None:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=redis_from(APP))
        both = {"GroupId": group, "IpPermissions": redis_from(WORKER, APP)}
        assert code_of(ec2.authorize_security_group_ingress, **both) == "InvalidPermission.Duplicate"
        assert peers(ec2, group) == {APP: ""}

    def test_one_of_two_peers_is_revoked_whatever_its_description(self, ec2: Any, group: str) -> None:
        permissions = redis_from(APP, WORKER, description="application")
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=redis_from(WORKER))
        assert peers(ec2, group) == {APP: "application"}

    def test_a_missing_rule_is_not_revoked(self, ec2: Any, group: str) -> None:
        absent = {"GroupId": group, "IpPermissions": redis_from(APP)}
        assert code_of(ec2.revoke_security_group_ingress, **absent) == "InvalidPermission.NotFound"

    def test_the_default_egress_rule_is_revoked_as_described(self, ec2: Any, group: str) -> None:
        described = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=described["IpPermissionsEgress"])
        assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"] == []

    def test_a_description_changes_in_place(self, ec2: Any, group: str) -> None:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=redis_from(APP, description="old"))
        renamed = redis_from(APP, description="new")
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=renamed)
        assert peers(ec2, group) == {APP: "new"}

    def test_an_address_range_is_written_as_its_network(self, ec2: Any, group: str) -> None:
        address = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "IpRanges": [{"CidrIp": "10.66.1.7/24"}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[address])
        assert ingress(ec2, group)[0]["IpRanges"] == [{"CidrIp": "10.66.1.0/24"}]

    @pytest.mark.parametrize(
        ("permission", "code"),
        [
            pytest.param(redis_from("sg-0fedcba9876543210")[0], "InvalidGroup.NotFound", id="unknown peer"),
            pytest.param(
                redis_from(network.OTHER_SECURITY_GROUP)[0], "InvalidGroup.NotFound", id="peer of another VPC"
            ),
            pytest.param(
                {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/33"}]},
                "InvalidParameterValue",
                id="malformed CIDR",
            ),
            pytest.param(
                {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
                "InvalidParameterValue",
                id="tcp without ports",
            ),
        ],
    )
    def test_refused(self, ec2: Any, group: str, permission: dict[str, Any], code: str) -> None:
        assert code_of(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[permission]) == code
        assert ingress(ec2, group) == []


class TestGroups:
    def test_texts_survive(self, ec2: Any, group: str) -> None:
        assert (
            ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["Description"] == "Redis & its friends"
        )

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            pytest.param(
                {"Description": "x", "VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound", id="unknown VPC"
            ),
            pytest.param({"Description": "a < b", "VpcId": network.VPC}, "InvalidParameterValue", id="character"),
        ],
    )
    def test_refused(self, ec2: Any, request_: dict[str, str], code: str) -> None:
        assert code_of(ec2.create_security_group, GroupName="redis", **request_) == code

    def test_a_group_that_another_refers_to_stays(self, ec2: Any, group: str) -> None:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=redis_from(APP))
        assert code_of(ec2.delete_security_group, GroupId=APP) == "DependencyViolation"

    def test_a_dry_run_changes_nothing(self, ec2: Any, group: str) -> None:
        assert code_of(ec2.delete_security_group, GroupId=group, DryRun=True) == "DryRunOperation"
        assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
