"""Reject: a follow or a request to quote of ours is refused, or a follow that there was is ended."""

from __future__ import annotations

from torg.federation.activities import subjects
from torg.federation.activities.incoming import Incoming
from torg.graph import actions as graph
from torg.kernel.errors import NotFound
from torg.remote import quoting


async def receive(incoming: Incoming) -> None:
    """Also later: then it is how another server removes a follower."""
    async with incoming.tx() as tx:
        follower = await subjects.our_follow(tx, incoming)
        if follower is None:
            quote = await subjects.our_quote(tx, incoming)
            if quote is not None:
                await quoting.answered(tx, incoming.network, incoming.sender, quote, None)
            return
        try:
            async with tx.savepoint():
                await graph.reject(tx, incoming.actor, follower)
        except NotFound:
            await graph.remove_follower(tx, incoming.actor, follower)
