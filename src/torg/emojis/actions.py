"""What administrators do with custom emoji; logged. The caller has checked Permission.MANAGE_CUSTOM_EMOJIS."""

from __future__ import annotations

from pathlib import Path

import msgspec

from torg.emojis import rules, store
from torg.emojis.model import Emoji, EmojiChange
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound, invalid
from torg.kernel.ids import new_id
from torg.media import actions as media
from torg.media.model import Picture
from torg.media.workshop import Workshop
from torg.moderation import log


async def upload(
    db: Database, workshop: Workshop, actor: Actor, shortcode: str, given: Path | bytes, *, category: str | None = None
) -> Emoji:
    """A new emoji from an uploaded picture, made small outside of any transaction. 422 for a bad name or picture."""
    rules.shortcode(shortcode)
    rules.category(category)
    picture = await workshop.picture(actor.scope, "emoji", given)
    async with db.tx(actor.scope) as tx:
        return await create(tx, actor, shortcode, picture, category=category)


async def create(tx: Tx, actor: Actor, shortcode: str, picture: Picture, *, category: str | None = None) -> Emoji:
    """A new emoji from a picture of the workshop; 422 if the shortcode is taken."""
    emoji = Emoji(
        id=new_id(),
        shortcode=rules.shortcode(shortcode),
        category=rules.category(category),
        visible=True,
        disabled=False,
        key=picture.key,
        static_key=picture.static_key,
    )
    if not await store.insert(tx, emoji):
        raise invalid("shortcode", "ERR_TAKEN", "has already been taken")
    await media.keep_picture(tx, picture)
    await log.record(tx, actor, "create", "custom_emoji", emoji.id, shortcode=emoji.shortcode)
    return emoji


async def update(tx: Tx, actor: Actor, id_: int, change: EmojiChange) -> Emoji:
    """Change category and visibility; 404 if it is not here."""
    emoji = await store.one(tx, id_)
    if emoji is None:
        raise NotFound
    emoji = msgspec.structs.replace(
        emoji,
        category=emoji.category if change.category is None else rules.category(change.category),
        visible=emoji.visible if change.visible is None else change.visible,
        disabled=emoji.disabled if change.disabled is None else change.disabled,
    )
    await store.update(tx, emoji)
    given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    await log.record(tx, actor, "update", "custom_emoji", id_, shortcode=emoji.shortcode, **given)
    return emoji


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    """Remove it with its files; texts show its shortcode from then on."""
    emoji = await store.one(tx, id_)
    if emoji is None:
        raise NotFound
    await store.delete(tx, id_)
    await media.drop_picture(tx, [emoji.key, emoji.static_key])
    await log.record(tx, actor, "delete", "custom_emoji", id_, shortcode=emoji.shortcode)
