"""Posting, reading, editing and deleting (Mastodon: methods/statuses)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.engine.changes import changes
from torg.engine.gather import Full, refusals
from torg.http import Call, Paged, Routes
from torg.kernel.errors import NotFound, Unavailable
from torg.kernel.page import in_order
from torg.mastodon_api import direct, elsewhere, entities, render, scheduled
from torg.mastodon_api.forms import ById, PageById, page, paged, sliced
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import statuses as present
from torg.mastodon_api.status_forms import EditStatus, NewStatus
from torg.posts import actions, marks, plain, quotes, reads, schedule
from torg.posts.just_written import expect
from torg.posts.model import Audience, Draft, MediaChange, QuotePolicy
from torg.remote import threads
from torg.text import language
from torg.timelines import interests

routes = Routes("statuses")


class DeleteStatus(msgspec.Struct, kw_only=True):
    id: int
    delete_media: bool = False


class ManyStatuses(msgspec.Struct, kw_only=True):
    id: list[int] = []


class RevokeQuote(msgspec.Struct, kw_only=True):
    id: int
    quoting_status_id: int


class Policy(msgspec.Struct, kw_only=True):
    id: int
    quote_approval_policy: QuotePolicy


AUDIENCES = {"public": (Audience.EVERYONE, True), "unlisted": (Audience.EVERYONE, False)}


@routes.post("/api/v1/statuses", scope="write:statuses", tx=False)
async def create(call: Call, form: NewStatus) -> entities.Status | entities.ScheduledStatus:
    """Publish now, schedule, or send a message (visibility `direct` never makes a post)."""
    if not form.language:
        await language.ready()
    try:
        found = await _with_others(call, form)
        if found is not None:
            return found
        await elsewhere.mentioned(call, form)
        async with call.transaction():
            return await alone(call, form)
    except Unavailable as refused:
        if not isinstance(refused, Full):  # those are counted already
            refusals.note()
        raise


async def _with_others(call: Call, form: NewStatus) -> entities.Status | None:
    """A plain post, written together with others that come at the same time; None if it takes the full way."""
    if form.visibility == "direct" or form.scheduled_at is not None or call.actor.account_id is None:
        return None
    audience, listed = AUDIENCES.get(form.visibility or "", (Audience.FOLLOWERS, True))
    wanted = plain.plain(
        call.actor,
        call.network,
        _draft(call, form, audience=audience, listed=listed),
        origin=call.origin,
        chosen_audience=form.visibility is not None,
        sensitive=form.sensitive,
        quote_policy=form.quote_approval_policy,
    )
    outcome = await call.services.plain.publish(wanted) if wanted is not None else None
    if outcome is None:
        return None
    call.told = True
    if isinstance(outcome, plain.Before):
        async with call.transaction():
            return await render.one(call, outcome.post_id)
    shown = present.bare(call.actor, call.origin, outcome)
    if shown is None:
        async with call.transaction():
            shown = (await render.views(call, [outcome]))[0]
    return shown


def _draft(call: Call, form: NewStatus, *, audience: Audience, listed: bool) -> Draft:
    return Draft(
        text=form.status or "",
        spoiler=form.spoiler_text or "",
        sensitive=bool(form.sensitive),
        language=form.language,
        audience=audience,
        listed=listed,
        group_id=form.group_id,
        reply_to_id=form.in_reply_to_id,
        media_ids=form.media_ids,
        poll=form.poll.draft() if form.poll else None,
        quote_of_id=form.quoted_status_id,
        quote_policy=form.quote_approval_policy or "public",
        app_id=call.actor.app_id,
        idempotency_key=call.request.headers.get("idempotency-key"),
    )


async def alone(call: Call, form: NewStatus) -> entities.Status | entities.ScheduledStatus:
    """The full way of a post, in the transaction of the call."""
    settings = (await accounts.visible(call.tx, call.me)).settings
    chosen = form.visibility or settings.privacy
    if chosen == "direct" or (form.in_reply_to_id and await direct.is_message(call, form.in_reply_to_id)):
        return await direct.send(call, form)
    audience, listed = AUDIENCES.get(chosen, (Audience.FOLLOWERS, True))
    draft = msgspec.structs.replace(
        _draft(call, form, audience=audience, listed=listed),
        sensitive=settings.sensitive if form.sensitive is None else form.sensitive,
        language=form.language or settings.language,
        quote_policy=form.quote_approval_policy or settings.quote_policy,
    )
    if form.scheduled_at is not None:
        planned = await schedule.plan(call.tx, call.actor, call.network, draft, form.scheduled_at)
        return await scheduled.entity(call, planned)
    ticket, call.told = changes.ticket(), True
    post_id = await actions.publish(call.tx, call.actor, call.network, draft, origin=call.origin)
    found = await reads.hydrate(call.tx, call.actor, [post_id])
    for view in found:
        expect(view, ticket)
    await call.done()
    return (await render.views(call, found))[0] if found else await render.one(call, post_id)


@routes.get("/api/v1/statuses", auth="optional", scope="read:statuses")
async def many(call: Call, params: ManyStatuses) -> list[entities.Status]:
    """Several posts by id; those that may not be read are left out."""
    return await render.ids(call, params.id[:40])


@routes.get("/api/v1/statuses/{id}", auth="optional", scope="read:statuses")
async def show(call: Call, params: ById) -> entities.Status:
    call.remember([params.id], until=await interests.ends(call.tx, call.actor))
    return await render.one(call, params.id)


@routes.put("/api/v1/statuses/{id}", scope="write:statuses", before=elsewhere.mentioned)
async def edit(call: Call, form: EditStatus) -> entities.Status:
    """Change text, warning, media or poll; the versions before are kept."""
    if await direct.is_message(call, form.id):
        return await direct.edit(call, form)
    change = actions.Edit(
        text=form.status,
        spoiler=form.spoiler_text,
        sensitive=form.sensitive,
        language=form.language,
        media_ids=None if form.media_ids is msgspec.UNSET else form.media_ids,
        media_changes=[MediaChange(id=m.id, description=m.description, focus=m.focus) for m in form.media_attributes],
        poll=form.poll.draft() if form.poll else None,
    )
    await actions.edit(call.tx, call.actor, call.network, form.id, change, origin=call.origin)
    if form.quote_approval_policy:
        await quotes.set_policy(call.tx, call.actor, form.id, form.quote_approval_policy)
    return await render.one(call, form.id)


@routes.delete("/api/v1/statuses/{id}", scope="write:statuses", limit="delete")
async def delete(call: Call, params: DeleteStatus) -> entities.Status:
    """Delete; answers with the source text, for delete and redraft."""
    if await direct.is_message(call, params.id):
        return await direct.delete(call, params.id)
    post = await reads.readable_post(call.tx, call.actor, params.id)
    if post.account_id != call.me:
        raise NotFound
    shown = await render.one(call, params.id)
    await actions.delete(call.tx, call.actor, params.id, delete_media=params.delete_media)
    return msgspec.structs.replace(shown, text=post.source)


@routes.get("/api/v1/statuses/{id}/context", auth="optional", scope="read:statuses")
async def context(call: Call, params: ById) -> entities.Context:
    """The thread above and below."""
    if await direct.is_message(call, params.id):
        return await direct.context(call, params.id)
    up, down = await reads.context(call.tx, call.actor, params.id)
    await thread_refresh(call, params.id)
    return entities.Context(ancestors=await render.ids(call, up), descendants=await render.ids(call, down))


async def thread_refresh(call: Call, post_id: int) -> None:
    """A member opens a thread: what other servers have of it is fetched, and the answer says so.

    `Mastodon-Async-Refresh: id="…", retry=3, result_count=0` (Mastodon 4.5; docs: methods/async_refreshes).
    """
    if call.actor.account_id is None:
        return
    post = await reads.original(call.tx, call.actor, post_id)
    work = await threads.want(call.tx, call.network, post)
    if work is not None:
        call.header("Mastodon-Async-Refresh", f'id="{work.id}", retry=3, result_count={work.found}')


@routes.get("/api/v1/statuses/{id}/reblogged_by", auth="optional", scope="read:statuses", replica=True)
async def reblogged_by(call: Call, params: PageById) -> Paged:
    """Accounts that boosted a post."""
    wanted = page(params, 40, 80)
    where, values = wanted.where("p.id")
    tail = f"AND p.audience = 'everyone' ORDER BY p.id {wanted.direction} LIMIT {wanted.limit}"
    rows = in_order(wanted, await reads.boosted_by(call.tx, call.actor, params.id, where, values, tail))
    return paged(await people(call, [row["account_id"] for row in rows]), [row["id"] for row in rows])


@routes.get("/api/v1/statuses/{id}/favourited_by", auth="optional", scope="read:statuses", replica=True)
async def favourited_by(call: Call, params: PageById) -> Paged:
    """Accounts that marked a post as favourite."""
    found = await marks.favourited_by(call.tx, call.actor, params.id, page(params, 40, 80))
    return sliced(await people(call, list(found.items)), found)


async def people(call: Call, ids: list[int]) -> list[entities.Account]:
    """Accounts in the order of their ids."""
    found = await accounts.by_ids(call.tx, ids)
    return await present_accounts.accounts(
        call.tx, call.actor, call.origin, [found[id_] for id_ in ids if id_ in found]
    )


@routes.get("/api/v1/statuses/{id}/quotes", scope="read:statuses")
async def quoted_by(call: Call, params: PageById) -> Paged:
    """Posts that quote this one."""
    wanted = page(params)
    where, values = wanted.where("p.id")
    tail = f"ORDER BY p.id {wanted.direction} LIMIT {wanted.limit}"
    found = in_order(wanted, await reads.quotes_of(call.tx, call.actor, params.id, where, values, tail))
    return paged(await render.ids(call, found), found)


@routes.post("/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke", scope="write:statuses")
async def revoke_quote(call: Call, params: RevokeQuote) -> entities.Status:
    """Withdraw consent to one quote of one's own post."""
    quoting = await quotes.revoke(call.tx, call.actor, params.id, params.quoting_status_id)
    return await render.one(call, quoting)


@routes.put("/api/v1/statuses/{id}/interaction_policy", scope="write:statuses")
async def interaction_policy(call: Call, form: Policy) -> entities.Status:
    """Who may quote from now on."""
    await quotes.set_policy(call.tx, call.actor, form.id, form.quote_approval_policy)
    return await render.one(call, form.id)
