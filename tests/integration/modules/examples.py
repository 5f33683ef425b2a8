# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the modules' documentation, what they presume, and how they are run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.plugin_docs import read_docstring
from integration.modules.reachable_groups import REPLICATED, available, clustered, connection, create
from redis import Redis, RedisCluster
from redis.client import PubSub

from sandbox.aws.network import PRIVATE_SUBNETS
from sandbox.dataplane.testing import TOKEN
from sandbox.testing import RunningSandbox

ROOT = Path(__file__).resolve().parents[3]
NAMESPACE = "accessweaver.elasticache"
PROD, STAGING, LEGACY = (f"accessweaver-{name}-redis" for name in ("prod", "staging", "legacy"))
BUCKET, LOG_GROUP = "accessweaver-redis-exports", f"/elasticache/{STAGING}/slow-log"
OTHER_TOKEN = "another-token-of-the-examples"

Request = tuple[str, str, dict[str, Any]]  # service, operation, parameters


@dataclass(frozen=True)
class Examples:
    """Those of one module."""

    text: str
    fragments: tuple[str, ...]
    options: frozenset[str]
    idempotent: bool

    @cached_property
    def tasks(self) -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = yaml.safe_load(self.text)
        return tasks

    @property
    def again(self) -> list[dict[str, Any]]:
        """The last example, which has to change nothing when it is run once more."""
        return self.tasks[-1:] if self.idempotent and not self.only_reads else []

    @property
    def connects(self) -> bool:
        return "ca_file" in self.options or any(name.startswith(f"{NAMESPACE}.redis") for name in self.fragments)

    @property
    def only_reads(self) -> bool:
        return f"{NAMESPACE}.attributes.info_module" in self.fragments


def read(path: Path) -> Examples:
    found = read_docstring(str(path))
    doc = found["doc"]
    idempotent = doc.get("attributes", {}).get("idempotent", {}).get("support") != "none"
    fragments, options = tuple(doc["extends_documentation_fragment"]), frozenset(doc["options"])
    return Examples(found["plainexamples"], fragments, options, idempotent)


MODULES = {path.stem: read(path) for path in sorted((ROOT / "plugins/modules").glob("[!_]*.py"))}


def subnet_group(name: str) -> Request:
    request = {"CacheSubnetGroupName": name, "CacheSubnetGroupDescription": "x", "SubnetIds": list(PRIVATE_SUBNETS)}
    return "elasticache", "create_cache_subnet_group", request


def bucket(name: str) -> Request:
    place = {"LocationConstraint": "eu-west-1"}
    return "s3", "create_bucket", {"Bucket": name, "CreateBucketConfiguration": place}


@dataclass(frozen=True)
class Presumed:
    """What there is before the examples of some modules."""

    requests: tuple[Request, ...] = ()
    groups: tuple[tuple[str, dict[str, Any]], ...] = ()
    backups: tuple[tuple[str, str], ...] = ()  # snapshot and the group that it is taken of
    keys: tuple[str, ...] = ()
    lookups: bool = False  # whether the examples read secrets; what does that knows nothing of an action group


JANE, JOHN = "aw:{acme}:permissions:jane.doe%40example.com", "aw:{acme}:permissions:john.doe%40example.com"
ORDERS = "orders:{acme}:cart:jane.doe%40example.com"
NEIGHBOURS = (JOHN, JANE.replace("acme", "other"), ORDERS.replace("acme", "other"))
CHANNEL = "acme:feature-flags"
UNENCRYPTED = {"CacheNodeType": "cache.t3.micro", "NumCacheClusters": 1}

NO_CACHES = Presumed(
    requests=(
        *map(subnet_group, (PROD, STAGING)),
        ("sns", "create_topic", {"Name": "alerts"}),
        ("secretsmanager", "create_secret", {"Name": f"{STAGING}/auth-token", "SecretString": TOKEN}),
        ("logs", "create_log_group", {"logGroupName": LOG_GROUP}),
    ),
    groups=((LEGACY, UNENCRYPTED),),
    lookups=True,
)
CACHES = Presumed(
    requests=(
        subnet_group(PROD),
        ("sns", "create_topic", {"Name": "alerts"}),
        bucket(BUCKET),
    ),
    groups=((PROD, {**clustered(2, 1), "SnapshotRetentionLimit": 1}), (STAGING, REPLICATED)),
    backups=tuple((f"{STAGING}-backup-{number}", STAGING) for number in (1, 2, 3)),
    keys=(JANE, f"{JANE}:orders", ORDERS, *NEIGHBOURS),
)


@dataclass(frozen=True)
class World:
    """A sandbox with what the examples presume."""

    running: RunningSandbox
    folder: Path
    presumed: Presumed

    @cached_property
    def elasticache(self) -> Any:
        return self.running.client("elasticache")

    def prepare(self) -> None:
        for service, operation, request in self.presumed.requests:
            getattr(self.running.client(service), operation)(**request)
        create(self.elasticache, **dict(self.presumed.groups))
        for snapshot, group in self.presumed.backups:
            self.elasticache.create_snapshot(SnapshotName=snapshot, ReplicationGroupId=group)
            available(self.elasticache, group)
        if self.presumed.keys:
            self.running.control("backup", "POST", {"replication_group": PROD})
            available(self.elasticache, PROD)
            for key in self.presumed.keys:
                self.cluster.set(key, "1")

    @cached_property
    def access(self) -> dict[str, Any]:
        return {
            "ssl": True,
            "ssl_ca_certs": str(self.running.settings.ca_file),
            "password": TOKEN,
            "decode_responses": True,
        }

    @property
    def cluster(self) -> RedisCluster:
        return RedisCluster(**connection(self.elasticache, PROD)["configuration"], **self.access)

    @cached_property
    def listener(self) -> PubSub:
        """Hears what is published."""
        node = connection(self.elasticache, PROD)["nodes"][0]
        pubsub = Redis(node["host"], node["port"], **self.access).pubsub(ignore_subscribe_messages=True)
        pubsub.subscribe(CHANNEL)
        pubsub.get_message(timeout=5)
        return pubsub

    @property
    def variables(self) -> dict[str, Any]:
        """Those that the examples use."""
        tokens = {"redis_auth_token": TOKEN, "old_auth_token": OTHER_TOKEN, "new_auth_token": TOKEN}
        if STAGING not in dict(self.presumed.groups):
            return {**tokens, "new_auth_token": OTHER_TOKEN}
        staging = connection(self.elasticache, STAGING)
        return {
            **tokens,
            "backup_key_arn": self.running.client("kms").create_key()["KeyMetadata"]["Arn"],
            "elasticache_redis_outputs": {"connection": connection(self.elasticache, PROD)},
            "redis_host": staging["writer"]["host"],
            "redis_reader_host": staging["reader"]["host"],
        }

    @property
    def defaults(self) -> dict[str, Any]:
        """Where the sandbox is. The examples say nothing of it."""
        settings = self.running.settings
        # Ansible masks a secret wherever it occurs in a result, so this is part of no name.
        keys = {"access_key": "examples", "secret_key": "secret-of-the-examples"}
        aws = {"endpoint_url": settings.endpoint_url, "region": settings.region, **keys}
        trust = {"ca_file": str(settings.ca_file)}
        connecting = {f"{NAMESPACE}.{module}": trust for module, examples in MODULES.items() if examples.connects}
        return {f"group/{NAMESPACE}.aws": aws, **connecting}

    def run(self, modules: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """Run the examples of modules, each on a host of its own, so that variables stay apart; return the results."""
        command = [Path(sys.executable).with_name("ansible-playbook"), self.write(modules)]
        hosts = ["-i", "".join(f"{module}," for module in modules)]
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        variables = ["-e", json.dumps({**local, **self.variables})]
        ended = subprocess.run(
            [*command, *hosts, *variables], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert "{\n" in ended.stdout, ended.stderr
        report, _ = json.JSONDecoder().raw_decode(ended.stdout, ended.stdout.index("{\n"))  # below news of waits
        return {play["play"]["name"]: ended_tasks(play) for play in report["plays"]}

    def write(self, modules: Iterable[str]) -> Path:
        """Write a playbook, and what the examples presume in the folder, which is their home directory too."""
        (self.folder / "orders").mkdir()
        (self.folder / "accessweaver1.lua").symlink_to(ROOT / "roles/elasticache_redis/files/accessweaver1.lua")
        for module in modules:
            (self.folder / f"{module}.yml").write_text(MODULES[module].text)
            (self.folder / f"{module}-again.yml").write_text(json.dumps(MODULES[module].again))
        playbook = self.folder / "playbook.yml"
        playbook.write_text(json.dumps([self.play(module) for module in modules]))
        return playbook

    def play(self, module: str) -> dict[str, Any]:
        """A play that goes on with the next one when an example fails."""
        examples = [{"ansible.builtin.include_tasks": f"{name}.yml"} for name in (module, f"{module}-again")]
        tasks = [{"block": examples, "rescue": [{"ansible.builtin.meta": "noop"}]}]
        return {
            "name": module,
            "hosts": module,
            "gather_facts": False,
            "module_defaults": self.defaults,
            "tasks": tasks,
        }

    @property
    def environment(self) -> dict[str, str]:
        """Without lookups, nothing in it says where AWS is, so that every module has to be in the action group."""
        kept = {
            name: value
            for name, value in self.running.environment.items()
            if self.presumed.lookups or not name.startswith("AWS_")
        }
        return {**kept, "HOME": str(self.folder), "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}


def ended_tasks(play: dict[str, Any]) -> list[dict[str, Any]]:
    """Names and results of the tasks of a play, but for those that include others."""
    ended = [{"name": task["task"]["name"], **result} for task in play["tasks"] for result in task["hosts"].values()]
    return [result for result in ended if result["action"] != "ansible.builtin.include_tasks" or result.get("failed")]
