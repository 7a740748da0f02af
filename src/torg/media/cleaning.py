"""Files of other servers that are not to be shown: copies go, rows stay out of sight until the server is welcome again.

For system transactions, since only these may ask what a legal hold keeps: such a file is hidden but stays in the store.
"""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.media import remote
from torg.orgs.model import Network

NETWORK = "org_id = %(org)s AND network_id = %(network)s"
# Copies of an attachment may go unless its post or message is under a hold.
FREE = """
    (m.post_id IS NULL OR NOT EXISTS (SELECT FROM posts p WHERE p.org_id = m.org_id AND p.id = m.post_id
        AND torg_post_holds(p) <> '{}'))
    AND (m.message_id IS NULL OR NOT EXISTS (SELECT FROM messages g WHERE g.org_id = m.org_id AND g.id = m.message_id
        AND torg_message_holds(g) <> '{}'))
"""


async def reject(tx: Tx, network: Network, account_ids: Sequence[int]) -> None:
    """Hide what these accounts attached, and remove our copies of it and of their pictures."""
    params = {"org": network.org_id, "network": network.id, "ids": list(account_ids)}
    await tx.run(
        f"""UPDATE media SET rejected = true WHERE {NETWORK} AND account_id = ANY(%(ids)s)
            AND remote_url IS NOT NULL AND NOT rejected""",
        params,
    )
    found = await tx.column(
        f"""SELECT m.id FROM media m WHERE m.org_id = %(org)s AND m.network_id = %(network)s
            AND m.account_id = ANY(%(ids)s) AND m.remote_url IS NOT NULL AND m.original_key IS NOT NULL AND {FREE}""",
        params,
    )
    await drop_copies(tx, network, found)
    await drop_portraits(tx, network, account_ids)


async def drop_copies(tx: Tx, network: Network, media_ids: Sequence[int]) -> int:
    """Remove our copies of these attachments; they are fetched anew when somebody looks. How many there were."""
    params = {"org": network.org_id, "network": network.id, "ids": list(media_ids)}
    await tx.run(
        f"""UPDATE media_files SET doomed_at = now() WHERE {NETWORK} AND media_id = ANY(%(ids)s)
            AND doomed_at IS NULL""",
        params,
    )
    await tx.run(f"DELETE FROM remote_files WHERE {NETWORK} AND media_id = ANY(%(ids)s)", params)
    return await tx.run(
        f"""UPDATE media SET original_key = NULL, preview_key = NULL, size = 0
            WHERE {NETWORK} AND id = ANY(%(ids)s) AND remote_url IS NOT NULL""",
        params,
    )


async def drop_portraits(tx: Tx, network: Network, account_ids: Sequence[int]) -> None:
    """Remove our copies of the pictures of these accounts."""
    params = {"org": network.org_id, "network": network.id, "ids": list(account_ids)}
    await tx.run(
        f"UPDATE remote_portraits SET kept_url = NULL WHERE {NETWORK} AND account_id = ANY(%(ids)s)", params
    )
    await tx.run(
        f"""UPDATE accounts SET avatar = NULL, header = NULL WHERE {NETWORK} AND id = ANY(%(ids)s) AND host <> ''
            AND (avatar IS NOT NULL OR header IS NOT NULL)""",
        params,
    )
    await tx.run(
        f"""UPDATE media_files SET doomed_at = now() WHERE {NETWORK} AND account_id = ANY(%(ids)s)
            AND purpose IN ('avatar', 'header') AND doomed_at IS NULL""",
        params,
    )


async def readmit(tx: Tx, network: Network, account_ids: Sequence[int]) -> None:
    """Show again what these accounts attached, and fetch their pictures."""
    params = {"org": network.org_id, "network": network.id, "ids": list(account_ids)}
    await tx.run(
        f"UPDATE media SET rejected = false WHERE {NETWORK} AND account_id = ANY(%(ids)s) AND rejected", params
    )
    wanted = await tx.column(
        f"""SELECT DISTINCT account_id FROM remote_portraits WHERE {NETWORK} AND account_id = ANY(%(ids)s)
            AND kept_url IS NULL AND url <> ''""",
        params,
    )
    for id_ in wanted:
        await jobs.enqueue(
            tx, remote.PORTRAITS, {"account_id": id_}, key=str(id_), org_id=network.org_id, network_id=network.id
        )


async def reject_emojis(tx: Tx, network: Network, host: str) -> None:
    """Remove our copies of a server's custom emoji."""
    params = {"org": network.org_id, "network": network.id, "host": host}
    await tx.run(
        f"""UPDATE media_files SET doomed_at = now() WHERE {NETWORK} AND key IN (
                SELECT unnest(ARRAY[key, static_key]) FROM remote_emojis WHERE {NETWORK} AND host = %(host)s)""",
        params,
    )
    await tx.run(
        f"""UPDATE remote_emojis SET key = NULL, static_key = NULL, kept_url = NULL
            WHERE {NETWORK} AND host = %(host)s""",
        params,
    )


async def readmit_emojis(tx: Tx, network: Network, host: str) -> None:
    """Fetch a server's custom emoji again."""
    params = {"org": network.org_id, "network": network.id, "host": host}
    for code in await tx.column(
        f"SELECT shortcode FROM remote_emojis WHERE {NETWORK} AND host = %(host)s AND key IS NULL", params
    ):
        await jobs.enqueue(
            tx, remote.EMOJI, {"host": host, "shortcode": code}, key=f"{host}:{code}",
            org_id=network.org_id, network_id=network.id,
        )  # fmt: skip
