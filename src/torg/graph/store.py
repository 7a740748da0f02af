"""SQL that changes ties. Every statement names organisation and network; row security repeats it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from torg.accounts import store as accounts
from torg.accounts.model import AccountKind
from torg.engine.postgres import Tx
from torg.graph import counting
from torg.graph.model import FollowOptions
from torg.kernel.ids import new_id

TENANT = "org_id = %(org)s AND network_id = %(network)s"
PAIR = f"{TENANT} AND account_id = %(me)s AND target_id = %(target)s"
FollowTable = Literal["follows", "follow_requests"]


def params(tx: Tx, me: int | None, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, **more}


async def lock(tx: Tx, one: int, other: int) -> None:
    """Let one transaction at a time change what is between two accounts: no follow slips past a block."""
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"graph:{min(one, other)}:{max(one, other)}",)
    )


async def lock_many(tx: Tx, me: int, others: Sequence[int]) -> None:
    """Lock the pairs of `me` with each of the others, then all their rows, before anything is changed.

    Whoever changes counters takes rows in the order of their ids, so that nobody waits in a circle.
    """
    for other in sorted(others):
        await lock(tx, me, other)
    if others:
        await tx.run(
            f"SELECT FROM accounts WHERE {TENANT} AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
            params(tx, None, ids=[me, *others]),
        )


async def put_follow(tx: Tx, table: FollowTable, me: int, target: int, options: FollowOptions) -> bool:
    """Make a follow or a request; False if it was there. A new one shows boosts and does not notify."""
    added = await tx.run(
        f"""INSERT INTO {table} (org_id, network_id, id, account_id, target_id, show_boosts, notify, languages, uri)
            VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(target)s, coalesce(%(boosts)s, true),
                    coalesce(%(notify)s, false), %(languages)s, %(uri)s) ON CONFLICT DO NOTHING""",
        params(
            tx,
            me,
            id=new_id(),
            target=target,
            boosts=options.boosts,
            notify=options.notify,
            languages=options.languages or None,
            uri=options.uri,
        ),
    )
    if added and table == "follows":
        await _count(tx, me, target, 1)
    return added > 0


async def change_follow(tx: Tx, table: FollowTable, me: int, target: int, options: FollowOptions) -> None:
    """Change what is given; no languages at all (an empty list) means every language again."""
    await tx.run(
        f"""UPDATE {table} SET show_boosts = coalesce(%(boosts)s, show_boosts), notify = coalesce(%(notify)s, notify),
            languages = CASE WHEN %(set)s THEN %(languages)s::text[] ELSE languages END,
            uri = coalesce(%(uri)s, uri) WHERE {PAIR}""",
        params(
            tx,
            me,
            target=target,
            boosts=options.boosts,
            notify=options.notify,
            set=options.languages is not None,
            languages=options.languages or None,
            uri=options.uri,
        ),
    )


async def drop_follow(tx: Tx, me: int, target: int) -> FollowOptions | None:
    """End a follow, and with it what needs one: the place in the follower's lists, the endorsement. None: no follow."""
    values = params(tx, me, target=target)
    dropped = await tx.one(
        f"SELECT show_boosts AS boosts, notify, languages, uri FROM follows WHERE {PAIR} FOR UPDATE",
        values,
        as_=FollowOptions,
    )
    if dropped is None:
        return None
    await _count(tx, me, target, -1)  # before: who has left a hidden group cannot see its row any more
    await tx.run(f"DELETE FROM follows WHERE {PAIR}", values)
    await tx.run(
        f"""DELETE FROM list_members WHERE {TENANT} AND account_id = %(target)s
            AND list_id IN (SELECT id FROM lists WHERE {TENANT} AND account_id = %(me)s)""",
        values,
    )
    await tx.run(f"DELETE FROM endorsements WHERE {PAIR}", values)
    return dropped


async def drop_request(tx: Tx, me: int, target: int) -> FollowOptions | None:
    """Take a request away; what it asked for, or None if there was none."""
    return await tx.one(
        f"DELETE FROM follow_requests WHERE {PAIR} RETURNING show_boosts AS boosts, notify, languages, uri",
        params(tx, me, target=target),
        as_=FollowOptions,
    )


async def _count(tx: Tx, me: int, target: int, by: int) -> None:
    """Both counters, the smaller id first: two who follow each other at once must not wait for each other.

    A membership is not counted with its member: the number would tell of groups that others cannot see.
    """
    known = await accounts.by_ids(tx, [target])
    joins = target in known and known[target].kind is AccountKind.GROUP
    for id_, column in sorted(((me, "following"), (target, "followers"))):
        if not (joins and id_ == me):
            await counting.count(tx, id_, column, by)


async def put_block(tx: Tx, me: int, target: int) -> bool:
    added = await tx.run(
        """INSERT INTO blocks (org_id, network_id, id, account_id, target_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(target)s) ON CONFLICT DO NOTHING""",
        params(tx, me, id=new_id(), target=target),
    )
    return added > 0


async def drop_block(tx: Tx, me: int, target: int) -> tuple[bool, str | None]:
    """Whether there was one, and the id of its Block where another server was told."""
    row = await tx.one(f"DELETE FROM blocks WHERE {PAIR} RETURNING uri", params(tx, me, target=target))
    return row is not None, row["uri"] if row else None


async def name_follow(tx: Tx, me: int, target: int, uri: str) -> bool:
    """Remember under which id another server is asked for a follow, for its Undo; whether it is still wanted."""
    values = params(tx, me, target=target, uri=uri)
    asked = await tx.run(f"UPDATE follow_requests SET uri = %(uri)s WHERE {PAIR}", values)
    return asked + await tx.run(f"UPDATE follows SET uri = %(uri)s WHERE {PAIR}", values) > 0


async def name_block(tx: Tx, me: int, target: int, uri: str) -> bool:
    """Remember under which id another server is told of a block, for its Undo; whether it still stands."""
    return await tx.run(f"UPDATE blocks SET uri = %(uri)s WHERE {PAIR}", params(tx, me, target=target, uri=uri)) > 0


async def put_mute(tx: Tx, me: int, target: int, notifications: bool, expires_at: datetime | None) -> None:
    """Mute, or change the mute there is."""
    await tx.run(
        """INSERT INTO mutes (org_id, network_id, id, account_id, target_id, notifications, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(target)s, %(notifications)s, %(expires)s)
           ON CONFLICT (org_id, account_id, target_id)
           DO UPDATE SET notifications = excluded.notifications, expires_at = excluded.expires_at""",
        params(tx, me, id=new_id(), target=target, notifications=notifications, expires=expires_at),
    )


async def drop_mute(tx: Tx, me: int, target: int) -> bool:
    return await tx.run(f"DELETE FROM mutes WHERE {PAIR}", params(tx, me, target=target)) > 0


async def put_note(tx: Tx, me: int, target: int, comment: str) -> None:
    """Keep a private note; an empty one is none."""
    values = params(tx, me, target=target, comment=comment)
    if comment:
        await tx.run(
            """INSERT INTO account_notes (org_id, network_id, account_id, target_id, comment)
               VALUES (%(org)s, %(network)s, %(me)s, %(target)s, %(comment)s)
               ON CONFLICT (org_id, account_id, target_id) DO UPDATE SET comment = excluded.comment""",
            values,
        )
    else:
        await tx.run(f"DELETE FROM account_notes WHERE {PAIR}", values)


async def put_endorsement(tx: Tx, me: int, target: int) -> None:
    await tx.run(
        """INSERT INTO endorsements (org_id, network_id, id, account_id, target_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(target)s) ON CONFLICT DO NOTHING""",
        params(tx, me, id=new_id(), target=target),
    )


async def drop_endorsement(tx: Tx, me: int, target: int) -> None:
    await tx.run(f"DELETE FROM endorsements WHERE {PAIR}", params(tx, me, target=target))


async def put_domain_block(tx: Tx, me: int, domain: str) -> bool:
    added = await tx.run(
        """INSERT INTO domain_blocks (org_id, network_id, id, account_id, domain)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(domain)s) ON CONFLICT DO NOTHING""",
        params(tx, me, id=new_id(), domain=domain),
    )
    return added > 0


async def drop_domain_block(tx: Tx, me: int, domain: str) -> bool:
    removed = await tx.run(
        f"DELETE FROM domain_blocks WHERE {TENANT} AND account_id = %(me)s AND domain = %(domain)s",
        params(tx, me, domain=domain),
    )
    return removed > 0


async def followers_from(tx: Tx, me: int, domain: str) -> list[int]:
    """Followers, and askers, of one account that live on a server."""
    return await tx.column(
        """SELECT a.id FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = %(domain)s
           AND (EXISTS (SELECT FROM follows f WHERE f.org_id = a.org_id AND f.account_id = a.id
                        AND f.target_id = %(me)s)
                OR EXISTS (SELECT FROM follow_requests f WHERE f.org_id = a.org_id AND f.account_id = a.id
                           AND f.target_id = %(me)s))
           ORDER BY a.id""",
        params(tx, me, domain=domain),
    )


async def waiting_for(tx: Tx, me: int) -> list[int]:
    """Who asks to follow an account, the first first; without accounts under limits or gone."""
    return await tx.column(
        """SELECT r.account_id FROM follow_requests r
           JOIN accounts a ON a.org_id = r.org_id AND a.id = r.account_id
           WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND r.target_id = %(me)s
           AND a.silenced_at IS NULL AND a.suspended_at IS NULL AND a.state = 'active' AND a.kind <> 'group'
           ORDER BY r.id""",
        params(tx, me),
    )
