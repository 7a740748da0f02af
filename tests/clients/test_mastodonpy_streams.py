"""Mastodon.py listens: every stream over server-sent events, and the same over one WebSocket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mastodon import StreamListener
from msgspec.json import encode

from tests.clients.judge import Judge, misfits
from tests.clients.served import Served
from tests.clients.waiting import until
from torg.live.model import Frame
from torg.live.sampling import Sample

pytestmark = pytest.mark.clients


class Ear(StreamListener):
    """Keeps what it hears as (event, what came)."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def on_update(self, status: Any) -> None:
        self.heard.append(("update", status))

    def on_notification(self, notification: Any) -> None:
        self.heard.append(("notification", notification))

    def on_status_update(self, status: Any) -> None:
        self.heard.append(("status.update", status))

    def on_delete(self, status_id: Any) -> None:
        self.heard.append(("delete", status_id))

    def on_conversation(self, conversation: Any) -> None:
        self.heard.append(("conversation", conversation))

    def on_filters_changed(self) -> None:
        self.heard.append(("filters_changed", None))

    def wait(self, event: str, text: str = "") -> Any:
        """The first thing of that kind with the text in it."""
        return until(lambda: [what for kind, what in self.heard if kind == event and text in str(what)])[0]


@contextmanager
def listening(stream: Callable[..., Any], *arguments: Any, **options: Any) -> Iterator[Ear]:
    ear = Ear()
    handle = stream(*arguments, ear, run_async=True, **options)
    until(handle.is_receiving)
    try:
        yield ear
    finally:
        handle.close()


def test_user(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    anna.account_follow(bjorn.id)
    with listening(anna.stream_user) as home, listening(anna.stream_user_notifications) as notices:
        post = bjorn.status_post("Hello @anna, live")
        came = home.wait("update", "live")
        assert came.id == post.id
        assert list(misfits(came, type(post), "update")) == []
        assert home.wait("notification", ", live").status.id == post.id
        assert notices.wait("notification", ", live").type == "mention"
        bjorn.status_update(post, "Hello @anna, changed")
        assert home.wait("status.update", "changed").id == post.id
        bjorn.status_delete(post)
        assert str(home.wait("delete")) == str(post.id)
        made = anna.create_filter_v2("Quiet", ["home"], "warn")
        home.wait("filters_changed")
        anna.delete_filter_v2(made)
        assert not [kind for kind, _ in notices.heard if kind != "notification"]


def test_an_event_that_mastodon_does_not_know_is_passed_over() -> None:
    """In a surge a stream says by `sample` what it left out (docs/surge.md); the bytes are those of a WebSocket."""
    ear: Any = Ear()
    unknown: list[tuple[str, Any]] = []
    ear.on_unknown_event = lambda name, what=None: unknown.append((name, what))
    for frame in (Frame("sample", encode(Sample(shown=15, came=229, seconds=5))), Frame("delete", b"1")):
        ear.handle_websocket_message(json.loads(frame.envelope(["user"])))
    assert unknown == [("sample", {"shown": 15, "came": 229, "seconds": 5})]
    assert [kind for kind, _ in ear.heard] == ["delete"]
    del ear.on_unknown_event
    ear.handle_websocket_message(json.loads(Frame("sample", b"{}").envelope(["user"])))


def test_public_and_tags(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    with (
        listening(anna.stream_public) as public,
        listening(anna.stream_local) as local,
        listening(anna.stream_hashtag, "live") as tag,
        listening(anna.stream_public, only_media=True) as media,
    ):
        bjorn.status_post("First, without")
        post = bjorn.status_post("Second, with #live")
        for ear in (public, local, tag):
            assert ear.wait("update", "Second").id == post.id
        assert len(public.heard) == 2
        assert len(tag.heard) == 1
        assert media.heard == []


def test_lists_and_messages(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    anna.account_follow(bjorn.id)
    made = anna.list_create("Live")
    anna.list_accounts_add(made, [bjorn.id])
    with listening(anna.stream_list, made) as listed, listening(anna.stream_direct) as direct:
        post = bjorn.status_post("For the list")
        message = bjorn.status_post("@anna only you", visibility="direct")
        assert listed.wait("update", "For the list").id == post.id
        assert direct.wait("conversation").last_status.id == message.id
        assert "only you" not in str(listed.heard)


def test_one_websocket(served: Served) -> None:
    pytest.importorskip("websocket", reason="NOT TESTED: Mastodon.py's WebSockets need websocket-client")
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    anna.account_follow(bjorn.id)
    made = anna.list_create("Socket")
    anna.list_accounts_add(made, [bjorn.id])
    socket = anna.stream_open_websocket()
    ears = {name: Ear() for name in ("user", "public", "hashtag", "list", "direct")}
    try:
        anna.stream_user(ears["user"], websocket_handle=socket)
        anna.stream_public(ears["public"], websocket_handle=socket)
        anna.stream_hashtag("socket", ears["hashtag"], websocket_handle=socket)
        anna.stream_list(made, ears["list"], websocket_handle=socket)
        anna.stream_direct(ears["direct"], websocket_handle=socket)
        until(socket.is_receiving)
        number = 0

        def reached() -> bool:
            """Subscriptions have no answer: post until everybody has heard something."""
            nonlocal number
            number += 1
            bjorn.status_post(f"Number {number} #socket")
            return all(ears[name].heard for name in ("user", "public", "hashtag", "list"))

        until(reached)
        message = bjorn.status_post("@anna by socket", visibility="direct")
        assert ears["direct"].wait("conversation").last_status.id == message.id
        assert "by socket" not in str(ears["public"].heard)
    finally:
        socket.close()


def test_healthy(served: Served) -> None:
    assert Judge(served, "anna").stream_healthy()
