# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology: everything about a deployment that follows from its settings, in the API's vocabulary.

Names that are not the API's own say what they name. A value that does not apply is null, so every key is always there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.alarms import alarms
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.autoscaling import ended, scalable_targets
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.node_types import NodeType, node_types
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.presets import ENGINES
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import Settings


def replication_group_id(settings: Settings) -> str | None:
    """ElastiCache stores names in lower case; so do we, or every later comparison would see a change."""
    if settings.replication_group_id:
        return settings.replication_group_id.lower()
    if settings.project_name and settings.environment:
        return f"{settings.project_name}-{settings.environment}-redis".lower()
    return None


def engine_version(settings: Settings) -> str | None:
    engine = ENGINES.get(settings.engine)
    return settings.engine_version or (engine.default_version if engine else None)


def version_numbers(text: str | None) -> tuple[int, ...]:
    """The version as numbers; empty where it is none."""
    numeric = re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){1,2}", text or "")
    return tuple(map(int, numeric[0].split("."))) if numeric else ()


def has_modes(settings: Settings) -> bool:
    """Whether TLS and cluster mode have modes that can be named: they came with version 7."""
    numbers = version_numbers(engine_version(settings))
    return not () < numbers < (7,)


def node_type_name(settings: Settings) -> str | None:
    return settings.node_type_override or settings.node_type


def node_count(settings: Settings) -> int:
    return settings.num_node_groups * (1 + settings.replicas_per_node_group)


def node_of(settings: Settings) -> NodeType | None:
    return node_types().get(node_type_name(settings) or "")


def own_tags(settings: Settings) -> dict[str, str]:
    """The tags by which people, budgets and the collection itself find the resources of a deployment."""
    tags = {
        "Project": settings.project_name,
        "Environment": settings.environment,
        "Service": settings.project_name and f"{settings.project_name}-redis",
        "ManagedBy": "Ansible",
        "Name": replication_group_id(settings),
    }
    return {key: value for key, value in tags.items() if value}


LOGS: Mapping[str, str] = MappingProxyType({"slow_log": "slow-log", "engine_log": "engine-log"})
UNMANAGEABLE = ("alarms", "budget", *LOGS)


def tags(settings: Settings) -> dict[Any, Any]:
    """The tags of every resource: those that are given as all there are, else the collection's with further ones."""
    return {**own_tags(settings), **settings.additional_tags} if settings.tags is None else settings.tags


def managed(settings: Settings) -> dict[str, bool]:
    """Which parts the role makes, changes and removes; the others belong to somebody else."""
    existing = {
        "subnet_group": settings.existing_subnet_group_name,
        "security_group": settings.existing_security_group_ids,
        "parameter_group": settings.existing_parameter_group_name,
        "auth_token_secret": settings.existing_auth_token_secret_name,
    }
    left = {part: part in settings.unmanaged for part in UNMANAGEABLE}
    return {part: not others for part, others in (existing | left).items()}


def topology(settings: Settings) -> dict[str, Any]:
    """The complete topology of settings that keep every rule; of others, what can be said, and null for the rest."""
    sections = (_identity, _network, _engine, _cluster, _security, _backup, _watch, _budget)
    return {key: value for section in sections for key, value in section(settings).items()}


def _named(settings: Settings, form: str) -> str | None:
    name = replication_group_id(settings)
    return None if name is None else form.format(name)


def _existing(name: str | None) -> str | None:
    return name and name.lower()


def _identity(settings: Settings) -> dict[str, Any]:
    return {
        "project_name": settings.project_name,
        "environment": settings.environment,
        "region": settings.region,
        "replication_group_id": replication_group_id(settings),
        "replication_group_description": settings.replication_group_description
        or _named(settings, "Redis deployment {}"),
        "tags": tags(settings),
        "managed": managed(settings),
    }


def _network(settings: Settings) -> dict[str, Any]:
    groups, port = settings.allowed_security_groups, settings.port
    return {
        "vpc_id": settings.vpc_id,
        "subnet_group_name": _existing(settings.existing_subnet_group_name) or _named(settings, "{}-subnets"),
        "subnet_ids": [] if settings.existing_subnet_group_name else settings.private_subnet_ids,
        "existing_security_group_ids": settings.existing_security_group_ids,
        "security_group_name": None if settings.existing_security_group_ids else _named(settings, "elasticache-{}"),
        # EC2 takes few characters here and never changes them, so it does not follow the description of the group.
        "security_group_description": _named(settings, "Redis deployment {}"),
        "security_group_rules": [{"proto": "tcp", "from_port": port, "to_port": port, "group_id": groups}]
        if groups and not settings.existing_security_group_ids
        else [],
        "port": port,
    }


def _engine(settings: Settings) -> dict[str, Any]:
    version = engine_version(settings)
    cluster_enabled = {"cluster-enabled": "yes"} if settings.cluster_mode else {}
    existing = _existing(settings.existing_parameter_group_name)
    parameters = {} if existing else {**settings.custom_parameters, **cluster_enabled}
    own = _parameter_group_name(settings, settings.engine, version, settings.cluster_mode)
    return {
        "engine": settings.engine,
        "engine_version": version,
        "auto_minor_version_upgrade": settings.auto_minor_version_upgrade,
        "parameter_group_name": existing or own,
        "former_parameter_group_names": [] if existing or not own else sorted(_parameter_group_names(settings) - {own}),
        "parameters": dict(sorted(parameters.items())),
    }


def _parameter_group_name(settings: Settings, engine: str, version: str | None, clustered: bool) -> str | None:
    """A parameter group cannot change its family, nor its cluster-enabled while it is used, so each of them has one of
    its own."""
    return _named(settings, f"{{}}-{engine}{(version or '').split('.')[0]}{'-cluster' if clustered else ''}")


def _parameter_group_names(settings: Settings) -> set[str]:
    """The groups that the role makes for this deployment, whatever is declared of its engine and cluster mode."""
    names = {
        _parameter_group_name(settings, engine, version, clustered)
        for engine in ENGINES
        for version in ENGINES[engine].versions
        for clustered in (False, True)
    }
    return {name for name in names if name}


_NODE_FACTS = {
    "cache_node_type": "name",
    "vcpu": "vcpu",
    "maxmemory_bytes": "maxmemory_bytes",
    "maxclients": "maxclients",
    "data_tiering_enabled": "data_tiering",
}


def _cluster(settings: Settings) -> dict[str, Any]:
    node = node_of(settings)
    clustered = settings.cluster_mode
    return {
        **{fact: getattr(node, name, None) for fact, name in _NODE_FACTS.items()},
        "cluster_mode_enabled": clustered,
        "cluster_mode": ("enabled" if clustered else "disabled") if has_modes(settings) else None,
        "num_cache_clusters": None if clustered else node_count(settings),
        "num_node_groups": settings.num_node_groups if clustered else None,
        "replicas_per_node_group": settings.replicas_per_node_group if clustered else None,
        "node_count": node_count(settings),
        "automatic_failover_enabled": settings.automatic_failover_enabled,
        "multi_az_enabled": settings.multi_az_enabled,
        "scalable_targets": scalable_targets(settings.autoscaling),
        "unscaled_dimensions": ended(settings.autoscaling),
    }


def _security(settings: Settings) -> dict[str, Any]:
    return {
        "transit_encryption_enabled": settings.transit_encryption_enabled,
        "transit_encryption_mode": settings.transit_encryption_mode if has_modes(settings) else None,
        "at_rest_encryption_enabled": settings.at_rest_encryption_enabled,
        "kms_key_id": settings.kms_key_id,
        "auth_token_enabled": True,
        "auth_token_secret_name": settings.existing_auth_token_secret_name
        or _named(settings, "elasticache/{}/auth-token"),
    }


def _backup(settings: Settings) -> dict[str, Any]:
    return {
        "preferred_maintenance_window": settings.maintenance_window.lower(),
        "snapshot_window": settings.snapshot_window,
        "snapshot_retention_limit": settings.snapshot_retention_limit,
        "final_snapshot": settings.final_snapshot,
        "final_snapshot_identifier": settings.final_snapshot_identifier,
    }


def _watch(settings: Settings) -> dict[str, Any]:
    node = node_of(settings)
    return {
        "notification_topic_arn": settings.sns_topic_arn,
        **_logs(settings),
        "alarms": alarms(settings, node) if node and "alarms" not in settings.unmanaged else [],
        "alarm_actions": [settings.sns_topic_arn] if settings.sns_topic_arn else [],
    }


def _logs(settings: Settings) -> dict[str, Any]:
    """A log of which nothing is said, or that is left to others, is not among the deliveries."""
    facts: dict[str, Any] = {}
    deliveries = []
    for part, log_type in LOGS.items():
        enabled = None if part in settings.unmanaged else getattr(settings, f"enable_{part}")
        log_group = _named(settings, f"/aws/vendedlogs/elasticache/{{}}/{log_type}")
        facts |= {
            f"{part}_enabled": bool(enabled),
            f"{part}_group_name": log_group,
            f"{part}_retention_days": getattr(settings, f"{part}_retention_days"),
        }
        if enabled is not None:
            deliveries.append(_delivery(log_type, log_group, enabled))
    return {**facts, "log_delivery_configurations": deliveries}


def _delivery(log_type: str, log_group: str | None, enabled: bool) -> Mapping[str, Any]:
    if not enabled:
        return {"log_type": log_type, "enabled": False}
    return {
        "log_type": log_type,
        "destination_type": "cloudwatch-logs",
        "destination_details": {"cloud_watch_logs_details": {"log_group": log_group}},
        "log_format": "json",
        "enabled": True,
    }


def _budget(settings: Settings) -> dict[str, Any]:
    """The budget counts what carries the deployment's own name in its region, so that its neighbours do not spend it.
    Budgets are the account's, so their names have the region, too."""
    name, region = replication_group_id(settings), settings.region
    return {
        "monthly_budget": settings.monthly_budget,
        "budget_name": _named(settings, f"{{}}-{region}-monthly") if region else None,
        "budget_cost_filters": {"Region": [region]} if region else {},
        "budget_cost_filter_tags": {"Name": name} if name else {},
        "budget_notifications": _budget_notifications(settings),
        "budget_enforce": settings.budget_enforce,
    }


def _budget_notifications(settings: Settings) -> list[dict[str, Any]]:
    """A notification needs somebody to tell."""
    topic = [{"subscription_type": "SNS", "address": settings.sns_topic_arn}] if settings.sns_topic_arn else []
    emails = [{"subscription_type": "EMAIL", "address": address} for address in settings.budget_emails]
    if not topic + emails:
        return []
    return [
        {
            "notification_type": "ACTUAL",
            "comparison_operator": "GREATER_THAN",
            "threshold": settings.budget_threshold_percent,
            "threshold_type": "PERCENTAGE",
            "subscribers": topic + emails,
        }
    ]
