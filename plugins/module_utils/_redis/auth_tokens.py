# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which AUTH tokens a cache accepts, tried at every endpoint and node: nothing else tells how far a rotation is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .checks import remedy_for
from .connect import Access, CacheError, Node
from .probes import Reply, try_ping
from .verify import access_of, endpoints, together


def inform(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Log in with each of C(auth_tokens), and without any; see the module for the options.

    Raises CacheError when a node does not answer, or when not all of them say the same.
    """
    access = access_of({**parameters, "auth_token": None})
    nodes = endpoints(parameters["connection"])
    tokens = {name: token for name, token in parameters["auth_tokens"].items() if token}
    return {
        "changed": False,
        "accepted": {
            name: agreed(nodes, replace(access, token=token), f"the token {name}") for name, token in tokens.items()
        },
        "anonymous": agreed(nodes, replace(access, username=None), "a client without token"),
    }


def agreed(nodes: Iterable[Node], access: Access, who: str) -> bool:
    """Return whether all nodes admit I(who), for C(True), or all of them deny it."""
    answers = together(lambda node: [(node, admits(node, access))], nodes)
    admitting = [str(node) for node, admitted in answers if admitted]
    denying = [str(node) for node, admitted in answers if not admitted]
    if admitting and denying:
        problem = f"{who} is admitted at {', '.join(admitting)} and denied at {', '.join(denying)}"
        raise CacheError(f"{problem}. Remedy: wait until the change of the token is over, and run again.")
    return bool(admitting)


def admits(node: Node, access: Access) -> bool:
    reply, detail = try_ping(node, access)
    if reply is Reply.NONE:
        raise CacheError(f"Cannot log in at {node}: {detail}. Remedy: {remedy_for(ConnectionError(detail))}.")
    return reply is Reply.ANSWER
