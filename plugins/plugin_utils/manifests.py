# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables for containers that an orchestrator starts: Kubernetes and ECS.

Sources: Kubernetes documentation, "Object Names and IDs", "Labels and Selectors", "ConfigMaps" and "Secrets"; RFC 1123;
Amazon ECS API Reference, C(ContainerDefinition) and C(Secret); Amazon ECS Developer Guide, "Pass Secrets Manager
secrets through Amazon ECS environment variables".
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import (
    VARIABLE,
    Scalar,
    environment_text,
)

KINDS = ("ConfigMap", "Secret")
MAXIMUM_BYTES = 1024 * 1024

_LABEL_NAME = r"(?=.{1,63}\Z)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
DNS_LABEL = re.compile(r"(?=.{1,63}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?")
DNS_SUBDOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
LABEL_NAME = re.compile(_LABEL_NAME)
LABEL_VALUE = re.compile(f"({_LABEL_NAME})?")

# Of a secret, of one key in it, of one of its versions; or of a parameter of Systems Manager.
SECRET_SOURCE = re.compile(
    r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+(:[^:]*:[^:]*:[^:]*)?"
    r"|arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter/[A-Za-z0-9/_.-]+"
)


class _Dumper(yaml.SafeDumper):
    """Quotes also what only other parsers than PyYAML's take for something else than text.

    The one of Kubernetes reads C(y), C(1e3) and C(0o7) as a boolean and as numbers.
    """


_Dumper.add_multi_representer(str, _Dumper.represent_str)  # Ansible's own strings too
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("[yYnN]$"), list("yYnN"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("[-+.0-9]"), list("-+.0123456789"))


class ManifestError(ValueError):
    """Something that an orchestrator would refuse or misread. Never carries a value: any of them may be a secret."""


def kubernetes_manifest(
    variables: Mapping[str, Scalar],
    kind: str,
    name: str,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """A ConfigMap or a Secret as a YAML document, for C(envFrom) of a container.

    Raises ManifestError naming everything that is wrong, and never a value.
    """
    _refuse([*_metadata_problems(kind, name, namespace, labels or {}), *_variable_problems(variables)])
    texts = {variable: environment_text(value) for variable, value in variables.items()}
    if sum(len(variable) + len(text.encode()) for variable, text in texts.items()) > MAXIMUM_BYTES:
        raise ManifestError(f"the variables need more than 1 MiB, which is all that a {kind} holds")
    metadata = {"name": name, "namespace": namespace, "labels": dict(labels or {})}
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {field: value for field, value in metadata.items() if value},
    }
    if kind == "Secret":
        document |= {"type": "Opaque", "data": {variable: _base64(text) for variable, text in texts.items()}}
    else:
        document |= {"data": texts}
    return yaml.dump(document, Dumper=_Dumper, explicit_start=True, sort_keys=False, width=10**6)


def ecs_container_definition(variables: Mapping[str, Scalar], secrets: Mapping[str, str]) -> str:
    """The part of a container definition with its environment, as JSON: values, and where ECS finds the secret ones.

    Raises ManifestError naming everything that is wrong, and never a value.
    """
    _refuse([*_variable_problems(variables), *_secret_problems(variables, secrets)])
    definition = {
        "environment": [{"name": name, "value": environment_text(value)} for name, value in variables.items()],
        "secrets": [{"name": name, "valueFrom": source} for name, source in secrets.items()],
    }
    return json.dumps(definition, indent=2) + "\n"


def _metadata_problems(kind: str, name: str, namespace: str | None, labels: Mapping[str, object]) -> Iterator[str]:
    if kind not in KINDS:
        yield f"kind {kind!r} is unknown, use one of {', '.join(KINDS)}"
    if not DNS_SUBDOMAIN.fullmatch(name):
        yield f"name {name!r} is not valid, use at most 253 lower-case letters, digits, hyphens and dots (RFC 1123)"
    if namespace is not None and not DNS_LABEL.fullmatch(namespace):
        yield f"namespace {namespace!r} is not valid, use at most 63 lower-case letters, digits and hyphens (RFC 1123)"
    for label, value in labels.items():
        prefix, slash, last = label.rpartition("/")
        if not LABEL_NAME.fullmatch(last) or (slash and not DNS_SUBDOMAIN.fullmatch(prefix)):
            yield f"label {label!r} is wrong, use up to 63 letters, digits, '-', '_', '.', or a domain, '/' and these"
        if not isinstance(value, str) or not LABEL_VALUE.fullmatch(value):
            yield f"the value {value!r} of label {label} is not valid, use at most 63 letters, digits, '-', '_' and '.'"


def _variable_problems(variables: Mapping[str, object]) -> Iterator[str]:
    for name, value in variables.items():
        if not VARIABLE.fullmatch(name):
            yield f"{name!r} is no variable name, use letters, digits and underscores, not starting with a digit"
        elif not isinstance(value, Scalar):
            yield f"the value of {name} is a {type(value).__name__}, give a string, an integer or a boolean"
        elif re.search(r"[\0\ud800-\udfff]", environment_text(value)):
            yield f"the value of {name} contains NUL or half a character, which no environment can carry"


def _secret_problems(variables: Mapping[str, object], secrets: Mapping[str, str]) -> Iterator[str]:
    for name, source in secrets.items():
        if not VARIABLE.fullmatch(name):
            yield f"{name!r} is no variable name, use letters, digits and underscores, not starting with a digit"
        if name in variables:
            yield f"{name} is a variable and a secret, ECS takes one of them"
        # A token given by mistake must not be repeated.
        if not isinstance(source, str) or not SECRET_SOURCE.fullmatch(source):
            yield f"the source of {name} is no ARN of a secret (Secrets Manager) or of a parameter (Systems Manager)"


def _refuse(found: Iterable[str]) -> None:
    if sentences := list(found):
        raise ManifestError("; ".join(sentences))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
