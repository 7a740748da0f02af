"""Answers about accounts: found, and allowed to be seen."""

from __future__ import annotations

from collections.abc import Iterable

from torg.accounts import store
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Permission
from torg.kernel.errors import Forbidden, NotFound


async def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id in one query, whatever their state."""
    return await store.by_ids(tx, ids)


async def stamped(tx: Tx, ids: Iterable[int]) -> list[tuple[str, Account]]:
    """(stamp, account): as `by_ids`, with what tells whether the row is still the same (posts/standing.py)."""
    return await store.stamped(tx, ids)


async def visible(tx: Tx, account_id: int) -> Account:
    """One account that others may see; 404 else (also for pending and deleted ones)."""
    account = (await store.by_ids(tx, [account_id])).get(account_id)
    if account is None or account.state != "active":
        raise NotFound
    return account


async def permissions(tx: Tx, account: Account) -> Permission:
    """What the account's role lets it do; without a query for the many that have none."""
    if account.role_id is None:
        return Permission.NONE
    held = await tx.value(
        "SELECT permissions FROM roles WHERE org_id = %s AND network_id = %s AND id = %s",
        (account.org_id, account.network_id, account.role_id),
    )
    return Permission(held or 0)


async def may_post(tx: Tx, account_id: int) -> None:
    """Forbidden (403, in Mastodon's words) for an account that has moved away."""
    moved = await tx.value(
        f"SELECT moved_to_id FROM accounts WHERE {store.TENANT} AND id = %(id)s",
        {**store.tenant(tx), "id": account_id},
    )
    if moved is not None:
        raise Forbidden("Your login is currently disabled")


async def by_acct(tx: Tx, acct: str, here: str = "") -> Account | None:
    """`anna`, `@anna`, `anna@here.example` or `anna@other.example` → account, if known."""
    handle, _, host = acct.strip().lstrip("@").partition("@")
    account = await store.by_handle(tx, handle, "" if host.lower() == here.lower() else host)
    return account if account and account.state == "active" else None


async def by_handles(tx: Tx, accts: Iterable[str], here: str = "") -> dict[str, Account]:
    """acct as written (lower case) → account, in one query: for the mentions of a text."""
    wanted: dict[tuple[str, str], str] = {}
    for acct in accts:
        handle, _, host = acct.lower().lstrip("@").partition("@")
        wanted[(handle, "" if host == here.lower() else host)] = acct.lower()
    found = await store.by_handles(tx, wanted)
    return {wanted[(a.handle.lower(), a.host)]: a for a in found if a.visible}


async def waiting_requests(tx: Tx, account_id: int) -> int:
    """How many people wait to be let in as followers."""
    return int(
        await tx.value(
            f"SELECT count(*) FROM follow_requests WHERE {store.TENANT} AND target_id = %(id)s",
            {**store.tenant(tx), "id": account_id},
        )
    )


async def local_named(tx: Tx, handle: str) -> Account | None:
    """The local account of a handle, whatever its state."""
    return await store.by_handle(tx, handle)
