# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
AUTH tokens and user groups of an existing replication group.

Rules: ElastiCache guide, "Authenticating with AUTH" and "Role-Based Access Control (RBAC)".
"""

from __future__ import annotations

from functools import partial

from sandbox.elasticache import creation, user_groups, users
from sandbox.elasticache.changes import Change, assign
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ReplicationGroup, now
from sandbox.protocol import Parameters


async def plan_token(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    strategy = p.get("AuthTokenUpdateStrategy", "ROTATE")
    if strategy == "DELETE":
        return _delete_token(region, rg, p)
    token = p.get("AuthToken")
    if not token or not creation.valid_auth_token(token):
        raise invalid_value("Invalid AuthToken provided.")
    if not rg.transit_encryption or rg.transit_mode == "preferred":
        message = "The AUTH token can only be modified with in-transit encryption enabled and required."
        raise invalid_combination(message)
    if rg.user_groups and not p.get("RemoveUserGroups"):
        message = "Auth tokens can't be enabled with a user group already associated. Pass RemoveUserGroups."
        raise invalid_combination(message)
    return _rotate(region, rg, token) if strategy == "ROTATE" else _settle_token(region, rg, token)


def _rotate(region: Region, rg: ReplicationGroup, token: str) -> Change:
    """Accept one more token, two at most. Without a token before, clients without one are still served."""
    tokens = (*(known for known in rg.auth_tokens[-1:] if known != token), token)
    anonymous = not rg.auth_tokens or rg.anonymous_access
    apply = partial(_use_tokens, region, rg, tokens, anonymous, True)
    return Change(apply, seconds=300, pending={"AuthTokenStatus": "ROTATING"})


def _settle_token(region: Region, rg: ReplicationGroup, token: str) -> Change:
    """From now on only the token that was rotated in last."""
    if not rg.token_rotated or rg.auth_tokens[-1] != token:
        message = "The AUTH token update strategy SET is only allowed after ROTATE, with the token that was rotated in."
        raise invalid_combination(message)
    apply = partial(_use_tokens, region, rg, (token,), False, True)
    return Change(apply, seconds=300, pending={"AuthTokenStatus": "SETTING"})


def _delete_token(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    """AUTH ends where role-based access control begins (whose own change sets the users)."""
    if not p.get("UserGroupIdsToAdd"):
        raise invalid_value("Auth token update strategy delete is not supported currently")
    if "AuthToken" in p:
        raise invalid_combination("AuthToken cannot be given with the update strategy DELETE.")
    without = {"auth_tokens": (), "anonymous_access": True, "token_rotated": False, "auth_token_changed": now()}
    return Change(assign(rg, **without), seconds=300)


async def _use_tokens(
    region: Region, rg: ReplicationGroup, tokens: tuple[str, ...], anonymous: bool, rotated: bool
) -> None:
    rg.auth_tokens, rg.anonymous_access, rg.token_rotated = tokens, anonymous, rotated
    rg.auth_token_changed = now()
    await users.admit(region, rg)


async def plan_user_groups(region: Region, rg: ReplicationGroup, p: Parameters) -> Change:
    adding = [user_groups.find_for(region, group, rg.engine).id for group in p.get("UserGroupIdsToAdd", [])]
    removing = [user_groups.find(region, group).id for group in p.get("UserGroupIdsToRemove", [])]
    removing = rg.user_groups if p.get("RemoveUserGroups") else removing
    _check_user_groups(rg, adding, removing, p)
    groups = [group for group in rg.user_groups if group not in removing] + adding

    async def apply() -> None:
        rg.user_groups = groups
        await users.admit(region, rg)

    return Change(apply, seconds=300, pending={"UserGroups": _pending_groups(adding, removing)})


def _pending_groups(adding: list[str], removing: list[str]) -> Parameters:
    return {"UserGroupIdsToAdd": adding, "UserGroupIdsToRemove": removing}


def _check_user_groups(rg: ReplicationGroup, adding: list[str], removing: list[str], p: Parameters) -> None:
    if adding and not rg.transit_encryption:
        raise invalid_combination("User groups need in-transit encryption.")
    if adding and rg.auth_enabled and p.get("AuthTokenUpdateStrategy") != "DELETE":
        message = "User group can't be associated with auth token enabled. Pass AuthStrategy delete to proceed."
        raise invalid_combination(message)
    if strange := set(removing) - set(rg.user_groups):
        message = f"The user group {', '.join(sorted(strange))} is not associated with the replication group."
        raise invalid_value(message)
    if len(set(rg.user_groups) - set(removing) | set(adding)) > 1:
        raise invalid_value("A replication group has at most one user group.")
