"""What a post must have for a search to find it, as short marks: a cheap sieve before the search itself is asked.

A search is hooked on by any of its marks, a post carries many; without one in common the search cannot find the post.
The other way round it still may not: the search itself decides (search/watching.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from torg.engine.postgres import Tx
from torg.search import rules
from torg.search.store import tenant
from torg.text.query import SearchQuery, parse

ANYTHING: Final = "*"
MOST_REMEMBERED: Final = 10_000

LEXEMES = """
SELECT tsvector_to_array(to_tsvector('simple', %(text)s) || to_tsvector('swedish', %(text)s)
    || to_tsvector('english', %(text)s))
"""

# `@handle` for authors, `#tag` for tags, and the words as they are indexed.
MARKS = """
SELECT DISTINCT mark FROM post_search s, unnest(tsvector_to_array(s.doc)) AS mark
WHERE s.org_id = %(org)s AND s.network_id = %(network)s AND s.post_id = ANY (%(ids)s)
UNION
SELECT '@' || lower(a.handle) FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY (%(ids)s)
UNION
SELECT '#' || t.name FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
WHERE pt.org_id = %(org)s AND pt.network_id = %(network)s AND pt.post_id = ANY (%(ids)s)
"""

_known: OrderedDict[str, frozenset[str]] = OrderedDict()


async def of_search(tx: Tx, text: str) -> frozenset[str]:
    """The marks of a search, one of which a post must carry. A pure function of the text, so remembered."""
    if text in _known:
        _known.move_to_end(text)
        return _known[text]
    found = await _of_query(tx, parse(text))
    _known[text] = found
    if len(_known) > MOST_REMEMBERED:
        _known.popitem(last=False)
    return found


async def _of_query(tx: Tx, query: SearchQuery) -> frozenset[str]:
    """One part that must hold is enough; the longest word is likely to be the rarest, a tag is rarer still."""
    wanted = rules.wanted(query)
    if query.tags:
        return frozenset({f"#{max(query.tags, key=len)}"})
    # Of a phrase every word must stand there; of a term's words ("the-end") a stem may leave out some.
    if words := [*wanted.terms, *(max(phrase.split(), key=len) for phrase in wanted.phrases)]:
        return frozenset(await tx.value(LEXEMES, {"text": max(words, key=len)}) or [ANYTHING])
    if query.from_ and "me" not in query.from_:
        return frozenset(f"@{handle.partition('@')[0]}" for handle in query.from_)
    return frozenset({ANYTHING})


async def of_posts(tx: Tx, ids: Sequence[int]) -> frozenset[str]:
    """All marks that these posts carry, as they are indexed now."""
    return frozenset([ANYTHING, *await tx.column(MARKS, {**tenant(tx), "ids": list(ids)})])
