"""What the guard knows of the inside is kept up: written as posts are, trimmed as they grow old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from torg.bridge import guard_store as store
from torg.bridge import names, words
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Periodic
from torg.kernel.actor import NetworkKind
from torg.kernel.clock import now
from torg.orgs import store as orgs

AT_ONCE = 200


IS_INSIDE = "EXISTS (SELECT FROM networks WHERE org_id = %(org)s AND id = %(network)s AND kind = 'inside')"


async def index_posts(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """The words of inside posts that were written or changed; deleted ones go by foreign key."""
    await index(tx, list({h.event.post_id for h in happened}))


async def index(tx: Tx, ids: Sequence[int]) -> None:
    """Remember posts for the guard; what is not of an inside network is passed over."""
    for row in await store.texts(tx, ids):
        files = {phrase for name in row["files"] if (phrase := names.file_phrase(name))}
        await store.remember(tx, row["id"], words.shingles(words.words(row["text"])), files)


async def keep_up(ctx: Context, payload: Any) -> None:
    """For every inside: index what came another way than by posting, forget what is older than its `guard_days`."""
    async with ctx.db.system() as tx:
        networks = [n for n in await orgs.networks(tx) if n.kind is NetworkKind.INSIDE]
    for network in networks:
        since = now() - timedelta(days=network.settings.guard_days)
        more = True
        while more:
            async with ctx.db.tx(network.scope) as tx:
                dropped = await store.forget_before(tx, since, AT_ONCE)
                ids = await store.unknown(tx, since, AT_ONCE)
                await index(tx, ids)
            more = AT_ONCE in (dropped, len(ids))


HANDLERS: Mapping[str, Handler] = {"guard_upkeep": keep_up}
PERIODIC: Sequence[Periodic] = (Periodic(kind="guard_upkeep", every=timedelta(hours=1)),)
