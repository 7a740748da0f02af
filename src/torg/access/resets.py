"""Asking for a new password: the same work for every address, so that neither answer nor time tells who is here."""

from __future__ import annotations

from typing import Any

from torg.access import letters, persons
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.orgs import store as orgs

SEND_RESET = "mail_reset"
MOST_TYPED = 320


async def ask(tx: Tx, email: str, origin: str) -> None:
    """Put down that somebody asks; whether a mail goes out, the job decides."""
    await jobs.enqueue(tx, SEND_RESET, {"email": email[:MOST_TYPED], "origin": origin})


async def send(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: mail a link if the address has a login that may be used."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        person = await persons.by_email(tx, str(payload["email"]))
        if network is not None and person is not None and person.disabled_at is None:
            await letters.send_reset(tx, network, str(payload["origin"]), person)


HANDLERS = {SEND_RESET: send}
