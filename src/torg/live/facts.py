"""What the events of posts are about: the facts by which it is decided who gets them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from torg.engine.bus import Logged
from torg.engine.postgres import Tx
from torg.kernel.events import Event
from torg.live import store
from torg.live.model import Facts
from torg.posts.events import PostDeleted, PostEdited, PostPublished, QuoteRevoked


def known(row: Logged) -> Event | None:
    """The event of a row, if this version knows it."""
    try:
        return row.event
    except (LookupError, msgspec.ValidationError):
        return None  # the relay has put it among the dead events


async def facts_of(tx: Tx, events: Iterable[tuple[int, Event]]) -> list[tuple[int, Facts]]:
    """What each event is about; an event about a post that is gone by now is left to its deletion."""
    about = [(seq, event) for seq, event in events if isinstance(event, PostPublished | PostEdited | QuoteRevoked)]
    gone = [(seq, event) for seq, event in events if isinstance(event, PostDeleted)]
    rows = await store.posts(tx, {event.post_id for _, event in about}) if about else {}
    hosts = await store.hosts(tx, {event.account_id for _, event in gone}) if gone else {}
    found: list[tuple[int, Facts]] = []
    for seq, event in about:
        row = rows.get(event.post_id)
        if row is not None:
            facts = {name: row[name] for name in row if name != "id"}
            mentions, tags = getattr(event, "mention_ids", ()), getattr(event, "tags", ())
            found.append((
                seq,
                Facts(
                    **facts,
                    post_id=event.post_id,
                    event="update" if isinstance(event, PostPublished) else "status.update",
                    is_local=row["author_host"] == "",
                    mentions=frozenset(mentions),
                    tags=frozenset(tags),
                ),
            ))  # fmt: skip
    for seq, deletion in gone:
        host, silenced = hosts.get(deletion.account_id, ("", False))
        found.append((
            seq,
            Facts(
                post_id=deletion.post_id, event="delete", account_id=deletion.account_id, audience=deletion.audience,
                listed=deletion.listed, group_id=deletion.group_id, author_host=host,
                is_local=host == "", is_silenced=silenced,
                reply_to_account_id=deletion.reply_to_account_id, boost_of_id=deletion.boost_of_id,
                mentions=frozenset(deletion.mention_ids), tags=frozenset(deletion.tags), has_media=deletion.has_media,
            ),
        ))  # fmt: skip
    return sorted(found, key=lambda pair: pair[0])
