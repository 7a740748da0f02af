"""Answers about one's own lists."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page, Slice, in_order
from torg.lists import store
from torg.lists.model import AccountList


async def mine(tx: Tx, actor: Actor) -> list[AccountList]:
    return await store.of_account(tx, actor.me)


async def own(tx: Tx, actor: Actor, id_: int) -> AccountList:
    """One's own list; 404 for one that is not there and for somebody else's."""
    found = await store.one(tx, actor.me, id_)
    if found is None:
        raise NotFound
    return found


async def containing(tx: Tx, actor: Actor, account_id: int) -> list[AccountList]:
    """One's lists that an account is on."""
    await accounts.visible(tx, account_id)
    return await store.containing(tx, actor.me, account_id)


async def members(tx: Tx, actor: Actor, id_: int, page: Page, *, everyone: bool = False) -> Slice[Account]:
    """The accounts on a list, newest first; the cursors are those of the memberships. `everyone`: in one page."""
    await own(tx, actor, id_)
    rows = in_order(page, await store.members(tx, actor.me, id_, page, everyone=everyone))
    if not rows:
        return Slice([])
    found = await accounts.by_ids(tx, [row["account_id"] for row in rows])
    ends = (None, None) if everyone else (rows[0]["id"], rows[-1]["id"])
    return Slice([found[row["account_id"]] for row in rows], *ends)
