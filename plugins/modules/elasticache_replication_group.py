#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_replication_group
version_added: 0.1.0
short_description: Manage ElastiCache replication groups of Redis OSS and Valkey
description:
  - Creates, changes and deletes replication groups, with cluster mode enabled or disabled.
  - Reads what exists, plans the calls that are needed, and makes only those. Check mode and C(--diff) show that very
    plan.
  - An option that is left out is left alone. A difference that ElastiCache cannot carry out in place fails, in check
    mode too,
    and names the option, both values and the way to migrate; the module never deletes a group to create it again.
  - A run that was interrupted is taken up by the next one, which first waits for what is under way.
  - A single node is a replication group too (O(num_cache_clusters=1)); only replication groups can have encryption at
    rest and AUTH.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
  - accessweaver.elasticache.attributes.action_group_aws
  - accessweaver.elasticache.wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
options:
  replication_group_id:
    description:
      - Identifier of the group, up to 40 letters, digits and hyphens. ElastiCache stores it in lower case.
    type: str
    required: true
    aliases: [name]
  replication_group_description:
    description:
      - Text that says what the group is for. Left out at creation, it is the identifier.
    type: str
    aliases: [description]
  engine:
    description:
      - V(redis) (Redis OSS) or V(valkey).
    type: str
    choices: [redis, valkey]
  engine_version:
    description:
      - Version of the engine, as C(major.minor) from version 6 on.
      - Only the parts that are written are compared; V(7.1) is V(7.1.0). A lower version than the present one is
        refused, but for valkey 7.2, which can go back to redis 7.1.
      - A version of another parameter group family needs O(cache_parameter_group_name) in the same task, unless the
        group has a default parameter group, which AWS exchanges.
    type: str
  cache_node_type:
    description:
      - Node type of every node, such as V(cache.r6g.large). Needed to create a group.
    type: str
    aliases: [node_type]
  num_cache_clusters:
    description:
      - Number of nodes, 1 to 6, of a group with cluster mode disabled.
    type: int
  num_node_groups:
    description:
      - Number of shards of a group with cluster mode enabled.
      - A number that Application Auto Scaling keeps within its bounds is left alone, and so is that of replicas, unless
        O(impose_counts) names it.
    type: int
    aliases: [num_shards]
  replicas_per_node_group:
    description:
      - Replicas of each shard, 0 to 5.
    type: int
    aliases: [replicas_per_shard]
  node_group_configuration:
    description:
      - Slots, replicas and availability zones of each shard. Used at creation only.
    type: list
    elements: dict
    suboptions:
      node_group_id:
        description: Four digits that name the shard, such as V(0001).
        type: str
      slots:
        description: The hash slots of the shard, such as V(0-5460).
        type: str
      replica_count:
        description: Number of replicas of the shard.
        type: int
      primary_availability_zone:
        description: Availability zone of the primary.
        type: str
      replica_availability_zones:
        description: Availability zones of the replicas.
        type: list
        elements: str
      primary_outpost_arn:
        description: Outpost of the primary.
        type: str
      replica_outpost_arns:
        description: Outposts of the replicas.
        type: list
        elements: str
  automatic_failover_enabled:
    description:
      - Whether a replica takes over from a primary that fails. Mandatory with cluster mode enabled.
    type: bool
  multi_az_enabled:
    description:
      - Whether the nodes of a shard are kept in different availability zones. Needs O(automatic_failover_enabled).
    type: bool
  cluster_mode:
    description:
      - Cluster mode of the group. A parameter group with C(cluster-enabled) set to C(yes) enables it as well.
    type: str
    choices: [enabled, disabled, compatible]
  cache_parameter_group_name:
    description:
      - Name of the cache parameter group. Its family must be that of the engine version.
    type: str
  cache_parameter_group_family:
    description:
      - Family of O(cache_parameter_group_name) where that group does not exist yet, because it is made between a run in
        check mode and the run proper. The family of a group that exists is read.
    type: str
  cache_subnet_group_name:
    description:
      - Name of the cache subnet group. Fixed at creation.
    type: str
  security_group_ids:
    description:
      - Security groups of the nodes.
    type: list
    elements: str
  port:
    description:
      - Port of every node. Fixed at creation.
    type: int
  preferred_cache_cluster_azs:
    description:
      - Availability zones of the nodes, the primary's first, as many as O(num_cache_clusters). Used at creation only.
    type: list
    elements: str
  preferred_maintenance_window:
    description:
      - Weekly window for maintenance in UTC, C(ddd:hh24:mi-ddd:hh24:mi), at least an hour, apart from
        O(snapshot_window).
    type: str
    aliases: [maintenance_window]
  notification_topic_arn:
    description:
      - SNS topic that gets the events of the group. It must belong to the same account.
    type: str
  auto_minor_version_upgrade:
    description:
      - Whether ElastiCache may install minor versions in the maintenance window. A version that it raised within the
        major one of O(engine_version) is no difference; a warning tells it.
    type: bool
  snapshot_retention_limit:
    description:
      - Days that automatic snapshots are kept, 0 to 35; V(0) turns them off.
    type: int
  snapshot_window:
    description:
      - Daily window for automatic snapshots in UTC, C(hh24:mi-hh24:mi), at least an hour.
    type: str
  snapshot_name:
    description:
      - Snapshot to start the group from. Used at creation only.
    type: str
  snapshot_arns:
    description:
      - RDB files in S3 to start the group from. Used at creation only.
    type: list
    elements: str
  serverless_cache_snapshot_name:
    description:
      - Snapshot of a serverless cache to start the group from. Used at creation only.
    type: str
  primary_cluster_id:
    description:
      - A stand-alone cache cluster that becomes the primary of the group. Used at creation only.
    type: str
  global_replication_group_id:
    description:
      - Global datastore that the group joins as a secondary. Fixed at creation.
    type: str
  transit_encryption_enabled:
    description:
      - Whether clients and nodes talk TLS.
    type: bool
  transit_encryption_mode:
    description:
      - Whether clients may (V(preferred)) or must (V(required)) use TLS.
    type: str
    choices: [preferred, required]
  at_rest_encryption_enabled:
    description:
      - Whether data on disk is encrypted. Fixed at creation.
    type: bool
  kms_key_id:
    description:
      - Id or ARN of the KMS key for encryption at rest. Left out, ElastiCache uses its own. Fixed at creation.
      - An alias is refused, since ElastiCache reports the key that it led to and no alias.
    type: str
  auth_token:
    description:
      - "The password of the group: 16 to 128 letters, digits and C(! & # $ ^ < > -). Needs encryption in transit."
      - AWS never tells it, so it cannot be compared. It is given to a new group, and to a group that has none; to
        change it, set O(auth_token_update_strategy).
    type: str
  user_group_ids:
    description:
      - RBAC user group of the group, instead of O(auth_token).
    type: list
    elements: str
  log_delivery_configurations:
    description:
      - Where the slow log and the engine log go. A log type that is not named is left alone.
    type: list
    elements: dict
    suboptions:
      log_type:
        description: Which log.
        type: str
        choices: [slow-log, engine-log]
        required: true
      destination_type:
        description: Kind of the destination.
        type: str
        choices: [cloudwatch-logs, kinesis-firehose]
      destination_details:
        description: The destination.
        type: dict
        suboptions:
          cloud_watch_logs_details:
            description: A log group, which must exist.
            type: dict
            suboptions:
              log_group:
                description: Name of the log group.
                type: str
                required: true
          kinesis_firehose_details:
            description: A Firehose delivery stream, which must exist.
            type: dict
            suboptions:
              delivery_stream:
                description: Name of the stream.
                type: str
                required: true
      log_format:
        description: Format of the entries.
        type: str
        choices: [text, json]
      enabled:
        description: V(false) ends the delivery of this log.
        type: bool
        default: true
  data_tiering_enabled:
    description:
      - Whether data is tiered to SSD; mandatory for C(r6gd) node types and impossible for others. Fixed at creation.
    type: bool
  network_type:
    description:
      - IP versions of the group. Fixed at creation.
    type: str
    choices: [ipv4, ipv6, dual_stack]
  ip_discovery:
    description:
      - IP version that the cluster discovery protocol tells.
    type: str
    choices: [ipv4, ipv6]
  durability:
    description:
      - Durability of writes (Valkey 9 and higher, cluster mode enabled). Needs a botocore that knows it.
    type: str
  notification_topic_status:
    description:
      - Whether the events go to O(notification_topic_arn).
    type: str
    choices: [active, inactive]
  auth_token_update_strategy:
    description:
      - Change the token of a group that has one to O(auth_token). Since AWS never tells the token, this is done on
        each run.
      - V(rotate) makes the group accept the new token besides the present one, V(set) ends all but the new one, which
        must have been rotated in before. In between, the clients are changed over.
      - A group without a token gets O(auth_token) by both, one after the other, without being asked; in between, it
        serves clients without a token. The tag C(accessweaver:auth-token-not-set) lets the next run finish that when
        one was interrupted there.
    type: str
    choices: [rotate, set]
  replicas_to_remove:
    description:
      - Replicas that go when there are too many, of each shard as many as that are. Left out, ElastiCache chooses.
    type: list
    elements: str
  node_groups_to_remove:
    description:
      - Shards that go when there are too many. Left out, those with the highest numbers do.
    type: list
    elements: str
  resharding_configuration:
    description:
      - Availability zones of shards that are added.
    type: list
    elements: dict
    suboptions:
      node_group_id:
        description: The shard, such as V(0004).
        type: str
      preferred_availability_zones:
        description: Availability zones of its nodes.
        type: list
        elements: str
  shrink_memory_percent:
    description:
      - Shards are removed only when those that stay would be filled to this part of their memory at most, by the
        highest C(DatabaseMemoryUsagePercentage) of the last hour, and not together with a change to smaller nodes.
        V(0) does not ask.
    type: int
    default: 75
  impose_counts:
    description:
      - What is to be as declared even where Application Auto Scaling keeps it within bounds, because it is about to end
        there.
    type: list
    elements: str
    choices: [node_groups, replicas]
    default: []
  advance:
    description:
      - Encryption in transit and cluster mode go to their goal in stages, between which the clients have to follow.
        Unless this is V(true) such a difference is refused, and the message says what to make sure of first.
      - With it, one run goes one stage.
    type: bool
    default: false
  deletion_protection:
    description:
      - Whether O(state=absent) is refused. Kept in the tag C(accessweaver:deletion-protection), since ElastiCache has
        no such thing.
    type: bool
  force_delete:
    description:
      - Identifier of the group, to delete it although it had connections in the last 24 hours, or although its state
        hides whether it is protected.
    type: str
  on_create_failed:
    description:
      - What to do with a group whose creation has failed, V(fail) with the words of its events and the availability
        zones that are left, or V(delete) it, which has never held data, and create it again.
    type: str
    choices: [fail, delete]
    default: fail
  apply:
    description:
      - When a change that disturbs clients (node type, engine, version) is carried out, V(now) or in the next
        maintenance V(window). Every other change takes effect at once.
      - What waits for the window is returned in RV(replication_group.pending_modified_values), and a run that declares
        the same for the window finds no difference. One that declares what there is takes it back.
      - ElastiCache carries out what waits with some of the changes that it makes at once. Such a change is refused.
    type: str
    choices: [now, window]
    default: now
  final_snapshot_identifier:
    description:
      - Name of the snapshot that is taken before the group is deleted.
      - Left out, it is the identifier of the group with the time in UTC, unique for each deletion.
      - The task ends when the snapshot is available and the group is gone, and fails when there is no snapshot.
    type: str
  skip_final_snapshot:
    description:
      - Delete the group, and its data, without a snapshot.
    type: bool
    default: false
  state:
    description:
      - Whether the group is there.
    type: str
    choices: [present, absent]
    default: present
notes:
  - "IAM actions: elasticache:DescribeReplicationGroups, elasticache:DescribeCacheClusters, elasticache:DescribeEvents,
    elasticache:ListTagsForResource, elasticache:CreateReplicationGroup, elasticache:ModifyReplicationGroup,
    elasticache:DeleteReplicationGroup, elasticache:AddTagsToResource, elasticache:RemoveTagsFromResource, and those of
    EC2, KMS, SNS and CloudWatch Logs that ElastiCache's documentation lists."
  - "To change engine or parameter group: elasticache:DescribeCacheEngineVersions and
    elasticache:DescribeCacheParameterGroups. The node type: elasticache:ListAllowedNodeTypeModifications. Replicas:
    elasticache:IncreaseReplicaCount and elasticache:DecreaseReplicaCount. Shards:
    elasticache:ModifyReplicationGroupShardConfiguration and, to remove some, cloudwatch:GetMetricData. Either of them
    with cluster mode enabled: application-autoscaling:DescribeScalableTargets."
  - "To delete: elasticache:CreateSnapshot and elasticache:DescribeSnapshots for the final snapshot, and
    cloudwatch:GetMetricData. To explain a creation that failed: elasticache:DescribeCacheSubnetGroups."
seealso:
  - module: accessweaver.elasticache.elasticache_replication_group_info
  - module: accessweaver.elasticache.elasticache_parameter_group
  - module: accessweaver.elasticache.elasticache_subnet_group
"""

EXAMPLES = r"""
- name: Run a primary and a replica that fail over
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-staging-redis
    description: Cache of the staging environment
    engine: redis
    engine_version: "7.1"
    cache_node_type: cache.t3.small
    num_cache_clusters: 2
    automatic_failover_enabled: true
    multi_az_enabled: true
    cache_subnet_group_name: accessweaver-staging-redis
    security_group_ids:
      - sg-0acce5500000000c1
    transit_encryption_enabled: true
    at_rest_encryption_enabled: true
    auth_token: "{{ lookup('amazon.aws.secretsmanager_secret', 'accessweaver-staging-redis/auth-token') }}"
    snapshot_retention_limit: 5
    snapshot_window: 03:00-05:00
    preferred_maintenance_window: sun:05:00-sun:06:00
    tags:
      Environment: staging

- name: Run two shards with a replica each
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-prod-redis
    engine: redis
    engine_version: "7.1"
    cache_node_type: cache.r6g.large
    num_node_groups: 2
    replicas_per_node_group: 1
    automatic_failover_enabled: true
    multi_az_enabled: true
    cache_parameter_group_name: default.redis7.cluster.on
    cache_subnet_group_name: accessweaver-prod-redis
    transit_encryption_enabled: true
    at_rest_encryption_enabled: true

- name: Keep snapshots for ten days, and everything else as it is
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-staging-redis
    snapshot_retention_limit: 10

- name: Send the slow log to CloudWatch Logs
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-staging-redis
    log_delivery_configurations:
      - log_type: slow-log
        destination_type: cloudwatch-logs
        destination_details:
          cloud_watch_logs_details:
            log_group: /elasticache/accessweaver-staging-redis/slow-log
        log_format: json

- name: Accept a second token, until the clients have changed over to it
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-staging-redis
    auth_token: "{{ new_auth_token }}"
    auth_token_update_strategy: rotate

- name: Accept no other token any more
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-staging-redis
    auth_token: "{{ new_auth_token }}"
    auth_token_update_strategy: set

- name: Grow in every way, in the order that is safe
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-prod-redis
    num_node_groups: 3
    replicas_per_node_group: 2
    cache_node_type: cache.r6g.xlarge

- name: Give up the first shard, whose data fits into the others
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-prod-redis
    num_node_groups: 2
    node_groups_to_remove: ["0001"]
    shrink_memory_percent: 60

- name: Move to Valkey in the next maintenance window
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-staging-redis
    engine: valkey
    engine_version: "8.0"
    apply: window

- name: Go one stage towards TLS, now that every client can follow
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-legacy-redis
    transit_encryption_enabled: true
    transit_encryption_mode: required
    advance: true

- name: Delete a group after a last snapshot
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-staging-redis
    final_snapshot_identifier: accessweaver-staging-redis-final
    state: absent

- name: Delete a group and its data
  accessweaver.elasticache.elasticache_replication_group:
    name: accessweaver-prod-redis
    skip_final_snapshot: true
    state: absent
"""

RETURN = r"""
replication_group:
  description:
    - The group as it is after the task, in the words of the options; as it would be in check mode; empty when it is
      absent. Before a creation, check mode returns the options that were declared, and of the token only
      C(auth_token_enabled).
    - The AUTH token is never part of it.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the group.
      returned: when the group exists
      type: str
      sample: arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:accessweaver-prod-redis
    at_rest_encryption_enabled:
      description: Whether the disks are encrypted.
      returned: when the group exists
      type: bool
      sample: true
    auth_token:
      description: Always null; RV(replication_group.auth_token_enabled) says whether there is one.
      returned: when the group exists
      type: str
      sample: null
    auth_token_enabled:
      description: Whether there is an AUTH token.
      returned: when the group exists
      type: bool
      sample: true
    auth_token_last_modified_date:
      description: When the AUTH token was changed last, in ISO 8601; null when there has been none.
      returned: when the group exists
      type: str
      sample: '2027-01-31T12:00:00+00:00'
    auth_token_optional:
      description: Whether clients are served without the token, too, because the first one has not been set yet.
      returned: when the group exists
      type: bool
      sample: false
    auto_minor_version_upgrade:
      description: Whether minor versions of the engine come by themselves.
      returned: when the group exists
      type: bool
      sample: true
    automatic_failover_enabled:
      description: Whether a replica takes over when the primary fails. A change under way counts as done.
      returned: when the group exists
      type: bool
      sample: true
    cache_node_type:
      description: Node type.
      returned: when the group exists
      type: str
      sample: cache.r6g.large
    cache_parameter_group_name:
      description: Name of the parameter group; null while there is no node.
      returned: when the group exists
      type: str
      sample: accessweaver-prod-redis
    cache_subnet_group_name:
      description: Name of the subnet group; null while there is no node.
      returned: when the group exists
      type: str
      sample: accessweaver-prod-redis
    cluster_enabled:
      description: Whether cluster mode is enabled.
      returned: when the group exists
      type: bool
      sample: true
    cluster_mode:
      description: V(enabled), V(disabled) or V(compatible).
      returned: when the group exists
      type: str
      sample: enabled
    connection:
      description: How applications reach the group. What a topology does not have is null.
      returned: when the group exists
      type: dict
      contains:
        mode:
          description: V(single), V(replica) or V(cluster).
          returned: always
          type: str
          sample: cluster
        writer:
          description: Primary endpoint, without cluster mode.
          returned: always
          type: dict
          sample: {host: master.accessweaver-staging-redis.abc123.euw1.cache.amazonaws.com, port: 6379}
        reader:
          description: Reader endpoint, when there are replicas and no cluster mode.
          returned: always
          type: dict
          sample: {host: replica.accessweaver-staging-redis.abc123.euw1.cache.amazonaws.com, port: 6379}
        configuration:
          description: Configuration endpoint, with cluster mode.
          returned: always
          type: dict
          sample: {host: clustercfg.accessweaver-prod-redis.abc123.euw1.cache.amazonaws.com, port: 6379}
        nodes:
          description: Every node with its shard and endpoint.
          returned: always
          type: list
          elements: dict
          sample: [{id: accessweaver-prod-redis-0001-001, shard: "0001", host: 10.0.1.4, port: 6379}]
        port:
          description: Port of every endpoint.
          returned: always
          type: int
          sample: 6379
        tls:
          description: Whether the group speaks TLS.
          returned: always
          type: bool
          sample: true
        auth:
          description: Whether clients need the AUTH token.
          returned: always
          type: bool
          sample: true
        username:
          description: RBAC user; null without RBAC.
          returned: always
          type: str
          sample: null
    data_tiering_enabled:
      description: Whether nodes move data that is rarely used to their disks.
      returned: when the group exists
      type: bool
      sample: false
    deletion_protection:
      description: Whether this module protects the group from deletion.
      returned: when the group exists
      type: bool
      sample: true
    durability:
      description: Durability of writes; null where AWS does not tell it.
      returned: when the group exists
      type: str
      sample: null
    engine:
      description: Engine.
      returned: when the group exists
      type: str
      sample: redis
    engine_version:
      description: Version of the engine; null while there is no node.
      returned: when the group exists
      type: str
      sample: 7.1.0
    global_replication_group_id:
      description: The Global Datastore that the group is a member of; null when it is of none.
      returned: when the group exists
      type: str
      sample: null
    ip_discovery:
      description: The kind of addresses that clients are told.
      returned: when the group exists
      type: str
      sample: ipv4
    kms_key_id:
      description: ARN of the KMS key of the disks; null for that of AWS.
      returned: when the group exists
      type: str
      sample: null
    log_delivery_configurations:
      description: The logs that are delivered, sorted by type, with status and message.
      returned: when the group exists
      type: list
      elements: dict
      sample: [{log_type: slow-log, destination_type: cloudwatch-logs, log_format: json, status: active}]
    member_clusters:
      description: Identifiers of the nodes.
      returned: when the group exists
      type: list
      elements: str
      sample: [accessweaver-prod-redis-0001-001, accessweaver-prod-redis-0001-002]
    multi_az_enabled:
      description: Whether nodes are in several availability zones. A change under way counts as done.
      returned: when the group exists
      type: bool
      sample: true
    network_type:
      description: The kind of addresses of the nodes.
      returned: when the group exists
      type: str
      sample: ipv4
    node_group_configuration:
      description: Always null, for AWS does not tell it. RV(replication_group.node_groups) has the shards.
      returned: when the group exists
      type: list
      elements: dict
      sample: null
    node_groups:
      description: The shards as DescribeReplicationGroups reports them, in snake case.
      returned: when the group exists
      type: list
      elements: dict
    notification_topic_arn:
      description: ARN of the topic that events go to; null without one.
      returned: when the group exists
      type: str
      sample: arn:aws:sns:eu-west-1:123456789012:alerts
    notification_topic_status:
      description: Whether events go there; null without a topic.
      returned: when the group exists
      type: str
      sample: active
    num_cache_clusters:
      description: Number of nodes.
      returned: when the group exists
      type: int
      sample: 6
    num_node_groups:
      description: Number of shards.
      returned: when the group exists
      type: int
      sample: 3
    parameter_apply_status:
      description:
        - Whether the nodes have the parameters of their group, such as V(in-sync) or V(pending-reboot); null
          while there is no node.
      returned: when the group exists
      type: str
      sample: in-sync
    pending_modified_values:
      description: What ElastiCache has accepted and not carried out yet.
      returned: when the group exists
      type: dict
      sample: {}
    port:
      description: Port of the nodes; null while there is no node.
      returned: when the group exists
      type: int
      sample: 6379
    preferred_cache_cluster_azs:
      description: Always null, for AWS does not tell it.
      returned: when the group exists
      type: list
      elements: str
      sample: null
    preferred_maintenance_window:
      description: Weekly maintenance window, in UTC; null while there is no node.
      returned: when the group exists
      type: str
      sample: sun:05:00-sun:06:00
    primary_cluster_id:
      description: Always null, for AWS does not tell it.
      returned: when the group exists
      type: str
      sample: null
    replicas_per_node_group:
      description: Replicas of each shard; null when shards do not have equally many.
      returned: when the group exists
      type: int
      sample: 1
    replication_group_description:
      description: Description.
      returned: when the group exists
      type: str
      sample: Redis of accessweaver in production
    replication_group_id:
      description: Identifier.
      returned: when the group exists
      type: str
      sample: accessweaver-prod-redis
    security_group_ids:
      description: Security groups, sorted; empty while there is no node.
      returned: when the group exists
      type: list
      elements: str
      sample: [sg-0123456789abcdef0]
    serverless_cache_snapshot_name:
      description: Always null, for AWS does not tell it.
      returned: when the group exists
      type: str
      sample: null
    snapshot_arns:
      description: Always null, for AWS does not tell it.
      returned: when the group exists
      type: list
      elements: str
      sample: null
    snapshot_name:
      description: Always null, for AWS does not tell it.
      returned: when the group exists
      type: str
      sample: null
    snapshot_retention_limit:
      description: Days that automatic snapshots are kept; 0 when none are taken.
      returned: when the group exists
      type: int
      sample: 7
    snapshot_window:
      description: Daily window of automatic snapshots, in UTC.
      returned: when the group exists
      type: str
      sample: '03:00-05:00'
    status:
      description: Status of the group.
      returned: when the group exists
      type: str
      sample: available
    tags:
      description: Tags of the group.
      returned: when the group exists
      type: dict
      sample: {Environment: prod}
    transit_encryption_enabled:
      description: Whether the group speaks TLS.
      returned: when the group exists
      type: bool
      sample: true
    transit_encryption_mode:
      description: V(preferred) or V(required); null without TLS.
      returned: when the group exists
      type: str
      sample: required
    user_group_ids:
      description: User groups of RBAC; null where AWS tells none.
      returned: when the group exists
      type: list
      elements: str
      sample: []
final_snapshot_identifier:
  description:
    - Name of the snapshot that was taken, or would be taken in check mode, before the group was deleted; also by a
      deletion that an earlier run began.
  returned: success; null when there is none
  type: str
  sample: accessweaver-staging-redis-final-20270131-120000
operations:
  description: The API calls that were made, or would be made in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [create_replication_group]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._autoscaling.dimensions import DIMENSIONS
from ..module_utils._aws.entry import run_with_clients
from ..module_utils._elasticache import replication_group

SHARD: dict[str, dict[str, Any]] = {
    "node_group_id": {},
    "slots": {},
    "replica_count": {"type": "int"},
    "primary_availability_zone": {},
    "replica_availability_zones": {"type": "list", "elements": "str"},
    "primary_outpost_arn": {},
    "replica_outpost_arns": {"type": "list", "elements": "str"},
}
RESHARDING: dict[str, dict[str, Any]] = {
    "node_group_id": {},
    "preferred_availability_zones": {"type": "list", "elements": "str"},
}
DESTINATION: dict[str, dict[str, Any]] = {
    "cloud_watch_logs_details": {"type": "dict", "options": {"log_group": {"required": True}}},
    "kinesis_firehose_details": {"type": "dict", "options": {"delivery_stream": {"required": True}}},
}
LOG_DELIVERY: dict[str, dict[str, Any]] = {
    "log_type": {"choices": ["slow-log", "engine-log"], "required": True},
    "destination_type": {"choices": ["cloudwatch-logs", "kinesis-firehose"]},
    "destination_details": {"type": "dict", "options": DESTINATION},
    "log_format": {"choices": ["text", "json"]},
    "enabled": {"type": "bool", "default": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "replication_group_id": {"required": True, "aliases": ["name"]},
    "replication_group_description": {"aliases": ["description"]},
    "engine": {"choices": ["redis", "valkey"]},
    "engine_version": {},
    "cache_node_type": {"aliases": ["node_type"]},
    "num_cache_clusters": {"type": "int"},
    "num_node_groups": {"type": "int", "aliases": ["num_shards"]},
    "replicas_per_node_group": {"type": "int", "aliases": ["replicas_per_shard"]},
    "node_group_configuration": {"type": "list", "elements": "dict", "options": SHARD},
    "automatic_failover_enabled": {"type": "bool"},
    "multi_az_enabled": {"type": "bool"},
    "cluster_mode": {"choices": ["enabled", "disabled", "compatible"]},
    "cache_parameter_group_name": {},
    "cache_parameter_group_family": {},
    "cache_subnet_group_name": {},
    "security_group_ids": {"type": "list", "elements": "str"},
    "port": {"type": "int"},
    "preferred_cache_cluster_azs": {"type": "list", "elements": "str"},
    "preferred_maintenance_window": {"aliases": ["maintenance_window"]},
    "notification_topic_arn": {},
    "auto_minor_version_upgrade": {"type": "bool"},
    "snapshot_retention_limit": {"type": "int"},
    "snapshot_window": {},
    "snapshot_name": {},
    "snapshot_arns": {"type": "list", "elements": "str"},
    "serverless_cache_snapshot_name": {},
    "primary_cluster_id": {},
    "global_replication_group_id": {},
    "transit_encryption_enabled": {"type": "bool"},
    "transit_encryption_mode": {"choices": ["preferred", "required"]},
    "at_rest_encryption_enabled": {"type": "bool"},
    "kms_key_id": {"no_log": False},
    "auth_token": {"no_log": True},
    "user_group_ids": {"type": "list", "elements": "str"},
    "log_delivery_configurations": {"type": "list", "elements": "dict", "options": LOG_DELIVERY},
    "data_tiering_enabled": {"type": "bool"},
    "network_type": {"choices": ["ipv4", "ipv6", "dual_stack"]},
    "ip_discovery": {"choices": ["ipv4", "ipv6"]},
    "durability": {},
    "notification_topic_status": {"choices": ["active", "inactive"]},
    "auth_token_update_strategy": {"choices": ["rotate", "set"], "no_log": False},
    "replicas_to_remove": {"type": "list", "elements": "str"},
    "node_groups_to_remove": {"type": "list", "elements": "str"},
    "resharding_configuration": {"type": "list", "elements": "dict", "options": RESHARDING},
    "shrink_memory_percent": {"type": "int", "default": 75},
    "impose_counts": {"type": "list", "elements": "str", "choices": sorted(DIMENSIONS), "default": []},
    "advance": {"type": "bool", "default": False},
    "deletion_protection": {"type": "bool"},
    "force_delete": {},
    "on_create_failed": {"choices": ["fail", "delete"], "default": "fail"},
    "apply": {"choices": ["now", "window"], "default": "now"},
    "final_snapshot_identifier": {},
    "skip_final_snapshot": {"type": "bool", "default": False},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
    "progress_path": {"type": "path"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        supports_check_mode=True,
        mutually_exclusive=[
            ("num_cache_clusters", "num_node_groups"),
            ("num_cache_clusters", "node_group_configuration"),
            ("auth_token", "user_group_ids"),
            ("final_snapshot_identifier", "skip_final_snapshot"),
        ],
    )
    run_with_clients(module, replication_group.ensure)


if __name__ == "__main__":
    main()
