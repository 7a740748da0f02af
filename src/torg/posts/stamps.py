"""SQL of consents to quotes (FEP-044f): those that we gave (stamps) and those that others gave us (grants)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.ids import new_id
from torg.posts import store

TENANT = "org_id = %(org)s AND network_id = %(network)s"


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Consent to one quote. `account_id`: the author of `quoted_id`; `quoting_uri`: the post that may show it."""

    id: int
    quoted_id: int
    account_id: int
    quoting_uri: str


COLUMNS = "id, quoted_id, account_id, quoting_uri"


async def give(tx: Tx, quoted_id: int, account_id: int, quoting_uri: str) -> Stamp:
    """The stamp for a quote: a new one, or the one that was given before."""
    await tx.run(
        """INSERT INTO quote_stamps (org_id, network_id, id, quoted_id, account_id, quoting_uri)
           VALUES (%(org)s, %(network)s, %(id)s, %(quoted)s, %(account)s, %(uri)s) ON CONFLICT DO NOTHING""",
        {**store.tenant(tx), "id": new_id(), "quoted": quoted_id, "account": account_id, "uri": quoting_uri},
    )
    found = await of_quote(tx, quoted_id, quoting_uri)
    assert found is not None
    return found


async def one(tx: Tx, id_: int) -> Stamp | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM quote_stamps WHERE {TENANT} AND id = %(id)s", {**store.tenant(tx), "id": id_}, as_=Stamp
    )


async def of_quote(tx: Tx, quoted_id: int, quoting_uri: str) -> Stamp | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM quote_stamps WHERE {TENANT} AND quoted_id = %(quoted)s AND quoting_uri = %(uri)s",
        {**store.tenant(tx), "quoted": quoted_id, "uri": quoting_uri},
        as_=Stamp,
    )


async def of_quotes(tx: Tx, quoting_uris: Sequence[str]) -> dict[str, Stamp]:
    """Our stamps by the address of the quoting post."""
    if not quoting_uris:
        return {}
    rows = await tx.all(
        f"SELECT {COLUMNS} FROM quote_stamps WHERE {TENANT} AND quoting_uri = ANY (%(uris)s)",
        {**store.tenant(tx), "uris": list(quoting_uris)},
        as_=Stamp,
    )
    return {row.quoting_uri: row for row in rows}


async def take_back(tx: Tx, stamp_id: int) -> None:
    await tx.run(f"DELETE FROM quote_stamps WHERE {TENANT} AND id = %(id)s", {**store.tenant(tx), "id": stamp_id})


async def grants(tx: Tx, post_ids: Sequence[int]) -> dict[int, str]:
    """Other servers' stamps by the post of ours that they are for."""
    if not post_ids:
        return {}
    rows = await tx.all(
        f"""SELECT post_id, quote_authorization AS uri FROM remote_posts
            WHERE {TENANT} AND post_id = ANY (%(ids)s) AND quote_authorization IS NOT NULL""",
        {**store.tenant(tx), "ids": list(post_ids)},
    )
    return {row["post_id"]: row["uri"] for row in rows}
