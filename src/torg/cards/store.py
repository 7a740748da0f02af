"""The tables `cards` and `post_cards`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from torg.cards import rules
from torg.cards.model import Card, Claim, Preview, Stated
from torg.engine.postgres import Tx
from torg.media.model import Picture

TENANT = "c.org_id = %(org)s AND c.network_id = ANY (%(networks)s)"
COLUMNS = ", ".join(f"c.{name}" for name in Card.__struct_fields__ if name != "stated_by")
_SAID = tuple(name for name in Preview.__struct_fields__ if name != "oembed_url")


class _Shown(Card, frozen=True, kw_only=True):
    post_id: int


def url_hash(url: str) -> bytes:
    """The key of an address."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()


def _tenant(tx: Tx) -> dict[str, object]:
    return {"org": tx.scope.org_id, "networks": list(tx.scope.network_ids)}


async def for_posts(tx: Tx, post_ids: list[int]) -> dict[int, Card]:
    """Ready cards of posts, by post id; where there is none, what the post's own server states."""
    params = {**_tenant(tx), "posts": post_ids}
    found: dict[int, Card] = {row.post_id: row for row in await tx.all(FOR_POSTS, params, as_=_Shown)}
    missing = [id_ for id_ in post_ids if id_ not in found]
    rows = await tx.all(STATED_FOR, {**params, "posts": missing}) if missing else []
    return found | {row["post_id"]: _on_its_word(row["post_id"], msgspec.convert(row, Stated)) for row in rows}


def _on_its_word(post_id: int, stated: Stated) -> Card:
    return _Shown(
        post_id=post_id,
        id=post_id,
        url=stated.url,
        title=stated.title,
        description=stated.description,
        provider_name=rules.attribution(stated),
        stated_by=stated.stated_by,
    )


async def by_ids(tx: Tx, ids: list[int]) -> list[Card]:
    """Ready cards."""
    return await tx.all(BY_IDS, {**_tenant(tx), "ids": ids}, as_=Card)


async def claim(tx: Tx, network_id: int, new_id: int, url: str, lease: timedelta) -> Claim:
    """Take the address's card for fetching if that is due and nobody else has it.

    The row stays locked until the transaction ends, taken or not, so that whoever finishes the fetch sees the posts
    of all who asked before, and whoever asks later sees it finished.
    """
    params = {
        "org": tx.scope.org_id,
        "network": network_id,
        "id": new_id,
        "url": url,
        "hash": url_hash(url),
        "lease": lease,
    }
    mine = await tx.value(CLAIM, params) is not None
    found = await tx.one(FOUND, {**params, "mine": mine}, as_=Claim)
    if found is None:
        raise LookupError(f"card of {url!r:.200} vanished within its own transaction")
    return found


async def show(tx: Tx, network_id: int, post_id: int, card_id: int) -> bool:
    """Let a post show this card; False when the post is gone or shows it already."""
    params = {"org": tx.scope.org_id, "network": network_id, "post": post_id, "card": card_id}
    return await tx.run(SHOW, params) > 0


async def release(tx: Tx, network_id: int, card_id: int) -> None:
    """Give a claim back: it is for somebody else to fetch now."""
    await tx.run(
        "UPDATE cards SET lease_until = NULL WHERE org_id = %s AND network_id = %s AND id = %s",
        (tx.scope.org_id, network_id, card_id),
    )


async def known(tx: Tx, network_id: int, url: str) -> bool:
    """Whether the network has a card of this address that it fetched itself."""
    return bool(await tx.value(KNOWN, (tx.scope.org_id, network_id, url_hash(url))))


async def ready(tx: Tx, network_id: int, url: str) -> int | None:
    """The network's card of this address, if it can be shown."""
    found: int | None = await tx.value(READY, (tx.scope.org_id, network_id, url_hash(url)))
    return found


async def stated_url(tx: Tx, post_id: int) -> str | None:
    """The address of which a post's own server told what its page says."""
    found: str | None = await tx.value(
        "SELECT url FROM stated_cards WHERE org_id = %s AND post_id = %s", (tx.scope.org_id, post_id)
    )
    return found


async def put_stated(tx: Tx, post_id: int, told: Stated | None) -> None:
    """Keep what a post's own server says, in the place of what it said before."""
    params = {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "post": post_id}
    await tx.run("DELETE FROM stated_cards WHERE org_id = %(org)s AND post_id = %(post)s", params)
    if told is not None:
        await tx.run(STATE, {**params, **msgspec.structs.asdict(told)})


async def hide(tx: Tx, network_id: int, post_id: int) -> bool:
    """Let a post show no card; whether it showed one."""
    return await tx.run(HIDE, {"org": tx.scope.org_id, "network": network_id, "post": post_id}) > 0


async def outdate(tx: Tx, network_id: int, post_ids: Sequence[int]) -> None:
    """Raise the version of these posts: they show something else than what was rendered or kept of them."""
    await tx.run(OUTDATE, {"org": tx.scope.org_id, "network": network_id, "ids": list(post_ids)})


async def posts_of(tx: Tx, network_id: int, card_id: int) -> list[int]:
    """The posts that show a card, newest first."""
    return await tx.column(POSTS_OF, {"org": tx.scope.org_id, "network": network_id, "card": card_id})


async def finish(
    tx: Tx, network_id: int, card_id: int, said: Preview, picture: Picture | None, again: timedelta
) -> None:
    """Keep what a page said; it is asked anew after `again`."""
    values = {name: getattr(said, name) for name in _SAID}
    if picture is not None and picture.width:
        values |= {"width": values["width"] or picture.width, "height": values["height"] or picture.height}
    values |= {
        "image_key": picture.key if picture else None,
        "blurhash": picture.blurhash if picture else None,
        "org": tx.scope.org_id,
        "network": network_id,
        "id": card_id,
        "again": again,
    }
    await tx.run(FINISH, values)


async def fail(tx: Tx, network_id: int, card_id: int, reason: str, first: timedelta, most: timedelta) -> None:
    """Remember a failure: asked anew after `first`, doubled for each failure in a row. What was shown stays."""
    params = {
        "org": tx.scope.org_id,
        "network": network_id,
        "id": card_id,
        "reason": reason[:500],
        "first": first,
        "most": most,
    }
    await tx.run(FAIL, params)


FOR_POSTS = f"""
SELECT pc.post_id, {COLUMNS} FROM post_cards pc JOIN cards c ON c.org_id = pc.org_id AND c.id = pc.card_id
WHERE {TENANT} AND pc.post_id = ANY (%(posts)s) AND pc.network_id = c.network_id AND c.ready
"""

STATED_FOR = """
SELECT c.post_id, c.url, c.title, c.description, c.stated_by FROM stated_cards c
WHERE c.org_id = %(org)s AND c.network_id = ANY (%(networks)s) AND c.post_id = ANY (%(posts)s)
"""

KNOWN = "SELECT true FROM cards WHERE org_id = %s AND network_id = %s AND url_hash = %s AND ready"

READY = "SELECT id FROM cards WHERE org_id = %s AND network_id = %s AND url_hash = %s AND ready"

STATE = """
INSERT INTO stated_cards (org_id, network_id, post_id, url, title, description, stated_by)
VALUES (%(org)s, %(network)s, %(post)s, %(url)s, %(title)s, %(description)s, %(stated_by)s)
"""

BY_IDS = f"SELECT {COLUMNS} FROM cards c WHERE {TENANT} AND c.id = ANY (%(ids)s) AND c.ready"

CLAIM = """
INSERT INTO cards AS c (org_id, network_id, id, url, url_hash, lease_until)
VALUES (%(org)s, %(network)s, %(id)s, %(url)s, %(hash)s, now() + %(lease)s::interval)
ON CONFLICT (org_id, network_id, url_hash) DO UPDATE SET lease_until = EXCLUDED.lease_until
WHERE c.next_fetch_at <= now() AND coalesce(c.lease_until, '-infinity') <= now()
RETURNING c.id
"""

FOUND = """
SELECT c.id, %(mine)s::boolean AS mine, c.ready, coalesce(c.lease_until > now(), false) AS busy,
    c.image_key AS old_image_key
FROM cards c WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.url_hash = %(hash)s
"""

SHOW = """
INSERT INTO post_cards AS pc (org_id, network_id, post_id, card_id)
SELECT p.org_id, p.network_id, p.id, %(card)s::bigint FROM posts p
WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = %(post)s
ON CONFLICT (org_id, post_id) DO UPDATE SET card_id = EXCLUDED.card_id WHERE pc.card_id <> EXCLUDED.card_id
"""

HIDE = "DELETE FROM post_cards WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s"

POSTS_OF = """
SELECT post_id FROM post_cards WHERE org_id = %(org)s AND network_id = %(network)s AND card_id = %(card)s
ORDER BY post_id DESC
"""

FINISH = f"""
UPDATE cards SET ready = true, lease_until = NULL, next_fetch_at = now() + %(again)s::interval, fetched_at = now(),
    failures = 0, failure = NULL, image_key = %(image_key)s, blurhash = %(blurhash)s,
    {", ".join(f"{name} = %({name})s" for name in _SAID)}
WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s
"""

FAIL = """
UPDATE cards SET lease_until = NULL, failures = failures + 1, failure = %(reason)s,
    next_fetch_at = now() + least(%(first)s::interval * (2 ^ least(failures, 16)), %(most)s::interval)
WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s
"""

OUTDATE = """
UPDATE posts SET version = version + 1
WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY (%(ids)s)
"""
