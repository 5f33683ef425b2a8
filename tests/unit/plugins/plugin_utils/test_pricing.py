# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.node_types import known_regions, node_types
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.pricing import cost, price_table

PROD, STAGING, DEV = ("cache.r6g.large", 9), ("cache.t3.small", 2), ("cache.t3.micro", 1)
ON_DEMAND = "on-demand"


def nodes(node_type: str | None, count: int, engine: str = "redis", **more: Any) -> dict[str, Any]:
    return {"cache_node_type": node_type, "node_count": count, "engine": engine, **more}


def price(**changes: Any) -> dict[str, Any]:
    return {
        "region": "eu-west-3",
        "node_type": "cache.r7g.large",
        "engine": "valkey",
        "pricing": ON_DEMAND,
        "usd_per_hour": 0.2,
        "source": "agreement",
        "date": "2026-11-01",
        **changes,
    }


@pytest.mark.parametrize(
    ("region", "prod", "staging", "dev"),
    [
        ("us-east-1", 1353.42, 49.64, 12.41),
        ("us-west-2", 1353.42, 49.64, 12.41),
        ("eu-west-1", 1504.53, 52.56, 13.14),
        ("eu-west-3", 1576.80, 55.48, 13.87),
        ("eu-central-1", 1622.79, 55.48, 13.87),
    ],
)
def test_the_presets_by_region(region: str, prod: float, staging: float, dev: float) -> None:
    monthly = [cost(nodes(*topology), region, ON_DEMAND)["monthly"] for topology in (PROD, STAGING, DEV)]
    assert monthly == [prod, staging, dev]


def test_valkey_is_priced_where_its_price_is_known() -> None:
    monthly = [cost(nodes(*topology, "valkey"), "us-east-1", ON_DEMAND)["monthly"] for topology in (PROD, STAGING, DEV)]
    assert monthly == [1082.74, 39.71, 9.93]


@pytest.mark.parametrize(
    ("region", "pricing", "monthly"),
    [
        ("us-east-1", "reserved-1yr-no-upfront", 926.37),
        ("us-east-1", "reserved-3yr-no-upfront", 702.99),
        ("eu-west-1", "reserved-1yr-no-upfront", 1031.49),
        ("eu-west-1", "reserved-3yr-no-upfront", 781.83),
        ("eu-central-1", "reserved-3yr-no-upfront", 847.53),
    ],
)
def test_reserved_nodes(region: str, pricing: str, monthly: float) -> None:
    assert cost(nodes(*PROD), region, pricing)["monthly"] == monthly


def test_the_lines_show_how_the_sum_comes_about() -> None:
    result = cost(nodes(*PROD), "us-east-1", ON_DEMAND)
    assert result["lines"] == [
        {
            "item": "nodes",
            "node_type": "cache.r6g.large",
            "engine": "redis",
            "quantity": 9,
            "unit_usd": 0.206,
            "monthly_usd": 1353.42,
            "source": "AWS Price List API",
            "date": "2026-10-02",
        }
    ]
    assert (result["hourly"], result["complete"], result["unpriced"]) == (1.854, True, [])


@pytest.mark.parametrize(
    ("topology", "region"),
    [
        pytest.param(nodes("cache.r6g.large", 9, "valkey"), "eu-west-1", id="engine"),
        pytest.param(nodes("cache.r8g.large", 9), "eu-west-1", id="node-type"),
        pytest.param(nodes("cache.r6g.large", 9), "ap-future-1", id="region"),
    ],
)
def test_what_is_not_priced_is_said_and_not_guessed(topology: dict[str, Any], region: str) -> None:
    result = cost({**topology, "monthly_budget": 300}, region, ON_DEMAND)
    assert (result["monthly"], result["hourly"], result["over_budget"], result["complete"]) == (None, None, None, False)
    assert result["unpriced"] == [
        {
            "item": "nodes",
            "node_type": topology["cache_node_type"],
            "engine": topology["engine"],
            "quantity": 9,
            "region": region,
            "pricing": ON_DEMAND,
        }
    ]


def test_a_price_handed_in_fills_a_gap() -> None:
    result = cost(nodes("cache.r7g.large", 2, "valkey"), "eu-west-3", ON_DEMAND, [price()])
    assert (result["monthly"], result["lines"][0]["source"]) == (292.0, "agreement")


def test_a_price_handed_in_goes_before_the_table() -> None:
    own = price(region="eu-west-1", node_type="cache.t3.micro", engine="redis", usd_per_hour="0.01")
    assert cost(nodes(*DEV), "eu-west-1", ON_DEMAND, [own])["monthly"] == 7.3


@pytest.mark.parametrize(
    ("budget", "over", "summary"),
    [
        (None, False, "9 x cache.r6g.large in eu-west-1: $1,504.53 a month"),
        (300, True, "9 x cache.r6g.large in eu-west-1: $1,504.53 a month, over the budget of $300.00"),
        (1504.53, False, "9 x cache.r6g.large in eu-west-1: $1,504.53 a month, within the budget of $1,504.53"),
    ],
    ids=["none", "over", "exactly"],
)
def test_the_budget(budget: float | None, over: bool, summary: str) -> None:
    result = cost(nodes(*PROD, monthly_budget=budget), "eu-west-1", ON_DEMAND)
    assert (result["budget"], result["over_budget"], result["summary"]) == (budget, over, summary)


def test_the_summary_says_that_a_price_is_not_known() -> None:
    result = cost(nodes("cache.r8g.large", 3, monthly_budget=300), "eu-west-1", ON_DEMAND)
    assert result["summary"] == "3 x cache.r8g.large in eu-west-1: no on-demand price is known for redis"


def test_a_topology_without_node_type_has_no_price_either() -> None:
    result = cost({"cache_node_type": None, "engine": "redis", "node_count": 3}, "eu-west-1", ON_DEMAND)
    assert result["summary"].startswith("3 x an unknown node type in eu-west-1: no on-demand price")


@pytest.mark.parametrize(
    ("topology", "pricing", "prices", "text"),
    [
        pytest.param({}, ON_DEMAND, [], "no cache_node_type, engine, node_count", id="no-topology"),
        pytest.param(nodes("cache.t3.micro", -1), ON_DEMAND, [], "node_count -1", id="less-than-no-node"),
        pytest.param(nodes("cache.t3.micro", True), ON_DEMAND, [], "node_count True", id="truth-for-a-number"),
        pytest.param(nodes(*DEV), "spot", [], "reserved-1yr-no-upfront", id="unknown-pricing"),
        pytest.param(nodes(*DEV, monthly_budget="much"), ON_DEMAND, [], "monthly_budget 'much'", id="budget"),
        pytest.param(nodes(*DEV), ON_DEMAND, [price(usd_per_hour="free")], "usd_per_hour 'free'", id="price"),
        pytest.param(nodes(*DEV), ON_DEMAND, [price(usd_per_hour=-1)], "usd_per_hour -1", id="negative-price"),
        pytest.param(nodes(*DEV), ON_DEMAND, [{"region": "eu-west-1"}], "a price needs", id="half-a-price"),
    ],
)
def test_arguments_that_cannot_be_used(topology: Any, pricing: str, prices: list[Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        cost(topology, "eu-west-1", pricing, prices)


UNPRICED = {
    "enforced": (("cache.r8g.large", 9), {"monthly_budget": 300.0, "budget_enforce": True}, True),
    "only watched": (("cache.r8g.large", 9), {"monthly_budget": 300.0, "budget_enforce": False}, False),
    "none to enforce": (("cache.r8g.large", 9), {"monthly_budget": None, "budget_enforce": True}, False),
    "no node type, which is a problem of its own": (
        (None, 9),
        {"monthly_budget": 300.0, "budget_enforce": True},
        False,
    ),
}


@pytest.mark.parametrize(("what", "budget", "refused"), UNPRICED.values(), ids=UNPRICED)
def test_a_budget_cannot_be_enforced_on_a_cost_that_is_not_known(what, budget, refused):
    problems = cost(nodes(*what, **budget), "eu-west-1", ON_DEMAND)["problems"]
    assert [problem["option"] for problem in problems] == (["monthly_budget"] if refused else [])
    assert all("the cost is not known: 9 x cache.r8g.large in eu-west-1" in problem["problem"] for problem in problems)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_cost_is_linear_in_nodes(first: int, second: int) -> None:
    def monthly(count: int) -> Decimal:
        return Decimal(str(cost(nodes("cache.r6g.large", count), "eu-west-1", ON_DEMAND)["monthly"]))

    assert monthly(first) + monthly(second) == monthly(first + second)


def test_the_table_is_sane() -> None:
    regions, types, engines, _ignored = map(set, zip(*price_table(), strict=True))
    assert regions <= known_regions()
    assert types <= set(node_types())
    assert engines == {"redis", "valkey"}
    assert all(Decimal(0) < price.usd < 100 and price.source and price.date for price in price_table().values())


def test_a_reservation_never_costs_more_than_paying_by_the_hour() -> None:
    table = price_table()
    dearer = [key for key, price in table.items() if price.usd > table.get((*key[:3], ON_DEMAND), price).usd]
    assert dearer == []


BUDGETS = {
    "over, and only said": ({"monthly_budget": 300.0, "budget_enforce": False}, []),
    "over, and enforced": ({"monthly_budget": 300.0, "budget_enforce": True}, ["monthly_budget"]),
    "within, and enforced": ({"monthly_budget": 2000.0, "budget_enforce": True}, []),
    "none to enforce": ({"monthly_budget": None, "budget_enforce": True}, []),
}


@pytest.mark.parametrize(("budget", "options"), BUDGETS.values(), ids=BUDGETS)
def test_a_cost_over_the_budget_is_a_problem_when_the_budget_is_enforced(budget, options):
    nodes = {"cache_node_type": "cache.r6g.large", "engine": "redis", "node_count": 9}
    found = cost({**nodes, **budget}, "eu-west-1", "on-demand")["problems"]
    assert [problem["option"] for problem in found] == options
    assert all("$1,504.53" in problem["problem"] for problem in found)
