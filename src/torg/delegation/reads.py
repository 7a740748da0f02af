"""Answers: who may act for whom, and what is shown of who really wrote."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.delegation import rules, store
from torg.delegation.model import Byline, Delegation, Signing
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Delegated, Permission
from torg.kernel.errors import NotFound
from torg.posts import reads as posts


async def acting(tx: Tx, actor: Actor, account_id: int) -> Actor:
    """The actor as delegate of an account; 404 without a delegation in force, as for an account that never was."""
    found = await store.between(tx, account_id, actor.me) if actor.delegated is None else None
    account = (await accounts.by_ids(tx, [account_id])).get(account_id) if found else None
    if found is None or account is None or not account.visible or account.disabled_at is not None:
        raise NotFound
    return msgspec.structs.replace(
        actor,
        account_id=account_id,
        person_id=account.person_id,
        permissions=Permission.NONE,
        guest=account.guest,
        delegated=Delegated(by=actor.me, rights=frozenset(found.rights)),
    )


async def may_manage(tx: Tx, actor: Actor, account_id: int) -> bool:
    """Whether the actor lets others in and out: the account itself, or an owner of a team account."""
    if actor.account_id is None or actor.delegated is not None:
        return False
    if actor.account_id == account_id:
        return True
    found = await store.between(tx, account_id, actor.account_id)
    return found is not None and found.owner


async def delegates(tx: Tx, actor: Actor, account_id: int) -> list[Delegation]:
    """Who may act for an account; 404 for whoever has no say in it."""
    if not await may_manage(tx, actor, account_id):
        raise NotFound
    return await store.of_account(tx, account_id)


async def delegations(tx: Tx, actor: Actor) -> list[Delegation]:
    """For whom the actor may act."""
    return await store.of_delegate(tx, actor.me)


async def one(tx: Tx, actor: Actor, id_: int) -> Delegation:
    """A delegation that the actor has given or holds, else 404."""
    found = await store.by_id(tx, id_)
    if found is None or (found.delegate_id != actor.me and not await may_manage(tx, actor, found.account_id)):
        raise NotFound
    return found


async def signing(tx: Tx, actor: Actor, account_id: int) -> Signing:
    """How posts by delegation are signed; for whoever has a say in it."""
    if not await may_manage(tx, actor, account_id):
        raise NotFound
    account = await accounts.visible(tx, account_id)
    return rules.signing(account.kind.value, await store.signing(tx, account_id))


async def bylines(tx: Tx, actor: Actor, post_ids: Sequence[int]) -> dict[int, Byline]:
    """What readers see of who really wrote these posts: the same for all of them, so that a rendering can be shared."""
    found = await store.written(tx, post_ids) if post_ids else []
    shown = {one.post_id: rules.byline(one, actor.network_kind) for one in found}
    return {post_id: line for post_id, line in shown.items() if line is not None}


async def writer(tx: Tx, actor: Actor, post_id: int) -> Byline:
    """Who really wrote, shown or not: for the account's owner and delegates, and who reads the audit log; else 404."""
    post = await posts.readable_post(tx, actor, post_id)
    found = await store.written(tx, [post.id])
    if not found:
        raise NotFound
    knows = actor.may(Permission.VIEW_AUDIT_LOG) or actor.me in (post.account_id, post.by_account_id)
    if not knows and await store.between(tx, post.account_id, actor.me) is None:
        raise NotFound
    return rules.full(found[0])
