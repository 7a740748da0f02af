"""SQL of what other pages were told of our links."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.responses.model import Told
from torg.responses.rules import hashed
from torg.responses.store import tenant

HERE = "t.org_id = %(org)s AND t.network_id = %(network)s"
FIELDS = ", ".join(f"t.{name}" for name in Told.__struct_fields__)


async def want(tx: Tx, post_id: int, account_id: int, targets: Sequence[str]) -> None:
    """Note that these pages are to be told; those that are known stay as they are."""
    await tx.many(
        """INSERT INTO told_pages (org_id, network_id, post_id, account_id, target, target_hash)
           VALUES (%(org)s, %(network)s, %(post)s, %(account)s, %(target)s, %(hash)s) ON CONFLICT DO NOTHING""",
        [
            {**tenant(tx), "post": post_id, "account": account_id, "target": target, "hash": hashed(target)}
            for target in targets
        ],
    )


async def of_post(tx: Tx, post_id: int) -> list[Told]:
    """The pages that were or are to be told of a post."""
    return await tx.all(
        f"SELECT {FIELDS} FROM told_pages t WHERE {HERE} AND t.post_id = %(post)s ORDER BY t.target",
        {**tenant(tx), "post": post_id},
        as_=Told,
    )


async def is_gone(tx: Tx, post_id: int) -> bool:
    """Whether a page was told of a post with this id that is not there any more."""
    return bool(
        await tx.value(
            f"SELECT EXISTS (SELECT FROM told_pages t WHERE {HERE} AND t.post_id = %(post)s)"
            " AND NOT EXISTS (SELECT FROM posts p WHERE p.org_id = %(org)s AND p.id = %(post)s)",
            {**tenant(tx), "post": post_id},
        )
    )


async def note(
    tx: Tx, post_id: int, target: str, state: str, *, protocol: str | None = None, endpoint: str = "", error: str = ""
) -> None:
    """What became of telling one."""
    await tx.run(
        f"""UPDATE told_pages t SET state = %(state)s, protocol = %(protocol)s, endpoint = %(endpoint)s,
                error = %(error)s, told_at = now()
            WHERE {HERE} AND t.post_id = %(post)s AND t.target_hash = %(hash)s""",
        {
            **tenant(tx), "post": post_id, "hash": hashed(target), "state": state, "protocol": protocol,
            "endpoint": endpoint, "error": error[:500],
        },
    )  # fmt: skip
