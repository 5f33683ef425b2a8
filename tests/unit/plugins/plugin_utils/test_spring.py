# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an application is told, by topology, Spring Boot line and option."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils import spring
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError, SpringOptions
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import LINES

PRIMARY = {"host": "master.orders.cache.amazonaws.com", "port": 6379}
READER = {"host": "replica.orders.cache.amazonaws.com", "port": 6379}
CONFIGURATION = {"host": "clustercfg.orders.cache.amazonaws.com", "port": 6379}
SHARED: dict[str, Any] = {"port": 6379, "tls": True, "auth": True, "username": None, "nodes": []}
SINGLE = {**SHARED, "mode": "single", "writer": PRIMARY, "reader": None, "configuration": None}
REPLICA = {**SHARED, "mode": "replica", "writer": PRIMARY, "reader": READER, "configuration": None}
CLUSTER = {**SHARED, "mode": "cluster", "writer": None, "reader": None, "configuration": CONFIGURATION}
TOPOLOGIES = {"single": SINGLE, "replica": REPLICA, "cluster": CLUSTER}

PRIMARY_ADDRESS = "master.orders.cache.amazonaws.com:6379"
READER_ADDRESS = "replica.orders.cache.amazonaws.com:6379"
CONFIGURATION_ADDRESS = "clustercfg.orders.cache.amazonaws.com:6379"

# What ElastiCache takes in an AUTH token: printable ASCII letters and digits, and these.
TOKENS = st.text(
    alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!&#$^<>-", min_size=16, max_size=128
)


def config(connection: Mapping[str, Any], boot_version: str = "3.5", **options: Any) -> dict[str, Any]:
    return spring.redis_config(connection, boot_version, SpringOptions.of(options))


def redis(connection: Mapping[str, Any], boot_version: str = "3.5", **options: Any) -> dict[str, Any]:
    tree = config(connection, boot_version, **options)["spring"]
    return tree["redis"] if boot_version == "2.7" else tree["data"]["redis"]


def variables(connection: Mapping[str, Any], boot_version: str = "3.5", **options: Any) -> dict[str, str]:
    token = options.pop("auth_token", None)
    return spring.redis_environment(connection, boot_version, SpringOptions.of(options), token)


class TestTopologies:
    def test_a_single_node_is_reached_through_its_primary_endpoint(self) -> None:
        assert config(SINGLE, client_name="orders-dev") == {
            "spring": {
                "config": {"import": "configtree:/run/secrets/"},
                "data": {
                    "redis": {
                        "host": PRIMARY["host"],
                        "port": 6379,
                        "client-name": "orders-dev",
                        "timeout": "2s",
                        "connect-timeout": "1s",
                        "ssl": {"enabled": True},
                        "lettuce": {"shutdown-timeout": "200ms"},
                    }
                },
            }
        }

    def test_a_cluster_is_reached_through_its_configuration_endpoint_with_port(self) -> None:
        tree = redis(CLUSTER)
        assert tree["cluster"] == {"nodes": [CONFIGURATION_ADDRESS], "max-redirects": 5}
        assert tree["lettuce"]["cluster"]["refresh"] == {
            "adaptive": True,
            "dynamic-refresh-sources": True,
            "period": "60s",
        }

    @pytest.mark.parametrize("line", LINES)
    def test_a_cluster_never_gets_a_single_host(self, line: str) -> None:
        assert {"host", "port"}.isdisjoint(redis(CLUSTER, line))

    @pytest.mark.parametrize("line", LINES)
    @pytest.mark.parametrize("connection", TOPOLOGIES.values(), ids=TOPOLOGIES)
    def test_no_url_since_tokens_hold_characters_that_a_url_may_not(self, connection: Any, line: str) -> None:
        assert "url" not in redis(connection, line)

    def test_replicas_serve_nothing_unless_asked(self) -> None:
        tree = redis(REPLICA, "4.1")
        assert tree["host"] == PRIMARY["host"]
        assert "masterreplica" not in tree
        assert "read-from" not in tree["lettuce"]

    def test_the_application_learns_the_reader_endpoint(self) -> None:
        reader = config(REPLICA, read_from="replica")["accessweaver"]["cache"]["redis"]["reader"]
        assert reader == {**READER, "read-from": "replica"}


class TestReadingFromReplicas:
    @pytest.mark.parametrize("line", ["4.0", "4.1"])
    def test_static_nodes_where_the_line_has_them(self, line: str) -> None:
        tree = redis(REPLICA, line, read_from="replica-preferred")
        assert tree["masterreplica"] == {"nodes": [PRIMARY_ADDRESS, READER_ADDRESS]}
        assert tree["lettuce"]["read-from"] == "replica-preferred"
        assert "host" not in tree

    @pytest.mark.parametrize("line", ["2.7", "3.4", "3.5"])
    def test_the_primary_where_it_does_not_since_discovery_does_not_fit_elasticache(self, line: str) -> None:
        tree = redis(REPLICA, line, read_from="replica-preferred")
        assert tree["host"] == PRIMARY["host"]
        assert "read-from" not in tree["lettuce"]

    @pytest.mark.parametrize("line", ["3.5", "4.0", "4.1"])
    def test_cluster(self, line: str) -> None:
        assert redis(CLUSTER, line, read_from="replica-preferred")["lettuce"]["read-from"] == "replica-preferred"

    def test_cluster_before_the_line_that_has_it(self) -> None:
        with pytest.raises(SpringConfigError, match=re.escape("lettuce.read-from: Spring Boot 3.4 does not have it")):
            config(CLUSTER, "3.4", read_from="replica-preferred")

    def test_single_node_has_nothing_to_choose(self) -> None:
        assert redis(SINGLE, read_from="replica-preferred") == redis(SINGLE)


class TestLines:
    @pytest.mark.parametrize(
        ("version", "line"),
        [("3.5", "3.5"), ("3.5.16", "3.5"), (3.5, "3.5"), ("4.1.0-SNAPSHOT", "4.1"), ("2.7.18", "2.7")],
    )
    def test_of_a_version(self, version: object, line: str) -> None:
        assert spring.boot_line(version) == line

    @pytest.mark.parametrize("version", ["2.6", "3", "", "latest", "4.9.1"])
    def test_unknown(self, version: str) -> None:
        with pytest.raises(SpringConfigError, match=r"boot_version .* use one of 2\.7, 3\.0, .* 4\.1"):
            spring.boot_line(version)

    @pytest.mark.parametrize("line", LINES)
    def test_tls_has_the_form_of_the_line(self, line: str) -> None:
        assert redis(SINGLE, line)["ssl"] == (True if line in ("2.7", "3.0") else {"enabled": True})

    @pytest.mark.parametrize("line", LINES)
    def test_adaptive_refresh_ends_with_4_0(self, line: str) -> None:
        assert ("adaptive" in redis(CLUSTER, line)["lettuce"]["cluster"]["refresh"]) == (line != "4.1")

    def test_2_7_has_its_own_prefix(self) -> None:
        assert config(SINGLE, "2.7")["spring"].keys() == {"config", "redis"}


class TestSecrets:
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            pytest.param({}, {"config": {"import": "configtree:/run/secrets/"}}, id="configtree by default"),
            pytest.param({"secret_source": "/etc/a/"}, {"config": {"import": "configtree:/etc/a/"}}, id="configtree"),
            pytest.param({"secrets": "file"}, {"config": {"import": "file:/run/secrets/redis.yml"}}, id="file"),
        ],
    )
    def test_imported(self, options: dict[str, Any], expected: dict[str, Any]) -> None:
        tree = config(SINGLE, **options)["spring"]
        assert tree["config"] == expected["config"]
        assert "password" not in tree["data"]["redis"]

    def test_environment_variable(self) -> None:
        tree = config(SINGLE, secrets="env")["spring"]
        assert tree["data"]["redis"]["password"] == "${REDIS_AUTH_TOKEN}"
        assert "config" not in tree

    @pytest.mark.parametrize("secrets", ["configtree", "file", "env"])
    def test_nothing_without_auth(self, secrets: str) -> None:
        tree = config({**SINGLE, "auth": False}, secrets=secrets)["spring"]
        assert "config" not in tree
        assert "password" not in tree["data"]["redis"]

    @pytest.mark.parametrize(
        ("secrets", "source"),
        [("configtree", "/run/secrets"), ("configtree", "secrets/"), ("file", "/run/redis"), ("env", "redis-token")],
    )
    def test_source_that_does_not_fit(self, secrets: str, source: str) -> None:
        with pytest.raises(SpringConfigError, match=rf"secret_source '{source}' does not fit secrets: {secrets}"):
            config(SINGLE, secrets=secrets, secret_source=source)

    def test_unknown_style(self) -> None:
        with pytest.raises(SpringConfigError, match="secrets 'vault' is unknown, use one of configtree, file, env"):
            config(SINGLE, secrets="vault")

    @pytest.mark.parametrize(
        ("line", "name"), [("2.7", "spring.redis.password"), ("3.0", "spring.data.redis.password")]
    )
    def test_properties(self, line: str, name: str) -> None:
        assert spring.redis_secrets("0123456789abcdef", line, "configtree") == {name: "0123456789abcdef"}

    @pytest.mark.parametrize("style", ["file", "env"])
    def test_a_placeholder_is_refused_where_spring_resolves_it(self, style: str) -> None:
        with pytest.raises(SpringConfigError, match="would resolve as a placeholder") as error:
            spring.redis_secrets("hunter2-${HOME}", "3.5", style)
        assert "hunter2" not in str(error.value)

    def test_a_placeholder_is_carried_by_a_configuration_tree(self) -> None:
        assert spring.redis_secrets("a${HOME}", "3.5", "configtree") == {"spring.data.redis.password": "a${HOME}"}

    @pytest.mark.parametrize("token", ["", "hunter2\n", "hunter2\0"])
    def test_refused_without_quoting_it(self, token: str) -> None:
        with pytest.raises(SpringConfigError) as error:
            spring.redis_secrets(token, "3.5", "configtree")
        assert "hunter2" not in str(error.value)

    @given(token=TOKENS)
    def test_every_token_of_elasticache_is_carried(self, token: str) -> None:
        assert variables(SINGLE, auth_token=token)["SPRING_DATA_REDIS_PASSWORD"] == token
        assert spring.redis_secrets(token, "3.5", "file") == {"spring.data.redis.password": token}


class TestOptions:
    def test_cache(self) -> None:
        cache = {"cache_names": ["permissions"], "time_to_live": "5m", "key_prefix": "aw:prod:"}
        assert config(SINGLE, cache=cache)["spring"]["cache"] == {
            "type": "redis",
            "cache-names": ["permissions"],
            "redis": {"time-to-live": "5m", "key-prefix": "aw:prod:"},
        }

    def test_nothing_about_caching_unless_asked(self) -> None:
        assert "cache" not in config(SINGLE)["spring"]

    def test_pool(self) -> None:
        pool = {"max_active": 20, "min_idle": 5, "max_wait": "500ms", "time_between_eviction_runs": "30s"}
        assert redis(SINGLE, pool=pool)["lettuce"]["pool"] == {
            "max-active": 20,
            "min-idle": 5,
            "max-wait": "500ms",
            "time-between-eviction-runs": "30s",
        }

    def test_lifetimes_and_key_patterns_of_the_application(self) -> None:
        pattern = "aw:{{tenantId}}:permissions:{userId}:{resourceId}"
        tree = config(SINGLE, ttl={"permissions": "300s"}, key_patterns={"permissions": pattern})
        assert tree["accessweaver"]["cache"]["redis"] == {
            "enabled": True,
            "key-patterns": {"permissions": pattern},
            "ttl": {"permissions": "300s"},
        }

    def test_user_name(self) -> None:
        assert redis({**SINGLE, "username": "orders"})["username"] == "orders"

    def test_none_is_the_default(self) -> None:
        assert config(SINGLE, timeout=None, pool=None) == config(SINGLE)

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            pytest.param({"timeout": 2}, "spring.data.redis.timeout: 2 is not valid, give", id="no unit"),
            pytest.param({"timeout": "2"}, "'2' is not valid", id="no unit in text"),
            pytest.param({"timeout": "5 m"}, "'5 m' is not valid", id="space before unit"),
            pytest.param({"timeout": "1.5s"}, "'1.5s' is not valid", id="decimals"),
            pytest.param({"timeout": "1m30s"}, "'1m30s' is not valid", id="compound"),
            pytest.param({"ttl": {"roles": 600}}, "accessweaver.cache.redis.ttl.roles: 600 is not valid", id="ttl"),
            pytest.param({"cache": {"time_to_live": 300000}}, "time-to-live: 300000 is not valid", id="cache ttl"),
            pytest.param({"connect_timeout": "2s"}, "connect-timeout: must be shorter", id="connects too slowly"),
            pytest.param({"connect_timeout": "1m", "timeout": "2000ms"}, "must be shorter", id="compares units"),
            pytest.param({"client_name": "my app"}, "CLIENT SETNAME takes printable ASCII", id="client name"),
            pytest.param({"pool": {"max_total": 8}}, "pool.max-total: no such property, there are", id="unknown key"),
            pytest.param({"pool": {"max_active": "8"}}, "max-active: '8' is not valid, give an integer", id="text"),
            pytest.param({"pool": {"max_active": True}}, "max-active: True is not valid", id="boolean for integer"),
            pytest.param({"pool": {"min_idle": 2}}, "has no effect without", id="idle connections never made"),
            pytest.param({"pool": 8}, "option pool must be a mapping", id="not a mapping"),
            pytest.param({"cache": {"use_key_prefix": "yes"}}, "give true or false", id="boolean"),
            pytest.param({"ttl": {"user-roles": "5m"}}, "lower-case letters and digits", id="name lost in a variable"),
            pytest.param({"time_out": "2s"}, "unknown option time_out, use", id="unknown option"),
        ],
    )
    def test_refused(self, options: dict[str, Any], problem: str) -> None:
        with pytest.raises(SpringConfigError, match=re.escape(problem)):
            config(SINGLE, **options)

    @pytest.mark.parametrize("value", ["secondary", "replicas", "Replica Preferred", ""])
    def test_read_from_that_lettuce_does_not_know(self, value: str) -> None:
        with pytest.raises(SpringConfigError, match=r"read-from: .* is not valid"):
            config(CLUSTER, read_from=value)

    def test_all_problems_at_once(self) -> None:
        with pytest.raises(SpringConfigError) as error:
            config(SINGLE, timeout="slow", client_name="my app", pool={"max_total": 8}, secret_source="here")
        for name in ("timeout", "client-name", "max-total", "secret_source"):
            assert name in str(error.value)


class TestConnection:
    @pytest.mark.parametrize(
        ("mode", "missing"),
        [("single", "writer"), ("replica", "writer"), ("replica", "reader"), ("cluster", "configuration")],
    )
    @pytest.mark.parametrize("endpoint", [None, {}, {"host": None, "port": 6379}], ids=["null", "empty", "no host"])
    def test_without_the_endpoint_of_its_mode(self, mode: str, missing: str, endpoint: object) -> None:
        with pytest.raises(SpringConfigError, match=f"connection.{missing} is missing"):
            config({**TOPOLOGIES[mode], missing: endpoint})

    def test_unknown_mode(self) -> None:
        with pytest.raises(SpringConfigError, match=r"connection\.mode 'sentinel' is unknown"):
            config({**SINGLE, "mode": "sentinel"})


class TestEnvironment:
    @pytest.mark.parametrize(
        ("property_name", "variable"),
        [
            ("spring.data.redis.connect-timeout", "SPRING_DATA_REDIS_CONNECTTIMEOUT"),
            ("spring.data.redis.lettuce.pool.max-active", "SPRING_DATA_REDIS_LETTUCE_POOL_MAXACTIVE"),
            ("accessweaver.cache.redis.ttl.roles", "ACCESSWEAVER_CACHE_REDIS_TTL_ROLES"),
        ],
    )
    def test_canonical_names(self, property_name: str, variable: str) -> None:
        assert spring.environment_name(property_name) == variable

    def test_cluster(self) -> None:
        assert variables(CLUSTER, client_name="orders") == {
            "SPRING_DATA_REDIS_CLUSTER_NODES_0": CONFIGURATION_ADDRESS,
            "SPRING_DATA_REDIS_CLUSTER_MAXREDIRECTS": "5",
            "SPRING_DATA_REDIS_LETTUCE_CLUSTER_REFRESH_ADAPTIVE": "true",
            "SPRING_DATA_REDIS_LETTUCE_CLUSTER_REFRESH_DYNAMICREFRESHSOURCES": "true",
            "SPRING_DATA_REDIS_LETTUCE_CLUSTER_REFRESH_PERIOD": "60s",
            "SPRING_DATA_REDIS_CLIENTNAME": "orders",
            "SPRING_DATA_REDIS_TIMEOUT": "2s",
            "SPRING_DATA_REDIS_CONNECTTIMEOUT": "1s",
            "SPRING_DATA_REDIS_SSL_ENABLED": "true",
            "SPRING_DATA_REDIS_LETTUCE_SHUTDOWNTIMEOUT": "200ms",
            "REDIS_MODE": "cluster",
            "REDIS_HOST": CONFIGURATION["host"],
            "REDIS_PORT": "6379",
            "REDIS_TLS": "true",
        }

    def test_language_neutral_block_of_a_primary_with_replicas(self) -> None:
        found = variables({**REPLICA, "username": "orders"}, auth_token="0123456789abcdef")
        assert {name: value for name, value in found.items() if name.startswith("REDIS_")} == {
            "REDIS_MODE": "replica",
            "REDIS_HOST": PRIMARY["host"],
            "REDIS_PORT": "6379",
            "REDIS_READER_HOST": READER["host"],
            "REDIS_READER_PORT": "6379",
            "REDIS_TLS": "true",
            "REDIS_USERNAME": "orders",
            "REDIS_AUTH_TOKEN": "0123456789abcdef",
        }

    def test_no_password_without_a_token(self) -> None:
        assert not [name for name in variables(SINGLE) if "PASSWORD" in name or "TOKEN" in name]

    @pytest.mark.parametrize("line", LINES)
    @pytest.mark.parametrize("connection", TOPOLOGIES.values(), ids=TOPOLOGIES)
    def test_says_the_same_as_the_yaml_tree(self, connection: Any, line: str) -> None:
        options = {"cache": {"cache_names": ["a", "b"]}, "ttl": {"roles": "5m"}, "pool": {"max_wait": "1s"}}
        tree = config({**connection, "auth": False}, line, **options)
        expected = dict(flattened(tree))
        found = variables(connection, line, **options)
        assert {name: value for name, value in found.items() if not name.startswith("REDIS_")} == expected


def flattened(node: Any, name: str = "") -> list[tuple[str, str]]:
    """The variables of a tree by Spring's rules, worked out from the tree and not from the flat properties."""
    if isinstance(node, dict):
        return [item for key, child in node.items() for item in flattened(child, f"{name}.{key}")]
    if isinstance(node, list):
        return [item for index, child in enumerate(node) for item in flattened(child, f"{name}.{index}")]
    return [(name[1:].upper().replace("-", "").replace(".", "_"), str(node).lower() if node is True else str(node))]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("connection", TOPOLOGIES.values(), ids=TOPOLOGIES)
def test_the_tree_survives_yaml(connection: Any, line: str) -> None:
    tree = config(connection, line, client_name="orders", ttl={"roles": "5m"}, cache={"key_prefix": "aw:prod:"})
    assert yaml.safe_load(yaml.safe_dump(tree)) == tree


class TestSessions:
    @pytest.mark.parametrize("line", LINES)
    def test_never_call_config(self, line: str) -> None:
        session = config(SINGLE, line, session={"timeout": "30m", "flush_mode": "immediate"})["spring"]["session"]
        redis_session = session["data"]["redis"] if line in ("4.0", "4.1") else session["redis"]
        assert redis_session == {"configure-action": "none", "flush-mode": "immediate"}
        assert session["timeout"] == "30m"
        assert session.get("store-type") == ("redis" if line == "2.7" else None)

    def test_nothing_is_said_unless_asked(self) -> None:
        assert "session" not in config(SINGLE)["spring"]

    @pytest.mark.parametrize(
        ("line", "session", "message"),
        [
            ("2.7", {"repository_type": "indexed"}, "Spring Boot 2.7 does not have it, only 3.0 to 4.1 do"),
            ("3.5", {"repository_type": "index"}, "use default or indexed"),
            ("3.5", {"save_mode": "never"}, "use on-set-attribute"),
            ("3.5", {"timeout": "30"}, "give a whole number with its unit"),
            ("3.5", {"configure_action": "notify-keyspace-events"}, "CONFIG, which ElastiCache refuses"),
            (
                "3.0",
                {"cleanup_cron": "0 * * * * *"},
                "session.redis.cleanup-cron: .* unless .*repository-type is indexed",
            ),
            ("4.1", {"cleanup_cron": "0 * * * * *", "repository_type": "default"}, "session.data.redis.cleanup-cron: "),
        ],
    )
    def test_refused(self, line: str, session: dict[str, str], message: str) -> None:
        with pytest.raises(SpringConfigError, match=message):
            config(SINGLE, line, session=session)

    @pytest.mark.parametrize(("line", "repository"), [("2.7", {}), ("4.1", {"repository_type": "indexed"})])
    def test_a_cleanup_where_there_is_something_to_clean(self, line: str, repository: dict[str, str]) -> None:
        tree = config(SINGLE, line, session={"cleanup_cron": "0 * * * * *", **repository})
        assert "cleanup-cron" in str(tree)
