"""Mastodon.py, which knows nothing of groups, joins one, speaks in it, reads it and answers who asks to join."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.clients.judge import Judge
from tests.clients.served import Served
from tests.clients.waiting import until

pytestmark = pytest.mark.clients


def make(served: Served, founder: str, **form: Any) -> dict[str, Any]:
    """A group, by the one method that the library does not have."""
    headers = {"Authorization": f"Bearer {served.tokens[founder]}"}
    answer = requests.post(f"{served.url}/api/torg/v1/groups", json=form, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_follow_mention_and_read(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    group = make(served, "bjorn", name="fika", display_name="Fikagruppen", kind="open")
    assert anna.account_lookup("fika").group
    assert [found.acct for found in anna.account_search("!fika")] == ["fika"]
    assert anna.account_follow(group["id"]).following
    said = anna.status_post("@fika Finns det kaffe?")
    assert [mention.acct for mention in said.mentions] == ["fika"]
    assert until(lambda: [s.id for s in bjorn.timeline_home() if s.id == said.id])
    answer = bjorn.status_reply(said, "Det finns.")
    assert [s.id for s in anna.account_statuses(group["id"])] == [answer.id, said.id]
    assert [s.id for s in anna.status_context(said).descendants] == [answer.id]
    assert {member.acct for member in anna.account_followers(group["id"])} == {"anna", "bjorn"}
    assert not anna.account_unfollow(group["id"]).following


def test_ask_and_be_let_in(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    group = make(served, "bjorn", name="styrelsen", kind="private")
    secret = bjorn.status_post("!styrelsen Vi tar det sen")
    assert secret.visibility == "private"
    assert anna.account_follow(group["id"]).requested
    assert anna.account_statuses(group["id"]) == []
    asked = until(lambda: [n for n in bjorn.notifications() if n.type == "follow_request"])
    assert asked[0].account.acct == "anna"
    assert [account.acct for account in bjorn.follow_requests()] == ["anna"]
    bjorn.follow_request_authorize(anna.me().id)
    assert anna.account_relationships(group["id"])[0].following
    assert [s.id for s in anna.account_statuses(group["id"])] == [secret.id]
