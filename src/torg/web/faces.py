"""As whom a member writes: as him- or herself, or for an account of the same network that let him or her.

Another network is no face here: it is another house, with its own form, and nothing written here goes along.
"""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.delegation import reads, store
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.posts import reads as posts
from torg.web.visitor import Visitor


async def faces(tx: Tx, visitor: Visitor, *, reply: bool = False) -> list[Account]:
    """For whom the member may write (answer, if `reply`), besides him- or herself."""
    if visitor.account is None or visitor.account.guest:
        return []
    wanted = "reply" if reply else "post"
    ids = [one.account_id for one in await reads.delegations(tx, visitor.actor) if wanted in one.rights]
    known = await accounts.by_ids(tx, ids) if ids else {}
    return [known[id_] for id_ in ids if id_ in known]


async def face(tx: Tx, visitor: Visitor, account_id: int) -> Account:
    """One of them; NotFound without a delegation in force, as for an account that never was."""
    await reads.acting(tx, visitor.actor, account_id)
    return (await accounts.by_ids(tx, [account_id]))[account_id]


async def act_as(
    tx: Tx, visitor: Visitor, account_id: int, *post_ids: int | None, media_ids: Sequence[int] = ()
) -> tuple[Actor, Account]:
    """From here on the transaction is the account's, and the files the member uploaded for the post are so too.

    What is answered or quoted the member must be able to read alone.
    """
    acting = await reads.acting(tx, visitor.actor, account_id)
    account = (await accounts.by_ids(tx, [account_id])).get(account_id)
    if account is None:
        raise NotFound
    for post_id in post_ids:
        if post_id is not None:
            await posts.readable_post(tx, visitor.actor, post_id)
    await store.hand_over(tx, media_ids, account_id)
    await tx.seen_by(account_id, guest=acting.guest)
    return acting, account
