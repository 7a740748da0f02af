"""All SQL of searching: the index of words, and the conditions of each operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from torg.engine.postgres import Row, Tx
from torg.kernel.ids import MAX_ID, id_at
from torg.posts.visibility import readable
from torg.search.model import People, Within
from torg.search.rules import Wanted, Words
from torg.text.query import SearchQuery

TENANT = "p.org_id = %(org)s AND p.network_id = %(network)s"

# The parts of posts that are searched: text, warning, answers of the poll, descriptions of the files.
PARTS = f"""
SELECT p.id, p.account_id, p.language, p.source, CASE WHEN p.source = '' THEN p.html ELSE '' END AS html, p.spoiler,
    (SELECT string_agg(o, E'\\n') FROM polls q, unnest(q.options) AS o
        WHERE q.org_id = p.org_id AND q.post_id = p.id) AS options,
    (SELECT string_agg(m.description, E'\\n') FROM media m
        WHERE m.org_id = p.org_id AND m.post_id = p.id) AS descriptions
FROM posts p WHERE {TENANT} AND p.id = ANY (%(ids)s) AND p.boost_of_id IS NULL
"""

# All of them as one value: lists are put together by the driver a value at a time. A post that is gone has no words.
PUT = """
INSERT INTO post_search (org_id, network_id, post_id, account_id, doc)
SELECT p.org_id, p.network_id, p.id, p.account_id,
    array_to_tsvector(ARRAY['#' || p.network_id]) || to_tsvector('simple', t.plain)
    || CASE WHEN t.swedish THEN to_tsvector('swedish', t.plain) ELSE '' END
    || CASE WHEN t.english THEN to_tsvector('english', t.plain) ELSE '' END
FROM json_to_recordset(%(given)s::json) AS t (post bigint, plain text, swedish boolean, english boolean)
JOIN posts AS p ON p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = t.post
ON CONFLICT (org_id, post_id) DO UPDATE SET doc = EXCLUDED.doc
"""

FOUND = "SELECT search_posts({query}, %(authors)s::bigint[], %(below)s::bigint, %(above)s::bigint, %(most)s::int)"

WORDS = """AND EXISTS (SELECT FROM post_search s
    WHERE s.org_id = p.org_id AND s.post_id = p.id AND s.doc @@ ({query}))"""

INTERACTED = """(p.account_id = %(viewer)s
    OR EXISTS (SELECT FROM favourites x WHERE x.org_id = p.org_id AND x.account_id = %(viewer)s AND x.post_id = p.id)
    OR EXISTS (SELECT FROM bookmarks x WHERE x.org_id = p.org_id AND x.account_id = %(viewer)s AND x.post_id = p.id)
    OR EXISTS (SELECT FROM posts x WHERE x.org_id = p.org_id AND x.account_id = %(viewer)s AND x.boost_of_id = p.id)
    OR EXISTS (SELECT FROM post_mentions x
        WHERE x.org_id = p.org_id AND x.account_id = %(viewer)s AND x.post_id = p.id)
    OR EXISTS (SELECT FROM polls q JOIN poll_votes v ON v.org_id = q.org_id AND v.poll_id = q.id
        WHERE q.org_id = p.org_id AND q.post_id = p.id AND v.account_id = %(viewer)s))"""

OPEN = "(p.audience = 'everyone' AND p.listed AND a.indexable)"

NOT_HIDDEN = """
    NOT EXISTS (SELECT FROM mutes x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
        AND x.target_id = p.account_id AND (x.expires_at IS NULL OR x.expires_at > now()))
    AND NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
        AND x.target_id = p.account_id)"""

_FILE = "EXISTS (SELECT FROM media m WHERE m.org_id = p.org_id AND m.post_id = p.id AND m.kind = ANY ({kinds}))"
HAS = {
    "media": "p.has_media",
    "image": _FILE.format(kinds="'{image,gifv}'"),
    "video": _FILE.format(kinds="'{video,gifv}'"),
    "audio": _FILE.format(kinds="'{audio}'"),
    "poll": "EXISTS (SELECT FROM polls q WHERE q.org_id = p.org_id AND q.post_id = p.id)",
    "link": "(p.source ~* '\\mhttps?://' OR EXISTS (SELECT FROM post_cards c"
    " WHERE c.org_id = p.org_id AND c.post_id = p.id))",
    "embed": "EXISTS (SELECT FROM post_cards pc JOIN cards c ON c.org_id = pc.org_id AND c.id = pc.card_id"
    " WHERE pc.org_id = p.org_id AND pc.post_id = p.id AND c.type IN ('photo', 'video', 'rich'))",
}
IS = {"reply": "p.reply_to_account_id IS NOT NULL", "sensitive": "p.sensitive"}

TO = """(coalesce(p.reply_to_account_id = ANY (%({name})s), false) OR EXISTS (SELECT FROM post_mentions m
    WHERE m.org_id = p.org_id AND m.post_id = p.id AND m.account_id = ANY (%({name})s)))"""
TAGGED = """EXISTS (SELECT FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
    WHERE pt.org_id = p.org_id AND pt.post_id = p.id AND t.name = {name})"""


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def parts(tx: Tx, ids: Sequence[int]) -> list[Row]:
    """What there is to index of these posts; boosts have nothing of their own."""
    return await tx.all(PARTS, {**tenant(tx), "ids": list(ids)})


async def put(tx: Tx, words: Sequence[tuple[int, Words]]) -> None:
    """Keep the words of posts, each once. One statement, however many they are."""
    if words:
        given = [_Given(post, its.plain, its.swedish, its.english) for post, its in words]
        await tx.run(PUT, {**tenant(tx), "given": msgspec.json.encode(given).decode()})


class _Given(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of `PUT`."""

    post: int
    plain: str
    swedish: bool = False
    english: bool = False


def text_query(wanted: Wanted) -> tuple[str, dict[str, str]]:
    """A tsquery expression and its parameters: every part must hold."""
    sql: list[str] = []
    params: dict[str, str] = {}
    for values, stemmed, form in (
        (wanted.terms, True, "{}"),
        (wanted.phrases, False, "{}"),
        (wanted.excluded, True, "!!{}"),
        (wanted.excluded_phrases, False, "!!{}"),
    ):
        for value in values:
            name = f"word{len(params)}"
            params[name] = value
            forms = ("simple", "swedish", "english") if stemmed else ("simple",)
            any_form = " || ".join(f"phraseto_tsquery('{config}', %({name})s)" for config in forms)
            sql.append(form.format(f"({any_form})"))
    return " && ".join(sql), params


async def matching(
    tx: Tx, wanted: Wanted, authors: list[int] | None, below: int | None, above: int | None, most: int
) -> list[int]:
    """Ids of posts of the transaction's networks that have the words, newest first; who may read them is not asked."""
    query, params = text_query(wanted)
    return await tx.column(
        FOUND.format(query=query), {**params, "authors": authors, "below": below, "above": above, "most": most}
    )


def bounds(query: SearchQuery, within: Within) -> tuple[int | None, int | None]:
    """(below, above) as ids: an id tells the time of its post, so days are bounds of ids (UTC)."""
    until, since = days(query)
    below = [b for b in (within.max_id, until) if b is not None]
    above = [a for a in (within.min_id, since) if a is not None]
    return (min(below) if below else None), (max(above) if above else None)


def days(query: SearchQuery) -> tuple[int | None, int | None]:
    """(below, above) as ids, of the days alone."""
    return _day(query.until), _day(query.since, -1)


def _day(day: date | None, step: int = 0) -> int | None:
    if day is None:
        return None
    return min(max(0, id_at(datetime.combine(day, time(), UTC)) + step), MAX_ID)


def conditions(query: SearchQuery, people: People, viewer: int | None) -> tuple[str, dict[str, Any]]:
    """SQL for every operator but words, and its parameters."""
    found: list[str] = []
    params: dict[str, Any] = {}

    def need(condition: str, **values: Any) -> None:
        found.append(condition)
        params.update(values)

    if people.from_ is not None:
        need("p.account_id = ANY (%(from)s)", **{"from": people.from_})
    if people.not_from:
        need("p.account_id <> ALL (%(not_from)s)", not_from=people.not_from)
    if people.to is not None:
        need(TO.format(name="to"), to=people.to)
    if people.not_to:
        need("NOT " + TO.format(name="not_to"), not_to=people.not_to)
    for names, table, sign in ((query.has, HAS, ""), (query.not_has, HAS, "NOT ")):
        found.extend(f"{sign}{table[name]}" for name in names)
    for names, sign in ((query.is_, ""), (query.not_is, "NOT ")):
        found.extend(f"{sign}({IS[name]})" for name in names)
    if query.languages:
        need("p.language = ANY (%(languages)s)", languages=list(query.languages))
    if query.not_languages:
        need("(p.language IS NULL OR p.language <> ALL (%(not_languages)s))", not_languages=list(query.not_languages))
    for number, name in enumerate(query.tags):
        need(TAGGED.format(name=f"%(tag{number})s"), **{f"tag{number}": name})
    for number, name in enumerate(query.not_tags):
        need("NOT " + TAGGED.format(name=f"%(not_tag{number})s"), **{f"not_tag{number}": name})
    found.append(_where_to_look(query.in_, viewer))
    return " AND ".join(found), params


def _where_to_look(place: str, viewer: int | None) -> str:
    """Nobody searches what is open; a member also what he or she may read, if its author lets it be found."""
    if viewer is None:
        return OPEN if place != "library" else "FALSE"
    if place == "library":
        return INTERACTED
    return OPEN if place == "public" else f"(a.indexable OR {INTERACTED})"


async def posts(
    tx: Tx,
    viewer: int | None,
    where: str,
    params: dict[str, Any],
    *,
    ids: list[int] | None,
    below: int | None,
    above: int | None,
    most: int,
    upwards: bool = False,
) -> list[int]:
    """Ids of posts that fit the conditions and that the viewer may read, of `ids` or of all, newest first."""
    return await tx.column(
        f"""SELECT p.id FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
            WHERE {TENANT} AND p.boost_of_id IS NULL
            {"AND p.id = ANY (%(ids)s)" if ids is not None else ""}
            {"AND p.id < %(below)s" if below is not None else ""} {"AND p.id > %(above)s" if above is not None else ""}
            AND {where} AND {NOT_HIDDEN} AND {readable()}
            ORDER BY p.id {"ASC" if upwards else "DESC"} LIMIT %(most)s""",
        {**tenant(tx), "viewer": viewer, **params, "ids": ids, "below": below, "above": above, "most": most},
    )


async def watched(
    tx: Tx,
    where: str,
    params: dict[str, Any],
    *,
    wanted: Wanted,
    ids: list[int],
    viewers: list[int | None],
    below: int | None,
    above: int | None,
) -> list[Row]:
    """(viewer, post) of these posts that fit; in `where` a viewer is `w.id`, and NULL is nobody.

    The posts are named, so their words are looked at one by one and the index of words is not needed: this also
    works for the relay, which has no tenant set that `search_posts` could go by.
    """
    words, word_params = text_query(wanted) if not wanted.empty else ("", {})
    return await tx.all(
        f"""SELECT w.id AS viewer, p.id AS post FROM posts p
            JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
            CROSS JOIN unnest(%(viewers)s::bigint[]) AS w (id)
            WHERE {TENANT} AND p.id = ANY (%(ids)s) AND p.boost_of_id IS NULL
            {"AND p.id < %(below)s" if below is not None else ""} {"AND p.id > %(above)s" if above is not None else ""}
            {WORDS.format(query=words) if words else ""} AND {where}""",
        {**tenant(tx), **params, **word_params, "ids": ids, "viewers": viewers, "below": below, "above": above},
    )


async def host(tx: Tx) -> str:
    """The network's own host: `anna@here` is `anna`."""
    found: str | None = await tx.value(
        "SELECT host FROM networks WHERE org_id = %(org)s AND id = %(network)s", tenant(tx)
    )
    return found or ""
