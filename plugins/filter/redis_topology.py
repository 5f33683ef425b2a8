# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_topology
version_added: 0.1.0
short_description: The complete topology of a Redis deployment on ElastiCache
description:
  - Lays the given options over the preset of the environment and returns everything that follows from them, in the
    vocabulary of the ElastiCache API.
  - Options that break a rule are an error that lists every problem, with remedy.
    P(accessweaver.elasticache.redis_topology_problems#filter) returns the same list as data.
  - No call is made to AWS.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description:
      - The options of the deployment. One that is absent or null takes the value of the preset, and where that has
        none, the default given here.
      - An option that is not listed is an error.
    type: dict
    required: true
    suboptions:
      project_name:
        description: Project that the deployment belongs to. Part of all names and tags.
        type: str
        required: true
      environment:
        description: Name of the preset, V(dev), V(staging), V(prod) or one of O(_input.presets).
        type: str
        required: true
      region:
        description: AWS region.
        type: str
        required: true
      vpc_id:
        description: VPC of the subnets.
        type: str
        required: true
      private_subnet_ids:
        description: Private subnets for the nodes, at least two where the deployment is Multi-AZ.
        type: list
        elements: str
        required: true
      allowed_security_groups:
        description: Security groups of the clients.
        type: list
        elements: str
        required: true
      replication_group_id:
        description: Name of the replication group. Left out, it is C(<project_name>-<environment>-redis).
        type: str
      replication_group_description:
        description:
          - Text that says what the deployment is for. Left out, it is C(Redis deployment <replication_group_id>).
        type: str
      existing_subnet_group_name:
        description: A subnet group that is used as it is, instead of one of O(_input.private_subnet_ids).
        type: str
      existing_security_group_ids:
        description:
          - Security groups of the nodes that are used as they are, instead of one that admits
            O(_input.allowed_security_groups).
        type: list
        elements: str
      existing_parameter_group_name:
        description: A parameter group that is used as it is, instead of one with O(_input.custom_parameters).
        type: str
      existing_auth_token_secret_name:
        description: A secret that is only read, instead of one with a generated AUTH token.
        type: str
      auth_token:
        description: The AUTH token. It is only checked here, and neither the result nor an error holds it.
        type: str
      presets:
        description:
          - Presets by environment. They change the built-in ones option by option, or add environments.
          - A preset may hold C(node_type) and every option but those that identify one deployment.
        type: dict
      node_type_override:
        description: Node type instead of the preset's.
        type: str
      engine:
        description: Engine of the nodes.
        type: str
        choices: [redis, valkey]
        default: redis
      engine_version:
        description: Version of the engine. Left out, it is V(7.1) for Redis OSS and V(8.2) for Valkey.
        type: str
      cluster_mode:
        description: Whether keys are spread over shards (cluster mode enabled).
        type: bool
        default: false
      num_node_groups:
        description: Number of shards.
        type: int
        default: 1
      replicas_per_node_group:
        description: Number of replicas of each shard.
        type: int
        default: 0
      autoscaling:
        description:
          - How V(node_groups), the shards, and V(replicas) scale by themselves, each with the suboptions of
            O(accessweaver.elasticache.elasticache_autoscaling#module:scalable_targets). It begins with
            O(_input.num_node_groups) and O(_input.replicas_per_node_group).
          - What it does not name does not scale. Left out, nothing is said about scaling.
        type: dict
      node_quota:
        description: Nodes that one cluster may have in this account.
        type: int
        default: 90
      automatic_failover_enabled:
        description: Whether a replica takes the place of a failed primary.
        type: bool
        default: false
      multi_az_enabled:
        description: Whether a shard's nodes are kept in different availability zones.
        type: bool
        default: false
      port:
        description: Port of the nodes.
        type: int
        default: 6379
      transit_encryption_enabled:
        description: TLS. It cannot be off, because AUTH needs it.
        type: bool
        default: true
      transit_encryption_mode:
        description: Whether clients have to use TLS, or may.
        type: str
        choices: [required, preferred]
        default: required
      at_rest_encryption_enabled:
        description: Whether disks and snapshots are encrypted.
        type: bool
        default: true
      kms_key_id:
        description: Key for the encryption at rest. Left out, ElastiCache uses its own.
        type: str
      custom_parameters:
        description:
          - Engine parameters, as a mapping or as a list of C({name, value}). They are added to those of the preset.
          - The default is C(maxmemory-policy=allkeys-lru, timeout=300).
        type: raw
      maintenance_window:
        description: Weekly window for maintenance, UTC.
        type: str
        default: sun:05:00-sun:06:00
      snapshot_window:
        description: Daily window for the automatic snapshot, UTC.
        type: str
        default: 03:00-04:00
      snapshot_retention_limit:
        description: Days that automatic snapshots are kept. V(0) takes none.
        type: int
        default: 1
      final_snapshot:
        description: Whether a snapshot is taken before the deployment is deleted.
        type: bool
        default: true
      final_snapshot_identifier:
        description: Name of that snapshot.
        type: str
      auto_minor_version_upgrade:
        description: Whether AWS may install minor versions in the maintenance window.
        type: bool
        default: true
      additional_tags:
        description:
          - Tags beside those of the collection, which are C(Project), C(Environment), C(Service), C(ManagedBy) and
            C(Name).
        type: dict
        default: {}
      tags:
        description: All tags, instead of those of the collection and O(_input.additional_tags).
        type: dict
      unmanaged:
        description: Parts that are left to others, V(alarms), V(budget), V(slow_log) and V(engine_log).
        type: list
        elements: str
      sns_topic_arn:
        description: Topic for events and alarms.
        type: str
      enable_slow_log:
        description: Whether slow commands are written to CloudWatch Logs.
        type: bool
        default: false
      slow_log_retention_days:
        description: Days that the slow log is kept.
        type: int
        default: 14
      enable_engine_log:
        description: Whether the engine's log is written to CloudWatch Logs. Left out, its delivery is left alone.
        type: bool
      engine_log_retention_days:
        description: Days that the engine log is kept.
        type: int
        default: 14
      alarm_cpu_percent:
        description: Processor load above which there is an alarm. V(0) for none, as with all thresholds.
        type: float
        default: 75.0
      alarm_memory_percent:
        description: Used part of the memory above which there is an alarm.
        type: float
        default: 80.0
      alarm_hit_rate_percent:
        description: Hit rate below which there is an alarm.
        type: float
        default: 80.0
      alarm_hit_rate_minimum_requests:
        description: Requests in five minutes up to which the hit rate means nothing.
        type: int
        default: 100
      alarm_connections_percent:
        description: Part of the node type's connection limit above which there is an alarm.
        type: float
        default: 80.0
      alarm_replication_lag_seconds:
        description: Seconds behind the primary above which there is an alarm.
        type: float
        default: 5.0
      alarm_evictions_per_minute:
        description: Evictions in a minute above which there is an alarm.
        type: float
        default: 0.0
      alarm_cpu_credits:
        description: CPU credits below which there is an alarm, for node types that have them.
        type: float
        default: 0.0
      monthly_budget:
        description: Budget in US dollars a month.
        type: float
      budget_threshold_percent:
        description: Part of the budget whose spending is reported.
        type: float
        default: 80.0
      budget_emails:
        description: E-mail addresses that are told of it, beside the topic.
        type: list
        elements: str
      budget_enforce:
        description: Whether a deployment that costs more than its budget is refused.
        type: bool
        default: false
  strict:
    description:
      - Whether problems are an error.
      - With V(false) the topology is returned as far as the options can be used, and null for the rest, so that one
        message can tell these problems together with those that only AWS knows. An option with a problem counts as not
        given. Do not build from such a topology.
    type: bool
    default: true
notes:
  - "V(dev): 1 x cache.t3.micro, snapshots kept 1 day."
  - "V(staging): primary and replica, cache.t3.small, Multi-AZ with failover, snapshots kept 5 days."
  - "V(prod): 3 shards of 3 nodes, cache.r6g.large, cluster mode, Multi-AZ with failover, snapshots kept 7 days,
    C(notify-keyspace-events=Ex), a budget of 300 dollars."
seealso:
  - plugin: accessweaver.elasticache.redis_topology_problems
    plugin_type: filter
  - plugin: accessweaver.elasticache.elasticache_cost
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what a production deployment would be
  ansible.builtin.debug:
    msg: "{{ topology.node_count }} x {{ topology.cache_node_type }} as {{ topology.replication_group_id }}"
    # 9 x cache.r6g.large as accessweaver-prod-redis
  vars:
    topology: "{{ options | accessweaver.elasticache.redis_topology }}"
    options:
      project_name: accessweaver
      environment: prod
      region: eu-west-1
      vpc_id: vpc-0a1b2c3d4e5f60718
      private_subnet_ids: [subnet-0a1b2c3d4e5f60718, subnet-0a1b2c3d4e5f60719]
      allowed_security_groups: [sg-0a1b2c3d4e5f60718]

- name: Show the shards of an environment of one's own
  ansible.builtin.debug:
    msg: "{{ topology.num_node_groups }}, {{ topology.parameters['timeout'] }}"
    # 2, 60
  vars:
    topology: "{{ options | accessweaver.elasticache.redis_topology }}"
    options:
      project_name: accessweaver
      environment: load-test
      presets:
        load-test:
          node_type: cache.r7g.large
          cluster_mode: true
          automatic_failover_enabled: true
          num_node_groups: 2
          custom_parameters:
            timeout: 60
      region: eu-west-1
      vpc_id: vpc-0a1b2c3d4e5f60718
      private_subnet_ids: [subnet-0a1b2c3d4e5f60718]
      allowed_security_groups: [sg-0a1b2c3d4e5f60718]
"""

RETURN = r"""
_value:
  description: The topology. Every key is always there; one that does not apply is null.
  type: dict
  contains:
    project_name:
      description: The project.
      type: str
    environment:
      description: The environment.
      type: str
    region:
      description: The AWS region.
      type: str
    replication_group_id:
      description: Name of the replication group, in lower case as ElastiCache stores it.
      type: str
      sample: accessweaver-prod-redis
    replication_group_description:
      description: What the replication group is for.
      type: str
    managed:
      description:
        - Which parts the role makes, changes and removes; the other ones are used as they are, or belong to others.
      type: dict
      sample:
        subnet_group: true
        security_group: true
        parameter_group: true
        auth_token_secret: true
        alarms: true
        budget: true
        slow_log: true
        engine_log: true
    vpc_id:
      description: The VPC.
      type: str
    subnet_group_name:
      description: Name of the cache subnet group.
      type: str
      sample: accessweaver-prod-redis-subnets
    subnet_ids:
      description: Subnets of that group, empty where it is used as it is.
      type: list
      elements: str
    existing_security_group_ids:
      description: Security groups of the nodes that are used as they are, empty for one of their own.
      type: list
      elements: str
    security_group_name:
      description: Name of the nodes' own security group, null where existing ones are used.
      type: str
      sample: elasticache-accessweaver-prod-redis
    security_group_description:
      description: Its description, which EC2 never changes.
      type: str
    security_group_rules:
      description: What that group admits, as M(amazon.aws.ec2_security_group) takes it.
      type: list
      elements: dict
    tags:
      description: Tags of every resource.
      type: dict
    engine:
      description: The engine.
      type: str
    engine_version:
      description: Its version.
      type: str
      sample: "7.1"
    auto_minor_version_upgrade:
      description: Whether AWS installs minor versions.
      type: bool
    parameter_group_name:
      description: Name of the parameter group. It ends in engine and major version, because its family cannot change.
      type: str
      sample: accessweaver-prod-redis-redis7-cluster
    former_parameter_group_names:
      description:
        - Names of the parameter groups that the deployment has had if its engine, major version or cluster mode were
          others before. Empty where the parameter group is used as it is.
      type: list
      elements: str
    parameters:
      description: Engine parameters by name, as strings. Empty where the parameter group is used as it is.
      type: dict
      sample: {cluster-enabled: "yes", maxmemory-policy: allkeys-lru, notify-keyspace-events: Ex, timeout: "300"}
    cache_node_type:
      description: The node type.
      type: str
      sample: cache.r6g.large
    vcpu:
      description: Processors of a node.
      type: int
    maxmemory_bytes:
      description: Memory of a node that Redis may use.
      type: int
    maxclients:
      description: Connections that a node takes.
      type: int
    data_tiering_enabled:
      description: Whether the node type keeps part of the data on SSD.
      type: bool
    cluster_mode_enabled:
      description: Whether cluster mode is enabled.
      type: bool
    cluster_mode:
      description: The same as V(enabled) or V(disabled). Null below version 7, which has no modes to name.
      type: str
    num_cache_clusters:
      description: Number of nodes where cluster mode is disabled, else null.
      type: int
    num_node_groups:
      description: Number of shards where cluster mode is enabled, else null.
      type: int
    replicas_per_node_group:
      description: Number of replicas of each shard where cluster mode is enabled, else null.
      type: int
    scalable_targets:
      description:
        - What scales by itself, as M(accessweaver.elasticache.elasticache_autoscaling) takes it. Null where nothing is
          said about scaling.
      type: list
      elements: dict
    unscaled_dimensions:
      description: What is declared not to scale. Empty where nothing is said about scaling.
      type: list
      elements: str
      sample: [replicas]
    node_count:
      description: Number of nodes in all, at first where they scale.
      type: int
    automatic_failover_enabled:
      description: Whether a replica takes the place of a failed primary.
      type: bool
    multi_az_enabled:
      description: Whether nodes are in different zones.
      type: bool
    port:
      description: Port of the nodes.
      type: int
    transit_encryption_enabled:
      description: Always true.
      type: bool
    transit_encryption_mode:
      description: Whether TLS is required or preferred. Null below version 7, which has no modes to name.
      type: str
    at_rest_encryption_enabled:
      description: Whether disks and snapshots are encrypted.
      type: bool
    kms_key_id:
      description: Key for that, null for ElastiCache's own.
      type: str
    auth_token_enabled:
      description: Always true.
      type: bool
    auth_token_secret_name:
      description: Name of the secret that keeps the AUTH token.
      type: str
      sample: elasticache/accessweaver-prod-redis/auth-token
    preferred_maintenance_window:
      description: Weekly window for maintenance.
      type: str
    snapshot_window:
      description: Daily window for the automatic snapshot.
      type: str
    snapshot_retention_limit:
      description: Days that automatic snapshots are kept.
      type: int
    final_snapshot:
      description: Whether a snapshot is taken before deletion.
      type: bool
    final_snapshot_identifier:
      description: Its name, null where it was not given.
      type: str
    notification_topic_arn:
      description: Topic for events and alarms.
      type: str
    slow_log_enabled:
      description: Whether slow commands are logged.
      type: bool
    slow_log_group_name:
      description: Name of the log group for them.
      type: str
      sample: /aws/vendedlogs/elasticache/accessweaver-prod-redis/slow-log
    slow_log_retention_days:
      description: Days that they are kept.
      type: int
    engine_log_enabled:
      description: Whether the engine's log is delivered.
      type: bool
    engine_log_group_name:
      description: Name of the log group for it.
      type: str
      sample: /aws/vendedlogs/elasticache/accessweaver-prod-redis/engine-log
    engine_log_retention_days:
      description: Days that it is kept.
      type: int
    log_delivery_configurations:
      description: Both as the API takes it.
      type: list
      elements: dict
    alarms:
      description: The alarms, as M(accessweaver.elasticache.elasticache_alarms) takes them.
      type: list
      elements: dict
    alarm_actions:
      description: Topics that the alarms are sent to.
      type: list
      elements: str
    monthly_budget:
      description: Budget in US dollars a month, null for none.
      type: float
    budget_name:
      description: Name of the budget.
      type: str
      sample: accessweaver-prod-redis-eu-west-1-monthly
    budget_cost_filters:
      description: What it counts apart from tags, the costs of the region.
      type: dict
    budget_cost_filter_tags:
      description: Tags of what the budget counts, as M(accessweaver.elasticache.budgets_budget) takes them.
      type: dict
      sample: {Name: accessweaver-prod-redis}
    budget_notifications:
      description: Who is told when, as M(accessweaver.elasticache.budgets_budget) takes it. Empty if there is nobody.
      type: list
      elements: dict
    budget_enforce:
      description: Whether costing more than the budget is refused.
      type: bool
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology import topology
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.topology_rules import examine, usable

NAME = "accessweaver.elasticache.redis_topology"


def redis_topology(options: Mapping[str, Any], strict: bool = True) -> dict[str, Any]:
    if not isinstance(options, Mapping):
        raise AnsibleFilterError(f"{NAME}: the input must be a mapping of options, not {type(options).__name__}")
    if not strict:
        return topology(usable(options))
    settings, problems = examine(options)
    if problems:
        listed = "".join(f"\n- {problem}" for problem in problems)
        raise AnsibleFilterError(f"{NAME}: the deployment cannot be built as described:{listed}")
    return topology(settings)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_topology": redis_topology}
