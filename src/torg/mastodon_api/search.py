"""Searching for people, posts and tags (Mastodon: methods/search)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts_reads
from torg.graph import tags as graph_tags
from torg.http import Call, Routes
from torg.kernel.errors import BadRequest, Unauthorized
from torg.mastodon_api import elsewhere, entities, render
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import tags as present_tags
from torg.remote.lookup import Found
from torg.search import addresses, reads
from torg.search.model import Within

routes = Routes("search")

MOST = 40
MOST_OFFSET = 10_000


class SearchParams(msgspec.Struct, kw_only=True):
    q: str = ""
    type: str = ""
    resolve: bool = False
    following: bool = False
    account_id: int | None = None
    exclude_unreviewed: bool = False
    max_id: int | None = None
    min_id: int | None = None
    limit: int | None = None
    offset: int | None = None


@routes.get("/api/v2/search", auth="optional", scope="read:search", before=elsewhere.found, replica=True)
async def search(call: Call, params: SearchParams) -> entities.Search:
    """Up to `limit` of each kind. Posts are searched with the operators of docs/user/network, search.

    `resolve` asks other servers for the handle or address that is sought.
    """
    members_only(call)
    wanted = params.q.replace("\0", "").strip()
    if not wanted:
        raise BadRequest("param is missing or the value is empty: q")
    if call.actor.account_id is None:
        if params.offset:
            raise Unauthorized("Search queries pagination is not supported without authentication")
        if params.resolve:
            raise Unauthorized("Search queries that resolve remote resources are not supported without authentication")
    if addresses.is_address(wanted):
        found = await _address(call, wanted, params.type) or await _elsewhere(call, params.type)
        if found is not None:
            return found
    limit = min(params.limit, MOST) if params.limit and params.limit > 0 else 20
    offset = min(max(params.offset or 0, 0), MOST_OFFSET) if params.type else 0
    return entities.Search(
        accounts=await _accounts(call, wanted, params, limit, offset) if params.type in ("", "accounts") else [],
        statuses=await _statuses(call, wanted, params, limit, offset) if params.type in ("", "statuses") else [],
        hashtags=await _hashtags(call, wanted, params, limit, offset) if params.type in ("", "hashtags") else [],
    )


async def _address(call: Call, text: str, kind: str) -> entities.Search | None:
    """A page of ours, pasted: the post or account that it shows, if the caller may see it."""
    target = addresses.local(text, call.network.host)
    if target is None:
        return None
    accounts: list[entities.Account] = []
    statuses: list[entities.Status] = []
    if target.post_id is not None and kind in ("", "statuses"):
        statuses = await render.ids(call, [target.post_id])
    if target.acct is not None and kind in ("", "accounts"):
        account = await accounts_reads.by_acct(call.tx, target.acct, call.network.host)
        if account is not None and account.visible:
            accounts = await present_accounts.accounts(call.tx, call.actor, call.origin, [account])
    return entities.Search(accounts=accounts, statuses=statuses, hashtags=[])


async def _elsewhere(call: Call, kind: str) -> entities.Search | None:
    """What an address of another server has led to."""
    wanted: Found | None = call.prepared
    if wanted is None:
        return None
    account = await elsewhere.account(call) if kind in ("", "accounts") else None
    posts = [wanted.post_id] if wanted.post_id is not None and kind in ("", "statuses") else []
    return entities.Search(
        accounts=await present_accounts.accounts(call.tx, call.actor, call.origin, [account] if account else []),
        statuses=await render.ids(call, posts),
        hashtags=[],
    )


async def _accounts(call: Call, text: str, params: SearchParams, limit: int, offset: int) -> list[entities.Account]:
    found = await reads.accounts(
        call.tx,
        call.actor,
        text,
        limit=limit,
        offset=offset,
        following=params.following,
        here=call.network.host,
    )
    first = None if offset or params.following else await elsewhere.account(call)
    if first is not None:
        found = [first, *(one for one in found if one.id != first.id)][:limit]
    return await present_accounts.accounts(call.tx, call.actor, call.origin, found)


async def _statuses(call: Call, text: str, params: SearchParams, limit: int, offset: int) -> list[entities.Status]:
    within = Within(
        limit=limit,
        offset=offset,
        max_id=params.max_id,
        min_id=params.min_id,
        account_id=params.account_id,
    )
    ids = await reads.posts(call.tx, call.actor, text, within, here=call.network.host)
    return await render.ids(call, ids)


async def _hashtags(call: Call, text: str, params: SearchParams, limit: int, offset: int) -> list[entities.Tag]:
    if text.startswith("@"):
        return []
    found = await reads.hashtags(
        call.tx, call.actor, text, limit=limit, offset=offset, exclude_unreviewed=params.exclude_unreviewed
    )
    views = await graph_tags.views(call.tx, call.actor, [tag.id for tag in found])
    return [present_tags.tag(call.origin, view) for view in views]
