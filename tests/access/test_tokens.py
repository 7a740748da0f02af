"""Tokens that come at the same time: looked up together, and each answered for itself."""

from __future__ import annotations

import asyncio

from tests.fixtures.square import PUBLIC, Square
from torg.access.bearer import TokenAuthenticator
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, Unauthorized


async def test_tokens_that_come_together_are_looked_up_together_and_told_apart(square: Square) -> None:
    db, known = square.services.db, TokenAuthenticator()
    network = await square.services.networks.by_host(PUBLIC)
    assert network is not None
    barred = await square.add(PUBLIC, "bertil")
    gone = await square.add(PUBLIC, "gunnar")
    async with db.tx(network.scope) as tx:
        await tx.run(
            "UPDATE accounts SET suspended_at = now() WHERE org_id = %s AND id = %s", (network.org_id, barred.id)
        )
        await tx.run(
            "UPDATE tokens SET revoked_at = now() WHERE org_id = %s AND account_id = %s", (network.org_id, gone.id)
        )
        await tx.run("DELETE FROM account_days WHERE org_id = %s", (network.org_id,))
    before = db.asked
    tokens = [square.anna.token, square.bjorn.token, barred.token, gone.token, "forged", square.anna.token]
    found = await asyncio.gather(*(known.authenticate(db, network, token) for token in tokens), return_exceptions=True)
    assert db.asked - before <= 2, "not a transaction for each"
    ids = [one.account_id if isinstance(one, Actor) else type(one) for one in found]
    assert ids == [square.anna.id, square.bjorn.id, Forbidden, Unauthorized, Unauthorized, square.anna.id]
    before = db.asked
    assert (await known.authenticate(db, network, square.bjorn.token)).account_id == square.bjorn.id
    assert db.asked == before, "known from now on"
