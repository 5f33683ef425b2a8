# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a topology costs a month, from the price table in ``data/prices.csv`` or from prices handed in.

A price that is not known is never guessed: the total is then null and says what it lacks. Money is decimal in here;
outside it is a float, which holds every amount of dollars and cents exactly enough to be printed and compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any

from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.node_types import read_table

HOURS_PER_MONTH = 730
MOST_DOLLARS = 10**9
NOT_INCLUDED = (
    "backup storage beyond the first snapshot of the cluster",
    "data transfer between availability zones and out of AWS",
    "CloudWatch alarms, logs and dashboards",
    "KMS requests and customer managed keys",
    "the Secrets Manager secret",
    "Extended Support of engine versions past their standard support",
)

_MOST_NODES = 10**6
_CENT = Decimal("0.01")
_KEY = ("region", "node_type", "engine", "pricing")
_COLUMNS = (*_KEY, "usd_per_hour", "source", "date")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Price:
    """Dollars an hour for one node, with where and when it was read."""

    usd: Decimal
    source: str
    date: str


@cache
def price_table() -> Mapping[Key, Price]:
    return _prices(read_table("prices.csv"))


def cost(
    topology: Mapping[str, Any], region: str, pricing: str, prices: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The monthly cost of a topology; ``prices`` go before the table. ValueError where an argument cannot be used."""
    known = {**price_table(), **_prices(prices)}
    pricings = sorted({key[-1] for key in known})
    if pricing not in pricings:
        raise ValueError(f"pricing {pricing!r} is not one of {', '.join(pricings)}")
    nodes = _nodes(topology)
    price = known.get((region, nodes["node_type"] or "", nodes["engine"], pricing))
    hourly = price.usd * nodes["quantity"] if price else None
    monthly = None if hourly is None else (hourly * HOURS_PER_MONTH).quantize(_CENT, ROUND_HALF_UP)
    result = {
        "currency": "USD",
        "region": region,
        "pricing": pricing,
        "hourly": _float(hourly),
        "monthly": _float(monthly),
        "lines": [_line(nodes, price, monthly)] if price else [],
        "unpriced": [] if price else [{**nodes, "region": region, "pricing": pricing}],
        "not_included": list(NOT_INCLUDED),
        "complete": price is not None,
        **_against_budget(monthly, topology.get("monthly_budget")),
    }
    told = {**result, "summary": summary(result)}
    return {**told, "problems": [problem.as_dict() for problem in _budget_problems(topology, told)]}


def summary(result: Mapping[str, Any]) -> str:
    """The cost in one line, for people."""
    item = (result["lines"] or result["unpriced"])[0]
    what = f"{item['quantity']} x {item['node_type'] or 'an unknown node type'} in {result['region']}"
    if result["monthly"] is None:
        return f"{what}: no {result['pricing']} price is known for {item['engine']}"
    spent = f"{what}: ${result['monthly']:,.2f} a month"
    if result["budget"] is None:
        return spent
    return f"{spent}, {'over' if result['over_budget'] else 'within'} the budget of ${result['budget']:,.2f}"


def _budget_problems(topology: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[Problem]:
    """Costs over the budget are only said, unless the budget is enforced. Without a node type or region there is
    another problem, and nothing to price."""
    if not topology.get("budget_enforce") or result["budget"] is None:
        return
    if result["over_budget"]:
        remedy = "Raise monthly_budget, choose a smaller topology, or switch budget_enforce off"
        yield Problem("monthly_budget", result["budget"], f"does not cover {result['summary']}", remedy)
    elif not result["complete"] and result["region"] and topology["cache_node_type"]:
        fault = f"cannot be enforced, because the cost is not known: {result['summary']}"
        remedy = "Choose engine, node type and region whose price is known, or switch budget_enforce off"
        yield Problem("monthly_budget", result["budget"], fault, remedy)


def _nodes(topology: Mapping[str, Any]) -> dict[str, Any]:
    """The nodes to be priced. Their type may be null, as in a topology whose problems are still to be told."""
    missing = [key for key in ("cache_node_type", "engine", "node_count") if key not in topology]
    if missing:
        raise ValueError(f"the topology has no {', '.join(missing)}")
    count = topology["node_count"]
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= _MOST_NODES:
        raise ValueError(f"node_count {count!r} is not a number of nodes")
    node_type = topology["cache_node_type"]
    return {
        "item": "nodes",
        "node_type": None if node_type is None else str(node_type),
        "engine": str(topology["engine"]),
        "quantity": count,
    }


def _line(nodes: Mapping[str, Any], price: Price, monthly: Decimal | None) -> dict[str, Any]:
    dollars = {"unit_usd": _float(price.usd), "monthly_usd": _float(monthly)}
    return {**nodes, **dollars, "source": price.source, "date": price.date}


def _against_budget(monthly: Decimal | None, budget: Any) -> dict[str, Any]:
    """Without a budget nothing is over it; without a cost nobody can tell."""
    if budget is None:
        return {"budget": None, "over_budget": False}
    limit = _dollars(budget, "monthly_budget")
    return {"budget": _float(limit), "over_budget": None if monthly is None else monthly > limit}


def _prices(rows: Iterable[Mapping[str, Any]]) -> dict[Key, Price]:
    return dict(map(_price, rows))


def _price(row: Mapping[str, Any]) -> tuple[Key, Price]:
    if not isinstance(row, Mapping) or not set(_COLUMNS) <= set(row):
        raise ValueError(f"a price needs {', '.join(_COLUMNS)}")
    usd = _dollars(row["usd_per_hour"], "usd_per_hour")
    return tuple(str(row[name]) for name in _KEY), Price(usd, str(row["source"]), str(row["date"]))


def _dollars(value: Any, name: str) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MOST_DOLLARS:
        raise ValueError(f"{name} {value!r} is not an amount of dollars")
    return amount


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
