"""The network's own emoji for those who keep them; everybody else has GET /api/v1/custom_emojis."""

from __future__ import annotations

import msgspec

from torg.admin_api import entities
from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.emojis import actions, reads
from torg.emojis.model import Emoji, EmojiChange
from torg.http import Call, Routes, Upload
from torg.http.routes import MEGABYTE
from torg.kernel.actor import Permission
from torg.kernel.errors import invalid
from torg.media import links

routes = Routes("torg admin")

EMOJIS = Permission.MANAGE_CUSTOM_EMOJIS
MOST_BYTES = 17 * MEGABYTE  # a picture and the words beside it


class NewEmoji(msgspec.Struct, kw_only=True):
    """`image` is a file sent as multipart/form-data: PNG, GIF, WebP or JPEG, made at most 128 × 128."""

    shortcode: str = ""
    image: Upload | None = None
    category: str | None = None


class ChangeEmoji(msgspec.Struct, kw_only=True):
    """What is left out stays; an empty category takes it away."""

    id: int
    category: str | None = None
    visible_in_picker: bool | None = None
    disabled: bool | None = None


def _shown(call: Call, emoji: Emoji) -> entities.AdminCustomEmoji:
    return entities.AdminCustomEmoji(
        id=str(emoji.id),
        shortcode=emoji.shortcode,
        url=links.url(call.network.kind, call.origin, emoji.key),
        static_url=links.url(call.network.kind, call.origin, emoji.static_key),
        visible_in_picker=emoji.visible,
        disabled=emoji.disabled,
        category=emoji.category,
    )


@routes.get("/api/torg/v1/admin/custom_emojis", scope=READ, permission=EMOJIS)
async def index(call: Call, params: Nothing) -> list[entities.AdminCustomEmoji]:
    """All emoji by shortcode, disabled ones too."""
    return [_shown(call, emoji) for emoji in await reads.every(call.tx)]


@routes.get("/api/torg/v1/admin/custom_emojis/{id}", scope=READ, permission=EMOJIS)
async def show(call: Call, params: ById) -> entities.AdminCustomEmoji:
    """One emoji."""
    return _shown(call, await reads.one(call.tx, params.id))


@routes.post(
    "/api/torg/v1/admin/custom_emojis", scope=WRITE, permission=EMOJIS, tx=False, max_body=MOST_BYTES, limit="media"
)
async def create(call: Call, form: NewEmoji) -> entities.AdminCustomEmoji:
    """Upload a picture under a shortcode."""
    if form.image is None:
        raise invalid("image", "ERR_BLANK", "can't be blank")
    made = await actions.upload(
        call.db, call.services.media, call.actor, form.shortcode, form.image.path, category=form.category
    )
    return _shown(call, made)


@routes.patch("/api/torg/v1/admin/custom_emojis/{id}", scope=WRITE, permission=EMOJIS)
async def update(call: Call, form: ChangeEmoji) -> entities.AdminCustomEmoji:
    """Change its category, whether the picker offers it, and whether it is in use at all."""
    change = EmojiChange(category=form.category, visible=form.visible_in_picker, disabled=form.disabled)
    return _shown(call, await actions.update(call.tx, call.actor, form.id, change))


@routes.delete("/api/torg/v1/admin/custom_emojis/{id}", scope=WRITE, permission=EMOJIS)
async def delete(call: Call, params: ById) -> Empty:
    """Remove it with its files; texts show its shortcode from then on."""
    await actions.delete(call.tx, call.actor, params.id)
    return {}
