"""The page with the form to write with, and what stands around it."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.groups import reads as groups
from torg.posts import reads
from torg.posts.model import PostView
from torg.text import language
from torg.web import faces
from torg.web.answer import answer
from torg.web.compose_keep import begun
from torg.web.compose_shown import Written
from torg.web.present import presenting
from torg.web.visitor import Visitor


async def page(
    tx: Tx, visitor: Visitor, form: Written, *, status: int = 200, parent: PostView | None = None
) -> Response:
    """The form with what it answers and quotes."""
    around = [view for view in (parent, await _quoted(tx, visitor, form.quote)) if view is not None]
    values = {**await beside(tx, visitor, form), **await languages(tx, visitor, form)}
    people = [one for one in (form.by, *values["faces"], *form.unseen) if one is not None]
    at = await presenting(tx, visitor, around, *people)
    quoted = next((view for view in around if view.post.id == form.quote), None)
    return answer(visitor, "compose.html", at, status=status, form=form, parent=parent, quoted=quoted, **values)


async def beside(tx: Tx, visitor: Visitor, form: Written | None) -> dict[str, Any]:
    """What the form needs wherever it stands: as whom one may write, and the group that it writes in."""
    if form is None:
        return {"faces": [], "room": None, "begun": None}
    others = [] if form.edits else await faces.faces(tx, visitor, reply=form.reply_to is not None)
    room = await groups.one(tx, visitor.actor, form.group) if form.group is not None else None
    return {"faces": others, "room": room, "begun": await begun(tx, visitor, form)}


async def languages(tx: Tx, visitor: Visitor, form: Written) -> dict[str, Any]:
    """The languages to choose from by name, and before them those that the member wrote in of late."""
    known = {one.code: one.name for one in language.languages(visitor.language)}
    recent = await reads.languages(tx, visitor.actor)
    if form.language and form.language not in recent:
        recent = [form.language, *recent]
    named = sorted(known.items(), key=lambda one: one[1].casefold())
    return {"recent": [(code, known.get(code, code)) for code in recent], "languages": named}


def replace(form: Written, **values: Any) -> Written:
    return msgspec.structs.replace(form, **values)


async def _quoted(tx: Tx, visitor: Visitor, quote: int | None) -> PostView | None:
    found = await reads.hydrate(tx, visitor.actor, [quote]) if quote else []
    return found[0] if found else None
