"""Profiles that change, move or go → Update, Move and Delete of the actor. By jobs, since a key may have to be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.accounts.events import AccountMoved, AccountUpdated
from torg.accounts.model import Account
from torg.delivery import actions as delivery
from torg.engine import jobs
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling
from torg.federation import gathering
from torg.federation.outgoing import marks
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities, actors, addresses
from torg.groups import outward as groups
from torg.kernel.clock import now
from torg.signing import actions as signing
from torg.signing import gone

TELL_ACCOUNT = "federation.tell_account"


async def updated(tx: Tx, services: Any, event: AccountUpdated, meta: Meta) -> None:
    """Several changes in a row are told once."""
    telling = await Telling.begin(tx, services, meta)
    if telling is None:
        return
    account = await telling.account(event.account_id)
    if account is None:
        known = await gone.of_account(tx, event.account_id) is not None
    else:
        known = account.is_local and account.state in ("active", "deleted")
    if known:
        await jobs.enqueue(tx, TELL_ACCOUNT, {"account_id": event.account_id}, key=str(event.account_id))


async def tell_account(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: what an account is by now. One that is gone is told to every server that we know, and signed for by
    its own key, which outlives it."""
    async with ctx.tx() as tx:
        telling = await Telling.begin(tx, ctx.services, Meta(ctx.job.org_id, ctx.job.network_id, ctx.job.id, now()))
        if telling is None:
            return
        account = await telling.account(payload["account_id"])
        if account is not None and account.is_local and account.state == "deleted":
            await _closed(telling, account)
            return
        await _tell_gone(telling, payload["account_id"])
        if account is None or not account.is_local:
            return
        if account.state != "active" or not await _known(telling, account):
            return
        network, origin = telling.network, telling.origin
    key = await signing.key_of(ctx.services, network, account)
    async with ctx.tx() as tx:
        telling = Telling(tx, network, gathering.place_of(origin, network))
        fresh = await telling.account(account.id)
        if fresh is None or fresh.state != "active":
            return
        document = actors.actor(telling.place, fresh, await gathering.face(tx, origin, fresh, key))
        inboxes = await telling.follower_inboxes(fresh.id)
        await telling.send(fresh, activities.update_actor(document, now()), inboxes)


async def _known(telling: Telling, account: Account) -> bool:
    """Whether the outside knows of the account at all. One that is suspended is still told of, as such."""
    return await groups.may_be_known(telling.tx, account) or account.suspended_at is not None


async def _closed(telling: Telling, account: Account) -> None:
    if account.kind == "group" and not await groups.was_open(telling.tx, account.id):
        return
    await gone.keep(telling.tx, account.id)
    await _tell_gone(telling, account.id)


async def _tell_gone(telling: Telling, account_id: int) -> None:
    """The last that is heard of an account, once: its row may be gone by now, or bear another name."""
    last = await gone.tell(telling.tx, account_id)
    if last is not None:
        activity = activities.delete_actor(addresses.person(telling.origin, last.handle))
        inboxes = await delivery.every_inbox(telling.tx)
        await delivery.send(telling.tx, account_id=account_id, activity=activity, inboxes=inboxes)


async def moved(tx: Tx, services: Any, event: AccountMoved, meta: Meta) -> None:
    """Followers elsewhere are asked to follow the new account; their servers check that it claims the old one."""
    telling = await Telling.begin(tx, services, meta)
    me = await telling.speaker(event.account_id) if telling else None
    target = await telling.account(event.target_id) if telling else None
    if telling is None or me is None or target is None:
        return
    activity = activities.move(telling.place, me, telling.uri(target), meta.created_at)
    await telling.send(me, activity, await telling.follower_inboxes(me.id))


HANDLERS: Mapping[str, Handler | Handling] = {
    TELL_ACCOUNT: Handling(run=tell_account, concurrency=2),
    marks.TELL_POLL: Handling(run=marks.tell_poll, concurrency=2),
    marks.TELL_VOTE: Handling(run=marks.tell_vote, concurrency=2),
}
