"""What one may do with reports: file one; as a moderator take, settle and reopen them."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.moderation import account_store, log, report_store, rules
from torg.moderation.events import ReportFiled
from torg.moderation.model import Complaint, Report
from torg.posts import actions as post_actions
from torg.posts import reads as posts
from torg.posts import store as post_rows

MOST_NAMED = 200
"""Accounts and posts of a complaint from elsewhere that are looked at."""
BAD_RULES = "Validation failed: Rule ids does not reference valid rules"


async def file(tx: Tx, actor: Actor, complaint: Complaint) -> Report:
    """Complain about an account (Mastodon: POST /api/v1/reports).

    Posts and collections of others, or that the actor may not read, are left out without a word, as in Mastodon.
    """
    target = await accounts.visible(tx, complaint.target_id)
    comment = rules.check_comment(complaint.comment)
    rule_ids = await _rules(tx, complaint.rule_ids)
    category = rules.category_of(complaint)
    wanted = list(dict.fromkeys(complaint.post_ids))[: rules.MOST_POSTS]
    views = await posts.hydrate(tx, actor, wanted)
    report_id = new_id()
    await report_store.insert(
        tx,
        "reports",
        {
            "id": report_id,
            "account_id": actor.me,
            "target_id": target.id,
            "comment": comment,
            "category": category,
            "post_ids": [v.post.id for v in views if v.post.account_id == target.id],
            "collection_ids": await report_store.collections(tx, target.id, complaint.collection_ids),
            "rule_ids": rule_ids,
            "forwarded": complaint.forward and not target.is_local,
        },
    )
    await outbox.append(tx, ReportFiled(report_id=report_id, account_id=actor.me, target_id=target.id))
    return await find(tx, report_id)


async def receive(tx: Tx, account_id: int, target_id: int, post_ids: Sequence[int], comment: str) -> int:
    """A complaint from another server, by one of its accounts; the report's id. Posts are those of the target."""
    report_id = new_id()
    await report_store.insert(
        tx,
        "reports",
        {
            "id": report_id,
            "account_id": account_id,
            "target_id": target_id,
            "comment": comment[: rules.MOST_COMMENT].strip(),
            "category": "other",
            "post_ids": list(dict.fromkeys(post_ids))[: rules.MOST_POSTS],
        },
    )
    await outbox.append(tx, ReportFiled(report_id=report_id, account_id=account_id, target_id=target_id))
    return report_id


async def _rules(tx: Tx, ids: list[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    if wanted and set(wanted) - await report_store.known_rules(tx, wanted):
        raise Invalid(BAD_RULES)
    return wanted


async def find(tx: Tx, report_id: int) -> Report:
    """A report of this network, else 404."""
    found = await report_store.report(tx, report_id)
    if found is None:
        raise NotFound
    return found


async def listed(
    tx: Tx,
    page: Page,
    *,
    resolved: bool = False,
    account_id: int | None = None,
    target_id: int | None = None,
    domain: str | None = None,
) -> list[Report]:
    """A page of reports for moderators."""
    return await report_store.reports(
        tx, page, resolved=resolved, account_id=account_id, target_id=target_id, domain=domain
    )


async def classify(
    tx: Tx, actor: Actor, report_id: int, *, category: str | None, rule_ids: list[int] | None
) -> Report:
    """Change what a report is about; rules belong to violations only."""
    old = await find(tx, report_id)
    new = rules.check_category(category) if category else old.category
    named = old.rule_ids if rule_ids is None else await _rules(tx, rule_ids)
    if rule_ids and category and new != "violation":
        raise Invalid("Validation failed: Rule ids must be blank")
    if rule_ids:
        new = "violation"
    kept = named if new == "violation" else []
    await report_store.update(tx, report_id, {"category": new, "rule_ids": kept})
    await log.record(tx, actor, "update", "report", report_id, category=new, rule_ids=kept)
    return await find(tx, report_id)


async def assign(tx: Tx, actor: Actor, report_id: int) -> Report:
    """Take a report upon oneself, also from a colleague."""
    await find(tx, report_id)
    await report_store.update(tx, report_id, {"assigned_id": actor.me})
    await log.record(tx, actor, "assign_to_self", "report", report_id)
    return await find(tx, report_id)


async def unassign(tx: Tx, actor: Actor, report_id: int) -> Report:
    """Leave a report to whoever takes it."""
    await find(tx, report_id)
    await report_store.update(tx, report_id, {"assigned_id": None})
    await log.record(tx, actor, "unassign", "report", report_id)
    return await find(tx, report_id)


async def resolve(tx: Tx, actor: Actor, report_id: int) -> Report:
    """Close a report; one that is closed stays as it was closed."""
    old = await find(tx, report_id)
    if old.resolved_at is None:
        await report_store.update(tx, report_id, {"resolved_at": now(), "resolved_by": actor.me})
        await log.record(tx, actor, "resolve", "report", report_id)
    return await find(tx, report_id)


async def reopen(tx: Tx, actor: Actor, report_id: int) -> Report:
    """Open a closed report again."""
    old = await find(tx, report_id)
    if old.resolved_at is not None:
        await report_store.update(tx, report_id, {"resolved_at": None, "resolved_by": None})
        await log.record(tx, actor, "reopen", "report", report_id)
    return await find(tx, report_id)


async def delete_posts(tx: Tx, actor: Actor, report_id: int) -> Report:
    """Delete the posts that a report names, as its target's; the report stays open. Forbidden for a higher role's."""
    report = await find(tx, report_id)
    rules.overrides(await account_store.position(tx, actor.me), await account_store.position(tx, report.target_id))
    gone = []
    for post_id in report.post_ids:
        post = await post_rows.get(tx, post_id)
        if post is not None and post.account_id == report.target_id:
            await post_actions.remove(tx, post, deleted_by=actor.me)
            gone.append(post_id)
    await log.record(tx, actor, "delete_posts", "report", report_id, posts=gone)
    return report
