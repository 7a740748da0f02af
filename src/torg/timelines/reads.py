"""Timelines for the edges: the skeleton (ids in order) behind one function each.

A home is a view of the log that this process keeps (`view.py`, DESIGN §5), and beyond that log a PostgreSQL query of
the same rules (`home.py`); the other skeletons are queries.
"""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.timelines import home as homes
from torg.timelines import store, view
from torg.timelines.viewers import Known


async def home(tx: Tx, actor: Actor, page: Page) -> list[PostView]:
    """The posts of those whom the actor follows, and the actor's own, newest first.

    Where the view names a post that the actor turns out not to be shown (a suspended author's, say), the query says
    what stands in its place.
    """
    ids = await view.home(tx, actor.me, page)
    if ids is not None:
        found = await posts.hydrate(tx, actor, ids)
        if len(found) == len(ids):
            return found
    return await posts.hydrate(tx, actor, await homes.home(tx, actor.me, page))


def unfiltered(tx: Tx, actor: Actor) -> Known | None:
    """Whose `home` was just read, if no filter can apply to it, so that none has to be asked for; else None.

    Not told is whether it is the company's (`interests`).
    """
    known = view.known(tx, actor.me)
    return known if known is not None and not known.filters else None


async def home_ids(tx: Tx, viewer: int, page: Page) -> list[int]:
    """The skeleton of a home timeline alone, for counting."""
    return await homes.home(tx, viewer, page)


async def is_company(tx: Tx, actor: Actor) -> bool:
    """Whether the actor's home is the feed of all colleagues."""
    return await store.is_company(tx, actor.me)


async def public(
    tx: Tx, actor: Actor, page: Page, *, only_media: bool = False, local: bool = False, remote: bool = False
) -> list[PostView]:
    """What everyone may read, newest first."""
    ids = await store.public(tx, actor.account_id, page, only_media=only_media, local=local, remote=remote)
    return await posts.hydrate(tx, actor, ids)


async def tagged(
    tx: Tx,
    actor: Actor,
    page: Page,
    tag: str,
    *,
    any_of: list[str] | None = None,
    all_of: list[str] | None = None,
    none_of: list[str] | None = None,
    only_media: bool = False,
    local: bool = False,
    remote: bool = False,
) -> list[PostView]:
    """Posts with the tag or any of `any_of`, with all of `all_of`, with none of `none_of`."""
    ids = await store.tagged(
        tx,
        actor.account_id,
        page,
        any_of=[t.lower() for t in (tag, *(any_of or []))],
        all_of=sorted({t.lower() for t in all_of or []}),
        none_of=[t.lower() for t in none_of or []],
        only_media=only_media,
        local=local,
        remote=remote,
    )
    return await posts.hydrate(tx, actor, ids)


async def linked(tx: Tx, actor: Actor, page: Page, url: str) -> list[PostView]:
    """Posts about a link."""
    return await posts.hydrate(tx, actor, await store.linked(tx, actor.account_id, page, url))


async def of_list(tx: Tx, actor: Actor, list_id: int, page: Page) -> list[PostView]:
    """A list's timeline; 404 for a list that is not the actor's own."""
    own = await tx.value(
        """SELECT true FROM lists WHERE org_id = %s AND network_id = %s AND id = %s AND account_id = %s""",
        (actor.org_id, actor.network_id, list_id, actor.me),
    )
    if not own:
        raise NotFound
    return await posts.hydrate(tx, actor, await store.of_list(tx, actor.me, list_id, page))


async def of_account(
    tx: Tx,
    actor: Actor,
    account_id: int,
    page: Page,
    *,
    only_media: bool = False,
    exclude_replies: bool = False,
    exclude_boosts: bool = False,
    pinned: bool = False,
    tag: str | None = None,
    of_group: bool = False,
) -> list[PostView]:
    """An account's posts that the actor may read; of a group, those that stand in it."""
    ids = await store.of_account(
        tx,
        actor.account_id,
        account_id,
        page,
        only_media=only_media,
        exclude_replies=exclude_replies,
        exclude_boosts=exclude_boosts,
        pinned=pinned,
        tag=tag,
        of_group=of_group,
    )
    return await posts.hydrate(tx, actor, ids)
