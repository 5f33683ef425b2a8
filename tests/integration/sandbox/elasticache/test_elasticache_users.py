# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role-based access control over the wire: who is let in under which name, and what they may do then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integration.sandbox.elasticache.caches import (
    COMBINATION,
    DEV,
    SECURE,
    STAGING,
    TOKEN,
    VALUE,
    error_of,
    redis_cli,
    settled,
    wait_for,
)

from sandbox.elasticache import access_strings
from sandbox.testing import RunningSandbox

TLS = {"TransitEncryptionEnabled": True}
PASSWORDS = {
    "default": "password-of-the-default-user",
    "reader": "password-of-the-reader",
    "writer": "pass-of-writer-1",
}
ACCESS = {"default": "off ~* -@all", "reader": "on ~app:* -@all +@read +@connection", "writer": "on ~app:* &* +@all"}
Ask = Callable[..., str]


def active(ec: Any, group_id: str) -> None:
    wait_for(lambda: ec.describe_user_groups(UserGroupId=group_id)["UserGroups"][0]["Status"] == "active")
    users = ec.describe_users(Filters=[{"Name": "user-group-id", "Values": [group_id]}])["Users"]
    wait_for(lambda: all(ec.describe_users(UserId=user["UserId"])["Users"][0]["Status"] == "active" for user in users))


def create_users(ec: Any, group_id: str, names: tuple[str, ...] = tuple(ACCESS), engine: str = "redis") -> None:
    """A user group and its users, each with the id GROUP-NAME."""
    for name in names:
        user = {"UserName": name, "AccessString": ACCESS[name], "Passwords": [PASSWORDS[name]], "Engine": engine}
        ec.create_user(UserId=f"{group_id}-{name}", **user)
    ec.create_user_group(UserGroupId=group_id, Engine=engine, UserIds=[f"{group_id}-{name}" for name in names])
    active(ec, group_id)


def ask_as(cloud: RunningSandbox, found: dict[str, Any]) -> Ask:
    """
    Redis's answer to a command that a user gives at the primary, or the first word of an error.

    After a failed login redis-cli goes on without one: the failure is the answer.
    """
    endpoint = found["NodeGroups"][0]["PrimaryEndpoint"]

    def ask(user: str | None, *command: str, password: str | None = None) -> str:
        answer = redis_cli(cloud, endpoint, *command, user=user, token=password or PASSWORDS.get(user or ""))
        return next((word for word in ("WRONGPASS", "NOPERM", "NOAUTH") if word in answer), answer)

    return ask


def test_users_may_what_their_access_strings_say(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    create_users(ec, "team")
    ask = ask_as(cloud, throwaway("shared", STAGING, TLS, UserGroupIds=["team"]))
    assert ask("writer", "SET", "app:1", "one") == "OK"
    assert ask("reader", "GET", "app:1") == "one"
    assert ask("reader", "SET", "app:1", "two") == "NOPERM"
    assert ask("reader", "GET", "other:1") == "NOPERM"
    assert ask("reader", "PING", password="not-the-password") == "WRONGPASS"
    assert ask("nobody", "PING", password="some-password-of-nobody") == "WRONGPASS"
    assert ask("default", "PING") == "WRONGPASS"
    assert ask(None, "PING") == "NOAUTH"


@pytest.mark.parametrize("command", ["ACL SETUSER eve", "CLUSTER FAILOVER", "CONFIG GET maxmemory", "BGSAVE"])
def test_what_elasticache_withholds_no_user_gets(cloud: RunningSandbox, ec: Any, throwaway: Any, command: str) -> None:
    group_id = f"all-{command.split()[0].lower()}"
    ec.create_user(
        UserId=group_id, UserName="default", Engine="redis", AccessString="on ~* &* +@all", NoPasswordRequired=True
    )
    ec.create_user_group(UserGroupId=group_id, Engine="redis", UserIds=[group_id])
    active(ec, group_id)
    ask = ask_as(cloud, throwaway(group_id, DEV, TLS, UserGroupIds=[group_id]))
    assert ask(None, "PING") == "PONG"
    answer = ask(None, *command.split())
    assert answer == "NOPERM" or answer.startswith("ERR unknown command")


def test_changes_of_users_reach_a_running_group(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    create_users(ec, "crew")
    ask = ask_as(cloud, throwaway("lively", STAGING, TLS, UserGroupIds=["crew"]))
    ec.modify_user(UserId="crew-reader", AppendAccessString="+@write")
    active(ec, "crew")
    assert ask("reader", "SET", "app:1", "one") == "OK"
    ec.modify_user(UserId="crew-reader", Passwords=["the-new-password-1", "the-new-password-2"])
    active(ec, "crew")
    old_and_new = (None, "the-new-password-1", "the-new-password-2")
    assert [ask("reader", "GET", "app:1", password=each) for each in old_and_new] == ["WRONGPASS", "one", "one"]
    ec.modify_user_group(UserGroupId="crew", UserIdsToRemove=["crew-reader"])
    active(ec, "crew")
    assert ask("reader", "GET", "app:1", password="the-new-password-1") == "WRONGPASS"
    ec.delete_user(UserId="crew-writer")
    wait_for(lambda: ask("writer", "PING") == "WRONGPASS")
    ec.modify_user_group(UserGroupId="crew", UserIdsToAdd=["crew-reader"])
    active(ec, "crew")
    assert ask("reader", "GET", "app:1", password="the-new-password-2") == "one"


def test_nodes_that_come_later_know_the_users(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    create_users(ec, "late")
    ask = ask_as(cloud, throwaway("growing", STAGING, TLS, UserGroupIds=["late"]))
    ec.increase_replica_count(ReplicationGroupId="growing", NewReplicaCount=2, ApplyImmediately=True)
    settled(ec, "growing")
    ec.test_failover(ReplicationGroupId="growing", NodeGroupId="0001")
    settled(ec, "growing")
    assert ask("writer", "SET", "app:1", "one") == "OK"
    assert ask("reader", "SET", "app:1", "one") == "NOPERM"


def test_without_a_default_user_nobody_is_anonymous(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    create_users(ec, "named", ("writer",), engine="valkey")
    ask = ask_as(cloud, throwaway("named", DEV, TLS, Engine="valkey", UserGroupIds=["named"]))
    assert ask("writer", "PING") == "PONG"
    assert ask(None, "PING") == "NOAUTH"


def test_auth_gives_way_to_users_and_comes_back(cloud: RunningSandbox, ec: Any, throwaway: Any) -> None:
    create_users(ec, "app")
    ask = ask_as(cloud, throwaway("guarded", DEV, SECURE))
    change = {"ReplicationGroupId": "guarded", "ApplyImmediately": True}

    def admitted() -> list[str]:
        return [ask("default", "PING", password=TOKEN), ask("writer", "PING"), ask(None, "PING")]

    refused = error_of(ec.modify_replication_group, UserGroupIdsToAdd=["app"], **change)
    assert refused[:2] == (
        COMBINATION,
        "User group can't be associated with auth token enabled. Pass AuthStrategy delete to proceed.",
    )
    assert admitted() == ["PONG", "WRONGPASS", "NOAUTH"]
    ec.modify_replication_group(UserGroupIdsToAdd=["app"], AuthTokenUpdateStrategy="DELETE", **change)
    found = settled(ec, "guarded")
    assert (found["UserGroupIds"], found["AuthTokenEnabled"]) == (["app"], False)
    assert admitted() == ["WRONGPASS", "PONG", "NOAUTH"]
    assert error_of(ec.delete_user_group, UserGroupId="app")[0] == "InvalidUserGroupState"
    refused = error_of(ec.modify_replication_group, AuthToken=TOKEN, **change)
    assert refused[1].startswith("Auth tokens can't be enabled with a user group already associated.")
    ec.modify_replication_group(AuthToken=TOKEN, RemoveUserGroups=True, **change)
    found = settled(ec, "guarded")
    assert ("UserGroupIds" in found, found["AuthTokenEnabled"]) == (False, True)
    assert admitted() == ["PONG", "WRONGPASS", "PONG"]
    ec.modify_replication_group(AuthToken=TOKEN, AuthTokenUpdateStrategy="SET", **change)
    settled(ec, "guarded")
    assert admitted() == ["PONG", "WRONGPASS", "NOAUTH"]


# -- access strings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("on ~* &* +@all", []),
        ("off resetkeys %R~read:* %RW~both:* -@dangerous +config|get -flushall", []),
        ("on (~temp:* +get) (%W~log:* +set)", []),
        ("on ~* +@everything", ["+@everything"]),
        ("enabled allkey", ["enabled", "allkey"]),
        ("on ~ +", ["~", "+"]),
    ],
)
def test_rules_of_access_strings(text: str, unknown: list[str]) -> None:
    assert access_strings.unknown(text.split()) == unknown


@given(st.sampled_from(access_strings.CATEGORIES), st.sampled_from("+-"), st.booleans())
def test_every_category_is_a_rule_in_any_case(category: str, sign: str, upper: bool) -> None:
    rule = f"{sign}@{category}"
    assert access_strings.unknown([rule.upper() if upper else rule]) == []


def test_a_bad_access_string_is_refused(ec: Any) -> None:
    user = {"UserId": "bad", "UserName": "bad", "Engine": "redis", "NoPasswordRequired": True}
    code, message, _ = error_of(ec.create_user, AccessString="on ~* +@everything", **user)
    assert (code, "+@everything" in message) == (VALUE, True)
