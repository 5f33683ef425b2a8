# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which costs a budget counts.

AWS Budgets writes a filter by the user's cost allocation tags as C(user:<key>$<value>) among the values of the filter
C(TagKeyValue) (AWS CLI Command Reference, create-budget). Here such tags are a mapping of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TAG_FILTER = "TagKeyValue"
USER_TAG = "user:"
# Whether a kind of cost is counted where nothing is said (AWS Budgets API Reference, CostTypes).
COST_TYPES = {
    "include_credit": True,
    "include_discount": True,
    "include_other_subscription": True,
    "include_recurring": True,
    "include_refund": True,
    "include_subscription": True,
    "include_support": True,
    "include_tax": True,
    "include_upfront": True,
    "use_amortized": False,
    "use_blended": False,
}

Filters = dict[str, list[str]]


def listed(filters: Mapping[str, Any] | None) -> Filters | None:
    """Return a filter option with every value as a sorted list of texts; one value needs no list."""
    if filters is None:
        return None
    return {key: sorted(map(str, value if isinstance(value, list) else [value])) for key, value in filters.items()}


def split(cost_filters: Mapping[str, list[str]]) -> tuple[Filters, Filters]:
    """Return the filters of a budget without the user's tags, and the user's tags."""
    others = {name: sorted(values) for name, values in cost_filters.items() if name != TAG_FILTER}
    tags: Filters = {}
    for entry in sorted(cost_filters.get(TAG_FILTER, [])):
        key, separator, value = entry.removeprefix(USER_TAG).partition("$")
        if entry.startswith(USER_TAG) and separator:
            tags.setdefault(key, []).append(value)
        else:
            others.setdefault(TAG_FILTER, []).append(entry)
    return others, tags


def join(others: Mapping[str, list[str]], tags: Mapping[str, list[str]]) -> Filters:
    """Return what C(split) takes apart."""
    entries = [f"{USER_TAG}{key}${value}" for key, values in tags.items() for value in values]
    tag_values = sorted([*others.get(TAG_FILTER, []), *entries])
    return {**others, **({TAG_FILTER: tag_values} if tag_values else {})}


def same_cost_types(declared: Mapping[str, bool], actual: Mapping[str, bool] | None) -> bool:
    """Compare the kinds of costs that are declared."""
    return declared.items() <= {**COST_TYPES, **(actual or {})}.items()
