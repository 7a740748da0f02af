"""What is written by a pattern is to the byte what the entity says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec import structs

from torg.accounts.model import Account, Picture, ProfileField
from torg.http import encode
from torg.kernel.actor import Actor, NetworkKind
from torg.mastodon_api.present import statuses
from torg.mastodon_api.present import written as patterns
from torg.mastodon_api.present.written import written
from torg.media import links
from torg.posts.model import AppName, Counts, Post, PostView

ORIGIN = "https://acme.example"
AT = datetime(2008, 9, 27, 1, 2, 3, 4000, tzinfo=UTC)
AUTHOR: dict[str, Any] = {
    "id": 7, "org_id": 1, "network_id": 2, "kind": "personal", "person_id": None, "role_id": None, "handle": "anna",
    "host": "", "uri": None, "url": None, "display_name": 'Anna "A" Å\n<b>', "note": "", "note_html": "<p>Hej</p>",
    "fields": [], "avatar": None, "header": None, "locked": False, "bot": False, "guest": False, "discoverable": True,
    "indexable": False, "hide_collections": False, "settings": {}, "state": "active", "disabled_at": None,
    "suspended_at": None, "silenced_at": None, "sensitized_at": None, "moved_to_id": None, "created_at": AT,
    "last_post_at": AT, "posts_count": 3, "followers_count": 4, "following_count": 5,
}  # fmt: skip
POST: dict[str, Any] = {
    "id": 99, "org_id": 1, "network_id": 2, "account_id": 7, "audience": "everyone", "listed": True, "group_id": None,
    "thread_id": 99, "reply_to_id": None, "reply_to_account_id": None, "boost_of_id": None, "quote_of_id": None,
    "quote_of_account_id": None, "quote_state": None, "quote_policy": "public", "source": "Hej",
    "html": '<p>Hej "du" \\ å \u2028 \x07</p>', "spoiler": "", "sensitive": False, "language": "sv", "app_id": 5,
    "uri": None, "url": None, "has_media": False, "created_at": AT, "edited_at": None, "version": 1,
}  # fmt: skip
APP = AppName(name='Täst "app"', website="https://app.example/?a=1&b=2")


def made(author: dict[str, Any] | None = None, post: dict[str, Any] | None = None, **around: Any) -> PostView:
    return PostView(
        post=msgspec.convert({**POST, **(post or {})}, Post),
        account=msgspec.convert({**AUTHOR, **(author or {})}, Account),
        **{"app": APP, **around},
    )


def actor(kind: NetworkKind = NetworkKind.PUBLIC) -> Actor:
    return Actor(org_id=1, network_id=2, network_kind=kind, account_id=7)


PICTURE = Picture(key="a/b.png", static_key="a/c.png", description='En "bild"')
LIKE: list[PostView] = [
    made(),
    made(app=None),
    made(post={"audience": "followers"}),
    made(post={"listed": False, "quote_policy": "followers"}),
    made(post={"sensitive": True, "language": None}),
    made({"handle": "b_2", "posts_count": 1_000_000, "last_post_at": None}, {"html": "<p>Another</p>"}),
    made({"company": "Other Ltd", "locked": True, "silenced_at": AT, "settings": {"show_media": False}}),
    made({"fields": [structs.asdict(ProfileField(name="x", value="y", value_html="z", verified_at=AT))]}),
    made({"avatar": structs.asdict(PICTURE), "header": structs.asdict(PICTURE)}),
]


@pytest.mark.parametrize("kind", list(NetworkKind))
@pytest.mark.parametrize("view", LIKE)
def test_a_pattern_says_what_the_entity_says(view: PostView, kind: NetworkKind) -> None:
    links.use(b"s" * 32)
    entity = statuses.bare(actor(kind), ORIGIN, view)
    assert entity is not None
    for _ in range(2):  # when the pattern is made, and by it
        assert written(actor(kind), ORIGIN, view) == encode(entity)


@pytest.mark.parametrize(
    "view",
    [
        made(tags=["x"]),
        made(counts=Counts(boosts=1)),
        made(follows_author=True),
        made(group_kind="open"),
        made(post={"spoiler": "Careful"}),
        made(post={"thread_id": 3, "reply_to_id": 3, "reply_to_account_id": 7}),
        made(post={"html": "<p>:blob:</p>"}),
        made(post={"account_id": 8}),
        made({"role_id": 3}),
        made({"host": "other.example"}),
        made({"url": "https://other.example/@anna"}),
    ],
)
def test_what_is_not_plain_has_no_pattern(view: PostView) -> None:
    assert written(actor(), ORIGIN, view) is None


def test_others_are_shown_nothing_by_it() -> None:
    assert written(structs.replace(actor(), account_id=8), ORIGIN, made()) is None


def test_patterns_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MOST", 2)
    for name in "abcde":
        view = made(app=AppName(name=name, website=None))
        assert written(actor(), ORIGIN, view) == encode(statuses.bare(actor(), ORIGIN, view))
        assert len(patterns._patterns) <= 2


def test_each_place_is_in_the_pattern() -> None:
    written(actor(), ORIGIN, made())
    assert all(set(one.places) == set(range(5)) for one in patterns._patterns.values())
