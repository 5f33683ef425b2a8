# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All files of an application: where they lead, what is in clear, and what must go."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
import yaml

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.application import (
    KINDS,
    Application,
    ApplicationError,
    application_files,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import LIBRARIES
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_file import joined

TOKEN = "hunter2-!&#$^<>-1234"
ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"
PRIMARY, READER, CONFIGURATION = ({"host": host, "port": 6379} for host in ("primary", "reader", "configuration"))
SHARED: dict[str, Any] = {"tls": True, "auth": True, "username": None, "writer": PRIMARY, "reader": None, "nodes": []}
MODES = {
    "single": {**SHARED, "mode": "single"},
    "replica": {**SHARED, "mode": "replica", "reader": READER},
    "cluster": {**SHARED, "mode": "cluster", "writer": None, "configuration": CONFIGURATION},
    "user": {**SHARED, "mode": "single", "username": "orders"},
    "open": {**SHARED, "mode": "single", "tls": False, "auth": False},
}


def planned(
    connection: dict[str, Any] = MODES["single"], texts: dict[str, str] | None = None, **options: Any
) -> dict[str, Any]:
    given = {"config_dir": "/etc/orders", "deployment": "orders", "name": "orders", "ecs_secret": ARN, **options}
    return application_files(Application.of(connection, given, TOKEN if connection["auth"] else None, texts or {}))


def contents(plan: dict[str, Any]) -> dict[str, str]:
    return {file["path"].removeprefix("/etc/orders/"): file["content"] for file in plan["files"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("connection", MODES.values(), ids=MODES)
def test_every_kind_of_file_leads_to_the_deployment(connection: dict[str, Any], kind: str) -> None:
    logins = planned(connection, files=[kind])["logins"]
    hosts = {"cluster": {"configuration"}, "replica": {"primary", "reader"}}.get(connection["mode"], {"primary"})
    assert {login["host"] for login in logins} == (hosts if kind in LIBRARIES else hosts - {"reader"})
    rest = {"port": 6379, "tls": connection["tls"], "username": connection["username"]}
    password = TOKEN if connection["auth"] else None
    assert [{**login, "host": None} for login in logins] == [{"host": None, **rest, "password": password}] * len(logins)


@pytest.mark.parametrize("secrets", ["configtree", "file", "env"])
def test_what_has_no_token_in_it_is_tried_with_it(secrets: str) -> None:
    plan = planned(files=list(KINDS), secrets=secrets)
    assert {login["password"] for login in plan["logins"]} == {TOKEN}


LATER = "---\nspring.data.redis: {}\n"
ELSEWHERE = {
    "host": ("{host: elsewhere}", "spring.data.redis.host is elsewhere:6379, which is no endpoint of the deployment"),
    "port": ("{port: 6380}", "spring.data.redis.host is primary:6380"),
    "nodes": ("{host: primary, cluster.nodes: 'a:1'}", "spring.data.redis.cluster.nodes is a:1"),
    "no TLS": (
        "{ssl.enabled: false}",
        "spring.data.redis.ssl.enabled is false, and TLS of the deployment orders is true",
    ),
    "user": (
        "{host: primary, username: somebody}",
        "spring.data.redis.username is 'somebody', and the user of the deployment orders is",
    ),
    "placeholder": ("{host: '${HOST}'}", r"host is \$\{HOST\}:6379"),
}


@pytest.mark.parametrize(("settings", "message"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_settings_of_the_user_that_lead_elsewhere_are_refused(settings: str, message: str) -> None:
    text = joined("", "---\na: 1") + LATER.format(settings)
    with pytest.raises(ApplicationError, match=message) as error:
        planned(files=["spring"], texts={"application.yml": text})
    assert TOKEN not in str(error.value)


def test_variables_that_lead_elsewhere_are_refused() -> None:
    with pytest.raises(ApplicationError, match=r"REDIS_HOST is elsewhere:6379.*; REDIS_TLS is false"):
        planned(env={"REDIS_HOST": "elsewhere", "REDIS_TLS": False})


def test_endpoints_of_nodes_are_the_deployments() -> None:
    node = {"id": "orders-001", "host": "node", "port": 6379}
    plan = planned({**MODES["single"], "nodes": [node]}, env={"REDIS_HOST": "NODE"})
    assert {login["host"] for login in plan["logins"]} == {"primary", "NODE"}


class TestClear:
    """What others than the owner read."""

    def test_further_secrets_are_in_the_files_of_secrets_only(self) -> None:
        files = contents(planned(files=["env", "kubernetes"], env={"A": "1"}, secret_env={"B": "hunter3"}))
        assert "\nB=hunter3\n" in files["redis.env"]
        assert "hunter3" not in files["redis-configmap.yml"]
        secret = yaml.safe_load(files["redis-secret.yml"])["data"]
        assert base64.b64decode(secret["B"]) == b"hunter3"
        assert secret.keys() == {"REDIS_AUTH_TOKEN", "SPRING_DATA_REDIS_PASSWORD", "B"}
        assert yaml.safe_load(files["redis-configmap.yml"])["data"]["A"] == "1"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                {"files": ["ecs"], "secret_env": {"B": "hunter3"}},
                "B: ECS would show .* put the values into Secrets Manager",
            ),
            (
                {"files": ["ecs"], "ecs_secret": None},
                "keep it there and set elasticache_redis_app_ecs_secret to its ARN",
            ),
            ({"env": {"REDIS_AUTH_TOKEN": "hunter3"}}, "REDIS_AUTH_TOKEN: carries the AUTH token"),
            ({"secret_env": {"SPRING_DATA_REDIS_PASSWORD": "hunter3"}}, "SPRING_DATA_REDIS_PASSWORD: carries the AUTH"),
            ({"env": {"B": "1"}, "secret_env": {"B": "hunter3"}}, "B: in elasticache_redis_app_env and"),
        ],
        ids=["ECS", "ECS without a source", "token in clear", "token", "both"],
    )
    def test_refused(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(ApplicationError, match=message) as error:
            planned(**options)
        assert "hunter" not in str(error.value)

    def test_modes(self) -> None:
        plan = planned(files=list(KINDS))
        assert {file["path"] for file in plan["files"] if TOKEN in file["content"] and file["mode"] == "0640"} == set()
        assert {file["mode"] for file in plan["files"] if file["secret"]} == {"0400", "0600"}
        [container] = (file for file in plan["files"] if file["path"].endswith("ecs.json"))
        assert {entry["valueFrom"] for entry in json.loads(container["content"])["secrets"]} == {ARN}


class TestAbsent:
    OWN = "# ours\nserver.port: 80\n"

    def absent(self, **options: Any) -> set[str]:
        return {file["path"].removeprefix("/etc/orders/") for file in planned(**options)["absent"]}

    def test_everything_that_other_options_write_must_go(self) -> None:
        everything: set[str] = set()
        variants: list[dict[str, Any]] = [
            {"files": list(KINDS), "spring_import": "redis.yml", "secrets": secrets, "spring_boot": line}
            for secrets in ("configtree", "file", "env")
            for line in ("2.7", "3.5")
        ]
        for options in variants:
            everything |= contents(planned(**options)).keys()
        fewer: list[dict[str, Any]] = [{"files": ["env"]}, {"files": ["spring"], "secrets": "env"}, {"files": []}]
        for options in (*fewer, *variants):
            written = contents(planned(**options)).keys()
            assert self.absent(**options) == everything - written - {"application.yml"}

    def test_what_is_written_would_be_recognized(self) -> None:
        for secrets in ("configtree", "file"):
            written = contents(planned(files=list(KINDS), spring_import="redis.yml", secrets=secrets))
            for file in planned(files=[])["absent"]:
                text = written.get(file["path"].removeprefix("/etc/orders/"))
                assert text is None or file["contains"] is None or re.search(file["contains"], text, re.MULTILINE)

    @pytest.mark.parametrize("name", ["application.yml", "shared.yml"])
    def test_only_our_part_of_a_users_file_goes(self, name: str) -> None:
        for own in (self.OWN, ""):
            before = {name: contents(planned(files=["spring"], spring_file=name, texts={name: own}))[name]}
            plan = planned(files=["env"], spring_file=name, texts=before)
            assert contents(plan).get(name) == (own or None)
            assert (name in self.absent(files=["env"], spring_file=name, texts=before)) == (not own)

    def test_a_file_without_a_part_of_ours_stays(self) -> None:
        plan = planned(files=["env"], texts={"application.yml": self.OWN})
        assert list(contents(plan)) == ["redis.env"]
        assert "/etc/orders/application.yml" not in {file["path"] for file in plan["absent"]}

    def test_another_file_takes_the_place_of_the_first(self) -> None:
        before = {"application.yml": joined(self.OWN, "---\na: 1")}
        files = contents(planned(files=["spring"], spring_file="shared.yml", texts=before))
        assert files["application.yml"] == self.OWN
        assert "BEGIN Redis" in files["shared.yml"]


def test_directories() -> None:
    assert planned(owned=True)["directories"] == [
        {"path": "/etc/orders", "mode": "0750", "make": True},
        {"path": "/etc/orders/secrets", "mode": "0750", "make": True},
    ]
    assert planned(files=["env"])["directories"][1] == {"path": "/etc/orders/secrets", "mode": "0700", "make": False}


@pytest.mark.parametrize(
    ("options", "message"),
    [({"config_dir": None}, "config_dir is missing"), ({"nodes": 1}, "unknown option nodes")],
    ids=["no directory", "unknown"],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ApplicationError, match=message):
        planned(**options)


def test_a_token_that_is_empty_is_refused() -> None:
    with pytest.raises(ApplicationError, match="the deployment orders asks for an AUTH token"):
        application_files(
            Application.of(MODES["single"], {"config_dir": "/etc/orders", "deployment": "orders"}, "", {})
        )
