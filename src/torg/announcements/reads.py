"""Answers about announcements: as readers see them, and all of them for administrators."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.announcements import store
from torg.announcements.model import Announcement, AnnouncementView
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, NotFound


async def active(tx: Tx, actor: Actor, *, with_dismissed: bool = True) -> list[AnnouncementView]:
    """What is announced at present, the oldest first (Mastodon: GET /api/v1/announcements)."""
    found = await views(tx, actor, await store.every(tx, active=True))
    return found if with_dismissed else [view for view in found if not view.read]


async def one(tx: Tx, actor: Actor, id_: int) -> AnnouncementView:
    """A published announcement, else 404."""
    found = await store.get(tx, id_, active=True)
    if found is None:
        raise NotFound
    return (await views(tx, actor, [found]))[0]


async def for_administrators(tx: Tx, actor: Actor) -> list[Announcement]:
    """All of them, drafts and past ones too."""
    if not actor.may(Permission.MANAGE_ANNOUNCEMENTS):
        raise Forbidden
    return await store.every(tx, active=False)


async def for_administrator(tx: Tx, actor: Actor, id_: int) -> Announcement:
    """One of them, whatever its state; 404 if it is not here."""
    if not actor.may(Permission.MANAGE_ANNOUNCEMENTS):
        raise Forbidden
    found = await store.get(tx, id_)
    if found is None:
        raise NotFound
    return found


async def views(tx: Tx, actor: Actor, found: Sequence[Announcement]) -> list[AnnouncementView]:
    """Announcements with what hangs on them, in their order."""
    if not found:
        return []
    ids = [one.id for one in found]
    people = await accounts.by_ids(tx, {id_ for one in found for id_ in one.mention_ids})
    posts = {post.id: post for post in await store.linked(tx, {id_ for one in found for id_ in one.post_ids})}
    reactions = await store.reactions(tx, actor.account_id, ids)
    read = await store.read_by(tx, actor.account_id, ids) if actor.account_id is not None else None
    return [
        AnnouncementView(
            announcement=one,
            mentions=[people[id_] for id_ in one.mention_ids if id_ in people and people[id_].visible],
            posts=[posts[id_] for id_ in one.post_ids if id_ in posts],
            reactions=[r for r in reactions if r.announcement_id == one.id],
            read=None if read is None else one.id in read,
        )
        for one in found
    ]
