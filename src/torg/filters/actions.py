"""What one may do with one's own filters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.filters import rules, store
from torg.filters.events import FiltersChanged
from torg.filters.model import Action, Filter, FilteredPost, Keyword, KeywordChange
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.posts import reads as posts

LONGEST = 10 * 365 * 86_400


def expiry(seconds: int | None) -> datetime | None:
    """The moment a filter ends; None or 0 for never."""
    return now() + timedelta(seconds=min(seconds, LONGEST)) if seconds and seconds > 0 else None


async def find(tx: Tx, actor: Actor, id_: int) -> Filter:
    """One's own filter, else 404."""
    found = await store.one(tx, actor.me, id_)
    if found is None:
        raise NotFound
    return found


async def create(
    tx: Tx,
    actor: Actor,
    *,
    title: str,
    context: Sequence[str],
    action: Action,
    expires_at: datetime | None,
    keywords: Sequence[KeywordChange] = (),
) -> Filter:
    rules.check(title, context)
    if len(await store.of_account(tx, actor.me)) >= rules.MOST_FILTERS:
        raise Invalid(f"Validation failed: You may have at most {rules.MOST_FILTERS} filters")
    id_ = await store.insert(tx, actor.me, title.strip(), list(dict.fromkeys(context)), action, expires_at)
    await _change_keywords(tx, await find(tx, actor, id_), keywords)
    await changed(tx, actor)
    return await find(tx, actor, id_)


async def update(
    tx: Tx,
    actor: Actor,
    id_: int,
    *,
    title: str | None = None,
    context: Sequence[str] | None = None,
    action: Action | None = None,
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET,
    keywords: Sequence[KeywordChange] = (),
) -> Filter:
    """Change what is given; the rest stays."""
    old = await find(tx, actor, id_)
    new = msgspec.structs.replace(
        old,
        title=old.title if title is None else title.strip(),
        context=old.context if context is None else list(dict.fromkeys(context)),
        action=action or old.action,
        expires_at=old.expires_at if expires_at is msgspec.UNSET else expires_at,
    )
    rules.check(new.title, new.context)
    await store.update(tx, actor.me, new)
    await _change_keywords(tx, old, keywords)
    await changed(tx, actor)
    return await find(tx, actor, id_)


async def _change_keywords(tx: Tx, filter_: Filter, changes: Sequence[KeywordChange]) -> None:
    known = {k.id: k for k in filter_.keywords}
    if len(known) + sum(c.id is None for c in changes) > rules.MOST_KEYWORDS:
        raise Invalid(f"Validation failed: A filter may have at most {rules.MOST_KEYWORDS} keywords")
    for change in changes:
        if change.id is None:
            if not change.destroy:
                word = rules.check_keyword(change.keyword or "", "keywords.keyword")
                await store.add_keyword(tx, filter_.id, word, change.whole_word is not False)
            continue
        old = known.get(change.id)
        if old is None:
            raise NotFound
        if change.destroy:
            await store.delete_keyword(tx, old.id)
        else:
            word = rules.check_keyword(old.keyword if change.keyword is None else change.keyword, "keywords.keyword")
            whole = old.whole_word if change.whole_word is None else change.whole_word
            await store.update_keyword(tx, old.id, word, whole)


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    await find(tx, actor, id_)
    await store.delete(tx, actor.me, id_)
    await changed(tx, actor)


async def find_keyword(tx: Tx, actor: Actor, id_: int) -> tuple[Filter, Keyword]:
    """One's own keyword with its filter, else 404."""
    found = await store.by_keyword(tx, actor.me, id_)
    if found is None:
        raise NotFound
    return found, next(k for k in found.keywords if k.id == id_)


async def add_keyword(tx: Tx, actor: Actor, filter_id: int, keyword: str, whole_word: bool) -> Keyword:
    found = await find(tx, actor, filter_id)
    if len(found.keywords) >= rules.MOST_KEYWORDS:
        raise Invalid(f"Validation failed: A filter may have at most {rules.MOST_KEYWORDS} keywords")
    id_ = await store.add_keyword(tx, filter_id, rules.check_keyword(keyword), whole_word)
    await changed(tx, actor)
    return (await find_keyword(tx, actor, id_))[1]


async def update_keyword(tx: Tx, actor: Actor, id_: int, keyword: str, whole_word: bool | None) -> Keyword:
    _, old = await find_keyword(tx, actor, id_)
    whole = old.whole_word if whole_word is None else whole_word
    await store.update_keyword(tx, id_, rules.check_keyword(keyword), whole)
    await changed(tx, actor)
    return (await find_keyword(tx, actor, id_))[1]


async def delete_keyword(tx: Tx, actor: Actor, id_: int) -> None:
    await find_keyword(tx, actor, id_)
    await store.delete_keyword(tx, id_)
    await changed(tx, actor)


async def find_post(tx: Tx, actor: Actor, id_: int) -> FilteredPost:
    found = await store.filtered_post(tx, actor.me, id_)
    if found is None:
        raise NotFound
    return found


async def add_post(tx: Tx, actor: Actor, filter_id: int, post_id: int) -> FilteredPost:
    """Name a post that the actor may read in one of the actor's filters."""
    await find(tx, actor, filter_id)
    await posts.readable_post(tx, actor, post_id)
    id_ = await store.add_post(tx, filter_id, post_id)
    await changed(tx, actor)
    return await find_post(tx, actor, id_)


async def delete_post(tx: Tx, actor: Actor, id_: int) -> FilteredPost:
    found = await find_post(tx, actor, id_)
    await store.delete_post(tx, id_)
    await changed(tx, actor)
    return found


async def changed(tx: Tx, actor: Actor) -> None:
    """Every change ends here: the words of all one's filters are tried on every text, so they are bounded together."""
    if sum(len(f.keywords) for f in await store.of_account(tx, actor.me)) > rules.MOST_KEYWORDS_IN_ALL:
        raise Invalid(f"Validation failed: All filters together may have at most {rules.MOST_KEYWORDS_IN_ALL} keywords")
    await outbox.append(tx, FiltersChanged(account_id=actor.me))
