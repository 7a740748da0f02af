"""The job behind the inboxes: an activity whose sender is proven is handed to the verb of its type.

Doing one again changes nothing more. What can never succeed is let be with a line in the log; what fails for a passing
reason (another server is busy) is tried again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import structlog

from torg.accounts import reads as accounts
from torg.engine.worker import Again, Context
from torg.federation import relaying
from torg.federation.activities.incoming import Incoming
from torg.federation.verbs import FORWARDED, VERBS
from torg.kernel.errors import TorgError
from torg.orgs import store as orgs
from torg.peers import policy
from torg.peers.rules import federates
from torg.remote.as2 import host_of, id_of, type_of
from torg.remote.errors import Failed

log = structlog.get_logger(__name__)

JOB = "activity"


class Payload(msgspec.Struct, frozen=True):
    sender_id: int
    activity: dict[str, Any]


async def process(ctx: Context, payload: Any) -> None:
    """Do what an activity says, as far as its sender may say it."""
    given = ctx.job.read(Payload)
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        sender = (await accounts.by_ids(tx, [given.sender_id])).get(given.sender_id)
        if network is None or sender is None or sender.is_local or not federates(network):
            return
        refused = await policy.refused(tx, network, {sender.host, host_of(sender.uri)})
    if refused or not sender.visible:
        return
    incoming = Incoming(ctx.services, network, sender, given.activity)
    own = id_of(given.activity.get("actor")) == sender.uri
    verbs = VERBS if own else FORWARDED
    kind = type_of(given.activity, verbs)
    if kind is None:
        log.info("an activity of a kind that we do not know", type=given.activity.get("type"), sender=sender.acct)
        return
    try:
        group = await relaying.place(incoming) if own else None
        await verbs[kind](incoming)
        group = group or (await relaying.place(incoming) if own else None)
        if group is not None:
            await relaying.pass_on(incoming, group)
    except Failed as passing:
        raise Again(timedelta(seconds=passing.retry_after or 60), str(passing)[:200]) from passing
    except TorgError as final:
        if final.status >= 500:
            raise
        log.info("an activity has no effect", type=kind, sender=sender.acct, reason=str(final)[:200])
