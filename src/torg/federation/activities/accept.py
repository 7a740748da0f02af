"""Accept: the answer to a follow, or to a request to quote, of ours."""

from __future__ import annotations

from torg.federation.activities import subjects
from torg.federation.activities.incoming import Incoming
from torg.graph import actions as graph
from torg.remote import quoting
from torg.remote.as2 import id_of


async def receive(incoming: Incoming) -> None:
    """A request that was made becomes a follow; nobody can accept what was not asked of it."""
    async with incoming.tx() as tx:
        follower = await subjects.our_follow(tx, incoming)
        if follower is not None:
            await graph.authorize(tx, incoming.actor, follower)
            return
        quote = await subjects.our_quote(tx, incoming)
        stamp = id_of(incoming.activity.get("result"))
        if quote is not None and stamp is not None:
            await quoting.answered(tx, incoming.network, incoming.sender, quote, stamp)
