# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_application_files
version_added: 0.1.0
short_description: All files of an application that uses a Redis deployment, and where they make it log in
description:
  - Renders every kind of file that the role's entry point C(configure_app) writes, and returns what
    M(accessweaver.elasticache.application_files) and M(accessweaver.elasticache.redis_login) take.
  - Files that would make the application log in elsewhere than at the deployment, in another way than the deployment
    wants it or as another user are an error that names the setting. So are values that a file cannot carry.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: The output C(connection) of a deployment.
    type: dict
    required: true
  options:
    description:
      - The options of the entry point C(configure_app) whose names begin with C(elasticache_redis_app_), without that.
        Only C(config_dir) is required.
      - And C(deployment), the name of the deployment for comments and messages, and C(owned), whether the files belong
        to another user than the one that writes them.
    type: dict
    required: true
  auth_token:
    description: AUTH token or password, where the deployment asks for one.
    type: str
  texts:
    description: Texts of the Spring Boot configurations that there are, by name of the file.
    type: dict
    default: {}
seealso:
  - module: accessweaver.elasticache.application_files
  - module: accessweaver.elasticache.redis_login
"""

EXAMPLES = r"""
- name: Show what would be written for a Spring Boot application
  ansible.builtin.debug:
    msg: "{{ planned.files | rejectattr('secret') | map(attribute='content') }}"
  vars:
    connection: "{{ hostvars['orders-prod'].elasticache_redis_outputs.connection }}"
    token: "{{ lookup('amazon.aws.secretsmanager_secret', 'orders-prod/redis/auth-token') }}"
    planned: >-
      {{ connection
         | accessweaver.elasticache.redis_application_files({'config_dir': '/etc/orders', 'files': ['spring']},
                                                            auth_token=token) }}
"""

RETURN = r"""
_value:
  description: What is to be written, and tried.
  type: dict
  contains:
    directories:
      description: Directories, for O(accessweaver.elasticache.application_files#module:directories).
      type: list
      elements: dict
    files:
      description: Files, for O(accessweaver.elasticache.application_files#module:files).
      type: list
      elements: dict
    absent:
      description: Files for other options, for O(accessweaver.elasticache.application_files#module:absent).
      type: list
      elements: dict
    logins:
      description:
        - Where the files make the application log in, for O(accessweaver.elasticache.redis_login#module:endpoints).
      type: list
      elements: dict
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.application import (
    Application,
    ApplicationError,
    application_files,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import ClientSettingsError
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import EnvFileError
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.manifests import ManifestError
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring import SpringConfigError

# None of them carries a token.
ERRORS = (ApplicationError, ClientSettingsError, EnvFileError, ManifestError, SpringConfigError)


def redis_application_files(
    connection: Mapping[str, Any],
    options: Mapping[str, Any],
    auth_token: str | None = None,
    texts: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    try:
        return application_files(Application.of(connection, options, auth_token, texts or {}))
    except ERRORS as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.redis_application_files: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_application_files": redis_application_files}
