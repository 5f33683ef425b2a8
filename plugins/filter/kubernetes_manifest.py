# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubernetes_manifest
version_added: 0.1.0
short_description: Environment variables as a manifest of Kubernetes
description:
  - Returns a C(ConfigMap) or a C(Secret) as a YAML document. A container gets its variables with C(envFrom).
  - What Kubernetes would refuse is an error that names the variable, never the value.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: Values by variable name; strings, integers and booleans. Together at most 1 MiB.
    type: dict
    required: true
  kind:
    description: Kind of the object. The values of a V(Secret) are encoded as base64, which hides nothing.
    type: str
    choices: [ConfigMap, Secret]
    required: true
  name:
    description: Name of the object, a DNS subdomain name (RFC 1123).
    type: str
    required: true
  namespace:
    description: Namespace of the object. Left out, the one that C(kubectl) uses.
    type: str
  labels:
    description: Labels of the object.
    type: dict
    default: {}
seealso:
  - plugin: accessweaver.elasticache.redis_environment_variables
    plugin_type: filter
  - plugin: accessweaver.elasticache.ecs_container_definition
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the manifest of what is not secret
  ansible.builtin.copy:
    dest: deploy/redis-configmap.yml
    content: >-
      {{ variables
         | accessweaver.elasticache.kubernetes_manifest(kind='ConfigMap', name='orders-redis', namespace='orders') }}
    mode: "0644"
  vars:
    variables: "{{ hostvars['orders-prod'].elasticache_redis_outputs.docker_environment_variables }}"
"""

RETURN = r"""
_value:
  description: The manifest.
  type: str
  sample: |
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders-redis
      namespace: orders
    data:
      REDIS_HOST: master.orders-dev.abc123.euw1.cache.amazonaws.com
      REDIS_PORT: '6379'
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils import manifests
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import Scalar


def kubernetes_manifest(
    variables: Mapping[str, Scalar],
    kind: str,
    name: str,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    try:
        return manifests.kubernetes_manifest(variables, kind, name, namespace, labels)
    except manifests.ManifestError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.kubernetes_manifest: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"kubernetes_manifest": kubernetes_manifest}
