"""Jobs that remove people's data for good: what a deleted account left, and persons who were never let in."""

from __future__ import annotations

from typing import Any

from torg.accounts import store as accounts
from torg.engine import jobs
from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context
from torg.kernel.actor import Actor, Scope
from torg.messages import actions as messages
from torg.posts import actions as posts
from torg.posts import store as post_rows

REMOVE_CONTENT = "remove_account_content"
FORGET_PERSON = "forget_person"
BATCH = 50

# Marks and ties in either direction; the counters of the others are mended first.
TIES = ("follows", "follow_requests", "blocks", "mutes", "account_notes", "endorsements", "dismissed_suggestions")
OWN = (
    "favourites", "bookmarks", "pins", "thread_mutes", "poll_votes", "lists", "list_members", "tag_follows",
    "featured_tags", "collections", "collection_items", "domain_blocks", "scheduled_posts", "drafts", "filters",
    "notices", "notice_policies", "notice_requests", "notice_permissions", "markers", "push_subscriptions",
    "announcement_reads", "announcement_reactions", "annual_reports", "idempotency_keys", "mailed_proofs",
    "saved_searches", "page_columns", "grants", "refresh_tokens", "tokens", "sessions", "half_logins", "invites",
)  # fmt: skip
BLANK: dict[str, Any] = {
    "display_name": "", "note": "", "note_html": "", "fields": [], "avatar": None, "header": None,
    "followers_count": 0, "following_count": 0, "stated_posts": 0, "stated_followers": 0, "stated_following": 0,
    "person_id": None, "sign_up_ip": None, "invite_request": "",
}  # fmt: skip


async def remove_content(ctx: Context, payload: dict[str, Any]) -> None:
    """Delete the posts a batch at a time, then marks, ties and profile. Doing it again finds less and less.

    Messages that the account sent go for all of their readers; those that it received stay with their senders.
    What a legal hold matches is copied whole before it goes (migration 0120), the profile too.
    """
    account_id = int(payload["account_id"])
    async with ctx.tx() as tx:
        account = (await accounts.by_ids(tx, [account_id])).get(account_id)
    if account is None or account.state != "deleted":
        return
    await remove_written(ctx.db, ctx.scope, account_id)
    async with ctx.db.system() as system:
        await system.run(
            "SELECT torg_keep_account(a) FROM accounts a WHERE a.org_id = %s AND a.id = %s AND a.person_id IS NOT NULL",
            (ctx.job.org_id, account_id),
        )
    async with ctx.tx() as tx:
        account = (await accounts.by_ids(tx, [account_id])).get(account_id)
        if account is None or account.state != "deleted":
            return
        params = {**accounts.tenant(tx), "id": account_id}
        await mend_counters(tx, account_id)
        for table in TIES:
            await tx.run(
                f"DELETE FROM {table} WHERE {accounts.TENANT} AND (account_id = %(id)s OR target_id = %(id)s)", params
            )
        for table in OWN:
            await tx.run(f"DELETE FROM {table} WHERE {accounts.TENANT} AND account_id = %(id)s", params)
        await tx.run(
            f"""UPDATE media_files SET doomed_at = coalesce(doomed_at, now())
                WHERE {accounts.TENANT} AND account_id = %(id)s""",
            params,
        )
        await accounts.update(tx, account_id, dict(BLANK))
        if account.person_id is not None:
            await jobs.enqueue(tx, FORGET_PERSON, {"person_id": account.person_id})


async def mend_counters(tx: Tx, account_id: int) -> None:
    """Take the account out of the others' counts, before its ties and marks go."""
    params = {**accounts.tenant(tx), "id": account_id}
    await tx.run(
        f"""UPDATE accounts SET followers_count = greatest(0, followers_count - 1) WHERE {accounts.TENANT}
            AND id IN (SELECT target_id FROM follows WHERE {accounts.TENANT} AND account_id = %(id)s)""",
        params,
    )
    await tx.run(
        f"""UPDATE accounts SET following_count = greatest(0, following_count - 1) WHERE {accounts.TENANT}
            AND id IN (SELECT account_id FROM follows WHERE {accounts.TENANT} AND target_id = %(id)s)""",
        params,
    )
    await tx.run(
        f"""UPDATE post_counts SET favourites = greatest(0, favourites - 1) WHERE {accounts.TENANT}
            AND post_id IN (SELECT post_id FROM favourites WHERE {accounts.TENANT} AND account_id = %(id)s)""",
        params,
    )


async def remove_written(db: Database, scope: Scope, account_id: int) -> None:
    """Delete all posts and sent messages of a closed account, a batch at a time."""
    for step in (_remove_posts, _remove_messages):
        while await step(db, scope, account_id):
            continue


async def _remove_posts(db: Database, scope: Scope, account_id: int) -> bool:
    """One batch; whether there may be more."""
    async with db.tx(scope) as tx:
        account = (await accounts.by_ids(tx, [account_id])).get(account_id)
        if account is None or account.state != "deleted":
            return False
        ids = await tx.column(
            f"SELECT id FROM posts WHERE {accounts.TENANT} AND account_id = %(id)s ORDER BY id DESC LIMIT %(most)s",
            {**accounts.tenant(tx), "id": account_id, "most": BATCH},
        )
        for post_id in ids:
            post = await post_rows.get(tx, post_id)
            if post is not None:
                await posts.remove(tx, post, deleted_by=None)
    return len(ids) == BATCH


async def _remove_messages(db: Database, scope: Scope, account_id: int) -> bool:
    """One batch of what the account wrote to others; whether there may be more."""
    async with db.tx(scope) as tx:
        account = (await accounts.by_ids(tx, [account_id])).get(account_id)
        if account is None or account.state != "deleted":
            return False
        actor = Actor(org_id=scope.org_id, network_id=scope.network_ids[0], account_id=account_id)
        ids = await tx.column(
            f"SELECT id FROM messages WHERE {accounts.TENANT} AND account_id = %(id)s ORDER BY id DESC LIMIT %(most)s",
            {**accounts.tenant(tx), "id": account_id, "most": BATCH},
        )
        for message_id in ids:
            await messages.delete(tx, actor, message_id)
    return len(ids) == BATCH


async def forget_person(ctx: Context, payload: dict[str, Any]) -> None:
    """Delete a person who has no account in any network of the organisation."""
    async with ctx.db.system() as tx:
        await tx.run(
            """DELETE FROM persons p WHERE p.org_id = %(org)s AND p.id = %(id)s
               AND NOT EXISTS (SELECT FROM accounts a WHERE a.org_id = p.org_id AND a.person_id = p.id)""",
            {"org": ctx.job.org_id, "id": int(payload["person_id"])},
        )
