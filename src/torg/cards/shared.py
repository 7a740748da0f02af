"""Pages as the whole installation fetched them (`link_pages`): taken for fetching by one, read by all.

Who reads leaves no trace. Only a post that anybody may read, in a public network, may take or keep: else the speed of
a card elsewhere would tell that somebody wrote this link inside.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from torg.cards.model import Preview
from torg.cards.store import url_hash
from torg.engine.postgres import Database, json

MOST_PICTURE = 1024 * 1024


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it is known here. `mine`: it is now ours to fetch; `busy`: somebody else is at it."""

    said: Preview | None = None
    picture: bytes | None = None
    mine: bool = False
    busy: bool = False
    failure: str | None = None


async def look(db: Database, url: str) -> Page | None:
    """What is known of a page and still fresh, without a trace."""
    async with db.system() as tx:
        row = await tx.one(LOOK, {"hash": url_hash(url)})
    return Page(said=msgspec.convert(row["said"], Preview), picture=row["picture"]) if row else None


async def take(db: Database, url: str, lease: timedelta) -> Page:
    """What is known of a page, or the task to fetch it, given to one at a time."""
    params = {"hash": url_hash(url), "url": url, "lease": lease}
    async with db.system() as tx:
        mine = await tx.value(TAKE, params) is not None
        row: dict[str, Any] = await tx.one(FOUND, params) or {}
    said = msgspec.convert(row["said"], Preview) if row.get("said") else None
    fresh = not mine and not row.get("busy")
    return Page(
        said=said if fresh and row.get("failure") is None else None,
        picture=row.get("picture"),
        mine=mine,
        busy=bool(row.get("busy")) and not mine,
        failure=row.get("failure") if fresh else None,
    )


async def keep(db: Database, url: str, said: Preview, picture: bytes | None, again: timedelta) -> None:
    """What a page said; it is asked anew after `again`."""
    small = picture if picture is not None and len(picture) <= MOST_PICTURE else None
    params = {"hash": url_hash(url), "said": json(said), "picture": small, "again": again}
    async with db.system() as tx:
        await tx.run(KEEP, params)


async def fail(db: Database, url: str, reason: str, first: timedelta, most: timedelta) -> None:
    """Remember a failure for everybody: asked anew after `first`, doubled for each failure in a row."""
    params = {"hash": url_hash(url), "reason": reason[:500], "first": first, "most": most}
    async with db.system() as tx:
        await tx.run(FAIL, params)


async def sweep(db: Database) -> int:
    """Forget pages that nobody has asked for anew since their time was over; how many."""
    async with db.system() as tx:
        return await tx.run("DELETE FROM link_pages WHERE next_fetch_at < now() - interval '1 day'")


LOOK = """
SELECT said, picture FROM link_pages
WHERE url_hash = %(hash)s AND said IS NOT NULL AND failure IS NULL AND next_fetch_at > now()
"""

TAKE = """
INSERT INTO link_pages AS p (url_hash, url, lease_until)
VALUES (%(hash)s, %(url)s, now() + %(lease)s::interval)
ON CONFLICT (url_hash) DO UPDATE SET lease_until = EXCLUDED.lease_until
WHERE p.next_fetch_at <= now() AND coalesce(p.lease_until, '-infinity') <= now()
RETURNING url
"""

FOUND = """
SELECT said, picture, failure, coalesce(lease_until > now(), false) AS busy FROM link_pages WHERE url_hash = %(hash)s
"""

KEEP = """
UPDATE link_pages SET said = %(said)s, picture = %(picture)s, lease_until = NULL, failures = 0, failure = NULL,
    next_fetch_at = now() + %(again)s::interval WHERE url_hash = %(hash)s
"""

FAIL = """
UPDATE link_pages SET lease_until = NULL, failures = failures + 1, failure = %(reason)s,
    next_fetch_at = now() + least(%(first)s::interval * (2 ^ least(failures, 16)), %(most)s::interval)
WHERE url_hash = %(hash)s
"""
