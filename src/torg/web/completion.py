"""What the composer asks while one writes: people, tags, groups and emoji to complete, and files as they are chosen."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.responses import Response

from torg.emojis import reads as emojis
from torg.engine.postgres import Tx
from torg.groups import reads as groups
from torg.http import Call, Routes, Upload
from torg.http.browser import is_ours
from torg.http.routes import MEGABYTE
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page
from torg.media.model import Attachment
from torg.search import reads as search
from torg.web.forms import Look
from torg.web.present import Present
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

MOST = 6
MOST_EMOJI = 300
LONGEST = 60
MOST_BYTES = 120 * MEGABYTE


class Asked(Look, kw_only=True):
    """`sign`: @ people, # tags, ! groups, : the network's emoji; `q`: what was written after it."""

    sign: Literal["@", "#", "!", ":"]
    q: str = ""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """`text` takes the place of what was written; `name` and `picture` say what it is."""

    text: str
    name: str = ""
    picture: str | None = None


class Chosen(Look, kw_only=True):
    csrf: str | None = None
    file: Upload | None = None


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment that no post has yet."""

    id: str
    kind: str
    preview: str | None


@routes.get("/complete", auth="none", hidden=True)
async def complete(call: Call, params: Asked) -> Response:
    """What a word could become, the likeliest first; 404 for whoever is not logged in here."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        raise NotFound
    return _json(await _suggestions(call.tx, visitor, params.sign, params.q.strip()[:LONGEST]))


async def _suggestions(tx: Tx, visitor: Visitor, sign: str, q: str) -> list[Suggestion]:
    at = Present(visitor)
    if sign == ":":
        wanted = q.lower()
        usable = [one for one in await emojis.usable(tx) if wanted in one.shortcode.lower()]
        return [
            Suggestion(text=f":{one.shortcode}:", name=one.shortcode, picture=at.file(one.static_key))
            for one in usable[: MOST if q else MOST_EMOJI]
        ]
    if not q:
        return []
    if sign == "#":
        found = await search.hashtags(tx, visitor.actor, q, limit=MOST)
        return [Suggestion(text=f"#{tag.display_name}") for tag in found]
    if sign == "!":
        known = await groups.directory(tx, visitor.actor, Page(limit=MOST), text=q)
        return [Suggestion(text=f"!{one.account.handle}", name=at.name(one.account)) for one in known]
    people = await search.accounts(tx, visitor.actor, q, limit=MOST, here=visitor.call.network.host)
    return [Suggestion(text=f"@{one.acct}", name=at.name(one), picture=at.avatar(one)) for one in people]


@routes.post("/compose/files", auth="none", limit="compose", tx=False, max_body=MOST_BYTES, hidden=True)
async def upload(call: Call, form: Chosen) -> Response:
    """Store a file for the post that is being written: 403 without the page's own mark, 422 for what cannot be used."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
    if visitor.account is None:
        raise NotFound
    if not is_ours(call, form.csrf):
        return Response(status_code=403)
    if form.file is None or not form.file.size:
        raise Invalid("Validation failed: File can't be blank")
    made: Attachment = await call.services.media.upload(
        visitor.actor, form.file.path, description="", focus=None, thumbnail=None, wait=20.0,
        file_name=form.file.filename,
    )  # fmt: skip
    at = Present(visitor)
    preview = at.file(made.preview_key) if made.preview_key else None
    return _json(Stored(id=str(made.id), kind=made.kind.value, preview=preview))


def _json(value: object) -> Response:
    return Response(
        msgspec.json.encode(value), headers={"Cache-Control": "private, no-store"}, media_type="application/json"
    )
