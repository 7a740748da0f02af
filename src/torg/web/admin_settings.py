"""The network's settings, name and picture in the browser."""

from __future__ import annotations

from starlette.responses import Response

from torg.administration import rules, settings
from torg.engine.postgres import Tx
from torg.http import Call, Routes, Upload
from torg.http.routes import MEGABYTE
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, invalid
from torg.media import links
from torg.peers import enforcement
from torg.web.admin_fields import GROUPS, groups_for, read
from torg.web.admin_office import Page, Pressed, commander, fits, officer, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

SETTINGS = Permission.MANAGE_SETTINGS
MOST_BYTES = 18 * MEGABYTE
PURPOSE = "card"
"""As which the workshop makes the picture, as for the method."""


class Changed(Pressed, kw_only=True):
    """One group of the form; `name` is the network's."""

    group: str = ""
    name: str | None = None
    values: dict[str, str] = {}


class Pictured(Pressed, kw_only=True):
    picture: Upload | None = None


@routes.get("/admin/settings", auth="none", hidden=True, tx=False)
async def show(call: Call, params: Page) -> Response:
    visitor = await officer(call, params, SETTINGS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _page(visitor, tx, done=params.done)


@routes.post("/admin/settings", auth="none", hidden=True, tx=False)
async def change(call: Call, form: Changed) -> Response:
    """Keep one group; what was sent is shown again where something is wrong with it."""
    visitor = await commander(call, form, SETTINGS)
    if isinstance(visitor, Response):
        return visitor
    try:
        async with call.db.tx(visitor.actor.whole) as tx:
            changes = read(form.group, form.values)
            tx.after_commit(call.services.networks.forget)
            changed = await settings.change(tx, visitor.actor, changes, name=form.name)
            if changed.settings.federation != call.network.settings.federation:
                await enforcement.changed(tx, changed)
    except Invalid as refused:
        async with call.db.tx(visitor.actor.whole) as tx:
            return await _page(visitor, tx, refused, form.values, typed=form.name)
    return onward("/admin/settings?done=1")


@routes.post("/admin/settings/picture", auth="none", hidden=True, tx=False, max_body=MOST_BYTES, limit="media")
async def picture(call: Call, form: Pictured) -> Response:
    """Another picture of the network."""
    visitor = await commander(call, form, SETTINGS)
    if isinstance(visitor, Response):
        return visitor
    try:
        if form.picture is None or not form.picture.size:
            raise invalid("picture", "ERR_BLANK", "can't be blank")
        rules.settings(call.network.settings, {})
        made = await call.services.media.picture(visitor.actor.scope, PURPOSE, form.picture.path)
        async with call.db.tx(visitor.actor.scope) as tx:
            tx.after_commit(call.services.networks.forget)
            await settings.change(tx, visitor.actor, {}, picture=made)
    except Invalid as refused:
        async with call.db.tx(visitor.actor.whole) as tx:
            return await _page(visitor, tx, refused)
    return onward("/admin/settings?done=1")


@routes.post("/admin/settings/picture/delete", auth="none", hidden=True, tx=False)
async def drop_picture(call: Call, form: Pressed) -> Response:
    """None any more."""
    visitor = await commander(call, form, SETTINGS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        tx.after_commit(call.services.networks.forget)
        await settings.remove_picture(tx, visitor.actor)
    return onward("/admin/settings?done=1")


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, sent: dict[str, str] | None = None, *, done: bool = False,
    typed: str | None = None,
) -> Response:  # fmt: skip
    found = await settings.show(tx, visitor.actor)
    values = {field.name: field.shown(found.settings) for _id, _title, fields in GROUPS for field in fields}
    key = found.settings.thumbnail_key
    groups = groups_for(lambda only: fits(visitor.actor, only))
    return await shown(
        visitor, tx, "settings.html", wrong=wrong, done=done, groups=groups, values={**values, **(sent or {})},
        name=found.name if typed is None else typed,
        picture=links.url(found.kind, visitor.call.origin, key) if key else None,
        wrong_fields=set(wrong.details) if wrong else set(),
    )  # fmt: skip
