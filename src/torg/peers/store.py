"""All SQL of the table peers: the servers that a network has met."""

from __future__ import annotations

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.engine.signatures import Scheme


async def scheme(tx: Tx, host: str) -> Scheme:
    """How requests to a host are signed: as it took them last, cavage for a stranger."""
    found = await tx.value(
        f"SELECT signatures FROM peers WHERE {TENANT} AND host = %(host)s", {**tenant(tx), "host": host}
    )
    return "rfc9421" if found == "rfc9421" else "cavage"


async def took(tx: Tx, host: str, scheme: Scheme) -> None:
    """Remember which signatures a host took."""
    await tx.run(
        """INSERT INTO peers AS p (org_id, network_id, host, signatures, last_seen_at)
           VALUES (%(org)s, %(network)s, %(host)s, %(scheme)s, now())
           ON CONFLICT (org_id, network_id, host) DO UPDATE SET signatures = EXCLUDED.signatures, last_seen_at = now()
           WHERE p.signatures <> EXCLUDED.signatures""",
        {**tenant(tx), "host": host, "scheme": scheme},
    )


async def seen(tx: Tx, host: str) -> None:
    """The host sent something that is believed. Written once a minute at most, since busy hosts send often.

    Looked up first: ON CONFLICT would lock the row even where there is nothing to change.
    """
    await tx.run(
        """INSERT INTO peers AS p (org_id, network_id, host, last_seen_at)
           SELECT %(org)s, %(network)s, %(host)s, now()
           WHERE NOT EXISTS (SELECT FROM peers o WHERE o.org_id = %(org)s AND o.network_id = %(network)s
               AND o.host = %(host)s AND o.failing_since IS NULL AND o.last_seen_at > now() - interval '1 minute')
           ON CONFLICT (org_id, network_id, host) DO UPDATE SET last_seen_at = now(), failing_since = NULL""",
        {**tenant(tx), "host": host},
    )


async def failing(tx: Tx, host: str) -> None:
    """Nothing reached the host; the first time counts, until `seen` or a delivery says otherwise."""
    await tx.run(
        """INSERT INTO peers AS p (org_id, network_id, host, failing_since)
           VALUES (%(org)s, %(network)s, %(host)s, now())
           ON CONFLICT (org_id, network_id, host) DO UPDATE SET failing_since = now() WHERE p.failing_since IS NULL""",
        {**tenant(tx), "host": host},
    )
