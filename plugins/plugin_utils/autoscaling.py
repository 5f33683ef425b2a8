# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a deployment scales by itself: what is declared, what is wrong with it, and how far it can grow.

The limits are those of the module C(elasticache_autoscaling), and told before there is anything that could scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.accessweaver.elasticache.plugins.module_utils._autoscaling import limits
from ansible_collections.accessweaver.elasticache.plugins.module_utils._autoscaling.arguments import SCALING
from ansible_collections.accessweaver.elasticache.plugins.module_utils._autoscaling.dimensions import DIMENSIONS
from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.presets import ENGINES
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import Settings

OPTION = "autoscaling"
COUNTS = {"node_groups": "num_node_groups", "replicas": "replicas_per_node_group"}  # where each begins
_SPEC = {dimension: {"type": "dict", "options": SCALING} for dimension in DIMENSIONS}

Target = dict[str, Any]


def scalable_targets(declared: Mapping[str, Any] | None) -> list[Target] | None:
    """What scales, as the module takes it; null where the option is left out, none where nothing shall scale."""
    return None if declared is None else _read(declared)[0]


def ended(declared: Mapping[str, Any] | None) -> list[str]:
    """What shall not scale any more; nothing where the option is left out."""
    return [] if declared is None else sorted(DIMENSIONS.keys() - {name for name in declared if declared[name]})


def _read(declared: Mapping[str, Any]) -> tuple[list[Target], list[str]]:
    """The targets, whole and of the right types, and what Ansible says of those that are not."""
    try:
        result = ArgumentSpecValidator(_SPEC).validate(dict(declared))
    except TypeError:  # Ansible presumes mappings with texts as keys
        return [], ["is not a mapping of node_groups and replicas to their options"]
    read = result.validated_parameters
    targets = [{"scalable_dimension": name, **read[name]} for name in DIMENSIONS if read.get(name)]
    return ([] if result.error_messages else targets), list(dict.fromkeys(result.error_messages))


def problems(settings: Settings, version: str | None, node_type: str | None) -> Iterator[Problem]:
    """Every problem of the declaration, and of it on this deployment."""
    if not settings.autoscaling:
        return
    targets, faults = _read(settings.autoscaling)
    for fault in faults:
        yield Problem(OPTION, None, fault, "The documentation of the module elasticache_autoscaling has every option")
    yield from limits.of_cluster_mode(OPTION, settings.cluster_mode)
    if node_type is not None:
        yield from limits.of_node_type(OPTION, node_type)
        if settings.engine in ENGINES:
            yield from limits.of_engine(OPTION, settings.engine, version or "", node_type)
    for target in targets:
        yield from limits.of_target(OPTION, target, node_type or "")
        yield from _beginning(settings, target)
    yield from _quota(settings, targets)


def _beginning(settings: Settings, target: Target) -> Iterator[Problem]:
    """A new deployment begins with the declared counts, and would scale at once."""
    option, least, most = COUNTS[target["scalable_dimension"]], target["min_capacity"], target["max_capacity"]
    if not least <= getattr(settings, option) <= most:
        fault = f"is out of the bounds of {OPTION}, {least} to {most}"
        yield Problem(option, getattr(settings, option), fault, "Give a number within them, which it begins with")


def _quota(settings: Settings, targets: list[Target]) -> Iterator[Problem]:
    most = most_nodes(settings, targets)
    if most > settings.node_quota:
        remedy = "Lower max_capacity; where AWS raised the account's quota, give it here"
        yield Problem("node_quota", settings.node_quota, f"is less than the {most} nodes it may scale to", remedy)


def most_nodes(settings: Settings, targets: list[Target]) -> int:
    """How many nodes there are when everything is scaled out as far as it may."""
    counts = {name: getattr(settings, option) for name, option in COUNTS.items()}
    for target in targets:
        bounds = [target, *(target["scheduled_actions"] or ())]
        counts[target["scalable_dimension"]] = max(bound["max_capacity"] or 0 for bound in bounds)
    return int(counts["node_groups"] * (1 + counts["replicas"]))
