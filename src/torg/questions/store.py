"""SQL of questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order
from torg.posts.visibility import readable
from torg.questions.model import Question, Wanted, Which

FIELDS = ", ".join(f"q.{name}" for name in Question.__struct_fields__)
HERE = "q.org_id = %(org)s AND q.network_id = %(network)s"
POST = "JOIN posts p ON p.org_id = q.org_id AND p.network_id = q.network_id AND p.id = q.id"
ANSWERED = """EXISTS (SELECT FROM posts r WHERE r.org_id = q.org_id AND r.network_id = q.network_id
    AND r.reply_to_id = q.id AND r.account_id <> q.asker_id)"""
WHICH: dict[Which, str] = {
    "all": "TRUE",
    "open": "q.state = 'open'",
    "unanswered": f"q.state = 'open' AND NOT {ANSWERED}",
    "answered": "q.state = 'answered'",
    "closed": "q.state = 'closed'",
    "mine": "q.asker_id = %(viewer)s",
}


def tenant(tx: Tx, viewer: int | None = None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


async def insert(tx: Tx, id_: int, asker: int) -> None:
    """Make a post a question; one that is, stays as it is."""
    await tx.run(
        """INSERT INTO questions (org_id, network_id, id, asker_id) VALUES (%(org)s, %(network)s, %(id)s, %(asker)s)
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "id": id_, "asker": asker},
    )


async def delete(tx: Tx, id_: int) -> int:
    return await tx.run(f"DELETE FROM questions q WHERE {HERE} AND q.id = %(id)s", {**tenant(tx), "id": id_})


async def by_ids(tx: Tx, viewer: int | None, ids: Sequence[int]) -> dict[int, Question]:
    """Of these posts those that are questions and the viewer may read."""
    found = await tx.all(
        f"SELECT {FIELDS} FROM questions q {POST} WHERE {HERE} AND q.id = ANY(%(ids)s) AND {readable()}",
        {**tenant(tx, viewer), "ids": list(ids)},
        as_=Question,
    )
    return {one.id: one for one in found}


async def lock(tx: Tx, id_: int) -> bool:
    """Let nobody else change it before the commit; whether it is there."""
    return bool(
        await tx.value(
            f"SELECT true FROM questions q WHERE {HERE} AND q.id = %(id)s FOR UPDATE", {**tenant(tx), "id": id_}
        )
    )


async def set_best(tx: Tx, id_: int, answer_id: int | None, by: int | None) -> None:
    """The best answer from now on, or none; a closed question is open to this again."""
    await tx.run(
        f"""UPDATE questions q SET best_id = %(answer)s, best_by = %(by)s, closed_at = NULL,
                answered_at = CASE WHEN %(answer)s::bigint IS NULL THEN NULL ELSE now() END
            WHERE {HERE} AND q.id = %(id)s""",
        {**tenant(tx), "id": id_, "answer": answer_id, "by": by},
    )


async def close(tx: Tx, id_: int) -> None:
    await tx.run(
        f"UPDATE questions q SET closed_at = coalesce(q.closed_at, now()) WHERE {HERE} AND q.id = %(id)s",
        {**tenant(tx), "id": id_},
    )


async def page(tx: Tx, viewer: int | None, which: Which, wanted: Wanted, asked: Page) -> list[Question]:
    """A page of questions that the viewer may read, newest first."""
    state = WHICH[which]
    where, params = asked.where("q.id")
    found = await tx.all(
        f"""SELECT {FIELDS} FROM questions q {POST} WHERE {HERE} AND {state} AND {where}
            AND (%(group)s::bigint IS NULL OR p.group_id = %(group)s::bigint)
            AND (%(tag)s::text IS NULL OR EXISTS (SELECT FROM post_tags pt
                 JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
                 WHERE pt.org_id = q.org_id AND pt.post_id = q.id AND t.name = %(tag)s::text))
            AND {readable()} ORDER BY q.id {asked.direction} LIMIT {asked.limit}""",
        {**tenant(tx, viewer), **params, "tag": wanted.tag, "group": wanted.group_id},
        as_=Question,
    )
    return in_order(asked, found)
