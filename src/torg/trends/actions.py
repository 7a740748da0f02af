"""What is done about trends: computing them anew, and a moderator's word on what may be shown."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, Scope
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.kernel.ids import id_at
from torg.trends import rules, store
from torg.trends.model import Kind, Reviewed

FRESH = timedelta(minutes=1)


async def refresh(tx: Tx, *, older_than: timedelta = timedelta(0)) -> bool:
    """Compute the trends of the transaction's network, unless that was done a moment ago; whether it was."""
    if not await store.claim(tx, older_than):
        return False
    for kind in get_args(Kind):
        await store.replace(tx, kind, rules.trending(kind, await store.uses(tx, kind)))
    return True


async def refresh_all(db: Database) -> int:
    """Every network in which something was posted within the week, or that still has trends; how many."""
    async with db.system() as tx:
        rows = await tx.all(
            """SELECT n.org_id, n.id FROM networks n WHERE
               EXISTS (SELECT FROM posts p WHERE p.org_id = n.org_id AND p.network_id = n.id AND p.id >= %(first)s)
               OR EXISTS (SELECT FROM trends t WHERE t.org_id = n.org_id AND t.network_id = n.id)""",
            {"first": id_at(now() - timedelta(days=7))},
        )
    for row in rows:
        async with db.tx(Scope(row["org_id"], (row["id"],))) as tx:
            await refresh(tx, older_than=FRESH)
    return len(rows)


async def approve_tag(tx: Tx, actor: Actor, tag_id: int) -> None:
    """Let a tag trend. 404 if it is not here. The caller has checked Permission.MANAGE_TAXONOMIES, also below."""
    await _tag(tx, tag_id, trendable=True)


async def reject_tag(tx: Tx, actor: Actor, tag_id: int) -> None:
    await _tag(tx, tag_id, trendable=False)


async def approve_post(tx: Tx, actor: Actor, post_id: int) -> None:
    await _row(tx, actor, "post", post_id, trendable=True)


async def reject_post(tx: Tx, actor: Actor, post_id: int) -> None:
    await _row(tx, actor, "post", post_id, trendable=False)


async def approve_account(tx: Tx, actor: Actor, account_id: int) -> None:
    """Let the account's posts trend without being looked at one by one."""
    await _row(tx, actor, "account", account_id, trendable=True)


async def reject_account(tx: Tx, actor: Actor, account_id: int) -> None:
    await _row(tx, actor, "account", account_id, trendable=False)


async def approve_link(tx: Tx, actor: Actor, card_id: int) -> None:
    await _row(tx, actor, "link", card_id, trendable=True)


async def reject_link(tx: Tx, actor: Actor, card_id: int) -> None:
    await _row(tx, actor, "link", card_id, trendable=False)


async def approve_publisher(tx: Tx, actor: Actor, domain: str) -> None:
    """Let links to a domain (without www.) trend without being looked at one by one."""
    await store.review(tx, "publisher", domain.lower().removeprefix("www."), True, actor.me)


async def reject_publisher(tx: Tx, actor: Actor, domain: str) -> None:
    await store.review(tx, "publisher", domain.lower().removeprefix("www."), False, actor.me)


async def _tag(tx: Tx, tag_id: int, *, trendable: bool) -> None:
    if not await store.review_tag(tx, tag_id, trendable):
        raise NotFound


TABLES: dict[Reviewed, str] = {"post": "posts", "account": "accounts", "link": "cards"}


async def _row(tx: Tx, actor: Actor, kind: Reviewed, id_: int, *, trendable: bool) -> None:
    if not await store.exists(tx, TABLES[kind], id_):
        raise NotFound
    await store.review(tx, kind, str(id_), trendable, actor.me)
