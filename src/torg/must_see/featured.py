"""Featured conversations: at the top of everybody's feed until a date, by whoever may announce."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.moderation import log
from torg.must_see import rules
from torg.must_see.model import Featured
from torg.posts import reads as posts
from torg.posts.model import Audience
from torg.posts.visibility import readable

FIELDS = ", ".join(f"f.{name}" for name in Featured.__struct_fields__)
HERE = "f.org_id = %(org)s AND f.network_id = %(network)s"
MOST = 5


def _tenant(tx: Tx, viewer: int | None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


def _check_office(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_ANNOUNCEMENTS | Permission.BROADCAST):
        raise Forbidden


async def feature(tx: Tx, actor: Actor, post_id: int, ends_at: datetime) -> Featured:
    """Put a conversation to the top until then; again changes the date. At most five at a time."""
    _check_office(actor)
    ends_at = rules.feature_until(ends_at, now())
    post = await posts.original(tx, actor, post_id)
    if post.audience is not Audience.EVERYONE:
        raise Invalid("Validation failed: Only what everybody may read can be featured")
    others = [one for one in await current(tx, actor) if one.id != post.id]
    if len(others) >= MOST:
        raise Invalid(f"Validation failed: At most {MOST} conversations are featured at a time")
    made = await tx.one(
        f"""INSERT INTO featured_threads AS f (org_id, network_id, id, pinned_by, ends_at)
            VALUES (%(org)s, %(network)s, %(id)s, %(viewer)s, %(ends)s)
            ON CONFLICT (org_id, id) DO UPDATE SET ends_at = excluded.ends_at, pinned_by = excluded.pinned_by
            RETURNING {FIELDS}""",
        {**_tenant(tx, actor.me), "id": post.id, "ends": ends_at},
        as_=Featured,
    )
    assert made is not None
    await log.record(tx, actor, "feature", "post", post.id, ends_at=ends_at.isoformat())
    return made


async def unfeature(tx: Tx, actor: Actor, post_id: int) -> None:
    """Take it down; 404 if it is not there."""
    _check_office(actor)
    gone = await tx.run(
        f"DELETE FROM featured_threads f WHERE {HERE} AND f.id = %(id)s", {**_tenant(tx, actor.me), "id": post_id}
    )
    if not gone:
        raise NotFound
    await log.record(tx, actor, "unfeature", "post", post_id)


async def current(tx: Tx, actor: Actor) -> list[Featured]:
    """What is featured at present and the actor may read, the latest first."""
    return await tx.all(
        f"""SELECT {FIELDS} FROM featured_threads f
            JOIN posts p ON p.org_id = f.org_id AND p.network_id = f.network_id AND p.id = f.id
            WHERE {HERE} AND f.ends_at > now() AND {readable()} ORDER BY f.created_at DESC, f.id DESC""",
        _tenant(tx, actor.account_id),
        as_=Featured,
    )
