"""A partner network is removed: nobody comes in from that commit on, a job empties it, and its row goes last.

The public network is known to other servers, and the inside is what colleagues have in common: neither is removed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from torg.compliance import exports
from torg.engine import jobs
from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context, Handler, Handling
from torg.joining import networks
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import Conflict, Invalid, invalid
from torg.moderation import log
from torg.orgs.model import Network

REMOVE = "network.remove"
HOUR = 3600.0
BATCH = 500
EMPTIED = ("posts", "messages", "media")
"""Emptied a batch at a time, since networks have many; what hangs on them goes with them, the rest with the network."""


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What goes with a network. `guests`: those of the members who came from elsewhere.

    `exported_at`: when its latest export was made.
    """

    members: int
    guests: int
    posts: int
    messages: int
    groups: int
    files: int
    exported_at: datetime | None


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """A network that is being removed."""

    id: int
    name: str
    removed_at: datetime
    posts_left: int


async def loss(db: Database, actor: Actor, network: Network) -> Loss:
    """Counted in the network itself, over a transaction of its own."""
    networks.check(actor)
    async with db.tx(network.scope) as tx:
        found = await tx.one(LOSS, _of(network.org_id, network.id), as_=Loss)
    assert found is not None
    return found


async def leaving(tx: Tx, actor: Actor) -> list[Leaving]:
    """The organisation's networks that are being removed, with how far that is."""
    networks.check(actor)
    return await tx.all(
        """SELECT id, name, removed_at, coalesce(posts_left, 0) AS posts_left FROM networks
           WHERE org_id = %s AND removed_at IS NOT NULL ORDER BY removed_at""",
        (actor.org_id,),
        as_=Leaving,
    )


def check(actor: Actor, network: Network) -> None:
    """Conflict for a network that is not removed here, or not from where one is."""
    if network.kind is not NetworkKind.PARTNER:
        raise Conflict("Only partner networks are removed")
    if network.id == actor.network_id:
        raise Conflict("A network is removed from another one of the organisation")


async def remove(db: Database, actor: Actor, network_id: int, host: str) -> None:
    """Let nobody in from now on, and have it emptied. `host`: the network's, typed again by whoever means it.

    404 for a network of elsewhere, 422 for another host, or while a legal hold lasts in it; opens its transactions.
    """
    async with db.tx(actor.whole) as tx:
        network = await networks.one(tx, actor, network_id)
    check(actor, network)
    if host.strip().lower() != network.host:
        raise invalid("host", "ERR_INVALID", "is not the host name of this network")
    async with db.tx(network.scope) as tx:
        if await tx.value(HELD, _of(network.org_id, network.id)):
            raise Invalid("Validation failed: A legal hold keeps what is in this network; release it first")
    lost = await loss(db, actor, network)
    async with db.tx(actor.whole) as tx:
        closed = await tx.run(
            """UPDATE networks SET removed_at = now(), posts_left = %(posts)s, host = %(gone)s
               WHERE org_id = %(org)s AND id = %(network)s AND removed_at IS NULL""",
            {**_of(network.org_id, network.id), "posts": lost.posts, "gone": f"removed-{network.id}.invalid"},
        )
        if not closed:
            return  # somebody else was first
        named = {"host": network.host, "name": network.name, "members": lost.members, "posts": lost.posts}
        await log.record(tx, actor, "remove", "network", network.id, **named)
        await jobs.enqueue(tx, REMOVE, {"network_id": network.id}, key=str(network.id))


async def empty(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Delete what was written a batch at a time, then people, then the network with all that is left of it.

    Doing it again finds less and less. The sweep of media takes its files out of
    the store, as of all owners that are gone.
    """
    of = _of(ctx.job.org_id, int(payload["network_id"]))
    async with ctx.db.system() as tx:
        if await tx.value("SELECT removed_at FROM networks WHERE org_id = %(org)s AND id = %(network)s", of) is None:
            return
        archives = await tx.column(
            "SELECT id FROM compliance_exports WHERE org_id = %(org)s AND network_id = %(network)s", of
        )
    for id_ in archives:
        exports.archive(ctx.services.settings.data, id_).unlink(missing_ok=True)
    for table in EMPTIED:
        gone = BATCH
        while gone:
            async with ctx.db.system() as tx:
                gone = await tx.run(f"DELETE FROM {table} WHERE org_id = %(org)s AND id IN ({SOME.format(table)})", of)
                if table == "posts":
                    await tx.run(COUNT_DOWN, {**of, "gone": gone})
    gone = BATCH
    while gone:
        async with ctx.db.system() as tx:
            people = await tx.column(PEOPLE, of)
            gone = await tx.run(ACCOUNTS, of)
            await tx.run(HOMELESS, {**of, "people": people})
    async with ctx.db.system() as tx:
        for table in ("dead_events", "jobs"):
            await tx.run(f"DELETE FROM {table} WHERE org_id = %(org)s AND network_id = %(network)s", of)
        await tx.run("DELETE FROM networks WHERE org_id = %(org)s AND id = %(network)s AND removed_at IS NOT NULL", of)


def _of(org_id: int, network_id: int) -> dict[str, Any]:
    return {"org": org_id, "network": network_id, "most": BATCH}


SOME = "SELECT id FROM {} WHERE org_id = %(org)s AND network_id = %(network)s ORDER BY id LIMIT %(most)s"

THESE = f"org_id = %(org)s AND id IN ({SOME.format('accounts')})"
PEOPLE = f"SELECT person_id FROM accounts WHERE {THESE} AND person_id IS NOT NULL"
ACCOUNTS = f"DELETE FROM accounts WHERE {THESE}"

# Who was here only is known to nobody any more.
HOMELESS = """
DELETE FROM persons p WHERE p.org_id = %(org)s AND p.id = ANY (%(people)s)
AND NOT EXISTS (SELECT FROM accounts a WHERE a.org_id = p.org_id AND a.person_id = p.id)
"""

COUNT_DOWN = """
UPDATE networks SET posts_left = greatest(coalesce(posts_left, 0) - %(gone)s, 0)
WHERE org_id = %(org)s AND id = %(network)s
"""

HELD = """
SELECT EXISTS (SELECT FROM legal_holds WHERE org_id = %(org)s AND network_id = %(network)s AND released_at IS NULL
               AND (ends_at IS NULL OR ends_at > now()))
"""

LOSS = """
SELECT (SELECT count(*) FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND person_id IS NOT NULL
            AND state <> 'deleted')::int AS members,
    (SELECT count(*) FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND guest
            AND state <> 'deleted')::int AS guests,
    (SELECT count(*) FROM posts WHERE org_id = %(org)s AND network_id = %(network)s)::int AS posts,
    (SELECT count(*) FROM messages WHERE org_id = %(org)s AND network_id = %(network)s)::int AS messages,
    (SELECT count(*) FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND kind = 'group'
            AND state <> 'deleted')::int AS groups,
    (SELECT count(*) FROM media WHERE org_id = %(org)s AND network_id = %(network)s)::int AS files,
    (SELECT max(created_at) FROM compliance_exports WHERE org_id = %(org)s AND network_id = %(network)s
            AND state = 'ready') AS exported_at
"""

HANDLERS: Mapping[str, Handler | Handling] = {REMOVE: Handling(run=empty, concurrency=1, timeout=HOUR)}
