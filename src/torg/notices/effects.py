"""What the events of posts, messages, the graph and accounts mean to readers: news for `actions.tell`.

Each effect takes a batch of one network's events and may run again without telling anything twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.kernel.actor import Permission
from torg.notices import actions, sources
from torg.notices.model import News
from torg.posts.events import PostPublished

BELL_RINGS = """EXISTS (SELECT FROM follows WHERE org_id = %(org)s AND network_id = %(network)s
    AND target_id = ANY(%(people)s::bigint[]) AND notify)"""


def names_somebody(event: PostPublished) -> bool:
    """Whether a new post is news to somebody because of what it is."""
    return bool(event.mention_ids or event.boost_of_id is not None or event.quote_of_id is not None)


async def posts_published(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Mentions, boosts, quotes, and posts of those whom a reader follows with the bell on."""
    rows = await sources.posts(tx, _post_ids(happened) + [h.event.boost_of_id for h in happened if h.event.boost_of_id])
    ringers: dict[int, list[int]] = defaultdict(list)
    for bell in await sources.bells(tx, _bell_ringers(happened)):
        ringers[bell["target_id"]].append(bell["account_id"])
    news: list[News] = []
    for h in happened:
        event, post = h.event, rows.get(h.event.post_id)
        if post is None:
            continue
        at = h.meta.created_at
        if event.boost_of_id is not None:
            boosted = rows.get(event.boost_of_id)
            if boosted is not None:
                news.append(News(
                    to=boosted["account_id"], type="reblog", by=event.account_id, source=str(event.post_id), at=at,
                    post_id=boosted["id"], boost_id=event.post_id, thread_id=boosted["thread_id"],
                ))  # fmt: skip
            continue
        news += [_mention(h, post, to) for to in event.mention_ids]
        if post["quote_of_account_id"] is not None and post["quote_state"] == "accepted":
            news.append(News(
                to=post["quote_of_account_id"], type="quote", by=event.account_id, source=str(event.post_id), at=at,
                post_id=event.post_id, thread_id=event.thread_id,
            ))  # fmt: skip
        own_thread = post["reply_to_account_id"] in (None, event.account_id)
        if own_thread and event.audience in ("everyone", "followers", "group"):
            rung_for = event.group_id or event.account_id
            news += [
                News(to=to, type="status", by=event.account_id, source=str(event.post_id), at=at,
                     post_id=event.post_id, thread_id=event.thread_id)
                for to in ringers[rung_for] if to not in event.mention_ids
            ]  # fmt: skip
    await _tell_readers(tx, rows, news)


async def _tell_readers(tx: Tx, rows: dict[int, Any], news: list[News]) -> None:
    """Tell of posts, but nobody of a post in a group where he or she may not read: being named opens no door."""
    place: dict[int | None, int | None] = {id_: row["group_id"] for id_, row in rows.items()}
    wanted = [(place.get(one.post_id), one.to) for one in news]
    able = await sources.readers(tx, list(set(wanted))) if wanted else set()
    await actions.tell(tx, [one for one, key in zip(news, wanted, strict=True) if key in able])


def _bell_ringers(happened: Sequence[Happened]) -> list[int]:
    """Whose bell rings: a group's for what is in it, else the author's."""
    return list({h.event.group_id or h.event.account_id for h in happened if not h.event.boost_of_id})


def _mention(h: Happened, post: dict[str, Any], to: int) -> News:
    return News(
        to=to, type="mention", by=h.event.account_id, source=str(post["id"]), at=h.meta.created_at, post_id=post["id"],
        thread_id=post["thread_id"], private=post["audience"] == "mentioned", invited=post["reply_to_account_id"] == to,
    )  # fmt: skip


def _post_ids(happened: Sequence[Happened]) -> list[int]:
    return list({h.event.post_id for h in happened})


async def posts_edited(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """New mentions; and those who boosted or quoted the post before it read as it does now."""
    happened = [h for h in happened if h.event.text_changed]
    rows = await sources.posts(tx, _post_ids(happened)) if happened else {}
    boosts: dict[int, list[int]] = defaultdict(list)
    quotes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in await sources.boosters(tx, list(rows)) if rows else ():
        boosts[row["boost_of_id"]].append(row["account_id"])
    for row in await sources.quoters(tx, list(rows)) if rows else ():
        quotes[row["quote_of_id"]].append(row)
    news: list[News] = []
    for h in happened:
        post = rows.get(h.event.post_id)
        if post is None:
            continue
        by, at = h.event.account_id, h.meta.created_at
        news += [_mention(h, post, to) for to in h.event.new_mention_ids]
        news += [
            News(to=to, type="update", by=by, source=f"{post['id']}:{h.meta.id}", at=at, post_id=post["id"],
                 thread_id=post["thread_id"])
            for to in boosts[post["id"]]
        ]  # fmt: skip
        news += [
            News(to=quote["account_id"], type="quoted_update", by=by, source=f"{quote['id']}:{h.meta.id}", at=at,
                 post_id=quote["id"], thread_id=post["thread_id"])
            for quote in quotes[post["id"]]
        ]  # fmt: skip
    await _tell_readers(tx, rows, news)


async def posts_favourited(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    rows = await sources.posts(tx, _post_ids(happened))
    news = [
        News(to=post["account_id"], type="favourite", by=h.event.account_id, at=h.meta.created_at, post_id=post["id"],
             source=f"{post['id']}:{h.event.account_id}", thread_id=post["thread_id"])
        for h in happened if (post := rows.get(h.event.post_id)) is not None
    ]  # fmt: skip
    await actions.tell(tx, news)


async def polls_ended(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """The end of a poll, to its author and to all who voted."""
    news = [
        News(to=to, type="poll", by=h.event.author_id, source=str(h.event.poll_id), at=h.meta.created_at,
             post_id=h.event.post_id)
        for h in happened for to in dict.fromkeys((h.event.author_id, *h.event.voter_ids))
    ]  # fmt: skip
    await actions.tell(tx, news)


async def messages_sent(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A message is, to Mastodon's clients, a mention in a `direct` status."""
    news: list[News] = []
    for h in happened:
        event = h.event
        wrote = await sources.invited(tx, event.conversation_id)
        news += [
            News(to=to, type="mention", by=event.account_id, source=str(event.message_id), at=h.meta.created_at,
                 message_id=event.message_id, conversation_id=event.conversation_id, private=True, invited=to in wrote)
            for to in event.reader_ids if to != event.account_id
        ]  # fmt: skip
    await actions.tell(tx, news)


async def followed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    await actions.tell(tx, [
        News(to=h.event.target_id, type="follow", by=h.event.account_id, source=str(h.event.account_id),
             at=h.meta.created_at)
        for h in happened
    ])  # fmt: skip


async def follow_accepted(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Who accepts a request has a new follower from then on, whose request is no news any more."""
    await actions.tell(tx, [
        News(to=h.event.account_id, type="follow", by=h.event.target_id, source=str(h.event.target_id),
             at=h.meta.created_at)
        for h in happened
    ])  # fmt: skip


async def follow_requested(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    await actions.tell(tx, [
        News(to=h.event.target_id, type="follow_request", by=h.event.account_id, source=str(h.event.account_id),
             at=h.meta.created_at)
        for h in happened
    ])  # fmt: skip


async def severed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Follows lost with a server: nobody's doing here, so it comes from oneself, as in Mastodon."""
    await actions.tell(tx, [
        News(to=h.event.account_id, type="severed_relationships", by=h.event.account_id,
             source=str(h.event.severance_id), at=h.meta.created_at, subject_id=h.event.severance_id, own=True)
        for h in happened
    ])  # fmt: skip


async def signed_up(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A new person in the network, to those who manage users."""
    new = await sources.signed_up(tx, [h.event.account_id for h in happened])
    officers = await sources.officers(tx, Permission.MANAGE_USERS) if new else []
    at = {h.event.account_id: h.meta.created_at for h in happened}
    await actions.tell(tx, [
        News(to=to, type="admin.sign_up", by=who, source=str(who), at=at[who]) for who in new for to in officers
    ])  # fmt: skip
