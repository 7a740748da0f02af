"""What is done with praise: given by anybody to others, with badges that administrators add and retire."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.kernel.ids import new_id
from torg.moderation import log
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts.model import Draft
from torg.praise import reads, rules, store
from torg.praise.model import Badge


async def give(
    tx: Tx, actor: Actor, network: Network, draft: Draft, account_ids: Sequence[int], badge: str, *, origin: str
) -> int:
    """Publish a post that mentions those praised, with a badge; returns its id.

    422 for oneself, nobody, more than twenty, or a badge that is not given any more; 404 for an unknown account.
    """
    ids = rules.wanted_ids(account_ids, actor.me)
    if not any(one.key == badge and one.retired_at is None for one in await reads.badges(tx)):
        raise invalid("badge", "ERR_INCLUSION", "is not included in the list")
    found = await accounts.by_ids(tx, ids)
    people = [found[id_] for id_ in ids if id_ in found and rules.praisable(found[id_])]
    if len(people) < len(ids):
        raise NotFound
    if not draft.text.strip():
        raise invalid("status", "ERR_BLANK", "can't be blank")
    _, mentioned = await posts.rendered(tx, draft.text, network.host, origin)
    text = rules.with_names(draft.text, people, {account.id for account in mentioned})
    id_ = await posts.publish(tx, actor, network, msgspec.structs.replace(draft, text=text), origin=origin)
    await store.insert(tx, id_, actor.me, badge, ids)
    return id_


async def add_badge(tx: Tx, actor: Actor, key: str, drawing: str, name_en: str, name_sv: str) -> Badge:
    """A badge of the network's own, or new names for one there is; it can be given from now on."""
    _check_office(actor)
    name_en, name_sv = rules.check_badge(key, drawing, name_en, name_sv)
    badge = Badge(key=key, drawing=drawing, name_en=name_en, name_sv=name_sv)
    await store.put_badge(tx, new_id(), badge)
    await log.record(tx, actor, "create", "badge", None, key=key)
    return await reads.badge(tx, key)


async def retire_badge(tx: Tx, actor: Actor, key: str) -> None:
    """It can be given no more; praise that has it keeps it. 404 if there is none."""
    _check_office(actor)
    badge = await reads.badge(tx, key)
    await store.put_badge(tx, new_id(), msgspec.structs.replace(badge, retired_at=badge.retired_at or now()))
    await log.record(tx, actor, "retire", "badge", None, key=key)


def _check_office(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_CUSTOM_EMOJIS):
        raise Forbidden
