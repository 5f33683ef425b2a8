# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of application configuration, called the way a playbook calls them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

CONNECTION = {
    "mode": "single",
    "port": 6379,
    "tls": True,
    "auth": True,
    "username": None,
    "writer": {"host": "master.orders", "port": 6379},
}
VARIABLES = {"connection": CONNECTION, "options": {"timeout": "3s"}, "token": "0123456789-abcdef"}


def template(expression: str, **variables: Any) -> Any:
    templar = Templar(loader=DataLoader(), variables=VARIABLES | variables)
    return templar.template(trust_as_template(f"{{{{ {expression} }}}}"))


def test_spring_redis_config() -> None:
    tree = template("connection | accessweaver.elasticache.spring_redis_config(boot_version='4.1', **options)")
    assert tree["spring"]["data"]["redis"] == {
        "host": "master.orders",
        "port": 6379,
        "timeout": "3s",
        "connect-timeout": "1s",
        "ssl": {"enabled": True},
        "lettuce": {"shutdown-timeout": "200ms"},
    }


def test_spring_redis_config_as_yaml() -> None:
    text = template(
        "connection | accessweaver.elasticache.spring_redis_config | to_nice_yaml(indent=2, sort_keys=false)"
    )
    assert text.startswith(
        "spring:\n  config:\n    import: configtree:/run/secrets/\n  data:\n    redis:\n      host: master.orders\n"
    )


def test_redis_environment_variables() -> None:
    variables = template("connection | accessweaver.elasticache.redis_environment_variables(auth_token=token)")
    assert variables["SPRING_DATA_REDIS_HOST"] == variables["REDIS_HOST"] == "master.orders"
    assert variables["SPRING_DATA_REDIS_PASSWORD"] == variables["REDIS_AUTH_TOKEN"] == VARIABLES["token"]


def test_spring_redis_secrets() -> None:
    secrets = template("token | accessweaver.elasticache.spring_redis_secrets(boot_version='2.7')")
    assert secrets == {"spring.redis.password": VARIABLES["token"]}


def test_env_file() -> None:
    text = template("{'PORT': connection.port, 'TLS': connection.tls} | accessweaver.elasticache.env_file('compose')")
    assert text == "PORT='6379'\nTLS='true'\n"


def test_kubernetes_manifest() -> None:
    inventory = DataLoader().load("name: orders")
    text = template(
        "{'TOKEN': token} | accessweaver.elasticache.kubernetes_manifest('ConfigMap', name=name)", **inventory
    )
    assert text == (
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: orders\ndata:\n  TOKEN: '0123456789-abcdef'\n"
    )


def test_ecs_container_definition() -> None:
    definition = template("{'PORT': connection.port} | accessweaver.elasticache.ecs_container_definition | from_json")
    assert definition == {"environment": [{"name": "PORT", "value": "6379"}], "secrets": []}


def test_redis_client_settings() -> None:
    settings = template("connection | accessweaver.elasticache.redis_client_settings('jedis', token, **options)")
    assert settings == {
        "mode": "single",
        "url": "rediss://:0123456789-abcdef@master.orders:6379",
        "connectionTimeoutMillis": 1000,
        "socketTimeoutMillis": 3000,
    }


def test_redis_application_files() -> None:
    options = {"config_dir": "/etc/orders", "files": ["spring"], "client": {"timeout": "3s"}}
    plan = template(
        "connection | accessweaver.elasticache.redis_application_files(application, auth_token=token)",
        application={**options, "deployment": trust_as_template("{{ connection.mode }}")},
    )
    assert [file["path"] for file in plan["files"]] == [
        "/etc/orders/secrets/spring.data.redis.password",
        "/etc/orders/application.yml",
    ]
    assert "# How this application uses the Redis deployment single." in plan["files"][1]["content"]
    assert plan["logins"] == template(
        "text | accessweaver.elasticache.spring_redis_logins(imports=imports)",
        text=plan["files"][1]["content"],
        imports={"configtree:/etc/orders/secrets/": {"spring.data.redis.password": VARIABLES["token"]}},
    )


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "connection | accessweaver.elasticache.redis_application_files({}, token)",
            "redis_application_files: the option config_dir is missing",
        ),
        (
            "connection | accessweaver.elasticache.spring_redis_config(timeout='3')",
            "spring_redis_config: spring.data.redis.timeout: '3'",
        ),
        (
            "connection | accessweaver.elasticache.redis_environment_variables('2.6')",
            "redis_environment_variables: boot_version '2.6'",
        ),
        (
            "token | accessweaver.elasticache.spring_redis_secrets(secrets='x')",
            "spring_redis_secrets: secrets 'x' is unknown",
        ),
        ("{'1A': token} | accessweaver.elasticache.env_file", "env_file: '1A' is no variable name"),
        (
            "{} | accessweaver.elasticache.kubernetes_manifest('Secret', name='A')",
            "kubernetes_manifest: name 'A' is not valid",
        ),
        (
            "{} | accessweaver.elasticache.ecs_container_definition(secrets={'A': token})",
            "ecs_container_definition: the source of A",
        ),
        (
            "connection | accessweaver.elasticache.redis_client_settings('jedis', token, timeout='3')",
            "redis_client_settings: timeout '3' is not valid",
        ),
    ],
    ids=[
        "redis_application_files",
        "spring_redis_config",
        "redis_environment_variables",
        "spring_redis_secrets",
        "env_file",
        "kubernetes_manifest",
        "ecs_container_definition",
        "redis_client_settings",
    ],
)
def test_errors_name_the_filter(expression: str, message: str) -> None:
    with pytest.raises(AnsibleError, match=f"accessweaver.elasticache.{message}"):
        template(expression)


def test_errors_never_carry_the_token() -> None:
    with pytest.raises(AnsibleError) as error:
        template("token | accessweaver.elasticache.spring_redis_secrets(secrets='file')", token="hunter2-${HOME}-0123")
    assert "hunter2" not in str(error.value)
