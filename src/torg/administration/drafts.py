"""Drafts of the terms of service and of the usage policy: one of each, kept until it is published or thrown away."""

from __future__ import annotations

from datetime import date
from typing import Literal

from torg.accounts.store import TENANT, tenant
from torg.administration import rules
from torg.administration.model import TermsDraft
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.moderation import log

OFFICE = Permission.MANAGE_SETTINGS
What = Literal["terms", "usage"]


async def find(tx: Tx, actor: Actor, what: What) -> TermsDraft | None:
    """The draft, if there is one."""
    rules.check_office(actor, OFFICE)
    return await tx.one(
        f"""SELECT content, effective_date, saved_by, saved_at FROM terms_drafts
            WHERE {TENANT} AND what = %(what)s""",
        {**tenant(tx), "what": what},
        as_=TermsDraft,
    )


async def save(tx: Tx, actor: Actor, what: What, content: str, effective_date: date | None) -> None:
    """Keep what was written, in place of what was kept before. 422 for nothing, or too much."""
    rules.check_office(actor, OFFICE)
    await tx.run(
        """INSERT INTO terms_drafts (org_id, network_id, what, content, effective_date, saved_by)
           VALUES (%(org)s, %(network)s, %(what)s, %(content)s, %(date)s, %(by)s)
           ON CONFLICT (org_id, network_id, what) DO UPDATE SET content = EXCLUDED.content,
               effective_date = EXCLUDED.effective_date, saved_by = EXCLUDED.saved_by, saved_at = now()""",
        {
            **tenant(tx), "what": what, "content": rules.text("text", content, rules.MOST_TEXT),
            "date": effective_date, "by": actor.me,
        },
    )  # fmt: skip
    await log.record(tx, actor, "save_draft", "terms_of_service" if what == "terms" else "usage_policy", None)


async def drop(tx: Tx, actor: Actor, what: What) -> None:
    """Throw the draft away; nothing happens if there is none."""
    rules.check_office(actor, OFFICE)
    await tx.run(f"DELETE FROM terms_drafts WHERE {TENANT} AND what = %(what)s", {**tenant(tx), "what": what})
