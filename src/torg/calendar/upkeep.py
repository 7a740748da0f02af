"""Jobs of events: telling those who come of changes, and reminding them."""

from __future__ import annotations

from typing import Any

from torg.access import addresses, letters
from torg.calendar import rules, store
from torg.calendar.actions import REMIND, TELL, due_at
from torg.calendar.model import Event
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.kernel.clock import now
from torg.notices import actions as notices
from torg.notices.model import News
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.posts import store as posts
from torg.text import messages

BATCH = 250


async def tell(ctx: Context, payload: Any) -> None:
    """A change or a cancellation, to all who did not say no; telling it again adds nothing."""
    async with ctx.tx() as tx:
        event, coming = await store.get(tx, payload["id"]), await store.coming(tx, payload["id"])
    for start in range(0, len(coming), BATCH):
        async with ctx.tx() as tx:
            if event is None or await posts.get(tx, event.id) is None:
                return
            await notices.tell(tx, [
                News(to=to, type="update", by=event.creator_id, source=f"event:{event.id}:{payload['sequence']}",
                     at=now(), post_id=event.id, insistent=True)
                for to in coming[start : start + BATCH]
            ])  # fmt: skip


async def remind(ctx: Context, payload: Any) -> None:
    """Remind those who come, in batches; an event that has moved is waited for."""
    while True:
        async with ctx.tx() as tx:
            event = await store.get(tx, payload["id"])
            network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
            if event is None or network is None or event.cancelled_at is not None or event.starts_at <= now():
                return
            due = due_at(event)
            if due is None:
                return
            if due > now():
                await jobs.enqueue(tx, REMIND, {"id": event.id}, run_at=due, key=str(event.id))
                return
            who = await store.to_remind(tx, event.id, BATCH)
            if not who:
                return
            start = int(event.starts_at.timestamp())
            await notices.tell(tx, [
                News(to=row["account_id"], type="status", by=event.creator_id, at=now(), post_id=event.id,
                     source=f"event:{event.id}:reminder:{start}", insistent=True)
                for row in who
            ])  # fmt: skip
            await _mail(ctx, tx, network, event, [row["account_id"] for row in who if row["mail_reminder"]])
            await store.reminded(tx, event.id, [row["account_id"] for row in who])


async def _mail(ctx: Context, tx: Tx, network: Network, event: Event, who: list[int]) -> None:
    """A letter to those who asked for one with their answer."""
    link = f"{ctx.services.settings.scheme}://{network.host}/events/{event.id}"
    for one in await addresses.confirmed(tx, who) if who else ():
        language = messages.choose(one.locale)
        _ = messages.translator(language)
        text = _(
            "{title}\n{when}\n{place}\n\nYou said that you come, and asked to be reminded. To change that:\n{link}"
        )
        await letters.post(
            tx,
            to=one.email,
            subject=_("Soon: {title}").format(title=event.title),
            text=text.format(title=event.title, when=rules.when(event, language), place=event.place, link=link),
            network=network,
            language=language,
        )


HANDLERS = {TELL: tell, REMIND: remind}
