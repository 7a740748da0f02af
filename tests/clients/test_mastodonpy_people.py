"""Mastodon.py with accounts: profile, follows, blocks, notes, endorsements, collections, suggestions, reports."""

from __future__ import annotations

import io

import pytest

from tests.clients.judge import Judge
from tests.clients.pictures import picture
from tests.clients.served import Served
from tests.clients.waiting import until

pytestmark = pytest.mark.clients


def test_own_profile(served: Served) -> None:
    anna = Judge(served, "anna")
    assert anna.me().id == anna.account_verify_credentials().id
    changed = anna.account_update_credentials(
        display_name="Anna Ek",
        note="On the #square",
        avatar=io.BytesIO(picture()),
        avatar_mime_type="image/png",
        header=io.BytesIO(picture(0, 0, 128)),
        header_mime_type="image/png",
        locked=False,
        bot=False,
        discoverable=True,
        fields=[("Web", "https://example.com"), ("City", "Umeå")],
        default_language="sv",
        default_privacy="public",
    )
    assert changed.display_name == "Anna Ek"
    assert [field.value for field in changed.source.fields][1] == "Umeå"
    assert not changed.avatar.endswith("missing.png")
    assert anna.profile().display_name == "Anna Ek"
    assert anna.profile_update(display_name="Anna E", show_media=True, indexable=True).display_name == "Anna E"
    assert anna.account_delete_avatar().username == "anna"
    assert anna.account_delete_header().username == "anna"
    assert anna.preferences()["posting:default:language"] == "sv"


def test_finding_accounts(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    assert anna.account_lookup("bjorn").id == bjorn.id
    assert anna.account(bjorn.id).username == "bjorn"
    assert {one.id for one in anna.accounts([anna.id, bjorn.id])} == {anna.id, bjorn.id}
    assert [one.username for one in anna.account_search("bjo")] == ["bjorn"]
    assert "anna" in {one.username for one in Judge(served).directory(order="new", local=True)}
    post = bjorn.status_post("By Björn #umeå")
    assert bjorn.account_statuses(bjorn.id, tagged="umeå", exclude_reblogs=True, exclude_replies=True)[0].id == post.id


def test_follows(served: Served) -> None:
    anna, bjorn, clara = (Judge(served, name) for name in ("anna", "bjorn", "clara"))
    assert anna.account_follow(bjorn.id, notify=True).following
    assert clara.account_follow(bjorn.id).following
    assert anna.account_follow(clara.id, reblogs=False).showing_reblogs is False
    assert {one.username for one in bjorn.account_followers(bjorn.id)} == {"anna", "clara"}
    assert "bjorn" in {one.username for one in anna.account_following(anna.id)}
    relationships = anna.account_relationships([bjorn.id, clara.id], with_suspended=True)
    assert [one.following for one in relationships] == [True, True]
    familiar = anna.account_familiar_followers([bjorn.id])
    assert [one.username for one in familiar[0].accounts] == ["clara"]
    assert bjorn.account_remove_from_followers(clara.id).followed_by is False
    assert not anna.account_unfollow(clara.id).following


def test_follow_requests(served: Served) -> None:
    anna, bjorn, clara = (Judge(served, name) for name in ("anna", "bjorn", "clara"))
    clara.account_update_credentials(locked=True)
    anna.account_unfollow(clara.id)
    assert bjorn.account_follow(clara.id).requested
    assert anna.account_follow(clara.id).requested
    assert {one.username for one in clara.follow_requests()} == {"anna", "bjorn"}
    assert clara.follow_request_authorize(bjorn.id).followed_by
    assert not clara.follow_request_reject(anna.id).followed_by
    clara.account_update_credentials(locked=False)


def test_blocks_and_mutes(served: Served) -> None:
    anna, clara = Judge(served, "anna"), Judge(served, "clara")
    assert anna.account_block(clara.id).blocking
    assert [one.id for one in anna.blocks()] == [clara.id]
    assert not anna.account_unblock(clara.id).blocking
    assert anna.account_mute(clara.id, notifications=False, duration=3600).muting
    assert [one.id for one in anna.mutes()] == [clara.id]
    assert not anna.account_unmute(clara.id).muting
    anna.domain_block("bad.example")
    assert anna.domain_blocks() == ["bad.example"]
    anna.domain_unblock("bad.example")
    assert anna.domain_blocks() == []


def test_showing_others(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    assert anna.account_note_set(bjorn.id, "From the market").note == "From the market"
    anna.account_follow(bjorn.id)
    assert anna.account_endorse(bjorn.id).endorsed
    assert [one.username for one in anna.endorsements()] == ["bjorn"]
    assert not anna.account_unendorse(bjorn.id).endorsed
    assert anna.account_pin(bjorn.id).endorsed
    assert not anna.account_unpin(bjorn.id).endorsed
    tag = anna.featured_tag_create("torg")
    assert [one.id for one in anna.featured_tags()] == [tag.id]
    assert [one.name for one in bjorn.account_featured_tags(anna.id)] == ["torg"]
    assert isinstance(anna.featured_tag_suggestions(), list)
    anna.featured_tag_delete(tag)
    assert anna.featured_tags() == []


def test_collections(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    bjorn.account_update_credentials(discoverable=True)
    made = anna.collection_create("Square people", description="Who to read", discoverable=True).collection
    item = anna.collection_item_add(made, bjorn.id).collection_item
    assert anna.collection(made).collection.id == made.id
    assert [one.id for one in bjorn.account_collections(anna.id).collections] == [made.id]
    assert [one.id for one in bjorn.account_in_collections(bjorn.id).collections] == [made.id]
    assert anna.collection_update(made, name="Market people").collection.name == "Market people"
    bjorn.collection_item_revoke(made, item)
    second = anna.collection_create("Others", account_ids=[bjorn.id]).collection
    anna.collection_item_delete(second, anna.collection(second).collection["items"][0])
    anna.collection_delete(made)
    anna.collection_delete(second)


def test_suggestions_and_reports(served: Served) -> None:
    anna, clara = Judge(served, "anna"), Judge(served, "clara")
    for answer in (clara.suggestions(), clara.suggestions_v1(), clara.suggestions_v2()):
        assert isinstance(answer, list)
    clara.suggestion_delete(anna.id)
    post = anna.status_post("To be reported")
    report = clara.report(anna.id, status_ids=[post], comment="no", forward=False, category="spam")
    assert report.target_account.id == anna.id
    assert until(lambda: [one for one in anna.admin_reports() if one.id == report.id])
