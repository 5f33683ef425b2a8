# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.presets import PRESETS
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.settings import (
    PRESET_OPTIONS,
    Settings,
    resolve,
)


def settings_of(**options: Any) -> Settings:
    settings, problems = resolve(options)
    assert problems == []
    return settings


def test_presets_set_nothing_but_preset_options() -> None:
    assert {option for preset in PRESETS.values() for option in preset} <= PRESET_OPTIONS


def test_the_user_goes_before_the_preset_and_the_preset_before_the_default() -> None:
    assert settings_of().num_node_groups == 1
    assert settings_of(environment="prod").num_node_groups == 3
    assert settings_of(environment="prod", num_node_groups=4).num_node_groups == 4


@pytest.mark.parametrize("options", [{}, {"num_node_groups": None}], ids=["absent", "null"])
def test_what_is_not_given_is_left_to_the_preset(options: dict[str, Any]) -> None:
    assert settings_of(environment="prod", **options).num_node_groups == 3


def test_the_users_presets_change_the_built_in_ones_option_by_option() -> None:
    settings = settings_of(environment="prod", presets={"prod": {"num_node_groups": 5}, "dev": {"port": 6380}})
    assert (settings.num_node_groups, settings.replicas_per_node_group, settings.port) == (5, 2, 6379)


def test_the_users_presets_add_environments() -> None:
    settings = settings_of(environment="perf", presets={"perf": {"node_type": "cache.r7g.large"}})
    assert settings.node_type == "cache.r7g.large"
    assert settings.known_environments == ("dev", "staging", "prod", "perf")


def test_parameters_and_tags_are_added_where_everything_else_is_replaced() -> None:
    settings = settings_of(
        environment="prod",
        presets={"prod": {"additional_tags": {"Owner": "platform"}}},
        custom_parameters={"timeout": 60},
        additional_tags={"CostCenter": "42"},
    )
    assert settings.custom_parameters == {
        "maxmemory-policy": "allkeys-lru",
        "timeout": "60",
        "notify-keyspace-events": "Ex",
    }
    assert settings.additional_tags == {"Owner": "platform", "CostCenter": "42"}


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"timeout": 60, "activedefrag": True}, id="mapping"),
        pytest.param([{"name": "timeout", "value": "60"}, {"name": "activedefrag", "value": "yes"}], id="list"),
    ],
)
def test_parameters_become_strings(parameters: Any) -> None:
    read = settings_of(custom_parameters=parameters).custom_parameters
    assert (read["timeout"], read["activedefrag"]) == ("60", "yes")


@pytest.mark.parametrize(
    ("option", "value", "read"),
    [
        pytest.param("engine_version", 7.1, "7.1", id="version-that-yaml-took-for-a-number"),
        pytest.param("num_node_groups", "3", 3, id="number-from-the-command-line"),
        pytest.param("cluster_mode", "yes", True, id="truth-from-the-command-line"),
        pytest.param("monthly_budget", "99.5", 99.5, id="money-from-the-command-line"),
    ],
)
def test_values_are_read_as_their_type(option: str, value: Any, read: Any) -> None:
    assert getattr(settings_of(**{option: value}), option) == read


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("project_name", ["accessweaver"]),
        ("project_name", True),
        ("num_node_groups", "three"),
        ("num_node_groups", 2.5),
        ("num_node_groups", True),
        ("num_node_groups", "1e999999999"),
        ("monthly_budget", "nan"),
        ("monthly_budget", float("inf")),
        ("cluster_mode", "enabled"),
        ("private_subnet_ids", "subnet-0a1b2c3d"),
        ("private_subnet_ids", [1]),
        ("additional_tags", ["Owner"]),
        ("custom_parameters", "timeout=60"),
        ("custom_parameters", ["timeout"]),
        ("custom_parameters", [{"name": "timeout"}]),
        ("custom_parameters", [{"name": "timeout", "value": 0}, {"name": "timeout", "value": 60}]),
        ("custom_parameters", {"timeout": None}),
        ("presets", ["prod"]),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_read_is_one_problem_and_counts_as_not_given(option: str, value: Any) -> None:
    settings, problems = resolve({option: value})
    assert [(problem.option, problem.value) for problem in problems] == [(option, value)]
    assert settings == Settings()


def test_a_mistyped_option_is_named_without_its_value() -> None:
    [problem] = resolve({"auth_tokn": "a-secret-token-of-32-characters!"})[1]
    assert problem.value is None
    assert str(problem) == "auth_tokn is no option. Did you mean auth_token."


@pytest.mark.parametrize(
    ("preset", "option"),
    [
        pytest.param({"vpc_id": "vpc-0a1b2c3d"}, "presets.prod.vpc_id", id="identity-of-one-deployment"),
        pytest.param({"auth_token": "x" * 20}, "presets.prod.auth_token", id="secret"),
        pytest.param({"port": "x"}, "presets.prod.port", id="wrong-type"),
        pytest.param(3, "presets.prod", id="no-mapping"),
    ],
)
def test_problems_of_a_preset_name_it(preset: Any, option: str) -> None:
    _ignored, problems = resolve({"environment": "prod", "presets": {"prod": preset}})
    assert [problem.option for problem in problems] == [option]


def test_node_type_is_for_presets_only() -> None:
    [problem] = resolve({"node_type": "cache.t3.micro"})[1]
    assert problem.remedy == "Did you mean node_type_override"


def test_settings_do_not_print_the_token() -> None:
    assert "hush" not in repr(settings_of(auth_token="hush-hush-hush-hush"))
