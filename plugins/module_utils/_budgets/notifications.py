# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notifications of a budget and their subscribers: what is declared, what exists, and the calls between the two.

AWS Budgets gives a notification no identifier: it is its type, operator, threshold and kind of threshold. It has at
least one subscriber, at most one SNS topic and ten e-mail addresses, and goes when its last subscriber goes (AWS
Budgets API Reference, Notification and DeleteSubscriber).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from .._aws.plan import Step
from .._aws.shapes import step

DEFAULT_THRESHOLD_TYPE = "PERCENTAGE"  # also of a reply that leaves it out


class Subscriber(NamedTuple):
    """Who is told."""

    subscription_type: str
    address: str


class Notification(NamedTuple):
    """When somebody is told; the order of the members is the order in which alike ones are matched."""

    notification_type: str
    comparison_operator: str
    threshold_type: str
    threshold: float


Notifications = Mapping[Notification, frozenset[Subscriber]]


def parse(items: Sequence[Mapping[str, Any]]) -> Notifications:
    """Return the notifications of an option, or of replies in snake case, by what identifies them."""
    return {notification(item): frozenset(map(_subscriber, item["subscribers"])) for item in items}


def notification(item: Mapping[str, Any]) -> Notification:
    return Notification(
        item["notification_type"],
        item["comparison_operator"],
        item.get("threshold_type") or DEFAULT_THRESHOLD_TYPE,
        float(item["threshold"]),
    )


def _subscriber(item: Mapping[str, Any]) -> Subscriber:
    return Subscriber(item["subscription_type"], item["address"])


def listed(notifications: Notifications) -> list[dict[str, Any]]:
    """Return I(notifications) in the form of the option, in a stable order."""
    return [
        {**each._asdict(), "subscribers": [subscriber._asdict() for subscriber in sorted(subscribers)]}
        for each, subscribers in sorted(notifications.items())
    ]


@dataclass(frozen=True)
class Budget:
    """Where the calls go."""

    client: Any
    account_id: str
    budget_name: str

    def step(self, operation: str, **arguments: Any) -> Step:
        where = {"account_id": self.account_id, "budget_name": self.budget_name}
        return step(self.client, operation, {**where, **arguments})

    @property
    def arn(self) -> str:
        """Wanted by the calls for tags, reported by none (Service Authorization Reference, AWS Budgets)."""
        return f"arn:{self.client.meta.partition}:budgets::{self.account_id}:budget/{self.budget_name}"


def plan_notifications(
    budget: Budget, existing: Notifications, declared: Notifications | None, purge: bool
) -> tuple[Notifications, list[Step]]:
    """Return the notifications that will be there and the calls that make them so; C(None) leaves all alone.

    A surplus notification is changed into a missing one, and keeps its subscribers as far as they are declared.
    """
    if declared is None:
        return existing, []
    missing = sorted(declared.keys() - existing.keys())
    surplus = sorted(existing.keys() - declared.keys()) if purge else []
    changed = dict(zip(surplus, missing, strict=False))
    deleted, created = surplus[len(missing) :], missing[len(surplus) :]
    kept = {changed.get(each, each): existing[each] for each in existing if each not in deleted}
    steps = [
        *(_update(budget, old, new) for old, new in changed.items()),
        *(budget.step("delete_notification", notification=each._asdict()) for each in deleted),
        *(_create(budget, each, declared[each]) for each in created),
    ]
    for each in sorted(declared.keys() & kept.keys()):
        steps += _plan_subscribers(budget, each, kept[each], declared[each])
    return {**kept, **declared}, steps


def _update(budget: Budget, old: Notification, new: Notification) -> Step:
    return budget.step("update_notification", old_notification=old._asdict(), new_notification=new._asdict())


def _create(budget: Budget, new: Notification, subscribers: frozenset[Subscriber]) -> Step:
    addressees = [subscriber._asdict() for subscriber in sorted(subscribers)]
    return budget.step("create_notification", notification=new._asdict(), subscribers=addressees)


def _plan_subscribers(
    budget: Budget, of: Notification, existing: frozenset[Subscriber], declared: frozenset[Subscriber]
) -> list[Step]:
    """Change in place what is of one type, so that no limit is passed; create before deleting, so that one is left."""
    changes: list[Step] = []
    creations: list[Step] = []
    deletions: list[Step] = []
    for old, new in _pairs(existing - declared, declared - existing):
        if old and new:
            changes.append(_subscriber_step(budget, "update", of, old_subscriber=old, new_subscriber=new))
        elif new:
            creations.append(_subscriber_step(budget, "create", of, subscriber=new))
        elif old:
            deletions.append(_subscriber_step(budget, "delete", of, subscriber=old))
    return [*changes, *creations, *deletions]


def _pairs(
    surplus: frozenset[Subscriber], missing: frozenset[Subscriber]
) -> Iterator[tuple[Subscriber | None, Subscriber | None]]:
    for kind in sorted({subscriber.subscription_type for subscriber in surplus | missing}):
        yield from zip_longest(
            *(sorted(one for one in side if one.subscription_type == kind) for side in (surplus, missing))
        )


def _subscriber_step(budget: Budget, verb: str, of: Notification, **subscribers: Subscriber) -> Step:
    arguments = {name: subscriber._asdict() for name, subscriber in subscribers.items()}
    return budget.step(f"{verb}_subscriber", notification=of._asdict(), **arguments)
