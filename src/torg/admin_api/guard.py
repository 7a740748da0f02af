"""The leak guard for those who may overrule it (FEATURES N4): what it stopped, and its code words."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.bridge import stops
from torg.bridge.model import Stop, Term
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.posts import reads as posts

routes = Routes("torg admin")

GUARD = Permission.OVERRULE_GUARD


class Stops(msgspec.Struct, kw_only=True):
    """`state`: only those that are `open`, `released` or `used`."""

    state: Literal["open", "released", "used"] | None = None
    limit: int | None = None
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


class NewTerm(msgspec.Struct, kw_only=True):
    """`effect`: `stop` posts with it, or `allow` it although a group is called so."""

    term: str = ""
    effect: Literal["stop", "allow"] = "stop"


class GuardStop(msgspec.Struct, kw_only=True):
    """A public post that the leak guard stopped. `state`: `open`, `released`, or `used` once it was posted.

    `status_id`: the inside status that it repeats, if you may read it.
    """

    id: str
    state: str
    reason: str
    text: str
    passage: str
    public_account_id: str
    status_id: str | None
    attempts: int
    created_at: str
    released_by_id: str | None
    released_at: str | None
    used_at: str | None


class GuardTerm(msgspec.Struct, kw_only=True):
    """A code word or phrase that stops public posts (`stop`), or a name that does not (`allow`)."""

    id: str
    term: str
    effect: str
    created_by_id: str | None
    created_at: str


async def _stop(call: Call, found: Stop) -> GuardStop:
    return GuardStop(
        id=str(found.id),
        state="used" if found.used_at else "released" if found.released_at else "open",
        reason=found.reason,
        text=found.text,
        passage=found.passage,
        public_account_id=str(found.account_id),
        status_id=await _readable(call, found.post_id),
        attempts=found.attempts,
        created_at=iso(found.created_at),
        released_by_id=str(found.released_by) if found.released_by is not None else None,
        released_at=iso(found.released_at) if found.released_at else None,
        used_at=iso(found.used_at) if found.used_at else None,
    )


async def _readable(call: Call, post_id: int | None) -> str | None:
    """The inside post, if this officer may read it: overruling opens no group's door."""
    if post_id is None:
        return None
    try:
        return str((await posts.readable_post(call.tx, call.actor, post_id)).id)
    except NotFound:
        return None


def _term(found: Term) -> GuardTerm:
    return GuardTerm(
        id=str(found.id),
        term=found.term,
        effect=found.effect,
        created_by_id=str(found.created_by) if found.created_by is not None else None,
        created_at=iso(found.created_at),
    )


@routes.get("/api/torg/v1/admin/guard/stops", scope=READ, permission=GUARD)
async def index(call: Call, params: Stops) -> Paged[GuardStop]:
    """Public posts that were stopped since they may hold inside information, the newest first."""
    page = Page(limit=params.limit or 0, max_id=params.max_id, since_id=params.since_id, min_id=params.min_id)
    found = await stops.listed(call.tx, call.actor, page.capped(40, 100), params.state)
    shown = [await _stop(call, one) for one in found]
    return Paged(shown, found[0].id if found else None, found[-1].id if found else None)


@routes.get("/api/torg/v1/admin/guard/stops/{id}", scope=READ, permission=GUARD)
async def show(call: Call, params: ById) -> GuardStop:
    """One of them."""
    return await _stop(call, await stops.find(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/guard/stops/{id}/release", scope=WRITE, permission=GUARD)
async def release(call: Call, params: ById) -> GuardStop:
    """Let its author publish exactly this text, once."""
    return await _stop(call, await stops.release(call.tx, call.actor, params.id))


@routes.get("/api/torg/v1/admin/guard/terms", scope=READ, permission=GUARD)
async def terms(call: Call, params: Nothing) -> list[GuardTerm]:
    """Code words and phrases, and exceptions, in the order in which they were added."""
    return [_term(one) for one in await stops.terms(call.tx, call.actor)]


@routes.post("/api/torg/v1/admin/guard/terms", scope=WRITE, permission=GUARD)
async def add(call: Call, form: NewTerm) -> GuardTerm:
    """Add a code word or phrase, or an exception."""
    return _term(await stops.add_term(call.tx, call.actor, form.term, form.effect))


@routes.delete("/api/torg/v1/admin/guard/terms/{id}", scope=WRITE, permission=GUARD)
async def drop(call: Call, params: ById) -> Empty:
    """Take one away."""
    await stops.drop_term(call.tx, call.actor, params.id)
    return {}
