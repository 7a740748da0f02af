"""Answers: posts by words and operators, accounts by name, tags by their beginning."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts_reads
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.search import people, rules, store, tags
from torg.search.model import People, Within
from torg.text.query import SearchQuery, parse

# The index tells which posts have the words; who may read them is asked of so many at a time, newest first.
BATCH = 1_000
MOST_BATCHES = 20


async def posts(tx: Tx, actor: Actor, text: str, within: Within, *, here: str = "") -> list[int]:
    """Ids of the posts that `text` finds (FEATURES T6), newest first, among those that the actor may read.

    A post is found if its author lets posts be found (`indexable`), or the actor wrote it or had to do with it.
    """
    query = parse(text)
    wanted = rules.wanted(query)
    if query.empty or (query.has_text and wanted.empty):
        return []
    named = await people_named(tx, actor, query, here)
    if within.account_id is not None:
        theirs = [within.account_id]
        named = People(
            from_=theirs if named.from_ is None else [a for a in named.from_ if a in theirs],
            to=named.to,
            not_from=named.not_from,
            not_to=named.not_to,
        )
    where, params = store.conditions(query, named, actor.account_id)
    below, above = store.bounds(query, within)
    need = within.offset + within.limit
    if wanted.empty:
        upwards = within.min_id is not None
        found = await store.posts(
            tx, actor.account_id, where, params, ids=None, below=below, above=above, most=need, upwards=upwards
        )
        return (list(reversed(found)) if upwards else found)[within.offset :]
    found = []
    for _ in range(MOST_BATCHES):
        ids = await store.matching(tx, wanted, named.from_, below, above, BATCH)
        if ids:
            found += await store.posts(tx, actor.account_id, where, params, ids=ids, below=None, above=None, most=BATCH)
        if len(ids) < BATCH or (len(found) >= need and within.min_id is None):
            break
        below = ids[-1]
    if within.min_id is not None:  # the page just above it
        found = found[-need:]
    return found[within.offset : need]


async def accounts(
    tx: Tx,
    actor: Actor,
    text: str,
    *,
    limit: int = 40,
    offset: int = 0,
    following: bool = False,
    here: str = "",
) -> list[Account]:
    """Accounts by handle or name, the exact handle first (Mastodon: GET /api/v1/accounts/search).

    `here` is the network's host: `anna@here` is `anna`.
    """
    ids = await people.find(tx, actor.account_id, text, limit=limit, offset=offset, following=following, here=here)
    known = await accounts_reads.by_ids(tx, ids)
    return [known[id_] for id_ in ids if id_ in known]


async def hashtags(
    tx: Tx, actor: Actor, text: str, *, limit: int = 20, offset: int = 0, exclude_unreviewed: bool = False
) -> list[tags.FoundTag]:
    """Tags that begin so, the exact one first, then those used by most."""
    return await tags.find(tx, text, limit=limit, offset=offset, reviewed_only=exclude_unreviewed)


async def people_named(tx: Tx, actor: Actor, query: SearchQuery, here: str) -> People:
    """The accounts that a search names; `me` is the actor."""
    handles = {h for group in (query.from_, query.to, query.not_from, query.not_to) for h in group if h != "me"}
    known = await accounts_reads.by_handles(tx, handles, here) if handles else {}

    def ids(names: Sequence[str]) -> list[int]:
        mine = [actor.account_id] if "me" in names and actor.account_id is not None else []
        return mine + [known[name].id for name in names if name in known]

    return People(
        from_=ids(query.from_) if query.from_ else None,
        to=ids(query.to) if query.to else None,
        not_from=ids(query.not_from),
        not_to=ids(query.not_to),
    )
