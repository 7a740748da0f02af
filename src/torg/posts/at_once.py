"""Plain posts to nobody in particular, written by one call of the database that is their whole transaction.

What is remembered of an author are the settings by which a post is made ready; most have none. The call
(`torg_publish`) writes it only if they are still so, under the lock of the author's row: a post that was made ready by
what is out of date is not written, and takes the next longer way (posts/plain.py), as does whatever is odd about it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.accounts.model import Account, AccountSettings
from torg.engine.postgres import Database
from torg.posts.events import PostPublished
from torg.posts.model import AppName, Post

MOST_KNOWN = 50_000
"""Authors whose settings are remembered, some 300 bytes each."""
MOST_APPS = 1_000

PUBLISH = """
SELECT author::text, posts FROM torg_publish(
    %(org)s::bigint, %(network)s::bigint, %(given)s::jsonb, %(kind)s, %(keyed)s::boolean, %(guarded)s::boolean)
"""


class Known(msgspec.Struct, frozen=True):
    """By what an author's posts are made ready; `raw` as it stands in the row."""

    settings: AccountSettings
    raw: Any


USUAL = Known(AccountSettings(), {})


class Authors:
    """Whom this process has seen write, by (organisation, account), and with which apps."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int], Known] = OrderedDict()
        self._apps: OrderedDict[tuple[int, int], AppName] = OrderedDict()

    def get(self, org_id: int, id_: int) -> Known:
        """As remembered; of somebody who is not known, as most are."""
        return self._known.get((org_id, id_), USUAL)

    def learn(self, account: Account, raw: Any) -> None:
        """Remember how the author's posts are to be made ready."""
        self._known[account.org_id, account.id] = Known(account.settings, raw)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def app(self, org_id: int, id_: int | None) -> AppName | None:
        """An app that posts were written with; it keeps its name."""
        return None if id_ is None else self._apps.get((org_id, id_))

    def learn_apps(self, org_id: int, apps: Mapping[int, AppName]) -> None:
        self._apps.update({(org_id, id_): app for id_, app in apps.items()})
        while len(self._apps) > MOST_APPS:
            self._apps.popitem(last=False)

    def forget(self, org_id: int, id_: int) -> None:
        self._known.pop((org_id, id_), None)


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A post as `torg_publish` takes it."""

    id: int
    account_id: int
    audience: str
    listed: bool
    quote_policy: str
    source: str
    html: str
    spoiler: str
    sensitive: bool
    language: str | None
    app_id: int | None
    created_at: datetime
    settings: Any
    payload: PostPublished
    key: str | None = None
    tags: list[str] | None = None


def row(post: Post, event: PostPublished, author: Known, *, key: str | None) -> Row:
    """The post with all that is written with it."""
    return Row(
        id=post.id,
        account_id=post.account_id,
        audience=event.audience,
        listed=post.listed,
        quote_policy=post.quote_policy,
        source=post.source,
        html=post.html,
        spoiler=post.spoiler,
        sensitive=post.sensitive,
        language=post.language,
        app_id=post.app_id,
        created_at=post.created_at,
        settings=author.raw,
        payload=event,
        key=key,
        tags=event.tags or None,
    )


async def publish(
    db: Database, org_id: int, network_id: int, rows: Sequence[Row], *, kind: str, guarded: bool
) -> dict[int, Account]:
    """Write what is as it was remembered; the ids of what was written, each with its author as of now."""
    answers = await db.once(
        PUBLISH,
        {
            "org": org_id,
            "network": network_id,
            "given": encode(rows).decode(),
            "kind": kind,
            "keyed": any(one.key is not None for one in rows),
            "guarded": guarded,
        },
    )
    written: dict[int, Account] = {}
    for author, posts in answers:
        account = decode(author)
        written.update(dict.fromkeys(posts, account))
    return written


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Account).decode
