# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about a deployment that only AWS can tell, asked at once before the first write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import is_ansible_aws_error_code

from .._aws.entry import Clients
from .._problems import Problem
from . import preflight_group, preflight_network, preflight_services
from .preflight_findings import Findings
from .problems import refuse

# What EC2, SNS, KMS and ElastiCache answer to a caller who may not ask.
DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")


@dataclass(frozen=True)
class Check:
    """A question to AWS: asked when its option is set, with the IAM actions that it needs."""

    option: str
    actions: tuple[str, ...]
    find: Callable[[Clients, Mapping[str, Any]], Findings]


CHECKS = (
    Check(
        "subnet_ids",
        ("ec2:DescribeSubnets", "ec2:DescribeRouteTables", "elasticache:DescribeReplicationGroups"),
        preflight_network.subnets,
    ),
    Check("security_group_ids", ("ec2:DescribeSecurityGroups",), preflight_network.security_groups),
    Check(
        "engine",
        ("elasticache:DescribeCacheEngineVersions", "elasticache:DescribeEngineDefaultParameters"),
        preflight_group.engine,
    ),
    Check(
        "replication_group_id",
        (
            "elasticache:DescribeReplicationGroups",
            "elasticache:DescribeCacheClusters",
            "elasticache:DescribeEvents",
            "elasticache:ListTagsForResource",
            "elasticache:ListAllowedNodeTypeModifications",
        ),
        preflight_group.existing_group,
    ),
    Check(
        "cache_subnet_group_name",
        (
            "elasticache:DescribeCacheSubnetGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeRouteTables",
            "elasticache:DescribeReplicationGroups",
        ),
        preflight_network.subnet_group,
    ),
    Check(
        "cache_parameter_group_name",
        ("elasticache:DescribeCacheParameterGroups", "elasticache:DescribeCacheEngineVersions"),
        preflight_group.parameter_group,
    ),
    Check(
        "former_cache_parameter_group_names",
        ("elasticache:DescribeCacheParameterGroups",),
        preflight_group.former_parameter_groups,
    ),
    Check("notification_topic_arn", ("sns:GetTopicAttributes", "sts:GetCallerIdentity"), preflight_services.topic),
    Check("kms_key_id", ("kms:DescribeKey",), preflight_services.key),
)
# The facts of what was not asked.
UNKNOWN: Mapping[str, Any] = MappingProxyType(
    {
        "availability_zones": [],
        "cache_parameter_group_family": None,
        "former_cache_parameter_groups": [],
        "subnets": [],
    }
)


def check(clients: Clients, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Ask everything that I(parameters) give reason to ask; see the module for the options. Nothing is written.

    Raises AnsibleElastiCacheError with all problems, unless C(fail) is false.
    """
    client, given = cache(clients), [Problem(**problem) for problem in parameters["problems"] or ()]
    asked = {**parameters, "parameters": unjudged(parameters["parameters"] or {}, given)}
    findings = [ask(question, client, asked) for question in CHECKS if parameters[question.option]]
    problems = [*given, *(problem for found in findings for problem in found.problems)]
    if parameters["fail"]:
        refuse(problems, "begin (nothing was created or changed)")
    facts = {name: fact for found in findings for name, fact in found.facts.items()}
    return {"changed": False, **UNKNOWN, **facts, "problems": [problem.as_dict() for problem in problems]}


def unjudged(engine_parameters: Mapping[str, Any], given: Sequence[Problem]) -> dict[str, Any]:
    """Leave out the engine parameters that the caller found faulty: one fault is told once."""
    faulty = {problem.option.rpartition(".")[2] for problem in given}
    return {name: value for name, value in engine_parameters.items() if name not in faulty}


def ask(question: Check, clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    """Return what the question finds; that the caller may not ask is a finding too."""
    try:
        return question.find(clients, parameters)
    except is_ansible_aws_error_code(DENIED) as error:
        remedy = f"allow the caller {', '.join(question.actions)}"
        return Findings([Problem(question.option, None, f"it cannot be checked: {error}", remedy)])
