# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups and cache clusters as the API shows them."""

from __future__ import annotations

from sandbox.elasticache.engines import find_version
from sandbox.elasticache.plane import endpoint_view
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import LogDelivery, Node, ReplicationGroup, Shard
from sandbox.protocol import Parameters

CACHE_NODE_ID = "0001"


def replication_group(region: Region, rg: ReplicationGroup) -> Parameters:
    """Node groups and endpoints are absent until the group was available for the first time."""
    endpoints = region.plane.endpoints(rg) if rg.reachable else None
    return {
        "ReplicationGroupId": rg.id,
        "Description": rg.description,
        "Status": _shown(rg, rg.status),
        "PendingModifiedValues": _pending(region, rg),
        "MemberClusters": [node.id for node in rg.nodes],
        "NodeGroups": [_node_group(region, rg, shard) for shard in rg.shards] if endpoints else None,
        "SnapshottingClusterId": rg.snapshotting_node,
        "AutomaticFailover": _failover_status(rg),
        "MultiAZ": rg.multi_az,
        "ConfigurationEndpoint": endpoint_view(endpoints.configuration) if endpoints else None,
        "SnapshotRetentionLimit": rg.snapshot_retention,
        "SnapshotWindow": rg.snapshot_window,
        "ClusterEnabled": rg.cluster_enabled,
        "CacheNodeType": rg.node_type,
        "KmsKeyId": rg.kms_key,
        "ARN": region.arn("replicationgroup", rg.id),
        "UserGroupIds": rg.user_groups or None,
        "ReplicationGroupCreateTime": rg.created,
        "DataTiering": "enabled" if rg.data_tiering else "disabled",
        "NetworkType": rg.network_type,
        "IpDiscovery": rg.ip_discovery,
        "ClusterMode": rg.cluster_mode,
        "Engine": rg.engine,
        "AutoMinorVersionUpgrade": rg.auto_minor_version_upgrade,
        "LogDeliveryConfigurations": _log_deliveries(rg),
        **_security(rg),
    }


def cache_cluster(region: Region, rg: ReplicationGroup, node: Node, show_nodes: bool) -> Parameters:
    """A member of a replication group, as a cache cluster."""
    return {
        "CacheClusterId": node.id,
        "ClientDownloadLandingPage": "https://console.aws.amazon.com/elasticache/home#client-download:",
        "CacheNodeType": rg.node_type,
        "Engine": rg.engine,
        "EngineVersion": reported_version(rg),
        "CacheClusterStatus": cluster_status(_shown(rg, node.status)),
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": node.zone,
        "CacheClusterCreateTime": node.created,
        "PreferredMaintenanceWindow": rg.maintenance_window,
        "PendingModifiedValues": rg.pending_nodes,
        "NotificationConfiguration": (
            {"TopicArn": rg.topic_arn, "TopicStatus": rg.topic_status} if rg.topic_arn else None
        ),
        "CacheSecurityGroups": [],
        "CacheParameterGroup": {
            "CacheParameterGroupName": rg.parameter_group,
            "ParameterApplyStatus": rg.parameter_apply_status,
            "CacheNodeIdsToReboot": [],
        },
        "CacheSubnetGroupName": rg.subnet_group,
        "CacheNodes": [_cache_node(region, rg, node)] if show_nodes else None,
        "AutoMinorVersionUpgrade": rg.auto_minor_version_upgrade,
        "SecurityGroups": [{"SecurityGroupId": group, "Status": "active"} for group in rg.security_groups],
        "ReplicationGroupId": rg.id,
        "SnapshotRetentionLimit": rg.snapshot_retention if rg.cluster_enabled or node.id == rg.snapshotting_node else 0,
        "SnapshotWindow": rg.snapshot_window,
        "ARN": region.arn("cluster", node.id),
        "ReplicationGroupLogDeliveryEnabled": bool(rg.logs),
        "LogDeliveryConfigurations": _log_deliveries(rg),
        "NetworkType": rg.network_type,
        "IpDiscovery": rg.ip_discovery,
        **_security(rg),
    }


def reported_version(rg: ReplicationGroup) -> str:
    """With its patch level: ``7.1.0`` for the 7.1 that was asked for."""
    return find_version(rg.engine, rg.version).reported


def _shown(rg: ReplicationGroup, status: str) -> str:
    """AWS goes on saying available for some seconds after a change was asked for."""
    return "available" if rg.unseen else status


def _pending(region: Region, rg: ReplicationGroup) -> Parameters:
    if "Resharding" not in rg.pending:
        return rg.pending
    done, steps = rg.resharding or (0, 0)
    percentage = round(100 * (done + region.plane.moved(rg)) / steps, 2) if steps else 0.0
    return {**rg.pending, "Resharding": {"SlotMigration": {"ProgressPercentage": percentage}}}


def _failover_status(rg: ReplicationGroup) -> str:
    """While it is being changed: enabling or disabling."""
    pending = rg.pending.get("AutomaticFailoverStatus")
    return {"enabled": "enabling", "disabled": "disabling"}[pending] if pending else rg.automatic_failover


def cluster_status(status: str) -> str:
    """CacheClusterStatus knows no create-failed."""
    return "incompatible-network" if status == "create-failed" else status


def _node_group(region: Region, rg: ReplicationGroup, shard: Shard) -> Parameters:
    """With cluster mode disabled: endpoints and roles; with cluster mode enabled: slots; in between: all of it."""
    view: Parameters = {
        "NodeGroupId": shard.id,
        "Status": _shown(rg, shard.status),
        "NodeGroupMembers": [_member(region, rg, node) for node in shard.nodes],
    }
    endpoints = region.plane.endpoints(rg)
    return {
        **view,
        "Slots": shard.slots or None,
        "PrimaryEndpoint": endpoint_view(endpoints.primary),
        "ReaderEndpoint": endpoint_view(endpoints.reader),
    }


def _member(region: Region, rg: ReplicationGroup, node: Node) -> Parameters:
    view = {"CacheClusterId": node.id, "CacheNodeId": CACHE_NODE_ID, "PreferredAvailabilityZone": node.zone}
    if rg.cluster_mode == "enabled" or (endpoint := region.plane.endpoints(rg).nodes.get(node.id)) is None:
        return view
    return {**view, "ReadEndpoint": endpoint_view(endpoint), "CurrentRole": region.plane.roles(rg).get(node.id)}


def _cache_node(region: Region, rg: ReplicationGroup, node: Node) -> Parameters:
    endpoints = region.plane.endpoints(rg).nodes if rg.reachable else {}
    return {
        "CacheNodeId": CACHE_NODE_ID,
        "CacheNodeStatus": cluster_status(_shown(rg, node.status)),
        "CacheNodeCreateTime": node.created,
        "Endpoint": endpoint_view(endpoints.get(node.id)),
        "ParameterGroupStatus": rg.parameter_apply_status,
        "CustomerAvailabilityZone": node.zone,
    }


def _security(rg: ReplicationGroup) -> Parameters:
    return {
        "AuthTokenEnabled": rg.auth_enabled,
        "AuthTokenLastModifiedDate": rg.auth_token_changed,
        "TransitEncryptionEnabled": rg.transit_encryption,
        "TransitEncryptionMode": rg.transit_mode,
        "AtRestEncryptionEnabled": rg.at_rest_encryption,
    }


def _log_deliveries(rg: ReplicationGroup) -> list[Parameters]:
    return [{**log_delivery(log), "Status": log.status} for log in rg.logs.values()]


def log_delivery(log: LogDelivery) -> Parameters:
    """A log delivery as it is pending."""
    return {
        "LogType": log.log_type,
        "DestinationType": log.destination_type,
        "DestinationDetails": log.details,
        "LogFormat": log.format,
    }
