"""How much the copies of other servers' files take, and what goes: by age, then by quota, the least used first.

For system transactions and jobs of the installation; a copy that a legal hold keeps is never trimmed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import structlog

from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.media.cleaning import FREE, drop_copies, drop_portraits
from torg.orgs import store as orgs
from torg.orgs.model import Network

log = structlog.get_logger(__name__)

TRIM = "media.trim"
BATCH = 200
MEGABYTE = 1024 * 1024


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Files and bytes of a network's copies of other servers' attachments, portraits and custom emoji."""

    attachments: int
    attachment_bytes: int
    portraits: int
    portrait_bytes: int
    emojis: int
    emoji_bytes: int

    @property
    def bytes(self) -> int:
        return self.attachment_bytes + self.portrait_bytes + self.emoji_bytes


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What would go of what nobody has looked at for a while: attachments, their bytes, accounts' pictures."""

    attachments: int
    attachment_bytes: int
    portraits: int


class Trimmed(msgspec.Struct, frozen=True, kw_only=True):
    """Attachments and accounts whose copies went."""

    attachments: int
    portraits: int


async def usage(tx: Tx, network: Network) -> Usage:
    """What there is now (system)."""
    found = await tx.one(USAGE, {"org": network.org_id, "network": network.id}, as_=Usage)
    assert found is not None
    return found


async def outlook(tx: Tx, network: Network, days: int) -> Outlook:
    """What `trim` would let go of for its age (system)."""
    params = {"org": network.org_id, "network": network.id, "age": timedelta(days=days), "most": None}
    found = await tx.one(WOULD_GO, params, as_=Outlook)
    assert found is not None
    return found


async def trim(db: Database, network: Network, *, days: int, megabytes: int) -> Trimmed:
    """Let go what nobody has looked at for so many days, then what is over the quota. May be cut off anywhere."""
    params: dict[str, Any] = {
        "org": network.org_id, "network": network.id, "age": timedelta(days=days), "most": BATCH,
    }  # fmt: skip
    attachments = portraits = 0
    while True:
        async with db.system() as tx:
            ids = await tx.column(EXPIRED, params)
            attachments += await drop_copies(tx, network, ids)
        if len(ids) < BATCH:
            break
    while True:
        async with db.system() as tx:
            accounts = await tx.column(FORGOTTEN, params)
            await drop_portraits(tx, network, accounts)
        portraits += len(accounts)
        if len(accounts) < BATCH:
            break
    while True:
        async with db.system() as tx:
            over = (await usage(tx, network)).bytes - megabytes * MEGABYTE
            oldest = await tx.all(OLDEST, params) if over > 0 else []
            ids = []
            for row in oldest:
                if over <= 0:
                    break
                ids.append(row["id"])
                over -= row["bytes"]
            attachments += await drop_copies(tx, network, ids)
        if not ids:
            return Trimmed(attachments=attachments, portraits=portraits)


async def trim_all(ctx: Context, _: Any) -> None:
    """Job `media.trim`, once an hour: every network by its own settings."""
    async with ctx.db.system() as tx:
        networks = [one for one in await orgs.networks(tx) if one.is_public]
    for network in networks:
        chosen = network.settings
        gone = await trim(ctx.db, network, days=chosen.remote_media_days, megabytes=chosen.remote_media_mb)
        if gone.attachments or gone.portraits:
            log.info("media_trimmed", host=network.host, attachments=gone.attachments, portraits=gone.portraits)


HANDLERS: dict[str, Handler | Handling] = {TRIM: Handling(run=trim_all, concurrency=1, attempts=3, timeout=1_800)}
PERIODIC = (Periodic(kind=TRIM, every=timedelta(hours=1)),)

HERE = "f.org_id = %(org)s AND f.network_id = %(network)s AND f.doomed_at IS NULL"
USAGE = f"""
SELECT count(*) FILTER (WHERE what = 'a')::int AS attachments,
    coalesce(sum(size) FILTER (WHERE what = 'a'), 0)::bigint AS attachment_bytes,
    count(*) FILTER (WHERE what = 'p')::int AS portraits,
    coalesce(sum(size) FILTER (WHERE what = 'p'), 0)::bigint AS portrait_bytes,
    count(*) FILTER (WHERE what = 'e')::int AS emojis,
    coalesce(sum(size) FILTER (WHERE what = 'e'), 0)::bigint AS emoji_bytes
FROM (
    SELECT 'a' AS what, f.size FROM media_files f JOIN media m ON m.org_id = f.org_id AND m.id = f.media_id
    WHERE {HERE} AND m.remote_url IS NOT NULL
    UNION ALL SELECT 'p', f.size FROM media_files f JOIN accounts a ON a.org_id = f.org_id AND a.id = f.account_id
    WHERE {HERE} AND a.host <> ''
    UNION ALL SELECT 'e', f.size FROM remote_emojis e JOIN media_files f ON f.org_id = e.org_id
        AND f.key IN (e.key, e.static_key) WHERE {HERE} AND e.network_id = %(network)s
) files
"""

EXPIRED = f"""
SELECT m.id FROM remote_files c JOIN media m ON m.org_id = c.org_id AND m.id = c.media_id
WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.fetched_at IS NOT NULL
    AND greatest(c.fetched_at, c.used_at) < now() - %(age)s::interval AND {FREE}
ORDER BY m.id LIMIT %(most)s
"""

# Pictures of accounts that nobody here follows, that follow nobody here, and of which nothing came for as long
FORGOTTEN = """
SELECT DISTINCT r.account_id FROM remote_portraits r
JOIN accounts a ON a.org_id = r.org_id AND a.id = r.account_id
WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND r.kept_url IS NOT NULL
    AND r.fetched_at < now() - %(age)s::interval
    AND coalesce(a.last_post_at, a.created_at) < now() - %(age)s::interval
    AND NOT EXISTS (SELECT FROM follows f WHERE f.org_id = a.org_id AND f.target_id = a.id)
    AND NOT EXISTS (SELECT FROM follows f WHERE f.org_id = a.org_id AND f.account_id = a.id)
ORDER BY r.account_id LIMIT %(most)s
"""

OLDEST = f"""
SELECT m.id, coalesce((SELECT sum(f.size) FROM media_files f WHERE f.org_id = m.org_id AND f.media_id = m.id
        AND f.doomed_at IS NULL), 0)::bigint AS bytes
FROM remote_files c JOIN media m ON m.org_id = c.org_id AND m.id = c.media_id
WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.fetched_at IS NOT NULL AND {FREE}
ORDER BY greatest(c.fetched_at, c.used_at) LIMIT %(most)s
"""

WOULD_GO = f"""
WITH old AS ({EXPIRED}), forgotten AS ({FORGOTTEN})
SELECT (SELECT count(*) FROM old)::int AS attachments,
    (SELECT coalesce(sum(f.size), 0) FROM media_files f WHERE {HERE}
        AND f.media_id IN (SELECT id FROM old))::bigint AS attachment_bytes,
    (SELECT count(*) FROM forgotten)::int AS portraits
"""
