"""A server from which something comes lives: what waits for it is tried at once."""

from __future__ import annotations

from tests.federation.arriving import comes, followed
from tests.fixtures.fediverse import Elsewhere, Home


async def test_what_comes_from_a_host_ends_its_rest(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    host = elsewhere.origin.split("//")[1]
    async with home.services.db.system() as tx:
        await tx.run("DELETE FROM delivery_lanes")
        await tx.run(
            """INSERT INTO delivery_lanes (host, due_at, failures, tried_at) SELECT h, now() + interval '5 hours', 9,
               now() - interval '1 hour' FROM unnest(%s::text[]) AS h""",
            ([host, "other.example"],),
        )
    await comes(home, carol, carol.activity("Like", f"{home.origin}/users/anna/statuses/1"))
    async with home.services.db.system() as tx:
        due = await tx.column("SELECT host FROM delivery_lanes WHERE due_at <= now()")
    assert due == [host]
