"""Moving to another account that is known here: aliases, the move, and the followers who come along.

Paths and words are GoToSocial's (POST /api/v1/accounts/alias and /move), since Mastodon has them in its pages only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.accounts import reads as accounts
from torg.accounts import store as account_rows
from torg.accounts.events import AccountMoved, AccountUpdated
from torg.accounts.model import Account
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, NotFound, invalid
from torg.portability import rules

MOVE_FOLLOWERS = "move_followers"
BATCH = 50


def uri_of(origin: str, account: Account) -> str:
    """The ActivityPub id of an account."""
    return account.uri or f"{origin}/users/{account.handle}"


async def resolve(tx: Tx, text: str, origin: str, host: str) -> Account | None:
    """The account of an ActivityPub id, a profile's address or a handle, if it is known in this network."""
    wanted = text.strip()
    for start in (f"{origin}/users/", f"{origin}/@"):
        if wanted.startswith(start):
            return await accounts.by_acct(tx, wanted.removeprefix(start), host)
    if "://" not in wanted:
        return await accounts.by_acct(tx, wanted, host)
    account_id = await tx.value(
        f"SELECT id FROM accounts WHERE {account_rows.TENANT} AND (uri = %(uri)s OR url = %(uri)s) LIMIT 1",
        {**account_rows.tenant(tx), "uri": wanted},
    )
    found = (await accounts.by_ids(tx, [account_id])).get(account_id) if account_id is not None else None
    return found if found and found.state == "active" else None


async def known_as(tx: Tx, account_id: int) -> list[str]:
    """The ActivityPub ids that an account, here or elsewhere, declares to be the same person's."""
    found: list[str] | None = await tx.value(
        """SELECT a.also_known_as || coalesce(r.also_known_as, '{}') FROM accounts a
           LEFT JOIN remote_actors r ON r.org_id = a.org_id AND r.account_id = a.id
           WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s""",
        {**account_rows.tenant(tx), "id": account_id},
    )
    return found or []


async def set_aliases(tx: Tx, actor: Actor, texts: Sequence[str], *, origin: str, host: str) -> Account:
    """Declare which other accounts are one's own; an empty list takes all back. Invalid for one not known here."""
    me = await accounts.visible(tx, actor.me)
    wanted = [text for text in dict.fromkeys(texts) if text.strip()]
    if len(wanted) > rules.MOST_ALIASES:
        raise invalid("also_known_as_uris", "ERR_TOO_LONG", f"may be at most {rules.MOST_ALIASES}")
    uris = []
    for text in wanted:
        found = await resolve(tx, text, origin, host)
        if found is None or not found.visible:
            raise invalid("also_known_as_uris", "ERR_INVALID", "has an account that is not known here")
        if found.id == me.id:
            raise invalid("also_known_as_uris", "ERR_INVALID", "has the account itself")
        uris.append(uri_of(origin, found))
    await account_rows.update(tx, me.id, {"also_known_as": list(dict.fromkeys(uris))})
    await outbox.append(tx, AccountUpdated(account_id=me.id))
    return me


async def move(tx: Tx, actor: Actor, text: str, *, origin: str, host: str) -> Account:
    """Send everybody on to another account of one's own, and the followers after it by a job. Again is the same."""
    if not text.strip():
        raise invalid("moved_to_uri", "ERR_BLANK", "can't be blank")
    me = await accounts.visible(tx, actor.me)
    await tx.run(
        f"SELECT FROM accounts WHERE {account_rows.TENANT} AND id = %(id)s FOR UPDATE",
        {**account_rows.tenant(tx), "id": me.id},
    )
    target = await resolve(tx, text, origin, host)
    moved_at = await tx.value(
        f"SELECT moved_at FROM accounts WHERE {account_rows.TENANT} AND id = %(id)s",
        {**account_rows.tenant(tx), "id": me.id},
    )
    aliases = await known_as(tx, target.id) if target else []
    rules.may_move(me, target, aliases, uri_of(origin, me), moved_at, now())
    assert target is not None
    if me.moved_to_id != target.id:
        await account_rows.update(tx, me.id, {"moved_to_id": target.id, "moved_at": now()})
        await outbox.append_all(
            tx, [AccountUpdated(account_id=me.id), AccountMoved(account_id=me.id, target_id=target.id)]
        )
    await jobs.enqueue(tx, MOVE_FOLLOWERS, {"account_id": me.id}, key=str(me.id))
    return target


async def move_followers(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: each local follower follows the new account instead. A follower who may not keeps the old one."""
    last = 0
    while True:
        async with ctx.tx() as tx:
            old = (await accounts.by_ids(tx, [payload["account_id"]])).get(payload["account_id"])
            if old is None or old.moved_to_id is None:
                return
            rows = await tx.all(
                """SELECT f.id, f.account_id, f.show_boosts, f.notify, f.languages FROM follows f
                   JOIN accounts a ON a.org_id = f.org_id AND a.id = f.account_id AND a.host = ''
                   WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.target_id = %(old)s
                   AND f.account_id <> %(new)s AND f.id > %(last)s ORDER BY f.id LIMIT %(most)s""",
                {
                    **account_rows.tenant(tx), "old": old.id, "new": old.moved_to_id, "last": last, "most": BATCH,
                },
            )  # fmt: skip
            for row in rows:
                await _bring(tx, row, old.id, old.moved_to_id)
        if len(rows) < BATCH:
            return
        last = rows[-1]["id"]


async def _bring(tx: Tx, row: dict[str, Any], old: int, new: int) -> None:
    """One follower, with what the follow brought and the lists that the account was on."""
    actor = Actor(org_id=tx.scope.org_id, network_id=tx.scope.network_ids[0], account_id=row["account_id"])
    options = FollowOptions(boosts=row["show_boosts"], notify=row["notify"], languages=row["languages"])
    try:
        async with tx.savepoint():
            await graph.follow(tx, actor, new, options)
            await tx.run(
                """UPDATE list_members m SET account_id = %(new)s FROM lists l
                   WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.account_id = %(old)s
                   AND l.org_id = m.org_id AND l.id = m.list_id AND l.account_id = %(me)s
                   AND EXISTS (SELECT FROM follows f WHERE f.org_id = m.org_id AND f.account_id = l.account_id
                               AND f.target_id = %(new)s)
                   AND NOT EXISTS (SELECT FROM list_members o WHERE o.org_id = m.org_id AND o.list_id = m.list_id
                               AND o.account_id = %(new)s)""",
                {**account_rows.tenant(tx), "old": old, "new": new, "me": row["account_id"]},
            )
            await graph.unfollow(tx, actor, old)
    except (Forbidden, NotFound, Invalid):  # a block between the two: this one stays where it is
        return
