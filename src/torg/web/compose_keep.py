"""What is being written, kept as a draft after a pause, and told of where it would be written on."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import is_ours
from torg.kernel.errors import NotFound
from torg.posts import drafts, threads
from torg.posts.drafts import StoredDraft
from torg.web.compose_files import stored
from torg.web.compose_form import NewPost
from torg.web.compose_shown import Written
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")


class Kept(msgspec.Struct):
    """The draft that holds it now; none where there is nothing to hold."""

    draft: str | None = None


@routes.post("/compose/keep", auth="none", limit="drafts", tx=False, hidden=True)
async def keep(call: Call, form: NewPost) -> Response:
    """Keep the form as it stands (its script asks, files were uploaded before); emptied, its draft goes."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
    if visitor.account is None or not is_ours(call, form.csrf):
        return Response(status_code=403)
    parts = form.parts()[: threads.MOST]
    ids = [await stored(visitor, part) for part in parts]
    async with call.db.tx(visitor.actor.scope) as tx:
        kept = Kept(await _kept(tx, visitor, form, ids))
    return Response(msgspec.json.encode(kept), 200, {"Cache-Control": "no-store"}, "application/json")


async def _kept(tx: Tx, visitor: Visitor, form: NewPost, ids: list[list[int]]) -> str | None:
    bare = form.empty() and len(form.parts()) == 1
    try:
        if not bare:
            return str((await drafts.keep(tx, visitor.actor, form.kept(ids, visitor.zone), form.draft)).id)
        if form.draft is not None:
            await drafts.drop(tx, visitor.actor, form.draft)
    except NotFound:  # thrown away elsewhere while it was written here
        if not bare:
            return str((await drafts.keep(tx, visitor.actor, form.kept(ids, visitor.zone))).id)
    return None


async def begun(tx: Tx, visitor: Visitor, form: Written) -> StoredDraft | None:
    """What the member began in this very place of late, and neither posted nor threw away."""
    if form.draft or form.edits or form.wrong or form.unseen or form.more:
        return None
    return await drafts.latest(tx, visitor.actor, reply_to=form.reply_to, group_id=form.group, quote=form.quote)
