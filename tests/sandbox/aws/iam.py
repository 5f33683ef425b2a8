# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Authorisation by IAM policies, for a sandbox that enforces them.

MiniStack checks signatures and evaluates policies. What it does not know is told here, by the Service Authorization
Reference: which action a call needs where that is not the operation's name (Budgets), on which resources (ElastiCache,
EC2, Budgets, Application Auto Scaling), that a call which tags what it creates needs the tagging action too, and the
tags of those resources.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import budgets, cloudwatch, ec2, tagging

from sandbox.aws.host import MiniStack
from sandbox.calls import CLIENT_NAMES, decode
from sandbox.protocol import Parameters, Request, Response
from sandbox.wire import Handler, HttpRequest

Tags = dict[str, str]

TAGGING = {  # service: the parameter that tags what is created, and the action that it needs
    "application-autoscaling": ("Tags", "application-autoscaling:TagResource"),
    "budgets": ("ResourceTags", "budgets:TagResource"),
    "ec2": ("TagSpecifications", "ec2:CreateTags"),
    "elasticache": ("Tags", "elasticache:AddTagsToResource"),
    "kms": ("Tags", "kms:TagResource"),
    "logs": ("tags", "logs:TagResource"),
    "monitoring": ("Tags", "cloudwatch:TagResource"),
    "secretsmanager": ("Tags", "secretsmanager:TagResource"),
    "sns": ("Tags", "sns:TagResource"),
    "ssm": ("Tags", "ssm:AddTagsToResource"),
}
CREATING = ("Create", "Put", "Copy", "Register")

ELASTICACHE_TYPES = {
    "CacheClusterId": "cluster",
    "CacheParameterGroupName": "parametergroup",
    "CacheSubnetGroupName": "subnetgroup",
    "FinalSnapshotIdentifier": "snapshot",
    "ReplicationGroupId": "replicationgroup",
    "SnapshotName": "snapshot",
    "SourceSnapshotName": "snapshot",
    "TargetSnapshotName": "snapshot",
    "UserGroupId": "usergroup",
    "UserGroupIds": "usergroup",
    "UserGroupIdsToAdd": "usergroup",
    "UserId": "user",
    "UserIds": "user",
}
ELASTICACHE_LISTINGS = {  # what is read is of one type, whatever else selects it
    "DescribeCacheClusters": "CacheClusterId",
    "DescribeCacheParameterGroups": "CacheParameterGroupName",
    "DescribeCacheSubnetGroups": "CacheSubnetGroupName",
    "DescribeReplicationGroups": "ReplicationGroupId",
    "DescribeSnapshots": "SnapshotName",
    "DescribeUserGroups": "UserGroupId",
    "DescribeUsers": "UserId",
}
ELASTICACHE_CREATED = {  # what is tagged, of all that a request names
    "CopySnapshot": "TargetSnapshotName",
    "CreateReplicationGroup": "ReplicationGroupId",
    "CreateSnapshot": "SnapshotName",
}
EC2_TYPES = {
    "GroupId": "security-group",
    "InternetGatewayId": "internet-gateway",
    "RouteTableId": "route-table",
    "SubnetId": "subnet",
    "VpcId": "vpc",
}
EC2_CREATED = {
    "CreateInternetGateway": "internet-gateway",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
}


@dataclass(frozen=True)
class Check:
    """One thing that a caller must be allowed to do."""

    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a call is made; completes the ARNs."""

    region: str
    account_id: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"


def elasticache_checks(call: Request, place: Place) -> Iterator[Check]:
    """The operation itself on every resource that the request names, what it creates first; a last snapshot is taken
    by who may take one."""
    listed, created = ELASTICACHE_LISTINGS.get(call.operation), ELASTICACHE_CREATED.get(call.operation)
    names = [listed] if listed else [name for name in ELASTICACHE_TYPES if name in call.parameters]
    names.sort(key=lambda name: name != created)
    arns = [
        place.arn("elasticache", f"{ELASTICACHE_TYPES[name]}:{value.lower()}")
        for name in names
        for value in _values(call.parameters.get(name, "*"))
    ]
    for arn in arns or [call.parameters.get("ResourceName", "*")]:
        yield Check(f"elasticache:{call.operation}", arn)
    if "FinalSnapshotIdentifier" in call.parameters:
        yield from (Check("elasticache:CreateSnapshot", arn) for arn in arns)


def ec2_checks(call: Request, place: Place) -> Iterator[Check]:
    """Describe operations know no resources; the others, what they create and what they name."""
    action = f"ec2:{call.operation}"
    if call.operation.startswith("Describe"):
        yield Check(action, "*")
        return
    arns = [place.arn("ec2", f"{kind}/*") for kind in (EC2_CREATED.get(call.operation),) if kind]
    named = {name: kind for name, kind in EC2_TYPES.items() if name in call.parameters}
    arns += [place.arn("ec2", f"{kind}/{call.parameters[name]}") for name, kind in named.items()]
    arns += [_ec2_arn(resource, place) for resource in call.parameters.get("Resources", [])]
    for arn in arns or ["*"]:
        yield Check(action, arn)


def budget_checks(call: Request, place: Place) -> Iterator[Check]:
    """Budgets has one action to see and one to change."""
    if call.operation.endswith(("TagResource", "UntagResource", "ListTagsForResource")):
        yield Check(f"budgets:{call.operation}", call.parameters.get("ResourceARN", "*"))
        return
    action = "ViewBudget" if call.operation.startswith("Describe") else "ModifyBudget"
    budget = call.parameters.get("Budget") or call.parameters.get("NewBudget") or call.parameters
    yield Check(f"budgets:{action}", f"arn:aws:budgets::{place.account_id}:budget/{budget.get('BudgetName', '*')}")


def alarm_checks(call: Request, place: Place) -> Iterator[Check]:
    """Alarms are named one by one, in a list, or by their ARN; listings and metrics know no resources."""
    names = [*call.parameters.get("AlarmNames", []), *filter(None, [call.parameters.get("AlarmName")])]
    arns = [place.arn("cloudwatch", f"alarm:{name}") for name in names]
    arns += filter(None, [call.parameters.get("ResourceARN")])
    for arn in arns or ["*"]:
        yield Check(f"cloudwatch:{call.operation}", arn)


def scaling_checks(call: Request, place: Place) -> Iterator[Check]:
    """A scalable target has an id that no request names, so policies tell them apart by what scales."""
    if call.operation.startswith("Describe"):
        yield Check(f"application-autoscaling:{call.operation}", "*")
        return
    keys = {"service-namespace": "ServiceNamespace", "scalable-dimension": "ScalableDimension"}
    context = {f"application-autoscaling:{key}": call.parameters[name] for key, name in keys.items()}
    target = place.arn("application-autoscaling", "scalable-target/*")
    yield Check(f"application-autoscaling:{call.operation}", target, context)


OWN: dict[str, Callable[[Request, Place], Iterator[Check]]] = {
    "application-autoscaling": scaling_checks,
    "budgets": budget_checks,
    "ec2": ec2_checks,
    "elasticache": elasticache_checks,
    "monitoring": alarm_checks,
}


def enforce(host: MiniStack, elasticache_tags: Callable[[str], dict[str, Tags]]) -> None:
    """
    Let a host authorise calls.

    Args:
        host: A MiniStack with every layer in place.
        elasticache_tags: The tags of ElastiCache's resources in a region, by ARN.
    """
    for service in OWN:  # MiniStack authenticates the callers of a service that has no namespace, and leaves the rest
        iam_actions.SERVICE_TO_IAM_NAMESPACE.pop(service, None)
    for service in TAGGING:
        host.wrap(service, Authorization(service))
    tagging._RESOURCE_TAG_COLLECTORS.update(
        {
            "budgets": lambda: _tag_lists(budgets._tags),
            "cloudwatch": lambda: _tag_lists(cloudwatch._resource_tags),
            "ec2": lambda: ((_ec2_arn(key, _here()), tags) for key, tags in ec2._tags.items()),
            "elasticache": lambda: _tag_lists(elasticache_tags(get_region())),
        }
    )


@dataclass(frozen=True)
class Authorization:
    """
    The layer that refuses what the caller's policies do not allow.

    Attributes:
        service: As credential scopes name it.
    """

    service: str

    async def __call__(self, request: HttpRequest, forward: Handler) -> Response:
        credential = request.credential
        assert credential, "an unsigned request does not pass MiniStack's authentication"
        for check in self.checks(request, place := _here()):
            denied = iam_evaluator.enforce(
                credential.key, check.action, self.service, place.region, check.resource, check.context
            )
            if denied:
                return self._refusal(request, check, denied)
        return await forward(request)

    def checks(self, request: HttpRequest, place: Place) -> Iterator[Check]:
        """What the caller must be allowed to do, beyond what MiniStack has checked."""
        call = decode(CLIENT_NAMES.get(self.service, self.service), request)
        context = _tag_context(call.parameters)
        own = list(OWN[self.service](call, place)) if self.service in OWN else []
        for check in own:
            yield replace(check, context={**context, **check.context})
        parameter, action = TAGGING[self.service]
        if call.operation.startswith(CREATING) and call.parameters.get(parameter):
            resource = own[0].resource if own else self._resource(request, place)
            yield Check(action, resource, {**context, "ec2:CreateAction": call.operation})

    def _resource(self, request: HttpRequest, place: Place) -> str:
        """The resource as MiniStack names it."""
        form = parse_qs(request.body.decode("latin-1")) if "x-amz-target" not in request.headers else {}
        parts = (self.service, request.method, request.path, request.headers, request.body, form)
        return str(iam_actions.extract_resource_arn(*parts, place.region, place.account_id))

    def _refusal(self, request: HttpRequest, check: Check, denied: Any) -> Response:
        explicit = denied.decision == "Deny"
        message = iam_actions.identity_denial_message(check.action, denied.principal_arn, check.resource, explicit)
        answer = iam_actions.access_denied_response(
            self.service,
            check.action,
            denied.principal_arn,
            str(uuid.uuid4()),
            message=message,
            headers=request.headers,
        )
        return Response(*answer)


def _here() -> Place:
    """Region and account of the request that is being answered."""
    return Place(get_region(), get_account_id())


def _values(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _ec2_arn(resource: str, place: Place) -> str:
    return place.arn("ec2", f"{ec2._guess_resource_type(resource)}/{resource}")


def _tag_lists(tags: Mapping[str, Tags]) -> Iterator[tuple[str, list[Tags]]]:
    for arn, pairs in tags.items():
        yield arn, [{"Key": key, "Value": value} for key, value in pairs.items()]


def _tag_context(parameters: Parameters) -> dict[str, Any]:
    """The condition keys aws:RequestTag and aws:TagKeys."""
    listed = parameters.get("Tags", [])
    given = listed if isinstance(listed, Mapping) else parameters.get("tags", {})  # UntagLogGroup names keys only
    tags: Tags = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given, "")
    specified = [tag for each in parameters.get("TagSpecifications", []) for tag in each.get("Tags", [])]
    for tag in [*([] if given is listed else listed), *parameters.get("ResourceTags", []), *specified]:
        tags[tag.get("Key", tag.get("TagKey"))] = tag.get("Value", tag.get("TagValue", ""))
    keys = [*tags, *parameters.get("TagKeys", [])]
    return {
        **{f"aws:RequestTag/{key}": value for key, value in tags.items()},
        **({"aws:TagKeys": keys} if keys else {}),
    }
