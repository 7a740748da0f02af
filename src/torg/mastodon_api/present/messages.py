"""MessageView → Mastodon's Status entity with visibility `direct`, the only shape that its clients know."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.mastodon_api.present import accounts, media
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.present.scene import Scene
from torg.messages.model import MessageView


async def messages(tx: Tx, actor: Actor, origin: str, views: Sequence[MessageView]) -> list[entities.Status]:
    """Several messages, in their order."""
    people = {a.id: a for v in views for a in (v.account, *v.mentions)}
    scene = await scenes.load(tx, actor, origin, people.values(), [v.message.html for v in views])
    return [message(scene, view) for view in views]


def message(scene: Scene, view: MessageView) -> entities.Status:
    """One message. It can be neither boosted nor quoted, so those counts are always 0."""
    m = view.message
    return entities.Status(
        id=str(m.id),
        uri=m.uri or f"{scene.origin}/users/{view.account.handle}/messages/{m.id}",
        url=None,
        created_at=iso(m.created_at),
        account=accounts.account(scene, view.account),
        content=m.html,
        visibility="direct",
        sensitive=m.sensitive,
        spoiler_text=m.spoiler,
        media_attachments=[media.attachment(scene.origin, a) for a in view.media],
        mentions=[
            entities.StatusMention(id=str(a.id), username=a.handle, url=accounts.url_of(scene.origin, a), acct=a.acct)
            for a in view.mentions
        ],
        tags=[],
        emojis=scene.emojis_in(m.html, m.spoiler, host=view.account.host),
        reblogs_count=0,
        favourites_count=int(m.favourited),
        quotes_count=0,
        replies_count=0,
        in_reply_to_id=str(m.reply_to_id) if m.reply_to_id else None,
        in_reply_to_account_id=str(m.reply_to_account_id) if m.reply_to_account_id else None,
        poll=None,
        card=None,
        language=m.language,
        edited_at=iso(m.edited_at) if m.edited_at else None,
        quote_approval=entities.QuoteApproval(automatic=[], manual=[], current_user="denied"),
        tagged_collections=scene.collections_in(m.html),
        favourited=m.favourited,
        reblogged=False,
        muted=m.muted,
        bookmarked=m.bookmarked,
        pinned=False if m.account_id == scene.actor.account_id else UNSET,
        filtered=[],
        reblog=None,
        quote=None,
    )
