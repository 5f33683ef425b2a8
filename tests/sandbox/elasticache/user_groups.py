# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User groups of role-based access control."""

from __future__ import annotations

from sandbox.elasticache import tags, users
from sandbox.elasticache.errors import invalid_combination, invalid_value
from sandbox.elasticache.names import identifier
from sandbox.elasticache.paging import page
from sandbox.elasticache.region import Operation, Region
from sandbox.elasticache.resources import UserGroup
from sandbox.protocol import ApiError, Parameters

MOST_GROUPS = 200
MOST_USERS_PER_GROUP = 100


def find(region: Region, group_id: str) -> UserGroup:
    group = region.store.user_groups.get(group_id.lower())
    if not group:
        raise ApiError("UserGroupNotFound", f"User group {group_id} not found.")
    return group


def find_for(region: Region, group_id: str, engine: str) -> UserGroup:
    """A user group that a replication group of this engine may use."""
    group = find(region, group_id)
    if group.status != "active":
        raise ApiError("InvalidUserGroupState", f"User group {group.id} has status {group.status}, it must be active.")
    if group.engine == "valkey" and engine == "redis":
        message = f"User group {group.id} is of the engine valkey, the replication group of the engine redis."
        raise invalid_combination(message)
    return group


async def create(region: Region, p: Parameters) -> Parameters:
    group_id = identifier(p["UserGroupId"], "UserGroupId", 40)
    if group_id in region.store.user_groups:
        raise ApiError("UserGroupAlreadyExists", f"User group {group_id} already exists.")
    if len(region.store.user_groups) >= MOST_GROUPS:
        raise ApiError("UserGroupQuotaExceeded", f"The quota of {MOST_GROUPS} user groups is exceeded.")
    members = [users.find_user(region, user).id for user in p.get("UserIds", [])]
    group = UserGroup(group_id, p["Engine"].lower(), members)
    _check_members(region, group.engine, group.users)
    new_tags = tags.parse(p.get("Tags"))
    region.store.user_groups[group_id] = group
    region.store.tags[region.arn("usergroup", group_id)] = new_tags
    region.spawn(_settle(region, group))
    return _view(region, group)


async def describe(region: Region, p: Parameters) -> Parameters:
    if group_id := p.get("UserGroupId"):
        groups = [find(region, group_id)]
    else:
        groups = [group for _, group in sorted(region.store.user_groups.items())]
    return page("UserGroups", [_view(region, group) for group in groups], p)


async def modify(region: Region, p: Parameters) -> Parameters:
    group = _active(region, p)
    adding = [users.find_user(region, user).id for user in p.get("UserIdsToAdd", [])]
    removing = [users.find_user(region, user).id for user in p.get("UserIdsToRemove", [])]
    if not adding and not removing:
        raise invalid_combination("No modifications were requested")
    if strange := set(removing) - set(group.users):
        raise invalid_value(f"User group {group.id} has no user {', '.join(sorted(strange))}.")
    _check_members(region, group.engine, _after(group.users, adding, removing))
    group.adding, group.removing, group.status = adding, removing, "modifying"
    region.spawn(_settle(region, group))
    return _view(region, group)


async def delete(region: Region, p: Parameters) -> Parameters:
    group = _active(region, p)
    if using := users.replication_groups(region, [group.id]):
        message = f"User group {group.id} is associated with replication group {using[0].id}."
        raise ApiError("InvalidUserGroupState", message)
    group.status = "deleting"
    region.spawn(_remove(region, group))
    return _view(region, group)


def _active(region: Region, p: Parameters) -> UserGroup:
    group = find(region, p["UserGroupId"])
    if group.status != "active":
        raise ApiError("InvalidUserGroupState", f"User group {group.id} has status {group.status}, it must be active.")
    return group


def _check_members(region: Region, engine: str, user_ids: list[str]) -> None:
    members = [region.store.users[user] for user in user_ids]
    names = [user.name for user in members]
    if len(set(names)) < len(names):
        raise ApiError("DuplicateUserName", "The user names of a user group must be unique.")
    if engine == "redis" and "default" not in names:
        raise ApiError("DefaultUserRequired", "You must add a user with the user name default to the user group.")
    if engine == "valkey" and any(user.authentication == "no-password" for user in members):
        raise invalid_combination("A user group of the engine valkey takes no user without password.")
    if len(members) > MOST_USERS_PER_GROUP:
        raise ApiError("UserQuotaExceeded", f"A user group has at most {MOST_USERS_PER_GROUP} users.")


def _after(users: list[str], adding: list[str], removing: list[str]) -> list[str]:
    return [user for user in users if user not in removing] + [user for user in adding if user not in users]


async def _settle(region: Region, group: UserGroup) -> None:
    await region.pause(users.CHANGE_SECONDS)
    group.users = _after(group.users, group.adding, group.removing)
    group.adding, group.removing = [], []
    try:
        await users.admit_all(region, [group.id])
    finally:
        group.status = "active"


async def _remove(region: Region, group: UserGroup) -> None:
    await region.pause(users.CHANGE_SECONDS)
    del region.store.user_groups[group.id]
    region.store.tags.pop(region.arn("usergroup", group.id), None)


def _view(region: Region, group: UserGroup) -> Parameters:
    pending = {"UserIdsToAdd": group.adding, "UserIdsToRemove": group.removing}
    return {
        "UserGroupId": group.id,
        "Status": group.status,
        "Engine": group.engine,
        "UserIds": group.users,
        "MinimumEngineVersion": users.minimum_version(group.engine, False),
        "PendingChanges": pending if group.adding or group.removing else None,
        "ReplicationGroups": [rg.id for rg in users.replication_groups(region, [group.id])],
        "ARN": region.arn("usergroup", group.id),
    }


OPERATIONS: dict[str, Operation] = {
    "CreateUserGroup": create,
    "DeleteUserGroup": delete,
    "DescribeUserGroups": describe,
    "ModifyUserGroup": modify,
}
