# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests of Kubernetes and container definitions of ECS. kubectl reads the former in tests/spring."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
import yaml
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.manifests import (
    KINDS,
    ManifestError,
    ecs_container_definition,
    kubernetes_manifest,
)

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:elasticache/orders/auth-token-AbCdEf"
TEXTS = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def test_config_map() -> None:
    text = kubernetes_manifest(
        {"REDIS_HOST": "master.orders", "REDIS_PORT": 6379, "REDIS_TLS": True},
        "ConfigMap",
        "orders-redis",
        namespace="orders",
        labels={"app.kubernetes.io/name": "orders"},
    )
    assert (
        text
        == """\
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: orders-redis
  namespace: orders
  labels:
    app.kubernetes.io/name: orders
data:
  REDIS_HOST: master.orders
  REDIS_PORT: '6379'
  REDIS_TLS: 'true'
"""
    )


def test_secret() -> None:
    assert yaml.safe_load(kubernetes_manifest({"REDIS_AUTH_TOKEN": "hunter2"}, "Secret", "orders-redis")) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "orders-redis"},
        "type": "Opaque",
        "data": {"REDIS_AUTH_TOKEN": base64.b64encode(b"hunter2").decode()},
    }


@pytest.mark.parametrize(
    "text", ["y", "N", "1e3", "0o7", "+1", ".5", "1_0", "2001-01-01", "yes", "null", "~", "=", "<<"]
)
def test_what_a_parser_could_take_for_something_else_is_quoted(text: str) -> None:
    manifest = kubernetes_manifest({"A": text, "y": "a"}, "ConfigMap", "1e3", labels={"0o7": "1e3"})
    assert f"A: '{text}'\n" in manifest
    assert "'y': a\n" in manifest
    assert "name: '1e3'\n" in manifest
    assert "'0o7': '1e3'\n" in manifest


@given(value=TEXTS)
def test_any_text_arrives_as_it_is(value: str) -> None:
    config_map, secret = (yaml.safe_load(kubernetes_manifest({"A": value}, kind, "redis"))["data"] for kind in KINDS)
    assert config_map == {"A": value}
    assert base64.b64decode(secret["A"]).decode() == value
    definition = json.loads(ecs_container_definition({"A": value}, {}))
    assert definition == {"environment": [{"name": "A", "value": value}], "secrets": []}


SOURCES = {
    "secret": SECRET,
    "key of a secret": f"{SECRET}:token::",
    "version of a secret": f"{SECRET}:token:AWSPREVIOUS:",
    "parameter": "arn:aws:ssm:eu-west-1:111122223333:parameter/orders/redis",
    "in China": SECRET.replace("aws:", "aws-cn:", 1),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_container_definition_is_one_of_ecs(source: str) -> None:
    definition = json.loads(ecs_container_definition({"REDIS_PORT": 6379}, {"REDIS_AUTH_TOKEN": source}))
    assert definition == {
        "environment": [{"name": "REDIS_PORT", "value": "6379"}],
        "secrets": [{"name": "REDIS_AUTH_TOKEN", "valueFrom": source}],
    }
    shape = ServiceModel(Loader().load_service_model("ecs", "service-2")).shape_for("ContainerDefinition")
    assert not ParamValidator().validate(definition, shape).has_errors()


KUBERNETES_REFUSES: dict[str, tuple[dict[str, Any], str]] = {
    "kind": ({"kind": "Pod"}, "kind 'Pod' is unknown, use one of ConfigMap, Secret"),
    "upper case": ({"name": "Orders"}, "name 'Orders' is not valid, use at most 253 lower-case"),
    "underscore": ({"name": "orders_redis"}, "name 'orders_redis' is not valid"),
    "hyphen at the end": ({"name": "orders-"}, "name 'orders-' is not valid"),
    "empty part": ({"name": "orders..redis"}, "name 'orders..redis' is not valid"),
    "line break": ({"name": "orders\n"}, r"name 'orders\n' is not valid"),
    "long name": ({"name": "a" * 254}, "is not valid"),
    "namespace with dots": ({"namespace": "a.b"}, "namespace 'a.b' is not valid, use at most 63"),
    "label": ({"labels": {"-a": "b"}}, "label '-a' is wrong"),
    "prefix of a label": ({"labels": {"A_B/c": "d"}}, "label 'A_B/c' is wrong"),
    "value of a label": ({"labels": {"a": "b c"}}, "the value 'b c' of label a is not valid"),
    "number as label": ({"labels": {"a": 1}}, "the value 1 of label a is not valid"),
    "variable": ({"variables": {"A-B": "hunter2"}}, "'A-B' is no variable name"),
    "list": ({"variables": {"A": ["hunter2"]}}, "the value of A is a list"),
    "nul": ({"variables": {"A": "hunter2\0"}}, "the value of A contains NUL"),
    "half a character": ({"variables": {"A": "hunter2\ud83d"}}, "the value of A contains NUL or half a character"),
    "too much": ({"variables": {"A": "é" * 2**19}}, "more than 1 MiB"),
}


@pytest.mark.parametrize(("options", "message"), KUBERNETES_REFUSES.values(), ids=KUBERNETES_REFUSES)
def test_kubernetes_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(message)) as error:
        kubernetes_manifest(**{"variables": {"A": "x"}, "kind": "Secret", "name": "redis", **options})
    assert "hunter2" not in str(error.value)


ECS_REFUSES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "both": ({"A": "x"}, {"A": SECRET}, "A is a variable and a secret"),
    "token": ({}, {"A": "hunter2-0123456789"}, "the source of A is no ARN"),
    "no source": ({}, {"A": None}, "the source of A is no ARN"),
    "another service": ({}, {"A": "arn:aws:s3:::hunter2"}, "the source of A is no ARN"),
    "key without its colons": ({}, {"A": f"{SECRET}:token"}, "the source of A is no ARN"),
    "variable": ({"A B": "x"}, {"1A": SECRET}, "'A B' is no variable name, use letters, digits and underscores"),
}


@pytest.mark.parametrize(("variables", "secrets", "message"), ECS_REFUSES.values(), ids=ECS_REFUSES)
def test_ecs_refuses(variables: dict[str, Any], secrets: dict[str, Any], message: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(message)) as error:
        ecs_container_definition(variables, secrets)
    assert "hunter2" not in str(error.value)
