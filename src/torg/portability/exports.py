"""What one takes along: one's own ties and bookmarks as files that Mastodon reads."""

from __future__ import annotations

from typing import Any

from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.portability.formats import Kind, written

OWN = "t.org_id = %(org)s AND t.network_id = %(network)s AND t.account_id = %(me)s"
ADDRESS = "a.handle || '@' || coalesce(nullif(a.host, ''), %(host)s) AS acct"
OTHER = "JOIN accounts a ON a.org_id = t.org_id AND a.id = t.target_id AND a.state <> 'deleted'"

FOLLOWING = f"""
SELECT {ADDRESS}, t.show_boosts, t.notify, coalesce(array_to_string(t.languages, ', '), '') AS languages
FROM follows t {OTHER} WHERE {OWN} ORDER BY t.id
"""
BLOCKS = f"SELECT {ADDRESS} FROM blocks t {OTHER} WHERE {OWN} ORDER BY t.id"
MUTES = f"""
SELECT {ADDRESS}, t.notifications FROM mutes t {OTHER}
WHERE {OWN} AND (t.expires_at IS NULL OR t.expires_at > now()) ORDER BY t.id
"""
LISTS = f"""
SELECT t.title, {ADDRESS} FROM lists t
JOIN list_members m ON m.org_id = t.org_id AND m.list_id = t.id
JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id AND a.state <> 'deleted'
WHERE {OWN} ORDER BY t.id, m.id
"""
DOMAINS = f"SELECT t.domain FROM domain_blocks t WHERE {OWN} ORDER BY t.id"
BOOKMARKS = f"""
SELECT coalesce(p.uri, %(origin)s || '/users/' || a.handle || '/statuses/' || p.id) AS uri FROM bookmarks t
JOIN posts p ON p.org_id = t.org_id AND p.id = t.post_id
JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
WHERE {OWN} ORDER BY t.id
"""
SQL: dict[Kind, str] = {
    "following": FOLLOWING,
    "blocks": BLOCKS,
    "mutes": MUTES,
    "lists": LISTS,
    "bookmarks": BOOKMARKS,
    "domain_blocks": DOMAINS,
}


async def export(tx: Tx, actor: Actor, kind: Kind, *, origin: str, host: str) -> str:
    """One kind of the actor's own data as CSV, in the order in which it was made."""
    values: dict[str, Any] = {**tenant(tx), "me": actor.me, "host": host, "origin": origin}
    rows = await tx.all(SQL[kind], values)
    return written(kind, (list(row.values()) for row in rows))
