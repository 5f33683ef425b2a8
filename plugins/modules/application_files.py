#!/usr/bin/python
# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: application_files
version_added: 0.1.0
short_description: Change files of an application together, and put them back together
description:
  - Writes every file that differs beside its place, has it validated, keeps what it replaces, and only then renames
    all of them into their places. An application never reads half of a file, or a secret with a mode too wide. What
    fails on the way is undone.
  - What was replaced stays in O(previous) until O(state=settled) forgets it or O(state=returned) puts it back. A run
    that finds it there goes on where an interrupted one ended, and reports a change.
  - Whoever runs the task decides alone what is written where. A path on which O(owner) can change something is refused,
    unless the task runs as that user; O(directories) are taken from it, and stay readable for it by their group.
  - Does not restart anything, and does not talk to AWS.
author:
  - AccessWeaver maintainers (@accessweaver)
extends_documentation_fragment:
  - accessweaver.elasticache.attributes
attributes:
  diff_mode:
    support: partial
    details:
      - Files with O(files[].secret) are never part of the diff, and neither are lines that stay as they are, before the
        first and after the last one that changes.
options:
  state:
    description:
      - V(present) makes O(directories), writes O(files) and removes what is O(absent).
      - V(returned) puts back the content, owner, group and mode of everything in O(previous), and removes what was not
        there. It stays pending.
      - V(settled) removes O(previous) and leaves the files as they are.
    type: str
    choices: [present, returned, settled]
    default: present
  previous:
    description:
      - Directory for what is replaced, made with mode 0700 for the user that the task runs as, in one that exists.
      - One that another user owns is refused, since whoever fills it decides what O(state=returned) writes.
    type: path
    required: true
  directories:
    description:
      - Directories to make, for O(state=present), with those above them. With O(owner), they belong to the user that
        the task runs as.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the directory. A symbolic link is refused.
        type: path
        required: true
      mode:
        description: Permissions as an octal number in quotes.
        type: str
        default: "0750"
      make:
        description: Whether it is made. If not, only one that is there gets its owner and mode.
        type: bool
        default: true
  absent:
    description:
      - Files that must not be there, for O(state=present). They are kept like those that are replaced. What is no
        regular file stays.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the file.
        type: path
        required: true
      contains:
        description: Regular expression of Python that a line of the file has to match, for it to be removed.
        type: str
  files:
    description:
      - The files, for O(state=present). Their directories have to exist, or be among O(directories); symbolic links are
        refused.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the file.
        type: path
        required: true
      content:
        description: The whole text of the file.
        type: str
        required: true
      mode:
        description: Permissions as an octal number in quotes.
        type: str
        default: "0640"
      secret:
        description: Whether the file is left out of diffs.
        type: bool
        default: false
      backup:
        description: Whether the previous file is also kept beside it for good, with the time in its name.
        type: bool
        default: false
      validate:
        description: Command that must accept the file before any of them takes its place; C(%s) is the file.
        type: str
  owner:
    description: User that owns the files, a name or a number. Left out, owners stay as they are.
    type: str
  group:
    description:
      - Group of the files and directories, a name or a number.
      - Left out, groups of files stay as they are, and directories get the first group of O(owner).
    type: str
"""

EXAMPLES = r"""
- name: Write the files of an application, all of them or none
  accessweaver.elasticache.application_files:
    previous: ~/orders/.previous
    directories:
      - path: ~/orders
    files:
      - path: ~/orders/application.yml
        content: "{{ {'server': {'port': 8080}} | to_nice_yaml }}"
        validate: grep -q port %s
      - path: ~/orders/spring.data.redis.password
        content: "{{ redis_auth_token }}"
        mode: "0400"
        secret: true
    absent:
      - path: ~/orders/redis.env
        contains: ^REDIS_AUTH_TOKEN=

- name: Put back what was there before, when the application does not come up
  accessweaver.elasticache.application_files:
    previous: ~/orders/.previous
    state: returned

- name: Forget what was kept, once the application is up
  accessweaver.elasticache.application_files:
    previous: ~/orders/.previous
    state: settled
"""

RETURN = r"""
files:
  description: Paths of the files that differed or were to be removed.
  returned: success
  type: list
  elements: str
  sample: [/etc/orders/application.yml]
pending:
  description:
    - Whether O(previous) held something when the task began. With O(state=present), a run was interrupted then.
  returned: success
  type: bool
  sample: false
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._application.disk import FilesError
from ..module_utils._application.files import Host, present, returned, settled

FILE: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "content": {"required": True, "no_log": True},
    "mode": {"default": "0640"},
    "secret": {"type": "bool", "default": False, "no_log": False},
    "backup": {"type": "bool", "default": False},
    "validate": {},
}
DIRECTORY: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "mode": {"default": "0750"},
    "make": {"type": "bool", "default": True},
}
ABSENT: dict[str, dict[str, Any]] = {"path": {"type": "path", "required": True}, "contains": {}}
STATES = {"present": present, "returned": returned, "settled": settled}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"choices": list(STATES), "default": "present"},
    "previous": {"type": "path", "required": True},
    "directories": {"type": "list", "elements": "dict", "default": [], "options": DIRECTORY},
    "files": {"type": "list", "elements": "dict", "default": [], "options": FILE},
    "absent": {"type": "list", "elements": "dict", "default": [], "options": ABSENT},
    "owner": {},
    "group": {},
}


def host(module: AnsibleModule) -> Host:
    """What the module's own means do with paths."""

    def accepts(command: str, path: str) -> str | None:
        code, out, error = module.run_command(command.replace("%s", path))
        return None if code == 0 else (error or out).strip() or f"{command} ended with {code}"

    def label(path: str, place: str) -> None:
        if module.selinux_enabled():
            module.set_context_if_different(path, module.selinux_default_context(place), False)

    return Host(accepts, module.backup_local, label)


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        result = STATES[module.params["state"]](module.params, module.check_mode, host(module))
    except FilesError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
