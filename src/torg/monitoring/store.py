"""All SQL of keyword monitoring. Its tables show nothing to a transaction that reads for somebody (migration 0116)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.monitoring.model import Hit, Subject, Watch, Written
from torg.text.clean import to_plain

WATCH = """w.id, w.name, w.kind, w.expression, w.severity, w.group_id, w.notify_account_id, w.notify_email, w.enabled,
    w.created_by, w.created_at, w.updated_at"""
HIT = """h.id, h.watch_id, w.name AS watch_name, w.severity, h.subject, h.subject_id, h.account_id, a.handle, a.host,
    h.group_id, h.found, h.excerpt, h.edited, h.created_at, h.resolved_at, h.resolved_by, h.note"""


async def watches(tx: Tx, id_: int | None = None) -> list[Watch]:
    """All watches with the numbers of their hits, or one, by name."""
    return await tx.all(
        f"""SELECT {WATCH}, count(h.id) AS hits, count(h.id) FILTER (WHERE h.resolved_at IS NULL) AS open_hits
            FROM watches w LEFT JOIN watch_hits h ON h.org_id = w.org_id AND h.watch_id = w.id
            WHERE w.org_id = %(org)s AND w.network_id = %(network)s AND (%(id)s::bigint IS NULL OR w.id = %(id)s)
            GROUP BY w.org_id, w.id ORDER BY lower(w.name), w.id""",
        {**tenant(tx), "id": id_},
        as_=Watch,
    )


async def active(tx: Tx) -> list[Watch]:
    """What is watched for at present."""
    return await tx.all(
        f"SELECT {WATCH} FROM watches w WHERE w.org_id = %(org)s AND w.network_id = %(network)s AND w.enabled",
        tenant(tx),
        as_=Watch,
    )


async def any_active(tx: Tx) -> bool:
    return bool(await tx.value(f"SELECT true FROM watches WHERE {TENANT} AND enabled LIMIT 1", tenant(tx)))


async def count(tx: Tx) -> int:
    return int(await tx.value(f"SELECT count(*) FROM watches WHERE {TENANT}", tenant(tx)))


async def save(tx: Tx, watch: Watch) -> None:
    """Insert or change; who made it stays."""
    await tx.run(
        """INSERT INTO watches (org_id, network_id, id, name, kind, expression, severity, group_id,
               notify_account_id, notify_email, enabled, created_by)
           VALUES (%(org)s, %(network)s, %(id)s, %(name)s, %(kind)s, %(expression)s, %(severity)s, %(group)s,
               %(account)s, %(email)s, %(enabled)s, %(by)s)
           ON CONFLICT (org_id, id) DO UPDATE SET name = EXCLUDED.name, kind = EXCLUDED.kind,
               expression = EXCLUDED.expression, severity = EXCLUDED.severity, group_id = EXCLUDED.group_id,
               notify_account_id = EXCLUDED.notify_account_id, notify_email = EXCLUDED.notify_email,
               enabled = EXCLUDED.enabled, updated_at = now()""",
        {
            **tenant(tx), "id": watch.id, "name": watch.name, "kind": watch.kind, "expression": watch.expression,
            "severity": watch.severity, "group": watch.group_id, "account": watch.notify_account_id,
            "email": watch.notify_email, "enabled": watch.enabled, "by": watch.created_by,
        },
    )  # fmt: skip


async def delete(tx: Tx, id_: int) -> None:
    """Remove a watch with its hits."""
    await tx.run(f"DELETE FROM watches WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_})


async def hits(tx: Tx, page: Page, *, watch_id: int | None, resolved: bool | None) -> list[Hit]:
    """A page of hits, as fetched."""
    where, params = page.where("h.id")
    return await tx.all(
        f"""SELECT {HIT} FROM watch_hits h JOIN watches w ON w.org_id = h.org_id AND w.id = h.watch_id
            JOIN accounts a ON a.org_id = h.org_id AND a.id = h.account_id
            WHERE h.org_id = %(org)s AND h.network_id = %(network)s AND {where}
            AND (%(watch)s::bigint IS NULL OR h.watch_id = %(watch)s)
            AND (%(resolved)s::boolean IS NULL OR %(resolved)s = (h.resolved_at IS NOT NULL))
            ORDER BY h.id {page.direction} LIMIT %(limit)s""",
        {**tenant(tx), **params, "watch": watch_id, "resolved": resolved, "limit": page.limit},
        as_=Hit,
    )


async def hit(tx: Tx, id_: int) -> Hit | None:
    return await tx.one(
        f"""SELECT {HIT} FROM watch_hits h JOIN watches w ON w.org_id = h.org_id AND w.id = h.watch_id
            JOIN accounts a ON a.org_id = h.org_id AND a.id = h.account_id
            WHERE h.org_id = %(org)s AND h.network_id = %(network)s AND h.id = %(id)s""",
        {**tenant(tx), "id": id_},
        as_=Hit,
    )


async def settle(tx: Tx, id_: int, by: int | None, note: str) -> None:
    """Mark a hit as dealt with by somebody, or (None) as open again."""
    await tx.run(
        f"""UPDATE watch_hits SET resolved_by = %(by)s, note = %(note)s,
                resolved_at = CASE WHEN %(by)s::bigint IS NULL THEN NULL ELSE now() END
            WHERE {TENANT} AND id = %(id)s""",
        {**tenant(tx), "id": id_, "by": by, "note": note},
    )


async def add_hit(
    tx: Tx, watch: Watch, subject: Subject, written: Written, found: str, excerpt: str, *, edited: bool
) -> bool:
    """Write down a hit; False if the same was found in the same text before."""
    new = await tx.run(
        """INSERT INTO watch_hits (org_id, network_id, id, watch_id, subject, subject_id, account_id, group_id, found,
               excerpt, edited)
           VALUES (%(org)s, %(network)s, %(id)s, %(watch)s, %(subject)s, %(subject_id)s, %(account)s, %(group)s,
               %(found)s, %(excerpt)s, %(edited)s)
           ON CONFLICT (org_id, watch_id, subject, subject_id, md5(found)) DO NOTHING""",
        {
            **tenant(tx), "id": new_id(), "watch": watch.id, "subject": subject, "subject_id": written.id,
            "account": written.account_id, "group": written.group_id, "found": found, "excerpt": excerpt,
            "edited": edited,
        },
    )  # fmt: skip
    return new > 0


async def posts(tx: Tx, ids: Sequence[int]) -> list[Written]:
    """Of posts that (still) are: text, warning, the poll's choices and the files' descriptions. No boosts."""
    rows = await tx.all(
        """SELECT p.id, p.account_id, a.handle, p.group_id, p.spoiler, p.source, p.html,
             (SELECT string_agg(o, E'\\n') FROM polls q, unnest(q.options) AS o
                 WHERE q.org_id = p.org_id AND q.post_id = p.id) AS options,
             (SELECT string_agg(m.description, E'\\n') FROM media m
                 WHERE m.org_id = p.org_id AND m.post_id = p.id) AS descriptions
           FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY (%(ids)s) AND p.boost_of_id IS NULL
           ORDER BY p.id""",
        {**tenant(tx), "ids": list(ids)},
    )
    return [_written(row) for row in rows]


async def messages(tx: Tx, ids: Sequence[int]) -> list[Written]:
    """Of direct messages that (still) are: text and warning, and the files' descriptions."""
    rows = await tx.all(
        """SELECT g.id, g.account_id, a.handle, NULL::bigint AS group_id, g.spoiler, g.source, g.html,
             NULL::text AS options, (SELECT string_agg(m.description, E'\\n') FROM media m
                 WHERE m.org_id = g.org_id AND m.message_id = g.id) AS descriptions
           FROM messages g JOIN accounts a ON a.org_id = g.org_id AND a.id = g.account_id
           WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.id = ANY (%(ids)s) ORDER BY g.id""",
        {**tenant(tx), "ids": list(ids)},
    )
    return [_written(row) for row in rows]


def _written(row: dict[str, Any]) -> Written:
    parts = (row["spoiler"], row["source"] or to_plain(row["html"]), row["options"], row["descriptions"])
    return Written(
        id=row["id"],
        account_id=row["account_id"],
        handle=row["handle"],
        group_id=row["group_id"],
        text="\n".join(part for part in parts if part),
    )


async def may_monitor(tx: Tx, account_id: int, bits: int) -> bool:
    """Whether an account is a local one in use whose role has any of these permissions."""
    return bool(
        await tx.value(
            """SELECT true FROM accounts a JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
               WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s AND a.host = ''
               AND a.state = 'active' AND a.suspended_at IS NULL AND a.disabled_at IS NULL
               AND r.permissions & %(bits)s <> 0""",
            {**tenant(tx), "id": account_id, "bits": bits},
        )
    )


async def email_of(tx: Tx, account_id: int) -> tuple[str, str] | None:
    """(address, language) of the person of an account."""
    row = await tx.one(
        """SELECT p.email, coalesce(a.settings ->> 'locale', p.locale) AS locale FROM accounts a
           JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
           WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s AND p.disabled_at IS NULL""",
        {**tenant(tx), "id": account_id},
    )
    return (row["email"], row["locale"]) if row else None


async def group_exists(tx: Tx, id_: int) -> bool:
    return bool(await tx.value(f"SELECT true FROM groups WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_}))


async def sweep(tx: Tx) -> int:
    """Drop hits that are older than their network keeps posts (system transaction)."""
    return await tx.run(
        """DELETE FROM watch_hits h USING networks n WHERE n.org_id = h.org_id AND n.id = h.network_id
           AND n.settings ->> 'retention_days' IS NOT NULL
           AND h.created_at < now() - make_interval(days => (n.settings ->> 'retention_days')::int)"""
    )
