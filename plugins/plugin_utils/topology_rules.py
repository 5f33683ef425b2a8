# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that a deployment has to keep, each a small pure function from its settings to the problems it finds.

Sources: ElastiCache API Reference (CreateReplicationGroup), ElastiCache User Guide (quotas, windows, AUTH, Multi-AZ),
AWS tagging rules. What only a live account can tell (route tables, other VPCs, quotas raised) is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.windows import window_problems
from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils import autoscaling
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.node_types import (
    NodeType,
    known_regions,
    node_types,
    similar_node_types,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.option_rules import (
    NAME,
    choices,
    listed,
    ranges,
    required,
    shapes,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.parameter_rules import parameter_problems
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.presets import ENGINES
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.pricing import MOST_DOLLARS
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import Settings, resolve
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology import (
    engine_version,
    node_count,
    node_of,
    node_type_name,
    own_tags,
    replication_group_id,
    version_numbers,
)

Rule = Callable[[Settings], Iterator[Problem]]


def examine(options: Mapping[str, Any]) -> tuple[Settings, list[Problem]]:
    """The settings that the options amount to, and every problem with them; no problem means they can be built."""
    settings, problems = resolve(options)
    unread = {problem.option for problem in problems}
    problems += [problem for rule in RULES for problem in rule(settings) if problem.option not in unread]
    return settings, [_without_secret(problem) for problem in problems]


def usable(options: Mapping[str, Any]) -> Settings:
    """The settings as far as the options can be used: one with a problem counts as not given.

    Of the parameters only those at fault do. Where the value at fault is none of the options it came from the user's
    presets, and they count as not given.
    """
    settings, problems = examine(options)
    found = {problem.option for problem in problems}
    wrong = {option.split(".")[0] for option in found}
    if not wrong <= set(options):
        wrong.add("presets")
    right = resolve({name: value for name, value in options.items() if name not in wrong})[0]
    given = {
        name: value for name, value in settings.custom_parameters.items() if f"custom_parameters.{name}" not in found
    }
    return replace(right, custom_parameters=given)


def _without_secret(problem: Problem) -> Problem:
    return replace(problem, value=None) if problem.option == "auth_token" else problem


# --- identity -------------------------------------------------------------------------------------------------


def environment(settings: Settings) -> Iterator[Problem]:
    name = settings.environment
    if name is None:
        return
    if not has_preset(settings):
        similar = get_close_matches(name.lower(), settings.known_environments, n=1, cutoff=0.5)
        question = f"Did you mean {similar[0]}? " if similar else ""
        known = listed(settings.known_environments)
        yield Problem("environment", name, "is not known", f"{question}Known are {known}; add your own under presets")
    elif not re.fullmatch(f"(?=.{{1,40}}$){NAME}", name):
        yield Problem("environment", name, "has the wrong form", "Use letters, digits and single hyphens")


def has_preset(settings: Settings) -> bool:
    """Whether the shape of the cluster is known; without a preset there is no use in judging it."""
    return settings.environment in settings.known_environments


def group_id(settings: Settings) -> Iterator[Problem]:
    value = replication_group_id(settings)
    if value is not None and not re.fullmatch(f"(?=.{{1,40}}$){NAME}", value):
        rule = "at most 40 letters, digits and single hyphens, a letter first and no hyphen last"
        remedy = f"It has to be {rule}; shorten project_name or environment, or give replication_group_id"
        yield Problem("replication_group_id", value, "is not a name ElastiCache takes", remedy)


def all_tags(settings: Settings) -> Iterator[Problem]:
    """Of the tags that are given as all there are."""
    for key, value in (settings.tags or {}).items():
        fault = _tag_fault(key, value)
        if fault:
            yield Problem(f"tags.{key}", value, *fault)
    if len(settings.tags or {}) > 50:
        yield Problem("tags", None, f"are {len(settings.tags or {})}", "A resource takes 50")


def tags(settings: Settings) -> Iterator[Problem]:
    own = own_tags(settings)
    for key, value in settings.additional_tags.items():
        fault = _tag_fault(key, value) or (key in own and ("belongs to the collection", "Choose another key"))
        if fault:
            yield Problem(f"additional_tags.{key}", value, *fault)
    count = len({**settings.additional_tags, **own})
    if count > 50:
        remedy = f"A resource takes 50, of which the collection needs {len(own)}"
        yield Problem("additional_tags", None, f"bring the tags to {count}", remedy)


_TAG_TEXT = re.compile(r"[\w +\-=.:/@]*")


def _tag_fault(key: Any, value: Any) -> tuple[str, str] | None:
    if not isinstance(key, str) or not isinstance(value, str):
        return "is not a pair of strings", "Quote both key and value"
    if not 1 <= len(key) <= 128 or len(value) > 256:
        return "is too long or has no key", "Keys take 1 to 128 characters, values up to 256"
    if key.lower().startswith("aws:"):
        return "begins with aws:, which is reserved", "Choose another key"
    if not (_TAG_TEXT.fullmatch(key) and _TAG_TEXT.fullmatch(value)):
        return "has characters that tags cannot carry", "Use letters, digits, spaces and + - = . _ : / @"
    return None


# --- place ----------------------------------------------------------------------------------------------------


def placement(settings: Settings) -> Iterator[Problem]:
    subnets = settings.private_subnet_ids
    if len(subnets) > 20:
        yield Problem("private_subnet_ids", None, f"are {len(subnets)}", "A subnet group takes 20 subnets; give fewer")
    if settings.multi_az_enabled and len(set(subnets)) == 1:
        remedy = "Give subnets of at least two availability zones, or set multi_az_enabled: false"
        yield Problem("private_subnet_ids", subnets, "is one subnet, which cannot be Multi-AZ", remedy)


def duplicates(settings: Settings) -> Iterator[Problem]:
    for option in ("private_subnet_ids", "allowed_security_groups", "existing_security_group_ids"):
        ids = getattr(settings, option)
        for repeated in sorted({item for item in ids if ids.count(item) > 1}):
            yield Problem(option, repeated, "is named more than once", "Name it once")


def arn_regions(settings: Settings) -> Iterator[Problem]:
    for option in ("sns_topic_arn", "kms_key_id"):
        arn = getattr(settings, option) or ""
        parts = arn.split(":")
        if settings.region and len(parts) >= 6 and parts[3] != settings.region:
            remedy = f"Give one of {settings.region}, where the deployment is"
            yield Problem(option, arn, f"is in another region ({parts[3]})", remedy)


def node_type(settings: Settings) -> Iterator[Problem]:
    option = "node_type_override" if settings.node_type_override else f"presets.{settings.environment}.node_type"
    name = node_type_name(settings)
    if name is None:
        if has_preset(settings):
            yield Problem(option, None, "is missing", "Name a node type in the preset, or give node_type_override")
    elif name not in node_types():
        similar = similar_node_types(name, settings.region)
        remedy = f"Did you mean {listed(similar)}" if similar else "Give a node type such as cache.r6g.large"
        yield Problem(option, name, "is no node type", remedy)
    else:
        yield from _offer(option, node_types()[name], settings.region)


def _offer(option: str, node: NodeType, region: str | None) -> Iterator[Problem]:
    if not node.regions:
        yield Problem(option, node.name, "is no longer offered", "Give a current node type such as cache.t4g.small")
    elif region in known_regions() and region not in node.regions:
        similar = listed(similar_node_types(node.name, region))
        remedy = f"Give node_type_override, for example {similar or 'a type that this region has'}"
        yield Problem(option, node.name, f"is not offered in {region}", remedy)


# --- engine ---------------------------------------------------------------------------------------------------


def version(settings: Settings) -> Iterator[Problem]:
    engine = ENGINES.get(settings.engine)
    value = engine_version(settings)
    if engine is None or value in engine.versions:
        return
    numbers = version_numbers(value)
    if not (engine.growing and numbers and numbers > version_numbers(engine.versions[-1])):
        remedy = f"Give one of {listed(engine.versions)}"
        yield Problem("engine_version", value, f"is no version of {settings.engine} that can be deployed", remedy)


def features(settings: Settings) -> Iterator[Problem]:
    numbers = version_numbers(engine_version(settings))
    for option, oldest in (("enable_slow_log", (6, 0)), ("enable_engine_log", (6, 2))):
        if getattr(settings, option) and () < numbers < oldest:
            remedy = f"Give engine_version {'.'.join(map(str, oldest))} or later, or {option}: false"
            yield Problem(option, True, "needs an engine that delivers its log", remedy)
    if _data_tiering(settings) and () < numbers < (6, 2):
        remedy = "Give engine_version 6.2 or later, or a node type without SSD"
        yield Problem("node_type_override", node_type_name(settings), "needs an engine with data tiering", remedy)


def _data_tiering(settings: Settings) -> bool:
    node = node_of(settings)
    return node is not None and node.data_tiering


def parameters(settings: Settings) -> Iterator[Problem]:
    yield from parameter_problems(settings.custom_parameters, data_tiering=_data_tiering(settings))


# --- shape of the cluster -------------------------------------------------------------------------------------


def shards(settings: Settings) -> Iterator[Problem]:
    if has_preset(settings) and not settings.cluster_mode and settings.num_node_groups > 1:
        yield Problem("num_node_groups", settings.num_node_groups, "shards need cluster mode", "Set cluster_mode: true")
    if node_count(settings) > settings.node_quota:
        remedy = "Take fewer shards or replicas; where AWS raised the account's quota, give it here"
        problem = f"is less than the {node_count(settings)} nodes of this cluster"
        yield Problem("node_quota", settings.node_quota, problem, remedy)


def availability(settings: Settings) -> Iterator[Problem]:
    if not has_preset(settings):
        return
    replicas, failover, multi_az = (
        settings.replicas_per_node_group,
        settings.automatic_failover_enabled,
        settings.multi_az_enabled,
    )
    if settings.cluster_mode and not failover:
        remedy = "Set automatic_failover_enabled: true"
        yield Problem("automatic_failover_enabled", failover, "cannot be off in cluster mode", remedy)
    if failover and not settings.cluster_mode and replicas < 1:
        remedy = "Set replicas_per_node_group to 1 or more, or automatic_failover_enabled: false"
        yield Problem("automatic_failover_enabled", failover, "needs a replica to fail over to", remedy)
    if multi_az and replicas < 1:
        remedy = "Set replicas_per_node_group to 1 or more, or multi_az_enabled: false"
        yield Problem("multi_az_enabled", multi_az, "needs a replica in another zone", remedy)
    if multi_az and not failover:
        remedy = "Set automatic_failover_enabled: true, or multi_az_enabled: false"
        yield Problem("multi_az_enabled", multi_az, "needs automatic failover", remedy)


def scaling(settings: Settings) -> Iterator[Problem]:
    if has_preset(settings):
        yield from autoscaling.problems(settings, engine_version(settings), node_type_name(settings))


# --- security -------------------------------------------------------------------------------------------------


def encryption(settings: Settings) -> Iterator[Problem]:
    if not settings.transit_encryption_enabled:
        remedy = "Leave it true: every deployment has an AUTH token, which is accepted over TLS only"
        yield Problem("transit_encryption_enabled", False, "cannot be off", remedy)
    if settings.transit_encryption_mode == "preferred":
        remedy = "Leave it out: every deployment has an AUTH token, with which ElastiCache admits TLS only"
        yield Problem("transit_encryption_mode", "preferred", "cannot go with an AUTH token", remedy)
    if settings.kms_key_id and not settings.at_rest_encryption_enabled:
        remedy = "Set at_rest_encryption_enabled: true, or leave the key out"
        yield Problem("kms_key_id", settings.kms_key_id, "needs encryption at rest", remedy)


# --- time and money -------------------------------------------------------------------------------------------


def windows(settings: Settings) -> Iterator[Problem]:
    maintenance = ("maintenance_window", settings.maintenance_window)
    yield from window_problems(maintenance, ("snapshot_window", settings.snapshot_window))


def budget(settings: Settings) -> Iterator[Problem]:
    if len(settings.budget_emails) > 10:
        yield Problem("budget_emails", None, f"are {len(settings.budget_emails)}", "A budget notifies 10 at most")
    amount = settings.monthly_budget
    if amount is not None and not 0 < amount <= MOST_DOLLARS:
        remedy = f"Give US dollars a month, above 0 and at most {MOST_DOLLARS:,}"
        yield Problem("monthly_budget", amount, "is no budget", remedy)
    name, own = replication_group_id(settings), settings.tags
    counted = own is None or own.get("Name") == name or "budget" in settings.unmanaged
    if amount is not None and not counted:
        remedy = f"Give the tag Name: {name}, by which the budget finds what it counts, or name budget in unmanaged"
        yield Problem("tags", None, "leave the budget nothing to count", remedy)


RULES: tuple[Rule, ...] = (
    required,
    environment,
    shapes,
    ranges,
    choices,
    group_id,
    tags,
    all_tags,
    placement,
    duplicates,
    arn_regions,
    node_type,
    version,
    features,
    parameters,
    shards,
    availability,
    scaling,
    encryption,
    windows,
    budget,
)
