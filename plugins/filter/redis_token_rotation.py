# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: redis_token_rotation
version_added: 0.1.0
short_description: What is left to do of a rotation of an AUTH token
description:
  - Reads off how far a rotation has come, from the tokens that the cache accepts and the stages of the secret's
    versions. A rotation that was interrupted anywhere goes on with the first of these steps.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description:
      - Whether the cache accepts the tokens C(old) and C(new), as
        M(accessweaver.elasticache.redis_auth_token_info) returns it. A new token that is not known yet is left out.
    type: dict
    required: true
  version_stages:
    description:
      - The stages of the secret, as M(accessweaver.elasticache.elasticache_auth_token) returns them. Left out for a
        token that Secrets Manager does not keep.
    type: dict
seealso:
  - module: accessweaver.elasticache.redis_auth_token_info
  - module: accessweaver.elasticache.elasticache_auth_token
"""

EXAMPLES = r"""
- name: Show what is left when a run was interrupted after ROTATE
  ansible.builtin.debug:
    msg: "{{ {'old': true, 'new': true}
      | accessweaver.elasticache.redis_token_rotation(version_stages={'AWSCURRENT': 'a', 'AWSPENDING': 'b'}) }}"
    # -> [promote, configure, set, settle]
"""

RETURN = r"""
_value:
  description:
    - The steps that are left, in their order. C(pend) puts a new token into the secret, C(rotate) makes the cache
      accept it besides the old one, C(promote) makes it the current one, C(configure) gives it to the applications,
      C(set) ends the old one, C(settle) ends the rotation in the secret.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.token_rotation import Rotation, steps


def redis_token_rotation(accepted: Mapping[str, bool], version_stages: Mapping[str, str] | None = None) -> list[str]:
    if not isinstance(accepted, Mapping):
        raise AnsibleFilterError("accessweaver.elasticache.redis_token_rotation: the input is not a mapping of tokens")
    return steps(Rotation(accepted, version_stages))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_token_rotation": redis_token_rotation}
