"""SQL of the leak guard's tables, all of them of the inside network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from torg.bridge.model import Finding, Stop, Term
from torg.engine.postgres import Row, Tx
from torg.kernel.ids import id_at, new_id
from torg.kernel.page import Page, in_order

TENANT = "org_id = %(org)s AND network_id = %(network)s"
STOP = ", ".join(Stop.__struct_fields__)
TERM = ", ".join(Term.__struct_fields__)
CANDIDATES = 40
PER_SHINGLE = 100
MOST_NAMES = 20_000


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def texts(tx: Tx, ids: Sequence[int]) -> list[Row]:
    """What is written in inside posts: text, warning, options, alternative texts; and their files' names."""
    return await tx.all(
        """SELECT p.id, concat_ws(E'\\n', p.source, p.spoiler,
                    (SELECT string_agg(array_to_string(q.options, E'\\n'), E'\\n') FROM polls q
                     WHERE q.org_id = p.org_id AND q.post_id = p.id),
                    (SELECT string_agg(m.description, E'\\n') FROM media m
                     WHERE m.org_id = p.org_id AND m.post_id = p.id)) AS text,
                  ARRAY(SELECT m.file_name FROM media m WHERE m.org_id = p.org_id AND m.post_id = p.id
                        AND m.file_name IS NOT NULL) AS files
           FROM posts p JOIN networks n ON n.org_id = p.org_id AND n.id = p.network_id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(ids)s)
           AND n.kind = 'inside' AND p.boost_of_id IS NULL""",
        {**tenant(tx), "ids": list(ids)},
    )


async def remember(tx: Tx, post_id: int, shingles: Iterable[int], files: Iterable[str]) -> None:
    """The post's shingles and files as they are now, in the place of what was known of it."""
    params = {**tenant(tx), "post": post_id, "shingles": list(shingles), "files": list(files)}
    await tx.run(f"DELETE FROM guard_posts WHERE {TENANT} AND post_id = %(post)s", params)
    await tx.run(
        "INSERT INTO guard_posts (org_id, network_id, post_id) VALUES (%(org)s, %(network)s, %(post)s)", params
    )
    await tx.run(
        """INSERT INTO guard_shingles (org_id, network_id, shingle, post_id)
           SELECT %(org)s, %(network)s, s, %(post)s FROM unnest(%(shingles)s::bigint[]) AS s ON CONFLICT DO NOTHING""",
        params,
    )
    await tx.run(
        """INSERT INTO guard_files (org_id, network_id, name, post_id)
           SELECT %(org)s, %(network)s, f, %(post)s FROM unnest(%(files)s::text[]) AS f ON CONFLICT DO NOTHING""",
        params,
    )


async def unknown(tx: Tx, since: datetime, limit: int) -> list[int]:
    """Inside posts of the guarded time that are not indexed: brought from elsewhere, or older than the guard."""
    return await tx.column(
        """SELECT p.id FROM posts p LEFT JOIN guard_posts g ON g.org_id = p.org_id AND g.post_id = p.id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id >= %(since)s AND p.boost_of_id IS NULL
           AND g.post_id IS NULL ORDER BY p.id DESC LIMIT %(limit)s""",
        {**tenant(tx), "since": id_at(since), "limit": limit},
    )


async def forget_before(tx: Tx, moment: datetime, limit: int) -> int:
    """Drop what is older than the guarded time; how many posts."""
    return await tx.run(
        f"""DELETE FROM guard_posts WHERE {TENANT} AND post_id IN (
                SELECT g.post_id FROM guard_posts g WHERE g.org_id = %(org)s AND g.network_id = %(network)s
                AND g.post_id < %(before)s ORDER BY g.post_id LIMIT %(limit)s)""",
        {**tenant(tx), "before": id_at(moment), "limit": limit},
    )


async def candidates(tx: Tx, shingles: Iterable[int], since: datetime, waived: Iterable[int]) -> list[int]:
    """Inside posts that share shingles, most first; bounded however common a phrase is."""
    return await tx.column(
        """SELECT f.post_id FROM unnest(%(shingles)s::bigint[]) AS s CROSS JOIN LATERAL (
               SELECT g.post_id FROM guard_shingles g WHERE g.org_id = %(org)s AND g.network_id = %(network)s
               AND g.shingle = s AND g.post_id >= %(since)s AND g.post_id <> ALL (%(waived)s::bigint[])
               ORDER BY g.post_id DESC LIMIT %(each)s) f
           GROUP BY f.post_id ORDER BY count(*) DESC, f.post_id DESC LIMIT %(most)s""",
        {
            **tenant(tx), "shingles": list(shingles), "since": id_at(since), "waived": list(waived),
            "each": PER_SHINGLE, "most": CANDIDATES,
        },
    )  # fmt: skip


async def file_of(tx: Tx, phrases: Iterable[str], since: datetime, waived: Iterable[int]) -> Row | None:
    """(name, post_id) of an inside file that is named, the longest name first."""
    return await tx.one(
        f"""SELECT name, post_id FROM guard_files WHERE {TENANT} AND name = ANY(%(phrases)s)
            AND post_id >= %(since)s AND post_id <> ALL (%(waived)s::bigint[])
            ORDER BY length(name) DESC, post_id DESC LIMIT 1""",
        {**tenant(tx), "phrases": list(phrases), "since": id_at(since), "waived": list(waived)},
    )


async def group_names(tx: Tx) -> list[Row]:
    """(id, names) of the groups that not everybody inside reads."""
    return await tx.all(
        """SELECT g.id, array_prepend(a.handle, array_prepend(a.display_name,
                    ARRAY(SELECT x.alias FROM group_aliases x
                          WHERE x.org_id = g.org_id AND x.group_id = g.id))) AS names
           FROM groups g JOIN accounts a ON a.org_id = g.org_id AND a.id = g.id
           WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.kind IN ('private', 'hidden')
           ORDER BY g.id DESC LIMIT %(most)s""",
        {**tenant(tx), "most": MOST_NAMES},
    )


async def terms(tx: Tx) -> list[Term]:
    """All code words and exceptions, in their order."""
    return await tx.all(
        f"SELECT {TERM} FROM guard_terms WHERE {TENANT} ORDER BY id LIMIT %(most)s",
        {**tenant(tx), "most": MOST_NAMES},
        as_=Term,
    )


async def add_term(tx: Tx, term: str, words: str, effect: str, by: int) -> int | None:
    """The id of a new term; None if there is one of these words."""
    id_ = new_id()
    made = await tx.run(
        """INSERT INTO guard_terms (org_id, network_id, id, term, words, effect, created_by)
           VALUES (%(org)s, %(network)s, %(id)s, %(term)s, %(words)s, %(effect)s, %(by)s) ON CONFLICT DO NOTHING""",
        {**tenant(tx), "id": id_, "term": term, "words": words, "effect": effect, "by": by},
    )
    return id_ if made else None


async def term(tx: Tx, id_: int) -> Term | None:
    return await tx.one(
        f"SELECT {TERM} FROM guard_terms WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_}, as_=Term
    )


async def drop_term(tx: Tx, id_: int) -> bool:
    return bool(await tx.run(f"DELETE FROM guard_terms WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_}))


SPEAKS = """
SELECT a.kind = 'team' OR coalesce(r.permissions, 0) <> 0 OR i.id IS NOT NULL AS speaks, i.id AS inside_id
FROM accounts a LEFT JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
LEFT JOIN accounts i ON i.org_id = a.org_id AND i.network_id = %(inside)s
    AND i.person_id = coalesce(%(person)s::bigint, a.person_id)
    AND i.state = 'active' AND i.suspended_at IS NULL AND NOT i.guest
WHERE a.org_id = %(org)s AND a.network_id = %(public)s AND a.id = %(account)s
ORDER BY i.id LIMIT 1
"""


async def speaker(tx: Tx, public_id: int, account_id: int, person_id: int | None) -> Row | None:
    """Whether a public account speaks for the organisation, and the inside face of the person behind it."""
    params = {**tenant(tx), "inside": tx.scope.network_ids[0], "public": public_id, "account": account_id}
    return await tx.one(SPEAKS, {**params, "person": person_id})


async def use_release(tx: Tx, account_id: int, digest: str) -> bool:
    """Use up the release of this text, if there is one; once, however many try at the same time."""
    return bool(
        await tx.run(
            f"""UPDATE guard_stops SET used_at = now() WHERE {TENANT} AND account_id = %(account)s
                AND digest = %(digest)s AND released_at IS NOT NULL AND used_at IS NULL""",
            {**tenant(tx), "account": account_id, "digest": digest},
        )
    )


async def has_release(tx: Tx, account_id: int, digest: str) -> bool:
    return bool(
        await tx.value(
            f"""SELECT EXISTS (SELECT FROM guard_stops WHERE {TENANT} AND account_id = %(account)s
                AND digest = %(digest)s AND released_at IS NOT NULL AND used_at IS NULL)""",
            {**tenant(tx), "account": account_id, "digest": digest},
        )
    )


async def stop(tx: Tx, public_id: int, account_id: int, text: str, digest: str, found: Finding) -> int:
    """Note what was stopped; trying the same again counts on the same row. The row's id."""
    return int(
        await tx.value(
            """INSERT INTO guard_stops (org_id, network_id, id, public_network_id, account_id, reason, text, digest,
                                        passage, post_id, group_id)
               VALUES (%(org)s, %(network)s, %(id)s, %(public)s, %(account)s, %(reason)s, %(text)s, %(digest)s,
                       %(passage)s, (SELECT p.id FROM posts p WHERE p.org_id = %(org)s AND p.id = %(post)s),
                       (SELECT g.id FROM groups g WHERE g.org_id = %(org)s AND g.id = %(group)s))
               ON CONFLICT (org_id, account_id, digest) WHERE used_at IS NULL
               DO UPDATE SET attempts = guard_stops.attempts + 1 RETURNING id""",
            {
                **tenant(tx), "id": new_id(), "public": public_id, "account": account_id, "reason": found.reason,
                "text": text, "digest": digest, "passage": found.passage, "post": found.post_id,
                "group": found.group_id,
            },
        )
    )  # fmt: skip


async def stops(tx: Tx, page: Page, state: str | None) -> list[Stop]:
    """What was stopped, newest first. `state`: `open`, `released` or `used`; None: all."""
    where, params = page.where("id")
    rows = await tx.all(
        f"""SELECT {STOP} FROM guard_stops WHERE {TENANT} AND {where}
            AND (%(state)s::text IS NULL OR %(state)s = CASE WHEN used_at IS NOT NULL THEN 'used'
                 WHEN released_at IS NOT NULL THEN 'released' ELSE 'open' END)
            ORDER BY id {page.direction} LIMIT {page.limit}""",
        {**tenant(tx), **params, "state": state},
        as_=Stop,
    )
    return in_order(page, rows)


async def stop_by_id(tx: Tx, id_: int, *, lock: bool = False) -> Stop | None:
    return await tx.one(
        f"SELECT {STOP} FROM guard_stops WHERE {TENANT} AND id = %(id)s{' FOR UPDATE' if lock else ''}",
        {**tenant(tx), "id": id_},
        as_=Stop,
    )


async def release(tx: Tx, id_: int, by: int) -> None:
    await tx.run(
        f"UPDATE guard_stops SET released_by = %(by)s, released_at = now() WHERE {TENANT} AND id = %(id)s",
        {**tenant(tx), "id": id_, "by": by},
    )
