"""Several timelines side by side, for those who live in them: `/columns`, kept on the server for each account."""

from __future__ import annotations

from starlette.responses import Response

from torg.accounts.model import Account
from torg.columns import actions, reads
from torg.columns.model import Column, Kind
from torg.columns.rules import MOST, may_have
from torg.engine.postgres import Tx
from torg.graph import tags
from torg.groups import reads as groups
from torg.http import Call, Routes
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page
from torg.lists import reads as lists
from torg.lists.model import AccountList
from torg.text.messages import marked as _
from torg.web.answer import answer
from torg.web.columns_content import COMPANY, WORDS, filled
from torg.web.forms import Look
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.undo import Deed, told
from torg.web.visitor import Visitor

routes = Routes("pages")

PATH = "/columns"
GROUPS = 60
TOP: tuple[Kind, ...] = ("home", "notifications", "public", "local", "remote")
OF: tuple[Kind, ...] = ("list", "tag", "group", "search")
KINDS: dict[str, Kind] = {one: one for one in (*TOP, *OF)}


FULL = _("No more columns fit. Remove one first.")
UNCLEAR = _("Say which: a tag, or words to search for.")


class Standing(Look, kw_only=True):
    """`at`: the column that a narrow screen shows."""

    at: int | None = None


class One(Look, kw_only=True):
    id: int
    max_id: int | None = None


class Added(Look, kw_only=True):
    """`what`: a kind, `list:ID` or `group:ID`; `words`: a tag or search. `place`: where it was, to put it back."""

    csrf: str | None = None
    what: str = ""
    words: str = ""
    place: int | None = None


class Moved(Look, kw_only=True):
    id: int
    csrf: str | None = None
    by: int = 1


class Pressed(Look, kw_only=True):
    id: int
    csrf: str | None = None


@routes.get("/columns", auth="none", hidden=True)
async def index(call: Call, params: Standing) -> Response:
    """All columns with what is newest in each; whoever comes first is given some to begin with."""
    visitor = await member(call, params.lang)
    return visitor if isinstance(visitor, Response) else await _page(visitor, params.at)


@routes.get("/columns/{id}", auth="none", hidden=True)
async def part(call: Call, params: One) -> Response:
    """More of a column, or the newest of it, to be put into the page; asked for as a page, its own page."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await filled(call.tx, visitor, await reads.own(call.tx, visitor.actor, params.id), params.max_id)
    if call.request.headers.get("hx-request") != "true":
        return onward(found.path)
    at = await presenting(call.tx, visitor, found.views, *found.people)
    return answer(visitor, "columns/_part.html", at, one=found, path=_path(params.id), covers=found.covers,
                  below=params.max_id is not None)


@routes.post("/columns", auth="none", hidden=True)
async def add(call: Call, form: Added) -> Response:
    """One more, at the right."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    kind, _, key = form.what.partition(":")
    if kind not in KINDS:
        raise NotFound
    await actions.begin(call.tx, visitor.actor)
    try:
        made = await actions.add(call.tx, visitor.actor, KINDS[kind], key or form.words, place=form.place)
    except Invalid as refused:  # its rules come before its first row
        return await _page(visitor, None, FULL if "more columns" in refused.text else UNCLEAR)
    return onward(_path(made.id))


@routes.post("/columns/{id}/move", auth="none", hidden=True)
async def move(call: Call, form: Moved) -> Response:
    """To the right, or to the left."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.move(call.tx, visitor.actor, form.id, max(-MOST, min(form.by, MOST)))
    return onward(_path(form.id))


@routes.post("/columns/{id}/remove", auth="none", hidden=True)
async def remove(call: Call, form: Pressed) -> Response:
    """Take it away."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    gone, place = await actions.remove(call.tx, visitor.actor, form.id)
    what = f"{gone.kind}:{gone.subject}" if gone.kind in ("list", "group") else gone.kind
    back = {"what": what, "words": gone.subject, "place": str(place)}
    return told(call, onward(PATH), Deed(did="column", fields=back))


def _path(id_: int) -> str:
    return f"{PATH}?at={id_}"


async def _page(visitor: Visitor, at_: int | None, wrong: str = "") -> Response:
    tx, actor = visitor.call.tx, visitor.actor
    there = await actions.begin(tx, actor)
    columns = [await filled(tx, visitor, one) for one in there]
    here = at_ if any(one.id == at_ for one in there) else there[0].id
    at = await presenting(
        tx, visitor, [view for one in columns for view in one.views], *(a for one in columns for a in one.people)
    )
    return answer(
        visitor, "columns/index.html", at, status=422 if wrong else 200, columns=columns, here=here, wrong=wrong,
        choices=await _choices(tx, visitor, there), full=len(there) >= MOST, path=PATH,
    )  # fmt: skip


async def _choices(tx: Tx, visitor: Visitor, there: list[Column]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """What can be added: heading → (value, word or name, whether the word is to be translated)."""
    actor, has = visitor.actor, {(one.kind, one.subject) for one in there}
    company = not visitor.call.network.is_public
    top: list[tuple[str, str, bool]] = [
        (kind, COMPANY if kind == "public" and company else WORDS[kind], True)
        for kind in TOP
        if (kind, "") not in has and may_have(actor, kind)
    ]
    own: list[AccountList] = await lists.mine(tx, actor)
    mine: list[Account] = [one.account for one in await groups.directory(tx, actor, Page(limit=GROUPS), mine=True)]
    followed = [tag.name for tag in (await tags.followed(tx, actor, Page(limit=GROUPS))).items]
    return [
        (_("Timelines"), top),
        (_("Lists"), [(f"list:{one.id}", one.title, False) for one in own if ("list", str(one.id)) not in has]),
        (_("Groups"), [
            (f"group:{a.id}", a.display_name or a.handle, False) for a in mine if ("group", str(a.id)) not in has
        ]),
        (_("Tags"), [(f"tag:{name}", f"#{name}", False) for name in followed if ("tag", name.lower()) not in has]),
    ]  # fmt: skip
