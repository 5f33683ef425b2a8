# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module that connects to a cache."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  connection:
    description:
      - How applications reach the cache, as M(accessweaver.elasticache.elasticache_replication_group) returns it.
      - Needed, unless the module says what it does without.
    type: dict
    suboptions:
      mode:
        description:
          - V(single) is one node, V(replica) a primary with replicas, V(cluster) cluster mode enabled.
        type: str
        required: true
        choices: [single, replica, cluster]
      port:
        description: The port of the cache. The endpoints say their own.
        type: int
      tls:
        description: Whether the cache has transit encryption.
        type: bool
        default: true
      plain_text:
        description: Whether it serves clients without TLS too, as with the transit encryption mode V(preferred).
        type: bool
        default: false
      auth:
        description: Whether it needs a token.
        type: bool
        default: true
      username:
        description: User that the token belongs to; null for an AUTH token.
        type: str
      writer:
        description: Endpoint of the primary; needed unless O(connection.mode=cluster).
        type: dict
        suboptions: &endpoint
          host:
            description: Name or address.
            type: str
            required: true
          port:
            description: Port.
            type: int
            required: true
      reader:
        description: Endpoint of the replicas.
        type: dict
        suboptions: *endpoint
      configuration:
        description: Configuration endpoint; needed with O(connection.mode=cluster).
        type: dict
        suboptions: *endpoint
      nodes:
        description:
          - The nodes one by one. In a cluster they are also asked for each other.
        type: list
        elements: dict
        suboptions:
          id:
            description: ID of the node.
            type: str
          shard:
            description: ID of its shard.
            type: str
          host:
            description: Name or address.
            type: str
            required: true
          port:
            description: Port.
            type: int
            required: true
  username:
    description:
      - User to connect as, instead of O(connection.username).
    type: str
  ca_file:
    description:
      - File of CA certificates that the servers' ones are verified against. Left out, those of the system, to which
        ElastiCache's belong.
    type: path
  timeout:
    description:
      - Seconds that a connection, and each answer, may take.
    type: float
    default: 5
"""
    TOKEN = r"""
options:
  auth_token:
    description:
      - The AUTH token, or the password of O(username). It is in no result and in no message.
    type: str
"""
