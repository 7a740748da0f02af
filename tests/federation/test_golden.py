"""The wire is text under test: every document is rendered exactly as its golden file says.

TORG_UPDATE_GOLDEN=1 writes the files anew; look at the difference before committing it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from torg.accounts.model import Account, AccountKind, AccountSettings, Picture, ProfileField
from torg.cards.model import Card
from torg.emojis.model import Emoji
from torg.federation.render import activities, actors, groups, messages, notes, stamps
from torg.federation.render.model import Around, Face, Place, Ref
from torg.kernel.actor import NetworkKind
from torg.media.model import Attachment, Kind, State
from torg.messages.model import Message, MessageView
from torg.messages.outward import AddressedMessage
from torg.orgs.model import Network, NetworkSettings
from torg.posts.addressed import AddressedPost
from torg.posts.model import Audience, Counts, Poll, Post, PostView
from torg.posts.public import PublicPost

GOLDEN = Path(__file__).with_name("golden")
UPDATE = os.environ.get("TORG_UPDATE_GOLDEN") == "1"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PLACE = Place(origin="https://acme.example", host="acme.example")
NETWORK = Network(
    id=1, org_id=1, kind=NetworkKind.PUBLIC, host="acme.example", name="Acme", settings=NetworkSettings(), created_at=AT
)


def person(id_: int, handle: str, **changes: Any) -> Account:
    plain = Account(
        id=id_, org_id=1, network_id=1, kind=AccountKind.PERSONAL, person_id=None, role_id=None, handle=handle, host="",
        uri=None, url=None, display_name=handle.capitalize(), note="", note_html="", fields=[], avatar=None,
        header=None,
        locked=False, bot=False, guest=False, discoverable=True, indexable=True, hide_collections=False,
        settings=AccountSettings(), state="active", disabled_at=None, suspended_at=None, silenced_at=None,
        sensitized_at=None, moved_to_id=None, created_at=AT, last_post_at=None, posts_count=0, followers_count=0,
        following_count=0,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def post(id_: int, author: Account, **changes: Any) -> Post:
    plain = Post(
        id=id_, org_id=1, network_id=1, account_id=author.id, audience=Audience.EVERYONE, listed=True, group_id=None,
        thread_id=id_, reply_to_id=None, reply_to_account_id=None, boost_of_id=None, quote_of_id=None,
        quote_of_account_id=None, quote_state=None, quote_policy="public", source="Hello", html="<p>Hello</p>",
        spoiler="", sensitive=False, language="en", app_id=None, uri=None, url=None, has_media=False, created_at=AT,
        edited_at=None, version=1,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


ANNA = person(
    10, "anna", note_html="<p>Gardener</p>", locked=True,
    fields=[ProfileField(name="Web", value="https://anna.example", value_html="https://anna.example")],
    avatar=Picture(key="1/1/avatar/a.png", static_key="1/1/avatar/a.png", description="Anna in the garden"),
    header=Picture(key="1/1/header/h.webp", static_key="1/1/header/h.webp"),
    settings=AccountSettings(attribution_domains=["anna.example"]),
)  # fmt: skip
ELSA = person(11, "elsa", host="far.example", uri="https://far.example/users/elsa", url="https://far.example/@elsa")
GARDEN = person(12, "garden", kind=AccountKind.GROUP)
FACE = Face(
    public_pem="-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n",
    also_known_as=["https://old.example/users/anna"], moved_to=None,
    emojis=[Emoji(id=7, shortcode="rose", category=None, visible=True, disabled=False, key="e/r.png", static_key="")],
)  # fmt: skip
PLAIN_FACE = Face(public_pem=FACE.public_pem)
AROUND = Around(conversation="https://acme.example/users/anna/statuses/100/context",
                context="https://acme.example/users/anna/statuses/100/context")  # fmt: skip
FULL = PostView(
    post=post(
        100, ANNA, spoiler="roses", sensitive=True, edited_at=AT, quote_of_id=90, quote_state="accepted",
        reply_to_id=80, reply_to_account_id=11, quote_policy="followers",
    ),
    account=ANNA, counts=Counts(replies=6, boosts=2, favourites=3), mentions=[ELSA], tags=["torg"],
    media=[
        Attachment(
            org_id=1, network_id=1, id=5, account_id=10, post_id=100, kind=Kind.IMAGE, state=State.READY,
            description="A red rose", focus_x=0.1, focus_y=-0.2, blurhash="UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            meta={"original": {"width": 640, "height": 480}}, original_key="1/1/media/x/5/full.jpg", mime="image/jpeg",
            created_at=AT,
        )
    ],
    card=Card(
        id=1, url="https://news.example/roses", title="Roses", description="All about roses", author_name="Eva",
        author_url="https://news.example/eva", provider_name="News", image_key="1/1/card/c.jpg", published_at=AT,
    ),
)  # fmt: skip
FULL_AROUND = msgspec.structs.replace(
    AROUND,
    reply_to=Ref(uri="https://far.example/posts/80", author_uri="https://far.example/users/elsa"),
    quote=Ref(uri="https://far.example/posts/90", author_uri="https://far.example/users/elsa"),
    quote_authorization="https://far.example/stamps/1", emojis=FACE.emojis,
    replies=["https://far.example/posts/101"], more_replies=True,
)  # fmt: skip
PLAIN = PublicPost(NETWORK, PostView(post=post(100, ANNA), account=ANNA))
POLL = PublicPost(
    NETWORK,
    PostView(
        post=post(102, ANNA), account=ANNA,
        poll=Poll(
            id=1, post_id=102, account_id=10, multiple=False, hide_totals=False, options=["a", "b"], tallies=[1, 2],
            voters=3, expires_at=AT,
        ),
    ),
)  # fmt: skip
BOOST = PublicPost(
    NETWORK,
    PostView(
        post=post(103, ANNA, boost_of_id=90), account=ANNA,
        boost_of=PostView(post=post(90, ELSA, uri="https://far.example/posts/90"), account=ELSA),
    ),
)  # fmt: skip
GROUPED = PublicPost(
    NETWORK, PostView(post=post(104, ANNA, audience=Audience.GROUP, group_id=12), account=ANNA, group_kind="open")
)
FOLLOWERS = AddressedPost(
    NETWORK, PostView(post=post(105, ANNA, audience=Audience.FOLLOWERS), account=ANNA, mentions=[ELSA])
)
IN_GROUP = msgspec.structs.replace(AROUND, group=GARDEN)
MESSAGE = AddressedMessage(
    NETWORK,
    MessageView(
        message=Message(
            id=200, org_id=1, network_id=1, conversation_id=200, account_id=10, reply_to_id=None,
            reply_to_account_id=None, source="psst", html="<p>psst</p>", spoiler="", sensitive=False, language="en",
            app_id=None, created_at=AT, edited_at=None, readers=[10, 11], favourited=False, bookmarked=False,
            muted=False,
        ),
        account=ANNA, mentions=[ELSA], media=[],
    ),
)  # fmt: skip
ME, THEM = "https://acme.example/users/anna", "https://far.example/users/elsa"
FOLLOW = activities.simple("Follow", f"{ME}#follows/11-1", ME, THEM, to=[THEM])
CREATE = activities.create(PLACE, PLAIN, AROUND)

ALL: dict[str, Any] = {
    "actor_person": actors.actor(PLACE, ANNA, FACE),
    "actor_service": actors.actor(PLACE, person(13, "bot", kind=AccountKind.BOT, bot=True), PLAIN_FACE),
    "actor_organization": actors.actor(PLACE, person(14, "press", kind=AccountKind.TEAM), PLAIN_FACE),
    "actor_group": actors.actor(PLACE, GARDEN, PLAIN_FACE),
    "actor_suspended": actors.actor(PLACE, msgspec.structs.replace(ANNA, suspended_at=AT), PLAIN_FACE),
    "actor_application": actors.instance(PLACE, FACE.public_pem),
    "note": notes.document(PLACE, PublicPost(NETWORK, FULL), FULL_AROUND),
    "note_unlisted": notes.document(
        PLACE, PublicPost(NETWORK, PostView(post=post(106, ANNA, listed=False), account=ANNA)), AROUND
    ),
    "note_followers": notes.document(PLACE, FOLLOWERS, AROUND),
    "note_in_group": notes.document(PLACE, GROUPED, IN_GROUP),
    "note_direct": messages.create(messages.note(PLACE, MESSAGE, None, [])),
    "question": notes.document(PLACE, POLL, AROUND),
    "tombstone": notes.tombstone(f"{ME}/statuses/100", "2026-01-02T03:04:05.000Z"),
    "stamp": stamps.stamp(f"{ME}/quote_authorizations/1", ME, f"{ME}/statuses/100", "https://far.example/posts/1"),
    "create": CREATE,
    "update": activities.update(PLACE, PLAIN, AROUND, AT),
    "delete": activities.delete(ME, f"{ME}/statuses/100", ["https://www.w3.org/ns/activitystreams#Public"], AT),
    "delete_actor": activities.delete_actor(ME),
    "update_actor": activities.update_actor(actors.actor(PLACE, ANNA, FACE), AT),
    "announce": activities.announce(PLACE, BOOST, AROUND),
    "undo": activities.undo(FOLLOW, serial="undo-2"),
    "follow": FOLLOW,
    "accept": activities.simple("Accept", f"{ME}#accepts/follows/1", ME, {**FOLLOW, "actor": THEM, "object": ME}),
    "add": activities.listed("Add", f"{ME}#adds/1", ME, f"{ME}/statuses/100", f"{ME}/collections/featured"),
    "flag": activities.flag(PLACE, 1, [THEM, "https://far.example/posts/90"], "spam"),
    "move": activities.move(PLACE, ANNA, "https://new.example/users/anna", AT),
    "vote": activities.vote(PLACE, ANNA, 90, "https://far.example/posts/90", THEM, 0, "a"),
    "quote_request": activities.quote_request(PLACE, PublicPost(NETWORK, FULL), FULL_AROUND),
    "group_announce": groups.announce(PLACE, GARDEN, GROUPED.view),
    "group_relay": groups.relayed(PLACE, GARDEN, activities.create(PLACE, GROUPED, IN_GROUP)),
}


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_document_is_written_as_its_golden_file_says(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    written = msgspec.json.format(msgspec.json.encode(ALL[name]), indent=2) + b"\n"
    if UPDATE:
        path.write_bytes(written)
    assert path.is_file(), f"{path.name} is missing; TORG_UPDATE_GOLDEN=1 writes it"
    assert written == path.read_bytes()


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(ALL)


@pytest.mark.parametrize("kind", [NetworkKind.INSIDE, NetworkKind.PARTNER])
def test_the_types_that_leave_cannot_be_made_of_an_inside_row(kind: NetworkKind) -> None:
    """The wall (DESIGN §2.3): there is no way to hand a renderer anything of another kind of network."""
    inside = msgspec.structs.replace(NETWORK, kind=kind)
    for make in (
        lambda: PublicPost(inside, PLAIN.view),
        lambda: AddressedPost(inside, FOLLOWERS.view),
        lambda: AddressedMessage(inside, MESSAGE.view),
    ):
        with pytest.raises(Exception, match=r"about to be"):
            make()


def test_a_post_in_a_closed_group_has_no_way_out() -> None:
    view = PostView(
        post=post(107, ANNA, audience=Audience.GROUP, group_id=12), account=ANNA, group_kind="private"
    )  # fmt: skip
    for make in (PublicPost, AddressedPost):
        with pytest.raises(Exception, match="is for"):
            make(NETWORK, view)


def test_a_quote_that_not_all_may_read_is_left_out() -> None:
    quoted = PostView(post=post(108, ELSA, audience=Audience.FOLLOWERS), account=ELSA)
    shown = AddressedPost(NETWORK, msgspec.structs.replace(FOLLOWERS.view, quoted=quoted))
    assert shown.view.quoted is None
