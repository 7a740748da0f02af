"""Mastodon.py writes, changes, marks and reads posts, media, polls and scheduled posts."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from tests.clients.judge import Judge
from tests.clients.pictures import picture
from tests.clients.served import Served

pytestmark = pytest.mark.clients


def test_life_of_a_post(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    post = anna.status_post("Hello @bjorn, #torg & <b>", language="en", idempotency_key="k1")
    assert anna.status_post("Hello @bjorn, #torg & <b>", idempotency_key="k1").id == post.id
    assert [mention.username for mention in post.mentions] == ["bjorn"]
    assert anna.toot("A toot").visibility == "public"
    reply = bjorn.status_reply(post, "An answer", spoiler_text="well", sensitive=True)
    assert reply.in_reply_to_id == post.id
    assert reply.content.startswith("<p>")
    assert [one.id for one in anna.status_context(post).descendants] == [reply.id]
    assert bjorn.status(post.id).id == post.id
    assert {one.id for one in bjorn.statuses([post.id, reply.id])} == {post.id, reply.id}
    changed = anna.status_update(post, "Hello again #torg", spoiler_text="changed")
    assert changed.edited_at is not None
    assert len(anna.status_history(post)) == 2
    assert anna.status_source(post).text == "Hello again #torg"
    assert anna.status_card(anna.toot("No link")) is None
    with pytest.raises(MastodonAPIError):
        bjorn.status_translate(post, lang="sv")
    gone = anna.status_delete(post, delete_media=True)
    assert gone.text == "Hello again #torg"
    with pytest.raises(MastodonNotFoundError):
        bjorn.status(post)


def test_marks(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    post = anna.status_post("Worth a mark")
    assert bjorn.status_favourite(post).favourited
    assert [one.username for one in anna.status_favourited_by(post)] == ["bjorn"]
    assert bjorn.favourites()[0].id == post.id
    assert not bjorn.status_unfavourite(post).favourited
    assert bjorn.status_bookmark(post).bookmarked
    assert bjorn.bookmarks()[0].id == post.id
    assert not bjorn.status_unbookmark(post).bookmarked
    boost = bjorn.status_reblog(post, visibility="unlisted")
    assert boost.reblog.id == post.id
    assert boost.reblogged
    assert [one.username for one in anna.status_reblogged_by(post)] == ["bjorn"]
    assert bjorn.status_unreblog(post).reblogged is False
    assert anna.status_pin(post).pinned
    assert anna.account_statuses(anna.id, pinned=True)[0].id == post.id
    assert not anna.status_unpin(post).pinned
    assert anna.status_mute(post).muted
    assert not anna.status_unmute(post).muted


def test_quotes(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    post = anna.status_post("To be quoted", quote_approval_policy="public")
    quote = bjorn.status_post("See this", quoted_status_id=post.id)
    assert quote.quote.state == "accepted"
    assert quote.quote.quoted_status.id == post.id
    assert [one.id for one in anna.status_quotes(post)] == [quote.id]
    assert anna.status_quote_revoke(post, quote).quote.state == "revoked"
    changed = anna.status_update_quote_approval_policy(post, "nobody")
    assert changed.quote_approval.automatic == []


def test_media(served: Served) -> None:
    anna = Judge(served, "anna")
    media = anna.media_post(
        io.BytesIO(picture()), mime_type="image/png", description="A teal field", focus=(0.1, -0.2), synchronous=True
    )
    assert media.type == "image"
    assert media.meta.original.width == 64
    assert anna.media(media).id == media.id
    assert anna.media_update(media, description="Teal", focus=(0.0, 0.0)).description == "Teal"
    assert anna.decode_blurhash(media)
    post = anna.status_post("With a picture", media_ids=[media], sensitive=True)
    assert [one.id for one in post.media_attachments] == [media.id]
    attributes = [anna.generate_media_edit_attributes(media, description="Quite teal")]
    changed = anna.status_update(post, "With a picture", media_attributes=attributes)
    assert changed.media_attachments[0].description == "Quite teal"
    assert anna.timeline_public(only_media=True)[0].id == post.id


def test_polls(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    post = anna.status_post("Which?", poll=anna.library.make_poll(["Tea", "Coffee"], 3600, multiple=True))
    voted = bjorn.poll_vote(post.poll, [0, 1])
    assert voted.own_votes == [0, 1]
    assert anna.poll(post.poll).votes_count == 2


def test_scheduled(served: Served) -> None:
    anna = Judge(served, "anna")
    later = datetime.now(UTC) + timedelta(hours=2)
    planned = anna.status_post("Later", scheduled_at=later)
    assert [one.id for one in anna.scheduled_statuses()] == [planned.id]
    moved = anna.scheduled_status_update(planned, later + timedelta(hours=1))
    assert moved.scheduled_at > planned.scheduled_at
    assert anna.scheduled_status(planned).params.text == "Later"
    anna.scheduled_status_delete(planned)
    assert anna.scheduled_statuses() == []


def test_messages(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    sent = anna.status_post("@bjorn only for you", visibility="direct")
    assert sent.visibility == "direct"
    conversation = bjorn.conversations()[0]
    assert conversation.unread
    assert conversation.last_status.id == sent.id
    assert not bjorn.conversations_read(conversation).unread
    with pytest.raises(MastodonNotFoundError):
        Judge(served, "clara").status(sent)
