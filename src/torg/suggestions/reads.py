"""Answers: whom to follow, who is here."""

from __future__ import annotations

from typing import Literal

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.suggestions import rules, store
from torg.suggestions.model import Suggestion

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


async def _accounts(tx: Tx, ids: list[int]) -> list[Account]:
    known = await accounts.by_ids(tx, ids)
    return [known[id_] for id_ in ids]
