# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries and invalidations on real Redis: each change four times, and nothing else touched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import pytest
import yaml
from integration.patterns.caches import LIBRARY, ROOT, SOURCE, Caches
from integration.patterns.document import document
from redis.exceptions import ResponseError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.connect import CacheError
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.functions import ensure
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.invalidate import invalidate
from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.publish import publish
from ansible_collections.accessweaver.elasticache.plugins.modules.redis_invalidate import ARGUMENTS
from sandbox.dataplane.testing import TOKEN

CODE = "#!lua name=greeting\nredis.register_function('greet', function(keys, args) return 'Hello ' .. args[1] end)"
GREETING = {"name": "greeting", "state": "present", "code": CODE}
OTHER = {**GREETING, "code": CODE.replace("Hello", "Good morning")}
ABSENT = {"name": "greeting", "state": "absent", "code": None}


def libraries(caches: Caches) -> list[str | None]:
    """The code of the library at each primary, asked for by another client."""
    return [next((found[-1] for found in node.function_list("greeting", True)), None) for node in caches.primaries]


def four_times(caches: Caches, declared: dict[str, Any]) -> dict[str, Any]:
    parameters, before = caches.parameters("cluster", **declared), libraries(caches)
    predicted = ensure(parameters, True)
    assert libraries(caches) == before
    done = ensure(parameters, False)
    assert predicted == done
    for check_mode in (True, False):
        again = ensure(parameters, check_mode)
        assert (again["changed"], again["operations"], again["diff"]) == (False, [], [])
    return done


def test_a_library_for_life(caches):
    loaded = four_times(caches, GREETING)
    assert (loaded["changed"], loaded["operations"]) == (True, ["FUNCTION LOAD"] * 3)
    assert [change["after"] for change in loaded["diff"]] == [CODE] * 3
    assert libraries(caches) == [CODE] * 3
    assert [node.fcall("greet", 0, "you") for node in caches.primaries] == ["Hello you"] * 3
    changed = four_times(caches, OTHER)
    assert [(change["before"], change["after"]) for change in changed["diff"]] == [(CODE, OTHER["code"])] * 3
    assert libraries(caches) == [OTHER["code"]] * 3
    deleted = four_times(caches, ABSENT)
    assert deleted["operations"] == ["FUNCTION DELETE"] * 3
    assert libraries(caches) == [None] * 3


def test_only_the_primary_that_lacks_it_is_changed(caches):
    ensure(caches.parameters("cluster", **GREETING), False)
    lacking = caches.primaries[1]
    lacking.function_delete("greeting")
    done = four_times(caches, GREETING)
    (changed,) = [primary["node"] for primary in done["primaries"] if primary["changed"]]
    options = lacking.connection_pool.connection_kwargs
    assert changed == f"{options['host']}:{options['port']}"
    assert libraries(caches) == [CODE] * 3


def test_replicas_have_it_too(loaded):
    for node in loaded.groups["replica"].nodes.values():
        client = loaded.node(node)
        if client.role()[0] == "slave":
            assert client.fcall_ro("aw1_version", 0) == "1.1.0"


REFUSED = {
    "a name that is none": ({"name": "*"}, "name (*) is no name of a library"),
    "the name of another": ({"name": "greetings"}, "Begin it with #!lua name=greetings"),
    "no code": ({"code": " \n"}, "code: is empty"),
    "a script": ({"code": "return 1"}, "code: begins with 'return 1'"),
    "code that Lua does not understand": ({"code": CODE + " end"}, "Error compiling function"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_library(caches, change, message):
    with pytest.raises(CacheError) as failure:
        ensure(caches.parameters("cluster", **{**OTHER, **change}), False)
    assert message.replace("name (*)", "name = *:") in str(failure.value)


def test_a_library_that_is_refused_replaces_nothing(caches):
    ensure(caches.parameters("cluster", **GREETING), False)
    with pytest.raises(CacheError, match="Changed before: none"):
        ensure(caches.parameters("cluster", **{**GREETING, "code": CODE + " end"}), False)
    assert libraries(caches) == [CODE] * 3


HOSTILE = ("*", "a*", "a", "?", "[a-z]", "{a}", "}", "a:permissions:u0", "a%2A", "^", "\\", "\\*", "aé", " ")
TENANTS = (*HOSTILE, *(f"tenant{number}" for number in range(500 - len(HOSTILE))))
DEFAULTS = {name: ARGUMENTS[name]["default"] for name in ("keys", "channel", "count", "pause", "max_keys")}


def invalidation(caches: Caches, tenant: str, **more: Any) -> dict[str, Any]:
    ids = {"tenant": tenant, "user": None, "resource": None}
    return caches.parameters("cluster", **{**DEFAULTS, **ids, "count": 5000, **more})


def key(tenant: str, *ids: str) -> str:
    return ":".join(["aw:{" + quote(tenant, safe="") + "}", "permissions", *(quote(each, safe="") for each in ids)])


def keys_of(tenant: str) -> list[str]:
    """200 keys: of the tenant, of 19 users, and of 180 permissions, whose ids are those of other tenants."""
    users = [key(tenant, TENANTS[number]) for number in range(19)]
    permissions = [key(tenant, TENANTS[user], TENANTS[resource]) for user in range(18) for resource in range(10)]
    return [key(tenant), *users, *permissions]


def held(caches: Caches) -> Counter[str]:
    """How many keys there are of each tenant."""
    return Counter(
        key.partition("}")[0].removeprefix("aw:{")
        for node in caches.primaries
        for key in node.scan_iter("aw:*}:permissions*", count=10_000)
    )


@pytest.fixture
def crowded(caches: Caches) -> Iterator[Caches]:
    """The cluster with 100,000 keys of 500 tenants, and one of the tenants' sessions each."""
    cluster = caches.cluster
    for node in caches.primaries:
        node.flushall()
    pipelines = {node.name: node.redis_connection.pipeline(transaction=False) for node in cluster.get_primaries()}
    for tenant in TENANTS:
        pipeline = pipelines[cluster.get_node_from_key(key(tenant)).name]
        for name in keys_of(tenant):
            pipeline.set(name, "1")
        pipeline.set(key(tenant).removesuffix("permissions") + "sessions", "1")
    for pipeline in pipelines.values():
        pipeline.execute()
    yield caches
    for node in caches.primaries:
        node.flushall()


def test_a_tenant_loses_exactly_its_own_keys(crowded):
    """None takes keys of one that comes later, else that one would not have all; and none takes keys of the rest."""
    for tenant in HOSTILE:
        done = invalidate(invalidation(crowded, tenant), False)
        assert (done["changed"], done["keys"]) == (True, 200)
    assert held(crowded) == Counter({quote(tenant, safe=""): 200 for tenant in TENANTS if tenant not in HOSTILE})
    assert sum(node.dbsize() for node in crowded.primaries) == 100_000 - 200 * len(HOSTILE) + 500


SELECTIONS: dict[str, tuple[dict[str, str], int]] = {
    "a user": ({"user": "*"}, 11),
    "a resource": ({"resource": "*"}, 18),
    "a resource of a user": ({"user": "a*", "resource": "[a-z]"}, 1),
    "a tenant that is not there": ({"tenant": "tenant*"}, 0),
}


def test_what_is_selected_goes_and_stays_away(caches):
    """Each selection four times."""
    for node in caches.primaries:
        node.flushall()
    cluster = caches.cluster
    for change, count in SELECTIONS.values():
        cluster.mset(dict.fromkeys(keys_of("acme"), "1"))
        parameters = invalidation(caches, **{"tenant": "acme", **change}, count=50)
        predicted = invalidate(parameters, True)
        assert held(caches).total() == 200
        done = invalidate(parameters, False)
        assert (predicted["changed"], predicted["keys"], predicted["diff"]) == (count > 0, count, done["diff"])
        assert done["keys"] == count
        assert held(caches).total() == 200 - count
        for check_mode in (True, False):
            again = invalidate(parameters, check_mode)
            assert (again["changed"], again["keys"]) == (False, 0)


def test_too_many_keys_are_left_alone(caches):
    for number in range(30):
        caches.cluster.set(key("acme", f"user{number}"), "1")
    before = held(caches)
    with pytest.raises(CacheError, match=r"more than max_keys \(29\) keys to delete; none was deleted"):
        invalidate(invalidation(caches, "acme", max_keys=29), False)
    assert held(caches) == before


def test_keys_that_are_no_text_are_left_alone(caches):
    name = b"aw:{acme}:permissions:\xff\xfe"
    caches.cluster.set(name, "1")
    invalidate(invalidation(caches, "acme"), False)
    assert caches.cluster.delete(name) == 1


MISTAKES = {
    "an empty tenant": ({"tenant": ""}, "tenant = : is empty"),
    "an empty user": ({"user": ""}, "user = : is empty"),
    "keys of every tenant": ({"keys": ["permissions:<user>"]}, "would match keys of every tenant"),
    "no place for an id": ({"user": "u", "keys": ["aw:{<tenant>}"]}, "has no key with <tenant> and <user>"),
    "no steps": ({"count": 0}, "count = 0: is less than 1"),
    "a pause into the past": ({"pause": -1}, "pause = -1: is less than 0"),
}


@pytest.mark.parametrize(("change", "message"), MISTAKES.values(), ids=MISTAKES)
def test_options_that_do_not_fit(caches, change, message):
    with pytest.raises(CacheError) as failure:
        invalidate(invalidation(caches, **{"tenant": "acme", **change}), False)
    assert message in str(failure.value)


def test_subscribers_at_any_node_are_told_after_the_keys_are_gone(caches):
    caches.cluster.set(key("acme", "jane"), "1")
    with caches.primaries[2].pubsub(ignore_subscribe_messages=True) as subscriber:
        subscriber.subscribe("aw:cache-invalidation")
        subscriber.get_message(timeout=1)
        invalidate(invalidation(caches, "acme", user="jane"), True)
        assert subscriber.get_message(timeout=0.2) is None
        invalidate(invalidation(caches, "acme", user="jane"), False)
        message = subscriber.get_message(timeout=5)
        assert json.loads(message["data"]) == {"type": "user-permissions", "tenantId": "acme", "userId": "jane"}
        assert caches.cluster.exists(key("acme", "jane")) == 0
        quiet = invalidate(invalidation(caches, "acme", channel=""), False)
        assert (quiet["receivers"], subscriber.get_message(timeout=0.2)) == (None, None)


def test_publishing(caches):
    parameters = caches.parameters("replica", channel="news", payload="text")
    with caches.node(caches.groups["replica"].primary).pubsub(ignore_subscribe_messages=True) as subscriber:
        subscriber.subscribe("news")
        subscriber.get_message(timeout=1)
        assert publish(parameters, True)["receivers"] is None
        assert subscriber.get_message(timeout=0.2) is None
        assert publish(parameters, False)["receivers"] == 1
        assert subscriber.get_message(timeout=5)["data"] == "text"


IDS = {"tenantId": "a*{x}", "userId": "jane doe", "resourceId": "é/1", "sessionId": "7f"}
RENDERED = {
    "permissions": ["permissions", "jane doe", "é/1"],
    "roles": ["roles", "jane doe"],
    "policies": ["policies", "é/1"],
    "sessions": ["sessions", "7f"],
}


def test_the_role_renders_the_keys_of_the_library():
    """As an application takes its patterns: an escaped id in each place, braces around the tenant left as they are."""
    defaults = yaml.safe_load((ROOT / "roles/elasticache_redis/defaults/main.yml").read_text())
    patterns = {
        name: jinja2.Template(text).render() for name, text in defaults["elasticache_redis_app_key_patterns"].items()
    }
    for name, value in IDS.items():
        patterns = {each: text.replace(f"{{{name}}}", quote(value, safe="")) for each, text in patterns.items()}
    assert patterns == {name: document().key(IDS["tenantId"], *parts) for name, parts in RENDERED.items()}


@pytest.mark.extended
def test_through_ansible(caches, tmp_path: Path):
    """The options, the file of the role, the filter, check mode and the diff, as a playbook uses them."""
    task = {name: caches.parameters("cluster")[name] for name in ("connection", "auth_token", "ca_file")}
    lookup = "lookup('ansible.builtin.file', '{}')".format(ROOT / "roles/elasticache_redis/files/accessweaver1.lua")
    library = {"name": "accessweaver1", "code": "{{ " + lookup + " }}"}
    scripts = "{{ " + lookup + " | accessweaver.elasticache.redis_function_scripts | length }}"
    tasks: list[dict[str, Any]] = [
        {"accessweaver.elasticache.redis_function": {**task, **library, "state": "absent"} | {"code": None}},
        {"accessweaver.elasticache.redis_function": {**task, **library}, "check_mode": True},
        {"accessweaver.elasticache.redis_function": {**task, **library}},
        {"accessweaver.elasticache.redis_function": {**task, **library}},
        {"accessweaver.elasticache.redis_invalidate": {**task, "tenant": "acme"}},
        {"accessweaver.elasticache.redis_publish": {**task, "channel": "news", "payload": {"a": [1]}}},
        {"accessweaver.elasticache.redis_keys_info": task},
        {"ansible.builtin.debug": {"msg": scripts}},
    ]
    caches.cluster.set(key("acme"), "1")
    results = play(tasks, tmp_path)
    assert [result["changed"] for result in results[1:6]] == [True, True, False, True, True]
    assert results[1]["diff"] == results[2]["diff"]
    assert results[6]["total"] == sum(node.dbsize() for node in caches.primaries)
    assert int(results[7]["msg"]) == 7
    assert [node.function_list("accessweaver1", True)[0][-1] for node in caches.primaries] == [SOURCE.rstrip()] * 3


def play(tasks: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """The results of tasks that Ansible runs."""
    playbook = folder / "playbook.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    interpreter = ["-e", f"ansible_python_interpreter={sys.executable}"]
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook), *interpreter, "--diff"]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert TOKEN not in ended.stdout + ended.stderr
    report = json.loads(ended.stdout[ended.stdout.index("{\n") :])
    return [task["hosts"]["localhost"] for task in report["plays"][0]["tasks"]]


def test_a_library_that_is_loaded_with_another_text_is_replaced(caches):
    """The file ends in a line break, which Ansible's lookup takes away; what was loaded is what counts."""
    ensure(caches.parameters("cluster", **LIBRARY), False)
    with pytest.raises(ResponseError):
        caches.primaries[0].function_load(SOURCE)
    assert ensure(caches.parameters("cluster", **{**LIBRARY, "code": SOURCE.rstrip()}), True)["changed"]
