"""Hashtags on a profile: SQL, answers and the two verbs."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph import reads as graph
from torg.graph import tags
from torg.graph.tags import TagView
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.showcase import rules
from torg.showcase.events import TagFeatured, TagUnfeatured
from torg.showcase.model import FeaturedTag
from torg.showcase.store import params

TENANT = "f.org_id = %(org)s AND f.network_id = %(network)s"
SUGGESTED = 10
SELECT = """
    SELECT f.id, f.account_id, f.tag_id, t.name, t.display_name, u.uses, u.last_used_at
    FROM featured_tags f JOIN tags t ON t.org_id = f.org_id AND t.id = f.tag_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS uses, max(p.created_at) AS last_used_at FROM post_tags pt
        JOIN posts p ON p.org_id = pt.org_id AND p.id = pt.post_id
        WHERE pt.org_id = f.org_id AND pt.account_id = f.account_id AND pt.tag_id = f.tag_id
        AND p.audience = 'everyone') u
"""


async def of_account(tx: Tx, actor: Actor, account_id: int) -> list[FeaturedTag]:
    """The tags on a profile, most used first; nothing of a profile that the actor may not see."""
    account = await accounts.visible(tx, account_id)
    if not account.visible or await graph.blocked_by(tx, actor, account.id):
        return []
    return await tx.all(
        f"{SELECT} WHERE {TENANT} AND f.account_id = %(me)s ORDER BY u.uses DESC, f.id",
        params(tx, account.id),
        as_=FeaturedTag,
    )


async def feature(tx: Tx, actor: Actor, text: str) -> FeaturedTag:
    """Put a tag on one's profile; again gives the same. Invalid (422) for what is no tag, or for too many."""
    if tags.valid_name(text) is None:
        raise Invalid("Validation failed: Tag is invalid")
    tag_id, _ = await tags.ensure(tx, text)
    have = {tag.tag_id for tag in await of_account(tx, actor, actor.me)}
    if tag_id not in have:
        if len(have) >= rules.MOST_FEATURED_TAGS:
            raise Invalid("Validation failed: You have already featured the maximum number of hashtags")
        added = await tx.run(
            """INSERT INTO featured_tags (org_id, network_id, id, account_id, tag_id)
               VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(tag)s) ON CONFLICT DO NOTHING""",
            params(tx, actor.me, id=new_id(), tag=tag_id),
        )
    else:
        added = 0
    made = next(tag for tag in await of_account(tx, actor, actor.me) if tag.tag_id == tag_id)
    if added:
        await outbox.append(tx, TagFeatured(account_id=actor.me, name=made.name))
    return made


async def unfeature(tx: Tx, actor: Actor, id_: int) -> None:
    """Take a tag off by the id of its place on the profile; 404 if that is not the actor's."""
    name = await tx.value(
        f"""DELETE FROM featured_tags f USING tags t WHERE {TENANT} AND f.account_id = %(me)s AND f.id = %(id)s
            AND t.org_id = f.org_id AND t.id = f.tag_id RETURNING t.name""",
        params(tx, actor.me, id=id_),
    )
    if name is None:
        raise NotFound
    await outbox.append(tx, TagUnfeatured(account_id=actor.me, name=name))


async def unfeature_name(tx: Tx, actor: Actor, text: str) -> TagView:
    """Take a tag off by its name; one that is not on the profile does not matter."""
    found = await tags.show(tx, actor, text)
    removed = await tx.run(
        f"DELETE FROM featured_tags f WHERE {TENANT} AND f.account_id = %(me)s AND f.tag_id = %(tag)s",
        params(tx, actor.me, tag=found.id),
    )
    if removed:
        await outbox.append(tx, TagUnfeatured(account_id=actor.me, name=found.name))
    return await tags.show(tx, actor, text)


async def suggestions(tx: Tx, actor: Actor) -> list[TagView]:
    """Tags that the actor used lately and does not feature, the latest first (docs: up to ten)."""
    ids = await tx.column(
        """SELECT f.tag_id FROM post_tags f WHERE f.org_id = %(org)s AND f.network_id = %(network)s
           AND f.account_id = %(me)s AND NOT EXISTS (SELECT FROM featured_tags x WHERE x.org_id = f.org_id
               AND x.account_id = %(me)s AND x.tag_id = f.tag_id)
           GROUP BY f.tag_id ORDER BY max(f.post_id) DESC LIMIT %(most)s""",
        params(tx, actor.me, most=SUGGESTED),
    )
    return await tags.views(tx, actor, ids)
