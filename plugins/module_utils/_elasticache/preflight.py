# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about a deployment that only AWS can tell, asked at once before the first write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
        "auth_token_enabled": False,
        "availability_zones": [],
        "cache_parameter_group_family": None,
        "former_cache_parameter_groups": [],
        "kms_key_arn": None,
        "subnets": [],
    }
)

# What the options follow from that the role has in their place. Where one of those is at fault, its preset or default
# stands in for it, and a problem with that would mislead.
FOLLOWS_FROM: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "automatic_failover_enabled": ("cluster_mode",),
        "cache_node_type": ("node_type_override", "node_type"),
        "cache_parameter_group_name": ("existing_parameter_group_name", "engine", "engine_version", "cluster_mode"),
        "cache_subnet_group_name": ("existing_subnet_group_name",),
        "engine_version": ("engine",),
        "multi_az_enabled": ("private_subnet_ids",),
        "node_groups_to_remove": ("num_node_groups",),
        "notification_topic_arn": ("sns_topic_arn",),
        "num_cache_clusters": ("num_node_groups", "replicas_per_node_group", "cluster_mode"),
        "num_node_groups": ("cluster_mode",),
        "replicas_per_node_group": ("cluster_mode",),
        "replicas_to_remove": ("replicas_per_node_group",),
        "security_group_ids": ("existing_security_group_ids", "allowed_security_groups"),
    }
)


def check(clients: Clients, parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Ask everything that I(parameters) give reason to ask; see the module for the options. Nothing is written.

    Raises AnsibleElastiCacheError with all problems, unless C(fail) is false.
    """
    client, given = cache(clients), _problems(parameters["problems"])
    findings = [ask(question, client, parameters) for question in CHECKS if parameters[question.option]]
    found = [problem for each in findings for problem in each.problems]
    problems = told_once(given, found, _problems(parameters["more_problems"]))
    if parameters["fail"]:
        refuse(problems, "begin (nothing was created or changed)")
    facts = {name: fact for each in findings for name, fact in each.facts.items()}
    return {"changed": False, **UNKNOWN, **facts, "problems": [problem.as_dict() for problem in problems]}


def _problems(described: Iterable[Mapping[str, Any]] | None) -> list[Problem]:
    return [Problem(**problem) for problem in described or ()]


def told_once(*sources: Iterable[Problem]) -> list[Problem]:
    """Join the problems, each source after those that go before it; what they have said of an option it does not say
    again."""
    problems: list[Problem] = []
    for source in sources:
        told = {_plain(problem.option) for problem in problems}
        problems += [problem for problem in source if told.isdisjoint(_grounds(_plain(problem.option)))]
    return problems


def _plain(option: str) -> str:
    """The option that a part of a declaration is about."""
    return re.sub(r"^presets\.[^.]+\.", "", option).replace("custom_parameters.", "parameters.", 1)


def _grounds(option: str) -> set[str]:
    return {option, *FOLLOWS_FROM.get(option, ())}


def ask(question: Check, clients: Clients, parameters: Mapping[str, Any]) -> Findings:
    """Return what the question finds; that the caller may not ask is a finding too."""
    try:
        return question.find(clients, parameters)
    except is_ansible_aws_error_code(DENIED) as error:
        remedy = f"allow the caller {', '.join(question.actions)}"
        return Findings([Problem(question.option, None, f"it cannot be checked: {error}", remedy)])
