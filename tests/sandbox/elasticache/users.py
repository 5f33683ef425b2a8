# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Users of role-based access control. The nodes of a replication group admit the users of its user group.

Nobody can log in as a user with IAM authentication: the sandbox does not check the tokens that IAM signs.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.dataplane.specs import User as Login
from sandbox.elasticache import access_strings, tags
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.names import identifier
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.resources import ReplicationGroup, User
from sandbox.protocol import ApiError, Parameters

MOST_USERS = 2000
CHANGE_SECONDS = 60

_AUTHENTICATION = {"password": "password", "no-password-required": "no-password", "iam": "iam"}  # request -> answer


def default_users() -> dict[str, User]:
    """The one that every account has: it may do everything, without a password."""
    return {"default": User("default", "default", "redis", "on ~* +@all", "no-password")}


def find_user(region: Region, user_id: str) -> User:
    user = region.store.users.get(user_id.lower())
    if not user:
        raise ApiError("UserNotFound", f"User {user_id} not found.")
    return user


def logins(region: Region, rg: ReplicationGroup) -> list[Login]:
    """Whom the nodes of a replication group with a user group admit: nobody if that has no user."""
    if not rg.user_groups:
        return []
    members = [region.store.users[user] for group in rg.user_groups for user in region.store.user_groups[group].users]
    admitted = [
        Login(user.name, user.access_string, user.passwords, user.authentication == "no-password") for user in members
    ]
    return admitted or [Login("default", access="off")]


async def admit(region: Region, rg: ReplicationGroup) -> None:
    """Bring the users of a replication group to its nodes, or without a user group its tokens."""
    if admitted := logins(region, rg):
        await region.plane.set_users(rg, admitted)
    else:
        await region.plane.set_auth(rg)


async def admit_all(region: Region, group_ids: list[str]) -> None:
    """Bring the users of user groups to the nodes of every replication group that has one of them."""
    for rg in replication_groups(region, group_ids):
        if rg.reachable:
            await admit(region, rg)


def replication_groups(region: Region, group_ids: list[str]) -> list[ReplicationGroup]:
    """Those that have one of the user groups."""
    return [rg for rg in region.store.replication_groups.values() if set(rg.user_groups) & set(group_ids)]


async def create(region: Region, p: Parameters) -> Parameters:
    user_id = identifier(p["UserId"], "UserId", 40)
    if user_id in region.store.users:
        raise ApiError("UserAlreadyExists", f"User {user_id} already exists.")
    if len(region.store.users) >= MOST_USERS:
        raise ApiError("UserQuotaExceeded", f"The quota of {MOST_USERS} users is exceeded.")
    authentication, passwords = _authentication(p)
    user = User(
        user_id, p["UserName"], p["Engine"].lower(), _access_string(p["AccessString"]), authentication, passwords
    )
    _check_user(user)
    new_tags = tags.parse(p.get("Tags"))
    region.store.users[user_id] = user
    region.store.tags[region.arn("user", user_id)] = new_tags
    return _user_view(region, user)


async def describe(region: Region, p: Parameters) -> Parameters:
    if user_id := p.get("UserId"):
        found = [find_user(region, user_id)]
    else:
        found = [
            user
            for _, user in sorted(region.store.users.items())
            if p.get("Engine", user.engine).lower() == user.engine
        ]
    wanted = [user for user in found if all(_passes(region, user, item) for item in p.get("Filters", []))]
    return page("Users", [_user_view(region, user) for user in wanted], p)


def _passes(region: Region, user: User, item: Parameters) -> bool:
    attributes = {
        "status": [user.status],
        "user-id": [user.id],
        "user-name": [user.name],
        "user-group-id": _groups_of(region, user),
    }
    if item["Name"] not in attributes:
        raise invalid_value(f"Unknown filter {item['Name']}. Known: {', '.join(attributes)}")
    return bool(set(attributes[item["Name"]]) & set(item["Values"]))


async def modify(region: Region, p: Parameters) -> Parameters:
    user = _own_user(region, p)
    if user.status != "active":
        raise ApiError("InvalidUserState", f"User {user.id} has status {user.status}, it must be active.")
    if not set(p) - {"UserId"}:
        raise invalid_combination("No modifications were requested")
    region.store.users[user.id] = changed = _changed(user, p)
    region.spawn(_settle_user(region, changed))
    return _user_view(region, changed)


def _changed(user: User, p: Parameters) -> User:
    """The user as a request wants it."""
    access = " ".join([p.get("AccessString", user.access_string), p.get("AppendAccessString", "")])
    changed = replace(user, access_string=_access_string(access), status="modifying")
    if {"Passwords", "NoPasswordRequired", "AuthenticationMode"} & set(p):
        authentication, passwords = _authentication(p)
        changed = replace(changed, authentication=authentication, passwords=passwords)
    _check_user(changed)
    return changed


async def delete(region: Region, p: Parameters) -> Parameters:
    user = _own_user(region, p)
    groups = [region.store.user_groups[group] for group in _groups_of(region, user)]
    if user.name == "default" and groups:
        message = f"User {user.id} is the default user of user group {groups[0].id}: replace it there first."
        raise ApiError("DefaultUserAssociatedToUserGroup", message)
    for group in groups:
        group.users.remove(user.id)
    user.status = "deleting"
    region.spawn(_remove_user(region, user, [group.id for group in groups]))
    return _user_view(region, user)


async def _settle_user(region: Region, user: User) -> None:
    await region.pause(CHANGE_SECONDS)
    try:
        await admit_all(region, _groups_of(region, user))
    finally:
        user.status = "active"


async def _remove_user(region: Region, user: User, group_ids: list[str]) -> None:
    await region.pause(CHANGE_SECONDS)
    await admit_all(region, group_ids)
    del region.store.users[user.id]
    region.store.tags.pop(region.arn("user", user.id), None)


def _own_user(region: Region, p: Parameters) -> User:
    user = find_user(region, p["UserId"])
    if user.id == "default":
        raise invalid_value("The default user cannot be modified or deleted.")
    return user


def _authentication(p: Parameters) -> tuple[str, tuple[str, ...]]:
    """Kind of authentication and passwords, from AuthenticationMode or from the older members."""
    mode = p.get("AuthenticationMode", {})
    passwords = tuple(mode.get("Passwords") or p.get("Passwords") or ())
    kind = mode.get("Type") or ("no-password-required" if p.get("NoPasswordRequired") else "password")
    if kind == "password" and not passwords:
        message = (
            "No password was provided. If you want to create/update the user without password, "
            "please use the NoPasswordRequired flag."
        )
        raise invalid_combination(message)
    if kind != "password" and passwords:
        raise invalid_combination(f"Passwords cannot be given with the authentication {kind}.")
    if len(passwords) > 2 or not all(16 <= len(password) <= 128 for password in passwords):
        raise invalid_value("A user has one or two passwords, of 16 to 128 characters each.")
    return _AUTHENTICATION[kind], passwords


def _access_string(text: str) -> str:
    """Rules that Redis knows; passwords do not belong in it; a user that is not on is off."""
    words = text.split()
    if secret := [word for word in words if word[0] in "<>#!" or word in ("nopass", "resetpass")]:
        raise invalid_value(f"The access string must not set passwords: it has {len(secret)} such rule(s).")
    if unknown := access_strings.unknown(words):
        raise invalid_value(f"The access string has rules that do not exist: {', '.join(unknown)}.")
    return " ".join(words if {"on", "off"} & set(words) else ["off", *words])


def _check_user(user: User) -> None:
    if user.authentication == "iam" and user.name != user.id:
        raise invalid_combination("A user with IAM authentication needs the same UserId and UserName.")


def _groups_of(region: Region, user: User) -> list[str]:
    return sorted(group.id for group in region.store.user_groups.values() if user.id in group.users)


def _user_view(region: Region, user: User) -> Parameters:
    return {
        "UserId": user.id,
        "UserName": user.name,
        "Status": user.status,
        "Engine": user.engine,
        "MinimumEngineVersion": minimum_version(user.engine, user.authentication == "iam"),
        "AccessString": user.access_string,
        "UserGroupIds": _groups_of(region, user),
        "Authentication": {"Type": user.authentication, "PasswordCount": len(user.passwords) or None},
        "ARN": region.arn("user", user.id),
    }


def minimum_version(engine: str, iam: bool) -> str:
    return "7.2" if engine == "valkey" else "7.0" if iam else "6.0"


OPERATIONS: dict[str, Operation] = {
    "CreateUser": create,
    "DeleteUser": delete,
    "DescribeUsers": describe,
    "ModifyUser": modify,
}
