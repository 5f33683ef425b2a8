# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that declare a replication group as it is, whoever made it.

Everything is first taken for the role's own work. What is not as the role would make it (another name, tags, rules) is
declared as existing, or left to others. At last the options are resolved like anybody's, and what would still differ
from the group is a problem: nobody should find out by provisioning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.alarms import ALARMS
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import Settings, resolve
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology import LOGS, own_tags, topology
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology_rules import examine

Options = dict[str, Any]
Described = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """What was read from AWS, each in the words of the module that reads it; empty where there is none."""

    replication_group: Described
    subnet_group: Described
    parameter_group: Described
    security_groups: Sequence[Described]
    log_groups: Sequence[Described]
    alarms: Sequence[Described]
    budget: Described
    auth_token_secret: Described
    auth_token_given: bool = False


@dataclass(frozen=True)
class Part:
    """A part of the options: what they are for, which of them declare it, and what else they could be.

    ``instead`` replaces ``options`` to let the role take over; both are options by name.
    """

    title: str
    options: Options
    instead: Options | None = None


# What a group does not tell. Any other option would be that of an earlier adoption, or hold for other deployments.
_GIVEN = ("project_name", "environment", "region", "presets", "existing_auth_token_secret_name")


def adopt(found: Found, given: Mapping[str, Any]) -> tuple[list[Part], list[str], list[Problem]]:
    """The parts, what is worth knowing of them, and why the group cannot be adopted, given what identifies it."""
    group = found.replication_group
    given = {name: given.get(name) for name in _GIVEN}
    parts = [Part("The replication group", {**_shape(group), **_settings(group)})]
    for find in (_tags, _subnets, _security_groups, _parameters, _secret, _slow_log, _engine_log, _watch):
        parts.append(find(found, {**given, **options_of(parts)}))
    parts = _joined(parts)
    options = {**given, **options_of(parts)}
    problems = [
        *examine(options)[1],
        *_differences(found, topology(resolve(options)[0])),
        *_obstacles(found),
        *_templates(options_of(parts)),
    ]
    return parts, list(_notes(found, options)), problems


def options_of(parts: Sequence[Part]) -> Options:
    return {name: value for part in parts for name, value in part.options.items()}


def _joined(parts: Sequence[Part]) -> list[Part]:
    """What is left to others is one list, whichever parts name it."""
    left = [item for part in parts for item in part.options.get("unmanaged", ())]
    others = [
        Part(part.title, {name: value for name, value in part.options.items() if name != "unmanaged"}, part.instead)
        for part in parts
    ]
    title = "What is left to others; without an item the role makes and keeps its own"
    return [*(part for part in others if part.options), Part(title, {"unmanaged": left})]


# --- the replication group --------------------------------------------------------------------------------------


def _shape(group: Described) -> Options:
    clustered = group["cluster_enabled"]
    nodes = group["num_cache_clusters"]
    replicas = group["replicas_per_node_group"] if clustered else nodes - 1
    return {
        "replication_group_id": group["replication_group_id"],
        "replication_group_description": group["replication_group_description"],
        "engine": group["engine"],
        "engine_version": _version(group["engine_version"]),
        "node_type_override": group["cache_node_type"],
        "cluster_mode": clustered,
        "num_node_groups": group["num_node_groups"] if clustered else 1,
        "replicas_per_node_group": replicas,
        **({"node_quota": nodes} if nodes > Settings().node_quota else {}),
    }


def _version(text: str) -> str:
    """From version 6 on a version is declared by its first two numbers (API Reference, CreateReplicationGroup)."""
    numbers = text.split(".")
    return text if int(numbers[0]) < 6 else ".".join(numbers[:2])


_AS_THEY_ARE = {
    "automatic_failover_enabled": "automatic_failover_enabled",
    "multi_az_enabled": "multi_az_enabled",
    "port": "port",
    "transit_encryption_mode": "transit_encryption_mode",
    "at_rest_encryption_enabled": "at_rest_encryption_enabled",
    "kms_key_id": "kms_key_id",
    "maintenance_window": "preferred_maintenance_window",
    "snapshot_window": "snapshot_window",
    "snapshot_retention_limit": "snapshot_retention_limit",
    "auto_minor_version_upgrade": "auto_minor_version_upgrade",
    "sns_topic_arn": "notification_topic_arn",
}


def _settings(group: Described) -> Options:
    # What Application Auto Scaling has registered stays.
    return {**{option: group.get(field) for option, field in _AS_THEY_ARE.items()}, "autoscaling": None}


# --- what belongs to it -----------------------------------------------------------------------------------------


def _expected(options: Mapping[str, Any]) -> dict[str, Any]:
    """What the role would make of the options so far."""
    return topology(resolve(options)[0])


def _users(tags: Mapping[str, str] | None) -> dict[str, str]:
    """AWS' own tags cannot be set, and are not removed."""
    return {key: value for key, value in (tags or {}).items() if not key.startswith("aws:")}


def _tags(found: Found, options: Options) -> Part:
    tags, own = _users(found.replication_group["tags"]), own_tags(resolve(options)[0])
    further = {key: value for key, value in tags.items() if key not in own}
    title = "Tags"
    if own.items() <= tags.items():
        return Part(title, {"tags": None, "additional_tags": further})
    return Part(f"{title} of everything that the role makes", {"tags": tags}, {"additional_tags": further})


def _subnets(found: Found, options: Options) -> Part:
    group, own = found.subnet_group, _expected(options)
    place = {"vpc_id": group["vpc_id"]}
    facts = (group["cache_subnet_group_name"], group["cache_subnet_group_description"], _users(group["tags"]))
    if facts == (own["subnet_group_name"], own["replication_group_description"], own["tags"]):
        subnets = {"existing_subnet_group_name": None, "private_subnet_ids": group["subnet_ids"]}
        return Part("Subnets", {**place, **subnets})
    return Part(
        "Subnets. A replication group cannot change its subnet group",
        {**place, "existing_subnet_group_name": group["cache_subnet_group_name"]},
    )


def _security_groups(found: Found, options: Options) -> Part:
    groups, own = found.security_groups, _expected(options)
    admitted = sorted({user for group in groups for user in _admitted(group, own["port"])})
    managed = {"existing_security_group_ids": None, "allowed_security_groups": admitted}
    first = groups[0] if groups else {}
    facts = (first.get("group_name"), first.get("description"), _users(first.get("tags")))
    ours = (own["security_group_name"], own["security_group_description"], own["tags"])
    if len(groups) == 1 and facts == ours and not _further_rules(first, own["port"]):
        return Part("Clients", managed)
    existing = {"existing_security_group_ids": sorted(group["group_id"] for group in groups)}
    return Part("Clients", existing, {"allowed_security_groups": admitted})


def _admitted(group: Described, port: int) -> Iterator[str]:
    for rule in group["ip_permissions"]:
        if rule["ip_protocol"] == "-1" or rule.get("from_port", 0) <= port <= rule.get("to_port", -1):
            yield from (pair["group_id"] for pair in rule["user_id_group_pairs"])


def _further_rules(group: Described, port: int) -> list[Described]:
    """The rules that are not the role's: anything but TCP from security groups to the port."""
    own = {"ip_protocol": "tcp", "from_port": port, "to_port": port}
    others = [
        rule
        for rule in group["ip_permissions"]
        if any(rule.get(name) != value for name, value in own.items())
        or any(rule.get(source) for source in ("ip_ranges", "ipv6_ranges", "prefix_list_ids"))
    ]
    return [*others, *group["ip_permissions_egress"]]


def _parameters(found: Found, options: Options) -> Part:
    name = found.replication_group["cache_parameter_group_name"]
    group = found.parameter_group
    values = {key: value for key, value in group.get("parameters", {}).items() if key != "cluster-enabled"}
    managed = {"existing_parameter_group_name": None, "custom_parameters": values}
    own = _expected({**options, **managed})
    facts = (name, group.get("description"), group.get("parameters"), _users(group.get("tags")))
    if facts == tuple(
        own[key] for key in ("parameter_group_name", "replication_group_description", "parameters", "tags")
    ):
        return Part("Redis parameters", managed)
    return Part("Redis parameters", {"existing_parameter_group_name": name}, {"custom_parameters": values})


def _secret(found: Found, options: Options) -> Part:
    secret, own = found.auth_token_secret, _expected({**options, "existing_auth_token_secret_name": None})
    ours = (secret.get("name"), _users(secret.get("tags"))) == (own["auth_token_secret_name"], own["tags"])
    name = None if ours or found.auth_token_given else secret.get("name")
    return Part("The secret with the AUTH token", {"existing_auth_token_secret_name": name})


def _slow_log(found: Found, options: Options) -> Part:
    return _log(found, options, "slow_log") or Part("Slow log", {"enable_slow_log": False})


def _engine_log(found: Found, options: Options) -> Part:
    """Where there is none, nothing has to be said of it."""
    return _log(found, options, "engine_log") or Part("Engine log", {})


def _log(found: Found, options: Options, part: str) -> Part | None:
    logs = {log["log_type"]: log for log in found.replication_group.get("log_delivery_configurations") or ()}
    log, title = logs.get(LOGS[part]), part.replace("_", " ").capitalize()
    if log is None:
        return None
    managed: Options = {f"enable_{part}": True}
    own = _expected({**options, **managed})
    ours = (own[f"{part}_group_name"], own["tags"])
    keeping = [group for group in found.log_groups if (group["log_group_name"], _users(group.get("tags"))) == ours]
    (delivery,) = (each for each in own["log_delivery_configurations"] if each["log_type"] == LOGS[part])
    wanted = {name: value for name, value in delivery.items() if name != "enabled"}
    delivered = {name: log.get(name) for name in wanted}
    if keeping and keeping[0].get("retention_in_days") and delivered == wanted:
        return Part(title, {**managed, f"{part}_retention_days": keeping[0]["retention_in_days"]})
    return Part(title, {"unmanaged": [part]})


# --- who watches it ---------------------------------------------------------------------------------------------


def _watch(found: Found, options: Options) -> Part:
    parts = (_alarms(found, options), _budget(found, options))
    left = [name for part, name in zip(parts, ("alarms", "budget"), strict=True) if part is None]
    declared = {name: value for part in parts for name, value in (part or {}).items()}
    return Part("Alarms and budget", {**declared, "unmanaged": left})


def _alarms(found: Found, options: Options) -> Options | None:
    """The thresholds of the role's own alarms; none where those that there are are not exactly the role's."""
    declared = _thresholds(found.alarms, _expected(options)["maxclients"])
    own, nodes = _expected({**options, **declared}), found.replication_group["member_clusters"]
    places = [f"{own['replication_group_id']}/{node}/" for node in nodes]
    wanted = {place + alarm["name"]: alarm["threshold"] for place in places for alarm in own["alarms"]}
    actual = {alarm["alarm_name"]: alarm["threshold"] for alarm in found.alarms}
    actions = all(alarm.get("alarm_actions", []) == own["alarm_actions"] for alarm in found.alarms)
    return declared if actual and actual == wanted and actions else None


def _thresholds(alarms: Sequence[Described], maxclients: int | None) -> Options:
    by_kind = {alarm["alarm_name"].rpartition("/")[2]: alarm for alarm in alarms}
    thresholds = {alarm.setting: 0.0 for alarm in ALARMS} | {"alarm_hit_rate_percent": 0.0}
    for alarm in ALARMS:
        if alarm.name in by_kind:
            value = by_kind[alarm.name]["threshold"]
            thresholds[alarm.setting] = _percent(value, maxclients) if alarm.name == "connections" else value
    return thresholds | _hit_rate(by_kind.get("hit-rate"))


def _percent(threshold: float, maxclients: int | None) -> float:
    """The shortest part of a node's connections that gives exactly this threshold."""
    exact = 100 * threshold / (maxclients or 1)
    shorter = (round(exact, digits) for digits in range(13))
    return next((part for part in shorter if part * (maxclients or 1) / 100 == threshold), exact)


def _hit_rate(alarm: Described | None) -> Options:
    if alarm is None:
        return {}
    expressions = " ".join(metric.get("expression") or "" for metric in alarm.get("metrics") or ())
    floor = re.search(r"hits \+ misses > ([0-9]+)", expressions)
    minimum = {"alarm_hit_rate_minimum_requests": int(floor[1])} if floor else {}
    return {"alarm_hit_rate_percent": alarm["threshold"], **minimum}


def _budget(found: Found, options: Options) -> Options | None:
    budget = found.budget
    if not budget or budget.get("limit_amount") is None:
        return None
    declared = {"monthly_budget": float(budget["limit_amount"]), **_notified(budget["notifications"])}
    own = _expected({**options, **declared})
    tags = {key: [value] for key, value in own["budget_cost_filter_tags"].items()}
    facts = (budget["cost_filters"], budget["cost_filter_tags"], budget["notifications"], _users(budget["tags"]))
    ours = (own["budget_cost_filters"], tags, own["budget_notifications"], own["tags"])
    return declared if facts == ours else None


def _notified(notifications: Sequence[Described]) -> Options:
    if not notifications:
        return {"budget_emails": []}
    subscribers = notifications[0]["subscribers"]
    emails = [each["address"] for each in subscribers if each["subscription_type"] == "EMAIL"]
    return {"budget_threshold_percent": notifications[0]["threshold"], "budget_emails": emails}


# --- what cannot be declared ------------------------------------------------------------------------------------


_SAME = (
    "replication_group_description",
    "engine",
    "cache_node_type",
    "automatic_failover_enabled",
    "multi_az_enabled",
    "port",
    "transit_encryption_enabled",
    "transit_encryption_mode",
    "at_rest_encryption_enabled",
    "snapshot_window",
    "snapshot_retention_limit",
    "auto_minor_version_upgrade",
    "data_tiering_enabled",
)
_MODULE = "accessweaver.elasticache.elasticache_replication_group"
_REMEDIES = {
    "transit_encryption_enabled": f"Move its clients and the group to TLS first, with {_MODULE} and its option advance",
}


def _differences(found: Found, own: Mapping[str, Any]) -> Iterator[Problem]:
    """What provisioning would change of the group, whose options are declared as well as they can be."""
    group = found.replication_group
    needless = () if group["transit_encryption_enabled"] else ("transit_encryption_mode",)
    for field in _SAME:
        if field not in needless and own[field] is not None and own[field] != group.get(field):
            fault = f"cannot be declared; the role would make it {own[field]}"
            remedy = _REMEDIES.get(field, f"Change it first, with {_MODULE}")
            yield Problem(field, group.get(field), fault, remedy)


@dataclass(frozen=True)
class Obstacle:
    """A reason why the role could not keep a group as it is."""

    option: str
    problem: str
    remedy: str
    applies: Callable[[Found], Any]


OBSTACLES = (
    Obstacle(
        "replication_group_id",
        "is being changed",
        "Wait until it is available and nothing is pending, and run again",
        lambda found: (
            found.replication_group["status"] != "available" or found.replication_group["pending_modified_values"]
        ),
    ),
    Obstacle(
        "user_group_ids",
        "belong to RBAC, where the role has an AUTH token",
        f"Keep it with {_MODULE}, or change its clients to a token first",
        lambda found: found.replication_group.get("user_group_ids"),
    ),
    Obstacle(
        "auth_token_enabled",
        "leaves it open to everybody in its network; the role would set a token",
        f"Give its clients a token, and it to the group, with {_MODULE} and its option auth_token",
        lambda found: (
            not (found.replication_group["auth_token_enabled"] or found.replication_group.get("user_group_ids"))
        ),
    ),
    Obstacle(
        "global_replication_group_id",
        "makes it part of a Global Datastore, which changes engine, version and node type for all its members",
        f"Keep it with {_MODULE}, or disassociate it first",
        lambda found: found.replication_group.get("global_replication_group_id"),
    ),
    Obstacle(
        "cluster_mode",
        "is compatible, a stage between two modes",
        f"End the migration to cluster mode first, with {_MODULE}",
        lambda found: found.replication_group.get("cluster_mode") == "compatible",
    ),
    Obstacle(
        "replicas_per_node_group",
        "is not the same for all shards",
        f"Give each shard as many, with {_MODULE}",
        lambda found: (
            found.replication_group["cluster_enabled"] and found.replication_group["replicas_per_node_group"] is None
        ),
    ),
    Obstacle(
        "existing_auth_token_secret_name",
        "is needed: the group has an AUTH token, which AWS does not tell",
        "Keep the token, as the whole text, in a secret of Secrets Manager and name that, or give "
        "elasticache_redis_auth_token from a vault",
        lambda found: (
            found.replication_group["auth_token_enabled"] and not (found.auth_token_secret or found.auth_token_given)
        ),
    ),
)


def _obstacles(found: Found) -> Iterator[Problem]:
    for obstacle in OBSTACLES:
        if obstacle.applies(found):
            value = found.replication_group.get(obstacle.option)
            yield Problem(obstacle.option, value, obstacle.problem, obstacle.remedy)


def _templates(options: Mapping[str, Any]) -> Iterator[Problem]:
    """In an inventory Ansible would evaluate them, whoever wrote them into AWS."""
    for name, value in options.items():
        if re.search(r"\{[{%#]", str(value)):
            yield Problem(name, None, "has what Ansible takes for a template", "Take the braces out of it")


def _notes(found: Found, options: Mapping[str, Any]) -> Iterator[str]:
    """What stays as it is, because the role has no option for it."""
    group, port = found.replication_group, found.replication_group["port"]
    for name, plain in (("network_type", "ipv4"), ("ip_discovery", "ipv4"), ("notification_topic_status", "active")):
        if group.get(name) not in (None, plain):
            yield f"{name} is {group[name]}, which the role leaves alone."
    ranges = sorted(_ranges(found.security_groups, port))
    if ranges:
        yield f"Its security groups admit {', '.join(ranges)}. One that the role makes admits security groups only."
    values = found.parameter_group.get("parameters", {})
    added = {name: value for name, value in resolve(options)[0].custom_parameters.items() if name not in values}
    if options.get("existing_parameter_group_name") and added:
        listed = ", ".join(f"{name}={value}" for name, value in added.items())
        yield f"A parameter group that the role makes has {listed} too, unless custom_parameters say otherwise."
    if options.get("existing_auth_token_secret_name"):
        yield f"The text of {options['existing_auth_token_secret_name']} has to be the AUTH token and nothing else."


def _ranges(groups: Sequence[Described], port: int) -> set[str]:
    return {
        entry["cidr_ip"]
        for group in groups
        for rule in group["ip_permissions"]
        if rule["ip_protocol"] == "-1" or rule.get("from_port", 0) <= port <= rule.get("to_port", -1)
        for entry in rule.get("ip_ranges") or ()
    }
