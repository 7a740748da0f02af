"""Whom a post reaches, and in which form it may leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torg.federation import gathering
from torg.federation.gathering import Sendable
from torg.federation.outgoing.telling import Telling
from torg.posts import outward as around_posts
from torg.posts.model import Audience


async def recipients(telling: Telling, event: Any, also: Iterable[int | None]) -> list[str]:
    """Exactly whom a post is for: its author's followers unless it stands in a group or is for those mentioned, and
    of the others, for a post to followers, only those whom it mentions."""
    ids = event.mention_ids if event.audience in ("followers", "mentioned") else also
    found = await telling.inboxes(event.account_id, [id_ for id_ in ids if id_ is not None])
    if event.audience in ("everyone", "followers"):
        found = [*found, *await telling.follower_inboxes(event.account_id)]
    return list(dict.fromkeys(found))


async def sendable(telling: Telling, post_id: int) -> Sendable | None:
    """A post as it may leave: as everybody sees it, or as its author does where it is for named people."""
    found = await gathering.public(telling.tx, telling.network, telling.origin, [post_id])
    if found:
        return found[0]
    known = (await around_posts.known(telling.tx, [post_id])).get(post_id)
    if known is None or known.audience not in (Audience.FOLLOWERS, Audience.MENTIONED):
        return None
    return await gathering.whoever(telling.tx, telling.network, telling.origin, known)
