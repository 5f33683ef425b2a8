# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cost budget of AWS Budgets: its limit and filters, its notifications and subscribers, its tags.

Each part is changed by operations of its own. UpdateBudget replaces the whole budget object (and resets the spend that
AWS has calculated), so it is called only when that object differs, with all of it that nothing is said about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .._aws.converge import converge
from .._aws.fields import Field, differences
from .._aws.plan import Plan
from .._aws.refusals import refuse
from .._aws.shapes import from_api, step
from .._aws.tags import TagCalls
from .._problems import Problem
from . import api
from .common import AnsibleBudgetsError
from .filters import join, listed, same_cost_types, split
from .notifications import Budget, notification, parse, plan_notifications
from .notifications import listed as listed_notifications
from .validation import check

TAGS = TagCalls(tags="ResourceTags", keys="ResourceTagKeys")
COMPUTED = ("calculated_spend", "last_updated_time", "health_status")  # by AWS, and no part of an update
AT_CREATION = {"limit_unit": "USD", "time_unit": "MONTHLY"}  # what is not declared then


def same_amount(declared: str, actual: str | None) -> bool:
    """Compare amounts as numbers: C(300) is C(300.0)."""
    return actual is not None and Decimal(declared) == Decimal(actual)


FIELDS = (
    Field("limit_amount", same=same_amount),
    Field("limit_unit"),
    Field("time_unit"),
    Field("cost_filters"),
    Field("cost_filter_tags"),
    Field("cost_types", same=same_cost_types),
)


def ensure(clients: Callable[[str], Any], parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create, change or delete the budget that I(parameters) declare; see the module for the options.

    I(clients) gives the client of a service: C(budgets), and C(sts), to ask for the account when it is not declared.
    """
    check(parameters)
    account_id = parameters["account_id"] or api.caller_account(clients("sts"))
    target = Budget(clients("budgets"), account_id, parameters["budget_name"])
    existing = read(target)
    plan = PLANNERS[parameters["state"]](target, declaration(parameters), existing)
    result, budget = converge(
        plan, existing, check_mode, lambda plan: api.apply_all(target.client, plan), lambda: read(target)
    )
    return {**result, "budget": budget}


def declaration(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return I(parameters) in the forms that are compared."""
    cost_types, notifications = parameters.get("cost_types"), parameters.get("notifications")
    return {
        **parameters,
        "cost_filters": listed(parameters.get("cost_filters")),
        "cost_filter_tags": listed(parameters.get("cost_filter_tags")),
        "cost_types": cost_types and {name: value for name, value in cost_types.items() if value is not None},
        "notifications": None if notifications is None else parse(notifications),
    }


def read(target: Budget) -> dict[str, Any]:
    """Return the budget in the vocabulary of the module's options, C({}) when there is none."""
    # A botocore that does not know show_filter_expression yet does not send it.
    request = target.step("describe_budget", show_filter_expression=True).request
    found = api.describe_budget(target.client, **request)
    if found is None:
        return {}
    tags = api.list_tags(target.client, target.arn)
    return {**current(found), "arn": target.arn, "notifications": read_notifications(target), "tags": tags}


def read_notifications(target: Budget) -> list[dict[str, Any]]:
    request = target.step("describe_notifications_for_budget").request
    found = from_api(api.describe_notifications(target.client, **request))
    return listed_notifications(parse([{**each, "subscribers": read_subscribers(target, each)} for each in found]))


def read_subscribers(target: Budget, of: Mapping[str, Any]) -> list[dict[str, Any]]:
    identity = notification(of)._asdict()
    request = target.step("describe_subscribers_for_notification", notification=identity).request
    return from_api(api.describe_subscribers(target.client, **request))


def current(budget: Mapping[str, Any]) -> dict[str, Any]:
    """Translate what DescribeBudget says. A budget that plans or adjusts its limit by itself has no C(limit_amount)."""
    verbatim = ("BudgetLimit", "CostFilters", "PlannedBudgetLimits")
    limit = budget.get("BudgetLimit", {})
    fixed = not (budget.get("PlannedBudgetLimits") or budget.get("AutoAdjustData"))
    cost_filters, cost_filter_tags = split(budget.get("CostFilters", {}))
    return {
        **from_api({name: value for name, value in budget.items() if name not in verbatim}),
        "limit_amount": limit.get("Amount") if fixed else None,
        "limit_unit": limit.get("Unit"),
        "cost_filters": cost_filters,
        "cost_filter_tags": cost_filter_tags,
        "planned_budget_limits": budget.get("PlannedBudgetLimits"),
    }


def plan_present(target: Budget, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing:
        return plan_creation(target, declared)
    refuse_other_type(target, existing)
    wanted = {**existing, **_changed(declared, existing)}
    updates = [target.step("update_budget", new_budget=budget_object(wanted))] if wanted != existing else []
    notifications, notification_steps = plan_notifications(
        target, parse(existing["notifications"]), declared["notifications"], declared["purge_notifications"]
    )
    tags, tag_steps = TAGS.plan(target.arn, existing["tags"], declared)
    after = {**wanted, "notifications": listed_notifications(notifications), "tags": tags}
    return Plan(_shown(existing), _shown(after), (*updates, *notification_steps, *tag_steps))


def refuse_other_type(target: Budget, existing: Mapping[str, Any]) -> None:
    if existing["budget_type"] != "COST":
        fault = f"is a {existing['budget_type']} budget"
        remedy = "choose another name for this COST budget, or delete the other one first"
        problem = Problem("budget_name", target.budget_name, fault, remedy)
        refuse([problem], f"manage the budget {target.budget_name}", AnsibleBudgetsError)


def _changed(declared: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that differ; of the cost types, those that are not declared stay."""
    changed = {name: declared[name] for name in differences(FIELDS, declared, existing)}
    if "cost_types" in changed:
        changed["cost_types"] = {**(existing.get("cost_types") or {}), **changed["cost_types"]}
    return changed


def plan_creation(target: Budget, declared: Mapping[str, Any]) -> Plan:
    if declared["limit_amount"] is None:
        raise AnsibleBudgetsError(message=f"To create the budget {target.budget_name}, set limit_amount.")
    given = {name: value for name, value in declared.items() if value is not None}
    notifications = listed_notifications(given.get("notifications", {}))
    budget = {**AT_CREATION, "budget_type": "COST", **given, "notifications": notifications}
    request = {
        "account_id": target.account_id,
        "budget": budget_object(budget),
        "notifications_with_subscribers": [{"notification": each, **each} for each in notifications] or None,
        "resource_tags": declared["tags"] or None,
    }
    return Plan({}, _shown(budget), (step(target.client, "create_budget", request),))


def plan_absent(target: Budget, declared: Mapping[str, Any], existing: Mapping[str, Any]) -> Plan:
    if not existing:
        return Plan({}, {})
    return Plan(_shown(existing), {}, (target.step("delete_budget"),))


PLANNERS = {"present": plan_present, "absent": plan_absent}


def budget_object(budget: Mapping[str, Any]) -> dict[str, Any]:
    """Return the budget object of the API, in snake case, for a budget in the vocabulary of the options."""
    return {**budget, **dict.fromkeys(COMPUTED), **_limit(budget), **_filter(budget)}


def _limit(budget: Mapping[str, Any]) -> dict[str, Any]:
    """A fixed limit takes the place of planned and self-adjusting ones; the API wants one of the three."""
    if budget.get("limit_amount") is None:
        return {"auto_adjust_data": _auto_adjustment(budget.get("auto_adjust_data"))}
    limit = {"amount": budget["limit_amount"], "unit": budget["limit_unit"] or AT_CREATION["limit_unit"]}
    return {"budget_limit": limit, "planned_budget_limits": None, "auto_adjust_data": None}


def _auto_adjustment(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What can be set of it; the rest is reported only."""
    if data is None:
        return None
    options = data.get("historical_options") or {}
    settable = {"budget_adjustment_period": options.get("budget_adjustment_period")}
    return {"auto_adjust_type": data["auto_adjust_type"], "historical_options": settable if options else None}


def _filter(budget: Mapping[str, Any]) -> dict[str, Any]:
    """The API takes cost filters and types or a filter expression and metrics, and may report both."""
    cost_filters = join(budget.get("cost_filters") or {}, budget.get("cost_filter_tags") or {})
    if budget.get("filter_expression") and not cost_filters and not budget.get("cost_types"):
        return {"cost_filters": None}
    return {"cost_filters": cost_filters or None, "filter_expression": None, "metrics": None}


def _shown(budget: Mapping[str, Any]) -> dict[str, Any]:
    """What a diff shows: the declared side of the budget."""
    names = (*(field.name for field in FIELDS), "budget_name", "notifications", "tags")
    return {name: budget.get(name) for name in names}
