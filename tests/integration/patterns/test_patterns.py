# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access patterns with the client code of docs/patterns.md, on a cluster as in prod: alone and in a crowd."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Barrier, Event

import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError, ResponseError

CALLERS = 200
LIMIT = 50


ON_OLDER_ENGINE = "ScriptedPatterns of Redis 6.2"


@pytest.fixture(params=["Patterns", "ScriptedPatterns", pytest.param(ON_OLDER_ENGINE, marks=pytest.mark.extended)])
def patterns(request, application, loaded):
    """The client, by functions and by the scripts made of them."""
    if request.param == ON_OLDER_ENGINE:
        return application.ScriptedPatterns(request.getfixturevalue("older_engine"))
    return getattr(application, request.param)(application.Cluster(**loaded.options))


@pytest.fixture
def crowd() -> Iterator[Callable[[Callable[[int], object]], list]]:
    """``crowd(act)``: what ``act(number)`` returned to each of 200 callers that begin at once."""
    barrier = Barrier(CALLERS)
    with ThreadPoolExecutor(CALLERS) as pool:

        def together(act: Callable[[int], object]) -> list:
            def begin(number: int) -> object:
                barrier.wait(60)
                return act(number)

            return list(pool.map(begin, range(CALLERS)))

        yield together


@contextmanager
def meanwhile(act: Callable[[], object], threads: int = 1) -> Iterator[None]:
    """Do the same again and again, until the block ends; what fails there fails the test."""
    over = Event()

    def run() -> None:
        while not over.wait(0.001):
            act()

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(run) for _thread in range(threads)]
        try:
            yield
        finally:
            over.set()
        for each in running:
            each.result()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def in_a_minute() -> int:
    return int(time.time() * 1000) + 60_000


def test_the_limit_is_exact_whoever_calls_at_once(application, loaded, crowd, runs, tenant):
    patterns = application.Patterns(application.Cluster(**loaded.options))
    admitted = []
    for run in range(runs):
        waits = crowd(lambda _number, run=run: patterns.wait_for_admission(f"{tenant}{run}", "login", LIMIT, 60_000))
        admitted.append(waits.count(0))
        assert all(0 < wait <= 60_000 for wait in waits if wait)
    assert admitted == [LIMIT] * runs


def test_each_window_admits_the_limit_again(application, loaded, crowd, tenant):
    patterns, window = application.Patterns(application.Cluster(**loaded.options)), 10_000
    first = crowd(lambda _number: patterns.wait_for_admission(tenant, "login", LIMIT, window))
    time.sleep(window / 1000)
    second = crowd(lambda _number: patterns.wait_for_admission(tenant, "login", LIMIT, window))
    assert (first.count(0), second.count(0)) == (LIMIT, LIMIT)


def test_the_window_slides(patterns, tenant):
    """Whoever waits as long as told is admitted, and makes no room for others."""
    limited = (tenant, "login", 2, 1_000)
    assert patterns.wait_for_admission(*limited) == 0
    time.sleep(0.4)
    assert patterns.wait_for_admission(*limited) == 0
    wait = patterns.wait_for_admission(*limited)
    assert 0 < wait <= 600
    time.sleep(wait / 1000)
    assert patterns.wait_for_admission(*limited) == 0
    assert 0 < patterns.wait_for_admission(*limited) < 1_000


def test_a_lowered_limit_holds_for_calls_that_were_admitted_before(patterns, tenant):
    for _call in range(5):
        assert patterns.wait_for_admission(tenant, "login", 5, 60_000) == 0
        time.sleep(0.1)
    one_has_to_leave = patterns.wait_for_admission(tenant, "login", 5, 60_000)
    all_have_to_leave = patterns.wait_for_admission(tenant, "login", 1, 60_000)
    assert all_have_to_leave - one_has_to_leave > 200


def test_what_was_admitted_is_forgotten_after_the_window(patterns, application, tenant):
    patterns.wait_for_admission(tenant, "login", 5, 60_000)
    assert 59_000 < patterns.cache.pttl(application.key(tenant, "rate", "login")) <= 60_000


BAD_ARGUMENTS = {
    "no limit": ([0, 1000], "limit must be a whole number from 1 on"),
    "half a call": (["1.5", 1000], "limit must be a whole number from 1 on"),
    "no number": (["nan", 1000], "limit must be a whole number from 1 on"),
    "no window": ([1, -1], "window_ms must be a whole number from 1 on"),
    "too few": ([1], "expected 1 keys and 2 arguments, got 1 and 1"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS)
def test_arguments_that_make_no_sense(patterns, application, tenant, arguments, message):
    with pytest.raises(ResponseError, match=message):
        patterns.call("aw1_rate_limit", [application.key(tenant, "rate", "login")], *arguments)


def test_a_session_from_login_to_logout(patterns, application, tenant):
    expires_at = in_a_minute()
    assert patterns.session(tenant, "s1", expires_at, lambda: None) is None
    assert patterns.session(tenant, "s1", expires_at, lambda: "claims") == "claims"
    assert patterns.session(tenant, "s1", expires_at, never) == "claims"
    assert 0 < patterns.cache.pttl(application.key(tenant, "sessions", "s1")) <= 60_000
    patterns.revoke(tenant, "s1", expires_at)
    assert patterns.session(tenant, "s1", expires_at, lambda: "claims") is None
    assert patterns.session(tenant, "s2", expires_at, lambda: "others") == "others"


def never() -> str:
    raise AssertionError("what Redis has must not be loaded")


def test_an_expired_session_is_not_filled(patterns, tenant):
    assert patterns.session(tenant, "s1", int(time.time() * 1000) - 1, lambda: "claims") is None


def test_revocations_go_when_they_have_nothing_left_to_revoke(patterns, application, tenant):
    for number in range(5):
        patterns.revoke(tenant, f"old{number}", int(time.time() * 1000) - 61_000)
    patterns.revoke(tenant, "live", in_a_minute())
    key = application.key
    members = patterns.cache.zrangebyscore(key(tenant, "sessions"), "-inf", "(+inf")
    assert members == [key(tenant, "sessions", "live")]
    assert patterns.cache.ttl(key(tenant, "sessions")) == -1


def test_a_tenant_that_is_only_asked_about_leaves_nothing(patterns, application, tenant):
    """Else whoever sends tokens of made-up tenants would fill the memory."""
    for session in ("s1", "s2"):
        assert patterns.session(tenant, session, in_a_minute(), lambda: None) is None
    assert 55_000 < patterns.cache.pttl(application.key(tenant, "sessions")) <= 60_000


def test_revocations_outlive_every_session_that_was_filled(patterns, application, tenant):
    """With the version that they were filled with; a shorter session takes nothing from a longer one."""
    for session, minutes in [("long", 10), ("short", 2)]:
        assert patterns.session(tenant, session, in_a_minute() + (minutes - 1) * 60_000, lambda: "claims")
        assert 10 * 60_000 < patterns.cache.pttl(application.key(tenant, "sessions")) <= 11 * 60_000
    patterns.revoke(tenant, "short", in_a_minute())
    assert patterns.session(tenant, "long", in_a_minute(), never) == "claims"
    assert patterns.session(tenant, "other", in_a_minute(), lambda: "claims")
    assert patterns.cache.pttl(application.key(tenant, "sessions")) == -1


def test_a_fill_has_its_minute_however_old_the_version_is(patterns, application, tenant):
    keys = [application.key(tenant, "sessions"), application.key(tenant, "sessions", "s1")]
    _state, version, _claims = patterns.call("aw1_session_read", keys)
    patterns.cache.pexpire(keys[0], 2_000)
    assert patterns.call("aw1_session_read", keys) == ["unknown", version, None]
    assert patterns.cache.pttl(keys[0]) > 55_000


def test_a_fill_that_comes_after_its_minute(patterns, application, tenant):
    keys = [application.key(tenant, "sessions"), application.key(tenant, "sessions", "s1")]
    _state, version, _claims = patterns.call("aw1_session_read", keys)
    patterns.cache.pexpire(keys[0], 1)
    time.sleep(0.05)
    assert patterns.call("aw1_session_fill", keys, version, in_a_minute(), "claims") == "unknown"
    assert patterns.cache.exists(keys[1]) == 0
    assert 0 < patterns.cache.pttl(keys[0]) <= 60_000


def test_revoking_again_shortens_nothing(patterns, application, tenant):
    later = in_a_minute()
    patterns.revoke(tenant, "s1", later)
    patterns.revoke(tenant, "s1", later - 30_000)
    sessions = application.key(tenant, "sessions")
    assert patterns.cache.zscore(sessions, application.key(tenant, "sessions", "s1")) == later


def test_a_fill_that_a_revocation_overtook(patterns, application, tenant):
    keys = [application.key(tenant, "sessions"), application.key(tenant, "sessions", "s1")]
    _state, version, _claims = patterns.call("aw1_session_read", keys)
    patterns.revoke(tenant, "s1", in_a_minute())
    assert patterns.call("aw1_session_fill", keys, version, in_a_minute(), "claims") == "revoked"
    assert patterns.cache.exists(keys[1]) == 0


def test_a_fill_from_before_the_revocations_were_evicted(patterns, application, tenant):
    keys = [application.key(tenant, "sessions"), application.key(tenant, "sessions", "s1")]
    _state, version, _claims = patterns.call("aw1_session_read", keys)
    patterns.revoke(tenant, "s1", in_a_minute())
    patterns.cache.unlink(keys[0])
    assert patterns.call("aw1_session_fill", keys, version, in_a_minute(), "claims") == "unknown"
    assert patterns.call("aw1_session_read", keys)[0] == "unknown"


def test_evicted_revocations_make_no_session_valid(patterns, application, tenant):
    assert patterns.session(tenant, "s1", in_a_minute(), lambda: "claims")
    patterns.cache.unlink(application.key(tenant, "sessions"))
    assert patterns.session(tenant, "s1", in_a_minute(), lambda: None) is None


STATELESS = "tokens say for themselves that they are valid"
EVICTING = "whoever issued them knows, and Redis forgets"


@dataclass
class Authority:
    """Knows which sessions are valid, if not stateless, and takes a while to say so."""

    stateless: bool
    valid: set[str] = field(default_factory=lambda: {str(number) for number in range(40)})

    def claims(self, session: str) -> str | None:
        known = self.stateless or session in self.valid
        time.sleep(random.uniform(0, 0.004))
        return "claims" if known else None


@pytest.mark.parametrize("knows", [STATELESS, EVICTING])
def test_a_revoked_session_is_never_accepted_again(application, loaded, tenant, knows, callers):
    """All callers fill as fast as they can, before, while and after each of 40 sessions is revoked."""
    patterns, expires_at = application.Patterns(application.Cluster(**loaded.options)), in_a_minute() + 600_000
    authority, revoked_at, accepted, called = Authority(knows == STATELESS), {}, [], []
    sessions = sorted(authority.valid)

    def call() -> None:
        session, begin = random.choice(sessions), time.monotonic()
        called.append(session)
        if patterns.session(tenant, session, expires_at, lambda: authority.claims(session)):
            accepted.append((session, begin))

    def is_accepted(session: str) -> bool:
        return session in {each for each, _begin in accepted[-1000:]}

    def evict() -> None:
        keys = [application.key(tenant, "sessions"), application.key(tenant, "sessions", random.choice(sessions))]
        patterns.cache.unlink(random.choice(keys))

    with meanwhile(evict if knows == EVICTING else bool), meanwhile(call, threads=callers):
        for session in sessions:
            wait_until(partial(is_accepted, session))
            authority.valid.discard(session)
            patterns.revoke(tenant, session, expires_at)
            revoked_at[session] = time.monotonic()
        calls_before = len(called)
        wait_until(lambda: len(called) >= calls_before + 5 * callers)
    assert len({session for session, _begin in accepted}) == len(sessions)
    assert [session for session, begin in accepted if begin > revoked_at[session]] == []


def test_permissions_are_loaded_once_and_kept_for_their_time(patterns, application, tenant):
    assert patterns.permission(tenant, "u", "r", lambda: "read", 5_000) == "read"
    assert patterns.permission(tenant, "u", "r", never) == "read"
    assert 0 < patterns.cache.pttl(application.key(tenant, "permissions", "u", "r")) <= 5_000
    assert patterns.permission(tenant, "u", "other", lambda: "none") == "none"


INVALIDATED = {"the tenant": [], "the user": ["u"], "the resource": ["u", "r"]}


@pytest.mark.parametrize("ids", INVALIDATED.values(), ids=INVALIDATED)
def test_a_fill_that_was_under_way_does_not_come_back(patterns, application, tenant, ids):
    keys = [application.key(tenant, "permissions", *more) for more in ([], ["u"], ["u", "r"])]
    version, value = patterns.call("aw1_permission_read", keys)
    assert value is None
    patterns.invalidate(tenant, *ids)
    assert patterns.call("aw1_permission_fill", keys, version, 60_000, "stale") == 0
    assert patterns.permission(tenant, "u", "r", lambda: "fresh") == "fresh"
    assert patterns.call("aw1_permission_fill", keys, version, 60_000, "stale") == 0
    assert patterns.permission(tenant, "u", "r", never) == "fresh"


@pytest.mark.parametrize("ids", INVALIDATED.values(), ids=INVALIDATED)
def test_what_was_cached_is_invalidated(patterns, tenant, ids):
    patterns.permission(tenant, "u", "r", lambda: "old")
    patterns.invalidate(tenant, *ids)
    assert patterns.permission(tenant, "u", "r", lambda: "new") == "new"


@pytest.mark.parametrize("ids", INVALIDATED.values(), ids=INVALIDATED)
def test_no_caller_sees_what_was_before_an_invalidation(application, loaded, tenant, ids):
    """Twelve callers read one permission while it changes 60 times."""
    patterns = application.Patterns(application.Cluster(**loaded.options))
    database, invalidated, seen = [0], [0], []

    def load() -> str:
        value = str(database[0])
        time.sleep(random.uniform(0, 0.004))
        return value

    def call() -> None:
        seen.append((invalidated[0], int(patterns.permission(tenant, "u", "r", load))))

    with meanwhile(call, threads=12):
        for value in range(1, 61):
            time.sleep(random.uniform(0, 0.02))
            database[0] = value
            patterns.invalidate(tenant, *ids)
            invalidated[0] = value
        time.sleep(0.1)
    assert max(value for _least, value in seen) == 60
    assert [(least, value) for least, value in seen if value < least] == []


def test_all_keys_of_a_tenant_are_in_one_slot(application, loaded, tenant):
    parts = [["rate", "o"], ["sessions"], ["sessions", "s"], ["permissions"], ["permissions", "u"]]
    keys = [application.key(tenant, *part) for part in parts]
    assert len({loaded.cluster.keyslot(key) for key in keys}) == 1


def test_full_memory_hides_nothing_and_revokes(application, loaded, tenant):
    """Only what adds is refused."""
    cache = loaded.node(loaded.groups["full"].primary)
    patterns, expires_at = application.Patterns(cache), in_a_minute()
    for session in ("s1", "s2"):
        assert patterns.session(tenant, session, expires_at, lambda: "claims")
    assert patterns.permission(tenant, "u", "r", lambda: "read")
    for size in (100_000, 1_000, 10):  # nothing is left for even the smallest
        fill(cache, size)
    with pytest.raises(OutOfMemoryError):
        patterns.wait_for_admission(tenant, "login", 1, 1)
    with pytest.raises(OutOfMemoryError):
        patterns.session(tenant, "s3", expires_at, lambda: "claims")
    patterns.revoke(tenant, "s1", expires_at)
    assert patterns.session(tenant, "s1", expires_at, never) is None
    assert patterns.session(tenant, "s2", expires_at, never) == "claims"
    assert patterns.permission(tenant, "u", "r", never) == "read"


def fill(cache: Redis, size: int) -> None:
    with suppress(OutOfMemoryError):
        for number in range(10_000):
            cache.set(f"ballast:{size}:{number}", "x" * size)


def test_the_library_says_its_version(application, loaded):
    assert loaded.cluster.fcall_ro("aw1_version", 0) == "1.1.0"


def test_a_call_is_one_command(application, loaded, tenant):
    """redis-py would ask for the place of the keys first."""
    patterns = application.Patterns(application.Cluster(**loaded.options))
    before = sum(asked(node) for node in loaded.primaries)
    for _call in range(3):
        patterns.permission(tenant, "u", "r", lambda: "read")
    assert sum(asked(node) for node in loaded.primaries) == before


def asked(node: Redis) -> int:
    return node.info("commandstats").get("cmdstat_command|getkeys", {"calls": 0})["calls"]
