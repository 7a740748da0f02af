"""All SQL of the table signing_keys."""

from __future__ import annotations

from datetime import datetime

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row, as far as it is asked for. `retired_at`: since when it signs no more."""

    id: int
    name: str
    account_id: int | None
    private_pem: str
    public_pem: str
    retired_at: datetime | None


COLUMNS = ", ".join(KeyRow.__struct_fields__)


async def current(tx: Tx, account_id: int | None) -> KeyRow | None:
    """The key that an account signs with, or (None) the network itself."""
    return await tx.one(
        f"""SELECT {COLUMNS} FROM signing_keys WHERE {TENANT}
            AND account_id IS NOT DISTINCT FROM %(account)s AND retired_at IS NULL""",
        {**tenant(tx), "account": account_id},
        as_=KeyRow,
    )


async def insert(tx: Tx, id_: int, account_id: int | None, name: str, private_pem: str, public_pem: str) -> bool:
    """Keep a new pair, unless there is a current one already; whether it was kept."""
    return bool(
        await tx.run(
            """INSERT INTO signing_keys (org_id, network_id, id, account_id, name, private_pem, public_pem)
               VALUES (%(org)s, %(network)s, %(id)s, %(account)s, %(name)s, %(private)s, %(public)s)
               ON CONFLICT DO NOTHING""",
            {
                **tenant(tx), "id": id_, "account": account_id, "name": name, "private": private_pem,
                "public": public_pem,
            },
        )
    )  # fmt: skip


async def retire(tx: Tx, id_: int) -> bool:
    """Sign with it no more; whether it was current until now."""
    return bool(
        await tx.run(
            f"UPDATE signing_keys SET retired_at = now() WHERE {TENANT} AND id = %(id)s AND retired_at IS NULL",
            {**tenant(tx), "id": id_},
        )
    )
