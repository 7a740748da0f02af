"""The leak guard in the browser, at the inside: what it stopped, what was released, and its code words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from starlette.responses import Response

from torg.accounts import reads as people
from torg.accounts.model import Account
from torg.bridge import stops
from torg.bridge.model import Stop
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission, Scope
from torg.kernel.errors import Invalid
from torg.kernel.page import Page as Turn
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, opened, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.OVERRULE_GUARD
HERE = "/admin/guard"
SHOWN = 20
State = Literal["open", "released", "used"]


class Wanted(Page, kw_only=True):
    state: State = "open"


class Word(Pressed, kw_only=True):
    term: str = ""
    effect: Literal["stop", "allow"] = "stop"


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """What was stopped, the newest first, and the words."""
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, params), only="inside")


@routes.post(HERE + "/stops/{id}/release", auth="none", hidden=True, tx=False)
async def release(call: Call, form: PressedOne) -> Response:
    """Let the author post exactly this text, once."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: stops.release(tx, visitor.actor, form.id), _again, HERE, only="inside"
    )


@routes.post(HERE + "/terms", auth="none", hidden=True, tx=False)
async def add(call: Call, form: Word) -> Response:
    """Another code word or phrase, or a name that stops nothing."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: stops.add_term(tx, visitor.actor, form.term, form.effect), _again,
        HERE + "#words", only="inside",
    )  # fmt: skip


@routes.post(HERE + "/terms/{id}/delete", auth="none", hidden=True, tx=False)
async def drop(call: Call, form: PressedOne) -> Response:
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: stops.drop_term(tx, visitor.actor, form.id), _again,
        HERE + "#words", only="inside",
    )  # fmt: skip


async def _again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
    return await _page(visitor, tx, Wanted(), refused)


async def _page(visitor: Visitor, tx: Tx, params: Wanted, wrong: Invalid | None = None) -> Response:
    found = await stops.listed(tx, visitor.actor, Turn(limit=SHOWN, max_id=params.max_id), params.state)
    return await shown(
        visitor, tx, "guard.html", wrong=wrong, done=params.done, found=found, state=params.state,
        terms=await stops.terms(tx, visitor.actor), authors=await _authors(visitor, found),
        who=await people.by_ids(tx, {one.released_by for one in found if one.released_by is not None}),
        older=found[-1].id if len(found) == SHOWN else None,
    )  # fmt: skip


async def _authors(visitor: Visitor, found: Sequence[Stop]) -> dict[int, Account]:
    """The public faces that wrote them, whom anybody may know: of each public network's own rows."""
    known: dict[int, Account] = {}
    for network_id in {one.public_network_id for one in found}:
        async with visitor.call.db.tx(Scope(visitor.actor.org_id, (network_id,), viewer=0)) as tx:
            known |= await people.by_ids(tx, {one.account_id for one in found if one.public_network_id == network_id})
    return known
