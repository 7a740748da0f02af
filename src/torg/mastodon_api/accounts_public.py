"""Accounts as others see them (Mastodon: methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import AccountKind
from torg.http import Call, Paged, Routes
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities, render
from torg.mastodon_api.forms import ById, PageById, page
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import accounts as present_accounts
from torg.remote import actors
from torg.timelines import interests
from torg.timelines import reads as timelines

routes = Routes("accounts")

MOST = 40


class Many(msgspec.Struct, kw_only=True):
    id: list[int] = []


class Lookup(msgspec.Struct, kw_only=True):
    acct: str = ""


class Statuses(PageById, kw_only=True):
    """GET /api/v1/accounts/:id/statuses."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: str | None = None


@routes.get("/api/v1/accounts/{id}", auth="public")
async def show(call: Call, params: ById) -> entities.Account:
    """One account; a suspended one is shown empty and says so."""
    members_only(call)
    found = await accounts.visible(call.tx, params.id)
    await actors.look(call.tx, found)
    if found.is_local:  # of others is noted when they were looked at
        call.remember([params.id])
    return (await present_accounts.accounts(call.tx, call.actor, call.origin, [found]))[0]


@routes.get("/api/v1/accounts", auth="public")
async def many(call: Call, params: Many) -> list[entities.Account]:
    """Several accounts in the order asked for; those that are not here are left out."""
    members_only(call)
    wanted = list(dict.fromkeys(params.id))[:MOST]
    found = await accounts.by_ids(call.tx, wanted)
    shown = [found[id_] for id_ in wanted if id_ in found and found[id_].state == "active"]
    return await present_accounts.accounts(call.tx, call.actor, call.origin, shown)


@routes.get("/api/v1/accounts/lookup", auth="optional", scope="read:accounts")
async def lookup(call: Call, params: Lookup) -> entities.Account:
    """The account with exactly this handle; nothing is fetched from elsewhere."""
    members_only(call)
    found = await accounts.by_acct(call.tx, params.acct, call.network.host)
    if found is None:
        raise NotFound
    return (await present_accounts.accounts(call.tx, call.actor, call.origin, [found]))[0]


@routes.get("/api/v1/accounts/{id}/statuses", auth="optional", scope="read:statuses", steady=True)
async def statuses(call: Call, params: Statuses) -> Paged[entities.Status]:
    """An account's posts as far as the caller may read them."""
    members_only(call)
    account = await accounts.visible(call.tx, params.id)
    if not account.visible:
        return Paged([])
    call.remember([params.id], follows={params.id: None}, until=await interests.ends(call.tx, call.actor))
    found = await timelines.of_account(
        call.tx,
        call.actor,
        account.id,
        page(params),
        only_media=params.only_media,
        exclude_replies=params.exclude_replies,
        exclude_boosts=params.exclude_reblogs,
        pinned=params.pinned,
        tag=params.tagged.lstrip("#").lower() if params.tagged else None,
        of_group=account.kind is AccountKind.GROUP,
    )
    return await render.timeline(call, found)


@routes.get("/api/v1/accounts/{id}/identity_proofs", scope="read:accounts")
async def identity_proofs(call: Call, params: ById) -> list[entities.IdentityProof]:
    """Always empty: the service behind it is gone (docs: methods/proofs)."""
    await accounts.visible(call.tx, params.id)
    return []
