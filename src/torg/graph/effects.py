"""What the events of accounts mean to the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.accounts import reads as accounts
from torg.engine import outbox
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.graph import store
from torg.graph.events import FollowAccepted


async def unlocked(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """An account that no longer asks for consent has consented to those who wait (as in Mastodon).

    Limited accounts go on waiting: theirs are requests whether the account is locked or not.
    """
    known = await accounts.by_ids(tx, {h.event.account_id for h in happened})
    for account in known.values():
        if account.visible and account.is_local and not account.locked:
            waiting = await store.waiting_for(tx, account.id)
            await store.lock_many(tx, account.id, waiting)
            for follower in waiting:
                options = await store.drop_request(tx, follower, account.id)
                if options is not None and await store.put_follow(tx, "follows", follower, account.id, options):
                    await outbox.append(tx, FollowAccepted(account_id=account.id, target_id=follower, uri=options.uri))
