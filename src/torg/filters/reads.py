"""Applying a reader's filters to posts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from torg.engine.postgres import Tx
from torg.filters import rules, store
from torg.filters.model import Filter, Match
from torg.kernel.actor import Actor
from torg.posts.model import PostView
from torg.text.clean import to_plain


async def active(tx: Tx, actor: Actor) -> list[Filter]:
    """The actor's filters that are in force."""
    return await store.of_account(tx, actor.me, active=True) if actor.account_id is not None else []


async def matches(tx: Tx, actor: Actor, views: Sequence[PostView]) -> dict[int, list[Match]]:
    """What of the actor's filters applies, by post id (also of boosted and quoted posts). Own posts are never
    filtered. All contexts are told, as in Mastodon: the client knows where it shows a post.
    """
    filters = await active(tx, actor) if views else []
    if not filters:
        return {}
    found: dict[int, list[Match]] = {}
    for view in views:
        for shown in (view, view.boost_of, view.quoted, view.boost_of.quoted if view.boost_of else None):
            if shown is not None and shown.post.account_id != actor.account_id and shown.post.id not in found:
                hits = rules.matches(filters, searchable(shown), (shown.post.id, view.post.id))
                if hits:
                    found[shown.post.id] = hits
    return found


async def touched(
    tx: Tx, accounts: Sequence[int], views: Callable[[], Awaitable[Sequence[PostView]]]
) -> set[tuple[int, int]]:
    """(account, post) where a filter of the account applies; `views` is called only if any of them has filters."""
    filters = await store.of_accounts(tx, accounts)
    if not filters:
        return set()
    shown = [(view, searchable(view), (view.post.id, (view.boost_of or view).post.id)) for view in await views()]
    return {
        (one.account_id, view.post.id)
        for view, text, ids in shown
        for one in filters
        if rules.matches([one], text, ids)
    }


def searchable(view: PostView) -> str:
    """The words of a post: warning, text, poll options, descriptions of its files."""
    inner = view.boost_of or view
    parts = [inner.post.spoiler, inner.post.source or to_plain(inner.post.html)]
    if inner.poll:
        parts += inner.poll.options
    parts += [m.description for m in inner.media if m.description]
    return "\n\n".join(parts)


async def every(tx: Tx, actor: Actor) -> list[Filter]:
    """All of the actor's filters, also those that have ended."""
    return await store.of_account(tx, actor.me)
