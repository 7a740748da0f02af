"""What is published is noted on the pages that it belongs to, in the relay's own order; older posts by a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler
from torg.events import rules, store
from torg.events.actions import BACKFILL
from torg.events.model import EventPage, State
from torg.kernel.ids import MAX_ID
from torg.text.clean import to_plain

STEP = 500
HAS_PAGES = "EXISTS (SELECT FROM event_pages WHERE org_id = %(org)s AND network_id = %(network)s)"


async def posts_published(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """New posts for everyone; boosts, quiet posts and those of groups belong to no page."""
    new = [
        h for h in happened
        if h.event.audience == "everyone" and h.event.listed and h.event.boost_of_id is None
    ]  # fmt: skip
    pages = await store.pages(tx, at=new[-1].meta.created_at) if new else []
    if not pages:
        return
    html = await store.texts(tx, [h.event.post_id for h in new]) if any(page.words for page in pages) else {}
    rows: list[tuple[int, int, State, Any]] = []
    for h in new:
        text = rules.folded(to_plain(html.get(h.event.post_id, "")))
        for page in pages:
            if rules.belongs(
                page, account_id=h.event.account_id, tags=h.event.tags, text=text, at=h.meta.created_at
            ):
                rows.append((page.id, h.event.post_id, first_state(page), h.meta.created_at))
    await store.gather(tx, rows)


def first_state(page: EventPage) -> State:
    return "waiting" if page.moderated else "shown"


async def backfill(ctx: Context, payload: dict[str, Any]) -> None:
    """Gather what was said before the page was made (or changed). Again is the same; a crash begins anew."""
    below = MAX_ID
    while True:
        async with ctx.tx() as tx:
            page = await store.by_slug(tx, payload["slug"])
            found = await store.candidates(tx, page, below, STEP) if page is not None else []
            if page is None or not found:
                return
            rows: list[tuple[int, int, State, Any]] = [
                (page.id, row["id"], first_state(page), row["created_at"])
                for row in reversed(found)
                if rules.belongs(
                    page,
                    account_id=row["account_id"],
                    tags=row["tags"],
                    text=rules.folded(to_plain(row["html"])) if page.words else "",
                    at=row["created_at"],
                )
            ]
            await store.gather(tx, rows)
            below = found[-1]["id"]


HANDLERS: Mapping[str, Handler] = {BACKFILL: backfill}
