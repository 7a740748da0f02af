"""What belongs to one post: its history, source, card, translation (Mastodon: methods/statuses)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.clock import iso
from torg.kernel.errors import Forbidden, NotFound, NotProvided
from torg.mastodon_api import direct, entities, render
from torg.mastodon_api.forms import ById
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import media, scene
from torg.media import reads as media_reads
from torg.posts import reads
from torg.posts.model import Audience, Version

routes = Routes("statuses")


class Translate(msgspec.Struct, kw_only=True):
    id: int
    lang: str | None = None


@routes.get("/api/v1/statuses/{id}/history", auth="optional", scope="read:statuses", replica=True)
async def history(call: Call, params: ById) -> list[entities.StatusEdit]:
    """All versions, oldest first, the present one last."""
    if await direct.is_message(call, params.id):
        return await direct.history(call, params.id)
    post = await reads.readable_post(call.tx, call.actor, params.id)
    versions = await reads.history(call.tx, call.actor, params.id)
    author = await accounts.visible(call.tx, post.account_id)
    around = await scene.load(call.tx, call.actor, call.origin, [author], [v.html for v in versions])
    attached = (await media_reads.for_posts(call.tx, [post.id])).get(post.id, [])
    known = {m.id: m for m in attached}
    return [
        entities.StatusEdit(
            content=v.html,
            spoiler_text=v.spoiler,
            sensitive=v.sensitive,
            created_at=iso(v.created_at),
            account=present_accounts.account(around, author),
            poll=_poll(v) if v.poll else msgspec.UNSET,
            media_attachments=[
                media.attachment(
                    call.origin,
                    msgspec.structs.replace(known[int(m["id"])], description=m["description"]),
                    call.network.kind,
                )
                for m in v.media
                if int(m["id"]) in known
            ],
            emojis=around.emojis_in(v.html, v.spoiler, host=author.host),
        )
        for v in versions
    ]


def _poll(version: Version) -> entities.StatusEditPoll:
    titles = version.poll["options"] if version.poll else []
    return entities.StatusEditPoll(options=[entities.StatusEditOption(title=title) for title in titles])


@routes.get("/api/v1/statuses/{id}/source", scope="read:statuses")
async def source(call: Call, params: ById) -> entities.StatusSource:
    """The text as typed, for editing one's own post."""
    if await direct.is_message(call, params.id):
        return await direct.source(call, params.id)
    post = await reads.readable_post(call.tx, call.actor, params.id)
    if post.account_id != call.me:
        raise NotFound
    return entities.StatusSource(id=str(post.id), text=post.source, spoiler_text=post.spoiler)


@routes.get("/api/v1/statuses/{id}/card", auth="optional", scope="read:statuses")
async def card(call: Call, params: ById) -> entities.PreviewCard | dict[str, object]:
    """The link card alone (deprecated: it stands in the status)."""
    shown = await render.one(call, params.id)
    return shown.card or {}


@routes.post("/api/v1/statuses/{id}/translate", auth="app", scope="read:statuses")
async def translate(call: Call, params: Translate) -> entities.Translation:
    """501 while no translation provider is configured."""
    post = await reads.readable_post(call.tx, call.actor, params.id)
    if post.audience is not Audience.EVERYONE:
        raise Forbidden
    raise NotProvided("No translation provider is configured on this server")
