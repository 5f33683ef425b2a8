# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How applications reach a replication group: one shape for every topology, with null for what a topology does not
have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .replication_group_fields import Observed


def connection(observed: Observed) -> dict[str, Any]:
    """Return the endpoints of a group; nothing is built from names, and nothing is there before AWS reports it.

    C(mode) is C(cluster) with cluster mode enabled, else C(replica) or C(single) by the number of nodes.
    """
    group = observed.group
    clustered = bool(group.get("ClusterEnabled"))
    shard: Mapping[str, Any] = {} if clustered else next(iter(group.get("NodeGroups", ())), {})
    replicated = len(group.get("MemberClusters", ())) > 1
    nodes = _nodes(observed)
    configuration = _endpoint(group.get("ConfigurationEndpoint"))
    writer = _endpoint(shard.get("PrimaryEndpoint"))
    return {
        "mode": "cluster" if clustered else "replica" if replicated else "single",
        "port": next((end["port"] for end in (configuration, writer, *nodes) if end), None),
        "tls": bool(group.get("TransitEncryptionEnabled")),
        "plain_text": group.get("TransitEncryptionMode") == "preferred",
        "auth": bool(group.get("AuthTokenEnabled")),
        "username": None,
        "writer": writer,
        "reader": _endpoint(shard.get("ReaderEndpoint")) if replicated else None,
        "configuration": configuration,
        "nodes": nodes,
    }


def _endpoint(endpoint: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {"host": endpoint["Address"], "port": endpoint["Port"]} if endpoint else None


def _nodes(observed: Observed) -> list[dict[str, Any]]:
    shard_of = {
        member["CacheClusterId"]: shard["NodeGroupId"]
        for shard in observed.group.get("NodeGroups", ())
        for member in shard.get("NodeGroupMembers", ())
    }
    found = [
        {"id": cluster["CacheClusterId"], "shard": shard_of.get(cluster["CacheClusterId"]), **end}
        for cluster in observed.clusters
        for node in cluster.get("CacheNodes", ())
        if (end := _endpoint(node.get("Endpoint")))
    ]
    return sorted(found, key=lambda node: node["id"])
