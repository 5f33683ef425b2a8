# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters as Ansible sees them: names, documentation, examples, errors."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.utils.yaml import from_yaml
from ansible.template import Templar, trust_as_template

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import OPTIONS, TYPES, Settings

PLUGINS = "ansible_collections.accessweaver.elasticache.plugins.filter"
FILTERS = ("redis_topology", "redis_topology_problems", "elasticache_cost")
DEPLOYMENT = {
    "project_name": "accessweaver",
    "environment": "prod",
    "region": "eu-west-1",
    "vpc_id": "vpc-0a1b2c3d4e5f60718",
    "private_subnet_ids": ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
    "allowed_security_groups": ["sg-0a1b2c3d4e5f60718"],
}


def plugin(name: str) -> ModuleType:
    return import_module(f"{PLUGINS}.{name}")


def call(name: str, *arguments: Any, **options: Any) -> Any:
    return plugin(name).FilterModule().filters()[name](*arguments, **options)


def documented(name: str, section: str) -> dict[str, Any]:
    return yaml.safe_load(getattr(plugin(name), section))


def test_a_topology_is_priced_where_it_is() -> None:
    assert call("elasticache_cost", call("redis_topology", DEPLOYMENT))["monthly"] == 1504.53


def test_the_region_can_be_another() -> None:
    assert call("elasticache_cost", call("redis_topology", DEPLOYMENT), "us-east-1")["monthly"] == 1353.42


def test_an_error_names_the_filter_and_every_problem() -> None:
    broken = {**DEPLOYMENT, "environment": "live", "port": 0, "auth_token": "short"}
    with pytest.raises(AnsibleFilterError) as raised:
        call("redis_topology", broken)
    lines = str(raised.value).splitlines()
    assert lines[0].startswith("accessweaver.elasticache.redis_topology: ")
    assert [line.split()[1] for line in lines[1:]] == ["environment", "auth_token", "port"]
    assert "short" not in str(raised.value)


def test_without_strictness_the_rest_of_the_topology_is_there() -> None:
    result = call("redis_topology", {**DEPLOYMENT, "environment": "live"}, strict=False)
    assert (result["vpc_id"], result["replication_group_id"]) == (DEPLOYMENT["vpc_id"], None)


def test_problems_are_the_same_as_data() -> None:
    assert call("redis_topology_problems", {**DEPLOYMENT, "snapshot_retention_limit": 40}) == [
        {
            "option": "snapshot_retention_limit",
            "value": 40,
            "problem": "is out of range",
            "remedy": "Give 0 to 35 (days, where 0 takes no automatic snapshot)",
        }
    ]
    assert call("redis_topology_problems", DEPLOYMENT) == []


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("value", [None, "prod", ["prod"], 3], ids=str)
def test_only_a_mapping_is_taken(name: str, value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=rf"^accessweaver\.elasticache\.{name}: the input must be a"):
        call(name, value)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        pytest.param({"region": None}, "names a region", id="no-region"),
        pytest.param({"region": "eu-west-1", "pricing": "spot"}, "'spot' is not one of", id="pricing"),
        pytest.param({"region": "eu-west-1", "prices": {"x": 1}}, "prices must be a list", id="prices"),
    ],
)
def test_cost_options_that_cannot_be_used(options: dict[str, Any], text: str) -> None:
    nodes = {"cache_node_type": "cache.t3.micro", "engine": "redis", "node_count": 1}
    with pytest.raises(AnsibleFilterError, match=rf"^accessweaver\.elasticache\.elasticache_cost: .*{text}"):
        call("elasticache_cost", nodes, **options)


@pytest.mark.parametrize("name", FILTERS)
def test_one_filter_a_file_documented_under_its_name(name: str) -> None:
    assert list(plugin(name).FilterModule().filters()) == [name] == [Path(str(plugin(name).__file__)).stem]
    assert documented(name, "DOCUMENTATION")["name"] == name


def test_the_documentation_has_every_option_with_its_type_and_default() -> None:
    options = documented("redis_topology", "DOCUMENTATION")["options"]["_input"]["suboptions"]
    types = {"list[str]": "list", "Tags": "dict", "Autoscaling": "dict", "Parameters": "raw"}
    expected = {name: (types.get(TYPES[name], TYPES[name]), getattr(Settings(), name)) for name in OPTIONS}
    del expected["custom_parameters"]
    found = {
        name: (option["type"], option.get("default", [] if option["type"] == "list" else None))
        for name, option in options.items()
        if name not in ("presets", "custom_parameters")
    }
    assert found == expected


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("redis_topology", lambda: call("redis_topology", DEPLOYMENT)),
        ("redis_topology_problems", lambda: call("redis_topology_problems", {})[0]),
        ("elasticache_cost", lambda: call("elasticache_cost", call("redis_topology", DEPLOYMENT))),
    ],
    ids=FILTERS,
)
def test_the_documentation_has_every_key_of_the_result(name: str, result: Any) -> None:
    assert set(documented(name, "RETURN")["_value"]["contains"]) == set(result())


@pytest.mark.parametrize(
    ("name", "results"),
    [
        ("redis_topology", ["9 x cache.r6g.large as accessweaver-prod-redis", "2, 60"]),
        ("redis_topology_problems", [[]]),
        (
            "elasticache_cost",
            [
                "9 x cache.r6g.large in eu-west-1: $1,504.53 a month, over the budget of $300.00",
                781.83,
                292.0,
            ],
        ),
    ],
    ids=FILTERS,
)
def test_the_examples_give_what_they_say(name: str, results: list[Any]) -> None:
    tasks = from_yaml(trust_as_template(plugin(name).EXAMPLES))
    found = []
    for task in tasks:
        templar = Templar(loader=DataLoader(), variables=task["vars"])
        arguments = task.get("ansible.builtin.debug") or task["ansible.builtin.assert"]
        found.append(templar.template(arguments.get("msg") or arguments["fail_msg"]))
    assert found == results
