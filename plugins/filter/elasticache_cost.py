# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: elasticache_cost
version_added: 0.1.0
short_description: Monthly cost of an ElastiCache topology
description:
  - Prices the nodes of a topology for a month of 730 hours, and compares the sum with the topology's budget.
  - Prices come from a table in the collection that says for each where and when it was read. Prices that are handed in
    go before it.
  - A price that is not known is never guessed. The cost is then null, and RV(_value.unpriced) says what is missing.
  - No call is made to AWS.
author:
  - AccessWeaver maintainers (@accessweaver)
options:
  _input:
    description:
      - A topology of P(accessweaver.elasticache.redis_topology#filter).
      - Only C(cache_node_type), C(engine), C(node_count), C(monthly_budget), C(budget_enforce) and C(region) are read.
    type: dict
    required: true
  region:
    description: AWS region. Left out, it is that of the topology.
    type: str
  pricing:
    description:
      - How the nodes are paid for. V(on-demand), or one of V(reserved-1yr-no-upfront),
        V(reserved-1yr-partial-upfront), V(reserved-3yr-no-upfront), V(reserved-3yr-partial-upfront) and
        V(reserved-3yr-all-upfront), whose upfront fee is spread over the term.
    type: str
    default: on-demand
  prices:
    description: Prices beside those of the table, or instead of them.
    type: list
    elements: dict
    suboptions:
      region:
        description: AWS region.
        type: str
        required: true
      node_type:
        description: Node type.
        type: str
        required: true
      engine:
        description: Engine.
        type: str
        required: true
      pricing:
        description: How it is paid for.
        type: str
        required: true
      usd_per_hour:
        description: US dollars an hour for one node.
        type: float
        required: true
      source:
        description: Where the price was read.
        type: str
        required: true
      date:
        description: When it was read.
        type: str
        required: true
seealso:
  - plugin: accessweaver.elasticache.redis_topology
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Say what nine nodes cost
  ansible.builtin.debug:
    msg: "{{ (nodes | accessweaver.elasticache.elasticache_cost(region='eu-west-1')).summary }}"
    # 9 x cache.r6g.large in eu-west-1: $1,504.53 a month, over the budget of $300.00
  vars:
    nodes:
      cache_node_type: cache.r6g.large
      engine: redis
      node_count: 9
      monthly_budget: 300

- name: Say what they cost when reserved for three years
  ansible.builtin.debug:
    msg: "{{ (nodes | accessweaver.elasticache.elasticache_cost('eu-west-1', 'reserved-3yr-no-upfront')).monthly }}"
    # 781.83
  vars:
    nodes:
      cache_node_type: cache.r6g.large
      engine: redis
      node_count: 9

- name: Hand in a price that the table does not have
  ansible.builtin.debug:
    msg: "{{ (nodes | accessweaver.elasticache.elasticache_cost('eu-west-3', prices=prices)).monthly }}"
    # 292.0
  vars:
    nodes:
      cache_node_type: cache.r7g.large
      engine: valkey
      node_count: 2
    prices:
      - region: eu-west-3
        node_type: cache.r7g.large
        engine: valkey
        pricing: on-demand
        usd_per_hour: 0.2
        source: our enterprise agreement
        date: "2026-11-01"
"""

RETURN = r"""
_value:
  description: The cost. Amounts are numbers, in US dollars.
  type: dict
  contains:
    currency:
      description: Always V(USD).
      type: str
    region:
      description: The region of the prices.
      type: str
    pricing:
      description: How the nodes are paid for.
      type: str
    hourly:
      description: Cost of an hour, null if a price is missing.
      type: float
      sample: 2.061
    monthly:
      description: Cost of 730 hours, to the cent, null if a price is missing.
      type: float
      sample: 1504.53
    lines:
      description: What the cost is made of.
      type: list
      elements: dict
      sample:
        - item: nodes
          node_type: cache.r6g.large
          engine: redis
          quantity: 9
          unit_usd: 0.229
          monthly_usd: 1504.53
          source: AWS price list
          date: "2026-08-29"
    unpriced:
      description: What has no known price.
      type: list
      elements: dict
      sample: []
    not_included:
      description: What the bill holds beside the nodes.
      type: list
      elements: str
    complete:
      description: Whether everything has a price.
      type: bool
    budget:
      description: The topology's budget, null for none.
      type: float
    over_budget:
      description: Whether the cost is above the budget. Null if the cost is not known; false without a budget.
      type: bool
    problems:
      description:
        - What keeps the topology from being built, like
          RV(accessweaver.elasticache.redis_topology_problems#filter:_value).
        - That it costs more than its budget, or nobody knows what it costs, is one when the budget is enforced.
      type: list
      elements: dict
      sample: []
    summary:
      description: The cost in one line.
      type: str
      sample: "9 x cache.r6g.large in eu-west-1: $1,504.53 a month, over the budget of $300.00"
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.pricing import cost

NAME = "accessweaver.elasticache.elasticache_cost"


def elasticache_cost(
    topology: Mapping[str, Any],
    region: str | None = None,
    pricing: str = "on-demand",
    prices: list[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    if not isinstance(topology, Mapping):
        raise AnsibleFilterError(f"{NAME}: the input must be a topology, not {type(topology).__name__}")
    place = region or topology.get("region")
    if not isinstance(place, str):
        raise AnsibleFilterError(f"{NAME}: neither the option region nor the topology names a region")
    if not isinstance(prices or [], list):
        raise AnsibleFilterError(f"{NAME}: prices must be a list, not {type(prices).__name__}")
    try:
        return cost(topology, place, pricing, prices or [])
    except ValueError as error:
        raise AnsibleFilterError(f"{NAME}: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"elasticache_cost": elasticache_cost}
