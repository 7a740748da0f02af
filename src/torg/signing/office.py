"""Keys in an administrator's hands: whose there are and since when, and a new one in place of another."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from torg.accounts.model import Account
from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden
from torg.kernel.page import Page
from torg.moderation import log
from torg.orgs.model import Network
from torg.signing import actions
from torg.signing.model import Key

OFFICE = Permission.DEVOPS


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A current key. `account_id` None: the network's own. `before`: how many the same actor had before it."""

    id: int
    account_id: int | None
    handle: str | None
    name: str
    public_pem: str
    created_at: datetime
    before: int

    @property
    def fingerprint(self) -> str:
        """By what two people compare the key: the beginning of its SHA-256."""
        found = hashlib.sha256(self.public_pem.strip().encode()).hexdigest()[:32]
        return " ".join(found[at : at + 4] for at in range(0, len(found), 4))


async def listed(tx: Tx, actor: Actor, page: Page, handle: str = "") -> list[Held]:
    """The keys that are signed with, the newest first; `handle`: only of accounts whose handle begins so."""
    check(actor)
    where, params = page.where("k.id")
    return await tx.all(
        f"""SELECT k.id, k.account_id, a.handle, k.name, k.public_pem, k.created_at,
                (SELECT count(*) FROM signing_keys o WHERE o.org_id = k.org_id AND o.network_id = k.network_id
                    AND o.account_id IS NOT DISTINCT FROM k.account_id AND o.retired_at IS NOT NULL)::int AS before
            FROM signing_keys k LEFT JOIN accounts a ON a.org_id = k.org_id AND a.id = k.account_id
            WHERE k.org_id = %(org)s AND k.network_id = %(network)s AND k.retired_at IS NULL AND {where}
            AND (%(handle)s = '' OR starts_with(lower(a.handle), lower(%(handle)s)))
            ORDER BY k.id DESC LIMIT %(limit)s""",
        {**tenant(tx), **params, "handle": handle, "limit": page.limit},
        as_=Held,
    )


async def rotate(services: Any, network: Network, actor: Actor, account: Account | None) -> Key:
    """A new key for an account of the network, or (None) for the network itself; who did it stands in the log.

    Opens transactions of its own: call it outside yours.
    """
    check(actor)
    key = await actions.rotate(services, network, account)
    async with services.db.tx(network.scope) as tx:
        named = {"key": key.name} if account is None else {"key": key.name, "handle": account.handle}
        of, id_ = ("network", network.id) if account is None else ("account", account.id)
        await log.record(tx, actor, "rotate_key", of, id_, **named)
    return key


def check(actor: Actor) -> None:
    """Forbidden for who does not keep the machinery."""
    if not actor.may(OFFICE):
        raise Forbidden
