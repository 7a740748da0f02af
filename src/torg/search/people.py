"""SQL of finding accounts by name."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.search.rules import like
from torg.search.store import tenant
from torg.text.normal import normal

LONGEST = 200

FIND = """
SELECT a.id FROM accounts a
LEFT JOIN follows f ON f.org_id = a.org_id AND f.account_id = %(viewer)s AND f.target_id = a.id
WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.state = 'active' AND a.suspended_at IS NULL
    AND (%(host)s::text IS NULL OR (a.host <> '' AND a.host LIKE %(host)s || '%%') OR (a.host = '' AND %(local)s))
    AND (lower(a.handle) LIKE %(handle)s || '%%'
        OR (%(host)s::text IS NULL
            AND (a.display_name ILIKE %(name)s || '%%' OR a.display_name ILIKE '%% ' || %(name)s || '%%')))
    AND (NOT %(following)s OR f.target_id IS NOT NULL OR a.id = %(viewer)s)
    AND NOT EXISTS (SELECT FROM blocks b WHERE b.org_id = a.org_id
        AND ((b.account_id = %(viewer)s AND b.target_id = a.id AND lower(a.handle) <> %(exact)s)
             OR (b.account_id = a.id AND b.target_id = %(viewer)s)))
ORDER BY lower(a.handle) = %(exact)s DESC, f.target_id IS NOT NULL DESC, lower(a.handle) LIKE %(handle)s || '%%' DESC,
    a.host = '' DESC, a.followers_count DESC, a.id
LIMIT %(limit)s OFFSET %(offset)s
"""


async def find(
    tx: Tx, viewer: int | None, text: str, *, limit: int, offset: int, following: bool, here: str
) -> list[int]:
    """Ids, best first: the exact handle, those whom the viewer follows, handles before names, here before elsewhere.

    Whom the viewer blocks is found by the exact handle alone: it is how clients find somebody to unblock.
    Who blocks the viewer is not found at all.
    `text`: the beginning of a handle, of a name or of a later word of it; `handle@host` looks at that host only.
    """
    wanted = " ".join(normal(text)[:LONGEST].split()).removeprefix("@").removeprefix("!")
    handle, at, host = wanted.partition("@")
    if not handle:
        return []
    place: str | None = None
    if at and " " not in wanted:
        place, wanted = host.lower(), handle
    return await tx.column(
        FIND,
        {
            **tenant(tx),
            "viewer": viewer,
            "host": like(place) if place is not None else None,
            "local": place is not None and here.lower().startswith(place),
            "handle": like(handle.lower()),
            "exact": handle.lower(),
            "name": like(wanted),
            "following": following and viewer is not None,
            "limit": limit,
            "offset": offset,
        },
    )
