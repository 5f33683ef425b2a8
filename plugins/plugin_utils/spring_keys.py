# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which configuration keys each Spring Boot line has.

Spring Boot ignores a key it does not know without a word, so a file for the wrong line starts an application that talks
to C(localhost) in clear. Every property the collection renders is therefore looked up here first.

Source: C(META-INF/spring-configuration-metadata.json) of the last release of each line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

LINES = ("2.7", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "4.0", "4.1")
NAMESPACE = "accessweaver.cache.redis"

Kind = Literal[
    "boolean",
    "client_name",
    "duration",
    "endpoints",
    "flush_mode",
    "integer",
    "list",
    "location",
    "no_action",
    "read_from",
    "repository_type",
    "save_mode",
    "string",
    "user",
]


@dataclass(frozen=True)
class Key:
    """A property, the form its value takes and the first and last line that have it."""

    name: str
    kind: Kind
    since: str = LINES[0]
    until: str = LINES[-1]

    def exists_in(self, line: str) -> bool:
        return LINES.index(self.since) <= LINES.index(line) <= LINES.index(self.until)


REDIS_KEYS = (
    Key("host", "string"),
    Key("port", "integer"),
    Key("username", "user"),
    Key("password", "string"),
    Key("timeout", "duration"),
    Key("connect-timeout", "duration"),
    Key("client-name", "client_name"),
    Key("ssl", "boolean", until="3.0"),
    Key("ssl.enabled", "boolean", since="3.1"),
    Key("cluster.nodes", "endpoints"),
    Key("cluster.max-redirects", "integer"),
    Key("masterreplica.nodes", "endpoints", since="4.0"),
    Key("lettuce.shutdown-timeout", "duration"),
    Key("lettuce.read-from", "read_from", since="3.5"),
    Key("lettuce.cluster.refresh.adaptive", "boolean", until="4.0"),
    Key("lettuce.cluster.refresh.dynamic-refresh-sources", "boolean"),
    Key("lettuce.cluster.refresh.period", "duration"),
    Key("lettuce.pool.enabled", "boolean"),
    Key("lettuce.pool.max-active", "integer"),
    Key("lettuce.pool.max-idle", "integer"),
    Key("lettuce.pool.min-idle", "integer"),
    Key("lettuce.pool.max-wait", "duration"),
    Key("lettuce.pool.time-between-eviction-runs", "duration"),
)
BOOT_KEYS = (
    Key("spring.config.import", "location"),
    Key("spring.cache.type", "string"),
    Key("spring.cache.cache-names", "list"),
    Key("spring.cache.redis.cache-null-values", "boolean"),
    Key("spring.cache.redis.enable-statistics", "boolean"),
    Key("spring.cache.redis.key-prefix", "string"),
    Key("spring.cache.redis.time-to-live", "duration"),
    Key("spring.cache.redis.use-key-prefix", "boolean"),
    Key("spring.session.store-type", "string", until="2.7"),
    Key("spring.session.timeout", "duration"),
)
SESSION_KEYS = (
    Key("configure-action", "no_action"),
    Key("namespace", "string"),
    Key("repository-type", "repository_type", since="3.0"),
    Key("flush-mode", "flush_mode"),
    Key("save-mode", "save_mode"),
    Key("cleanup-cron", "string"),
)
# Not Spring Boot's: the application reads them itself, with @ConfigurationProperties.
APPLICATION_KEYS = (
    Key(f"{NAMESPACE}.enabled", "boolean"),
    Key(f"{NAMESPACE}.key-patterns.*", "string"),
    Key(f"{NAMESPACE}.ttl.*", "duration"),
    Key(f"{NAMESPACE}.reader.host", "string"),
    Key(f"{NAMESPACE}.reader.port", "integer"),
    Key(f"{NAMESPACE}.reader.read-from", "read_from"),
)


def redis_prefix(line: str) -> str:
    """Where a line keeps its Redis properties; they moved in Spring Boot 3.0."""
    return "spring.redis" if line == "2.7" else "spring.data.redis"


def session_prefix(line: str) -> str:
    """Where a line keeps the properties of Spring Session on Redis; they moved in Spring Boot 4.0."""
    return "spring.session.data.redis" if LINES.index(line) >= LINES.index("4.0") else "spring.session.redis"


def boot_keys(line: str) -> Mapping[str, Key]:
    """The keys of Spring Boot itself that a line has, by full name."""
    redis = {f"{redis_prefix(line)}.{key.name}": key for key in REDIS_KEYS}
    session = {f"{session_prefix(line)}.{key.name}": key for key in SESSION_KEYS}
    other = {key.name: key for key in BOOT_KEYS}
    return {name: key for name, key in (redis | session | other).items() if key.exists_in(line)}


def find_key(line: str, name: str) -> Key | None:
    """The key a property name stands for in a line, C(None) when the line does not have it."""
    application = (key for key in APPLICATION_KEYS if fnmatchcase(name, key.name))
    return boot_keys(line).get(name) or next(application, None)
