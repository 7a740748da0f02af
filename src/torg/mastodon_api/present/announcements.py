"""AnnouncementView → Mastodon's Announcement entity."""

from __future__ import annotations

from collections.abc import Sequence

from torg.announcements.model import AnnouncementView, Reaction
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.mastodon_api.present import accounts
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.present.scene import Scene


async def announcements(
    tx: Tx, actor: Actor, origin: str, views: Sequence[AnnouncementView]
) -> list[entities.Announcement]:
    """Several, in their order."""
    scene = await scenes.load(tx, actor, origin, (), [v.announcement.html for v in views])
    return [announcement(scene, view) for view in views]


def announcement(scene: Scene, view: AnnouncementView) -> entities.Announcement:
    """One announcement (docs: entities/Announcement)."""
    a = view.announcement
    return entities.Announcement(
        id=str(a.id),
        content=a.html,
        starts_at=iso(a.starts_at) if a.starts_at else None,
        ends_at=iso(a.ends_at) if a.ends_at else None,
        all_day=a.all_day,
        published_at=iso(a.published_at or a.created_at),
        updated_at=iso(a.updated_at),
        mentions=[
            entities.AnnouncementAccount(
                id=str(m.id), username=m.handle, url=accounts.url_of(scene.origin, m), acct=m.acct
            )
            for m in view.mentions
        ],
        statuses=[
            entities.AnnouncementStatus(id=str(p.id), url=f"{scene.origin}/@{p.handle}/{p.id}") for p in view.posts
        ],
        tags=[entities.ShallowTag(name=tag, url=f"{scene.origin}/tags/{tag}") for tag in a.tags],
        emojis=scene.emojis_in(a.html),
        reactions=[reaction(scene, r) for r in view.reactions],
        read=UNSET if view.read is None else view.read,
    )


def reaction(scene: Scene, r: Reaction) -> entities.Reaction:
    """All answers with one emoji (docs: entities/Reaction)."""
    return entities.Reaction(
        name=r.name,
        count=r.count,
        me=r.mine if scene.actor.account_id is not None else UNSET,
        url=scene.file(r.key) if r.key else UNSET,
        static_url=scene.file(r.static_key) if r.static_key else UNSET,
    )
