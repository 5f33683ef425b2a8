# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role's C(configure_app) writes for Kubernetes, ECS and Redis libraries, read back by their own parsers."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from clients.tools import require
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.connection import parse_url

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import LIBRARIES
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.manifests import KINDS, kubernetes_manifest
from spring.app_hosts import ROOT, AppHosts
from spring.test_env_file_readers import HOSTILE

pytestmark = pytest.mark.extended

TOKEN = "hunter2-!&#$^<>-1234"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:elasticache/orders/auth-token-AbCdEf"
CONNECTION = {
    "mode": "replica",
    "port": 6379,
    "tls": True,
    "auth": True,
    "username": None,
    "writer": {"host": "master.orders", "port": 6379},
    "reader": {"host": "replica.orders", "port": 6379},
    "configuration": None,
    "nodes": [],
}
OTHERS = ["kubernetes", "ecs", *LIBRARIES]
LIKE_OTHER_TYPES = ("y", "N", "1e3", "0o7", "+1", ".5", "1_0", "1:30", "2001-01-01", "yes", "null", "~", "=", "<<")
DOCUMENTATION = (ROOT / "docs/applications.md").read_text()
OUTPUTS = {"connection": CONNECTION, "auth_token_secret_arn": SECRET, "region": "eu-west-1"}


def app_hosts(directory: Path) -> AppHosts:
    host = {
        "elasticache_redis_deployment": "orders",
        "elasticache_redis_app_files": OTHERS,
        "elasticache_redis_app_verify": False,
        "elasticache_redis_app_kubernetes": documented("Kubernetes")[0]["elasticache_redis_app_kubernetes"],
        "elasticache_redis_app_env": {"JAVA_TOOL_OPTIONS": "-Dsun.net.inetaddr.ttl=10"},
    }
    deployment = {"elasticache_redis_outputs": OUTPUTS, "elasticache_redis_auth_token": TOKEN}
    return AppHosts(directory, deployments={"orders": deployment}, hosts={"app": host})


@pytest.fixture(name="apps")
def fixture_apps(tmp_path: Path) -> AppHosts:
    return app_hosts(tmp_path)


@pytest.fixture(name="written", scope="module")
def fixture_written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory with the files."""
    apps = app_hosts(tmp_path_factory.mktemp("written"))
    run = apps.configure()
    assert run.status == 0, run.output
    return apps.config_dir("app")


def documented(section: str) -> list[Any]:
    """The YAML of a section of the documentation."""
    text = DOCUMENTATION.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def with_host(apps: AppHosts, **variables: Any) -> AppHosts:
    return replace(apps, hosts={"app": {**apps.hosts["app"], **variables}})


def kubectl(text: str) -> dict[str, Any]:
    """What kubectl understands, without a cluster."""
    require("kubectl")
    command = ["kubectl", "annotate", "--local", "--filename", "-", "--output", "json", "a=b"]
    result = subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=30)
    return json.loads(result.stdout)


def decoded(secret: dict[str, Any]) -> dict[str, str]:
    return {name: base64.b64decode(value).decode() for name, value in secret["data"].items()}


def test_life_of_the_files(apps: AppHosts) -> None:
    """Check, do, do again; nobody but the owner reads a file with the token, and nothing prints it."""
    directory = apps.config_dir("app")
    checked = apps.configure("--check", "--diff")
    assert checked.status == 0, checked.output
    assert not directory.exists()
    written = apps.configure("--diff", "-vvv")
    assert written.status == 0, written.output
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in directory.iterdir()} == {
        "redis-configmap.yml": "640",
        "redis-secret.yml": "600",
        "redis-ecs.json": "640",
        "redis-py.json": "600",
        "ioredis.json": "600",
        "go-redis.json": "600",
        "jedis.json": "600",
        "redisson.yml": "600",
    }
    again = apps.configure()
    assert again.changed("app") == 0, again.output
    for run in (checked, written, again):
        assert TOKEN not in run.output


def test_manifests(written: Path) -> None:
    config_map, secret = (kubectl((written / f"redis-{kind}.yml").read_text()) for kind in ("configmap", "secret"))
    assert (config_map["kind"], secret["kind"], secret["type"]) == ("ConfigMap", "Secret", "Opaque")
    for document in (config_map, secret):
        assert document["metadata"]["namespace"] == "accessweaver"
        assert document["metadata"]["labels"] == {"app.kubernetes.io/part-of": "accessweaver"}
    taken = [reference["name"] for source in documented("Kubernetes")[1]["envFrom"] for reference in source.values()]
    assert taken == [document["metadata"]["name"] for document in (config_map, secret)]
    assert (
        config_map["data"].items()
        >= {
            "SPRING_DATA_REDIS_HOST": "master.orders",
            "REDIS_READER_HOST": "replica.orders",
            "REDIS_TLS": "true",
            "JAVA_TOOL_OPTIONS": "-Dsun.net.inetaddr.ttl=10",
        }.items()
    )
    assert decoded(secret) == {"SPRING_DATA_REDIS_PASSWORD": TOKEN, "REDIS_AUTH_TOKEN": TOKEN}


def test_container_definition(written: Path) -> None:
    definition = json.loads((written / "redis-ecs.json").read_text())
    shape = ServiceModel(Loader().load_service_model("ecs", "service-2")).shape_for("ContainerDefinition")
    assert not ParamValidator().validate(definition, shape).has_errors()
    assert {"name": "REDIS_HOST", "value": "master.orders"} in definition["environment"]
    sources = {entry["name"]: entry["valueFrom"] for entry in definition["secrets"]}
    assert sources == {"SPRING_DATA_REDIS_PASSWORD": SECRET, "REDIS_AUTH_TOKEN": SECRET}


def test_documented_command_for_a_task_definition(written: Path) -> None:
    require("jq")
    task = {"family": "shop", "containerDefinitions": [{"name": "app", "image": "shop:1"}]}
    (written / "task.json").write_text(json.dumps(task))
    [command] = re.findall(r"^    (jq .*)$", DOCUMENTATION, re.MULTILINE)
    subprocess.run(command, cwd=written, shell=True, check=True, timeout=30)
    container = json.loads((written / "task-with-redis.json").read_text())["containerDefinitions"][0]
    assert container == {"name": "app", "image": "shop:1", **json.loads((written / "redis-ecs.json").read_text())}


def test_libraries(written: Path) -> None:
    settings_of = {name: json.loads((written / f"{name}.json").read_text()) for name in LIBRARIES if name != "redisson"}
    assert parse_url(settings_of["redis-py"]["url"]).items() >= {"host": "master.orders", "password": TOKEN}.items()
    assert settings_of["ioredis"]["options"]["password"] == TOKEN
    assert {settings["mode"] for settings in settings_of.values()} == {"replica"}
    redisson = yaml.safe_load((written / "redisson.yml").read_text())["masterSlaveServersConfig"]
    assert redisson.items() >= {"password": TOKEN, "clientName": "accessweaver", "timeout": 2000}.items()


def test_secrets_of_the_environment_are_in_no_file_of_a_library(apps: AppHosts) -> None:
    run = with_host(apps, elasticache_redis_app_files=list(LIBRARIES), elasticache_redis_app_secrets="env").configure(
        elasticache_redis_app_client={"timeout": "500ms", "connect_timeout": "250ms"}
    )
    assert run.status == 0, run.output
    texts = [path.read_text() for path in apps.config_dir("app").iterdir()]
    assert [text for text in texts if "hunter2" in text or not re.search("500|0[.]5", text)] == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "name": ({"kubernetes": {"name": "Shop"}}, "name 'Shop' is not valid, use at most 253 lower-case letters"),
    "secret": ({"ecs_secret": "hunter2"}, "is no ARN of a secret (Secrets Manager)"),
    "authority": ({"ca_file": "/etc/ca.pem"}, "ca_file cannot be given to jedis, import the certificate"),
    "duration": ({"client": {"timeout": "5 m"}}, "'5 m' is not valid"),
}


@pytest.mark.parametrize(("variables", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_before_anything_is_written(apps: AppHosts, variables: dict[str, Any], message: str) -> None:
    run = apps.configure(**{f"elasticache_redis_app_{name}": value for name, value in variables.items()})
    assert run.status != 0
    assert message in " ".join(run.output.split())
    assert "hunter2" not in run.output
    assert not apps.config_dir("app").exists()


def test_a_token_that_ecs_cannot_read_is_refused(apps: AppHosts) -> None:
    outputs = {"elasticache_redis_outputs": {**OUTPUTS, "auth_token_secret_arn": None}}
    given_token = replace(apps, deployments={"orders": {**apps.deployments["orders"], **outputs}})
    run = given_token.configure()
    assert run.status != 0
    assert "set elasticache_redis_app_ecs_secret to its ARN" in " ".join(run.output.split())
    assert not apps.config_dir("app").exists()
    without = with_host(given_token, elasticache_redis_app_files=["kubernetes"]).configure()
    assert without.status == 0, without.output


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_kubectl_reads_any_text(texts: list[str]) -> None:
    variables = {f"A_{number}": text for number, text in enumerate([*HOSTILE.values(), *LIKE_OTHER_TYPES, *texts])}
    config_map, secret = (kubectl(kubernetes_manifest(variables, kind, "redis")) for kind in KINDS)
    assert config_map["data"] == variables
    assert decoded(secret) == variables
