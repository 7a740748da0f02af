"""What the guard stopped, and its code words, for those who may overrule it. Each act is in the audit log."""

from __future__ import annotations

from typing import Literal

from torg.bridge import guard_store as store
from torg.bridge import words
from torg.bridge.model import Stop, Term
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind, Permission
from torg.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from torg.kernel.page import Page
from torg.moderation import log

MOST_TERM = 200


def _officer(actor: Actor) -> None:
    """Whether the actor deals with the guard: at the inside, as no guest, with the permission."""
    if actor.network_kind is not NetworkKind.INSIDE or actor.guest:
        raise NotFound
    if not actor.may(Permission.OVERRULE_GUARD):
        raise Forbidden


async def listed(tx: Tx, actor: Actor, page: Page, state: str | None) -> list[Stop]:
    _officer(actor)
    return await store.stops(tx, page, state)


async def find(tx: Tx, actor: Actor, id_: int) -> Stop:
    _officer(actor)
    found = await store.stop_by_id(tx, id_)
    if found is None:
        raise NotFound
    return found


async def release(tx: Tx, actor: Actor, id_: int) -> Stop:
    """Let the author post exactly this text, once. Conflict if that was done already."""
    _officer(actor)
    found = await store.stop_by_id(tx, id_, lock=True)
    if found is None:
        raise NotFound
    if found.released_at is not None:
        raise Conflict
    await store.release(tx, id_, actor.me)
    await log.record(
        tx, actor, "release", "guard_stop", id_, account_id=found.account_id, reason=found.reason, digest=found.digest
    )
    return await find(tx, actor, id_)


async def terms(tx: Tx, actor: Actor) -> list[Term]:
    _officer(actor)
    return await store.terms(tx)


async def add_term(tx: Tx, actor: Actor, term: str, effect: Literal["stop", "allow"]) -> Term:
    """A code word or phrase that stops a post, or a group's name that does not (`allow`)."""
    _officer(actor)
    term = " ".join(term.split())
    parts = words.plain_words(term)
    if not parts:
        raise Invalid(details={"term": [("ERR_BLANK", "can't be blank")]})
    if len(term) > MOST_TERM or len(parts) > 8:
        raise Invalid(details={"term": [("ERR_TOO_LONG", f"is too long (at most 8 words, {MOST_TERM} characters)")]})
    made = await store.add_term(tx, term, " ".join(parts), effect, actor.me)
    if made is None:
        raise Invalid(details={"term": [("ERR_TAKEN", "has already been taken")]})
    await log.record(tx, actor, "create", "guard_term", made, effect=effect)
    found = await store.term(tx, made)
    assert found is not None
    return found


async def drop_term(tx: Tx, actor: Actor, id_: int) -> None:
    _officer(actor)
    if not await store.drop_term(tx, id_):
        raise NotFound
    await log.record(tx, actor, "delete", "guard_term", id_)
