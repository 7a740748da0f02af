"""Erasing a person: all faces in the organisation, what they wrote (or only who wrote it), and every trace beside it.

What hangs on an account is found by the database's own foreign keys, so that a new table is erased from the day it
is made. Under a legal hold the triggers of migration 0120 keep a copy, which goes when the hold is released.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from torg.access import persons
from torg.accounts import actions as account_actions
from torg.accounts import store as accounts
from torg.accounts.events import AccountUpdated
from torg.engine import jobs, outbox
from torg.engine.postgres import Database, Row, Tx, json
from torg.engine.worker import Context, Handler, Handling
from torg.kernel.actor import Actor, NetworkKind, Permission, Scope
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.kernel.ids import new_id
from torg.moderation import deletion, log
from torg.moderation import rules as moderation_rules
from torg.moderation.account_store import position
from torg.orgs import rules
from torg.orgs import store as orgs
from torg.search import actions as search
from torg.signing import gone
from torg.text.messages import marked as _
from torg.text.messages import translator

Mode = Literal["delete", "anonymise"]

ERASE = "erase_person"
LOGIN = ("sessions", "tokens", "refresh_tokens")


FORMER = _("Former colleague")
GONE = "former"
"""What stands for the name in mentions by others."""

# What stays of an anonymised account: what was written and said, and the votes that the tallies count.
KEPT = frozenset({
    ("posts", "account_id"), ("post_mentions", "account_id"), ("media", "account_id"), ("poll_votes", "account_id"),
    ("favourites", "account_id"), ("messages", "account_id"), ("message_readers", "account_id"),
    ("conversation_members", "account_id"), ("praise", "from_id"), ("praised", "account_id"),
    ("questions", "asker_id"), ("must_see", "sender_id"), ("calendar_events", "creator_id"),
})  # fmt: skip
HANGING = """
SELECT c.conrelid::regclass::text AS "table", a.attname::text AS "column", c.confdeltype = 'n' AS nulled
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
WHERE c.contype = 'f' AND c.confrelid = %(of)s::regclass AND cardinality(c.conkey) = 2
AND c.connamespace = 'public'::regnamespace AND c.conrelid <> c.confrelid ORDER BY 1, 2
"""
# Tables that name an account or a person without a foreign key.
LOOSE = """
SELECT t.relname::text AS "table" FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = %(column)s
JOIN pg_attribute o ON o.attrelid = t.oid AND o.attname = 'org_id'
WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = t.oid AND a.attnum = ANY (c.conkey)
    AND c.confrelid = ANY (ARRAY['accounts'::regclass, 'persons'::regclass])) ORDER BY 1
"""
# These have rules of their own, or go with the post they hang on.
SPARED = frozenset({"deleted_posts", "deleted_messages", "kept_media", "held_records", "media_files", "post_search",
                    "post_tags", "polls", "pins", "admin_log", "legal_holds", "erasures", "activities",
                    "gone_actors"})  # fmt: skip
FACES = """
SELECT a.id, a.network_id, a.handle, a.display_name, n.kind AS network_kind, n.settings FROM accounts a
JOIN networks n ON n.org_id = a.org_id AND n.id = a.network_id
WHERE a.org_id = %(org)s AND (a.id = ANY (%(ids)s) OR a.person_id = %(person)s) ORDER BY a.id
"""
SNAPSHOTS = (
    "DELETE FROM deleted_posts WHERE org_id = %(org)s AND account_id = %(id)s AND holds = '{}'",
    "DELETE FROM deleted_messages WHERE org_id = %(org)s AND account_id = %(id)s AND holds = '{}'",
    "DELETE FROM kept_media WHERE org_id = %(org)s AND account_id = %(id)s AND holds = '{}'",
)
# In HTML a mention's name is within an element of its own: @<span>name</span>.
NAMED = "'@(<[^>]*>)?' || %(name)s::text || '(?![A-Za-z0-9_])'"
INSTEAD = "'@\\1' || %(by)s::text"
MENTIONS = (
    f"""UPDATE posts p SET source = regexp_replace(source, {NAMED}, {INSTEAD}, 'gi'),
            html = regexp_replace(html, {NAMED}, {INSTEAD}, 'gi'), version = version + 1
        WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND EXISTS (SELECT FROM post_mentions m
            WHERE m.org_id = p.org_id AND m.post_id = p.id AND m.account_id = %(id)s) RETURNING p.id""",
    f"""UPDATE post_edits e SET source = regexp_replace(source, {NAMED}, {INSTEAD}, 'gi'),
            html = regexp_replace(html, {NAMED}, {INSTEAD}, 'gi')
        WHERE e.org_id = %(org)s AND e.network_id = %(network)s AND e.source ~* ({NAMED})""",
    f"""UPDATE messages m SET source = regexp_replace(source, {NAMED}, {INSTEAD}, 'gi'),
            html = regexp_replace(html, {NAMED}, {INSTEAD}, 'gi')
        WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND EXISTS (SELECT FROM message_readers r
            WHERE r.org_id = m.org_id AND r.message_id = m.id AND r.account_id = %(id)s)""",
    f"""UPDATE message_edits e SET source = regexp_replace(source, {NAMED}, {INSTEAD}, 'gi'),
            html = regexp_replace(html, {NAMED}, {INSTEAD}, 'gi')
        WHERE e.org_id = %(org)s AND e.network_id = %(network)s AND e.source ~* ({NAMED})""",
    f"""UPDATE deleted_posts d SET snapshot = (regexp_replace(snapshot::text, {NAMED}, {INSTEAD}, 'gi')::jsonb)
            - 'mentions'
        WHERE d.org_id = %(org)s AND d.network_id = %(network)s AND d.holds = '{{}}'
        AND (d.snapshot->>'source' ~* ({NAMED}) OR d.snapshot->'mentions' ? %(handle)s::text)""",
    f"""UPDATE deleted_messages d SET snapshot = regexp_replace(snapshot::text, {NAMED}, {INSTEAD}, 'gi')::jsonb
        WHERE d.org_id = %(org)s AND d.network_id = %(network)s AND d.holds = '{{}}'
        AND d.snapshot->>'source' ~* ({NAMED})""",
)
# The log that streams resume from is kept for some hours: of the account's acts without words.
EVENTS = """UPDATE {table} SET payload = payload
    || CASE WHEN payload ? 'tags' THEN '{{"tags": []}}' ELSE '{{}}' END::jsonb
    || CASE WHEN payload ? 'links' THEN '{{"links": []}}' ELSE '{{}}' END::jsonb
    WHERE org_id = %(org)s AND network_id = %(network)s AND payload->>'account_id' = %(id)s::text"""
# What is on its way to other servers: only that something is gone goes on.
UNSAID = """DELETE FROM activities WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = %(id)s
    AND convert_from(body, 'UTF8')::jsonb ->> 'type' IS DISTINCT FROM 'Delete'"""
# What failed and waits for an administrator may hold the address (letters) or a name.
LEFT_BEHIND = (
    "DELETE FROM jobs WHERE org_id = %(org)s AND worker IS NULL AND position(%(email)s IN payload::text) > 0",
    "DELETE FROM dead_events WHERE org_id = %(org)s AND position(%(email)s IN payload::text) > 0",
    "UPDATE invites SET email = NULL WHERE org_id = %(org)s AND lower(email) = lower(%(email)s)",
    "UPDATE watches SET notify_email = '' WHERE org_id = %(org)s AND lower(notify_email) = lower(%(email)s)",
)
# What the doors of the wall remember on the inside: the words of a promotion, and whose public post was discussed.
CROSSED = {
    "delete": (
        "DELETE FROM promotions WHERE org_id = %(org)s AND %(id)s IN (source_account_id, requested_by)",
        """UPDATE side_threads SET public_text = '', public_acct = '' WHERE org_id = %(org)s
           AND public_network_id = %(network)s AND public_acct = %(handle)s""",
    ),
    "anonymise": (
        """UPDATE side_threads SET public_acct = '' WHERE org_id = %(org)s
           AND public_network_id = %(network)s AND public_acct = %(handle)s""",
    ),
}


async def ask(tx: Tx, actor: Actor, account_id: int, mode: Mode) -> int:
    """Begin to erase the person behind an account: at once nobody sees it; a job does the rest. The erasure's id.

    Oneself, or anybody for who may manage compliance. NotFound for a group or an account of elsewhere.
    """
    if actor.account_id != account_id and not actor.may(Permission.MANAGE_COMPLIANCE):
        raise Forbidden
    found = (await accounts.by_ids(tx, [account_id])).get(account_id)
    if found is None or found.kind == "group":
        raise NotFound
    if actor.account_id is not None and actor.account_id != account_id:
        moderation_rules.overrides(await position(tx, actor.account_id), await position(tx, account_id))
    id_ = new_id()
    await tx.run(
        """INSERT INTO erasures (org_id, network_id, id, account_ids, mode, requested_by)
           VALUES (%s, %s, %s, %s, %s, %s)""",
        (actor.org_id, actor.network_id, id_, [account_id], mode, actor.account_id),
    )
    if found.state != "deleted":
        await account_actions.close(tx, account_id)
    await _log_out(tx, account_id)
    await jobs.enqueue(tx, ERASE, {"erasure_id": id_, "person_id": found.person_id}, key=str(id_))
    if actor.account_id != account_id:
        await log.record(tx, actor, "erase", "account", account_id, mode=mode)
    return id_


async def check_password(db: Database, actor: Actor, password: str) -> None:
    """Whether it is really the person: 422 for a wrong password. Somebody without one (SSO) needs none."""
    async with db.tx(actor.scope) as tx:
        person = await persons.by_id(tx, actor.person_id) if actor.person_id else None
    if person is None or person.password_hash is None:
        return
    if await persons.verified(db, actor.scope, person.email, password) is None:
        raise invalid("password", "ERR_INVALID", "is wrong")


async def _log_out(tx: Tx, account_id: int) -> None:
    for table in LOGIN:
        await tx.run(
            f"DELETE FROM {table} WHERE {accounts.TENANT} AND account_id = %(id)s",
            {**accounts.tenant(tx), "id": account_id},
        )


async def erase(ctx: Context, payload: dict[str, Any]) -> None:
    """Job `erase_person`. Cut off anywhere, it begins again and finds less to do."""
    org_id, id_, person_id = ctx.job.org_id, int(payload["erasure_id"]), payload["person_id"]
    async with ctx.db.system() as tx:
        erasure = await tx.one("SELECT * FROM erasures WHERE org_id = %s AND id = %s", (org_id, id_))
        if erasure is None or erasure["finished_at"] is not None:
            return
        known = await tx.all(FACES, {"org": org_id, "ids": erasure["account_ids"], "person": person_id})
        faces = [face for face in known if _within_reach(erasure, face, known)]
        whole = len(faces) == len(known)
        ids = sorted({*erasure["account_ids"], *(int(face["id"]) for face in faces)})
        await tx.run("UPDATE erasures SET account_ids = %s WHERE org_id = %s AND id = %s", (ids, org_id, id_))
        email = await tx.value("SELECT email FROM persons WHERE org_id = %s AND id = %s", (org_id, person_id))
    for face in faces:
        await _face(ctx, Scope(org_id, (int(face["network_id"]),)), face, erasure["mode"])
    async with ctx.db.system() as tx:
        if email and whole:
            for sql in LEFT_BEHIND:
                await tx.run(sql, {"org": org_id, "email": email})
        if person_id is not None and whole:
            await _forget(tx, org_id, "person_id", person_id)
            await tx.run("DELETE FROM persons WHERE org_id = %s AND id = %s", (org_id, person_id))
        await tx.run("UPDATE erasures SET finished_at = now() WHERE org_id = %s AND id = %s", (org_id, id_))


def _within_reach(erasure: Row, face: Row, known: Sequence[Row]) -> bool:
    """Whether an erasure takes this face. Oneself, and who runs the installation, erase all of them; an administrator
    those that his or her network looks out on: who runs the public face has no say over what is inside."""
    if erasure["requested_by"] is None or erasure["requested_by"] in erasure["account_ids"]:
        return True
    kinds = {row["network_id"]: NetworkKind(row["network_kind"]) for row in known}
    here, there = erasure["network_id"], face["network_id"]
    return rules.in_sight((kinds.get(here, NetworkKind.PUBLIC), here), (kinds[there], there))


async def _face(ctx: Context, scope: Scope, face: Row, mode: Mode) -> None:
    """One account: closed, then emptied, then gone or without a name."""
    account_id = int(face["id"])
    async with ctx.db.tx(scope) as tx:
        account = (await accounts.by_ids(tx, [account_id])).get(account_id)
        if account is None:
            return
        if account.state != "deleted":
            await account_actions.close(tx, account_id)
        await _log_out(tx, account_id)
    if mode == "delete":
        await deletion.remove_written(ctx.db, scope, account_id)
    archives = await _archives(ctx, scope, account_id)
    async with ctx.db.system() as system:
        tx = system.within(scope)
        await system.run(
            "SELECT torg_keep_account(a) FROM accounts a WHERE a.org_id = %s AND a.id = %s AND %s",
            (scope.org_id, account_id, mode == "anonymise"),
        )
        await deletion.mend_counters(tx, account_id)
        await gone.keep(tx, account_id)
        await tx.run(UNSAID, {**accounts.tenant(tx), "id": account_id})
        by = GONE if mode == "delete" else f"{GONE}_{account_id:x}"
        touched = await _unname(tx, face["handle"], account_id, by)
        for sql in SNAPSHOTS:
            await tx.run(sql, {"org": scope.org_id, "id": account_id})
        for table in ("event_log", "dead_events"):
            await tx.run(EVENTS.format(table=table), {**accounts.tenant(tx), "id": account_id})
        for sql in CROSSED[mode]:
            await system.run(sql, {**accounts.tenant(tx), "id": account_id, "handle": face["handle"]})
        await _doom(tx, account_id, whole=mode == "delete")
        if mode == "delete":
            await _forget(tx, scope.org_id, "account_id", account_id)
            await tx.run(
                f"DELETE FROM accounts WHERE {accounts.TENANT} AND id = %(id)s",
                {**accounts.tenant(tx), "id": account_id},
            )
        else:
            await _anonymise(ctx, tx, account_id, by)
        await tx.run(
            f"""DELETE FROM tags t WHERE t.{accounts.TENANT} AND t.reviewed_at IS NULL
                AND NOT EXISTS (SELECT FROM post_tags p WHERE p.org_id = t.org_id AND p.tag_id = t.id)
                AND NOT EXISTS (SELECT FROM tag_follows f WHERE f.org_id = t.org_id AND f.tag_id = t.id)
                AND NOT EXISTS (SELECT FROM featured_tags f WHERE f.org_id = t.org_id AND f.tag_id = t.id)""",
            accounts.tenant(tx),
        )
        await search.index(tx, touched)
    for key in archives:
        await ctx.services.blobs.delete(key)


async def _archives(ctx: Context, scope: Scope, account_id: int) -> list[str]:
    """Keys of the archives of own data that the account asked for."""
    async with ctx.db.tx(scope) as tx:
        return await tx.column(
            f"SELECT key FROM data_archives WHERE {accounts.TENANT} AND account_id = %(id)s AND key IS NOT NULL",
            {**accounts.tenant(tx), "id": account_id},
        )


async def _unname(tx: Tx, handle: str, account_id: int, by: str) -> list[int]:
    """Put another word in the place of the handle where others mention it; ids of the posts that this changed."""
    values = {
        **accounts.tenant(tx), "id": account_id, "handle": handle,
        "name": re.sub(r"([.\-])", r"\\\1", handle), "by": by,
    }  # fmt: skip
    touched = [int(id_) for id_ in await tx.column(MENTIONS[0], values)]
    for sql in MENTIONS[1:]:
        await tx.run(sql, values)
    return touched


async def _doom(tx: Tx, account_id: int, *, whole: bool) -> None:
    """Let the sweep take the account's files: all, or (of an anonymised one) its pictures."""
    await tx.run(
        f"""UPDATE media_files SET doomed_at = coalesce(doomed_at, now()) WHERE {accounts.TENANT}
            AND (account_id = %(id)s AND (%(whole)s OR purpose IN ('avatar', 'header'))
                 OR %(whole)s AND media_id IN (SELECT m.id FROM media m WHERE m.org_id = %(org)s
                    AND m.account_id = %(id)s))""",
        {**accounts.tenant(tx), "id": account_id, "whole": whole},
    )


async def _forget(tx: Tx, org_id: int, column: str, value: int) -> None:
    """Rows of tables that name the account or person without a foreign key."""
    for row in await tx.all(LOOSE, {"column": column}):
        if row["table"] not in SPARED:
            await tx.run(f'DELETE FROM "{row["table"]}" WHERE org_id = %s AND "{column}" = %s', (org_id, value))


async def _anonymise(ctx: Context, tx: Tx, account_id: int, handle: str) -> None:
    """Take everything off the account but what it wrote, and its name off that."""
    for row in await tx.all(HANGING, {"of": "accounts"}):
        table, column = row["table"], row["column"]
        if (table, column) in KEPT:
            continue
        if row["nulled"]:
            await tx.run(
                f'UPDATE {table} SET "{column}" = NULL WHERE org_id = %s AND "{column}" = %s',
                (tx.scope.org_id, account_id),
            )
        else:
            await tx.run(f'DELETE FROM {table} WHERE org_id = %s AND "{column}" = %s', (tx.scope.org_id, account_id))
    network = await orgs.network(tx, tx.scope.org_id, tx.scope.network_ids[0])
    language = (network.settings.locale if network else None) or "en"
    values = {
        **deletion.BLANK, "display_name": translator(language)(FORMER), "handle": handle, "uri": None, "url": None,
        "state": "active", "disabled_at": now(), "discoverable": False, "indexable": False, "locked": True,
        "role_id": None, "guest": False,
    }  # fmt: skip
    await accounts.update(tx, account_id, values)
    await tx.run(
        f"UPDATE accounts SET settings = %(empty)s WHERE {accounts.TENANT} AND id = %(id)s",
        {**accounts.tenant(tx), "id": account_id, "empty": json({})},
    )
    await tx.run(
        f"UPDATE posts SET version = version + 1 WHERE {accounts.TENANT} AND account_id = %(id)s",
        {**accounts.tenant(tx), "id": account_id},
    )
    await outbox.append(tx, AccountUpdated(account_id=account_id))


HANDLERS: dict[str, Handler | Handling] = {ERASE: Handling(run=erase, concurrency=1, attempts=10, timeout=3_600)}
