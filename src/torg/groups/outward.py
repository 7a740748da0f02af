"""What the outside may know of groups: those that all may read are actors of their own (FEP-1b12)."""

from __future__ import annotations

from collections.abc import Iterable

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.engine.postgres import Tx
from torg.groups import store

OPEN = ("open", "moderated")


async def open_ones(tx: Tx, ids: Iterable[int | None]) -> dict[int, Account]:
    """The accounts of those of the groups that anybody may read."""
    wanted = [id_ for id_ in set(ids) if id_ is not None]
    if not wanted:
        return {}
    found = await tx.column(
        f"SELECT g.id FROM groups g WHERE {store.TENANT} AND g.id = ANY (%(ids)s) AND g.kind = ANY (%(kinds)s)",
        {**store.params(tx), "ids": wanted, "kinds": list(OPEN)},
    )
    known = await accounts.by_ids(tx, found)
    return {id_: account for id_, account in known.items() if account.visible and account.is_local}


async def may_be_known(tx: Tx, account: Account) -> bool:
    """Whether the outside may know of an account: of all but the groups that not everybody may read."""
    return account.kind is not AccountKind.GROUP or bool(await open_ones(tx, [account.id]))


async def moderators(tx: Tx, group_id: int) -> list[Account]:
    """Who runs a group, in the order of their ids."""
    roles = await store.roles(tx, group_id)
    known = await accounts.by_ids(tx, roles)
    return [known[id_] for id_ in sorted(known) if known[id_].visible]


async def was_open(tx: Tx, group_id: int) -> bool:
    """Whether a group that is gone was one that anybody could read."""
    kind = await tx.value(
        f"SELECT g.kind FROM groups g WHERE {store.TENANT} AND g.id = %(id)s", store.params(tx, id=group_id)
    )
    return kind in OPEN
