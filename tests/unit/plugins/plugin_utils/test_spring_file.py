# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How our settings join a user's file, and where an application with the result logs in."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils import spring_file
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import DIALECTS, render
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import (
    SpringConfigError,
    SpringOptions,
    redis_config,
    redis_environment,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_file import joined, without
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_keys import LINES

TOKEN = "hunter2-!&#$^<>-1234"
PRIMARY, READER, CONFIGURATION = ({"host": host, "port": 6379} for host in ("primary", "reader", "configuration"))
SHARED: dict[str, Any] = {"tls": True, "auth": True, "username": None, "writer": PRIMARY, "reader": READER}
MODES = {
    "single": ({**SHARED, "mode": "single"}, ["primary"]),
    "replica": ({**SHARED, "mode": "replica"}, ["primary"]),
    "cluster": ({**SHARED, "mode": "cluster", "configuration": CONFIGURATION}, ["configuration"]),
    "user": ({**SHARED, "mode": "single", "username": "orders"}, ["primary"]),
}
IMPORTS = {"configtree:/run/secrets/": {"spring.data.redis.password": TOKEN, "spring.redis.password": TOKEN}}
OURS = "---\nspring:\n  data:\n    redis:\n      host: primary\n      port: 6380\n      ssl: {enabled: true}\n"


def logins(*hosts: str, port: int = 6379, **changed: Any) -> list[dict[str, Any]]:
    expected = {"port": port, "tls": True, "username": None, "password": TOKEN, **changed}
    return [{"host": host, **expected} for host in hosts]


def spring_logins(*arguments: Any) -> list[dict[str, Any]]:
    return [login.endpoint() for login in spring_file.spring_logins(*arguments)]


def environment_logins(*arguments: Any) -> list[dict[str, Any]]:
    return [login.endpoint() for login in spring_file.environment_logins(*arguments)]


class TestJoining:
    OWN = "# ours\nserver: {port: 80}  # plain"

    def test_what_is_there_stays_and_a_second_time_changes_nothing(self) -> None:
        once = joined(self.OWN, OURS)
        assert once.startswith(f"{self.OWN}\n# BEGIN Redis, managed by Ansible\n---\n")
        assert joined(once, OURS) == once

    def test_only_the_part_between_the_markers_is_replaced(self) -> None:
        around = joined(self.OWN, OURS) + "---\nlast: true\n"
        assert joined(around, OURS.replace("primary", r"other\1")) == around.replace("primary", r"other\1")
        assert without(around) == f"{self.OWN}\n---\nlast: true\n"

    def test_line_breaks_of_windows(self) -> None:
        edited = joined(self.OWN, OURS).replace("\n", "\r\n") + "---\r\nlast: true\r\n"
        again = joined(edited, OURS)
        assert again.count("BEGIN Redis") == again.count("END Redis") == 1
        assert joined(again, OURS) == again
        assert without(edited) == without(again) == f"{self.OWN}\n---\nlast: true\n".replace("\n", "\r\n")


OVERRIDDEN = {
    "url": "spring.data.redis.url: redis://hunter2@elsewhere",
    "nodes, in another spelling": "SPRING: {Data.redis.masterReplica.nodes: 'a:1,b:1'}",
    "sentinel": "spring: {data: {redis: {sentinel: {master: a}}}}",
    "user": "spring.data.redis.username: somebody",
}
BROKEN = {
    "no YAML": ("a: [hunter2", "is not YAML, line 1"),
    "key that is there twice": ("a: {b: hunter2, c: 1, b: hunter3}", "line 1: a key that is there already"),
    "no port": ("spring.data.redis.cluster.nodes: [primary]", "cluster.nodes is 'primary', give a host and a port"),
    "no mapping": ("- hunter2", "no mapping of properties"),
    "no host": ("server.port: 80", "spring.data.redis.host is missing"),
}


class TestSpring:
    @pytest.mark.parametrize("line", LINES)
    @pytest.mark.parametrize(("connection", "hosts"), MODES.values(), ids=MODES)
    def test_what_is_rendered_is_read_back(self, connection: dict[str, Any], hosts: list[str], line: str) -> None:
        text = yaml.safe_dump(redis_config(connection, line, SpringOptions()))
        assert spring_logins(text, line, IMPORTS) == logins(*hosts, username=connection["username"])

    def test_reads_from_replicas_with_static_nodes(self) -> None:
        text = yaml.safe_dump(redis_config(MODES["replica"][0], "4.1", SpringOptions(read_from="replica-preferred")))
        assert spring_logins(text, "4.1", IMPORTS) == logins("primary", "reader")

    def test_an_imported_file_comes_right_after_the_document_that_imports_it(self) -> None:
        imports: dict[str, Any] = {"file:/etc/redis.yml": OURS, **IMPORTS}
        text = "spring.config.import: [file:/etc/redis.yml, 'optional:configtree:/run/secrets/']"
        assert spring_logins(text, "3.5", imports) == logins("primary", port=6380)

    def test_a_placeholder_is_a_variable_of_the_environment(self) -> None:
        text = "spring.data.redis: {host: primary, ssl.enabled: true, password: '${REDIS_AUTH_TOKEN}'}"
        assert spring_logins(text, "3.5", {}, {"REDIS_AUTH_TOKEN": TOKEN}) == logins("primary")
        with pytest.raises(SpringConfigError, match="the variable REDIS_AUTH_TOKEN is not known here"):
            spring_logins(text, "3.5")

    def test_the_last_document_has_the_last_word_and_those_of_profiles_none(self) -> None:
        text = "spring.data.redis.host: old\n---\nspring: {config.activate.on-profile: x, data.redis.url: x}\n" + OURS
        assert spring_logins(text, "3.5") == logins("primary", port=6380, password=None)

    @pytest.mark.parametrize("own", OVERRIDDEN.values(), ids=OVERRIDDEN)
    def test_settings_of_the_user_that_lead_elsewhere_are_refused(self, own: str) -> None:
        with pytest.raises(SpringConfigError, match="set in a part of the configuration that is not managed") as error:
            spring_logins(f"{own}\n{OURS}", "3.5")
        assert "hunter2" not in str(error.value)

    @pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
    def test_what_cannot_be_read_is_refused_without_quoting_it(self, text: str, message: str) -> None:
        with pytest.raises(SpringConfigError, match=message) as error:
            spring_logins(text, "3.5")
        assert "hunter2" not in str(error.value)


class TestEnvironment:
    @pytest.mark.parametrize("dialect", DIALECTS)
    @pytest.mark.parametrize("line", ["2.7", "3.5"])
    @pytest.mark.parametrize(("connection", "hosts"), MODES.values(), ids=MODES)
    def test_what_is_rendered_is_read_back(
        self, connection: dict[str, Any], hosts: list[str], line: str, dialect: str
    ) -> None:
        text = "# comment\n" + render(redis_environment(connection, line, SpringOptions(), TOKEN), dialect)
        assert environment_logins(text, dialect, line) == logins(*hosts, username=connection["username"])

    def test_programs_that_are_not_spring_may_be_led_elsewhere(self) -> None:
        variables = redis_environment(MODES["single"][0], "3.5", SpringOptions(), TOKEN) | {"REDIS_HOST": "elsewhere"}
        assert environment_logins(render(variables), "docker", "3.5") == logins("primary", "elsewhere")
