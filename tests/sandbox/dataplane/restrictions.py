# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The commands that ElastiCache withholds from clients.

Source: ElastiCache user guide, "Supported and restricted commands". Whole commands are renamed, so that clients get
``unknown command`` as they do on AWS; subcommands are taken from the default user by ACL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .specs import User

UNUSED_COMMANDS = ("bgrewriteaof", "debug", "save", "slaveof")
"""Restricted, and not needed by the data plane: gone."""

ADMIN_COMMANDS = ("bgsave", "config", "failover", "migrate", "replicaof", "shutdown")
"""Restricted, and needed by the data plane: renamed. FAILOVER is not on AWS's list, but moves roles."""

REPLICATION_COMMANDS = ("psync", "sync")
"""Restricted, but replicas send them under their own name: only the ACL refuses them."""

SUBCOMMANDS = {
    "acl": ("deluser", "load", "save", "setuser"),
    "cluster": (
        *(
            "addslots",
            "addslotsrange",
            "bumpepoch",
            "delslots",
            "delslotsrange",
            "failover",
            "flushslots",
            "forget",
            "links",
        ),
        *("meet", "replicate", "reset", "saveconfig", "set-config-epoch", "setslot"),
    ),
}

WITHHELD = (
    *(f"-{command}" for command in (*UNUSED_COMMANDS, *ADMIN_COMMANDS, *REPLICATION_COMMANDS)),
    *(f"-{command}|{sub}" for command, subs in SUBCOMMANDS.items() for sub in subs),
)


def password_rules(tokens: Iterable[str], anonymous: bool) -> list[str]:
    """ACL rules that make ``tokens`` the only passwords; hashes, so that no token is written anywhere."""
    hashes = [f"#{hashlib.sha256(token.encode()).hexdigest()}" for token in tokens]
    return ["resetpass", *hashes, *(["nopass"] if anonymous else [])]


def renames(secret: str) -> list[tuple[str, str]]:
    """``rename-command`` arguments that hide the administrative commands behind a secret name."""
    return [
        *((command, "") for command in UNUSED_COMMANDS),
        *((command, alias(command, secret)) for command in ADMIN_COMMANDS),
    ]


def alias(command: str, secret: str) -> str:
    """The name under which the data plane calls a command."""
    return f"{command}-{secret}" if command.lower() in ADMIN_COMMANDS else command


def acl_rules(user: User) -> list[str]:
    """The ACL rules that make a user exactly what it is to be; what ElastiCache withholds comes last and wins."""
    return ["reset", *user.access.split(), *password_rules(user.passwords, user.no_password), *WITHHELD]
