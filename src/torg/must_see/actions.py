"""What is done with announcements that must be seen: sent by who may, read by everybody addressed."""

from __future__ import annotations

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound
from torg.moderation import log
from torg.must_see import rules, store
from torg.must_see.model import MustSee, Order
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import groups
from torg.posts.model import Draft

TELL, REMIND = "must_see_tell", "must_see_remind"


async def send(tx: Tx, actor: Actor, network: Network, draft: Draft, order: Order, *, origin: str) -> int:
    """Publish a post that everybody addressed must see; returns its id.

    Takes the permission BROADCAST, or to be of the staff of the group that it is for (403 else).
    """
    at = now()
    order = rules.check(order, at)
    await _check_office(tx, actor, draft.group_id)
    id_ = await posts.publish(tx, actor, network, draft, origin=origin)
    post = await tx.one(
        "SELECT group_id FROM posts WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s",
        {**store.tenant(tx), "id": id_},
    )
    group_id = post["group_id"] if post else None
    if group_id != draft.group_id:  # a text that addresses a group by name goes there
        await _check_office(tx, actor, group_id)
    made = MustSee(
        id=id_,
        sender_id=actor.me,
        ends_at=order.ends_at,
        email=order.email,
        remind_at=rules.remind_at(order, at),
        created_at=at,
    )
    if not await store.insert(tx, made):
        return id_
    addressed = await store.address(tx, id_, actor.me, group_id)
    await jobs.enqueue(tx, TELL, {"id": id_}, key=str(id_))
    if made.remind_at is not None:
        await jobs.enqueue(tx, REMIND, {"id": id_}, run_at=made.remind_at, key=str(id_))
    await log.record(tx, actor, "create", "must_see", id_, addressed=addressed, email=order.email, group_id=group_id)
    return id_


async def _check_office(tx: Tx, actor: Actor, group_id: int | None) -> None:
    if actor.may(Permission.BROADCAST):
        return
    if group_id is not None:
        place = (await groups.by_ids(tx, actor.me, [group_id])).get(group_id)
        if place is None:
            raise NotFound
        if place.staff:
            return
    raise Forbidden


async def read(tx: Tx, actor: Actor, id_: int) -> MustSee:
    """Note that the actor has read it; again changes nothing. 404 where there is no such announcement to read."""
    if await store.get(tx, actor.me, id_) is None:
        raise NotFound
    await store.mark_read(tx, actor.me, id_, now())
    found = await store.get(tx, actor.me, id_)
    assert found is not None
    return found
