# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the filters that configure applications have in common."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  _input:
    description:
      - How the deployment is reached, C(elasticache_redis_outputs.connection) of the role
        C(elasticache_redis). Its C(username) is the user of role-based access control (RBAC) to log in as.
    type: dict
    required: true
  boot_version:
    description:
      - Spring Boot version of the application, as a line (V(3.5)) or in full (V(3.5.16)).
      - Known are the lines V(2.7), V(3.0) to V(3.5), V(4.0) and V(4.1).
    type: str
    default: "3.5"
  client_name:
    description: Name under which the application's connections appear in C(CLIENT LIST).
    type: str
  timeout:
    description: How long a command may take. Like every duration here a whole number with its unit.
    type: str
    default: 2s
  connect_timeout:
    description: How long a connection may take to come up; shorter than O(timeout).
    type: str
    default: 1s
  shutdown_timeout:
    description: How long the client may take to close its connections when the application stops.
    type: str
    default: 200ms
  max_redirects:
    description: How many times a command follows the slots of a cluster that moves them. Cluster mode only.
    type: int
    default: 5
  refresh_period:
    description: How often the client reads the topology of the cluster again. Cluster mode only.
    type: str
    default: 60s
  read_from:
    description:
      - Which nodes answer reads, for example V(replica-preferred). Replicas lag behind; without this option the
        primary answers.
      - Cluster mode needs Spring Boot 3.5 or later.
      - With a primary and replicas, Spring Boot 4.0 and later connect to the primary and the reader endpoint, which
        leaves the application without C(SUBSCRIBE). Earlier lines have no such property;
        C(accessweaver.cache.redis.reader) then names the endpoint to a connection factory of the application.
      - With a single node there is nothing to choose and the option is left out.
    type: str
  pool:
    description:
      - Connection pool, with the names of C(lettuce.pool) in snake case (V(max_active), V(max_wait), ...).
      - Ordinary commands share one connection; a pool serves blocking commands and transactions only, and needs
        C(commons-pool2).
    type: dict
    default: {}
  cache:
    description:
      - Spring's cache abstraction on Redis, with the names of C(spring.cache.redis) in snake case (V(time_to_live),
        V(key_prefix), V(cache_null_values), ...) and V(cache_names).
      - Needs C(spring-boot-starter-cache). Left out, nothing is said about caching.
    type: dict
    default: {}
  session:
    description:
      - Spring Session on Redis, with V(timeout) and the names of C(spring.session.redis) in snake case (V(namespace),
        V(repository_type), V(flush_mode), V(save_mode), V(cleanup_cron)).
      - Spring Session is told not to call C(CONFIG), which ElastiCache refuses. For V(repository_type=indexed) the
        parameter C(notify-keyspace-events) has to be V(Egx).
      - Needs C(spring-session-data-redis). Left out, nothing is said about sessions.
    type: dict
    default: {}
  ttl:
    description: Lifetimes by name, given to the application as C(accessweaver.cache.redis.ttl).
    type: dict
    default: {}
  key_patterns:
    description: Key patterns by name, given to the application as C(accessweaver.cache.redis.key-patterns).
    type: dict
    default: {}
"""
