"""A post just written as JSON for its author, by a pattern: plain posts differ in five places only.

A pattern is an entity that was made as ever, with words in those places that nobody can guess. So what a status shows
is said in one place (present/statuses.py), and 38 attributes are not put together by name for each post.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from torg.accounts.model import Account
from torg.http import encode
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api.present import accounts, statuses
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.present.scene import Scene
from torg.posts.model import Post, PostView

MOST = 500
"""Patterns: one for each audience, language, app and origin that is written with."""
ID, CREATED = (1 << 62) | secrets.randbits(62), datetime(1, 2, 3, tzinfo=UTC)
HTML, HANDLE, FACE = (secrets.token_hex(16) for _ in range(3))
PLACES = [str(ID).encode(), iso(CREATED).encode(), HTML.encode(), HANDLE.encode(), b'"%b"' % FACE.encode()]
PLACE = re.compile(b"(" + b"|".join(PLACES) + b")")

OWN = frozenset({"id", "thread_id", "account_id", "source", "html", "created_at"})
"""What each post has for itself; by all else it is known which pattern it has."""
_rest = attrgetter(*[name for name in Post.__struct_fields__ if name not in OWN])
_around = attrgetter(*[field.name for field in structs.fields(PostView) if not field.required and field.name != "app"])
NOTHING = tuple(
    field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    for field in structs.fields(PostView)
    if not field.required and field.name != "app"
)
"""What is around a post that has nothing around it."""


class Pattern(NamedTuple):
    """A status in pieces; after each but the last comes what stands in that place."""

    pieces: list[bytes]
    places: list[int]


_patterns: dict[tuple[Any, ...], Pattern] = {}


def written(actor: Actor, origin: str, view: PostView) -> bytes | None:
    """The JSON of the entity that `statuses.bare` would give.

    None where that takes a look into the database, and for what is no plain post by the actor: with tags, mentions,
    files, a warning, an answer.
    """
    post, author = view.post, view.account
    if (
        author.id != actor.account_id
        or author.id != post.account_id
        or post.spoiler
        or post.thread_id != post.id
        or not _is_ours(author)
        or _around(view) != NOTHING
    ):
        return None
    scene = scenes.bare(actor, origin, (author,), (post.html,))
    if scene is None:
        return None
    key = (origin, actor.network_kind, view.app, _rest(post))
    pattern = _patterns.get(key)
    if pattern is None:
        if len(_patterns) >= MOST:
            _patterns.clear()
        pattern = _patterns[key] = _pattern(scene, view)
    own = (
        b"%d" % post.id,
        iso(post.created_at).encode(),
        encode(post.html)[1:-1],
        encode(author.handle)[1:-1],
        encode(accounts.account(scene, author)),
    )
    parts = [b""] * (2 * len(pattern.places) + 1)
    parts[::2] = pattern.pieces
    parts[1::2] = [own[place] for place in pattern.places]
    return b"".join(parts)


def _is_ours(author: Account) -> bool:
    return not author.host and author.url is None and author.uri is None


def _pattern(scene: Scene, view: PostView) -> Pattern:
    author = structs.replace(view.account, handle=HANDLE)
    post = structs.replace(view.post, id=ID, html=HTML, created_at=CREATED)
    shown = statuses.status(scene, structs.replace(view, post=post, account=author), {})
    shown.account = msgspec.Raw(PLACES[-1])  # type: ignore[assignment]
    pieces = PLACE.split(encode(shown))
    return Pattern(pieces[::2], [PLACES.index(one) for one in pieces[1::2]])
