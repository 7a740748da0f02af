"""What happened to posts → the job that tells the pages that they link to. Public networks, our own accounts only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine import jobs
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.posts.events import PostPublished
from torg.responses import sending
from torg.responses.model import Changed
from torg.responses.store import tenant

OPEN = ("everyone", "group")
OWN = """
SELECT a.id FROM accounts a JOIN networks n ON n.org_id = a.org_id AND n.id = a.network_id
WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = ANY(%(ids)s) AND a.host = '' AND n.kind = 'public'
"""
TOLD = """
SELECT DISTINCT post_id FROM told_pages
WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = ANY(%(ids)s) AND state <> 'none'
"""


def has_links(event: PostPublished) -> bool:
    """Whether a new post has links of its own."""
    return bool(event.links) and event.boost_of_id is None


async def published(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A post with links."""
    await _put(tx, [h for h in happened if has_links(h.event)])


async def edited(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A text with links, or that had some."""
    happened = [h for h in happened if h.event.text_changed and h.event.audience in OPEN]
    told = await _told(tx, [h for h in happened if not h.event.links])
    await _put(tx, [h for h in happened if h.event.links or h.event.post_id in told])


async def deleted(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A post of which pages were told: its address says now that it is gone."""
    happened = [h for h in happened if h.event.audience in OPEN and h.event.boost_of_id is None]
    told = await _told(tx, happened)
    await _put(tx, [h for h in happened if h.event.post_id in told])


async def _told(tx: Tx, happened: Sequence[Happened]) -> set[int]:
    if not happened:
        return set()
    return set(await tx.column(TOLD, {**tenant(tx), "ids": [h.event.post_id for h in happened]}))


async def _put(tx: Tx, happened: Sequence[Happened]) -> None:
    wanted = [h for h in happened if h.event.audience in OPEN]
    if not wanted:
        return
    own = set(await tx.column(OWN, {**tenant(tx), "ids": [h.event.account_id for h in wanted]}))
    for h in wanted:
        if h.event.account_id in own:
            payload = Changed(post_id=h.event.post_id, account_id=h.event.account_id)
            await jobs.enqueue(tx, sending.CHANGED, payload, key=str(h.event.post_id))
