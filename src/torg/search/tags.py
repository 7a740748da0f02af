"""SQL of finding tags by the beginning of their names."""

from __future__ import annotations

import msgspec

from torg.engine.postgres import Tx
from torg.search.rules import like
from torg.search.store import tenant
from torg.text.tags import tag_name


class FoundTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag: `name` as stored, `display_name` as first written."""

    id: int
    name: str
    display_name: str


# Only tags of posts that anyone here may read: a tag that stands in a followers' post alone tells what that is about.
FIND = """
SELECT t.id, t.name, t.display_name FROM tags t
CROSS JOIN LATERAL (
    SELECT count(*) AS uses FROM (
        SELECT FROM post_tags pt JOIN posts p ON p.org_id = pt.org_id AND p.id = pt.post_id
        WHERE pt.org_id = t.org_id AND pt.tag_id = t.id AND p.audience = 'everyone' LIMIT 1000) u) used
WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND t.name LIKE %(prefix)s
    AND t.usable AND t.listable AND (NOT %(reviewed)s OR t.reviewed_at IS NOT NULL) AND used.uses > 0
ORDER BY t.name = %(exact)s DESC, used.uses DESC, t.name
LIMIT %(limit)s OFFSET %(offset)s
"""


async def find(tx: Tx, text: str, *, limit: int, offset: int, reviewed_only: bool) -> list[FoundTag]:
    """Tags that begin with the first word of `text`, with or without #."""
    first = next(iter(text.split()), "").lstrip("#＃")
    name = tag_name(first)
    if not name:
        return []
    return await tx.all(
        FIND,
        {
            **tenant(tx),
            "prefix": like(name) + "%",
            "exact": name,
            "reviewed": reviewed_only,
            "limit": limit,
            "offset": offset,
        },
        as_=FoundTag,
    )
