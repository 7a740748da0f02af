"""Annual reports: looking back on a year in posts (Mastodon: methods/annual_reports)."""

from __future__ import annotations

from typing import Literal

from torg.engine.postgres import Tx
from torg.insight import rules, store
from torg.insight.model import Report, Year
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import NotFound

State = Literal["available", "eligible", "ineligible"]


async def every(tx: Tx, actor: Actor) -> list[Report]:
    """The actor's own reports that were made, oldest first."""
    return await store.reports(tx, actor.me)


async def one(tx: Tx, actor: Actor, year: int) -> Report:
    """That of a year; 404 if it was not made."""
    found = await store.reports(tx, actor.me, year)
    if not found:
        raise NotFound
    return found[0]


async def state(tx: Tx, actor: Actor, year: int) -> State:
    """Whether there is a report, or could be one: the year can be looked back on and something was posted."""
    if await store.reports(tx, actor.me, year):
        return "available"
    if not rules.offered(year, now()):
        return "ineligible"
    sums = await store.sums(tx, actor.me, year)
    return "eligible" if sums.own + sums.boosts >= rules.FEWEST_POSTS else "ineligible"


async def generate(tx: Tx, actor: Actor, year: int) -> bool:
    """Make the report of a year if it can be made, at once; whether there is one now."""
    now_is = await state(tx, actor, year)
    if now_is == "eligible":
        data = Year(
            archetype=rules.archetype(await store.sums(tx, actor.me, year)),
            months=await store.months(tx, actor.me, year),
            top_tag=await store.top_tag(tx, actor.me, year),
            top_post_id=await store.top_post(tx, actor.me, year),
        )
        await store.keep(tx, actor.me, year, data)
    return now_is != "ineligible"


async def mark_read(tx: Tx, actor: Actor, year: int) -> None:
    """404 if it was not made."""
    if not await store.mark_read(tx, actor.me, year):
        raise NotFound
