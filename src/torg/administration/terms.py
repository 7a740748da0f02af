"""Versions of the terms of service: each is published for a day to come, and what has held is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from torg.administration import rules, store
from torg.administration.model import TermsVersion
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.moderation import log

OFFICE = Permission.MANAGE_SETTINGS


def today() -> date:
    return datetime.now(UTC).date()


async def listed(tx: Tx, actor: Actor) -> list[TermsVersion]:
    """Every version, the newest first."""
    rules.check_office(actor, OFFICE)
    return await store.terms(tx)


async def publish(tx: Tx, actor: Actor, content: str, effective_date: date | None) -> TermsVersion:
    """A new version, from today on if no day is given. 422 for a past day, or one that is not after all others."""
    rules.check_office(actor, OFFICE)
    await store.lock(tx)
    known = await store.terms(tx)
    text = rules.text("text", content, rules.MOST_TEXT)
    day = rules.check_date(effective_date or today(), today(), known[0].effective_date if known else None)
    id_ = new_id()
    await store.insert_terms(tx, id_, day, text)
    await log.record(tx, actor, "publish", "terms_of_service", id_, effective_date=day.isoformat())
    return await find(tx, actor, id_)


async def find(tx: Tx, actor: Actor, id_: int) -> TermsVersion:
    """One version, else 404."""
    rules.check_office(actor, OFFICE)
    found = await store.terms_version(tx, id_)
    if found is None:
        raise NotFound
    return found


async def withdraw(tx: Tx, actor: Actor, id_: int) -> None:
    """Take back a version whose day has not come; 422 for one that people have agreed to."""
    found = await find(tx, actor, id_)
    if found.effective_date <= today():
        raise Invalid("Validation failed: Terms that have been in effect are kept")
    await store.delete_terms(tx, id_)
    await log.record(tx, actor, "delete", "terms_of_service", id_, effective_date=found.effective_date.isoformat())
