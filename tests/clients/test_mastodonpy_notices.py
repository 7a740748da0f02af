"""Mastodon.py with notifications, singly and in groups, with requests, policy and push subscriptions."""

from __future__ import annotations

import pytest
from mastodon import MastodonNotFoundError

from tests.clients.judge import Judge
from tests.clients.served import Served
from tests.clients.waiting import until

pytestmark = pytest.mark.clients


def test_notifications(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    bjorn.status_post("Hello @anna")
    first = until(lambda: anna.notifications(types=["mention"]))[0]
    assert first.status.account.username == "bjorn"
    assert anna.notifications(id=first).id == first.id
    assert anna.notifications(mentions_only=True)[0].id == first.id
    assert "mention" not in {one.type for one in anna.notifications(exclude_types=["mention"])}
    assert anna.notifications_unread_count().count >= 1
    assert anna.notifications_merged()
    anna.notifications_dismiss(first)
    bjorn.account_follow(anna.id)
    until(anna.notifications)
    anna.notifications_clear()
    assert anna.notifications() == []


def test_groups(served: Served) -> None:
    anna, bjorn, clara = (Judge(served, name) for name in ("anna", "bjorn", "clara"))
    post = anna.status_post("A good post")
    bjorn.status_favourite(post)
    clara.status_favourite(post)

    def both() -> list:  # type: ignore[type-arg]
        groups = anna.grouped_notifications(types=["favourite"]).notification_groups
        return [one for one in groups if one.notifications_count == 2]

    group = until(both)[0]
    assert anna.unread_grouped_notifications_count(types=["favourite"]) == 1
    assert anna.grouped_notification(group.group_key).notification_groups[0].group_key == group.group_key
    accounts = anna.grouped_notification_accounts(group.group_key)
    assert {one.username for one in accounts} == {"bjorn", "clara"}
    anna.dismiss_grouped_notification(group.group_key)
    assert both() == []


def test_requests(served: Served) -> None:
    anna, bjorn, clara = (Judge(served, name) for name in ("anna", "bjorn", "clara"))
    assert anna.update_notifications_policy(for_not_following="filter").for_not_following == "filter"
    assert anna.notifications_policy().for_not_following == "filter"
    for other in (bjorn, clara):
        other.status_post("Hello @anna, you do not know me")
    requests = until(lambda: found if len(found := anna.notification_requests()) == 2 else None)
    assert anna.notification_request(requests[0]).id == requests[0].id
    anna.accept_notification_request(requests[0])
    anna.dismiss_notification_request(requests[1])
    assert anna.notification_requests() == []
    for act in (anna.dismiss_multiple_notification_requests, anna.accept_multiple_notification_requests):
        for other in (bjorn, clara):
            other.status_post("Hello again @anna")
        act(until(anna.notification_requests))
        assert anna.notification_requests() == []
    anna.update_notifications_policy(for_not_following="accept")


def test_push(served: Served) -> None:
    anna = Judge(served, "anna")
    _, public = anna.push_subscription_generate_keys()
    made = anna.push_subscription_set("https://push.example/1", public, mention_events=True, policy="followed")
    assert made.alerts.mention
    assert anna.push_subscription().id == made.id
    assert anna.push_subscription_update(mention_events=False, follow_events=True).alerts.follow
    anna.push_subscription_delete()
    with pytest.raises(MastodonNotFoundError):
        anna.push_subscription()
