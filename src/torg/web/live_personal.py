"""What comes on an event page as one member's filters let it: rendered for everybody together, then sifted."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from torg.filters import reads as filters
from torg.http.pages import html
from torg.posts import reads as posts
from torg.web.filtering import filtered
from torg.web.live_feed import Frame
from torg.web.present import Present
from torg.web.visitor import Visitor

ID = re.compile(r'<article [^>]*id="post-(\d+)"')


async def has_filters(visitor: Visitor) -> bool:
    """Whether any of the member's filters holds on public pages."""
    async with visitor.call.db.tx(visitor.actor.scope) as tx:
        return any("public" in one.context for one in await filters.active(tx, visitor.actor))


async def sifted(visitor: Visitor, at: Present, shown: Sequence[str]) -> list[str]:
    """Of posts rendered for everybody those that the member's filters let through, covered where they say so."""
    by_id = {int(found[1]): one for one in shown if (found := ID.search(one)) is not None}
    async with visitor.call.db.tx(visitor.actor.scope) as tx:
        views = await posts.hydrate(tx, visitor.actor, list(by_id))
        kept, covers = await filtered(tx, visitor, views, "public")
    made = []
    for view in kept:
        inner = view.boost_of or view
        ids = {inner.post.id, *([inner.quoted.post.id] if inner.quoted is not None else [])}
        if ids & covers.keys():
            values = {"at": at, "view": view, "me": None, "csrf": "", "path": "/", "covers": covers}
            made.append(html("_one_post.html", visitor.language, network=visitor.call.network, **values))
        else:
            made.append(by_id[view.post.id])
    return made


async def personal(visitor: Visitor, at: Present, frame: Frame) -> Frame:
    """A tick for one member; what is counted stays as it is."""
    shown = await sifted(visitor, at, frame.html) if frame.html else []
    pinned = await sifted(visitor, at, frame.pinned) if frame.pinned else frame.pinned
    return msgspec.structs.replace(frame, html=shown, pinned=pinned)
