"""Actors of ours that are gone: what is kept so that their Delete is signed, and their address answers 410.

The account's row may go before its Delete has reached everybody, and with it its key. So both are kept here, until no
delivery of that account waits or can be re-driven; a hash of the name stays, as it does in other servers' tombstones.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling, Periodic

SWEEP = "sweep_gone_actors"
KEPT = timedelta(days=1)
"""The least that a key is kept: the Delete is put down long before."""


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """An account that is gone, while others are being told. Without a key nobody can have known it."""

    account_id: int
    handle: str
    key_name: str | None
    private_pem: str | None
    public_pem: str | None


FIELDS = ", ".join(Gone.__struct_fields__)


def handle_hash(handle: str) -> bytes:
    """By what a name is found again that is not kept."""
    return hashlib.sha256(handle.lower().encode()).digest()


async def keep(tx: Tx, account_id: int) -> None:
    """Keep what signs for a local account that is about to go, or to lose its name. Idempotent.

    Only of an account that had a key, in a network that knows another server: nobody elsewhere can know of others.
    """
    params = _of(tx, account_id)
    handle = await tx.value(f"SELECT handle FROM accounts WHERE {TENANT} AND id = %(id)s AND host = ''", params)
    if handle is not None:
        await tx.run(KEEP, {**params, "hash": handle_hash(handle)})


async def tell(tx: Tx, account_id: int) -> Gone | None:
    """What to sign the Delete with, for the one that puts it down; None if that was done, or there is nothing kept."""
    return await tx.one(
        f"""UPDATE gone_actors SET told_at = now() WHERE {TENANT} AND account_id = %(id)s AND told_at IS NULL
            AND handle IS NOT NULL RETURNING {FIELDS}""",
        _of(tx, account_id),
        as_=Gone,
    )


async def of_account(tx: Tx, account_id: int) -> Gone | None:
    """What is kept of an account, while it is."""
    return await tx.one(
        f"SELECT {FIELDS} FROM gone_actors WHERE {TENANT} AND account_id = %(id)s AND handle IS NOT NULL",
        _of(tx, account_id),
        as_=Gone,
    )


async def was_here(tx: Tx, handle: str) -> bool:
    """Whether an account of this name is gone that others had known."""
    return bool(
        await tx.value(
            f"SELECT EXISTS (SELECT FROM gone_actors WHERE {TENANT} AND handle_hash = %(hash)s)",
            {**tenant(tx), "hash": handle_hash(handle)},
        )
    )


async def sweep(ctx: Context, payload: Any) -> None:
    """Forget names and keys with which nothing is left to sign, dead letters included."""
    async with ctx.db.system() as tx:
        await tx.run(FORGET, {"kept": KEPT})


def _of(tx: Tx, account_id: int) -> dict[str, Any]:
    return {**tenant(tx), "id": account_id}


KEEP = """
INSERT INTO gone_actors (org_id, network_id, account_id, handle_hash, handle, key_name, private_pem, public_pem)
SELECT a.org_id, a.network_id, a.id, %(hash)s, a.handle, k.name, k.private_pem, k.public_pem
FROM accounts a JOIN signing_keys k ON k.org_id = a.org_id AND k.account_id = a.id AND k.retired_at IS NULL
WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s
AND EXISTS (SELECT FROM remote_actors r WHERE r.org_id = a.org_id AND r.network_id = a.network_id)
ON CONFLICT DO NOTHING
"""

FORGET = """
UPDATE gone_actors g SET handle = NULL, key_name = NULL, private_pem = NULL, public_pem = NULL
WHERE g.handle IS NOT NULL AND g.created_at < now() - %(kept)s::interval
AND NOT EXISTS (SELECT FROM activities a WHERE a.org_id = g.org_id AND a.account_id = g.account_id)
"""

HANDLERS: dict[str, Handler | Handling] = {SWEEP: sweep}
PERIODIC = (Periodic(kind=SWEEP, every=timedelta(hours=6)),)
