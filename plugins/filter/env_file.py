# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: env_file
version_added: 0.1.0
short_description: Text of an environment file, in the dialect of its reader
description:
  - Returns one C(NAME=value) line for each variable, written so that the reader gets exactly the value.
  - A value that the dialect has no way to write is an error that names the variable and the dialect, never the value.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description: Values by variable name; strings, integers and booleans.
    type: dict
    required: true
  dialect:
    description:
      - The program that reads the file.
      - V(docker) is C(docker run --env-file), which takes every character literally, quotes too.
      - V(compose) is C(env_file) of Docker Compose, which interpolates C($) in everything but single quotes.
      - V(systemd) is C(EnvironmentFile=) of a unit.
    type: str
    choices: [docker, compose, systemd]
    default: docker
seealso:
  - plugin: accessweaver.elasticache.redis_environment_variables
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the environment of a systemd service
  ansible.builtin.copy:
    dest: /etc/orders/redis.env
    content: "{{ variables | accessweaver.elasticache.env_file(dialect='systemd') }}"
    mode: "0600"
  vars:
    variables: "{{ hostvars['orders-prod'].elasticache_redis_outputs.docker_environment_variables }}"
"""

RETURN = r"""
_value:
  description: The text, ending in a line break.
  type: str
  sample: |
    REDIS_HOST=master.orders-dev.abc123.euw1.cache.amazonaws.com
    REDIS_PORT=6379
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.env_file import EnvFileError, Scalar, render


def env_file(variables: Mapping[str, Scalar], dialect: str = "docker") -> str:
    try:
        return render(variables, dialect)
    except EnvFileError as error:
        raise AnsibleFilterError(f"accessweaver.elasticache.env_file: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"env_file": env_file}
