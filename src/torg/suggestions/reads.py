"""Answers: whom to follow, who is here, who is called so."""

from __future__ import annotations

from typing import Literal

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.suggestions import rules, store
from torg.suggestions.model import Suggestion

LONGEST_NAME = 200
FURTHEST = 100_000


async def suggested(tx: Tx, actor: Actor, limit: int) -> list[Suggestion]:
    """Accounts that the actor might follow, each with every reason."""
    ranked = rules.rank(await store.candidates(tx, actor.me), limit)
    known = await accounts.by_ids(tx, [id_ for id_, _ in ranked])
    return [Suggestion(account=known[id_], reasons=reasons) for id_, reasons in ranked]


async def directory(
    tx: Tx, actor: Actor, *, order: Literal["active", "new"], local: bool, limit: int, offset: int
) -> list[Account]:
    """Accounts that want to be found."""
    return await _accounts(
        tx,
        await store.directory(
            tx, actor.account_id, order=order, local=local, limit=limit, offset=min(max(0, offset), FURTHEST)
        ),
    )


async def named(
    tx: Tx, actor: Actor, query: str, *, here: str, following: bool = False, limit: int = 40, offset: int = 0
) -> list[Account]:
    """Accounts by handle, `handle@host` or displayed name (Mastodon: GET /api/v1/accounts/search)."""
    text = query.strip().removeprefix("@")[:LONGEST_NAME]
    handle, at, host = text.partition("@")
    if not handle or (at and " " in text):
        return []
    where = None if not at or not host else "" if host.lower() == here.lower() else host.lower()
    found = await store.named(
        tx,
        actor.account_id,
        handle.strip(),
        where,
        following=following,
        limit=limit,
        offset=min(max(0, offset), FURTHEST),
    )
    return await _accounts(tx, found)


async def _accounts(tx: Tx, ids: list[int]) -> list[Account]:
    known = await accounts.by_ids(tx, ids)
    return [known[id_] for id_ in ids]
