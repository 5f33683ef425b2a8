# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of every module, run as they stand; what they did is read back by other clients.

The examples of a new module are run with all others. What they presume belongs into the tables of ``examples.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from integration.modules.examples import (
    BUCKET,
    CACHES,
    LEGACY,
    LOG_GROUP,
    MODULES,
    NAMESPACE,
    NEIGHBOURS,
    NO_CACHES,
    PROD,
    STAGING,
    World,
)

from sandbox.testing import running_sandbox

# Run on a sandbox of their own, because they make and remove what the others need.
WITHOUT_CACHES = (
    "budgets_budget",
    "elasticache_auth_token",
    "elasticache_parameter_group",
    "elasticache_preflight",
    "elasticache_replication_group",
    "elasticache_subnet_group",
    "logs_log_group",
)
WITH_CACHES = tuple(sorted(set(MODULES) - set(WITHOUT_CACHES), key=lambda name: (not name.startswith("redis"), name)))

# Examples of modules that change things, which change nothing here.
NOTHING_TO_DO = {
    "Stop what is under way",
    "Keep the last seven snapshots of each group, and all of the last 30 days",
}

Results = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    """Sandboxes without and with caches, prepared."""
    with ExitStack() as stack:
        prepared = {}
        for name, presumed in {"without": NO_CACHES, "with": CACHES}.items():
            folder = tmp_path_factory.mktemp(name)
            running = stack.enter_context(running_sandbox(folder / "sandbox", account_id="123456789012"))
            prepared[name] = World(running, folder, presumed)
        with ThreadPoolExecutor() as pool:
            list(pool.map(World.prepare, prepared.values()))
        yield prepared


@pytest.fixture(scope="module")
def results(worlds: dict[str, World]) -> Results:
    """What the examples of each module returned; all have been run."""
    shares = {"without": WITHOUT_CACHES, "with": WITH_CACHES}
    assert worlds["with"].listener
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(worlds[name].run, modules) for name, modules in shares.items()]
        return {module: ended for run in runs for module, ended in run.result().items()}


def expected(module: str) -> list[tuple[str, bool, str | None]]:
    """Name of each example, whether it changes something, and what it says when it fails, which is nothing."""
    examples = MODULES[module]
    once = [(task["name"], changes(task), None) for task in examples.tasks]
    return [*once, *((task["name"], False, None) for task in examples.again)]


def changes(task: dict[str, Any]) -> bool:
    own = [MODULES[name.removeprefix(f"{NAMESPACE}.")] for name in task if name.startswith(NAMESPACE)]
    return not all(examples.only_reads for examples in own) and task["name"] not in NOTHING_TO_DO


@pytest.mark.parametrize("module", MODULES)
def test_examples_run_as_they_stand(results: Results, module: str) -> None:
    ended = [
        (result["name"], result["changed"], result["msg"] if result.get("failed") else None)
        for result in results.get(module, [])
    ]
    assert ended == expected(module)


def caches(world: World) -> set[str]:
    return {each["ReplicationGroupId"] for each in world.elasticache.describe_replication_groups()["ReplicationGroups"]}


def snapshots(world: World) -> set[str]:
    found = world.elasticache.describe_snapshots(SnapshotSource="user")["Snapshots"]
    return {snapshot["SnapshotName"] for snapshot in found}


def parameter_groups(world: World) -> set[str]:
    found = world.elasticache.describe_cache_parameter_groups()["CacheParameterGroups"]
    return {
        each["CacheParameterGroupName"] for each in found if not each["CacheParameterGroupName"].startswith("default.")
    }


def subnet_groups(world: World) -> set[str]:
    found = world.elasticache.describe_cache_subnet_groups()["CacheSubnetGroups"]
    return {each["CacheSubnetGroupName"] for each in found}


def budgets(world: World) -> list[Any]:
    return world.running.client("budgets").describe_budgets(AccountId="123456789012").get("Budgets", [])


def secrets(world: World) -> set[str]:
    return {secret["Name"] for secret in world.running.client("secretsmanager").list_secrets()["SecretList"]}


def log_groups(world: World) -> set[str]:
    return {group["logGroupName"] for group in world.running.client("logs").describe_log_groups()["logGroups"]}


def alarms(world: World) -> list[Any]:
    return world.running.client("cloudwatch").describe_alarms()["MetricAlarms"]


def scalable_targets(world: World) -> list[Any]:
    client = world.running.client("application-autoscaling")
    return client.describe_scalable_targets(ServiceNamespace="elasticache")["ScalableTargets"]


def exports(world: World) -> list[str]:
    return sorted(each["Key"] for each in world.running.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"])


def updates(world: World) -> dict[str, str]:
    asked = {"ReplicationGroupIds": [PROD, STAGING], "ServiceUpdateStatus": ["available"]}
    found = world.elasticache.describe_update_actions(**asked)["UpdateActions"]
    return {each["ReplicationGroupId"]: each["UpdateActionStatus"] for each in found}


def libraries(world: World) -> set[str]:
    primaries = [node.redis_connection for node in world.cluster.get_primaries()]
    return {library[1] for primary in primaries for library in primary.function_list()}


def held(world: World) -> set[str]:
    return {key for key in CACHES.keys if world.cluster.exists(key)}


LEFT: dict[str, tuple[Callable[[World], Any], Any]] = {
    "budgets_budget": (budgets, []),
    "elasticache_alarms": (alarms, []),
    "elasticache_auth_token": (secrets, {f"{STAGING}/auth-token"}),
    "elasticache_autoscaling": (scalable_targets, []),
    "elasticache_parameter_group": (parameter_groups, set()),
    "elasticache_replication_group": (caches, {LEGACY}),
    "elasticache_service_update": (updates, {PROD: "complete", STAGING: "complete"}),
    "elasticache_snapshot": (snapshots, {f"{PROD}-2026-11", f"{STAGING}-backup-3"}),
    "elasticache_subnet_group": (subnet_groups, {PROD, STAGING, "private"}),
    "logs_log_group": (log_groups, {LOG_GROUP}),
    "redis_function": (libraries, {"accessweaver1"}),
    "redis_invalidate": (held, set(NEIGHBOURS)),
    "redis_publish": (lambda world: world.listener.get_message(timeout=5)["data"], '{"changed": ["dark-mode"]}'),
}


@pytest.mark.parametrize("module", LEFT)
def test_what_is_left(worlds: dict[str, World], results: Results, module: str) -> None:
    read, left = LEFT[module]
    assert read(worlds["without" if module in WITHOUT_CACHES else "with"]) == left


def test_what_a_deleted_group_and_an_export_leave_behind(worlds: dict[str, World], results: Results) -> None:
    assert snapshots(worlds["without"]) == {f"{STAGING}-final"}
    assert exports(worlds["with"]) == [f"{PROD}-export-000{shard}.rdb" for shard in (1, 2)]
