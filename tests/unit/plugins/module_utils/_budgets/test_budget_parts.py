# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a budget: filters read back as declared, notifications converge without passing the limits of AWS."""

from __future__ import annotations

import boto3
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws.plan import Step
from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets.filters import join, listed, split
from ansible_collections.accessweaver.elasticache.plugins.module_utils._budgets.notifications import (
    Budget,
    Notification,
    Notifications,
    Subscriber,
    plan_notifications,
)

TARGET = Budget(
    boto3.client("budgets", "eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"), "123456789012", "demo"
)
TEXT = st.text(min_size=1, max_size=8)
VALUES = st.lists(TEXT | TEXT.map("{}$".format), min_size=1, max_size=3, unique=True)
TAG_KEYS = TEXT.filter(lambda key: "$" not in key and not key.startswith("user:"))
OTHERS = st.dictionaries(st.sampled_from(["Service", "Region", "LinkedAccount"]), VALUES)


@settings(deadline=None)
@given(others=OTHERS, tags=st.dictionaries(TAG_KEYS, VALUES), aws_tags=st.lists(TEXT.map("aws:createdBy${}".format)))
def test_filters_that_were_put_are_found_unchanged(others, tags, aws_tags):
    declared = listed({**others, **({"TagKeyValue": aws_tags} if aws_tags else {})}) or {}
    of_tags = listed(tags) or {}
    assert split(join(declared, of_tags)) == (declared, of_tags)


EMAILS = [Subscriber("EMAIL", f"{number}@example.com") for number in range(12)]
TOPICS = [frozenset(), frozenset({Subscriber("SNS", "a")}), frozenset({Subscriber("SNS", "b")})]
SUBSCRIBERS = st.one_of(
    st.builds(
        frozenset.union, st.frozensets(st.sampled_from(EMAILS), min_size=1, max_size=10), st.sampled_from(TOPICS)
    ),
    st.sampled_from(TOPICS[1:]),
)
NOTIFICATIONS = st.dictionaries(
    st.builds(
        Notification,
        st.sampled_from(["ACTUAL", "FORECASTED"]),
        st.sampled_from(["GREATER_THAN", "LESS_THAN"]),
        st.just("PERCENTAGE"),
        st.sampled_from([50.0, 80.0, 100.0]),
    ),
    SUBSCRIBERS,
    max_size=10,
)


class Service:
    """What AWS Budgets does with the calls, and what it refuses."""

    def __init__(self, notifications: Notifications) -> None:
        self.notifications = {each: set(subscribers) for each, subscribers in notifications.items()}

    def call(self, step: Step) -> None:
        arguments = {name: value for name, value in step.request.items() if name not in ("AccountId", "BudgetName")}
        getattr(self, step.operation)(**arguments)
        assert len(self.notifications) <= 10
        for subscribers in self.notifications.values():
            kinds = [subscriber.subscription_type for subscriber in subscribers]
            assert subscribers, "the notification would be gone with its last subscriber"
            assert kinds.count("EMAIL") <= 10
            assert kinds.count("SNS") <= 1

    def create_notification(self, Notification: dict, Subscribers: list) -> None:
        assert identity(Notification) not in self.notifications
        self.notifications[identity(Notification)] = {subscriber(each) for each in Subscribers}

    def update_notification(self, OldNotification: dict, NewNotification: dict) -> None:
        assert identity(NewNotification) not in self.notifications
        self.notifications[identity(NewNotification)] = self.notifications.pop(identity(OldNotification))

    def delete_notification(self, Notification: dict) -> None:
        del self.notifications[identity(Notification)]

    def create_subscriber(self, Notification: dict, Subscriber: dict) -> None:
        assert subscriber(Subscriber) not in self.notifications[identity(Notification)]
        self.notifications[identity(Notification)].add(subscriber(Subscriber))

    def update_subscriber(self, Notification: dict, OldSubscriber: dict, NewSubscriber: dict) -> None:
        self.delete_subscriber(Notification, OldSubscriber)
        self.create_subscriber(Notification, NewSubscriber)

    def delete_subscriber(self, Notification: dict, Subscriber: dict) -> None:
        self.notifications[identity(Notification)].remove(subscriber(Subscriber))


def identity(item: dict) -> Notification:
    return Notification(item["NotificationType"], item["ComparisonOperator"], item["ThresholdType"], item["Threshold"])


def subscriber(item: dict) -> Subscriber:
    return Subscriber(item["SubscriptionType"], item["Address"])


@settings(deadline=None)  # a busy machine is no failure
@given(existing=NOTIFICATIONS, declared=NOTIFICATIONS, purge=st.booleans())
def test_notifications_become_those_that_are_declared_without_passing_a_limit(existing, declared, purge):
    if not purge and len(existing.keys() | declared.keys()) > 10:
        return
    service = Service(existing)
    promised, steps = plan_notifications(TARGET, existing, declared, purge)
    for each in steps:
        service.call(each)
    assert service.notifications == promised == (declared if purge else {**existing, **declared})
    assert plan_notifications(TARGET, promised, declared, purge)[1] == []
