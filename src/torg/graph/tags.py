"""Hashtags as something to look at and to follow: use per day, and who follows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph.events import TagFollowed, TagUnfollowed
from torg.graph.store import params
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.kernel.ids import id_at, new_id
from torg.kernel.page import Page, Slice, in_order
from torg.posts import tags as posts_tags
from torg.text.tags import tag_name

DAYS = 7
MOST_NAME = 255
TENANT = "t.org_id = %(org)s AND t.network_id = %(network)s"


# One knows of a tag that one follows, features, wrote, or can read where others write (row security keeps closed groups
# out, and all but his or her groups from a guest). Any other has not been used, as far as one goes: its name tells what
# is said.
KNOWN = """(EXISTS (SELECT FROM tag_follows k WHERE k.org_id = t.org_id AND k.tag_id = t.id
        AND k.account_id = %(me)s)
    OR EXISTS (SELECT FROM featured_tags k WHERE k.org_id = t.org_id AND k.tag_id = t.id AND k.account_id = %(me)s)
    OR EXISTS (SELECT FROM post_tags kt JOIN posts kp ON kp.org_id = kt.org_id AND kp.id = kt.post_id
        WHERE kt.org_id = t.org_id AND kt.tag_id = t.id
        AND (kp.audience IN ('everyone', 'group') OR kp.account_id = %(me)s)))"""


class Day(msgspec.Struct, frozen=True):
    """How often a tag was used on a day (its midnight in UTC), and by how many accounts."""

    day: datetime
    uses: int = 0
    accounts: int = 0


class TagView(msgspec.Struct, frozen=True, kw_only=True):
    """A tag with its last days, newest first. Id 0: nobody has used it yet. The flags are None for nobody."""

    id: int
    name: str
    display_name: str
    history: Sequence[Day]
    following: bool | None = None
    featuring: bool | None = None


def valid_name(text: str) -> str | None:
    """The stored name of a hashtag; None if it is none: illegal characters, or digits alone."""
    written = text.strip().removeprefix("#")
    # Cleaning drops what is illegal, so each character is asked for behind one that is surely kept.
    legal = len(written) <= MOST_NAME and all(tag_name("a" + c) != "a" for c in written)
    name = tag_name(written) if legal else ""
    return name if any(c.isalpha() for c in name) else None


async def show(tx: Tx, actor: Actor, text: str) -> TagView:
    """One tag by name; one that nobody used yet too, without a row being made. 404 if it cannot be a tag."""
    name = valid_name(text)
    if name is None:
        raise NotFound
    found = await by_names(tx, actor, [name])
    if found:
        return found[0]
    flag = None if actor.account_id is None else False
    return TagView(
        id=0, name=name, display_name=text.strip().lstrip("#"), history=_days({}), following=flag, featuring=flag
    )


async def by_names(tx: Tx, actor: Actor, names: Sequence[str]) -> list[TagView]:
    """Tags that exist, in the order of their stored names."""
    rows = await tx.all(
        f"SELECT t.id, t.name FROM tags t WHERE {TENANT} AND t.name = ANY(%(names)s) AND {KNOWN}",
        params(tx, actor.account_id, names=list(names)),
    )
    ids = {row["name"]: row["id"] for row in rows}
    return await views(tx, actor, [ids[name] for name in names if name in ids])


async def views(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[TagView]:
    """Tags by id in this order, each with its history and what the actor has to do with it."""
    if not ids:
        return []
    rows = await tx.all(
        f"""SELECT t.id, t.name, t.display_name,
              EXISTS (SELECT FROM tag_follows f WHERE f.org_id = t.org_id AND f.account_id = %(me)s
                      AND f.tag_id = t.id) AS following,
              EXISTS (SELECT FROM featured_tags f WHERE f.org_id = t.org_id AND f.account_id = %(me)s
                      AND f.tag_id = t.id) AS featuring
            FROM tags t WHERE {TENANT} AND t.id = ANY(%(ids)s)""",
        params(tx, actor.account_id, ids=list(ids)),
    )
    used = await histories(tx, ids)
    known = {row["id"]: row for row in rows}
    nobody = actor.account_id is None
    return [
        TagView(
            id=id_,
            name=known[id_]["name"],
            display_name=known[id_]["display_name"],
            history=used[id_],
            following=None if nobody else known[id_]["following"],
            featuring=None if nobody else known[id_]["featuring"],
        )
        for id_ in ids
        if id_ in known
    ]


async def histories(tx: Tx, ids: Sequence[int]) -> dict[int, list[Day]]:
    """Each tag's last seven days, newest first, counting listed posts for everyone."""
    rows = await tx.all(
        f"""SELECT t.tag_id, date_trunc('day', p.created_at AT TIME ZONE 'UTC') AS day, count(*) AS uses,
                   count(DISTINCT t.account_id) AS accounts
            FROM post_tags t JOIN posts p ON p.org_id = t.org_id AND p.id = t.post_id
            WHERE {TENANT} AND t.tag_id = ANY(%(ids)s) AND t.post_id >= %(first)s
            AND p.audience = 'everyone' AND p.listed GROUP BY 1, 2""",
        params(tx, None, ids=list(ids), first=id_at(_midnight() - timedelta(days=DAYS - 1))),
    )
    found: dict[int, dict[datetime, tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row["tag_id"], {})[row["day"].replace(tzinfo=UTC)] = row["uses"], row["accounts"]
    return {id_: _days(found.get(id_, {})) for id_ in ids}


def _midnight() -> datetime:
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


def _days(used: dict[datetime, tuple[int, int]]) -> list[Day]:
    days = [_midnight() - timedelta(days=n) for n in range(DAYS)]
    return [Day(day, *used.get(day, (0, 0))) for day in days]


async def ensure(tx: Tx, text: str) -> tuple[int, str]:
    """(id, stored name) of a tag, made if it is new. 404 if it cannot be a tag."""
    name = valid_name(text)
    if name is None:
        raise NotFound
    return (await posts_tags.ensure(tx, [(name, text.strip().removeprefix("#"))]))[name], name


async def follow(tx: Tx, actor: Actor, text: str) -> TagView:
    """Follow a tag: listed posts with it come to the home timeline."""
    tag_id, name = await ensure(tx, text)
    added = await tx.run(
        """INSERT INTO tag_follows (org_id, network_id, id, account_id, tag_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(tag)s) ON CONFLICT DO NOTHING""",
        params(tx, actor.me, id=new_id(), tag=tag_id),
    )
    if added:
        await outbox.append(tx, TagFollowed(account_id=actor.me, tag_id=tag_id, name=name))
    return (await views(tx, actor, [tag_id]))[0]


async def unfollow(tx: Tx, actor: Actor, text: str) -> TagView:
    found = await show(tx, actor, text)
    removed = await tx.run(
        """DELETE FROM tag_follows t WHERE t.org_id = %(org)s AND t.network_id = %(network)s
           AND t.account_id = %(me)s AND t.tag_id = %(tag)s""",
        params(tx, actor.me, tag=found.id),
    )
    if removed:
        await outbox.append(tx, TagUnfollowed(account_id=actor.me, tag_id=found.id, name=found.name))
    return msgspec.structs.replace(found, following=False)


async def followed(tx: Tx, actor: Actor, page: Page) -> Slice[TagView]:
    """The actor's followed tags, newest follow first; the cursors are those of the follows."""
    where, values = page.where("t.id")
    rows: list[dict[str, Any]] = in_order(
        page,
        await tx.all(
            f"""SELECT t.id, t.tag_id FROM tag_follows t WHERE {TENANT} AND t.account_id = %(me)s AND {where}
                ORDER BY t.id {page.direction} LIMIT {page.limit}""",
            params(tx, actor.me, **values),
        ),
    )
    if not rows:
        return Slice([])
    return Slice(await views(tx, actor, [row["tag_id"] for row in rows]), rows[0]["id"], rows[-1]["id"])
