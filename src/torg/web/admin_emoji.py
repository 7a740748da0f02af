"""The network's own emoji in the browser: uploaded, sorted, disabled, deleted, and copied from other servers."""

from __future__ import annotations

from itertools import groupby

from starlette.responses import Response

from torg.emojis import actions, reads
from torg.emojis.model import EmojiChange
from torg.engine.postgres import Tx
from torg.http import Call, Routes, Upload
from torg.http.routes import MEGABYTE
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, commander, done, opened, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_CUSTOM_EMOJIS
HERE = "/admin/emoji"
MOST_BYTES = 17 * MEGABYTE
MOST_COPY = MEGABYTE
SHOWN = 60


class Wanted(Page, kw_only=True):
    """Of other servers: `q` begins the shortcode, `after` is the last `shortcode@host` of the page before."""

    q: str = ""
    after: str = ""


class New(Pressed, kw_only=True):
    shortcode: str = ""
    category: str = ""
    image: Upload | None = None


class Changed(PressedOne, kw_only=True):
    category: str = ""
    visible: bool = False
    disabled: bool = False


class Copied(Pressed, kw_only=True):
    """`name` as it is to be called here; `of` and `host`: the one that is copied."""

    of: str = ""
    host: str = ""
    name: str = ""
    category: str = ""


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    """By category, disabled ones too."""
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, done=params.done))


@routes.post(HERE, auth="none", hidden=True, tx=False, max_body=MOST_BYTES, limit="media")
async def upload(call: Call, form: New) -> Response:
    """A picture under a shortcode."""
    visitor = await commander(call, form, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    try:
        if form.image is None or not form.image.size:
            raise invalid("image", "ERR_BLANK", "can't be blank")
        await actions.upload(
            call.db, call.services.media, visitor.actor, form.shortcode, form.image.path, category=form.category
        )
    except Invalid as refused:
        async with call.db.tx(visitor.actor.whole) as tx:
            return await _page(visitor, tx, refused, form)
    return onward(done(HERE))


@routes.post(HERE + "/{id}", auth="none", hidden=True, tx=False)
async def change(call: Call, form: Changed) -> Response:
    """Its category, whether the picker offers it, whether it is in use at all."""
    wanted = EmojiChange(category=form.category, visible=form.visible, disabled=form.disabled)
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: actions.update(tx, visitor.actor, form.id, wanted), _page, HERE
    )


@routes.post(HERE + "/{id}/delete", auth="none", hidden=True, tx=False)
async def delete(call: Call, form: PressedOne) -> Response:
    """With its files; texts show its shortcode from then on."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: actions.delete(tx, visitor.actor, form.id), _page, HERE
    )


@routes.get(HERE + "/elsewhere", auth="none", hidden=True, tx=False)
async def elsewhere(call: Call, params: Wanted) -> Response:
    """What other servers have and there is a copy of."""
    return await opened(call, params, OFFICE, lambda visitor, tx: _elsewhere(visitor, tx, params), only="public")


@routes.post(HERE + "/elsewhere", auth="none", hidden=True, tx=False, limit="media")
async def copy(call: Call, form: Copied) -> Response:
    """Make one of them the network's own; our copy is made small again, nothing is fetched."""
    visitor = await commander(call, form, OFFICE, "public")
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        found = await reads.elsewhere(tx, [form.host], [form.of])
    if not found:
        raise NotFound
    try:
        data = b""
        async for piece in call.services.blobs.read(found[0].key, 0, MOST_COPY):
            data += piece
        await actions.upload(
            call.db, call.services.media, visitor.actor, form.name or form.of, data, category=form.category
        )
    except Invalid as refused:
        async with call.db.tx(visitor.actor.whole) as tx:
            return await _elsewhere(visitor, tx, Wanted(q=form.of), refused)
    return onward(done(HERE))


async def _elsewhere(visitor: Visitor, tx: Tx, params: Wanted, wrong: Invalid | None = None) -> Response:
    found = await reads.known_elsewhere(tx, params.q.strip().strip(":")[:100], params.after[:400], SHOWN)
    last = f"{found[-1].shortcode}@{found[-1].host}" if len(found) == SHOWN else None
    own = {one.shortcode for one in await reads.every(tx)}
    return await shown(
        visitor, tx, "emoji_elsewhere.html", wrong=wrong, done=params.done, found=found, wanted=params, own=own,
        following=last,
    )  # fmt: skip


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, form: New | None = None, *, done: bool = False
) -> Response:
    found = sorted(await reads.every(tx), key=lambda one: (one.category or "", one.shortcode))
    by_category = [(name, list(group)) for name, group in groupby(found, lambda one: one.category or "")]
    return await shown(
        visitor, tx, "emoji.html", wrong=wrong, done=done, groups=by_category, form=form or New(),
        categories=[name for name, _group in by_category if name],
    )  # fmt: skip
