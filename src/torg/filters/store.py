"""All SQL of filters; every statement names the account that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from torg.engine.postgres import Tx
from torg.filters.model import Filter, FilteredPost
from torg.kernel.ids import new_id

OWN = "f.org_id = %(org)s AND f.network_id = %(network)s AND f.account_id = %(me)s"
TENANT = "org_id = %(org)s AND network_id = %(network)s"

SELECT = """
    SELECT f.id, f.account_id, f.title, f.context, f.action, f.expires_at,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', k.id, 'filter_id', k.filter_id, 'keyword', k.keyword,
                'whole_word', k.whole_word) ORDER BY k.id)
        FROM filter_keywords k WHERE k.org_id = f.org_id AND k.filter_id = f.id), '[]') AS keywords,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'filter_id', s.filter_id, 'post_id', s.post_id)
                ORDER BY s.id)
        FROM filter_posts s WHERE s.org_id = f.org_id AND s.filter_id = f.id), '[]') AS posts
    FROM filters f
"""


def params(tx: Tx, me: int, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, **more}


async def of_account(tx: Tx, me: int, *, active: bool = False) -> list[Filter]:
    """An account's filters; only those not yet expired if `active`."""
    now = "AND (f.expires_at IS NULL OR f.expires_at > now())" if active else ""
    return await tx.all(f"{SELECT} WHERE {OWN} {now} ORDER BY f.id", params(tx, me), as_=Filter)


async def of_accounts(tx: Tx, accounts: Sequence[int]) -> list[Filter]:
    """The filters in force of several accounts (live streams)."""
    return await tx.all(
        f"""{SELECT} WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.account_id = ANY(%(accounts)s)
            AND (f.expires_at IS NULL OR f.expires_at > now())""",
        params(tx, 0, accounts=list(accounts)),
        as_=Filter,
    )


async def one(tx: Tx, me: int, id_: int) -> Filter | None:
    return await tx.one(f"{SELECT} WHERE {OWN} AND f.id = %(id)s", params(tx, me, id=id_), as_=Filter)


async def by_keyword(tx: Tx, me: int, keyword_id: int) -> Filter | None:
    """The account's filter that holds a keyword."""
    return await tx.one(
        f"""{SELECT} WHERE {OWN} AND f.id = (SELECT k.filter_id FROM filter_keywords k
            WHERE k.org_id = %(org)s AND k.network_id = %(network)s AND k.id = %(id)s)""",
        params(tx, me, id=keyword_id),
        as_=Filter,
    )


async def filtered_post(tx: Tx, me: int, id_: int) -> FilteredPost | None:
    return await tx.one(
        f"""SELECT s.id, s.filter_id, s.post_id FROM filter_posts s
            JOIN filters f ON f.org_id = s.org_id AND f.id = s.filter_id WHERE {OWN} AND s.id = %(id)s""",
        params(tx, me, id=id_),
        as_=FilteredPost,
    )


async def insert(tx: Tx, me: int, title: str, context: Sequence[str], action: str, expires: datetime | None) -> int:
    id_ = new_id()
    await tx.run(
        """INSERT INTO filters (org_id, network_id, id, account_id, title, context, action, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(title)s, %(context)s, %(action)s, %(expires)s)""",
        params(tx, me, id=id_, title=title, context=list(context), action=action, expires=expires),
    )
    return id_


async def update(tx: Tx, me: int, filter_: Filter) -> None:
    await tx.run(
        f"""UPDATE filters f SET title = %(title)s, context = %(context)s, action = %(action)s,
            expires_at = %(expires)s WHERE {OWN} AND f.id = %(id)s""",
        params(
            tx,
            me,
            id=filter_.id,
            title=filter_.title,
            context=filter_.context,
            action=filter_.action,
            expires=filter_.expires_at,
        ),
    )


async def delete(tx: Tx, me: int, id_: int) -> None:
    await tx.run(f"DELETE FROM filters f WHERE {OWN} AND f.id = %(id)s", params(tx, me, id=id_))


async def add_keyword(tx: Tx, filter_id: int, keyword: str, whole_word: bool) -> int:
    id_ = new_id()
    await tx.run(
        """INSERT INTO filter_keywords (org_id, network_id, id, filter_id, keyword, whole_word)
           VALUES (%(org)s, %(network)s, %(id)s, %(filter)s, %(keyword)s, %(whole)s)""",
        params(tx, 0, id=id_, filter=filter_id, keyword=keyword, whole=whole_word),
    )
    return id_


async def update_keyword(tx: Tx, id_: int, keyword: str, whole_word: bool) -> None:
    await tx.run(
        f"UPDATE filter_keywords SET keyword = %(keyword)s, whole_word = %(whole)s WHERE {TENANT} AND id = %(id)s",
        params(tx, 0, id=id_, keyword=keyword, whole=whole_word),
    )


async def delete_keyword(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM filter_keywords WHERE {TENANT} AND id = %(id)s", params(tx, 0, id=id_))


async def add_post(tx: Tx, filter_id: int, post_id: int) -> int:
    """Name a post in a filter; again gives the same row."""
    id_: int = await tx.value(
        """INSERT INTO filter_posts (org_id, network_id, id, filter_id, post_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(filter)s, %(post)s)
           ON CONFLICT (org_id, filter_id, post_id) DO UPDATE SET post_id = excluded.post_id RETURNING id""",
        params(tx, 0, id=new_id(), filter=filter_id, post=post_id),
    )
    return id_


async def delete_post(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM filter_posts WHERE {TENANT} AND id = %(id)s", params(tx, 0, id=id_))
