"""Delegates, team accounts and by-lines (FEATURES Y13, T11): posting for another account, with the trace of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from torg.access import tokens
from torg.accounts import actions as account_actions
from torg.accounts import reads as accounts
from torg.accounts.model import AccountKind
from torg.accounts.rules import ProfileChange
from torg.delegation import actions, reads, rules, store
from torg.delegation.model import Delegation, Right, Signing
from torg.http import Call, Reply, Routes
from torg.kernel.clock import iso, now
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.mastodon_api import elsewhere, entities, statuses
from torg.mastodon_api.entities.by_line import ByLine
from torg.mastodon_api.entities.torg.delegation import BylineChoice, Delegate
from torg.mastodon_api.forms import ById, Nothing
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present.statuses import byline
from torg.mastodon_api.status_forms import EditStatus, NewStatus
from torg.posts import reads as posts

routes = Routes("delegation")

TEAM_SCOPES = ("read", "write:statuses", "write:media", "write:favourites", "write:bookmarks", "write:notifications")
"""What a token of a delegate is for: reading, posting and marks; not the profile, not the network of follows."""


class OfAccount(msgspec.Struct, kw_only=True):
    """`account_id`: a team account that one owns; without it one's own."""

    account_id: int | None = None


class NewDelegate(msgspec.Struct, kw_only=True):
    """`account_id` is the colleague, `for_account_id` the account to post for: one's own, or a team's.

    Without `rights` all of them.
    """

    account_id: int
    for_account_id: int | None = None
    rights: list[Right] | None = None
    ends_at: datetime | None = None
    owner: bool = False


class ChangeDelegate(msgspec.Struct, kw_only=True):
    """Rights, end and ownership are for whoever granted; signature and face for the delegate. Left out: as it is."""

    id: int
    rights: list[Right] | None = None
    ends_at: datetime | msgspec.UnsetType | None = msgspec.UNSET
    owner: bool | None = None
    signature: str | None = None
    face: bool | msgspec.UnsetType | None = msgspec.UNSET


class NewTeam(msgspec.Struct, kw_only=True):
    username: str
    display_name: str = ""


class ChangeTeam(msgspec.Struct, kw_only=True):
    id: int
    display_name: str | None = None
    note: str | None = None
    locked: bool | None = None


class Choice(msgspec.Struct, kw_only=True):
    id: int
    byline: Signing


class PostFor(NewStatus, kw_only=True):
    """The parameters of POST /api/v1/statuses; `id` is the account to post for."""

    id: int


class EditFor(EditStatus, kw_only=True):
    """The parameters of PUT /api/v1/statuses/:id, with the account's id in the path."""

    status_id: int


class DeleteFor(msgspec.Struct, kw_only=True):
    id: int
    status_id: int
    delete_media: bool = False


async def shown(call: Call, found: Sequence[Delegation]) -> list[Delegate]:
    """Delegations with both accounts; one whose account is gone is left out."""
    people = await accounts.by_ids(call.tx, {id_ for one in found for id_ in (one.account_id, one.delegate_id)})
    known = list(people.values())
    faces = dict(zip(people, await present_accounts.accounts(call.tx, call.actor, call.origin, known), strict=True))
    return [
        Delegate(
            id=str(one.id),
            account=faces[one.account_id],
            delegate=faces[one.delegate_id],
            rights=[*one.rights],
            owner=one.owner,
            signature=one.signature,
            face=one.face,
            ends_at=iso(one.ends_at) if one.ends_at else None,
            created_at=iso(one.created_at),
        )
        for one in found
        if one.account_id in faces and one.delegate_id in faces
    ]


async def one(call: Call, id_: int) -> Delegate:
    found = await shown(call, [await reads.one(call.tx, call.actor, id_)])
    if not found:
        raise NotFound
    return found[0]


@routes.get("/api/torg/v1/delegates", scope="read:accounts")
async def index(call: Call, params: OfAccount) -> list[Delegate]:
    """Who may post for one's own account, or for a team account that one owns."""
    return await shown(call, await reads.delegates(call.tx, call.actor, params.account_id or call.me))


@routes.get("/api/torg/v1/delegations", scope="read:accounts")
async def mine(call: Call, params: Nothing) -> list[Delegate]:
    """For whom one may post."""
    call.me  # noqa: B018 - 422 for an app by itself
    return await shown(call, await reads.delegations(call.tx, call.actor))


@routes.post("/api/torg/v1/delegates", scope="write:accounts")
async def create(call: Call, form: NewDelegate) -> Delegate:
    """Let a colleague of the same network post for the account. Once more for the same one: new rights and end."""
    made = await actions.grant(
        call.tx, call.actor, form.for_account_id or call.me, form.account_id,
        rules.RIGHTS if form.rights is None else form.rights,
        ends_at=form.ends_at, owner=form.owner,
    )  # fmt: skip
    return await one(call, made.id)


@routes.get("/api/torg/v1/delegates/{id}", scope="read:accounts")
async def show(call: Call, params: ById) -> Delegate:
    """One that one has granted or holds."""
    call.me  # noqa: B018 - 422 for an app by itself
    return await one(call, params.id)


@routes.patch("/api/torg/v1/delegates/{id}", scope="write:accounts")
async def change(call: Call, form: ChangeDelegate) -> Delegate:
    """Other rights or another end (whoever granted), or how it is signed (the delegate)."""
    call.me  # noqa: B018 - 422 for an app by itself
    there = await reads.one(call.tx, call.actor, form.id)
    if form.rights is not None or form.ends_at is not msgspec.UNSET or form.owner is not None:
        await actions.grant(
            call.tx, call.actor, there.account_id, there.delegate_id,
            there.rights if form.rights is None else form.rights,
            ends_at=there.ends_at if form.ends_at is msgspec.UNSET else form.ends_at,
            owner=there.owner if form.owner is None else form.owner,
        )  # fmt: skip
    if form.signature is not None or form.face is not msgspec.UNSET:
        keeps = form.face is msgspec.UNSET
        face = None if form.face is msgspec.UNSET else form.face
        await actions.sign(call.tx, call.actor, form.id, signature=form.signature, face=face, keep_face=keeps)
    return await one(call, form.id)


@routes.delete("/api/torg/v1/delegates/{id}", scope="write:accounts")
async def remove(call: Call, params: ById) -> dict[str, object]:
    """Take it back, or lay one's own down. Its tokens and streams end, what it had planned is stopped."""
    call.me  # noqa: B018 - 422 for an app by itself
    await actions.end(call.tx, call.actor, call.network, params.id)
    return {}


@routes.post("/api/torg/v1/delegates/{id}/token", scope="write:accounts", limit="token")
async def token(call: Call, params: ById) -> Reply[entities.Token]:
    """A token that acts as the team account, for the delegate's own app; it ends with the delegation."""
    found = await reads.one(call.tx, call.actor, params.id)
    if found.delegate_id != call.me or not found.holds(now()) or call.actor.app_id is None:
        raise NotFound
    account = await accounts.visible(call.tx, found.account_id)
    if account.kind is not AccountKind.TEAM:
        raise Invalid("Validation failed: Only team accounts give tokens; post for a person by its own method")
    scopes = [scope for scope in TEAM_SCOPES if call.actor.granted(scope)]
    if not scopes:
        raise Forbidden("This action is outside the authorized scopes")
    secret = await tokens.issue(
        call.tx, app_id=call.actor.app_id, account_id=account.id, scopes=scopes, delegation_id=found.id
    )
    made = entities.Token(
        access_token=secret,
        token_type="Bearer",  # noqa: S106 - no secret
        scope=" ".join(scopes),
        created_at=int(now().timestamp()),
    )
    return Reply(made, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


@routes.post("/api/torg/v1/team_accounts", scope="write:accounts")
async def create_team(call: Call, form: NewTeam) -> entities.Account:
    """An account that several people post for, with oneself as owner."""
    call.me  # noqa: B018 - 422 for an app by itself
    made = await actions.create_team(call.tx, call.actor, call.network, form.username, form.display_name)
    return (await present_accounts.accounts(call.tx, call.actor, call.origin, [made]))[0]


@routes.patch("/api/torg/v1/team_accounts/{id}", scope="write:accounts")
async def change_team(call: Call, form: ChangeTeam) -> entities.Account:
    """A team account's profile, by an owner."""
    if form.id == call.me or not await reads.may_manage(call.tx, call.actor, form.id):
        raise NotFound
    as_team = await reads.acting(call.tx, call.actor, form.id)
    changed = await account_actions.update_profile(
        call.tx,
        as_team,
        ProfileChange(display_name=form.display_name, note=form.note, locked=form.locked),
        host=call.network.host,
        origin=call.origin,
    )
    return (await present_accounts.accounts(call.tx, call.actor, call.origin, [changed]))[0]


@routes.get("/api/torg/v1/accounts/{id}/byline", scope="read:accounts")
async def signing(call: Call, params: ById) -> BylineChoice:
    """How posts by delegates are signed; for the account itself and a team's owners."""
    call.me  # noqa: B018 - 422 for an app by itself
    return BylineChoice(byline=await reads.signing(call.tx, call.actor, params.id))


@routes.put("/api/torg/v1/accounts/{id}/byline", scope="write:accounts")
async def sign(call: Call, form: Choice) -> BylineChoice:
    """Shown, initials or hidden; administrators and the audit log see it always."""
    call.me  # noqa: B018 - 422 for an app by itself
    return BylineChoice(byline=await actions.set_signing(call.tx, call.actor, form.id, form.byline))


async def act_for(call: Call, account_id: int, *post_ids: int | None, media_ids: Sequence[int] = ()) -> None:
    """From here on the call is the account's. What it answers or quotes the delegate must be able to read alone."""
    own = call.actor
    as_account = await reads.acting(call.tx, own, account_id)
    for post_id in post_ids:
        if post_id is not None:
            await posts.readable_post(call.tx, own, post_id)
    await store.hand_over(call.tx, media_ids, account_id)
    call.actor = as_account
    await call.tx.seen_by(account_id, guest=as_account.guest)


@routes.post("/api/torg/v1/accounts/{id}/statuses", scope="write:statuses", before=elsewhere.mentioned)
async def post_for(call: Call, form: PostFor) -> entities.Status | entities.ScheduledStatus:
    """Post, reply or schedule for an account whose delegate one is; the parameters of POST /api/v1/statuses."""
    call.me  # noqa: B018 - 422 for an app by itself
    await act_for(call, form.id, form.in_reply_to_id, form.quoted_status_id, media_ids=form.media_ids)
    return await statuses.alone(call, form)


@routes.put("/api/torg/v1/accounts/{id}/statuses/{status_id}", scope="write:statuses")
async def edit_for(call: Call, form: EditFor) -> entities.Status:
    """Change what was posted by delegation."""
    call.me  # noqa: B018 - 422 for an app by itself
    await act_for(call, form.id, form.status_id, media_ids=form.media_ids or [])
    return await statuses.edit(call, msgspec.structs.replace(form, id=form.status_id))


@routes.delete("/api/torg/v1/accounts/{id}/statuses/{status_id}", scope="write:statuses", limit="delete")
async def delete_for(call: Call, params: DeleteFor) -> entities.Status:
    """Delete what was posted by delegation."""
    call.me  # noqa: B018 - 422 for an app by itself
    await act_for(call, params.id, params.status_id)
    return await statuses.delete(call, statuses.DeleteStatus(id=params.status_id, delete_media=params.delete_media))


@routes.get("/api/torg/v1/statuses/{id}/by", scope="read:statuses")
async def writer(call: Call, params: ById) -> ByLine:
    """Who really wrote a post, shown or not: for the account, its delegates, and who may read the audit log."""
    call.me  # noqa: B018 - 422 for an app by itself
    return byline(call.origin, await reads.writer(call.tx, call.actor, params.id))
